"""The colours of all pictures."""

from __future__ import annotations

# Okabe and Ito's colours, which colour-blind people can tell apart, and greys beside them.
INK = "#1b2733"
MUTED = "#52616f"
EDGE = "#7f8f9e"
FAINT = "#c9d3dd"
PAPER = "#ffffff"
MIST = "#f6f9fc"
CHIP = "#e8eef4"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREY = "#555555"
SKY = "#56B4E9"
SAND = "#f4d35e"


def tinted(colour: str, share: float) -> str:
    """Return a colour mixed with white.

    Examples
    --------
    >>> tinted("#000000", 0.2)
    '#cccccc'
    """
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)
