"""What objects are called, and what a misspelt kind means."""

import pytest

from netpol_lab.errors import ManifestError, Reason
from netpol_lab.manifests.loader import load


def complaints(text):
    with pytest.raises(ManifestError) as error:
        load(text)
    return error.value.complaints


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
