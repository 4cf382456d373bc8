"""What every task on a page shares: words that stay in the notebook, and keys that stay put."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets

from netpol_lab.widgets.base import Stored


class Card(Stored, ipywidgets.VBox):
    """A box of controls that leaves its words, and its picture if it has one, in a notebook.

    Parameters
    ----------
    children : sequence of widgets
    guarded : bool
        Whether a picture among them keeps the keys from JupyterLab already.
    """

    svg = ""

    def __init__(self, children: Any, *, guarded: bool = False) -> None:
        super().__init__([*children, *([] if guarded else shield())])
        self.layout.max_width = "860px"
        self.add_class("nl-task")

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {kind: value for kind, value in data.items() if value}, metadata


def shield() -> list[Any]:
    """Return what keeps letters typed on a control from being commands to JupyterLab.

    With the focus on a checkbox, `b` would add a cell and `m` turn this one into text. The
    picture to click on guards the whole output it stands in; unseen, it guards tasks as well.
    """
    try:
        from netpol_lab.widgets.clickable_picture import TrafficMap
    except ModuleNotFoundError:  # no anywidget: the tasks work, without this protection
        return []
    return [TrafficMap(layout=ipywidgets.Layout(display="none"))]


def replace_children(box: Any, children: Any) -> None:
    """Put widgets in the place of others, and close those: a kernel keeps all that are open."""
    gone, box.children = box.children, tuple(children)
    for widget in gone:
        _discard(widget)


def _discard(widget: Any) -> None:
    """Close a widget that shares its layout with no other, and all that is in it."""
    for child in getattr(widget, "children", ()):
        _discard(child)
    for part in (widget, widget.layout, getattr(widget, "style", None)):
        if part is not None:
            part.close()


def fitted(html: str) -> str:
    """Return HTML that is as wide as there is room, so that a picture in it cannot widen the card.

    Examples
    --------
    >>> fitted("a")
    '<div style="width: 0; min-width: 100%;">a</div>'
    """
    return f'<div style="width: 0; min-width: 100%;">{html}</div>' if html else ""


def preformatted(words: str, role: str = "status") -> str:
    """Return words as HTML that keeps lines and indentation; nothing for no words.

    Examples
    --------
    >>> preformatted("a < b", role="note").startswith('<pre role="note"')
    True
    """
    style = "white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; margin: 4px 0;"
    return f'<pre role="{role}" style="{style}">{escape(words)}</pre>' if words else ""


def heading(words: str) -> Any:
    """Return a line that names what follows."""
    return ipywidgets.HTML(
        f'<div style="font-weight: 600; line-height: 1.5;">{escape(words)}</div>'
    )


_NARROW = ipywidgets.Layout(width="auto", align_self="flex-start")


def button(words: str, call: Any) -> Any:
    """Return a button as wide as its words."""
    made = ipywidgets.Button(description=words, layout=_NARROW)
    made.on_click(lambda _: call())
    return made
