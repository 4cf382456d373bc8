"""Questions that change something: two policies to compare, one line, or the labels of a pod."""

import re
from random import Random

import pytest

import netpol_lab as lab
from netpol_lab.course.practice.chapters import ask
from netpol_lab.course.practice.variant_questions import BOTH, NEW, change, labels, variants

SEEDS = range(6)
REFUSES = re.compile("no rule admits|nothing is admitted")


@pytest.mark.parametrize("seed", SEEDS)
def test_two_variants_are_legal_and_written_differently(seed):
    asked = ask(variants, "04", "easy", Random(seed))
    a, b = asked.variants
    assert a != b
    assert len(lab.load(a).policies) == len(lab.load(b).policies)
    assert asked.because.startswith("A: ")


@pytest.mark.parametrize("chapter", ["08", "11"])
def test_no_answer_depends_on_whether_blocks_match_pods(chapter):
    by_selectors = lab.Assumptions(ip_block_matches_pods=False)
    for seed in range(25):
        asked = ask(variants, chapter, "medium", Random(seed))
        source, goal, protocol, port = re.search(
            r"(\S+) -> (\S+)  (\S+) (\d+)", asked.text
        ).groups()
        answers = [
            lab.evaluate(seen, source, goal, int(port), protocol, by_selectors).allowed
            for seen in clusters(asked)
        ]
        assert BOTH[tuple(answers)] == asked.right


def clusters(asked):
    """The clusters of both ways to write the policies."""
    things = lab.load(asked.manifests)
    return [things.with_policies(lab.load(text).policies) for text in asked.variants]


def test_some_confusion_or_the_difference_matters_to_the_connection():
    asked = [ask(variants, "05", "easy", Random(seed)) for seed in range(25)]
    assert all(one.confusions for one in asked)


def test_a_change_says_which_line_is_meant():
    for seed in range(25):
        asked = ask(change, "11", "medium", Random(seed))
        for choice in asked.choices:
            home, name, old = re.match(r"in (\S+)/(\S+), (.*) becomes", choice).groups()
            (text,) = (one for one in asked.policies.split("---\n") if f"name: {name}, n" in one)
            told = [line.strip().removeprefix("- ").removeprefix("- ") for line in text.split("\n")]
            assert told.count(old) == 1, (home, choice)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_change_is_one_line(seed):
    asked = ask(change, "07", "easy", Random(seed))
    for text in asked.variants:
        pairs = zip(asked.policies.split("\n"), text.split("\n"), strict=True)
        assert sum(one != other for one, other in pairs) == 1


@pytest.mark.parametrize("seed", range(25))
def test_the_change_that_works_admits_the_flow_and_opens_no_pod(seed):
    asked = ask(change, "07", "easy", Random(seed))
    before, after = asked.because.split("After the change:")
    assert "denied" in before
    (side,) = (line.split()[0] for line in before.splitlines() if REFUSES.search(line))
    (line,) = (line for line in after.splitlines() if line.startswith(f"  {side} "))
    assert "admits" in line


@pytest.mark.parametrize("seed", SEEDS)
def test_the_new_pod_wears_the_labels_of_the_choice(seed):
    asked = ask(labels, "04", "easy", Random(seed))
    for choice, text in zip(asked.choices, asked.variants, strict=True):
        worn = lab.load(text).pod(NEW).labels
        assert choice == (", ".join(f"{k}={v}" for k, v in worn.items()) or "no labels")
