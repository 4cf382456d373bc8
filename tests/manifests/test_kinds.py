"""What objects are called, and what a misspelt kind means."""

import pytest

from netpol_lab.errors import Complaint, ManifestError, Reason
from netpol_lab.manifests.kinds import broken_apart, is_harmless
from netpol_lab.manifests.loader import load, load_files
from tests.helpers.loaded import complaints
from tests.helpers.written import write


def test_a_missing_version_says_what_to_write():
    found = complaints("kind: NetworkPolicy\nmetadata: {name: a}")
    assert "networking.k8s.io/v1" in found[0].hint


def test_a_file_of_tests_among_the_manifests_is_told_what_it_is():
    version, _ = complaints("name: tiers\nexpect: []\n")
    assert version.hint.startswith("this is a file of tests, for netpol-lab test")


def test_a_kind_that_networking_does_not_have_is_refused_and_other_groups_are_left_alone():
    head = "metadata: {name: a, namespace: b}\napiVersion: "
    for kind in ("NetworkPolcy", "NetworkPolicies", "Network Policy", "netpol"):
        (found,) = complaints(f"{head}networking.k8s.io/v1\nkind: {kind}\n")
        assert found.reason is Reason.NO_MATCH
        assert "NetworkPolicy" in found.hint
    assert load(f"{head}projectcalico.org/v3\nkind: NetworkPolicy\n").ignored == {
        "NetworkPolicy": 1
    }


@pytest.mark.parametrize(
    ("kind", "version", "hint"),
    [
        ("Deploymnet", "apps/v1", "did you mean Deployment?"),
        ("Servce", "v1", "did you mean Service?"),
        ("Pods", "v1", "did you mean Pod?"),
        ("CronJbo", "batch/v1", "did you mean CronJob?"),
        ("Deploymnet", "v1", "did you mean Deployment? Its apiVersion is apps/v1"),
        ("Networkpolicy", "v1", "did you mean NetworkPolicy? Its apiVersion is networking.k8s.io"),
        ("NetworkPolicy", "networking.k8.io/v1", "write networking.k8s.io/v1"),
        ("NetworkPolicy", "networking.k8s.oi/v1", "write networking.k8s.io/v1"),
    ],
)
def test_a_kind_or_group_that_is_nearly_one_of_ours_is_refused(kind, version, hint):
    (found,) = complaints(f"metadata: {{name: a}}\napiVersion: {version}\nkind: {kind}\n")
    assert found.reason is Reason.NO_MATCH
    assert found.hint.startswith(hint)


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("CiliumNetworkPolicy", "cilium.io/v2"),
        ("GlobalNetworkPolicy", "projectcalico.org/v3"),
        ("HTTPRoute", "gateway.networking.k8s.io/v1"),
    ],
)
def test_a_kind_of_another_group_is_told_which_and_is_no_misspelt_policy(kind, version):
    head = f"metadata: {{name: a}}\nkind: {kind}\napiVersion: "
    (found,) = complaints(f"{head}networking.k8s.io/v1\n")
    assert found.hint == f"{kind} belongs to another group: write {version}"
    assert (found.path, found.line) == ("apiVersion", 3)
    assert load(head + version).ignored == {kind: 1}


GROUP = "policy.networking.k8s.io"


@pytest.mark.parametrize(
    ("kind", "version", "path", "hint"),
    [
        ("AdminNetworkPolicy", "networking.k8s.io/v1", "apiVersion", f"write {GROUP}/v1alpha1"),
        ("ClusterNetworkPolicy", f"{GROUP}/v1", "apiVersion", f"write {GROUP}/v1beta1"),
        ("ClusterNetworkPolicy", f"{GROUP}/v1alpha1", "apiVersion", f"write {GROUP}/v1beta1"),
        ("AdminNetworkPolicy", f"{GROUP}/v1alpha2", "kind", "a ClusterNetworkPolicy has its place"),
        ("clusternetworkpolicy", f"{GROUP}/v1beta1", "kind", "write ClusterNetworkPolicy"),
        ("ClusterNetworkPolcy", f"{GROUP}/v1beta1", "kind", "did you mean ClusterNetworkPolicy?"),
        ("Something", f"{GROUP}/v1beta1", "kind", "there are ClusterNetworkPolicy, AdminNetwork"),
    ],
)
def test_a_cluster_wide_policy_is_of_one_group_in_the_versions_it_has(kind, version, path, hint):
    (found,) = complaints(f"metadata: {{name: a}}\napiVersion: {version}\nkind: {kind}\n")
    assert (found.reason, found.path) == (Reason.NO_MATCH, path)
    assert hint in found.hint


POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n"


@pytest.mark.parametrize(
    "second",
    [
        "v1\nkind: Pod\nmetadata: {name: a}\nspec: {}",
        "networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}}",
    ],
)
def test_a_second_object_that_begins_within_a_line_is_told_where(second):
    found = complaints(
        f"{POLICY}  podSelector: {{}}\n  policyTypes:\n  - IngressapiVersion: {second}"
    )
    assert found[0].hint == (
        "another object begins in IngressapiVersion: put a line with --- between Ingress and "
        "apiVersion"
    )


@pytest.mark.parametrize("version", ["v1", "apps/v1", "batch/v1"])
def test_no_real_kind_is_taken_for_a_misspelt_one(version):
    kinds = {
        "v1": "Binding ComponentStatus ConfigMap Event LimitRange PersistentVolume "
        "PersistentVolumeClaim PodTemplate ResourceQuota Secret ServiceAccount Status Config "
        "PodTemplateList SecretList",
        "apps/v1": "ControllerRevision ControllerRevisionList Scale",
        "batch/v1": "",
    }[version].split()
    for kind in kinds:
        one = f"metadata: {{name: a}}\napiVersion: {version}\nkind: {kind}\n"
        assert load(one).ignored == {kind: 1}
    for group in ("projectcalico.org/v3", "networking.istio.io/v1", "networking.gke.io/v1"):
        other = f"metadata: {{name: a}}\napiVersion: {group}\nkind: NetworkPolicy\n"
        assert load(other).ignored == {"NetworkPolicy": 1}


def test_a_field_with_other_capitals_is_told_where_it_stands():
    found = complaints("apiversion: v1\nKind: Pod\n")
    assert [(c.line, c.hint) for c in found] == [
        (1, "write apiVersion: upper and lower case matter"),
        (2, "write kind: upper and lower case matter"),
    ]


# ---------------------------------------------------------------- what cannot be read

BROKEN = "apiVersion: v1\nkind: ConfigMap # of values\nmetadata: {name: a}\ndata: [\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"


@pytest.mark.parametrize(
    "text",
    [
        BROKEN,
        BROKEN.replace("ConfigMap", "Secret"),
        "kind: ClusterRole\napiVersion: rbac.authorization.k8s.io/v1\n\tx: y",
    ],
)
def test_some_kinds_have_nothing_to_do_with_traffic(text):
    assert is_harmless(text)


@pytest.mark.parametrize(
    "text",
    [
        BROKEN.replace("ConfigMap", "Pod"),
        BROKEN.replace("ConfigMap", "Namespace"),
        BROKEN.replace("ConfigMap", "List"),
        BROKEN.replace("ConfigMap", "ConfigMapList"),
        BROKEN.replace("ConfigMap", "Podd"),
        BROKEN.replace("v1", "networking.k8s.io/v1"),
        BROKEN.replace("v1", "example.com/v1"),
        BROKEN.replace("kind", "knd"),
        BROKEN.replace("kind", " kind"),
        BROKEN + "kind: Service\n",
        BROKEN + "apiVersion: v1\n",
        BROKEN + "  spec: {podSelector: {}}\n",
        "a: [",
        "",
    ],
)
def test_all_else_may_matter(text):
    assert not is_harmless(text)


def test_complaints_go_with_their_documents():
    first, second = (Complaint("", Reason.SYNTAX, "x", document=n) for n in (1, 3))
    text = f"a: [\n---\n{POD}---\n{BROKEN}"
    assert broken_apart([first, second], text) == ([first], [second])
    assert broken_apart([first], '{"kind": "ConfigMap", "apiVersion": "v1", ') == ([first], [])


def test_a_cluster_is_read_in_part_without_a_config_map_that_cannot_be_read(tmp_path):
    write(tmp_path, {"a.yaml": f"{BROKEN}---\n{POD}"})
    with pytest.raises(ManifestError):
        load_files(str(tmp_path))
    cluster = load_files(str(tmp_path), partly=True)
    assert (len(cluster.pods), [one.document for one in cluster.refused]) == (1, [1])
