"""What widgets leave in a stored notebook, and what pictures to choose from have in common."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

from traitlets import HasTraits, Unicode


class Stored:
    """A mixin for widgets that leave their words and their picture in a stored notebook.

    Jupyter shows the live widget while its kernel runs, and these where there is none. They hold
    no memory address and no random id, so that nbval can compare them strictly.

    Attributes
    ----------
    words : str
        What ``text/plain`` and `repr` say.
    svg : str
        The picture, for ``image/svg+xml``.
    """

    words: str
    svg: str

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": self.words, "image/svg+xml": self.svg}, metadata


class ChosenFrom(Stored, HasTraits):
    """A mixin for pictures that say which of their parts was chosen, with an explanation below.

    They know nothing about policies: their owner observes `selected` and sets `explanation`.

    Attributes
    ----------
    svg : str
        The picture, as `svg.paint` gives it.
    selected : str
        The ``data-key`` of the chosen arrow or pod; empty when none is.
    explanation : str
        The text under the picture.
    details : str
        What is shown under that, as `reasons_panel.panel` gives it; nothing when empty.
    """

    svg = Unicode()
    selected = Unicode()
    explanation = Unicode()
    details = Unicode()
    _words: Callable[[], str] = str  # none yet

    @property
    def words(self) -> str:  # type: ignore[override]
        """The picture's facts as text; made when they are read."""
        return self._words()

    def show(
        self, svg: str, words: Callable[[], str], explanation: str = "", details: str = ""
    ) -> Self:
        """Replace picture, words, explanation and details."""
        with self.in_one_message():
            self.explain(explanation, details)
            self._words, self.svg = words, svg
        return self

    def explain(self, explanation: str, details: str) -> None:
        """Replace what is said under the picture."""
        with self.in_one_message():
            self.explanation, self.details = explanation, details

    def in_one_message(self) -> AbstractContextManager[Any]:
        """Hold back what the browser is told until all of it has changed."""
        return nullcontext()
