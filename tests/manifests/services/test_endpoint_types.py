"""Endpoints and EndpointSlices as they are written."""

from netpol_lab.manifests.decoding import decoder
from netpol_lab.manifests.services import endpoint_types as api


def decoded(kind, value):
    problems = []
    return decoder(kind)(value, (), problems), [problem.message for problem in problems]


def test_what_is_not_written_of_conditions_is_not_false():
    found, problems = decoded(api.EndpointConditions, {"ready": None, "serving": False})
    assert (found.ready, found.serving, found.terminating) == (None, False, None)
    assert problems == []


def test_fields_that_do_not_matter_are_accepted():
    value = {"addresses": ["10.0.0.1"], "hints": {"forZones": [{"name": "a"}]}, "zone": "a"}
    found, problems = decoded(api.SliceEndpoint, value)
    assert found.addresses == ("10.0.0.1",)
    assert problems == []


def test_a_wrong_type_is_said():
    assert decoded(api.EndpointSubset, {"addresses": "10.0.0.1"})[1] == [
        'cannot be the text "10.0.0.1": must be a list'
    ]
