"""What plugins do differently: every choice begins with the default and is explained."""

import pytest

import netpol_lab as lab
from netpol_lab.widgets.explorers.plugins import CHOICES, said


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_begins_with_the_default_and_has_its_sentence(name):
    caption, answers = CHOICES[name]
    assert answers[0].value is getattr(lab.Assumptions(), name)
    for answer in answers:
        assert said(name, lab.Assumptions(**{name: answer.value})).startswith(
            f"{caption} {answer.words} ("
        )
