"""What all explorers share: fields, complaints under them, and a picture whose parts say why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from html import escape
from importlib.resources import files
from typing import Any, Protocol

import ipywidgets

from netpol_lab.errors import NetpolError, UnknownNameError, did_you_mean
from netpol_lab.pictures.svg import Drawing, Picture, paint
from netpol_lab.widgets.board_controls import UNCHANGED
from netpol_lab.widgets.card import Card

_CSS = (files("netpol_lab") / "data" / "static" / "explorers.css").read_text("utf-8")


class View(Drawing, Protocol):
    """What an explorer shows: a drawing that knows the reasons behind its parts."""

    @property
    def brief(self) -> str:
        """What to say under the picture while no part of it is chosen."""

    def why(self, key: str) -> str:
        """Return the reasons behind a part of the picture; nothing for no part."""


class Explorer(Card):
    """Fields to ask with and a picture that answers; while a question is wrong, the last one stays.

    Whoever makes one says how its fields are read (`_typed`), how they are filled (`_fill`), what
    a question shows (`_view`) and, if anything, what stands above the picture (`_between`).

    Parameters
    ----------
    fields : mapping of str to Field
        By the names that `set` knows them by.
    question : object
        What is asked first.
    """

    def __init__(self, fields: Mapping[str, Field], question: Any) -> None:
        self._fields = dict(fields)
        self._map = chosen_from()
        self._quiet = False
        self._question: Any = question
        self._shown: Any = None  # nothing yet: a view may ask for what was there before
        self._shown = self._view(question)
        self._show()
        row = ipywidgets.HBox(list(self._fields.values()))
        row.add_class("nl-fields")
        super().__init__([_style(), row, *self._between(), self._map], guarded=True)
        self.add_class("nl-board")
        for name, field in self._fields.items():
            field.listen(partial(self._on_edit, name))
        self._map.observe(self._on_pick, "selected")

    @property
    def summary(self) -> str:
        """What the picture says, as text."""
        text: str = self._shown.text
        return text

    def draw(self) -> Picture:
        """Return the picture as it is now, to stand under a cell of its own.

        Returns
        -------
        Picture

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.explore_block("10.0.0.0/30").draw().text.splitlines()[0]
        '10.0.0.0/30'
        """
        return Picture(self._shown)

    @property
    def words(self) -> str:  # type: ignore[override]
        """The summary."""
        return self.summary

    @property
    def svg(self) -> str:  # type: ignore[override]
        """The picture."""
        return str(self._map.svg)

    # ------------------------------------------------------------ for those who make one

    def _typed(self, edited: str) -> Any:
        """Return the question that the fields ask now, after one of them was edited."""
        raise NotImplementedError

    def _fill(self) -> None:
        """Bring the fields in step with the question."""
        raise NotImplementedError

    def _view(self, question: Any) -> View:
        """Return what a question shows, or raise a NetpolError."""
        raise NotImplementedError

    def _between(self) -> Iterable[Any]:
        """Return the widgets between the fields and the picture."""
        return ()

    def _complaints(self, error: NetpolError, edited: str) -> Mapping[str, str]:
        """Return what to say under which field."""
        return {edited: str(error)}

    def _ask(self, question: Any) -> None:
        """Show the answer to a question; if it cannot be asked, raise and change nothing."""
        before = self._question, self._shown
        self._question, self._shown = question, self._view(question)
        try:
            self._show()
        except Exception:  # a fault of ours must not leave fields and picture apart
            self._question, self._shown = before
            self._show()
            raise

    def _show(self) -> None:
        """Bring the fields and the picture in step with the question."""
        self._quiet = True
        try:
            self._fill()
        finally:
            self._quiet = False
        self._say({})
        shown: View = self._shown
        self._map.show(paint(shown), lambda: shown.text, self._why())

    # ------------------------------------------------------------ from the browser

    def _on_edit(self, name: str) -> None:
        if self._quiet:
            return
        try:
            self._ask(self._typed(name))
        except NetpolError as error:
            self._say(self._complaints(error, name))
        except Exception as error:  # Jupyter would hide it in a log
            self._say({name: f"{type(error).__name__}: {str(error).rstrip('.')}."})

    def _on_pick(self, _: object) -> None:
        self._map.explanation = self._why()

    def _why(self) -> str:
        shown: View = self._shown
        return shown.why(self._map.selected) or shown.brief

    def _say(self, complaints: Mapping[str, str]) -> None:
        for name, field in self._fields.items():
            field.say(complaints.get(name, ""))


class Field(ipywidgets.VBox):
    """Controls that answer one question, with room for a complaint under them.

    Parameters
    ----------
    *controls : widget
    wide : bool
        Whether it takes as much room as there is.
    """

    def __init__(self, *controls: Any, wide: bool = False) -> None:
        self.controls = controls
        self._said = ipywidgets.HTML()
        super().__init__([*controls, self._said])
        self.add_class("nl-field")
        if wide:
            self.add_class("nl-wide")

    def listen(self, call: Callable[[], None]) -> None:
        """Call back when somebody uses one of the controls."""
        for control in self.controls:
            control.observe(lambda _: call(), "value")

    def say(self, words: str) -> None:
        """Say what is wrong, or nothing."""
        said = f"{escape(words)} The picture stays as it was."
        self._said.value = f'<div role="alert" class="nl-wrong">{said}</div>' if words else ""


def _style() -> Any:
    return ipywidgets.HTML(f"<style>{_CSS}</style>", layout=ipywidgets.Layout(display="none"))


def choice(caption: str, options: Iterable[Any]) -> Any:
    """Return a list to choose from."""
    return ipywidgets.Dropdown(options=tuple(options), description=caption, layout=_AUTO)


def entry(caption: str, placeholder: str = "") -> Any:
    """Return a field for one line, which answers while somebody is typing."""
    return ipywidgets.Text(description=caption, placeholder=placeholder, layout=_AUTO)


_AUTO = ipywidgets.Layout(width="auto")


def mentioned(**given: Any) -> dict[str, Any]:
    """Return the arguments of `set` that were given."""
    return {name: value for name, value in given.items() if value is not UNCHANGED}


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse the name of a field that an explorer does not have (UnknownNameError)."""
    known = list(known)
    for name in given:
        if name not in known:
            raise UnknownNameError(f'there is no "{name}". {did_you_mean(name, known)}')


def one_of(name: str, value: Any, options: Iterable[Any]) -> None:
    """Refuse a value that is not among the options (UnknownNameError)."""
    options = list(options)
    if value not in options:
        meant = did_you_mean(str(value), map(str, options))
        raise UnknownNameError(f"{name}={value!r}? {meant}")


def chosen_from() -> Any:
    """Return the widget that shows a picture and tells which part of it was chosen."""
    try:
        from netpol_lab.widgets.clickable_picture import TrafficMap
    except ModuleNotFoundError:  # no anywidget: the parts are chosen from a list
        from netpol_lab.widgets.static_picture import StillMap

        return StillMap()
    return TrafficMap()
