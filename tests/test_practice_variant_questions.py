"""Questions that change something: two policies to compare, one line, or the labels of a pod."""

from random import Random

import pytest

import netpol_lab as lab
from netpol_lab.practice.questions import ask
from netpol_lab.practice.variant_questions import NEW, change, labels, variants

SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_variants_are_legal_and_written_differently(seed):
    asked = ask(variants, "04", "easy", Random(seed))
    a, b = asked.variants
    assert a != b
    assert len(lab.load(a).policies) == len(lab.load(b).policies)
    assert asked.because.startswith("A: ")


@pytest.mark.parametrize("seed", SEEDS)
def test_each_change_is_one_line(seed):
    asked = ask(change, "07", "easy", Random(seed))
    for text in asked.variants:
        pairs = zip(asked.policies.split("\n"), text.split("\n"), strict=True)
        assert sum(one != other for one, other in pairs) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_change_that_works_admits_the_flow_and_opens_no_pod(seed):
    asked = ask(change, "07", "easy", Random(seed))
    before, after = asked.because.split("After the change:")
    assert "denied" in before
    assert "admits" in after


@pytest.mark.parametrize("seed", SEEDS)
def test_the_new_pod_wears_the_labels_of_the_choice(seed):
    asked = ask(labels, "04", "easy", Random(seed))
    for choice, text in zip(asked.choices, asked.variants, strict=True):
        worn = lab.load(text).pod(NEW).labels
        assert choice == (", ".join(f"{k}={v}" for k, v in worn.items()) or "no labels")
