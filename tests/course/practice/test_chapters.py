"""What each chapter practises, and who would be wrong about it."""

from random import Random

import pytest

from netpol_lab.course.practice.chapters import THEMES


def test_every_chapter_from_01_to_11_has_a_theme():
    assert list(THEMES) == [f"{number:02}" for number in range(1, 12)]


@pytest.mark.parametrize("chapter", THEMES)
def test_a_trap_is_a_defined_pair_that_a_confusion_answers_otherwise(chapter):
    theme = THEMES[chapter]
    situation = theme.draw(Random(chapter), "medium")
    for pair, wrong in theme.traps(situation).items():
        right = situation.verdicts[pair].allowed
        assert right is not None
        assert all(one.answers(situation, [pair])[pair] is not right for one in wrong)


@pytest.mark.parametrize("chapter", THEMES)
def test_every_confusion_of_a_chapter_goes_wrong_somewhere(chapter):
    theme, missing = THEMES[chapter], set(THEMES[chapter].misreadings)
    for seed in range(150):
        situation = theme.draw(Random(f"{chapter}/{seed}"), "hard")
        missing -= {one for found in theme.traps(situation).values() for one in found}
        if not missing:
            break
    assert not {one.words for one in missing}
