"""What a command found, in every form it can be written in: nine formats from five views of it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from netpol_lab.cli.reports.dot_mermaid import Graph
from netpol_lab.cli.reports.tables import Table, markdown_text
from netpol_lab.model.ports import PortSet
from netpol_lab.pictures.svg import Picture


class Report(ABC):
    """What a command found. Every form is made only when it is asked for."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What was asked."""

    @abstractmethod
    def summary(self) -> str:
        """Return the numbers in a sentence; asked for after the rows."""

    @abstractmethod
    def text(self) -> Iterable[str]:
        """Return lines for people."""

    @abstractmethod
    def data(self) -> Iterable[str]:
        """Return lines of JSON."""

    @abstractmethod
    def table(self) -> Table:
        """Return the rows."""

    def table_for_people(self) -> Table:
        """Return the rows as people want to read them: fewer, where nothing gets lost by it."""
        return self.table()

    @abstractmethod
    def graph(self) -> Graph:
        """Return the ends and the connections between them."""

    @abstractmethod
    def picture(self) -> Picture:
        """Return the picture of all traffic at one port."""

    def lines(self, format: str) -> Iterator[str]:
        """Yield the report in one of the formats; a PNG has no lines."""
        yield from _WRITERS[format](self)


def _markdown(report: Report) -> Iterator[str]:
    yield from (f"# {markdown_text(report.title)}", "")
    yield from report.table_for_people().markdown()
    yield from ("", markdown_text(report.summary()))


def _page(report: Report) -> Iterable[str]:
    from netpol_lab.cli.reports.html import page

    return page(report.title, report.picture().svg, report.table_for_people(), report.summary)


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
    with TemporaryDirectory() as directory:
        return picture.save(Path(directory, "picture.png")).read_bytes()


# ---------------------------------------------------------------- ports as JSON


@lru_cache(maxsize=65536)  # the same names and sets of ports come again and again
def as_json(value: str | PortSet) -> str:
    """Return a name or a set of ports as JSON.

    Examples
    --------
    >>> as_json(PortSet.of("TCP", 80))
    '{"TCP": [[80, 80]]}'
    """
    plain = value.as_data() if isinstance(value, PortSet) else value
    return json.dumps(plain, ensure_ascii=False)


def json_items(items: Iterable[str]) -> Iterator[str]:
    """Yield items of JSON as those of a list, one a line, with commas where they belong.

    Examples
    --------
    >>> list(json_items(["1", "2"]))
    ['1', ',2']
    """
    for number, item in enumerate(items):
        yield f",{item}" if number else item


def json_lines(value: object) -> Iterator[str]:
    """Yield plain values as lines of JSON that people can read, too."""
    yield from json.dumps(value, indent=2, ensure_ascii=False).split("\n")
