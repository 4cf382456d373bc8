"""Which questions a chapter asks: three of different kinds for each seed."""

from __future__ import annotations

from random import Random

from netpol_lab.course.practice.clinic import as_kept, refused, wrong_line
from netpol_lab.course.practice.questions import (
    Kind,
    Question,
    admitting,
    ask,
    isolated,
    open_ports,
    reaching,
    stored,
    through_service,
    works,
)
from netpol_lab.course.practice.undefined_questions import enforcement, left_open, which_open
from netpol_lab.course.practice.variant_questions import change, labels, variants

TOPICS: dict[str, tuple[Kind, ...]] = {
    "01": (works, isolated, reaching),
    "02": (works, isolated, reaching, admitting, labels, change),
    "03": (stored, works, isolated, variants),
    "04": (works, reaching, labels, variants),
    "05": (works, reaching, admitting, variants),
    "06": (works, open_ports, through_service, change, variants),
    "07": (works, reaching, change, variants),
    "08": (works, reaching, admitting, variants),
    "09": (left_open, which_open, enforcement),
    "10": (refused, wrong_line, as_kept),
    "11": (works, isolated, reaching, admitting, change, variants),
}
LEVELS = {"01": ("easy", "medium"), "02": ("easy", "medium"), "11": ("medium",)}


def questions(chapter: str, seed: int) -> tuple[Question, ...]:
    """Return the three questions of a chapter and a seed.

    Examples
    --------
    >>> [question.kind for question in questions("09", 1)]
    ['left_open', 'which_open', 'enforcement']
    """
    return tuple(question(chapter, seed, number) for number in (1, 2, 3))


def question(chapter: str, seed: int, number: int) -> Question:
    """Return one of the three questions, counted from 1."""
    kinds = Random(f"{chapter}/{seed}").sample(TOPICS[chapter], 3)
    rng = Random(f"{chapter}/{seed}/{number}")
    level = rng.choice(LEVELS.get(chapter, ("easy", "easy", "medium")))
    return ask(kinds[number - 1], chapter, level, rng)
