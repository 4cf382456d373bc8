"""What all explorers share: a wrong question is said and changes nothing, parts say why."""

from html import unescape

import pytest
from ipywidgets import HTML
from traitlets import TraitError

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError
from netpol_lab.widgets.clickable_picture import TrafficMap
from netpol_lab.widgets.explorers.base import TextField, chosen_from, one_of, refuse_unknown
from netpol_lab.widgets.static_picture import StillMap
from tests.helpers.boards import inside
from tests.helpers.explored import SHOP

SHOWN = {
    "selector": lambda: lab.explore_selector(SHOP),
    "ports": lambda: lab.explore_ports(SHOP, "api"),
    "block": lambda: lab.explore_block("10.0.0.0/8", ["10.1.0.0/16"], addresses=["10.1.2.3"]),
    "enforcement": lambda: lab.explore_enforcement(SHOP, port=8080),
}


@pytest.fixture(params=SHOWN)
def explorer(request):
    return SHOWN[request.param]()


def test_an_explorer_leaves_its_words_and_its_picture(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert data["text/plain"] == repr(explorer) == explorer.summary
    assert data["image/svg+xml"].startswith("<svg")
    assert " at 0x" not in data["text/plain"]


def test_two_that_are_made_alike_leave_the_same(explorer, request):
    other = SHOWN[request.node.callspec.params["explorer"]]()
    assert explorer._repr_mimebundle_()[0]["image/svg+xml"] == other.svg


def test_the_picture_can_be_had_alone(explorer, tmp_path):
    picture = explorer.draw()
    assert str(picture) == explorer.summary
    assert picture.save(tmp_path / "picture.svg").read_text(encoding="utf-8") == explorer.svg


def test_each_part_says_why_when_it_is_chosen(explorer):
    keys = [unescape(part.split('"')[1]) for part in explorer.svg.split("data-key=")[1:]]
    assert keys
    for key in keys:
        explorer._map.selected = key
        assert explorer._map.explanation == explorer._shown.why(key) != ""


def test_while_nothing_is_chosen_something_is_said(explorer):
    assert explorer._map.explanation != ""


def test_no_complaint_is_there_at_the_start(explorer):
    assert not any(
        "nl-wrong" in html.value for html in inside(explorer, HTML) if "<style" not in html.value
    )


def test_a_fault_of_ours_is_said_under_the_field(explorer, monkeypatch):
    def fail(edited):
        raise TypeError(f"{edited} is not what was expected.")

    before = explorer._inputs, explorer.svg
    monkeypatch.setattr(explorer, "_typed", fail)
    for name, field in explorer._fields.items():
        explorer._on_edit(name)
        said = f"TypeError: {name} is not what was expected. The picture stays as it was."
        assert said in field._said.value
    assert (explorer._inputs, explorer.svg) == before


def test_fields_that_cannot_be_filled_leave_inputs_fields_and_picture_as_they_were():
    block = lab.explore_block("10.0.0.0/8")
    before = block._inputs, block.summary, block.svg
    with pytest.raises(TraitError):
        block.set(cidr="192.168.0.0/16", address=5)
    assert (block._inputs, block.summary, block.svg) == before
    assert block._fields["cidr"].value == "10.0.0.0/8"


def test_there_is_one_picture_to_click_on_and_no_other(explorer):
    for shown in (explorer, lab.explore_types()):
        assert len(list(inside(shown, TrafficMap))) == 1


def test_a_complaint_is_escaped_and_goes_away():
    field = TextField("cidr")
    field.say("<b>no</b>")
    assert "&lt;b&gt;no&lt;/b&gt; The picture stays as it was." in field._said.value
    field.say("")
    assert field._said.value == ""


def test_what_is_not_there_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean port"):
        refuse_unknown(["prt"], ["port", "service"])
    with pytest.raises(UnknownNameError, match="Did you mean peer"):
        one_of("role", "pear", ["peer", "subject"])


def test_without_anywidget_the_parts_are_chosen_from_a_list(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "netpol_lab.widgets.clickable_picture", None)
    assert isinstance(chosen_from(), StillMap)
    assert lab.explore_ports(SHOP, "api").svg.startswith("<svg")
