"""Finding the controls of a board, for tests that move them."""

from __future__ import annotations

from collections.abc import Iterator

import ipywidgets

import netpol_lab as lab
from netpol_lab.model.cluster import Cluster
from netpol_lab.widgets.board import Board


def board_of(cluster: Cluster, **options: object) -> Board:
    return lab.explore(cluster, **{"port": 5432, "on": [], **options})


def inside(widget: ipywidgets.Widget, kind: type) -> Iterator[ipywidgets.Widget]:
    """Yield the widgets of a kind inside a widget, as they come."""
    for child in getattr(widget, "children", ()):
        if isinstance(child, kind):
            yield child
        yield from inside(child, kind)


def checkbox(board: Board, words: str) -> ipywidgets.Checkbox:
    return next(box for box in inside(board, ipywidgets.Checkbox) if words in box.description)


def field(board: Board, words: str) -> ipywidgets.Widget:
    kinds = (ipywidgets.Combobox, ipywidgets.Dropdown)
    return next(field for field in inside(board, kinds) if field.description == words)


def html_of(board: Board) -> str:
    return "\n".join(html.value for html in inside(board, ipywidgets.HTML))
