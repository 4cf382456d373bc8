"""A picture whose arrows and pods are buttons, as a widget. The only module with anywidget."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anywidget
import ipywidgets
from traitlets import Instance, Unicode, link

from netpol_lab.widgets.base import Stored
from netpol_lab.widgets.reasons_panel import STYLE

_STATIC = files("netpol_lab") / "data" / "static"


class Exchange(ipywidgets.Widget):
    """What Python and the script of a `TrafficMap` tell each other: a core widget, never shown.

    If its script took more than two seconds to load, as on a busy machine, anywidget 0.11 never
    again hears what Python says. Core widgets do.

    Attributes
    ----------
    svg, selected, explanation, details : str
        As those of `TrafficMap`.
    """

    svg = Unicode().tag(sync=True)
    selected = Unicode().tag(sync=True)
    explanation = Unicode().tag(sync=True)
    details = Unicode().tag(sync=True)


class TrafficMap(Stored, anywidget.AnyWidget):
    """A picture that says which of its parts was chosen, and shows an explanation under it.

    It knows nothing of policies: whoever makes one observes `selected` and writes `explanation`.

    Attributes
    ----------
    svg : str
        The picture, as `svg.paint` gives it.
    words : str
        The same facts as text; made when somebody reads them.
    selected : str
        The ``data-key`` of the chosen arrow or pod; empty when none is.
    explanation : str
        The text under the picture.
    details : str
        What is shown under that, as `panel.panel` gives it; nothing when empty.

    Examples
    --------
    >>> TrafficMap().show("<svg/>", words=lambda: "nothing to see")
    nothing to see
    """

    # As text: a Path would be watched for changes in some set-ups.
    _esm = (_STATIC / "traffic_map.js").read_text("utf-8")
    _css = (_STATIC / "traffic_map.css").read_text("utf-8") + STYLE

    exchange = Instance(Exchange).tag(sync=True, **ipywidgets.widget_serialization)
    svg = Unicode()
    selected = Unicode()
    explanation = Unicode()
    details = Unicode()
    _words: Callable[[], str] = str  # none yet

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(exchange=Exchange(), **kwargs)
        for name in ("svg", "selected", "explanation", "details"):
            link((self.exchange, name), (self, name))

    def close(self) -> None:
        """Let go of it, and of what it speaks through."""
        self.exchange.close()
        super().close()

    @property
    def words(self) -> str:  # type: ignore[override]
        """The same facts as text."""
        return self._words()

    def show(
        self, svg: str, words: Callable[[], str], explanation: str = "", details: str = ""
    ) -> TrafficMap:
        """Replace picture, words, explanation and details in one message to the browser."""
        with self.exchange.hold_sync():
            self.svg, self._words = svg, words
            self.explain(explanation, details)
        return self

    def explain(self, explanation: str, details: str) -> None:
        """Replace what is said under the picture."""
        with self.exchange.hold_sync():
            self.explanation, self.details = explanation, details
