"""Questions about enforcement: what a plugin does, and what Kubernetes leaves to it."""

from random import Random

import pytest

import netpol_lab as lab
from netpol_lab.course.practice.chapters import ask
from netpol_lab.course.practice.undefined_questions import OPEN, enforcement, left_open, which_open

SEEDS = range(12)


def test_each_of_the_three_answers_comes_up():
    asked = [ask(left_open, "09", "medium", Random(seed)) for seed in SEEDS]
    assert {one.right for one in asked} == {"allowed", "blocked", OPEN}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_open_is_told_with_the_open_choice(seed):
    asked = ask(which_open, "09", "medium", Random(seed))
    assert asked.because.count(": undefined") == 1
    assert "  open     " in asked.because


def test_ping_is_at_most_one_of_the_choices_and_seldom_there():
    asked = [ask(which_open, "09", "medium", Random(seed)) for seed in range(40)]
    pings = [sum("ICMP" in choice for choice in one.choices) for one in asked]
    assert max(pings) == 1
    assert 0 < sum(pings) <= 20
    assert len({"ICMP" in one.right for one in asked if "ICMP" in str(one.choices)}) == 2


@pytest.mark.parametrize("kind", [left_open, which_open])
def test_no_address_is_asked_about_that_a_pod_shares_with_its_node(kind):
    for seed in SEEDS:
        asked = ask(kind, "09", "medium", Random(seed))
        shared = {pod.addresses[0] for pod in lab.load(asked.manifests).pods}
        flows = f"{asked.text} {asked.choices}"
        assert not any(f"{address} " in flows for address in shared)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plugin_that_does_not_enforce_lets_everybody_in(seed):
    asked = ask(enforcement, "09", "easy", Random(seed))
    everyone = asked.manifests.count("kind: Pod\n") - 1
    let_in = asked.right != "none of them" and len(asked.right.split(", "))
    assert ("does not enforce" not in asked.text) or let_in == everyone


def test_the_other_kind_of_plugin_is_the_confusion():
    asked = ask(enforcement, "09", "easy", Random(1))
    assert any("plugin" in why for why in asked.confusions.values())
