"""Predictions: the learner marks connections, and the verdicts' own reasons answer each miss.

Nothing about NetworkPolicy is decided here: a mark is compared with a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets

from netpol_lab.assumptions import DEFAULTS, Assumptions
from netpol_lab.cards import Card, button, heading, preformatted
from netpol_lab.cluster import Cluster
from netpol_lab.display import Words
from netpol_lab.errors import (
    FlowError,
    UnknownNameError,
    did_you_mean,
)
from netpol_lab.scene import Scene, compose
from netpol_lab.svg import paint
from netpol_lab.traffic import Arc, Node, Outside, State

CHOICES = (State.ALLOWED.value, State.BLOCKED.value)
WORDS: Mapping[bool | None, str] = {True: CHOICES[0], False: CHOICES[1], None: "undefined"}


def predict(
    cluster: Cluster,
    port: int | None = None,
    protocol: str = "TCP",
    flows: Iterable[tuple[str, str]] | None = None,
    *,
    outside: Iterable[Outside] = (),
    assumptions: Assumptions = DEFAULTS,
) -> Prediction:
    """Return a form on which each connection is marked allowed or blocked, and then checked.

    Parameters
    ----------
    cluster : Cluster
    port : int, optional
    protocol : str
    flows : iterable of (str, str), optional
        Pairs of source and destination; every pair of the picture when left out.
    outside : iterable of str or (str, str)
        Addresses outside the cluster, or (caption, address).
    assumptions : Assumptions
        What to take for granted where plugins differ.

    Returns
    -------
    Prediction

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When the question cannot be asked, or Kubernetes leaves its answer undefined.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> guess = lab.predict(lab.load("three-tier"), port=5432, flows=[("web", "db")])
    >>> guess.mark("web", "db", allowed=True)
    >>> guess.check()
    0 of 1 right on TCP 5432.
    <BLANKLINE>
    web -> db: you marked it allowed, it is blocked.
    shop/web -> shop/db  TCP 5432: denied
      egress   shop/web is not isolated for egress
      ingress  shop/db is isolated by shop/db-access-ingress; no rule admits shop/web
               closest: rule 1 wants role=backend, shop/web has role=web
    """
    scene = compose(cluster, port, protocol, outside=tuple(outside), assumptions=assumptions)
    return Prediction(cluster, scene, flows)


class Prediction(Card):
    """A list of connections to mark, a button to check them, and then the picture.

    Made by `predict`. Everything that the mouse can do, code can do as well.

    Parameters
    ----------
    cluster : Cluster
    scene : Scene
        What is revealed after the check.
    flows : iterable of (str, str), optional

    Examples
    --------
    >>> import netpol_lab as lab
    >>> lab.predict(lab.load("three-tier"), port=5432, flows=[("web", "db"), ("db", "web")])
    Predict TCP 5432: mark each connection allowed or blocked, then check.
      web -> db  not marked
      db -> web  not marked
    """

    def __init__(
        self, cluster: Cluster, scene: Scene, flows: Iterable[tuple[str, str]] | None
    ) -> None:
        self._loaded, self._scene = cluster, scene
        self._arcs = {_ends(arc): arc for arc in _asked(cluster, scene.traffic.arcs, flows)}
        names = _names(scene.traffic.nodes)
        self._captions = {ends: " -> ".join(names[end] for end in ends) for ends in self._arcs}
        self._fields = {ends: _field(caption) for ends, caption in self._captions.items()}
        self._answer, self._picture = ipywidgets.HTML(), ipywidgets.HTML()
        self._said = ""
        fields = ipywidgets.GridBox(list(self._fields.values()), layout=_COLUMNS)
        title = heading(self._title)
        super().__init__([title, fields, button("Check", self.check), self._answer, self._picture])

    def mark(self, source: str, destination: str, allowed: bool | None) -> None:
        """Mark one connection, or take its mark away with None.

        Parameters
        ----------
        source, destination : str
            Names of pods, or addresses.
        allowed : bool or None
        """
        field = self._fields[self._known(source, destination)]
        field.value = None if allowed is None else WORDS[allowed]

    def check(self) -> Words:
        """Show how many marks are right, and for each wrong one why it is otherwise.

        While a connection is not marked, nothing is given away.
        """
        missing = len(self._fields) - len(self._marks)
        self._said = _unmarked(missing) if missing else "\n\n".join(self._answers())
        self._answer.value = preformatted(self._said)
        if not missing:
            self._picture.value = paint(self._scene)
        return Words(self._said)

    @property
    def right(self) -> int:
        """How many marks are right."""
        return sum(mark == self._arcs[ends].state for ends, mark in self._marks.items())

    @property
    def words(self) -> str:  # type: ignore[override]
        """The connections with their marks, and the last answer."""
        width = max(map(len, self._captions.values()), default=0)
        lines = [
            f"  {caption:<{width}}  {self._marks.get(ends, 'not marked')}"
            for ends, caption in self._captions.items()
        ]
        return "\n".join([self._title, *lines, *(["", self._said] if self._said else [])])

    @property
    def svg(self) -> str:  # type: ignore[override]
        """The picture, once all was marked and checked."""
        return str(self._picture.value)

    @property
    def _title(self) -> str:
        asked = self._scene.traffic.asked
        return f"Predict {asked}: mark each connection allowed or blocked, then check."

    @property
    def _marks(self) -> dict[tuple[str, str], str]:
        return {ends: field.value for ends, field in self._fields.items() if field.value}

    def _known(self, source: str, destination: str) -> tuple[str, str]:
        ends = tuple(self._loaded.endpoint(name).name for name in (source, destination))
        if ends not in self._arcs:
            spoken, offered = " -> ".join(ends), map(" -> ".join, self._arcs)
            raise UnknownNameError(f"{spoken} is not asked. {did_you_mean(spoken, offered)}")
        return ends[0], ends[1]

    def _answers(self) -> Iterator[str]:
        yield f"{self.right} of {len(self._fields)} right on {self._scene.traffic.asked}."
        for ends, mark in self._marks.items():
            arc = self._arcs[ends]
            if mark != arc.state:
                said = f"{self._captions[ends]}: you marked it {mark}, it is {arc.state}."
                yield f"{said}\n{arc.verdict}"


def _unmarked(missing: int) -> str:
    are = "connection is" if missing == 1 else "connections are"
    return f"{missing} {are} not marked yet."


def _ends(arc: Arc) -> tuple[str, str]:
    return arc.source.name, arc.destination.name


def _asked(
    cluster: Cluster, arcs: Sequence[Arc], flows: Iterable[tuple[str, str]] | None
) -> Iterator[Arc]:
    """Yield the connections to be marked, refusing those that have no right answer."""
    known = {_ends(arc): arc for arc in arcs}
    wanted = known if flows is None else [_full(cluster, *pair) for pair in flows]
    for ends in wanted:
        if ends not in known:
            spoken, offered = " -> ".join(ends), map(" -> ".join, known)
            raise UnknownNameError(
                f"{spoken} is not in the picture. {did_you_mean(spoken, offered)}"
            )
        if known[ends].state is State.UNDEFINED:
            raise FlowError(f"Kubernetes leaves {' -> '.join(ends)} open: leave it out of `flows`.")
        yield known[ends]


def _full(cluster: Cluster, source: str, destination: str) -> tuple[str, str]:
    return cluster.endpoint(source).name, cluster.endpoint(destination).name


def _names(nodes: Iterable[Node]) -> Mapping[str, str]:
    """Return the names to show: short ones, unless there is more than one namespace."""
    nodes = list(nodes)
    several = len({node.namespace for node in nodes} - {None}) > 1
    return {node.name: node.name if several else node.caption for node in nodes}


def _field(caption: str) -> Any:
    return ipywidgets.RadioButtons(
        options=CHOICES,
        value=None,
        description=caption,
        orientation="horizontal",
        layout=ipywidgets.Layout(width="auto"),
    )


_COLUMNS = ipywidgets.Layout(grid_template_columns="repeat(auto-fill, minmax(230px, 1fr))")
