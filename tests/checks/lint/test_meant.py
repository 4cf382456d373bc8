"""What the hints of NP202 and NP203 propose, and what they never do."""

import pytest

from tests.helpers.linted import findings, pod, policy

OPS = "namespaceSelector: {matchLabels: {team: ops}}"


def deployment(labels, of_pods):
    return (
        "---\napiVersion: apps/v1\nkind: Deployment\n"
        f"metadata: {{name: flow, namespace: shop, labels: {{{labels}}}}}\n"
        f"spec: {{selector: {{matchLabels: {{{of_pods}}}}}, "
        f"template: {{metadata: {{labels: {{{of_pods}}}}}}}}}\n"
    )


def from_peers(*peers):
    listed = ", ".join(f"{{{peer}}}" for peer in peers)
    return policy(f"ingress: [{{from: [{listed}]}}]")


def hint(*texts):
    (found,) = [f for f in findings(*texts) if f.code in ("NP202", "NP203")]
    return found.hint


def by_labels(labels):
    return f"podSelector: {{matchLabels: {{{labels}}}}}"


def test_a_label_that_only_the_owner_of_the_pods_has_is_told():
    subject = policy(f"{{{by_labels('app: flow, chart: flows')}}}")
    made = deployment("chart: flows", "app: flow")
    assert hint(subject, made).startswith("chart=flows is a label of Deployment flow, not of its")
    assert "Deployment flow" not in hint(subject, deployment("chart: other", "app: flow"))
    peer = from_peers(by_labels("chart: flows"))
    assert hint(peer, made).startswith("chart=flows is a label of Deployment flow, not of its")


def test_a_key_that_is_asked_for_already_is_not_proposed():
    subject = policy(f"{{{by_labels('app: db, appp: x')}}}")
    assert hint(subject) == "the pods there have app=web, app=db"
    assert hint(policy(f"{{{by_labels('appp: x')}}}")) == "did you mean the key app?"


def test_what_is_proposed_matches_a_pod_together_with_the_rest():
    tiers = pod("a", labels="app: a, tier: front"), pod("b", labels="app: b, tier: back")
    assert hint(policy(f"{{{by_labels('app: a, tier: frontt')}}}"), *tiers) == (
        "did you mean tier=front?"
    )
    assert "did you mean" not in hint(policy(f"{{{by_labels('app: b, tier: frontt')}}}"), *tiers)


def test_what_another_peer_admits_is_not_proposed():
    other = pod("cart", labels="app: cart")
    assert hint(from_peers(by_labels("app: webb")), other) == "did you mean app=web?"
    beside = hint(from_peers(by_labels("app: webb"), by_labels("app: web")), other)
    assert beside == "the pods there have app=db, app=cart"


def test_what_another_rule_admits_is_proposed_for_other_ports_only():
    def with_rules(ports):
        listed = (f"{{from: [{{{by_labels(f'app: {name}')}}}], ports: [{{port: {port}}}]}}"
                  for name, port in zip(("webb", "web"), ports, strict=True))  # fmt: skip
        return policy(f"ingress: [{', '.join(listed)}]")

    assert hint(with_rules((80, 81))) == "did you mean app=web?"
    assert "did you mean" not in hint(with_rules((80, 80)))


@pytest.mark.parametrize(
    ("wanted", "there", "meant"),
    [
        ("ingress", "postgres", False), ("cortex", "carts", False), ("main", "mail", True),
        ("prometheus", "prometeus", True), ("worker", "workers", True), ("api", "app", True),
        ("api", "web", False), ("payments-v1", "payments-v22", True),
    ],
)  # fmt: skip
def test_only_slips_of_the_pen_are_corrected(wanted, there, meant):
    subject = policy(f"{{{by_labels(f'part: {wanted}')}}}")
    assert ("did you mean part=" in hint(subject, pod("x", labels=f"part: {there}"))) == meant


def test_labels_that_controllers_add_are_never_proposed():
    run = (
        "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s, namespace: shop}\n"
        "spec: {template: {metadata: {labels: {app: s}}}}\n"
    )
    subject = policy(f"{{{by_labels('apps.kubernetes.io/pod-indexx: x')}}}")
    assert "did you mean" not in hint(subject, run)


def test_jobs_of_a_cron_job_cannot_be_chosen_by_their_names():
    run = (
        "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: tidy, namespace: shop}\n"
        "spec: {jobTemplate: {spec: {template: {metadata: {labels: {app: tidy}}}}}}\n"
    )
    assert hint(policy(f"{{{by_labels('job-name: tidy')}}}"), run).startswith(
        "the Jobs of CronJob tidy are called tidy-TIME"
    )


def test_a_system_namespace_is_not_misspelt():
    near_by = pod("x", "kube-systems", "app: x")
    known = "[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-public}}}]"
    assert [f.code for f in findings(policy(f"ingress: [{{from: {known}}}]"), near_by)] == []


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ("", "did you mean team=ops?"),
        (OPS, "label the namespace that is meant, or choose it by kubernetes.io/metadata.name"),
    ],
)
def test_namespaces_that_another_peer_admits_are_not_proposed(beside, expected):
    peers = ["namespaceSelector: {matchLabels: {team: op}}", *filter(None, [beside])]
    assert hint(from_peers(*peers)).endswith(expected)


def test_a_dash_is_proposed_only_where_pods_at_home_have_the_labels():
    assert "dash" in hint(from_peers(f"{OPS}, {by_labels('app: web')}"))
    elsewhere = pod("x", "kube-system", "app: x")
    assert hint(from_peers(f"{OPS}, {by_labels('app: x')}"), elsewhere) == (
        "pods with app=x run in namespace kube-system"
    )


ALIAS = """
---
apiVersion: v1
kind: Service
metadata: {name: pg, namespace: shop}
spec: {type: ExternalName, externalName: db.example.org}
"""


def test_a_peer_for_a_service_that_is_only_a_name_is_told_that_no_pods_are_behind_it():
    rule = f"{{to: [{{{by_labels('app: pg')}}}], ports: [{{port: 1}}]}}"
    egress, elsewhere = f"policyTypes: [Egress], egress: [{rule}]", ALIAS.replace("shop", "ops")
    said = "pg is a Service of type ExternalName (db.example.org), with no pods behind it"
    assert said in hint(policy(egress), ALIAS)
    assert said not in hint(policy(egress), elsewhere)
    assert said not in hint(from_peers(by_labels("app: pg")), ALIAS)
