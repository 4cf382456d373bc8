"""The explorer of an ipBlock: fields and code say the same."""

import pytest
from ipywidgets import Text

import netpol_lab as lab
from netpol_lab.errors import FlowError, ManifestError
from tests.helpers.boards import inside


@pytest.fixture
def explorer():
    return lab.explore_block(
        "10.0.0.0/8", ["10.1.0.0/16"], addresses=["10.1.2.3", ("x", "8.8.8.8")]
    )


def fields(explorer):
    return {made.description: made for made in inside(explorer, Text)}


def test_what_is_not_mentioned_stays(explorer):
    explorer.set(address="10.2.0.1")
    explorer.set(except_="10.2.0.0/16")
    assert explorer.inside == {"10.1.2.3": True, "8.8.8.8": False, "10.2.0.1": False}
    explorer.set(address=None)
    assert list(explorer.inside) == ["10.1.2.3", "8.8.8.8"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"cidr": "10.0.0.0"}, ManifestError),
        ({"cidr": "192.168.0.0/16"}, ManifestError),
        ({"except_": ["11.0.0.0/16"]}, ManifestError),
        ({"address": "here"}, FlowError),
    ],
)
def test_a_wrong_question_raises_and_changes_nothing(explorer, wrong, error):
    before = explorer.summary, fields(explorer)["cidr"].value
    with pytest.raises(error):
        explorer.set(**wrong)
    assert (explorer.summary, fields(explorer)["cidr"].value) == before


def test_typing_does_what_set_does(explorer):
    fields(explorer)["except"].value = "10.1.0.0/16, 10.2.0.0/16 "
    assert explorer.draw().scene.title == "10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16"
    assert fields(explorer)["except"].value == "10.1.0.0/16, 10.2.0.0/16 "


def test_both_fields_may_become_wrong_and_right_again_one_after_the_other(explorer):
    fields(explorer)["cidr"].value = "192.168.0.0/16"
    assert "strict subset" in explorer._fields["except_"]._said.value
    fields(explorer)["except"].value = "192.168.1.0/24"
    assert explorer._fields["except_"]._said.value == ""
    assert explorer.summary.startswith("192.168.0.0/16 except 192.168.1.0/24")


def test_an_address_that_is_none_is_said_under_its_field(explorer):
    fields(explorer)["An address to look for"].value = "10.0.0"
    assert "is not an IP address" in explorer._fields["address"]._said.value
    assert "cidr" not in explorer._fields["cidr"]._said.value


def test_one_exception_may_be_written_as_text():
    assert lab.explore_block("10.0.0.0/8", "10.1.0.0/16").summary.startswith("10.0.0.0/8 except")


def test_the_pods_of_a_cluster_can_be_marked():
    block = lab.explore_block("10.1.0.0/27", addresses=lab.load("three-tier"))
    assert block.inside == {"10.1.0.10": True, "10.1.0.20": True, "10.1.0.30": True}


def test_a_finished_pod_owns_no_address_to_mark():
    pods = "".join(
        f"""
---
apiVersion: v1
kind: Pod
metadata: {{name: {phase.lower()}}}
status: {{phase: {phase}, podIP: 10.1.0.{number}}}
"""
        for number, phase in enumerate(("Running", "Succeeded", "Failed"))
    )
    assert list(lab.explore_block("10.1.0.0/27", addresses=lab.load(pods)).inside) == ["10.1.0.0"]


def test_none_is_no_exception(explorer):
    assert lab.explore_block("10.0.0.0/8", None).summary.startswith("10.0.0.0/8\n")
    explorer.set(except_=None)
    assert fields(explorer)["except"].value == ""
