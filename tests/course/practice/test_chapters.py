"""What each chapter practises: who would be wrong, clusters to predict, and questions.

An independent reader of the YAML says what is right, and nothing is one-sided.
"""

import subprocess
import sys
from collections import Counter
from functools import cache
from random import Random

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.course.practice.chapters import PRACTICE, deal, question, questions
from netpol_lab.course.practice.generators import LEVELS
from netpol_lab.errors import UnknownNameError
from tests.referee import naive
from tests.referee.answering import JUDGES, right_choices


def test_every_chapter_from_01_to_12_has_a_row():
    assert list(PRACTICE) == [f"{number:02}" for number in range(1, 13)]


@pytest.mark.parametrize("chapter", PRACTICE)
def test_a_trap_is_a_defined_pair_that_a_confusion_answers_otherwise(chapter):
    practice = PRACTICE[chapter]
    situation = practice.draw(Random(chapter), LEVELS["medium"])
    for pair, wrong in practice.traps(situation).items():
        right = situation.verdicts[pair].allowed
        assert right is not None
        assert all(one.answers(situation, [pair])[pair] is not right for one in wrong)


@pytest.mark.parametrize("chapter", PRACTICE)
def test_every_confusion_of_a_chapter_goes_wrong_somewhere(chapter):
    practice, missing = PRACTICE[chapter], set(PRACTICE[chapter].misconceptions)
    for seed in range(150):
        situation = practice.draw(Random(f"{chapter}/{seed}"), LEVELS["hard"])
        missing -= {one for found in practice.traps(situation).values() for one in found}
        if not missing:
            break
    assert not {one.words for one in missing}


# ---------------------------------------------------------------- clusters to predict

DEALT = [(chapter, level, seed) for chapter in PRACTICE for level in LEVELS for seed in range(8)]


@pytest.mark.parametrize(("chapter", "level", "seed"), DEALT)
def test_some_flows_are_allowed_and_some_blocked_says_an_independent_reader(chapter, level, seed):
    dealt = deal(chapter, level, seed)
    referee = naive.Cluster(list(yaml.safe_load_all(dealt.manifests)))
    answers = {flow: referee.allowed(*flow, dealt.port, dealt.protocol) for flow in dealt.flows}
    assert set(answers.values()) == {True, False}
    assert len(answers) == len(dealt.flows) <= LEVELS[level].flows
    for flow, answer in answers.items():
        assert lab.evaluate(dealt.cluster, *flow, dealt.port, dealt.protocol).allowed is answer


@pytest.mark.parametrize("level", LEVELS)
def test_what_makes_it_difficult_is_said_in_words(level):
    dealt = deal("04", level, seed=2)
    assert dealt.says.startswith(f"{level.title()}: {len(dealt.cluster.pods)} pods in ")
    assert dealt.says.endswith(" a wrong answer here.")


def test_the_reader_gets_every_pod_and_all_policies():
    dealt = deal("08", "hard", seed=1)
    assert all(str(pod) in dealt.pods for pod in dealt.cluster.pods)
    assert lab.load(dealt.policies).policies == dealt.cluster.policies
    assert lab.load(dealt.manifests).policies == dealt.cluster.policies


def test_outside_addresses_are_those_that_take_part():
    for seed in range(10):
        dealt = deal("08", "medium", seed)
        used = {end for flow in dealt.flows for end in flow if "/" not in end}
        assert {address for _, address in dealt.outside} == used


def test_the_same_seed_gives_the_same_deal_in_another_process_too():
    program = (
        "from netpol_lab.course.practice.chapters import deal\n"
        "print(deal('05', 'hard', 3).manifests)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.strip() == deal("05", "hard", 3).manifests
    assert deal("05", "hard", 3).flows == deal("05", "hard", 3).flows


def test_an_unknown_chapter_or_level_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="There are: 01, 02"):
        deal("xyz")
    with pytest.raises(UnknownNameError, match="Did you mean medium"):
        deal("01", "mediun")


# ---------------------------------------------------------------- questions

SEEDS = range(1, 301)
TENTH = [(chapter, range(first, first + 30)) for chapter in PRACTICE for first in SEEDS[::30]]


@cache
def asked(chapter, seed):
    """One of the three questions of a seed: the first, second and third in turn."""
    return question(chapter, seed, seed % 3 + 1)


def of_kind(chapter, kind):
    found = (asked(chapter, seed) for seed in SEEDS)
    return [question for question in found if question.kind == kind]


KINDS = [
    (chapter, kind.__name__) for chapter, practice in PRACTICE.items() for kind in practice.kinds
]


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
            told = lab.load(found.policies)
            assert told.policies == cluster.policies
            assert told.cluster_policies == cluster.cluster_policies


@pytest.mark.parametrize("chapter", PRACTICE)
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


@pytest.mark.parametrize("chapter", PRACTICE)
def test_a_wrong_choice_is_often_what_a_known_confusion_answers(chapter):
    found = [asked(chapter, seed) for seed in SEEDS]
    explained = sum(any(choice in one.confusions for choice in one.choices) for one in found)
    assert explained >= len(found) * 0.3
