"""What all explorers share: fields, complaints under them, and a picture whose parts say why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from importlib.resources import files
from typing import Any, Generic, Protocol, TypeVar

import ipywidgets

from netpol_lab.errors import NetpolError, UnknownNameError, did_you_mean
from netpol_lab.pictures.svg import Drawing, Picture, paint
from netpol_lab.widgets.board_controls import UNCHANGED
from netpol_lab.widgets.card import Card
from netpol_lab.widgets.static_picture import picture_of

AUTO = ipywidgets.Layout(width="auto")
_CSS = (files("netpol_lab") / "data" / "static" / "explorers.css").read_text("utf-8")


class ExplainedDrawing(Drawing, Protocol):
    """What an explorer shows: a drawing that knows the reasons behind its parts."""

    @property
    def brief(self) -> str:
        """What to say under the picture while no part of it is chosen."""

    def why(self, key: str) -> str:
        """Return the reasons behind a part of the picture; nothing for no part."""


Inputs = TypeVar("Inputs", bound=Any)
Shown = TypeVar("Shown", bound=ExplainedDrawing)


class Explorer(Card, Generic[Inputs, Shown]):
    """Fields to fill in and a picture that answers; while an input is wrong, the last one stays.

    A subclass says what its inputs show (`_view`) and, if anything, what stands above the picture
    (`_between`); one whose fields are not those of its inputs also how they are read (`_typed`)
    and filled (`_fill`).

    Parameters
    ----------
    fields : mapping of str to Field
        By the names that `set` knows them by.
    inputs : dataclass
        What is asked first.
    """

    _shown: Shown

    def __init__(self, fields: Mapping[str, Field], inputs: Inputs) -> None:
        self._fields = dict(fields)
        self._map = chosen_from()
        self._quiet = False
        self._inputs = inputs
        self._shown = self._view(inputs)
        self._show()
        row = ipywidgets.HBox(list(self._fields.values()))
        row.add_class("nl-fields")
        hidden = ipywidgets.Layout(display="none")
        style = ipywidgets.HTML(f"<style>{_CSS}</style>", layout=hidden)
        super().__init__([style, row, *self._between(), self._map], guarded=True)
        self.add_class("nl-board")
        for name, field in self._fields.items():
            field.listen(partial(self._on_edit, name))
        self._map.observe(self._on_pick, "selected")

    @property
    def summary(self) -> str:
        """What the picture says, as text."""
        return self._shown.text

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

    def _typed(self, edited: str) -> Inputs:
        """Return what the fields hold now, after one of them was edited."""
        held = {name: field.value for name, field in self._fields.items()}
        return replace(self._inputs, **held)

    def _fill(self) -> None:
        """Bring the fields in step with the inputs."""
        for name, field in self._fields.items():
            field.value = getattr(self._inputs, name)

    def _view(self, inputs: Inputs) -> Shown:
        """Return what the inputs show, or raise a NetpolError."""
        raise NotImplementedError

    def _between(self) -> Iterable[Any]:
        """Return the widgets between the fields and the picture."""
        return ()

    def _details(self) -> str:
        """Return what to show under the reasons, as HTML."""
        return ""

    def _complaints(self, error: NetpolError, edited: str) -> list[tuple[str, str]]:
        """Return lines to say, each with the name of its field."""
        return [(edited, str(error))]

    def _change(self, **given: Any) -> None:
        """Ask with other values of the fields, UNCHANGED where one is not mentioned."""
        changed = {name: value for name, value in given.items() if value is not UNCHANGED}
        self._ask(replace(self._inputs, **changed))

    def _choose(self, chosen: Mapping[str, Any], options: Mapping[str, Collection[Any]]) -> None:
        """Ask with other values of the fields, each among its options, or raise."""
        refuse_unknown(chosen, options)
        for name, value in chosen.items():
            one_of(name, value, options[name])
        self._change(**chosen)

    def _ask(self, inputs: Inputs) -> None:
        """Show what other inputs show; if they are wrong, raise and change nothing."""
        before = self._inputs, self._shown
        self._inputs, self._shown = inputs, self._view(inputs)
        try:
            self._show()
        except Exception:  # a fault of ours must not leave fields and picture apart
            self._inputs, self._shown = before
            self._show()
            raise

    def _show(self) -> None:
        """Bring the fields and the picture in step with the inputs."""
        self._quiet = True
        try:
            self._fill()
        finally:
            self._quiet = False
        self._say([])
        shown = self._shown
        self._map.show(paint(shown), lambda: shown.text, self._why(), self._details())

    # ------------------------------------------------------------ from the browser

    def _on_edit(self, name: str) -> None:
        if self._quiet:
            return
        try:
            self._ask(self._typed(name))
        except NetpolError as error:
            self._say(self._complaints(error, name))
        except Exception as error:  # Jupyter would hide it in a log
            self._say([(name, f"{type(error).__name__}: {str(error).rstrip('.')}.")])

    def _on_pick(self, _: object) -> None:
        self._map.explanation = self._why()

    def _why(self) -> str:
        return self._shown.why(self._map.selected) or self._shown.brief

    def _say(self, complaints: Sequence[tuple[str, str]]) -> None:
        for name, field in self._fields.items():
            field.say("\n".join(line for about, line in complaints if about == name))


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

    @property
    def value(self) -> Any:
        """What its first control holds."""
        return self.controls[0].value

    @value.setter
    def value(self, value: Any) -> None:
        self.controls[0].value = value

    def listen(self, call: Callable[[], None]) -> None:
        """Call back when somebody uses one of the controls."""
        for control in self.controls:
            control.observe(lambda _: call(), "value")

    def say(self, words: str) -> None:
        """Say what is wrong, or nothing."""
        said = f"{escape(words)} The picture stays as it was."
        self._said.value = f'<div role="alert" class="nl-wrong">{said}</div>' if words else ""


class TextField(Field):
    """A field for one line, which answers while somebody is typing.

    Parameters
    ----------
    caption, placeholder : str
    several : bool
        Whether it holds several words, with commas or spaces between them.
    """

    def __init__(self, caption: str, placeholder: str = "", several: bool = False) -> None:
        self._several = several
        text = ipywidgets.Text(description=caption, placeholder=placeholder, layout=AUTO)
        super().__init__(text, wide=True)

    @property
    def value(self) -> Any:
        """What is written: a text, or a tuple of several."""
        text = self.controls[0].value
        return tuple(text.replace(",", " ").split()) if self._several else text.strip()

    @value.setter
    def value(self, value: Any) -> None:
        if self.value != value:  # what is typed is never rewritten
            self.controls[0].value = ", ".join(value) if self._several else value


def choice(caption: str, options: Iterable[Any]) -> Any:
    """Return a list to choose from."""
    return ipywidgets.Dropdown(options=tuple(options), description=caption, layout=AUTO)


def refuse_unknown(given: Iterable[str], known: Collection[str]) -> None:
    """Refuse the name of a field that an explorer does not have (UnknownNameError)."""
    for name in given:
        if name not in known:
            raise UnknownNameError(f'there is no "{name}". {did_you_mean(name, known)}')


def one_of(name: str, value: Any, options: Collection[Any]) -> None:
    """Refuse a value that is not among the options (UnknownNameError)."""
    if value not in options:
        meant = did_you_mean(str(value), map(str, options))
        raise UnknownNameError(f"{name}={value!r}? {meant}")


def chosen_from() -> Any:
    """Return the widget that shows a picture and tells which part of it was chosen."""
    try:
        return picture_of("svg")
    except NetpolError:  # no anywidget: the parts are chosen from a list
        return picture_of("html")
