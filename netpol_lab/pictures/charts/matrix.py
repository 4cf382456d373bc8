"""A heat map of who reaches whom, in one cluster or before and after a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

from netpol_lab.errors import FlowError, NetpolError
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import checked_port
from netpol_lab.pictures.charts.chart import HEAD, WIDEST, chart, hatched_box, ink_on, shade
from netpol_lab.pictures.charts.counts import (
    OUTSIDE,
    Openness,
    Port,
    Share,
    members,
    openness,
    running,
    spoken,
)
from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import FAINT, INK, MUTED
from netpol_lab.pictures.shapes import Box, Rect, Shape, Style, Text
from netpol_lab.pictures.svg import Picture
from netpol_lab.pictures.text_width import shortened, text_width
from netpol_lab.reach.grouping import checked_grouping

GROUPINGS = ("workload", "namespace")
FEW = 12  # workloads; of more, the namespaces are shown
MOST = 40  # groups; more cells could not be read
GAP = 28.0  # between the two maps
NAMES = 170.0  # the longest name shown in full


def plot_matrix(
    before: Cluster,
    after: Cluster | None = None,
    port: int | None = None,
    protocol: str | None = None,
    *,
    by: str | None = None,
    assumptions: Assumptions = DEFAULTS,
) -> Picture:
    """Return a heat map: how much of what the pods of one group listen on is open to another.

    Parameters
    ----------
    before : Cluster
    after : Cluster, optional
        A second map beside the first; what differs has a thick frame.
    port : int, optional
        Count only this port, on every pod. When left out, each port that a container declares
        counts.
    protocol : str, optional
        Of that port: ``"TCP"`` when left out, ``"UDP"`` or ``"SCTP"``.
    by : str, optional
        ``"workload"`` or ``"namespace"``; when left out, workloads as long as they are few.
    assumptions : Assumptions

    Returns
    -------
    Picture
        What is undefined is hatched, and its number a range: what is surely open, and what may be.

    Raises
    ------
    FlowError
        For something that is no port, or a protocol without one.
    UnknownNameError
        For another grouping.
    NetpolError
        When there are too many groups, or no container declares a port.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> print(lab.plot_matrix(shop.with_policies([]), shop))
    How much is open?
    Of the ports that the pods of a column declare, the part that the row may open a connection to.
    from          to shop/web  to shop/backend  to shop/db
    shop/web      -            100%             100% -> 0%
    shop/backend  100%         -                100%
    shop/db       100%         100% -> 0%       -
    outside       100%         100% -> 0%       100% -> 0%
    """
    asked = _asked(port, protocol)
    if not by:
        by = "workload" if len(members(running(before), "workload")) <= FEW else "namespace"
    by = checked_grouping(by, GROUPINGS)
    found = [openness(c, by, asked, assumptions) for c in (before, after) if c is not None]
    maps = _Maps(tuple(found))
    if not maps.columns:
        raise NetpolError("no container declares a port: name one, port=80.")
    if len(maps.rows) > MOST + 1:
        raise NetpolError(
            f"{len(maps.rows) - 1} {by}s are too many to read: "
            + ('try by="namespace".' if by == "workload" else "load a part of the cluster.")
        )
    note = (
        "Of the ports that the pods of a column declare, "
        "the part that the row may open a connection to."
    )
    if asked:
        note = f"The part of a column's pods that the row may reach on {asked[0]} {asked[1]}."
    shapes, width = _drawn(maps)
    foot = found[-1].uncounted
    return chart("How much is open?", note, maps.table, shapes, width, foot, maps.undefined)


def _asked(port: int | None, protocol: str | None) -> Port | None:
    """Return the one port to count, or None for those that containers declare."""
    if port is None and protocol is None:
        return None
    number, name = checked_port(port, "TCP" if protocol is None else protocol)
    if number is None:
        raise FlowError(f"policies say nothing about {name}: ask about a port of TCP, UDP or SCTP.")
    return str(name), number


@dataclass(frozen=True)
class _Maps:
    """One map, or two with the same rows and columns."""

    found: tuple[Openness, ...]

    @cached_property
    def rows(self) -> tuple[str, ...]:
        return (*dict.fromkeys(name for one in self.found for name in one.members), OUTSIDE)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(
            to
            for to in self.rows[:-1]
            if any(cell.of for source in self.rows for cell in self.cells(source, to))
        )

    @cached_property
    def cells(self) -> Callable[[str, str], tuple[Share, ...]]:
        return cache(self._cells)

    def _cells(self, source: str, to: str) -> tuple[Share, ...]:
        return tuple(
            one.share(source, to)
            if to in one.members and (source == OUTSIDE or source in one.members)
            else Share()
            for one in self.found
        )

    @property
    def undefined(self) -> bool:
        """Whether anything of it is."""
        pairs = product(self.rows, self.columns)
        return any(share.undefined for pair in pairs for share in self.cells(*pair))

    @property
    def table(self) -> Iterator[tuple[str, ...]]:
        yield ("from", *(f"to {to}" for to in self.columns))
        for source in self.rows:
            yield (source, *(spoken(self.cells(source, to)) for to in self.columns))


def _drawn(maps: _Maps) -> tuple[list[Shape], float]:
    """Return the maps, beside each other where there is room, and how wide they are."""
    rows, columns, several = maps.rows, maps.columns, len(maps.found) > 1
    header = min(NAMES, max(text_width(name, 13) for name in rows)) + 12
    beside = several and header + 2 * len(columns) * 32 + GAP + 2 * MARGIN <= WIDEST
    room = WIDEST - 2 * MARGIN - header
    cell = max(32.0, min(58.0, (room / 2 - GAP if beside else room) // len(columns)))
    longest = max(text_width(name, 13) for name in columns)
    turned = longest > cell - 6  # too long to be written across
    above = min(NAMES, longest) if turned else 16
    wide, tall = len(columns) * cell, len(rows) * 34
    shapes: list[Shape] = []
    for k in range(len(maps.found)):
        across, down = (k, 0) if beside else (0, k)
        left = MARGIN + header + across * (wide + GAP)
        top = HEAD + 36 + above + down * (tall + above + 60)
        if several:
            title = ("before", "after")[k]
            shapes.append(Text((left, top - above - 18), title, 14, bold=True))
        for j, to in enumerate(columns):
            shapes.append(_above(to, left + (j + 0.5) * cell, top - 8, turned))
        for i, source in enumerate(rows):
            y = top + i * 34
            if not across:
                shapes.append(Text((left - 10, y + 22), shortened(source, NAMES, 13), 13, "end"))
            for j, to in enumerate(columns):
                shapes += _cell(maps.cells(source, to), k, Box(left + j * cell, y, cell, 34))
    return shapes, 2 * MARGIN + header + (2 * wide + GAP if beside else wide)


def _above(name: str, x: float, y: float, turned: bool) -> Text:
    if turned:
        return Text((x + 4, y), shortened(name, NAMES, 13), 13, turned=True)
    return Text((x, y), name, 13, "middle")


def _cell(cells: Sequence[Share], k: int, box: Box) -> Iterator[Shape]:
    share, differs = cells[k], len(set(map(str, cells))) > 1
    inner, text = box.grown(-2), _words_in(share, box, differs)
    paper = Style(shade(share.part), FAINT, 1)
    if share.undefined:  # letters on stripes are hard to read: they get plain ground
        yield from hatched_box(inner, paper)
        x, y, width, height = text.box.grown(1)
        left, right = max(x, inner.x + 1), min(x + width, inner.right - 1)
        yield Rect(Box(left, y, right - left, height), Style(shade(share.part)))
    else:
        yield Rect(inner, paper, 4)
    if differs:
        yield Rect(inner.grown(-1), Style("none", INK, 2), 4)
    yield text


def _words_in(share: Share, box: Box, differs: bool) -> Text:
    """Return the number in a cell, or its range in letters that fit."""
    x, y = box.middle
    words = str(share).removesuffix("%").replace("-", "–") if share.of else "–"
    colour = ink_on(share.part) if share.open or share.undefined else MUTED
    sizes = (s for s in (13, 12, 11, 10, 9) if text_width(words, s, differs) <= box.width - 10)
    return Text((x, y + 4.5), words, next(sizes, 8), "middle", colour, bold=differs)
