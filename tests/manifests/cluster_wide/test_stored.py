"""What a server makes of a cluster-wide policy as a whole."""

import pytest

from netpol_lab.errors import Reason
from netpol_lab.manifests.cluster_wide.channels import Channel
from netpol_lab.manifests.cluster_wide.stored import stored

SPEC = {"tier": "Admin", "priority": 1, "subject": {"namespaces": {}}}


def admitted(metadata=None, channel=Channel.STANDARD, **more):
    head = {"apiVersion": "policy.networking.k8s.io/v1beta1", "kind": "ClusterNetworkPolicy"}
    value = {**head, "metadata": metadata or {"name": "c"}, "spec": SPEC, **more}
    return stored(value, channel)


def test_a_policy_of_the_cluster_is_in_no_namespace():
    found = admitted({"name": "c", "namespace": "shop"})
    assert (found.refused, found.policy.metadata.namespace) == ([], "")
    assert found.policy.plain["spec"] == SPEC


def test_a_status_is_dropped_whatever_it_is_but_its_fields_have_to_be_known():
    assert admitted(status={"conditions": [{"type": "x"}]}) == admitted()
    assert [p.path for p in admitted(status={"foo": 1}).unknown] == [("status", "foo")]


def test_unknown_fields_are_told_in_the_order_of_their_paths():
    spec = {**SPEC, "b": 1, "a": 2}
    found = admitted({"name": "c", "nam": "d"}, spec=spec)
    assert [p.path[-1] for p in found.unknown] == ["nam", "a", "b"]
    assert found.refused == []


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"name": 5}, "number into Go struct field ObjectMeta.name of type string"),
        ({"labels": []}, "array into Go struct field ObjectMeta.labels of type map[string]string"),
        ({"labels": {"a": True}}, "bool into Go struct field ObjectMeta.labels of type string"),
        ({"finalizers": "x"}, "string into Go struct field ObjectMeta.finalizers of type []string"),
        ({"generation": "x"}, "string into Go struct field ObjectMeta.generation of type int64"),
        ("c", "string into Go value of type v1.ObjectMeta"),
    ],
)
def test_metadata_of_a_wrong_type_is_all_that_is_told_in_the_words_of_go(metadata, said):
    (problem,) = admitted(metadata, spec={}).refused
    assert (problem.path, problem.reason) == ((), Reason.TYPE)
    assert problem.message == f"json: cannot unmarshal {said}"
    assert problem.written_at[:1] == ("metadata",)


def test_a_time_and_what_controllers_write_keep_their_words():
    owner = {"ownerReferences": [{"controller": 5}]}
    assert "cannot be the number 5" in admitted(owner).refused[0].message
    assert admitted({"name": "c", "creationTimestamp": "yesterday"}).refused


def test_the_last_unknown_field_tells_what_else_would_be_refused():
    spec = {**SPEC, "tier": "x", "a": 1, "b": 2}
    first, last = admitted(spec=spec).unknown
    assert "also refuses" not in first.hint
    assert last.hint.endswith(
        'once this is right the server also refuses spec.tier: Unsupported value: "x": supported '
        'values: "Admin", "Baseline"'
    )


def test_what_is_missing_only_as_its_name_is_unknown_is_no_other_fault():
    spec = {"tier": "Admin", "priority": 1, "Subject": {"namespaces": {}}}
    spec["ingress"] = [{"action": "Deny", "from": [{"namespaceSelector": {}}]}]
    assert all("also refuses" not in problem.hint for problem in admitted(spec=spec).unknown)


def test_beyond_two_hundred_faults_there_are_no_hints_but_faults():
    ports = [{"portNumber": {"port": 0}} for _ in range(99)]
    rules = [{"action": "Deny", "from": [{"namespaces": {}}], "ports": ports} for _ in range(3)]
    head = {"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy"}
    spec = {"priority": 1, "subject": {"namespaces": {}}, "ingress": rules}
    found = stored({**head, "metadata": {"name": "a"}, "spec": spec})
    assert len(found.refused) == 3 * 99
    assert [bool(problem.hint) for problem in found.refused] == [True] * 200 + [False] * 97
    spec["ingress"] = [{**rules[0], "ports": [{"x": 1} for _ in range(99)]} for _ in range(3)]
    found = stored({**head, "metadata": {"name": "a"}, "spec": spec})
    assert [bool(problem.hint) for problem in found.unknown[:-1]] == [True] * 200 + [False] * 96
