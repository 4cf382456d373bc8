"""What a picture shows, as data: the connections, the words for them, and the finished drawing.

Up to nine endpoints are drawn as cards and arcs (`arc_diagram`), more as a grid (`grid_diagram`).
The painters (`svg`, `matplotlib_painter`) only paint; every decision is taken before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from netpol_lab.engine.other_policies import listed
from netpol_lab.errors import UnknownNameError, did_you_mean
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures import arc_diagram, grid_diagram
from netpol_lab.pictures.arc_layout import plan
from netpol_lab.pictures.nodes import Node
from netpol_lab.pictures.shapes import Sheet
from netpol_lab.pictures.text_table import in_columns
from netpol_lab.pictures.traffic import MOST_EXPLAINED, Arc, State, Traffic, gather

MOST_AS_DIAGRAM = 9  # endpoints: 72 arcs can be followed, 132 cannot

VIEWS: dict[str, Callable[[Traffic, str | None, bool], Sheet]] = {
    "diagram": arc_diagram.lay_out,
    "matrix": grid_diagram.lay_out,
}


@dataclass(frozen=True)
class Scene:
    """A picture of traffic as data.

    Parameters
    ----------
    traffic : Traffic
        What it shows: the endpoints, and every connection with its verdict.
    sheet : Sheet
        How it shows it: shapes in pixels.
    title : str
        The picture in one line.
    desc : str
        The whole picture in words.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> scene = compose(lab.load("three-tier"), port=5432)
    >>> scene.title
    'TCP 5432: 4 of 6 connections allowed, 2 blocked'
    >>> [arc.label for arc in scene.arcs if arc.state == "blocked"]
    ['shop/web to shop/db, TCP 5432, blocked', 'shop/db to shop/backend, TCP 5432, blocked']
    """

    traffic: Traffic
    sheet: Sheet
    title: str
    desc: str

    brief = ""  # what an explorer says while no part is chosen

    def why(self, key: str) -> str:
        """Return the reasons behind an arrow or a pod."""
        return self.traffic.why(key)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The endpoints, in the order they stand."""
        return self.traffic.nodes

    @property
    def arcs(self) -> tuple[Arc, ...]:
        """The connections."""
        return self.traffic.arcs

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it: ``TCP 5432|policy-a,policy-b``."""
        return f"{self.traffic.asked}|{','.join(self.traffic.policies)}"

    @property
    def text(self) -> str:
        """The facts as text: a line for each connection, or for each of many sources.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(compose(lab.load("three-tier"), port=5432).text)
        TCP 5432: 4 of 6 connections allowed, 2 blocked
        shop/web     -> shop/backend  allowed  ingress: rule 1 of backend-access-ingress
        shop/web     -> shop/db       blocked  ingress: isolated by db-access-ingress
        shop/backend -> shop/web      allowed  neither end is isolated
        shop/backend -> shop/db       allowed  ingress: rule 1 of db-access-ingress
        shop/db      -> shop/web      allowed  neither end is isolated
        shop/db      -> shop/backend  blocked  ingress: isolated by backend-access-ingress
        """
        if len(self.arcs) > MOST_EXPLAINED:
            return "\n".join([self.title, *_from_each(self.traffic)])
        rows: Iterable[tuple[str, ...]] = self.traffic.rows
        if not any(row.change for row in self.traffic.rows):
            rows = [(*row[:3], row.reason) for row in self.traffic.rows]
        return "\n".join([self.title, *in_columns(rows, [" -> "])])

    def graph(self) -> Any:
        """Return the same as a `networkx.DiGraph`.

        Nodes have `pos`, `namespace` and `isolated`; edges have `verdict` and `changed`.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> graph = compose(lab.load("three-tier"), port=5432).graph()
        >>> graph.edges["shop/web", "shop/db"]
        {'verdict': 'blocked', 'changed': 'none'}
        """
        import networkx

        graph = networkx.DiGraph()
        boxes = plan(self.nodes).boxes
        for node, box in zip(self.nodes, boxes, strict=True):
            x, y = box.middle
            isolated = tuple(words for words in node.badges if words.endswith("isolated"))
            graph.add_node(node.name, pos=(x, -y), namespace=node.namespace, isolated=isolated)
        for arc in self.arcs:
            ends = arc.source.name, arc.destination.name
            graph.add_edge(*ends, verdict=str(arc.state), changed=str(arc.change))
        return graph


def compose(
    cluster: Cluster,
    port: int | None = None,
    protocol: str = "TCP",
    *,
    title: str | None = None,
    view: str | None = None,
    live: bool = False,
    **options: Any,
) -> Scene:
    """Return the scene of all traffic between the pods of a cluster, on one port.

    Parameters
    ----------
    cluster : Cluster
    port : int, optional
        The port at the destination; 80 when left out.
    protocol : str
    title : str, optional
        The heading, in place of the port.
    view : str, optional
        ``"diagram"`` or ``"matrix"``; by default a diagram of up to nine endpoints, else a matrix.
    live : bool
        Whether other policies will be drawn in its place. Then the legend keeps room for what
        does not occur yet, so that nothing moves when it does.
    **options
        `outside`, `before`, `wording`, `assumptions`, `order` and `earlier`: see `traffic.gather`.

    Returns
    -------
    Scene
        With at most forty endpoints; how many more there are is said in the heading.

    Raises
    ------
    FlowError
        For a port that is none, or an `outside` that is not an address outside the cluster.
    UnknownNameError
        For another view.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> compose(shop, 5432, before=shop.with_policies([])).title
    'TCP 5432: 4 of 6 connections allowed, 2 blocked, 2 changed'
    """
    return scene_of(gather(cluster, port, protocol, **options), title=title, view=view, live=live)


def scene_of(
    traffic: Traffic, *, title: str | None = None, view: str | None = None, live: bool = False
) -> Scene:
    """Return the scene of some traffic; the options are those of `compose`."""
    view = view or ("diagram" if len(traffic.nodes) <= MOST_AS_DIAGRAM else "matrix")
    if view not in VIEWS:
        raise UnknownNameError(f'there is no view "{view}". {did_you_mean(view, VIEWS)}')
    asked = f"{title}, {traffic.asked}" if title else traffic.asked
    return Scene(
        traffic=traffic,
        sheet=VIEWS[view](traffic, title, live),
        title=f"{asked}: {', '.join(traffic.counted)}",
        desc=" ".join(_sentences(traffic)),
    )


# ---------------------------------------------------------------- in words


def differing(one: Scene, other: Scene) -> tuple[tuple[Arc, Arc], ...]:
    """Return the connections that both scenes have, with different verdicts."""
    pairs = ((arc, other.traffic.arcs_by_key.get(arc.key)) for arc in one.arcs)
    return tuple((arc, there) for arc, there in pairs if there and arc.state is not there.state)


def _sentences(traffic: Traffic) -> Iterator[str]:
    """Yield the whole picture: the policies, who is isolated, and who reaches whom."""
    policies = ", ".join(traffic.policies) or "none"
    yield f"Policies: {policies}."
    if others := traffic.answers.cluster.other_policies:
        yield f"Not evaluated: {listed(others)}."
    if traffic.finished:
        yield f"Completed pods left out: {traffic.finished}."
    for node in traffic.nodes:
        yield f"{node.label[0].upper()}{node.label[1:]}."
    yield from _from_each(traffic)


def _from_each(traffic: Traffic) -> Iterator[str]:
    for source, same in groupby(traffic.arcs, key=attrgetter("source")):
        ends = [(arc.state, arc.destination.name) for arc in same]
        by_state = ((state, [name for s, name in ends if s is state]) for state in State)
        said = (f"{state} to {', '.join(names)}" for state, names in by_state if names)
        yield f"From {source.name}: {'; '.join(said)}."
