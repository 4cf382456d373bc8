"""Pods that the manifests do not show: whatever may be about them is no finding."""

from pathlib import Path

import pytest

import netpol_lab as lab
from tests.helpers.linted import codes, findings, pod, policy
from tests.helpers.written import write

OTHERS = pod("z", labels="app: z")
SUBJECT = policy("{podSelector: {matchLabels: {app: x}}}")


def made_by(version, kind, spec="{}", namespace="shop", name="k8s"):
    meta = f"{{name: {name}, namespace: {namespace}}}" if namespace else f"{{name: {name}}}"
    return f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {meta}\nspec: {spec}\n"


def from_peer(peer):
    return policy(f"ingress: [{{from: [{{{peer}}}]}}]")


PROMETHEUS = "monitoring.coreos.com/v1", "Prometheus"
X = "podSelector: {matchLabels: {app: x}}"
OPS = "namespaceSelector: {matchLabels: {team: ops}}"


def test_pods_that_an_operator_makes_in_a_namespace_may_have_any_label():
    assert codes(SUBJECT, OTHERS) == ["NP202"]
    assert codes(SUBJECT, OTHERS, made_by(*PROMETHEUS)) == []
    assert codes(SUBJECT, OTHERS, made_by(*PROMETHEUS, namespace="monitoring")) == ["NP202"]


def test_a_peer_may_be_about_what_an_operator_makes_where_it_looks():
    assert codes(from_peer(X), made_by(*PROMETHEUS)) == []
    assert codes(from_peer(X), made_by(*PROMETHEUS, namespace="monitoring")) == ["NP203"]
    assert codes(from_peer(f"{OPS}, {X}"), made_by(*PROMETHEUS, namespace="monitoring")) == []
    assert codes(from_peer(f"{OPS}, {X}"), made_by(*PROMETHEUS)) == ["NP203"]


def test_a_namespace_where_an_operator_makes_pods_is_not_empty():
    elsewhere = policy("{podSelector: {}}", namespace="empty")
    assert codes(elsewhere) == ["NP107"]
    assert codes(elsewhere, made_by(*PROMETHEUS, namespace="empty")) == []
    unknown = made_by("install.istio.io/v1alpha1", "IstioOperator", namespace="empty")
    assert codes(elsewhere, unknown) == []


def test_labels_that_an_operator_is_told_of_are_those_of_its_pods():
    told = made_by(*PROMETHEUS, "{podMetadata: {labels: {app: prom}}}")
    assert codes(SUBJECT, OTHERS, told) == ["NP202"]
    assert codes(policy("{podSelector: {matchLabels: {app: prom}}}"), OTHERS, told) == []
    assert codes(policy("{podSelector: {matchLabels: {tier: x}}}"), OTHERS, told) == []


@pytest.mark.parametrize(
    ("version", "kind", "spec", "silent"),
    [
        ("argoproj.io/v1alpha1", "Application", "{source: {path: apps}}", True),
        ("argoproj.io/v1alpha1", "Application",
         "{source: {chart: x}, destination: {namespace: shop}}", True),
        ("argoproj.io/v1alpha1", "Application",
         "{source: {chart: x}, destination: {namespace: else}}", False),
        ("argoproj.io/v1alpha1", "ApplicationSet", "{}", True),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease", "{targetNamespace: shop}", True),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease", "{}", False),
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "{path: ./apps}", True),
        ("monitoring.coreos.com/v1", "ServiceMonitor", "{}", False),
    ],
)  # fmt: skip
def test_what_an_installer_installs_may_be_where_it_says_or_anywhere(version, kind, spec, silent):
    installer = made_by(version, kind, spec, namespace="flux")
    assert codes(SUBJECT, OTHERS, installer) == ([] if silent else ["NP202"])


@pytest.mark.parametrize(
    ("labels", "silent"),
    [
        ("{app: x}", False),
        ("{app: kafka}", True),  # its kind
        ("{app: kafka-broker}", True),
        ("{strimzi.io/cluster: x}", True),  # its project
        ("{app: big-one}", True),  # its name
        ("{app: big-one-zookeeper}", True),
        ("{app: bigger-one}", False),
    ],
)
def test_of_a_kind_that_nobody_knows_a_selector_has_to_speak(labels, silent):
    kafka = made_by("kafka.strimzi.io/v1beta2", "Kafka", name="big-one")
    spec = f"{{podSelector: {{matchLabels: {labels}}}}}"
    assert codes(policy(spec), OTHERS, kafka) == ([] if silent else ["NP202"])


def test_a_workload_that_is_scaled_down_has_the_labels_of_its_template():
    rest = (
        "{replicas: 0, selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}}}}"
    )
    idle = made_by("apps/v1", "Deployment", rest)
    assert codes(SUBJECT, OTHERS, idle) == []
    assert codes(from_peer(X), idle) == []
    assert codes(policy("{podSelector: {matchLabels: {app: z-2}}}"), OTHERS, idle) == ["NP202"]
    hashed = "{podSelector: {matchLabels: {app: x, pod-template-hash: 5d8c9}}}"
    assert codes(policy(hashed), OTHERS, idle) == []


KEEPER = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: keeper, namespace: shop}
spec: {template: {metadata: {labels: {app: keeper}}, spec: {containers: [{name: c}]}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: keeper, namespace: shop}
roleRef: {kind: ClusterRole, name: admin}
subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
"""


@pytest.mark.parametrize("text", [SUBJECT, from_peer(X)])
def test_what_a_workload_may_make_by_its_role_is_told_as_a_note(text):
    wanted = text.replace("app: x", "app: wanted")
    (alone,), (found,) = findings(wanted, OTHERS), findings(wanted, OTHERS, KEEPER)
    assert (alone.severity, found.severity, found.code) == ("warning", "note", alone.code)
    assert found.hint == ("all is well if Deployment keeper makes such pods, which its role allows")


def test_a_right_to_make_pods_explains_no_slip_and_no_other_namespace():
    slip = policy("{podSelector: {matchLabels: {app: keepr}}}")
    (found,) = findings(slip, KEEPER)
    assert (found.severity, found.hint) == ("warning", "did you mean app=keeper?")
    (found,) = findings(from_peer(f"{OPS}, {X}"), KEEPER)
    assert found.severity == "warning"


CRANES = """---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: cranes.example.com}
"""


def test_an_operator_that_may_make_pods_anywhere_makes_them_where_its_objects_are():
    anywhere = KEEPER.replace("kind: RoleBinding", "kind: ClusterRoleBinding")
    elsewhere = policy("{podSelector: {matchLabels: {app: db}}}", namespace="cranes")
    (found,) = findings(elsewhere, anywhere)
    assert (found.code, found.severity) == ("NP107", "warning")
    (found,) = findings(elsewhere, anywhere, CRANES)
    assert (found.code, found.severity) == ("NP107", "note")
    (found,) = findings(from_peer(f"{OPS}, {X}"), anywhere, CRANES)
    assert (found.code, found.severity) == ("NP203", "note")


def test_pods_of_prometheus_have_the_labels_that_its_operator_gives():
    def asking(label):
        return policy(f"{{podSelector: {{matchLabels: {{{label}}}}}}}")

    for label in ("app.kubernetes.io/name: prometheus", "prometheus: k8s", "app: prom"):
        assert codes(asking(label), OTHERS, made_by(*PROMETHEUS)) == []
    for label in ("app.kubernetes.io/name: alertmanager", "prometheus: other"):
        assert codes(asking(label), OTHERS, made_by(*PROMETHEUS)) == ["NP202"]


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("policy-group.network.openshift.io/ingress", []),
        ("network.openshift.io/policy-group", []),
        ("network.example.com/policy-group", ["NP203"]),
    ],
)
def test_labels_that_a_platform_gives_to_its_own_namespaces_are_known(label, found):
    assert codes(from_peer(f'namespaceSelector: {{matchLabels: {{{label}: ""}}}}')) == found


# ---------------------------------------------------------------- files that are not read

JOB = """---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: shop}
spec:
  template:
    metadata: {labels: {app: migrate, step: first}}
    spec: {containers: [{name: c, image: x}]}
"""
KUSTOMIZATION = {"kustomization.yaml": "resources: [all.yaml]"}


def select(labels, namespace="shop"):
    return policy(f"{{podSelector: {{matchLabels: {labels}}}}}", namespace=namespace)


def by_list(*values):
    wanted = f"{{key: app, operator: In, values: [{', '.join(values)}]}}"
    return from_peer(f"podSelector: {{matchExpressions: [{wanted}]}}")


ASKED = from_peer("podSelector: {matchLabels: {app: migrate}}")
ELSEWHERE = ASKED + pod("m", "other", "app: migrate")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What is found in the files of a folder, where no program builds anything."""
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)

    def found(files):
        linted = lab.lint(lab.load(write(Path(), files)))
        return [f for f in linted if f.code not in ("NP105", "NP106")]

    return found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (select("{app: migrate}"), "NP202"),
        (select("{step: first}"), "NP202"),
        (ASKED, "NP203"),
        (by_list("db", "migrate"), "NP211"),
        (ELSEWHERE, "NP204"),
        (policy("{podSelector: {}}", namespace="jobs"), "NP107"),
    ],
)  # fmt: skip
def test_nothing_is_missed_that_a_file_holds_which_no_kustomization_takes_in(folder, text, code):
    files = {**KUSTOMIZATION, "all.yaml": pod("db", labels="app: db") + text}
    assert [f.code for f in folder(files)] == [code]
    home = "jobs" if code == "NP107" else "shop"
    assert folder({**files, "job.yaml": JOB.replace("namespace: shop", f"namespace: {home}")}) == []


def test_a_file_left_out_makes_no_pods_with_other_labels_or_elsewhere(folder):
    files = {**KUSTOMIZATION, "job.yaml": JOB}
    for text in (select("{app: migrate, tier: x}"), select("{app: migrate}", "other")):
        others = pod("db", labels="app: db") + pod("o", "other", "app: o")
        assert [f.code for f in folder({**files, "all.yaml": others + text})] == ["NP202"]


CHART = {
    "chart/Chart.yaml": "name: store",
    "chart/templates/store.yaml": JOB.replace("namespace: shop", "namespace: {{ .Values.home }}"),
    "chart/values.yaml": "home: shop",
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (select("{app: migrate}"), "NP202"),
        (ASKED, "NP203"),
        (ELSEWHERE, "NP204"),
    ],
)  # fmt: skip
def test_what_a_template_may_make_is_a_note_that_says_where(folder, text, code):
    files = {"all.yaml": pod("db", labels="app: db") + text}
    (alone,) = folder(files)
    assert (alone.code, alone.severity) == (code, "warning")
    (found,) = folder({**files, **CHART})
    assert (found.code, found.severity) == (code, "note")
    said = "all is well if chart/templates/store.yaml, which is not read, makes such pods"
    assert said in found.hint


def test_a_value_of_a_list_that_a_template_may_make_is_no_finding(folder):
    files = {"all.yaml": pod("db", labels="app: db") + by_list("db", "migrate")}
    assert [f.code for f in folder(files)] == ["NP211"]
    assert folder({**files, **CHART}) == []


def test_a_template_explains_no_slip_and_no_other_label(folder):
    for labels in ("{app: dbb}", "{app: other}"):
        files = {"all.yaml": pod("db", labels="app: db") + select(labels), **CHART}
        assert [f.severity for f in folder(files)] == ["warning"]


def test_a_namespace_that_a_chart_fills_is_told_where_its_pods_may_come_from(folder):
    files = {
        "all.yaml": pod("db", labels="app: db") + policy("{podSelector: {}}", namespace="vault"),
        "vault/values.yaml": "replicas: 1",
    }
    (found,) = folder(files)
    assert (found.code, found.severity) == ("NP107", "note")
    assert "They may come from vault/values.yaml, which is not read." in found.message


def test_a_namespace_that_is_left_out_may_have_the_label(folder):
    text = from_peer("namespaceSelector: {matchLabels: {team: cash}}")
    files = {**KUSTOMIZATION, "all.yaml": pod("db", labels="app: db") + text}
    home = "apiVersion: v1\nkind: Namespace\nmetadata: {name: c, labels: {team: cash}}\n"
    (found,) = folder({**files, "cash.yaml": home})
    assert (found.code, found.severity) == ("NP203", "note")
    assert found.hint == "all is well if cash.yaml, which is not read, sets team=cash"


# ---------------------------------------------------------------- platforms and their operators


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("operatorframework.io/bundle-unpack-ref", []),
        ("olm.managed", []),
        ("cnpg.io/cluster", []),
        ("tekton.dev/pipelineRun", []),
        ("example.com/cluster", ["NP202"]),
        ("notcnpg.io/cluster", ["NP202"]),
    ],
)
def test_labels_that_only_controllers_give_to_pods_are_no_slip(key, found):
    spec = f"{{podSelector: {{matchExpressions: [{{key: {key}, operator: Exists}}]}}}}"
    assert codes(policy(spec)) == found


def test_the_namespaces_of_openshift_are_filled_by_its_operators():
    operator = pod("operator", "openshift-crane", "app: operator")
    anyone = policy("{podSelector: {matchLabels: {app: db}}}", namespace="openshift-hook")
    assert codes(operator, anyone) == []
    assert codes(anyone.replace("openshift-hook", "hook")) == ["NP107"]
    made = policy("{podSelector: {matchLabels: {part: driver}}}", namespace="openshift-crane")
    assert codes(operator, made) == []
    slip = policy("{podSelector: {matchLabels: {app: operater}}}", namespace="openshift-crane")
    assert codes(operator, slip) == ["NP202"]


@pytest.mark.parametrize(
    ("name", "found"), [("openshift-ingress", []), ("kube-system", ["NP205"]), ("ops", ["NP203"])]
)
def test_openshift_gives_a_label_of_their_name_to_its_namespaces(name, found):
    assert codes(from_peer(f"namespaceSelector: {{matchLabels: {{name: {name}}}}}")) == found


# ---------------------------------------------------------------- variants


def side_by_side(folder, *texts):
    return codes(write(folder, {f"{i}.yaml": text for i, text in enumerate(texts)}))


def test_what_a_replaced_workload_made_is_no_slip(tmp_path):
    assert codes(from_peer(X)) == ["NP203"]
    one, other = pod("queue", labels="app: x"), pod("queue", labels="app: z")
    assert side_by_side(tmp_path, one, other, from_peer(X)) == []
    assert side_by_side(tmp_path, other, other, from_peer(X)) == ["NP203"]


def test_no_port_is_missed_that_another_variant_declares(tmp_path):
    queue = "containers: [{name: q, ports: [{containerPort: %s}]}]"
    one, other = (pod("queue", labels="app: queue", spec=queue % port) for port in (80, 9090))
    rule = "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 9090}]}"
    spec = f"{{podSelector: {{matchLabels: {{app: queue}}}}, ingress: [{rule}]}}"
    assert "NP310" in codes(one, policy(spec))
    assert "NP310" not in side_by_side(tmp_path, other, one, policy(spec))
