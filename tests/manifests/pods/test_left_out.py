"""What files that are not read say of pods."""

import pytest

from netpol_lab.manifests.pods.left_out import said_of_pods, unread
from netpol_lab.manifests.text.files import ManifestText, Origin

TEMPLATE = "metadata: {labels: {app: task}}, spec: {containers: [{name: c, image: x}]}"
JOB = (
    f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: task}}\nspec: {{template: {{{TEMPLATE}}}}}"
)
CRON_JOB = (
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: task, namespace: own}\n"
    f"spec: {{jobTemplate: {{spec: {{template: {{{TEMPLATE}}}}}}}}}"
)
DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: task}\n"
    f"spec: {{selector: {{matchLabels: {{app: task}}}}, template: {{{TEMPLATE}}}}}"
)
PATCH = DEPLOYMENT.replace("selector: {matchLabels: {app: task}}, ", "")
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: n, labels: {team: ops}}"


def said(text, name="jobs/task.yaml", namespace=""):
    return said_of_pods(ManifestText(name, text, Origin.LEFT_OUT, namespace=namespace))


@pytest.mark.parametrize(
    ("text", "home"), [(JOB, "usual"), (CRON_JOB, "own"), (DEPLOYMENT, "usual")]
)
def test_a_workload_that_is_left_out_makes_pods_with_the_labels_of_its_template(text, home):
    (maker,), files = said(text, namespace="usual")
    assert (maker.namespace, maker.labels) == (home, {"app": "task"})
    assert maker.certain
    assert maker.complete
    assert files == []


def test_a_workload_whose_namespace_nobody_says_may_be_anywhere():
    assert [maker.namespace for maker in said(JOB)[0]] == [""]


def test_the_objects_of_a_list_are_left_out_one_by_one():
    items = "\n".join(
        f"- {one}".replace("\n", "\n  ") for one in (JOB, JOB.replace("task", "other"))
    )
    makers, _ = said(f"apiVersion: v1\nkind: List\nitems:\n{items}")
    assert [maker.name for maker in makers] == ["task", "other"]


def test_a_custom_resource_that_is_left_out_makes_what_its_kind_makes():
    (maker,), files = said(
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s}\n"
    )
    assert maker.labels["prometheus"] == "k8s"
    assert files == []


@pytest.mark.parametrize("text", [PATCH, NAMESPACE, f"{JOB}\n---\n{NAMESPACE}"])
def test_of_patches_and_namespaces_the_words_are_known(text):
    _, (file,) = said(text)
    assert file.name == "jobs/task.yaml"
    assert file.mentions("name", ["n", "task"])
    assert not file.mentions("name", ["other"])


@pytest.mark.parametrize(
    ("name", "text", "known"),
    [
        ("chart/values.yaml", "image: {tag: v1}", True),
        ("deploy/x/helm-values.yml", "replicas: 2", True),
        ("chart/Chart.yaml", "name: web", True),
        ("chart/templates/web.yaml", 'kind: Pod\nlabels: {app: {{ include "web.name" . }}}', True),
        ("add.yaml", "- {op: add, path: /spec/template/metadata/labels/app, value: web}", True),
        ("alerts.yaml", "groups: [{labels: {app: web}, text: '{{ $labels.app }}'}]", False),
        ("alerts.yaml", "groups: []", False),
        ("schema-values.json", "{}", False),
    ],
)
def test_values_templates_and_whatever_speaks_of_labels_are_kept_in_mind(name, text, known):
    found = [file.name for file in unread(ManifestText(name, text))]
    assert found == [name] * known


def test_the_folders_of_a_file_are_among_its_words():
    (file,) = unread(ManifestText("deploy/vault/values.yaml", "a: b"))
    assert {"deploy", "vault", "values", "a", "b"} <= file.words


def test_what_cannot_be_read_says_nothing():
    assert said("a: [") == ([], [])
    assert said("- 1\n---\n2\n") == ([], [])


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("ScaledObject", False),
        ("NetworkPolicy", False),
        ("CiliumNetworkPolicy", False),
        ("Service", False),
        ("Deployment", True),
        ("Kustomization", True),
        ("Crane", True),
    ],
)
def test_kinds_that_make_no_pods_are_no_excuse_for_labels(kind, known):
    text = f"kind: {kind}\nspec: {{target: {{kind: Deployment}}, labels: {{app: queue}}}}\n"
    assert bool(said(text)[1]) is bool([*unread(ManifestText("a.yaml", text))]) is known


def test_one_kind_with_pods_beside_others_is_enough():
    service = "kind: Service\nmetadata: {labels: {a: b}}\n"
    chart = "kind: Deployment\nspec: {template: {metadata: {labels: {{ .l }}}}}\n"
    assert [*unread(ManifestText("a.yaml", service))] == []
    (found,) = unread(ManifestText("a.yaml", f"{service}---\n{chart}"))
    assert found.name == "a.yaml"
