"""A network as a bar: which address is where, and the holes that `except` cuts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lab.model.addresses import AddressRange, Network
from netpol_lab.model.objects import IPBlock
from netpol_lab.pictures.shapes import (
    BLUE,
    PAPER,
    VERMILLION,
    Box,
    Path,
    Rect,
    Shape,
    Step,
    Style,
    tinted,
)

FEW = 16  # so many addresses are drawn one by one


@dataclass(frozen=True)
class Scale:
    """A network as a bar: which number is where."""

    network: Network
    box: Box

    @property
    def first(self) -> int:
        """The number of its first address."""
        return int(self.network.network_address)

    def x(self, number: int) -> float:
        """Return where the left edge of an address is; never far beyond the ends."""
        share = (number - self.first) / self.network.num_addresses
        return self.box.x + self.box.width * min(max(share, 0.0), 1.0)

    def part(self, network: Network) -> Box:
        """Return the place of a part of it, wide enough to be seen."""
        first, last = AddressRange.of(network).numbers
        left, right = self.x(first), self.x(last + 1)
        if right - left < 3:
            middle = min(max((left + right) / 2, self.box.x + 1.5), self.box.right - 1.5)
            left, right = middle - 1.5, middle + 1.5
        return Box(left, self.box.y, right - left, self.box.height)

    def middle(self, number: int) -> float:
        """Return the middle of an address."""
        return (self.x(number) + self.x(number + 1)) / 2


# ---------------------------------------------------------------- drawn

FULL = Style(tinted(BLUE, 0.3), BLUE, 1.5)


def draw_bar(scale: Scale, block: IPBlock) -> Iterator[Shape]:
    """Yield a network that a block means, without its holes."""
    yield Rect(scale.box, FULL, 3)
    if scale.network.num_addresses <= FEW:
        yield from _cells(scale)
    for hole in block.excepts:
        if hole.overlaps(scale.network):
            yield from draw_hole(scale.part(hole))


def draw_hole(box: Box) -> Iterator[Shape]:
    """Yield what is cut out: white, hatched where there is room."""
    yield Rect(box, Style(PAPER, VERMILLION, 1.5), 2)
    if box.width >= 8:
        yield Path(tuple(_hatching(box)), Style("none", VERMILLION, 1))


def _hatching(box: Box) -> Iterator[Step]:
    """Yield slanted lines that end at the edges of a box."""
    start = -int(box.height) + 6
    for offset in range(start, int(box.width), 8):
        left, right = max(0.0, offset), min(box.width, offset + box.height)
        yield ("M", box.x + left, box.bottom - (left - offset))
        yield ("L", box.x + right, box.bottom - (right - offset))


def _cells(scale: Scale) -> Iterator[Shape]:
    """Yield a line between any two addresses, where there are few."""
    count = scale.network.num_addresses
    for number in range(scale.first + 1, scale.first + count):
        x = scale.x(number)
        yield Path((("M", x, scale.box.y), ("L", x, scale.box.bottom)), Style("none", BLUE, 1))
