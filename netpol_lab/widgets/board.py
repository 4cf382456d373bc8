"""Boards to play with: switch policies on and off, change the port, ask why.

A board only calls public functions that work without it; no rule of NetworkPolicy is in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import ipywidgets

from netpol_lab.advice.deciding_lines import Reasons, reasons_of, reasons_of_pod
from netpol_lab.engine.verdict import Verdict
from netpol_lab.errors import NetpolError, UnknownNameError, did_you_mean
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.pictures.nodes import Outside, end_named
from netpol_lab.pictures.notebook_text import Words
from netpol_lab.pictures.scene import Scene, compose
from netpol_lab.pictures.svg import Picture, paint
from netpol_lab.widgets.base import Stored
from netpol_lab.widgets.board_controls import (
    UNCHANGED,
    BoardState,
    Controls,
    in_order,
    known_ports,
    port_number,
    spelt,
    switch_named,
    switched,
    switches,
)
from netpol_lab.widgets.board_table import FlowTable
from netpol_lab.widgets.reasons_panel import Why, panel
from netpol_lab.widgets.static_picture import picture_of, spoken

FEW_PODS = 60  # up to here the smallest change is found within a click
FEW_FLOWS = 12  # up to here the table is open from the start


def explore(
    cluster: Cluster,
    port: int | str | None = None,
    protocol: str = "TCP",
    *,
    outside: Iterable[Outside] = (),
    on: Iterable[str] | None = None,
    ports: Iterable[int] | None = None,
    picture: str = "svg",
    assumptions: Assumptions = DEFAULTS,
) -> Board:
    """Return a board: a checkbox for each policy, a choice of ports, a live picture, and why.

    Parameters
    ----------
    cluster : Cluster
    port : int or str, optional
        The port to start with: a number, or a name that container ports have.
    protocol : str
        ``TCP``, ``UDP`` or ``SCTP``.
    outside : iterable of str or (str, str)
        Addresses outside the cluster to draw as well, or (caption, address).
    on : iterable of str, optional
        The policies that are switched on at the start, cluster-wide ones too; all of them when
        left out.
    ports : iterable of int, optional
        The ports to suggest; those that occur in the cluster when left out.
    picture : str
        ``"svg"`` for a picture to click on, ``"html"`` for the same picture in plain HTML, where
        the front end has no anywidget.
    assumptions : Assumptions
        What to take for granted where plugins differ.

    Returns
    -------
    Board

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When the question cannot be asked; the text says what to write instead.
    NetpolError
        When the picture to click on cannot be had, because there is no anywidget.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> board = lab.explore(lab.load("three-tier"), port=5432, on=[])
    >>> board.set(db_access_ingress=True)
    >>> board.choose("web", "db")
    shop/web -> shop/db  TCP 5432: denied
      egress   shop/web is not isolated for egress
      ingress  shop/db is isolated by shop/db-access-ingress; no rule admits shop/web
               closest: rule 1 wants role=backend, shop/web has role=web
    """
    on = [on] if isinstance(on, str) else on
    names = switches(checked_cluster(cluster)) if on is None else on
    ticked = dict.fromkeys((switch_named(cluster, name) for name in names), True)
    state = BoardState(
        in_order(cluster, ticked), port_number(cluster, port, protocol), protocol.upper()
    )
    view = partial(compose, outside=tuple(outside), assumptions=assumptions, live=True)
    offered = known_ports(cluster) if ports is None else dict.fromkeys(ports, ())
    return Board(cluster, state, view, picture_of(picture), offered)


# ---------------------------------------------------------------- the board


class Board(Stored, ipywidgets.VBox):
    """Checkboxes, a choice of ports, a picture, its explanation and its table, kept in step.

    Made by `explore`. Everything that the mouse can do, code can do as well.

    Parameters
    ----------
    cluster : Cluster
        With all its policies.
    state : BoardState
        What to show first.
    view : callable
        Makes the scene: `scene.compose`, or what takes its place.
    picture : TrafficMap or StillMap
    ports : mapping of int to names
        What to suggest.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> board = lab.explore(lab.load("three-tier"), port=5432)
    >>> board.set({"shop/db-access-ingress": False}, port="api")
    >>> board.cluster
    Cluster: 3 pods, 1 namespace, 1 policy
    >>> board.port
    8080
    """

    def __init__(
        self,
        cluster: Cluster,
        state: BoardState,
        view: Callable[..., Scene],
        picture: Any,
        ports: Mapping[int, Iterable[str]],
    ) -> None:
        self._loaded, self._compose, self._picture = cluster, view, picture
        self._controls = Controls(cluster, state.protocol, ports)
        self._table = FlowTable()
        self._change = ipywidgets.Button(
            description="Show the smallest change", layout=ipywidgets.Layout(width="auto")
        )
        self._asked = self._first = state
        self._draw(switched(cluster, state.on), state)
        self._table.shown.value = len(self._traffic.arcs) <= FEW_FLOWS
        super().__init__([self._controls, picture, self._change, self._table])
        self.add_class("nl-board")
        self._controls.listen(self._on_tick, self._on_port)
        self._change.on_click(self._on_change)
        picture.observe(self._on_choice, "selected")

    # ------------------------------------------------------------ from code

    def set(
        self,
        policies: Mapping[str, bool] | None = None,
        /,
        *,
        port: int | str | None = UNCHANGED,
        protocol: str = UNCHANGED,
        **named: bool,
    ) -> None:
        """Switch policies on or off and change the port; what is not mentioned stays.

        Parameters
        ----------
        policies : mapping of str to bool, optional
            By name: ``{"shop/db-access-ingress": True}``.
        port : int or str, optional
            A number, or a name that container ports have.
        protocol : str, optional
        **named : bool
            Policies as keywords, with ``_`` for ``-`` and ``.``: ``db_access_ingress=True``.

        Raises
        ------
        UnknownNameError, AmbiguousNameError, FlowError
            And then nothing has changed.
        TypeError
            When a policy is set to something that is neither True nor False.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> board = lab.explore(lab.load("three-tier"), port=5432, on=[])
        >>> board.set({"shop/db-access-ingress": True}, port="api")
        >>> board.port, len(board.cluster.policies)
        (8080, 1)
        """
        loaded, now = self._loaded, self._asked
        ticked = dict.fromkeys(now.on, True)
        ticked |= {switch_named(loaded, name): on for name, on in (policies or {}).items()}
        ticked |= {spelt(loaded, word): on for word, on in named.items()}
        protocol = now.protocol if protocol is UNCHANGED else protocol.upper()
        port = now.port if port is UNCHANGED else port_number(loaded, port, protocol)
        for name, on in ticked.items():
            if not isinstance(on, bool):
                raise TypeError(f"say True or False for {name}, not {on!r}")
        self._ask(BoardState(in_order(loaded, ticked), port, protocol))

    def choose(self, source: str, destination: str | None = None) -> Words:
        """Select a flow, or a pod if one name is given, and return why it is as it is.

        Parameters
        ----------
        source, destination : str
            Names of pods, or the addresses or captions of what is outside.

        Returns
        -------
        Words

        Raises
        ------
        UnknownNameError, AmbiguousNameError
            When the picture has no such pod or flow.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> board = lab.explore(lab.load("three-tier"), port=5432)
        >>> board.choose("web")
        shop/web  app=myapp, role=web
          ingress  not isolated: no policy that lists Ingress selects it, so all is allowed
          egress   not isolated: no policy that lists Egress selects it, so all is allowed
        """
        drawn = self._traffic
        named = [end for end in (source, destination) if end is not None]
        ends = [end_named(self._loaded, drawn.nodes, end) for end in named]
        known = drawn.nodes_by_key if destination is None else drawn.arcs_by_key
        key = ("pod:" if destination is None else "flow:") + ">".join(ends)
        if key not in known:
            near = did_you_mean(spoken(key), map(spoken, known))
            raise UnknownNameError(f"{spoken(key)} is not in the picture. {near}")
        self._picture.selected = key
        return Words(self._picture.explanation)

    def why(self) -> Why:
        """Return why the chosen flow or pod is as it is, with the YAML lines that decide.

        For a flow that is not allowed it also says the smallest change that allows it, and what
        else that opens.

        Returns
        -------
        Why

        Examples
        --------
        >>> import netpol_lab as lab
        >>> board = lab.explore(lab.load("three-tier"), port=5432)
        >>> board.why()
        Nothing is chosen: click on an arrow or a pod, or board.choose("shop/web", "shop/backend").
        >>> _ = board.choose("web", "db")
        >>> print(board.why().partition("allows it:")[2])
        <BLANKLINE>
        in shop/db-access-ingress, let rule 1 also admit pods with app=myapp, role=web
          add to spec.ingress[0].from:
          + - podSelector:
          +     matchLabels:
          +       app: myapp
          +       role: web
        this also opens other flows:
          shop/web -> shop/db  TCP 1-5431, 5433-65535; UDP (all); SCTP (all)
        """
        found = self._reasons(with_change=True)
        if found is not None:
            return Why(found)
        arc = next(iter(self._traffic.arcs), None)
        example = f'"{arc.source.name}", "{arc.destination.name}"' if arc else '"NAME"'
        words = f"Nothing is chosen: click on an arrow or a pod, or board.choose({example})."
        return Why(Reasons(words))

    def reset(self) -> None:
        """Go back to what the board showed first; nothing is chosen and nothing has changed.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> board = lab.explore(lab.load("three-tier"), port=5432, on=[])
        >>> board.set(db_access_ingress=True, port=80)
        >>> board.reset()
        >>> board.cluster, board.port, board.selected
        (Cluster: 3 pods, 1 namespace, 0 policies, 5432, '')
        """
        self._picture.selected = ""
        self._draw(switched(self._loaded, self._first.on), self._first)

    def draw(self) -> Picture:
        """Return the picture as it is now, to stand under a cell of its own.

        Returns
        -------
        Picture

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(lab.explore(lab.load("three-tier"), port=5432).draw().text.splitlines()[0])
        TCP 5432: 4 of 6 connections allowed, 2 blocked
        """
        return Picture(self._scene)

    def flows(self) -> Words:
        """Return every flow of the picture as a table of text.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(lab.explore(lab.load("three-tier"), port=5432).flows().splitlines()[1])
        shop/web     -> shop/backend  allowed  ingress: rule 1 of backend-access-ingress
        """
        return Words(self.words)

    @property
    def cluster(self) -> Cluster:
        """The cluster with the policies that are on."""
        return self._cluster

    @property
    def port(self) -> int | None:
        """The port that the picture is about."""
        return self._asked.port

    @property
    def protocol(self) -> str:
        """The protocol that the picture is about."""
        return self._asked.protocol

    @property
    def selected(self) -> str:
        """The key of the chosen flow or pod, such as ``flow:shop/web>shop/db``; may be empty."""
        return str(self._picture.selected)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict on the chosen flow; None while no flow is chosen."""
        arc = self._traffic.arcs_by_key.get(self.selected) if self.selected else None
        return self._traffic.verdict(arc) if arc else None

    @property
    def words(self) -> str:  # type: ignore[override]
        """The picture's facts as text; also what a notebook without a kernel shows."""
        return str(self._picture.words)

    @property
    def svg(self) -> str:  # type: ignore[override]
        """The picture."""
        return str(self._picture.svg)

    # ------------------------------------------------------------ from the browser

    def _on_tick(self) -> None:
        with self._reporting_errors():
            on = in_order(self._loaded, self._controls.ticked)
            self._ask(replace(self._asked, on=on))

    def _on_port(self) -> None:
        with self._reporting_errors():
            protocol = self._controls.protocol
            port = port_number(self._loaded, self._controls.port, protocol)
            self._ask(replace(self._asked, port=port, protocol=protocol))

    def _on_choice(self, _: object) -> None:
        with self._reporting_errors():
            self._picture.explain(self._traffic.why(self.selected), self._details())

    def _on_change(self, _: object) -> None:
        with self._reporting_errors():
            self._picture.details = self._details(with_change=True)

    @contextmanager
    def _reporting_errors(self) -> Iterator[None]:
        """Show errors under the controls; Jupyter would hide them in a log."""
        try:
            yield
        except NetpolError as error:
            self._controls.say(f"{error} The picture still shows {self._traffic.asked}.")
        except Exception as error:  # a fault of ours is better seen than not
            self._controls.show(self._asked.on, self.port, self.protocol)
            self._controls.say(f"{type(error).__name__}: {error}")

    # ------------------------------------------------------------ showing

    def _details(self, with_change: bool = False) -> str:
        """Return the YAML behind what is chosen; the change too, unless the cluster is large."""
        few = len(self._cluster.pods) <= FEW_PODS
        open_ = self.verdict is not None and self.verdict.allowed is not True
        self._change.layout.display = "" if open_ and not few else "none"
        found = self._reasons(with_change or few)
        return panel(found) if found else ""

    def _reasons(self, with_change: bool) -> Reasons | None:
        """Return the reasons of what is chosen; None where nothing is chosen."""
        if self.verdict is not None:
            return reasons_of(self.verdict, with_change)
        node = self._traffic.nodes_by_key.get(self.selected)
        if node is None:
            return None
        if node.pod is None:
            return Reasons(self._traffic.why(node.key))
        return reasons_of_pod(self._cluster, node.pod)

    def _ask(self, state: BoardState) -> None:
        """Show the answer to a question; if it cannot be asked, raise and change nothing."""
        cluster, before = self._cluster, None
        if state.on != self._asked.on:
            cluster, before = switched(self._loaded, state.on), self._cluster
        self._draw(cluster, state, before)

    def _draw(self, cluster: Cluster, state: BoardState, before: Cluster | None = None) -> None:
        scene = self._compose(cluster, state.port, state.protocol, before=before)
        svg = paint(scene)  # what can go wrong does so before anything has changed
        self._cluster, self._scene, self._traffic = cluster, scene, scene.traffic
        self._asked = replace(state, port=self._traffic.port)
        self._table.show(scene.traffic)
        self._controls.show(state.on, self.port, self.protocol)
        # Last: when the new picture is there, the table beside it must already agree.
        why = scene.traffic.why(self.selected)
        self._picture.show(svg, lambda: scene.text, why, self._details())
