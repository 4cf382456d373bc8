"""A picture whose arrows and pods are buttons, as a widget. The only module with anywidget."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.resources import files
from typing import Any

import anywidget
import ipywidgets
from traitlets import Instance, Unicode, link

from netpol_lab.widgets.base import ChosenFrom
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


class TrafficMap(ChosenFrom, anywidget.AnyWidget):
    """A picture whose arrows and pods are buttons; see `ChosenFrom`.

    Examples
    --------
    >>> TrafficMap().show("<svg/>", words=lambda: "nothing to see")
    nothing to see
    """

    # As text: a Path would be watched for changes in some set-ups.
    _esm = (_STATIC / "traffic_map.js").read_text("utf-8")
    _css = (_STATIC / "traffic_map.css").read_text("utf-8") + STYLE

    exchange = Instance(Exchange).tag(sync=True, **ipywidgets.widget_serialization)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(exchange=Exchange(), **kwargs)
        for name in ("svg", "selected", "explanation", "details"):
            link((self.exchange, name), (self, name))

    def close(self) -> None:
        """Close it, and the widget it exchanges messages through."""
        self.exchange.close()
        super().close()

    def in_one_message(self) -> AbstractContextManager[Any]:
        """Hold back what the browser is told until all of it has changed."""
        return self.exchange.hold_sync()  # type: ignore[no-any-return]
