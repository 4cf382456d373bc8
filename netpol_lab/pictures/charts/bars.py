"""Bars for each namespace: how exposed its pods are, and how many of them are isolated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.charts.chart import HEAD, chart, hatched_box
from netpol_lab.pictures.charts.counts import (
    OUTSIDE,
    Coverage,
    Openness,
    Share,
    coverage,
    openness,
    spoken,
)
from netpol_lab.pictures.legend import MARGIN
from netpol_lab.pictures.palette import BLUE, CHIP, EDGE, PAPER
from netpol_lab.pictures.shapes import Box, Rect, Shape, Style, Text
from netpol_lab.pictures.svg import Picture
from netpol_lab.pictures.text_width import shortened, text_width

BAR = 84.0
ROW = 44.0
NAMES = 150.0
Rows = Mapping[str, tuple[Share, ...]]  # by namespace, a share for each column


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
        of its pods that may open a connection to the outside. What is undefined is hatched, and
        its number a range.

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
    note = "How many of its pods' ports are open to whom, and how many pods may go out."
    title, foot = "How exposed is each namespace?", found[-1].uncounted
    return _bars(
        title,
        note,
        ("own pods", "other namespaces", "outside", "may go out"),
        [*map(_exposed, found)],
        foot,
    )


def _exposed(found: Openness) -> Rows:
    return {
        name: (
            found.share(name, name),
            found.share_of_others(name),
            found.share(OUTSIDE, name),
            found.way_out(name),
        )
        for name in found.members
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
    found = [[*coverage(c)] for c in (before, after) if c is not None]
    note = "How many pods are isolated by some policy. The others are open."
    if any(cluster is not None and cluster.cluster_policies for cluster in (before, after)):
        note = "How many pods NetworkPolicies isolate. Cluster-wide policies decide as well."
    rows = [{one.namespace: (one.ingress, one.egress) for one in cluster} for cluster in found]
    title, foot = "Which pods are isolated?", _uncounted(found)
    return _bars(title, note, ("ingress", "egress"), rows, foot)


def _uncounted(found: Sequence[Sequence[Coverage]]) -> str:
    """Return how many pods are on their node's network, before and after, in words."""
    numbers = [sum(one.on_node for one in cluster) for cluster in found]
    said = " -> ".join(dict.fromkeys(map(str, numbers)))
    whose = "pod on its" if said == "1" else "pods on their"
    return f"Not counted: {said} {whose} node's network." if any(numbers) else ""


def _bars(
    title: str, note: str, columns: Sequence[str], found: Sequence[Rows], foot: str
) -> Picture:
    """Return the bars: for each namespace and column one for each cluster."""
    nothing = (Share(),) * len(columns)
    rows = {
        name: [*zip(*(one.get(name, nothing) for one in found), strict=True)]
        for name in dict.fromkeys(name for one in found for name in one)
    }
    if rows and len(found) > 1:
        foot = f"Pale: before. Dark: after. {foot}".rstrip()
    columns = columns if rows else ("",)
    table = [("namespace", *columns), *((name, *map(spoken, row)) for name, row in rows.items())]
    left = MARGIN + min(NAMES, max((text_width(name, 13) for name in rows), default=0)) + 16
    spoken_width = max(
        (text_width(str(s), bold=True) for row in rows.values() for pair in row for s in pair),
        default=0,
    )
    step = max(
        BAR + 66,
        BAR + 22 + spoken_width,
        *(text_width(name, 13, bold=True) + 14 for name in columns),
    )
    shapes: list[Shape] = [
        Text((left + k * step, HEAD + 12), n, 13, bold=True) for k, n in enumerate(columns)
    ]
    for i, (name, row) in enumerate(rows.items()):
        y = HEAD + 30 + i * ROW
        shapes.append(Text((left - 14, y + 19), shortened(name, NAMES, 13), 13, "end"))
        for k, shares in enumerate(row):
            shapes += _pair(shares, left + k * step, y)
    width = left + step * len(columns) + MARGIN
    undefined = any(share.undefined for row in rows.values() for pair in row for share in pair)
    return chart(title, note, table, shapes, width, foot, undefined)


def _pair(shares: Sequence[Share], x: float, y: float) -> Iterator[Shape]:
    """Yield the bar before, and under it the one after; what differs is bold."""
    differs = len(set(map(str, shares))) > 1
    height, y = (16.0, y) if len(shares) > 1 else (20.0, y + 4)
    for k, share in enumerate(shares):
        top, after = y + k * (height + 2), k == len(shares) - 1
        yield Rect(Box(x, top, BAR, height), Style(CHIP, EDGE), 3)
        if share.undefined:
            left, right = BAR * share.part, BAR * share.most
            yield from hatched_box(Box(x + left, top, right - left, height), Style(PAPER, EDGE))
        yield Rect(Box(x, top, BAR * share.part, height), Style(BLUE if after else "#8fbfdd"), 3)
        words = str(share)
        yield Text((x + BAR + 8, top + height - 4), words, bold=differs and after)
