"""A picture whose arrows and pods are buttons, as a widget. The only module with anywidget."""

from __future__ import annotations

from importlib.resources import files

import anywidget
from traitlets import Unicode

from netpol_lab.display import Stored

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

    Examples
    --------
    >>> TrafficMap().show("<svg/>", words="nothing to see")
    nothing to see
    """

    # As text: a Path would be watched for changes in some set-ups.
    _esm = (_STATIC / "traffic_map.js").read_text("utf-8")
    _css = (_STATIC / "traffic_map.css").read_text("utf-8")

    svg = Unicode().tag(sync=True)
    selected = Unicode().tag(sync=True)
    explanation = Unicode().tag(sync=True)
    words = Unicode()

    def show(self, svg: str, words: str, explanation: str = "") -> TrafficMap:
        """Replace picture, words and explanation in one message to the browser."""
        with self.hold_sync():
            self.svg, self.words, self.explanation = svg, words, explanation
        return self
