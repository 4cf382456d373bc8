"""Questions of every chapter: always right, says an independent reader, and never one-sided."""

from collections import Counter
from functools import cache

import pytest

import netpol_lab as lab
from netpol_lab.course.practice.topics import TOPICS, question, questions
from tests.referee.answering import JUDGES, right_choices

SEEDS = range(1, 301)
TENTH = [(chapter, range(first, first + 30)) for chapter in TOPICS for first in SEEDS[::30]]


@cache
def asked(chapter, seed):
    """One of the three questions of a seed: the first, second and third in turn."""
    return question(chapter, seed, seed % 3 + 1)


def of_kind(chapter, kind):
    found = (asked(chapter, seed) for seed in SEEDS)
    return [question for question in found if question.kind == kind]


KINDS = [(chapter, kind.__name__) for chapter, kinds in TOPICS.items() for kind in kinds]


@pytest.mark.parametrize(("chapter", "seeds"), TENTH)
def test_one_choice_is_right_and_all_others_are_wrong_says_an_independent_reader(chapter, seeds):
    for seed in seeds:
        found = asked(chapter, seed)
        if found.kind in JUDGES:
            assert right_choices(found) == [found.right]


@pytest.mark.parametrize(("chapter", "seeds"), TENTH)
def test_choices_are_different_and_the_right_one_is_among_them(chapter, seeds):
    for seed in seeds:
        found = asked(chapter, seed)
        assert found.choices.count(found.right) == 1
        assert len(set(found.choices)) == len(found.choices) >= 2
        assert found.right not in found.confusions


@pytest.mark.parametrize(("chapter", "seeds"), TENTH[::10])
def test_the_reader_sees_all_that_the_engine_was_asked(chapter, seeds):
    for seed in seeds:
        found = asked(chapter, seed)
        if found.kind not in ("refused", "wrong_line", "as_kept"):
            cluster = lab.load(found.manifests)
            assert all(f" {pod} " in f"{found.pods} ".replace("\n", " ") for pod in cluster.pods)
            assert lab.load(found.policies).policies == cluster.policies


@pytest.mark.parametrize("chapter", TOPICS)
def test_the_three_questions_are_of_different_kinds(chapter):
    for seed in range(1, 6):
        three = questions(chapter, seed)
        assert len({one.kind for one in three}) == len(three) == 3
        assert three == questions(chapter, seed) != questions(chapter, seed + 1)


@pytest.mark.parametrize(("chapter", "kind"), KINDS)
def test_no_place_and_no_word_is_right_nearly_always(chapter, kind):
    found = of_kind(chapter, kind)
    places = Counter(one.choices.index(one.right) for one in found)
    words = Counter(one.right for one in found)
    assert len(found) >= 15
    assert max(places.values()) <= len(found) * 0.75
    assert max(words.values()) <= len(found) * 0.75


@pytest.mark.parametrize("chapter", TOPICS)
def test_a_wrong_choice_is_often_what_a_known_confusion_answers(chapter):
    found = [asked(chapter, seed) for seed in SEEDS]
    explained = sum(any(choice in one.confusions for choice in one.choices) for one in found)
    assert explained >= len(found) * 0.3
