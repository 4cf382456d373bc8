"""How wide a text is in whatever font a painter finds, and texts cut to fit."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from netpol_lab.harmless import UNSAFE

FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
SMALL = 12  # px; nothing is written smaller

# What XML forbids, and what turns the direction of the text around it.
_UNPRINTABLE = re.compile(f"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[{UNSAFE}]")


def printable(words: str) -> str:
    r"""Return the text with a replacement sign for what no picture can hold.

    Examples
    --------
    >>> printable("shop\x00/web")
    'shop�/web'
    """
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", words)


# The widest of DejaVu Sans, Verdana and Arial, in hundredths of the font's size. Painters use
# whichever font there is, so what fits by this table fits in all of them.
_GROUPS = {
    30: "'ijlI",
    34: " ,.",
    37: "/:;\\|f",
    40: "()[]-t!",
    46: 'r"',
    53: "sz",
    56: "c?*_`J",
    58: "kL",
    61: "vxyFo",
    64: "aehnubdgpqT",
    67: "S$0123456789{}PEY",
    70: "KAVXZB",
    73: "RCU",
    78: "NHDG&",
    82: "wOQ",
    87: "#+<=>^~M",
    102: "%mW@",
}
_WIDTH = {character: width for width, group in _GROUPS.items() for character in group}
_BOLD = 1.13
_UNKNOWN = 105  # other scripts; most are narrower

ELLIPSIS = "…"


@lru_cache(maxsize=4096)
def text_width(words: str, size: float = SMALL, bold: bool = False) -> float:
    """Return how wide a text is at most, in pixels.

    Examples
    --------
    >>> text_width("web", 10) < text_width("web", 10, bold=True) < text_width("www", 10, bold=True)
    True
    """
    width = sum(_WIDTH.get(character, _UNKNOWN) for character in words) * size / 100
    return width * _BOLD if bold else width


def clipped(words: str, room: float, size: float = SMALL, bold: bool = False) -> str:
    """Return the text, without its end if it does not fit in `room` pixels.

    Examples
    --------
    >>> clipped("role=backend, tier=2", 90)
    'role=backe…'
    """
    return _cut(words, room, size, bold, lambda keep: words[:keep].rstrip(" ,") + ELLIPSIS)


def shortened(words: str, room: float, size: float = SMALL, bold: bool = False) -> str:
    """Return the text, without its middle if it does not fit: both ends of a pod's name tell.

    Examples
    --------
    >>> shortened("payment-worker-7d4b9c5f6d-x2x9k", 120)
    'payment…d-x2x9k'
    """
    tail = min(7, len(words) // 3)
    return _cut(words, room, size, bold, lambda keep: words[:keep] + ELLIPSIS + words[-tail:])


def _cut(words: str, room: float, size: float, bold: bool, keeping: Callable[[int], str]) -> str:
    """Return the longest text that fits, the whole one or one that keeps fewer characters."""
    if text_width(words, size, bold) <= room:
        return words
    cuts = (keeping(keep) for keep in range(len(words) - 1, 0, -1))
    return next((cut for cut in cuts if text_width(cut, size, bold) <= room), ELLIPSIS)
