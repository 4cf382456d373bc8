"""NP202 to NP205 and NP211: what keeps these checks quiet, and what they suggest."""

import pytest

from netpol_lab.checks.lint.codes import Severity
from tests.helpers.linted import codes, findings, pod, policy

OPS = "namespaceSelector: {matchLabels: {team: ops}}"


def ingress(peers, ports=""):
    return policy(f"ingress: [{{from: {peers}{ports}}}]")


def test_a_selector_need_not_match_where_no_pod_runs():
    spec = "{podSelector: {matchLabels: {app: x}}}"
    assert codes(policy(spec)) == ["NP202"]
    assert codes(policy(spec), pod("x", labels="app: x")) == []
    assert codes(policy(spec, namespace="empty")) == ["NP107"]


def test_name_servers_that_the_manifests_lack_are_not_missed():
    peers = "[{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: other-dns}}}]"
    assert codes(ingress(peers, ", ports: [{port: 53}]")) == []
    assert codes(ingress(peers)) == ["NP203"]


def test_a_namespace_chosen_by_its_name_may_be_elsewhere_unless_it_looks_like_a_typo():
    by_name = "[{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {}}}}}}}]"
    assert codes(ingress(by_name.format("vault"))) == []
    assert codes(ingress(by_name.format("monitorin"))) == ["NP203"]


def test_labels_of_the_other_kind_are_recognised():
    of_pods = findings(ingress("[{namespaceSelector: {matchLabels: {app: web}}}]"))
    of_namespaces = findings(ingress("[{podSelector: {matchLabels: {team: ops}}}]"))
    assert of_pods[0].hint.endswith("use podSelector")
    assert of_namespaces[0].hint.endswith("use namespaceSelector")


def test_both_selectors_that_match_only_apart_suggest_a_dash():
    peers = f"[{{{OPS}, podSelector: {{matchLabels: {{app: web}}}}}}]"
    assert "dash" in findings(ingress(peers))[0].hint


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("{app: dbb}", "did you mean app=db?"),
        ("{role: db}", "did you mean app=db?"),
        ("{appp: x}", "did you mean the key app?"),
        ("{app: prometheus}", "pods with app=prometheus run in namespace monitoring"),
        ("{zone: north}", "the pods there have app=web, app=db"),
    ],
)
def test_labels_that_are_near_are_suggested(selector, hint):
    found = findings(policy(f"{{podSelector: {{matchLabels: {selector}}}}}"))
    assert [(f.code, f.hint) for f in found] == [("NP202", hint)]


def test_labels_that_controllers_add_are_not_what_was_meant():
    made = "".join(
        f"---\napiVersion: {version}\nkind: {kind}\n"
        f"metadata: {{name: x, namespace: monitoring}}\n{spec}"
        for kind, version, spec in [
            ("StatefulSet", "apps/v1", "spec: {template: {metadata: {labels: {app: store}}}}\n"),
            ("Job", "batch/v1", "spec: {template: {metadata: {labels: {app: task}}}}\n"),
        ]
    )
    text = policy("{podSelector: {matchLabels: {zone: north}}}", namespace="monitoring")
    (found,) = [f for f in findings(made, text) if f.code == "NP202"]
    assert found.hint == "the pods there have app=prometheus, app=store, app=task"


def test_labels_of_namespaces_that_nobody_wrote_down_are_a_note_and_said_once():
    unknown = "[{namespaceSelector: {matchLabels: {metrics: enabled}}}]"
    twice = findings(ingress(unknown), ingress(unknown).replace("name: p,", "name: q,"))
    (found,) = (f for f in twice if f.code == "NP203")
    assert (found.code, found.severity) == ("NP203", Severity.NOTE)
    assert "if it is set elsewhere" in found.hint


def test_a_value_of_a_label_that_no_namespace_here_has_is_a_note_unless_it_is_a_slip():
    (found,) = findings(ingress("[{namespaceSelector: {matchLabels: {team: other}}}]"))
    assert (found.code, found.severity) == ("NP203", Severity.NOTE)
    assert found.hint.startswith("all is well if a namespace elsewhere has team=other; otherwise, ")
    (found,) = findings(ingress("[{namespaceSelector: {matchLabels: {team: op}}}]"))
    assert (found.code, found.severity) == ("NP203", Severity.WARNING)


def test_a_namespace_chosen_by_a_made_up_name_label_has_the_right_one():
    (found,) = findings(ingress("[{namespaceSelector: {matchLabels: {name: ingress-nginx}}}]"))
    assert found.hint.startswith("write kubernetes.io/metadata.name: ingress-nginx")
    named = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: own, labels: {name: own}}\n"
    (found,) = findings(ingress("[{namespaceSelector: {matchLabels: {name: nginx}}}]"), named)
    assert found.hint.startswith("write kubernetes.io/metadata.name: nginx")


def test_a_namespace_that_is_known_and_has_no_pods_yet_is_no_finding():
    quiet = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: quiet, labels: {team: later}}\n"
    assert codes(ingress("[{namespaceSelector: {matchLabels: {team: later}}}]"), quiet) == []


@pytest.mark.parametrize("operator", ["NotIn, values: [web, db]", "DoesNotExist"])
def test_an_exclusion_is_not_about_pods_elsewhere(operator):
    peer = f"{{podSelector: {{matchExpressions: [{{key: app, operator: {operator}}}]}}}}"
    assert "NP204" not in codes(ingress(f"[{peer}]"), pod("bare", "monitoring"))


def test_a_service_for_the_same_labels_says_that_something_makes_such_pods():
    service = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: runs, namespace: shop}\n"
        "spec: {selector: {app: runner}, ports: [{port: 80}]}\n"
    )
    for text in (ingress("[{podSelector: {matchLabels: {app: runner}}}]"),
                 policy("{podSelector: {matchLabels: {app: runner}}}")):  # fmt: skip
        (found,) = findings(text, service)
        assert found.severity is Severity.NOTE
        assert (
            found.hint == "all is well if something makes such pods: Service shop/runs is for them"
        )
        (found,) = findings(text)
        assert found.severity is Severity.WARNING


def test_solvers_of_certificates_come_and_go():
    solver = "{key: acme.cert-manager.io/http01-solver, operator: Exists}"
    assert codes(ingress(f"[{{podSelector: {{matchExpressions: [{solver}]}}}}]")) == []


def test_where_a_policy_selects_no_pod_nothing_is_said_of_its_peers():
    nobody = "{podSelector: {matchLabels: {zone: north}}, ingress: [{from: [PEER]}]}"
    for peer in ("{podSelector: {matchLabels: {zone: x}}}",
                 "{podSelector: {matchLabels: {app: prometheus}}}"):  # fmt: skip
        assert codes(policy(nobody.replace("PEER", peer))) == ["NP202"]


def test_a_peer_that_only_excludes_those_that_are_here_is_about_others():
    excluded = "{key: app, operator: NotIn, values: [web, db]}"
    assert (
        codes(policy(f"ingress: [{{from: [{{podSelector: {{matchExpressions: [{excluded}]}}}}]}}]"))
        == []
    )
    more = f"{excluded}, {{key: tier, operator: Exists}}"
    assert codes(
        policy(f"ingress: [{{from: [{{podSelector: {{matchExpressions: [{more}]}}}}]}}]")
    ) == ["NP203"]


CRON_JOB = """---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick, namespace: shop, labels: {app: tick}}
spec:
  jobTemplate:
    metadata: {labels: {stage: nightly}}
    spec: {template: {metadata: {labels: {tier: back}}, spec: {containers: [{name: c}]}}}
"""


def from_list(key, *values, beside=""):
    terms = f"[{{key: {key}, operator: In, values: [{', '.join(values)}]}}]"
    return policy(f"ingress: [{{from: [{{podSelector: {{matchExpressions: {terms}}}{beside}}}]}}]")


def test_a_value_that_only_the_workload_has_is_told():
    (found,) = findings(CRON_JOB, from_list("app", "web", "tick"))
    assert (found.code, found.severity) == ("NP211", Severity.NOTE)
    assert found.hint.startswith("app=tick is a label of CronJob tick, not of its pods")


def test_a_label_of_the_jobs_of_a_cron_job_is_not_one_of_its_pods():
    (found,) = findings(CRON_JOB, policy("{podSelector: {matchLabels: {stage: nightly}}}"))
    assert found.hint.startswith("stage=nightly is a label of CronJob tick, not of its pods")


def test_a_value_of_a_list_that_is_misspelt_is_told():
    (found,) = findings(pod("cart", labels="app: cart"), from_list("app", "web", "carrt"))
    assert (found.code, found.hint) == ("NP211", "did you mean app=cart?")


@pytest.mark.parametrize(
    "texts",
    [
        [from_list("app", "web", "prometheus", beside=", namespaceSelector: {}")],
        [from_list("app", "web", "x", beside=", namespaceSelector: {}")],
        [pod("x", labels="app: x", spec="restartPolicy: Never") + "status: {phase: Succeeded}\n",
         from_list("app", "web", "x")],
    ],
)  # fmt: skip
def test_a_value_may_be_about_pods_elsewhere_or_others_that_are_over(texts):
    assert "NP211" not in codes(*texts)


MADE_UP = "namespaceSelector: {matchLabels: {name: ops}}"


def test_a_made_up_label_of_a_namespace_that_is_not_here_is_a_doubt_told_once():
    ops, spec = pod("o", "ops"), f"ingress: [{{from: [{{{MADE_UP}}}]}}]"
    texts = (policy(spec, "p"), policy(spec.replace("]}]", "], ports: [{port: 80}]}]"), "q"))
    (found,) = findings(ops, *texts)
    assert (found.code, found.severity, found.policy) == ("NP205", "warning", "shop/p")
    assert "unless somebody labels it elsewhere" in found.message
    assert found.message.endswith("1 more peer asks for it.")
    listed = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ops}\n"
    told = findings(ops, listed, *texts)
    assert [(f.code, f.severity) for f in told] == [("NP205", "error")] * 2


def test_where_the_label_stands_on_the_workload_alone_its_service_is_no_excuse():
    deployment = (
        "---\napiVersion: apps/v1\nkind: Deployment\n"
        "metadata: {name: x, namespace: shop, labels: {app: x}}\n"
        "spec: {template: {metadata: {labels: {name: x}}}}\n"
    )
    service = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: x, namespace: shop}\n"
        "spec: {selector: {app: x}, ports: [{port: 80}]}\n"
    )
    subject = policy("{podSelector: {matchLabels: {app: x}}}")
    peer = policy("ingress: [{from: [{podSelector: {matchLabels: {app: x}}}]}]")
    for text in (subject, peer):
        (found,) = findings(deployment, service, text)
        assert found.severity == "warning"
        assert "a label of Deployment x, not of its pods" in found.hint
        (found,) = findings(service, text)
        assert found.severity == "note"


@pytest.mark.parametrize(("key", "told"), [("metrics", 0), ("name", 1)])
def test_a_label_that_a_comment_explains_is_no_finding_unless_it_is_made_up(key, told):
    peers = f"[{{namespaceSelector: {{matchLabels: {{{key}: enabled}}}}}}]"
    bare = ingress(peers).replace("ingress:", "\n ingress:").replace("from:", "\n  from:")
    assert [f.code for f in findings(bare)] == ["NP203"]
    explained = bare.replace("\n  from:", "\n  # any namespace with this label\n  from:")
    assert len(findings(explained)) == told


@pytest.mark.parametrize(
    ("name", "severity"), [("redis", "note"), ("postgres-exporter", "note"), ("orders", "warning")]
)
def test_a_component_that_comes_with_a_chart_may_be_installed_by_other_means(name, severity):
    selector = f"podSelector: {{matchLabels: {{app: {name}}}}}"
    for text in (policy(f"ingress: [{{from: [{{{selector}}}]}}]"), policy(f"{{{selector}}}")):
        (found,) = findings(text)
        assert found.severity == severity
        assert ("by other means" in found.hint) is (severity == "note")


def test_a_component_that_is_here_under_another_label_is_not_installed_elsewhere():
    selector = "podSelector: {matchLabels: {app: redis}}"
    (found,) = findings(pod("shop-redis", labels="app: shop-redis"), policy(f"{{{selector}}}"))
    assert (found.code, found.severity) == ("NP202", "warning")
