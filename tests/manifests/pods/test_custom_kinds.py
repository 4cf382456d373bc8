"""Custom resources that make pods: what is known of those pods."""

import pytest

import netpol_lab as lab
from netpol_lab.manifests.pods.custom_kinds import maker_instead

PROMETHEUS = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s}\n"
OWN_NAME = {"app.kubernetes.io/instance": "k8s"}
OWN = {**OWN_NAME, "app.kubernetes.io/name": "prometheus", "prometheus": "k8s"}


def makers(text, **options):
    return lab.load(text, **options).pod_makers


def test_an_operator_makes_pods_in_the_namespace_of_its_object():
    (maker,) = makers(PROMETHEUS, namespace="mon")
    assert (str(maker), maker.name, maker.namespace) == (
        "Prometheus (monitoring.coreos.com)",
        "k8s",
        "mon",
    )
    assert maker.certain
    assert not maker.complete


@pytest.mark.parametrize("spec", ["{podMetadata: {labels: {a: b, c: 3}}}",
                                  "{template: {metadata: {labels: {a: b}}}}",
                                  "{inheritedMetadata: {labels: {a: b}}}"])  # fmt: skip
def test_labels_that_it_is_told_of_are_known(spec):
    (maker,) = makers(f"{PROMETHEUS}spec: {spec}\n")
    assert maker.labels == {"a": "b", **OWN}


@pytest.mark.parametrize("spec", ["3", "[]", "{podMetadata: 3}", "{podMetadata: {labels: [a]}}"])
def test_what_is_not_written_as_expected_tells_no_labels(spec):
    (maker,) = makers(f"{PROMETHEUS}spec: {spec}\n")
    assert maker.labels == OWN


@pytest.mark.parametrize(
    ("kind", "app", "more"),
    [
        ("Alertmanager", "alertmanager", {"alertmanager": "k8s"}),
        ("ThanosRuler", "thanos-ruler", {"thanos-ruler": "k8s"}),
        ("PrometheusAgent", "prometheus-agent", {}),
    ],
)
def test_labels_that_the_operator_of_prometheus_gives_are_known_and_stand(kind, app, more):
    told = "spec: {podMetadata: {labels: {app.kubernetes.io/name: mine}}}\n"
    (maker,) = makers(PROMETHEUS.replace("kind: Prometheus", f"kind: {kind}") + told)
    assert maker.labels == {**OWN_NAME, "app.kubernetes.io/name": app, **more}


def test_a_kind_that_nobody_knows_is_not_certain_to_make_pods():
    (maker,) = makers("apiVersion: example.com/v1\nkind: Crane\nmetadata: {name: [a]}\n")
    assert (maker.name, maker.namespace, maker.certain) == ("", "", False)


def test_a_kind_that_makes_no_pods_is_no_maker():
    assert makers("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n") == ()


# ---------------------------------------------------------------- with a template

CONTAINERS = "spec: {containers: [{name: c, image: x}]}"


def custom(version, kind, spec):
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n"


@pytest.mark.parametrize(
    ("version", "kind", "spec", "number"),
    [
        ("argoproj.io/v1alpha1", "Rollout", "", 1),
        ("argoproj.io/v1alpha1", "Rollout", "replicas: 0,", 0),
        ("apps.openshift.io/v1", "DeploymentConfig", "", 0),
        ("apps.openshift.io/v1", "DeploymentConfig", "replicas: 1,", 1),
        ("apps.openshift.io/v1", "DeploymentConfig", "replicas: 1, test: true,", 0),
        ("v1", "DeploymentConfig", "replicas: 1, selector: {app: a},", 1),
        ("example.com/v1", "Crane", "", 1),
        ("example.com/v1", "Crane", "replicas: 2, test: true,", 2),
        ("serving.knative.dev/v1", "Service", "", 0),  # its labels are known to be others
        ("postgresql.cnpg.io/v1", "Pooler", "", 0),
        ("example.com/v1", "Crane", "replicas: many,", 0),  # nobody would take that
    ],
)
def test_kinds_with_a_template_make_so_many_pods(version, kind, spec, number):
    template = f"{{{spec} template: {{metadata: {{labels: {{app: a}}}}, {CONTAINERS}}}}}"
    found = lab.load(custom(version, kind, template))
    assert len(found.pods) == number
    assert bool(found.pod_makers) == (number == 0)


@pytest.mark.parametrize(
    "template",
    ["3", "{}", "{spec: 3}", "{spec: {containers: []}}", "{spec: {containers: [3]}}",
     "{metadata: 3, spec: {containers: [{name: c}]}}",
     "{metadata: {labels: {a: [b]}}, spec: {containers: [{name: c}]}}",
     "{metadata: {labels: {a: not possible}}, spec: {containers: [{name: c}]}}"],
)  # fmt: skip
def test_a_template_that_is_none_is_passed_over(template):
    found = lab.load(custom("argoproj.io/v1alpha1", "Rollout", f"{{template: {template}}}"))
    assert found.pods == ()
    assert [str(maker) for maker in found.pod_makers] == ["Rollout (argoproj.io)"]


def test_the_labels_of_stable_pods_are_those_of_the_pods():
    stable = "strategy: {blueGreen: {activeMetadata: {labels: {role: active}}}}"
    (pod,) = lab.load(custom("argoproj.io/v1alpha1", "Rollout",
                             f"{{{stable}, template: {{{CONTAINERS}}}}}")).pods  # fmt: skip
    assert pod.labels == {"role": "active"}


def test_what_is_not_known_of_such_pods_is_said():
    crane = custom("example.com/v1", "Crane", f"{{template: {{{CONTAINERS}}}}}")
    (warning,) = lab.load(crane).warnings
    assert str(warning) == (
        "1 Crane (example.com): its pods have the labels of its template; others that selectors "
        "ask for are left open (SEM-78)"
    )


@pytest.mark.parametrize(
    ("metadata", "namespace"),
    [({}, "usual"), ({"namespace": "shop"}, "shop"), ({"namespace": "${SHOP}"}, ""), (7, "usual")],
)
def test_what_stands_for_a_workload_that_is_refused_is_where_it_would_be(metadata, namespace):
    found = maker_instead({"kind": "Job", "metadata": metadata}, "usual")
    assert (found.kind, found.namespace, found.certain) == ("Job", namespace, True)


def test_labels_that_no_server_takes_are_not_those_of_the_pods():
    template = {"metadata": {"labels": {"app": "web", "tier": "${TIER}", "n": 1}}}
    found = maker_instead({"kind": "Deployment", "spec": {"template": template}}, "default")
    assert (found.labels, found.complete) == ({"app": "web"}, False)
    pod = {"kind": "Pod", "metadata": {"name": "A", "labels": {"app": "web"}}}
    assert maker_instead(pod, "default").labels == {"app": "web"}
    assert maker_instead({"kind": "NetworkPolicy"}, "default") is None
