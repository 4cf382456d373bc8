"""What stays of a widget in a stored notebook: its words and its picture."""

from __future__ import annotations

from typing import Any


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
