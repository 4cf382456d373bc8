"""Bars for each namespace: how exposed its pods are, and how many of them are isolated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.charts.chart import HEAD, Chart, chart
from netpol_lab.pictures.charts.counts import OUTSIDE, Coverage, Openness, Share, coverage, openness
from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import BLUE, CHIP, EDGE, INK
from netpol_lab.pictures.shapes import Box, Rect, Shape, Style, Text
from netpol_lab.pictures.svg import Picture
from netpol_lab.pictures.text_width import shortened, text_width

BAR = 84.0
ROW = 44.0
NAMES = 150.0
Cells = Mapping[str, tuple[Share, ...]]  # by column: before, and after if there is one


def plot_exposure(
    before: Cluster, after: Cluster | None = None, *, assumptions: Assumptions = DEFAULTS
) -> Picture:
    """Return bars for each namespace: how much of it is open, and to whom.

    Parameters
    ----------
    before : Cluster
    after : Cluster, optional
        A second bar under each of the first.
    assumptions : Assumptions

    Returns
    -------
    Picture
        Of the ports that the pods of a namespace declare, the part that is open to their own
        namespace, to other namespaces, and to addresses outside (other than nodes); and the part
        of its pods that may open a connection to the outside.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> town = lab.load("neighbours")
    >>> print(lab.plot_exposure(town.with_policies([]), town))
    How exposed is each namespace?
    How many of its pods' ports are open to whom, and how many pods may go out.
    namespace  own pods    other namespaces  outside     may go out
    shop       100% -> 0%  100% -> 0%        100% -> 0%  100% -> 50%
    blog       -           -                 -           100%
    Pale: before. Dark: after. Not counted: 1 pod without ports.
    """
    found = [openness(c, assumptions=assumptions) for c in (before, after) if c is not None]
    rows = {name: _exposed(found, name) for name in _all(one.members for one in found)}
    note = "How many of its pods' ports are open to whom, and how many pods may go out."
    foot = found[-1].uncounted
    return Picture(_bars("How exposed is each namespace?", note, rows, foot))


def _exposed(found: Sequence[Openness], name: str) -> Cells:
    asks: dict[str, Callable[[Openness], Share]] = {
        "own pods": lambda one: one.share(name, name),
        "other namespaces": lambda one: one.share_of_others(name),
        "outside": lambda one: one.share(OUTSIDE, name),
        "may go out": lambda one: one.way_out(name),
    }
    return {
        column: tuple(ask(one) if name in one.members else Share() for one in found)
        for column, ask in asks.items()
    }


def plot_coverage(before: Cluster, after: Cluster | None = None) -> Picture:
    """Return bars for each namespace: how many of its pods are isolated in each direction.

    Pods on their node's network are not counted, as the foot says where there are some: whether
    policies select them is up to the plugin.

    Parameters
    ----------
    before : Cluster
    after : Cluster, optional
        A second bar under each of the first.

    Returns
    -------
    Picture

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> print(lab.plot_coverage(shop.with_policies([]), shop))
    Which pods are isolated?
    How many pods are isolated by some policy. The others are open.
    namespace  ingress           egress
    shop       0 of 3 -> 2 of 3  0 of 3
    Pale: before. Dark: after.
    """
    found = [{one.namespace: one for one in coverage(c)} for c in (before, after) if c is not None]
    rows = {
        name: {
            "ingress": tuple(one[name].ingress if name in one else Share() for one in found),
            "egress": tuple(one[name].egress if name in one else Share() for one in found),
        }
        for name in _all(found)
    }
    note = "How many pods are isolated by some policy. The others are open."
    foot = _uncounted(found)
    return Picture(_bars("Which pods are isolated?", note, rows, foot, counted=True))


def _uncounted(found: Iterable[Mapping[str, Coverage]]) -> str:
    """Return how many pods are on their node's network, before and after, in words."""
    numbers = [sum(one.on_node for one in cluster.values()) for cluster in found]
    said = " -> ".join(dict.fromkeys(map(str, numbers)))
    whose = "pod on its" if said == "1" else "pods on their"
    return f"Not counted: {said} {whose} node's network." if any(numbers) else ""


def _all(mappings: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for mapping in mappings for name in mapping))


def _bars(
    title: str, note: str, rows: Mapping[str, Cells], foot: str = "", counted: bool = False
) -> Chart:
    if any(len(shares) > 1 for cells in rows.values() for shares in cells.values()):
        foot = f"Pale: before. Dark: after. {foot}".rstrip()
    columns = [*next(iter(rows.values()), {"": ()})]
    table = [("namespace", *columns), *_table(rows, counted)]
    left = MARGIN + min(NAMES, max((text_width(name, 13) for name in rows), default=0)) + 16
    step = max(BAR + 66, *(text_width(name, 13, bold=True) + 14 for name in columns))
    names = (Text((left + k * step, HEAD + 12), n, 13, bold=True) for k, n in enumerate(columns))
    shapes = [*names, *_rows(rows, left, step, counted)]
    return chart(title, note, table, shapes, left + step * len(columns) + MARGIN, foot)


def _table(rows: Mapping[str, Cells], counted: bool) -> Iterator[tuple[str, ...]]:
    for name, cells in rows.items():
        yield (name, *(" -> ".join(dict.fromkeys(_said(cells[c], counted))) for c in cells))


def _said(shares: Iterable[Share], counted: bool) -> Iterator[str]:
    return (f"{s.open} of {s.of}" if counted and s.of else str(s) for s in shares)


def _rows(rows: Mapping[str, Cells], left: float, step: float, counted: bool) -> Iterator[Shape]:
    for i, (name, cells) in enumerate(rows.items()):
        y = HEAD + 30 + i * ROW
        yield Text((left - 14, y + 19), shortened(name, NAMES, 13), 13, "end")
        for k, shares in enumerate(cells.values()):
            yield from _pair(shares, [*_said(shares, counted)], left + k * step, y)


def _pair(shares: Sequence[Share], said: Sequence[str], x: float, y: float) -> Iterator[Shape]:
    """Yield the bar before, and under it the one after; what differs is bold."""
    height, differs = (16.0, len(set(said)) > 1) if len(shares) > 1 else (20.0, False)
    for k, (share, words) in enumerate(zip(shares, said, strict=True)):
        top = y + k * (height + 2) + (0 if len(shares) > 1 else 4)
        after = k == len(shares) - 1
        yield Rect(Box(x, top, BAR, height), Style(CHIP, EDGE), 3)
        yield Rect(Box(x, top, BAR * share.part, height), Style(BLUE if after else "#8fbfdd"), 3)
        yield Text((x + BAR + 8, top + height - 4), words, 12, colour=INK, bold=differs and after)
