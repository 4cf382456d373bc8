"""The picture of all traffic at one port as a report: `netpol-lab draw`."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lab.cli.reports.dot_mermaid import OUTSIDE, EdgeKind, Graph, GraphEdge, GraphNode
from netpol_lab.cli.reports.report import Report, cautions_about
from netpol_lab.cli.reports.tables import Table
from netpol_lab.cli.terminal import json_text
from netpol_lab.engine.other_policies import listed
from netpol_lab.pictures.scene import Scene
from netpol_lab.pictures.svg import Picture
from netpol_lab.pictures.traffic import State, policy_names

_COLUMNS = ("from", "to", "verdict", "reason")


class DrawReport(Report):
    """A picture with its facts.

    Parameters
    ----------
    scene : Scene

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shown = DrawReport(lab.draw(lab.load("three-tier"), port=5432).scene)
    >>> shown.title
    'TCP 5432: 4 of 6 connections allowed, 2 blocked'
    """

    def __init__(self, scene: Scene) -> None:
        self.scene, self.title = scene, scene.title

    def summary(self) -> str:
        """Return the policies that the picture shows."""
        said = f"Policies: {', '.join(self.scene.traffic.policies) or 'none'}."
        others = self.scene.traffic.answers.cluster.other_policies
        return f"{said} Not evaluated: {listed(others)}." if others else said

    def cautions(self) -> list[str]:
        """Return what was passed over."""
        return cautions_about(self.scene.traffic.answers.cluster)

    def text(self) -> Iterator[str]:
        """Yield the table of flows."""
        yield from self.scene.text.splitlines()

    def data(self) -> Iterator[str]:
        """Yield JSON: the port, the policies, and every connection with its verdict and reason."""
        traffic = self.scene.traffic
        cluster = traffic.answers.cluster
        above = sorted(map(str, cluster.cluster_policies))
        data = {
            "port": traffic.port,
            "protocol": str(traffic.protocol),
            "policies": [*policy_names(cluster)],
            **({"cluster_policies": above} if above else {}),
            "connections": [dict(zip(_COLUMNS, row, strict=True)) for row in self._rows()],
            "left_out": traffic.left_out,
            **({"warnings": cautions} if (cautions := self.cautions()) else {}),
        }
        yield json_text(data, indent=2)

    def table(self) -> Table:
        """Return a row for each connection."""
        return Table(_COLUMNS, self._rows())

    def _rows(self) -> Iterator[tuple[str, ...]]:
        return ((r.source, r.destination, r.verdict, r.reason) for r in self.scene.traffic.rows)

    def graph(self) -> Graph:
        """Return the connections that are allowed or undefined as edges."""
        kinds = {State.ALLOWED: EdgeKind.ALLOWED, State.UNDEFINED: EdgeKind.UNDEFINED}
        port = self.scene.traffic.asked
        nodes = (GraphNode(n.name, n.caption, n.namespace or OUTSIDE) for n in self.scene.nodes)
        edges = (
            GraphEdge(arc.source.name, arc.destination.name, port, kinds[arc.state])
            for arc in self.scene.arcs
            if arc.state in kinds
        )
        return Graph.both_ways(self.title, nodes, edges)

    def picture(self) -> Picture:
        """Return the picture itself."""
        return Picture(self.scene)
