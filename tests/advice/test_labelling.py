"""Labels that peers ask for, given to those who lack them: which, where, and never some."""

import pytest

from netpol_lab.advice.edit import Touch
from tests.helpers.proposed import first, proposals


def test_a_pod_gets_the_one_label_it_lacks():
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: shop, trusted: 'yes'}}}]}]}"
    assert first(spec) == (
        "give Pod shop/web the label trusted=yes, which rule 1 of shop/p wants",
        "Pod shop/web",
        "metadata.labels",
        {"trusted": "yes"},
    )


def test_a_namespace_gets_the_one_label_it_lacks():
    spec = "{ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]}"
    found = {
        source: next(edit for edit in proposals(spec, source) if edit.touch is Touch.FOREIGN)
        for source in ("other/client", "shop/web")
    }
    first, second = found.values()
    assert (first.object, first.what_to_do) == ("Namespace other", "add to metadata.labels")
    assert (second.object, second.what_to_do) == ("Namespace shop", "metadata.labels becomes")
    assert first.yaml == second.yaml == "team: x"


@pytest.mark.parametrize(
    ("kind", "spec", "path"),
    [
        ("Deployment", "{template: TEMPLATE}", "spec.template.metadata.labels"),
        ("CronJob", "{schedule: '* * * * *', jobTemplate: {spec: {template: TEMPLATE}}}",
         "spec.jobTemplate.spec.template.metadata.labels"),
    ],
)  # fmt: skip
def test_the_label_of_a_replica_belongs_into_the_template_of_its_workload(kind, spec, path):
    version = "apps/v1" if kind == "Deployment" else "batch/v1"
    spec = spec.replace("TEMPLATE", "{metadata: {labels: {app: job}}}")
    workload = (
        f"apiVersion: {version}\nkind: {kind}\n"
        f"metadata: {{name: w, namespace: shop}}\nspec: {spec}\n"
    )
    rule = "{ingress: [{from: [{podSelector: {matchExpressions: [{key: t, operator: Exists}]}}]}]}"
    _, title, place, typed = first(rule, "shop/w", workload)
    assert (title, place, typed) == (f"{kind} shop/w", path, {"t": ""})


def test_all_replicas_get_the_label():
    rule = "{ingress: [{from: [{podSelector: {matchExpressions: [{key: t, operator: Exists}]}}]}]}"
    assert [pod.name for pod in proposals(rule, "shop/api")[0].changed] == ["api-1", "api-2"]


def test_a_label_with_another_value_is_left_alone():
    rule = "{ingress: [{from: [{podSelector: {matchLabels: {tier: backend}}}]}]}"
    assert not any(edit.words.startswith("give") for edit in proposals(rule))


def given(rule, source, more=""):
    """The labels that are proposed: whose, in which words, and how foreign they are."""
    found = proposals(rule, source, more)
    return [(edit.words, edit.touch) for edit in found if edit.words.startswith("give")]


def wants(labels):
    item = f"{{namespaceSelector: {{}}, podSelector: {{matchLabels: {labels}}}}}"
    return f"{{ingress: [{{from: [{item}]}}]}}"


def test_a_pod_of_another_namespace_is_a_foreign_one():
    ((_, here),) = given(wants("{app: shop, trusted: x}"), "shop/web")
    ((_, there),) = given(wants("{app: client, trusted: x}"), "other/client")
    assert (here, there) == (Touch.OWN, Touch.FOREIGN)


@pytest.mark.parametrize(
    "key", ["version", "helm.sh/chart", "pod-template-hash", "apps.kubernetes.io/pod-index", "tier"]
)
def test_no_version_is_given_and_nothing_that_controllers_write_or_that_is_there(key):
    assert not given(wants(f"{{app: shop, {key}: '1'}}"), "shop/web")


def test_the_name_of_a_namespace_is_the_servers():
    item = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}}"
    assert not given(f"{{ingress: [{{from: [{item}]}}]}}", "other/client")


TRUSTED = "{ingress: [{from: [{podSelector: {matchLabels: {trusted: x}}}]}]}"
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: probe, namespace: shop}
spec: {template: {metadata: {labels: {app: probe}}}}
"""


def test_the_template_of_a_job_cannot_be_changed():
    assert not given(wants("{app: probe, trusted: x}"), "shop/probe", JOB)


def test_a_label_that_only_the_owner_has_is_told():
    owner = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: w, namespace: shop, labels: {trusted: x}}
spec: {template: {metadata: {labels: {app: w}}}}
"""
    ((words, _),) = given(TRUSTED, "shop/w", owner)
    assert words == (
        "give the pods of Deployment shop/w the label trusted=x, which rule 1 of shop/p wants: "
        "it has the label, its pods do not"
    )


def test_a_template_without_labels_gets_the_first_one():
    bare = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: bare, namespace: shop}
spec: {template: {metadata: {labels: }}}
"""
    edit = proposals(TRUSTED, "shop/bare", bare)[0]
    assert edit.what_to_do == "spec.template.metadata.labels becomes"


OWNER_JOB = JOB.replace("namespace: shop}", "namespace: shop, labels: {trusted: z}}", 1)
ONE_OF = "matchExpressions: [{key: trusted, operator: In, values: [x, z]}]"
ANY_OF = TRUSTED.replace("matchLabels: {trusted: x}", ONE_OF)


def test_of_several_values_it_is_that_of_the_owner_or_none():
    ((words, _),) = given(ANY_OF, "shop/probe", OWNER_JOB)
    assert words.startswith("give the pods of Job shop/probe the label trusted=z, ")
    assert words.endswith("(delete it first, its template cannot be changed)")
    assert not given(ANY_OF, "shop/web")
