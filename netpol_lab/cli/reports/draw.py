"""The picture of all traffic at one port as a report: `netpol-lab draw`."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.cli.reports.dot_mermaid import Edge, Graph, Kind, Node, joined
from netpol_lab.cli.reports.reach import OUTSIDE
from netpol_lab.cli.reports.report import Report, json_lines
from netpol_lab.cli.reports.tables import Table
from netpol_lab.pictures.scene import Scene
from netpol_lab.pictures.svg import Picture
from netpol_lab.pictures.traffic import Row, State


class Pictured(Report):
    """A picture with its facts.

    Parameters
    ----------
    scene : Scene

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shown = Pictured(lab.draw(lab.load("three-tier"), port=5432).scene)
    >>> shown.title
    'TCP 5432: 4 of 6 connections allowed, 2 blocked'
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @property
    def title(self) -> str:
        """The picture in one line."""
        return self.scene.title

    def summary(self) -> str:
        """Return the policies that the picture shows."""
        return f"Policies: {', '.join(self.scene.traffic.policies) or 'none'}."

    def text(self) -> Iterator[str]:
        """Yield the table of flows."""
        yield from self.scene.text.splitlines()

    def data(self) -> Iterator[str]:
        """Yield JSON: the port, the policies, and every connection with its verdict and reason."""
        traffic = self.scene.traffic
        yield from json_lines(
            {
                "port": traffic.port,
                "protocol": str(traffic.protocol),
                "policies": [*traffic.policies],
                "connections": [*map(_as_data, self.scene.rows)],
                "left_out": traffic.left_out,
            }
        )

    def table(self) -> Table:
        """Return a row for each connection."""
        rows = ((r.source, r.destination, r.verdict, r.reason) for r in self.scene.rows)
        return Table(("from", "to", "verdict", "reason"), rows)

    def graph(self) -> Graph:
        """Return the connections that are allowed or undefined as edges."""
        nodes = (
            Node(node.name, node.caption, node.namespace or OUTSIDE) for node in self.scene.nodes
        )
        return Graph(self.title, tuple(nodes), joined(self._edges()))

    def _edges(self) -> Iterator[Edge]:
        kinds = {State.ALLOWED: Kind.ALLOWED, State.UNDEFINED: Kind.UNDEFINED}
        for arc in self.scene.arcs:
            if arc.state in kinds:
                ends = arc.source.name, arc.destination.name
                yield Edge(*ends, self.scene.traffic.asked, kinds[arc.state])

    def picture(self) -> Picture:
        """Return the picture itself."""
        return Picture(self.scene)


def _as_data(row: Row) -> dict[str, str]:
    ends = {"from": row.source, "to": row.destination}
    return {**ends, "verdict": row.verdict, "reason": row.reason}
