"""The picture without anywidget: the same SVG in plain HTML, and a list to choose from."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import ipywidgets
from traitlets import link

from netpol_lab.errors import NetpolError, UnknownNameError
from netpol_lab.widgets.base import ChosenFrom
from netpol_lab.widgets.reasons_panel import STYLE

_CSS = (files("netpol_lab") / "data" / "static" / "traffic_map.css").read_text("utf-8") + STYLE
_NOTHING = ("(choose a connection or a pod)", "")


class StillMap(ChosenFrom, ipywidgets.VBox):
    """What `TrafficMap` is, where only core widgets work: the parts are chosen from a list.

    Examples
    --------
    >>> StillMap().show("<svg/>", words=lambda: "nothing to see")
    nothing to see
    """

    def __init__(self) -> None:
        self._paper = ipywidgets.HTML()
        self._why = ipywidgets.HTML()
        self._reasons = ipywidgets.HTML()
        self._list = ipywidgets.Dropdown(
            options=[_NOTHING],
            description="Why?",
            layout=ipywidgets.Layout(width="auto"),
            style={"description_width": "initial"},
        )
        super().__init__([self._paper, self._list, self._why, self._reasons])
        self.add_class("nl-traffic-map")
        link((self, "selected"), (self._list, "value"))
        self.observe(self._on_svg, "svg")
        self.observe(self._on_explanation, "explanation")
        self.observe(self._on_details, "details")

    def _on_svg(self, change: dict[str, Any]) -> None:
        options = (_NOTHING, *parts_of(change["new"]))
        if options != self._list.options:  # nearly never: a redraw has the same parts
            self._list.options = options
        picture = f'<div class="nl-picture">{change["new"]}</div>'
        self._paper.value = f"<style>{_CSS}</style>{picture}"

    def _on_explanation(self, change: dict[str, Any]) -> None:
        self._why.value = f'<div class="nl-why" role="status">{escape(change["new"])}</div>'

    def _on_details(self, change: dict[str, Any]) -> None:
        self._reasons.value = f'<div class="nl-reasons">{change["new"]}</div>'


def parts_of(svg: str) -> list[tuple[str, str]]:
    """Return a name and the key of each part of a picture that can be chosen, in its order.

    Examples
    --------
    >>> parts_of('<svg><g data-key="flow:shop/web&gt;shop/db"/><g data-key="pod:shop/db"/></svg>')
    [('shop/web to shop/db', 'flow:shop/web>shop/db'), ('shop/db', 'pod:shop/db')]
    """
    keys = (node.get("data-key") for node in ElementTree.fromstring(svg).iter())
    return [(spoken(key), key) for key in keys if key]


def spoken(key: str) -> str:
    """Return the key of a part as people say it.

    Examples
    --------
    >>> spoken("flow:shop/web>shop/db")
    'shop/web to shop/db'
    """
    return key.partition(":")[2].replace(">", " to ")


def picture_of(kind: str) -> Any:
    """Return the widget that shows a picture and tells which part of it was chosen.

    Parameters
    ----------
    kind : str
        ``"svg"`` for one to click on, ``"html"`` for one that needs no anywidget.
    """
    if kind == "html":
        return StillMap()
    if kind != "svg":
        raise UnknownNameError(f'there is no picture "{kind}". There are: html, svg.')
    try:
        from netpol_lab.widgets.clickable_picture import TrafficMap
    except ModuleNotFoundError as error:
        raise NetpolError(
            f"the picture to click on needs the package {error.name}, which has to be installed "
            'before Jupyter starts. Without it: lab.explore(..., picture="html").'
        ) from error
    return TrafficMap()
