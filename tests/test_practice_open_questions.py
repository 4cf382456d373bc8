"""Questions about enforcement: what a plugin does, and what Kubernetes leaves to it."""

from random import Random

import pytest

from netpol_lab.practice.open_questions import OPEN, enforcement, left_open, which_open
from netpol_lab.practice.questions import ask

SEEDS = range(12)


def test_each_of_the_three_answers_comes_up():
    asked = [ask(left_open, "09", "medium", Random(seed)) for seed in SEEDS]
    assert {one.right for one in asked} == {"allowed", "blocked", OPEN}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_open_is_told_with_the_open_choice(seed):
    asked = ask(which_open, "09", "medium", Random(seed))
    assert asked.because.count(": undefined") == 1
    assert "  open     " in asked.because


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plugin_that_does_not_enforce_lets_everybody_in(seed):
    asked = ask(enforcement, "09", "easy", Random(seed))
    everyone = asked.manifests.count("kind: Pod\n") - 1
    let_in = asked.right != "none of them" and len(asked.right.split(", "))
    assert ("does not enforce" not in asked.text) or let_in == everyone


def test_the_other_kind_of_plugin_is_the_confusion():
    asked = ask(enforcement, "09", "easy", Random(1))
    assert any("plugin" in why for why in asked.confusions.values())
