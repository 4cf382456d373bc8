"""NP1xx: what keeps these checks quiet; that they fire is in tests/lint."""

import netpol_lab as lab
from netpol_lab import Assumptions
from tests.helpers.linted import WORLD, codes, findings, pod, policy
from tests.helpers.written import write

DENY = policy("{podSelector: {}, policyTypes: [Ingress, Egress]}", "default-deny")


def test_egress_rules_may_isolate_for_ingress_where_all_are_isolated_anyway():
    deny = policy("{podSelector: {}}", "default-deny")
    spec = "egress: [{ports: [{port: 53}, {port: 53, protocol: UDP}]}]"
    assert codes(policy(spec)) == ["NP102"]
    assert codes(deny, policy(spec)) == []


def test_rules_of_an_unlisted_direction_are_missed_where_others_isolate():
    spec = "policyTypes: [Ingress], ingress: [{}], egress: [{ports: [{port: 99}]}]"
    (found,) = findings(DENY, policy(spec))
    assert (found.code, found.witness.now, found.witness.then) == ("NP101", False, True)


def test_rules_of_an_unlisted_direction_that_allow_all_hide_nothing():
    assert codes(policy("policyTypes: [Ingress], ingress: [{}], egress: [{}]")) == []


def test_a_listed_direction_without_rules_is_a_default_deny_where_there_is_one():
    both = policy("policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 5432}]}]")
    assert codes(both) == ["NP104"]
    assert codes(DENY, both) == []


def test_an_explicit_empty_list_says_that_it_is_meant():
    spec = "policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 5432}]}], egress: []"
    assert codes(policy(spec)) == []


def test_pods_left_open_are_told_once_for_each_namespace():
    found = [f for f in lab.lint(lab.load(WORLD, pod("extra"), policy("{}"))) if f.pod]
    assert [f.code for f in found] == []
    found = lab.lint(lab.load(WORLD, pod("extra"), policy("ingress: []")))
    assert [(f.code, f.pod) for f in found] == [("NP105", "shop/web")]
    assert "pod web, pod extra" in found[0].message


def test_system_namespaces_are_not_asked_for_policies():
    more = [policy("{podSelector: {}}", namespace=name) for name in ("shop", "monitoring", "a")]
    assert codes(*more, pod("a", "a")) == []


def test_a_policy_without_a_namespace_names_where_its_pods_are():
    found = findings(policy("ingress: []", namespace="default"))
    assert [f.code for f in found] == ["NP107"]
    assert "run in shop" in found[0].hint


def test_host_network_is_no_question_once_it_is_settled():
    agent = pod("agent", "monitoring", spec="hostNetwork: true")
    deny = policy("{podSelector: {}}", namespace="monitoring")
    assert codes(agent, deny) == ["NP108"]
    assert codes(agent, deny, assumptions=Assumptions(host_network_as_pods=True)) == []


STATEFUL = """
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cache, namespace: shop}
spec: {replicas: 2, template: {metadata: {labels: {app: cache}}}}
"""


def test_a_workload_of_which_a_policy_selects_some_pods_is_told_pod_by_pod():
    first = "{podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: cache-0}}}"
    told = [f.message for f in lab.lint(lab.load(WORLD, STATEFUL, policy(first))) if f.pod]
    assert "selects pod web, pod db, pod cache-1:" in told[0]
    told = [f.message for f in lab.lint(lab.load(WORLD, STATEFUL, policy("ingress: []"))) if f.pod]
    assert "selects pod web, StatefulSet cache:" in told[0]


def test_a_job_that_listens_nowhere_needs_no_ingress():
    job = (
        "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: run, namespace: shop}\n"
        "spec: {template: {metadata: {labels: {app: run}}, spec: {containers: [{name: cPORTS}]}}}\n"
    )
    out = "egress: [{ports: [{port: 53}, {port: 53, protocol: UDP}]}]"
    subject = policy(
        f"{{podSelector: {{matchLabels: {{app: run}}}}, policyTypes: [Ingress, Egress], {out}}}"
    )
    assert codes(job.replace("PORTS", ""), subject) == []
    assert codes(job.replace("PORTS", ", ports: [{containerPort: 80}]"), subject) == ["NP104"]


def test_a_policy_without_a_namespace_is_told_of_the_option():
    text = policy("{podSelector: {matchLabels: {app: db}}}", namespace="default")
    (found,) = (f for f in findings(text) if f.code == "NP107")
    assert "--namespace" in found.hint


def test_policies_of_a_namespace_whose_pods_are_not_here_are_a_note_for_all_of_them():
    more = [policy("{podSelector: {}}", name, "empty") for name in ("p", "q")]
    (found,) = findings(*more, policy("{podSelector: {matchLabels: {app: x}}}", "r", "empty"))
    assert (found.code, found.severity) == ("NP107", "note")
    assert "what 3 policies there would select" in found.message


def test_a_policy_in_a_namespace_with_a_slip_in_its_name_is_told_of_the_right_one():
    (found,) = findings(policy("{podSelector: {}}", namespace="shopp"))
    assert (found.code, found.severity) == ("NP107", "warning")
    assert "did you mean shop?" in found.hint


def test_the_namespace_that_kubebuilder_writes_for_another_is_a_note():
    wanted = "{podSelector: {matchLabels: {app: db}}}"
    (found,) = findings(*(policy(wanted, name, namespace="system") for name in "pq"))
    assert (found.code, found.severity) == ("NP107", "note")
    assert found.message.endswith("takes this policy in and sets one: it protects no pod.")
    assert found.hint.startswith("list its folder in the resources of the kustomization")
    assert [f.severity for f in findings(policy(wanted, namespace="empty"))] == ["warning"]


def test_a_policy_that_waits_to_be_taken_in_is_told_if_no_pod_has_its_labels():
    wanted = "{podSelector: {matchLabels: {app: db, part: manager}}}"
    (found,) = findings(policy(wanted, namespace="system"))
    assert "Nor does any pod here have app=db, part=manager." in found.message
    assert found.hint.endswith("nearest is pod db: the pods there have app=db")


def test_an_overlay_that_cannot_be_built_may_have_the_default_deny_of_its_base(tmp_path):
    proxy = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: proxy, labels: {app: proxy}}\n"
        "spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}\n"
    )
    own = policy("{podSelector: {matchLabels: {app: other}}}", name="own", namespace="live")
    base = policy("{podSelector: {}}", namespace="s")
    files = {
        "base/kustomization.yaml": "namespace: s\nresources: [deny.yaml]",
        "base/deny.yaml": base.removeprefix("---\n"),
        "live/kustomization.yaml": "namespace: live\nresources: [../base, all.yaml]\n%s",
        "test/kustomization.yaml": "namespace: test\nresources: [../base]\ntransformers: [a.yaml]",
        "live/all.yaml": proxy + own,
    }
    for broken in ("transformers: [a.yaml]", ""):
        written = {name: text.replace("%s", broken) for name, text in files.items()}
        found = lab.load(write(tmp_path, written))
        assert found.unbuilt == ({"live", "test"} if broken else {"test"})
        assert "NP105" not in [finding.code for finding in lab.lint(found)]
