"""The table under a board's picture: the same connections as words, for everyone."""

from __future__ import annotations

from html import escape

import ipywidgets

from netpol_lab.pictures.traffic import FlowRow, Traffic

COLUMNS = ("From", "To", "Verdict", "Reason")


def table_html(traffic: Traffic) -> str:
    """Return the flows as an HTML table: the picture's facts for everyone.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.pictures.traffic import gather
    >>> "<th scope='row'>shop/<wbr/>web</th>" in table_html(gather(lab.load("three-tier"), 5432))
    True
    """
    caption = escape(f"{traffic.asked}: {', '.join(traffic.counted)}")
    columns = "".join(f"<th scope='col'>{column}</th>" for column in COLUMNS)
    rows = "".join(map(_row, traffic.rows))
    return (
        f"<table class='nl-table'><caption>{caption}</caption>"
        f"<thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(row: FlowRow) -> str:
    verdict = ", ".join(filter(None, (row.verdict, row.change)))
    first, *rest = map(_breakable, (row.source, row.destination, verdict, row.reason))
    return f"<tr><th scope='row'>{first}</th>{''.join(f'<td>{cell}</td>' for cell in rest)}</tr>"


def _breakable(words: str) -> str:
    return escape(words).replace("/", "/<wbr/>")  # better there than within a name


class FlowTable(ipywidgets.VBox):
    """The table of all flows under a checkbox that opens it; made when it is open only."""

    def __init__(self) -> None:
        self.shown = ipywidgets.Checkbox(
            description="Show the connections as a table", indent=False
        )
        self._table = ipywidgets.HTML()
        super().__init__([self.shown, self._table])
        self.add_class("nl-twin")
        self.shown.observe(self._fill, "value")

    def show(self, traffic: Traffic) -> None:
        """Show other flows; open or closed stays as it is."""
        self._traffic = traffic
        self._fill()

    def _fill(self, _: object = None) -> None:
        self._table.value = table_html(self._traffic) if self.shown.value else ""
        self._table.layout.display = "" if self.shown.value else "none"
