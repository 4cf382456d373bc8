"""Rectangles, circles, paths and texts: all that a painter has to know.

A `Sheet` is a finished drawing in pixels, with y running down. The diagrams
decide everything; the painters (`svg`, `matplotlib_painter`) decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from netpol_lab.pictures.palette import INK, PAPER
from netpol_lab.pictures.text_width import SMALL, text_width

Point = tuple[float, float]
Step = tuple[str, *tuple[float, ...]]  # a command and its numbers


class Box(NamedTuple):
    """A place on the sheet."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def grown(self, by: float) -> Box:
        """Return the box with a margin on every side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)


@dataclass(frozen=True, slots=True)
class Style:
    """How a shape looks; `catches` says which part of it the pointer meets, if it is unseen."""

    fill: str = "none"
    stroke: str = "none"
    width: float = 1
    dash: tuple[float, ...] = ()
    opacity: float = 1
    round_ends: bool = False
    catches: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What painters want to know of every shape: its CSS class, and whether it shows."""

    kind: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Rect(Named):
    """A rectangle with round corners."""

    box: Box
    style: Style
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Circle(Named):
    """A circle."""

    centre: Point
    radius: float
    style: Style


@dataclass(frozen=True, slots=True)
class Path(Named):
    """Lines and curves: steps as in SVG, with M, L, C and Z only."""

    steps: tuple[Step, ...]
    style: Style


@dataclass(frozen=True, slots=True)
class Text(Named):
    """One line of text; `at` is on the baseline, at its start, middle or end."""

    at: Point
    words: str
    size: float = SMALL
    anchor: str = "start"
    colour: str = INK
    bold: bool = False
    turned: bool = False  # by 90 degrees, to be read upwards

    @property
    def box(self) -> Box:
        """The place it takes up, rather too wide than too narrow."""
        width, up = text_width(self.words, self.size, self.bold), self.size * 0.8
        before = {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        x, y = self.at
        if self.turned:
            return Box(x - up, y + before - width, self.size, width)
        return Box(x - before, y - up, width, self.size)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Shapes that belong together, with what a redraw or a screen reader wants to know.

    Groups go by identity, so that a painter can remember what it has painted.
    """

    kind: str
    shapes: tuple[Shape, ...]
    data: tuple[tuple[str, str], ...] = ()
    tooltip: str = ""
    shown: bool = True


Shape = Rect | Circle | Path | Text | Group


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished drawing."""

    width: float
    height: float
    shapes: tuple[Shape, ...]

    @classmethod
    def white(cls, width: float, height: float, *shapes: Shape) -> Sheet:
        """Return the shapes on white paper."""
        return cls(width, height, (Rect(Box(0, 0, width, height), Style(PAPER)), *shapes))

    def walk(self) -> Iterator[Rect | Circle | Path | Text]:
        """Yield every shape that shows, from the back to the front, out of its groups."""
        yield from _visible(self.shapes)


def _visible(shapes: tuple[Shape, ...]) -> Iterator[Rect | Circle | Path | Text]:
    for shape in shapes:
        if not shape.shown:
            continue
        if isinstance(shape, Group):
            yield from _visible(shape.shapes)
        else:
            yield shape
