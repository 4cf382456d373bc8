"""Three questions about a chapter, made from a seed: choose, check, and read why.

The questions are made in `practice`; here they are only shown, and answers kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import ipywidgets

from netpol_lab.course import progress
from netpol_lab.course.practice.chapters import PRACTICE, questions
from netpol_lab.course.practice.questions import QuizQuestion
from netpol_lab.errors import UnknownNameError, did_you_mean
from netpol_lab.pictures.notebook_text import Words
from netpol_lab.widgets.card import Card, button, heading, preformatted, replace_children


def quiz(chapter: str, seed: int = 1) -> Quiz:
    """Return three questions about a chapter.

    Parameters
    ----------
    chapter : str
        Its number, as ``"02"``.
    seed : int
        The same seed gives the same questions, another one others.

    Returns
    -------
    Quiz

    Raises
    ------
    UnknownNameError
        When there are no questions about this chapter.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> questions = lab.quiz("03", seed=2)
    >>> questions.answer(1, questions.questions[0].right).splitlines()[0]
    'Question 1: right.'
    """
    if chapter not in PRACTICE:
        raise UnknownNameError(
            f'there is no quiz "{chapter}". {did_you_mean(str(chapter), PRACTICE)}'
        )
    return Quiz(chapter, seed)


class Quiz(Card):
    """Three questions with choices, a button to check them, and one for three others.

    Made by `quiz`. The first answer to each question counts for the learner's progress.

    Parameters
    ----------
    chapter : str
    seed : int
    """

    def __init__(self, chapter: str, seed: int) -> None:
        self.chapter = chapter
        self._asked, self._score = ipywidgets.VBox(), ipywidgets.HTML()
        self._deal(seed)
        buttons = [button("Check", self.check), button("Three others", self.another)]
        title = heading("Three questions. Choose an answer to each, then check.")
        super().__init__([title, self._asked, ipywidgets.HBox(buttons), self._score])

    def answer(self, number: int, choice: str) -> Words:
        """Answer one question, and return whether that is right, and why.

        Parameters
        ----------
        number : int
            1, 2 or 3.
        choice : str
            One of its choices.

        Returns
        -------
        Words

        Raises
        ------
        UnknownNameError
            When there is no such question or choice.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> quiz = lab.quiz("02")
        >>> print(quiz.answer(1, quiz.questions[0].right).partition(".")[0])
        Question 1: right
        """
        if number not in range(1, len(self.questions) + 1):
            raise UnknownNameError(f"there is no question {number}: they are 1 to 3.")
        choices = self.questions[number - 1].choices
        if choice not in choices:
            known = did_you_mean(str(choice), choices)
            raise UnknownNameError(f'"{choice}" is not a choice. {known}')
        self._fields[number - 1].value = choice
        self._judge(number - 1)
        self._score.value = escape(self._told)
        return Words(self._said[number - 1])

    def check(self) -> Words:
        """Judge every answer that was given.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.quiz("02").check()
        nothing answered yet
        """
        for i, field in enumerate(self._fields):
            if field.value:
                self._judge(i)
        self._score.value = escape(self._told)
        return Words("\n\n".join(filter(None, self._said)) or self._told)

    def another(self) -> Words:
        """Replace the questions by those of the next seed.

        Returns
        -------
        Words
            The new questions.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.quiz("02").another().startswith("1. ")
        True
        """
        self._deal(self.seed + 1)
        return Words(self.words)

    @property
    def score(self) -> int:
        """How many answers are right."""
        pairs = zip(self._fields, self.questions, strict=True)
        return sum(field.value == question.right for field, question in pairs)

    @property
    def words(self) -> str:  # type: ignore[override]
        """The questions with their choices, and what was said to the answers."""
        return "\n\n".join(
            "\n".join(filter(None, [_in_words(i + 1, question), said]))
            for i, (question, said) in enumerate(zip(self.questions, self._said, strict=True))
        )

    def _deal(self, seed: int) -> None:
        self.seed, self.questions = seed, questions(self.chapter, seed)
        self._fields = [
            ipywidgets.RadioButtons(
                options=question.choices, value=None, layout=ipywidgets.Layout(width="auto")
            )
            for question in self.questions
        ]
        self._answers = [ipywidgets.HTML() for _ in self.questions]
        self._said = [""] * len(self.questions)
        self._first: dict[int, bool] = {}  # the first judgement of each: it counts
        replace_children(self._asked, self._blocks())
        self._score.value = ""

    def _blocks(self) -> Iterator[Any]:
        for i, question in enumerate(self.questions):
            shown = ipywidgets.HTML(_shown(question))
            title = heading(f"{i + 1}. {question.text}")
            block = ipywidgets.VBox([title, shown, self._fields[i], self._answers[i]])
            block.layout.margin = "0 0 16px 0"
            yield block

    def _judge(self, i: int) -> None:
        question, choice = self.questions[i], self._fields[i].value
        right = choice == question.right
        self._said[i] = f"Question {i + 1}: {question.judged(choice)}"
        edge = "solid #2e7d32" if right else "dashed #c62828"
        style = f"border-left: 4px {edge}; padding-left: 8px;"
        self._answers[i].value = f'<div style="{style}">{preformatted(self._said[i])}</div>'
        if i not in self._first:
            self._first[i] = right
            if len(self._first) == len(self.questions):
                progress.record_quiz(self.chapter, sum(self._first.values()), len(self._first))

    @property
    def _told(self) -> str:
        missing = sum(not field.value for field in self._fields)
        if missing == len(self.questions):
            return "nothing answered yet"
        left = f" {missing} not answered yet." if missing else ""
        return f"{self.score} of 3 right.{left} The reasons stand under each question."


def _in_words(number: int, question: QuizQuestion) -> str:
    choices = "\n".join(f"( ) {choice}" for choice in question.choices)
    policies = "\n\n".join(f"{title}{text}" for title, text in _texts(question))
    return "\n\n".join([f"{number}. {question.text}", question.pods, policies, choices])


def _texts(question: QuizQuestion) -> list[tuple[str, str]]:
    """Return the YAML to show, with what to call it: two to compare, or the one there is."""
    if question.kind == "variants":
        return [(f"{name}:\n", text) for name, text in zip("AB", question.variants, strict=True)]
    return [("", question.policies)]


# ---------------------------------------------------------------- on the page

_AS_TYPED = (
    "white-space: pre; word-break: normal; overflow: auto; "
    "margin: 4px 0; padding: 6px 8px; line-height: 1.3; "
    "border: 1px solid var(--jp-border-color2, #bbb);"
)


def _shown(question: QuizQuestion) -> str:
    """Return pods and policies, each in a box that scrolls; two policies beside each other."""
    boxes = "".join(
        f'<div style="flex: 1 1 330px; min-width: 0;">{escape(title)}'
        f"{_box(text, f'Policies {title}'.strip())}</div>"
        for title, text in _texts(question)
    )
    row = f'<div style="display: flex; flex-wrap: wrap; gap: 0 12px;">{boxes}</div>'
    return _box(question.pods, "Pods") + row


def _box(text: str, label: str) -> str:
    return (
        f'<pre tabindex="0" role="group" aria-label="{escape(label)}" style="{_AS_TYPED}">'
        f"{escape(text)}</pre>"
    )
