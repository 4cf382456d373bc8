"""The table of policyTypes says what the rows DEF-01 to DEF-06 of semantics.md say."""

import pytest

from netpol_lab.manifests.loader import load
from netpol_lab.pictures.policy_types_table import (
    SECTIONS,
    TYPES,
    _isolated,
    policy_answers,
    policy_types,
    policy_yaml,
)
from netpol_lab.pictures.shapes import Box
from netpol_lab.pictures.svg import paint

ANSWERS = policy_answers()


def test_all_thirty_six_ways_are_answered():
    assert len(ANSWERS) == len(TYPES) * len(SECTIONS) ** 2 == 36


@pytest.mark.parametrize("egress", SECTIONS)
@pytest.mark.parametrize("ingress", SECTIONS)
def test_without_policy_types_ingress_is_isolated_and_egress_only_if_it_has_rules(ingress, egress):
    assert ANSWERS["absent", egress, ingress] == (True, egress == "rules")


@pytest.mark.parametrize("egress", SECTIONS)
@pytest.mark.parametrize("ingress", SECTIONS)
def test_written_policy_types_alone_decide(ingress, egress):
    assert ANSWERS["[Ingress]", egress, ingress] == (True, False)
    assert ANSWERS["[Egress]", egress, ingress] == (False, True)
    assert ANSWERS["[Ingress, Egress]", egress, ingress] == (True, True)


@pytest.mark.parametrize("egress", SECTIONS.values())
def test_an_empty_list_of_types_is_like_none(egress):
    """The picture says so under the table."""
    pods = load("one-way")
    empty, absent = (policy_yaml("absent", egress, types) for types in ("empty", "absent"))
    assert _isolated(pods, empty) == _isolated(pods, absent)


def test_every_text_lies_on_the_sheet_and_cells_with_the_same_answer_are_one():
    sheet = policy_types().scene.sheet
    page = Box(0, 0, sheet.width, sheet.height)
    texts = [shape for shape in sheet.walk() if hasattr(shape, "words")]
    assert all(t.box.x >= 0 and t.box.right <= page.right for t in texts)
    assert sum(text.words.startswith("egress ") for text in texts) == 5


def test_it_is_a_picture_like_the_others():
    picture = policy_types()
    assert paint(picture.scene) == picture.svg
    assert picture._repr_mimebundle_()["text/plain"] == picture.text
    assert picture.scene.desc.startswith("policyTypes absent, ingress any, egress absent or [ ]")
