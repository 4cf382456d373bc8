"""A picture whose arrows and pods are buttons, as a widget. The only module with anywidget."""

from __future__ import annotations

from importlib.resources import files

import anywidget
from traitlets import Unicode

from netpol_lab.display import Stored
from netpol_lab.panel import STYLE

_STATIC = files("netpol_lab") / "static"


class TrafficMap(Stored, anywidget.AnyWidget):
    """A picture that says which of its parts was chosen, and shows an explanation under it.

    It knows nothing of policies: whoever makes one observes `selected` and writes `explanation`.

    Attributes
    ----------
    svg : str
        The picture, as `svg.paint` gives it.
    words : str
        The same facts as text.
    selected : str
        The ``data-key`` of the chosen arrow or pod; empty when none is.
    explanation : str
        The text under the picture.
    details : str
        What is shown under that, as `panel.panel` gives it; nothing when empty.

    Examples
    --------
    >>> TrafficMap().show("<svg/>", words="nothing to see")
    nothing to see
    """

    # As text: a Path would be watched for changes in some set-ups.
    _esm = (_STATIC / "traffic_map.js").read_text("utf-8")
    _css = (_STATIC / "traffic_map.css").read_text("utf-8") + STYLE

    svg = Unicode().tag(sync=True)
    selected = Unicode().tag(sync=True)
    explanation = Unicode().tag(sync=True)
    details = Unicode().tag(sync=True)
    words = Unicode()

    def show(self, svg: str, words: str, explanation: str = "", details: str = "") -> TrafficMap:
        """Replace picture, words, explanation and details in one message to the browser."""
        with self.hold_sync():
            self.svg, self.words = svg, words
            self.explain(explanation, details)
        return self

    def explain(self, explanation: str, details: str) -> None:
        """Replace what is said under the picture."""
        with self.hold_sync():
            self.explanation, self.details = explanation, details
