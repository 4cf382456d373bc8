"""Forms on which connections are marked allowed or blocked: a list, or a grid of all pairs."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, NamedTuple

import ipywidgets

from netpol_lab.pictures.traffic import State

CHOICES = (State.ALLOWED.value, State.BLOCKED.value)
MISSED, UNSEEN = "2px solid #d55e00", "2px solid #0000"  # frames around a mark
UNMARKED = ""  # in a grid; None would be no choice at all: an empty field in place of its "?"
Ends = tuple[str, str]


class Form(NamedTuple):
    """What takes the mark of each connection, what is framed if it is wrong, and all of it."""

    fields: dict[Ends, Any]
    frames: dict[Ends, Any]
    box: Any
    unmarked: str | None  # the value of a field without a mark


def in_a_list(captions: Mapping[Ends, str], names: Mapping[str, str]) -> Form:
    """Return a pair of radio buttons for each connection."""
    fields = {ends: _radio(caption) for ends, caption in captions.items()}
    return Form(fields, fields, ipywidgets.GridBox(list(fields.values()), layout=_columns()), None)


def _radio(caption: str) -> Any:
    return ipywidgets.RadioButtons(
        options=CHOICES,
        value=None,
        description=caption,
        tooltip=caption,  # without one, the mouse over the caption says "null"
        orientation="horizontal",
        layout=ipywidgets.Layout(width="auto"),
    )


def _columns() -> Any:
    return ipywidgets.Layout(grid_template_columns="repeat(auto-fill, minmax(230px, 1fr))")


def in_a_grid(captions: Mapping[Ends, str], names: Mapping[str, str]) -> Form:
    """Return a list to choose from for each connection: sources as rows, destinations across."""
    ends = list(names)
    fields = {pair: _choice(caption) for pair, caption in captions.items()}
    frames = {pair: _framed(field) for pair, field in fields.items()}
    head = [_label("from \\ to"), *(_label(names[end]) for end in ends)]
    rows = (
        [_label(names[here]), *(frames.get((here, there)) or _label("") for there in ends)]
        for here in ends
    )
    cells = [*head, *(cell for row in rows for cell in row)]
    columns = f"minmax(90px, max-content) repeat({len(ends)}, minmax(96px, 1fr))"
    layout = ipywidgets.Layout(
        grid_template_columns=columns, align_items="flex-start", overflow="auto", width="100%"
    )
    return Form(fields, frames, ipywidgets.GridBox(cells, layout=layout), UNMARKED)


def _framed(field: Any) -> Any:
    return ipywidgets.VBox([field], layout=ipywidgets.Layout(border=UNSEEN, overflow="hidden"))


def _choice(caption: str) -> Any:
    return ipywidgets.Dropdown(
        options=[("?", UNMARKED), *((word, word) for word in CHOICES)],
        tooltip=caption,
        layout=ipywidgets.Layout(width="auto", min_width="0"),
    )


def _label(words: str) -> Any:
    """Return the name of a row or a column; a namespace stands in a line of its own."""
    shown = escape(words).replace("/", "/<wbr>")
    style = "font-weight: 600; line-height: 1.3; overflow-wrap: anywhere;"
    return ipywidgets.HTML(f'<div style="{style}">{shown}</div>')
