"""Exercises: the learner writes policies, and the traffic that they allow is compared with a goal.

Nothing about NetworkPolicy is decided here, and every answer is a verdict's own reasons.
"""

from __future__ import annotations

from html import escape

import ipywidgets

from netpol_lab.course import progress
from netpol_lab.course.exercise_loader import LoadedExercise
from netpol_lab.course.goal_table import goal_html, goal_rows, heading_of, in_words, rest_of
from netpol_lab.course.grading import Grade, Grader
from netpol_lab.errors import ManifestError, NetpolError
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.notebook_text import Words, with_code
from netpol_lab.widgets.attempt import NOT_SOLVED, Attempt, Feedback, without_policy
from netpol_lab.widgets.card import Card, button, fitted, heading, preformatted

NUDGES = 1  # after so many hints, an answer also names the line that decides


class Exercise(Card):
    """A task, graded by what the learner's policies allow and not by how they are written.

    Made by `policy_cells.exercise`. The last attempt, and whether the task was ever solved, are
    kept in the learner's progress.

    Parameters
    ----------
    exercise : LoadedExercise

    Examples
    --------
    >>> import netpol_lab as lab
    >>> task = lab.exercise("two-tiers")
    >>> task.check(task.file.answer).solved
    True
    """

    def __init__(self, exercise: LoadedExercise) -> None:
        self._loaded, self.file = exercise, exercise.file
        self.cluster = exercise.start
        self._grader = Grader(exercise)
        self.goals = self._grader.goals
        self._shown: list[str] = []
        self._given = 0
        self._tried: tuple[Attempt, Grade] | None = None
        self._help = ipywidgets.HTML()
        self._more = button("Hint", self.hint)
        self._more.disabled = not self.file.hints
        self._last = button("Worked answer", self.answer)
        rows = goal_rows(self.goals, self.file.captions)
        table = goal_html(heading_of(self._grader), rows, rest_of(exercise))
        style = "line-height: 1.5; margin: 4px 0 8px;"
        story = "".join(
            f'<p style="{style}">{with_code(escape(part))}</p>' for part in self.file.paragraphs
        )
        task = ipywidgets.HTML(fitted(story + self.svg + table))
        buttons = ipywidgets.HBox([self._more, self._last])
        super().__init__([heading(self.file.title), task, buttons, self._help])

    def check(self, attempt: str | Cluster) -> Feedback:
        """Answer an attempt: solved, or one connection that is not as wanted, with its reasons.

        Parameters
        ----------
        attempt : str or Cluster
            YAML text, or a cluster; only the policies in it count.

        Returns
        -------
        Feedback

        Examples
        --------
        >>> import netpol_lab as lab
        >>> task = lab.exercise("two-tiers")
        >>> task.check("kind: NetworkPolicy")
        Kubernetes would refuse this:
        <text>:1:1, document 1: NetworkPolicy apiVersion
          Required value: apiVersion not set
          1 | kind: NetworkPolicy
              ^
          hint: policies have apiVersion: networking.k8s.io/v1; pods and namespaces v1
        """
        return self._checked(Attempt(attempt))

    def check_cell(self, text: str) -> Feedback:
        """Answer the YAML of a cell below its line ``%%policy``, by the lines of that cell.

        Parameters
        ----------
        text : str
            Everything below that line.

        Returns
        -------
        Feedback

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.exercise("two-tiers").check_cell("kind: NetworkPolicy")
        Kubernetes would refuse this:
        line 2, column 1 of this cell, document 1: NetworkPolicy apiVersion
          Required value: apiVersion not set
          2 | kind: NetworkPolicy
              ^
          hint: policies have apiVersion: networking.k8s.io/v1; pods and namespaces v1
        """
        return self._checked(Attempt(text, in_cell=True))

    def _checked(self, attempt: Attempt) -> Feedback:
        feedback = self._answered(attempt)
        progress.record_exercise(self.file.name, feedback.solved, attempt.text)
        return feedback

    def _answered(self, attempt: Attempt) -> Feedback:
        try:
            given = attempt.read()
        except ManifestError as error:
            return attempt.refused(error)
        except NetpolError as error:
            return Feedback(False, str(error))
        if given.policies or given.cluster_policies:
            grade = self._grader.grade(given)
            self._tried = attempt, grade
            return attempt.graded(grade, nudged=self._given >= NUDGES)
        if there := without_policy(given):
            return Feedback(False, f"{NOT_SOLVED}: {there}")
        if self.last_attempt():
            kept = f'lab.exercise("{self._loaded.opened_by}").last_attempt()'
            return Feedback(False, f"{NOT_SOLVED}. Your last attempt is kept: {kept}")
        return Feedback(False, NOT_SOLVED)

    def last_attempt(self) -> Words:
        """Return what was last typed for this exercise; empty when there was nothing yet."""
        return Words(progress.last_attempt(self.file.name))

    def hint(self) -> Words:
        """Give the next hint under those before; after the last one, tell how to go on.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> task = lab.exercise("two-tiers")
        >>> print(task.hint()[:12])
        Hint 1 of 2:
        """
        hints = self.file.hints or ()
        if self._given == len(hints):
            last = "That was the last hint." if hints else "There are no hints."
            return Words(f"{last} The worked answer shows one solution.")
        self._given += 1
        progress.record_help(self.file.name, hints=self._given)
        said = [f"Hint {self._given} of {len(hints)}: {hints[self._given - 1].strip()}"]
        if self._tried is not None and self._given > NUDGES:
            attempt, grade = self._tried
            said += attempt.deciding_line(grade, "your last attempt")
        words = self._show("\n".join(said))
        if self._given == len(hints):
            self._last.focus()  # else the keyboard would be left on a button that is out of use
            self._more.disabled = True
        return words

    def answer(self) -> Words:
        """Give a worked answer; others with the same traffic are as good.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(lab.exercise("two-tiers").answer().splitlines()[0])
        apiVersion: networking.k8s.io/v1
        """
        progress.record_help(self.file.name, answer=True)
        return self._show(self.file.answer.strip())

    @property
    def words(self) -> str:  # type: ignore[override]
        """The task and what is wanted, as text."""
        return in_words(self._grader)

    @property
    def svg(self) -> str:  # type: ignore[override]
        """The cluster as it is before anybody writes a policy."""
        return self._grader.picture(self.cluster)

    def _show(self, words: str) -> Words:
        if words not in self._shown:
            self._shown.append(words)
            self._help.value += preformatted(words)
        return Words(words)
