"""What a command found, in nine formats made from five views of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from netpol_lab.cli.reports.dot_mermaid import Graph
from netpol_lab.cli.reports.tables import Table, markdown_text
from netpol_lab.cli.terminal import json_text
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.ports import PortSet
from netpol_lab.pictures.svg import Picture


class Report(Protocol):
    """What a command found. Each view is computed only when a format needs it."""

    title: str  # what was asked

    def summary(self) -> str:
        """Return the numbers in a sentence; called after the rows were read."""

    def cautions(self) -> Sequence[str]:
        """Return what the reader has to know beside the rows, such as what was passed over."""
        return ()

    def text(self) -> Iterable[str]:
        """Return lines for people."""

    def data(self) -> Iterable[str]:
        """Return lines of JSON."""

    def table(self) -> Table:
        """Return the rows."""

    def table_for_people(self) -> Table:
        """Return the rows for a page that people read, where another table suits them better."""
        return self.table()

    def graph(self) -> Graph:
        """Return the ends and the connections between them."""

    def picture(self) -> Picture:
        """Return the picture of all traffic at one port."""

    def lines(self, format: str) -> Iterator[str]:
        """Yield the report in one of the formats; a PNG has no lines."""
        yield from _WRITERS[format](self)


def _markdown(report: Report) -> Iterator[str]:
    yield from (f"# {markdown_text(report.title)}", "")
    yield from report.table_for_people().markdown()
    yield from ("", markdown_text(report.summary()))
    for caution in report.cautions():
        yield from ("", f"**Warning:** {markdown_text(caution)}")


def _page(report: Report) -> Iterable[str]:
    from netpol_lab.cli.reports.html import page

    views = report.picture().svg, report.table_for_people(), report.summary
    return page(report.title, *views, report.cautions())


_WRITERS: dict[str, Callable[[Report], Iterable[str]]] = {
    "text": lambda report: report.text(),
    "json": lambda report: report.data(),
    "csv": lambda report: report.table().csv(),
    "md": _markdown,
    "dot": lambda report: report.graph().dot(),
    "mermaid": lambda report: report.graph().mermaid(),
    "svg": lambda report: [report.picture().svg],
    "html": _page,
}


def png(picture: Picture) -> bytes:
    """Return a picture as the bytes of a PNG file."""
    from netpol_lab.pictures.matplotlib_painter import painted

    return painted(picture.scene, ".png")


def cautions_about(*clusters: Cluster) -> list[str]:
    """Return what was passed over, left out or built when some clusters were read."""
    found = (warning for cluster in clusters for warning in cluster.warnings)
    return list(dict.fromkeys(str(warning) for warning in found if warning.is_about_files))


def cautions_as_json(cautions: Sequence[str]) -> str:
    """Return a further field of a JSON object; nothing where there is nothing to say.

    Examples
    --------
    >>> cautions_as_json(["one kind is passed over"]), cautions_as_json([])
    (', "warnings": ["one kind is passed over"]', '')
    """
    return f', "warnings": {json_text([*cautions])}' if cautions else ""


# ---------------------------------------------------------------- ports as JSON


@lru_cache(maxsize=65536)  # the same names and sets of ports recur
def as_json(value: str | PortSet) -> str:
    """Return a name or a set of ports as JSON.

    Examples
    --------
    >>> as_json(PortSet.of("TCP", 80))
    '{"TCP": [[80, 80]]}'
    """
    plain = value.as_data() if isinstance(value, PortSet) else value
    return json_text(plain)


def json_items(items: Iterable[str]) -> Iterator[str]:
    """Yield the items of a JSON list, one per line, with commas between them.

    Examples
    --------
    >>> list(json_items(["1", "2"]))
    ['1', ',2']
    """
    for number, item in enumerate(items):
        yield f",{item}" if number else item
