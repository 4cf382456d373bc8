"""One decoder, driven by the API's types."""

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.text.yaml_reader import documents
from tests.helpers.decoded import decode, problem


def test_null_equals_absent():
    for kind in (api.NetworkPolicySpec, api.NetworkPolicyPeer, api.LabelSelector, api.Pod):
        empty, problems = decode(kind, {})
        assert decode(kind, None) == (kind(), [])
        assert (empty, problems) == (kind(), [])


def test_null_inside_lists_and_label_maps_is_an_empty_value():
    spec, _ = decode(api.NetworkPolicySpec, {"ingress": [None]})
    assert spec.ingress == (api.NetworkPolicyIngressRule(),)
    selector, _ = decode(api.LabelSelector, {"matchLabels": {"app": None}})
    assert selector.match_labels == {"app": ""}


def test_empty_and_absent_lists_stay_apart():
    assert decode(api.NetworkPolicySpec, {"ingress": []})[0].ingress == ()
    assert decode(api.NetworkPolicySpec, {})[0].ingress is None


def test_open_types_let_other_fields_pass():
    assert decode(api.Pod, {"spec": {"dnsPolicy": "None", "containers": [{"image": "x"}]}})[1] == []


def test_whole_numbers_must_fit_32_bits():
    assert problem(api.NetworkPolicyPort, {"port": 2**31}).reason is Reason.TYPE
    assert decode(api.NetworkPolicyPort, {"port": 80.0})[1] == []
    assert problem(api.NetworkPolicyPort, {"port": float("nan")}).reason is Reason.TYPE
    assert problem(api.NetworkPolicyPort, {"port": True}).reason is Reason.TYPE


def test_all_problems_are_collected():
    _, problems = decode(api.NetworkPolicySpec, {"a": 1, "ingress": 2, "podSelector": [3]})
    assert len(problems) == 3


def test_a_problem_is_told_with_its_place_within_a_list():
    (document,), _ = documents("items:\n- a: 1\n  b: {c: 2}\n", "x.yaml")
    problem = Problem(("b", "c"), Reason.INVALID, "no", "yes")
    complaint = problem.complaint(document, ("items", 0))
    assert (complaint.path, complaint.line, complaint.column) == ("b.c", 3, 10)
    assert (complaint.message, complaint.hint, complaint.file) == ("no", "yes", "x.yaml")
