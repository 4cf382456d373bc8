"""Who enforces it: the same policies with and without a plugin, and what plugins do differently."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import ipywidgets

from netpol_lab.errors import counted
from netpol_lab.model.assumptions import DEFAULTS, OPEN_QUESTIONS, Assumptions
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.pictures.nodes import Outside
from netpol_lab.pictures.notebook_text import Words
from netpol_lab.pictures.scene import Scene, compose, differing
from netpol_lab.pictures.traffic import Arc
from netpol_lab.pictures.traffic_words import BESIDE
from netpol_lab.widgets.board_controls import port_number
from netpol_lab.widgets.explorers.base import Explorer, Field, choice


def explore_enforcement(
    cluster: Cluster,
    port: int | str | None = None,
    protocol: str = "TCP",
    *,
    outside: Iterable[Outside] = (),
) -> EnforcementExplorer:
    """Return a picture of the traffic, and choices of what the network plugin does.

    Parameters
    ----------
    cluster : Cluster
    port : int or str, optional
        A number, or a name that container ports have.
    protocol : str
    outside : iterable of str or (str, str)
        Addresses outside the cluster to draw as well, or (caption, address).

    Returns
    -------
    EnforcementExplorer

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When the question cannot be asked.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> explorer = lab.explore_enforcement(lab.load("three-tier"), port=5432)
    >>> explorer.set(enforced=False)
    >>> explorer.different
    ('shop/web -> shop/db', 'shop/db -> shop/backend')
    """
    number = port_number(checked_cluster(cluster), port, protocol)
    draw = partial(compose, cluster, number, protocol, outside=tuple(outside), live=True)
    return EnforcementExplorer(draw)


# ---------------------------------------------------------------- what plugins do differently


OPEN = "left open"

# What plugins differ in, as far as it changes verdicts: a caption, and what each value of the
# assumption says; the first is the default.
CHOICES: dict[str, tuple[str, dict[bool | None, str]]] = {
    "ip_block_matches_pods": (
        "An ipBlock around a pod's address",
        {True: "matches the pod", False: "does not match pods"},
    ),
    "end_port": ("endPort", {True: "is understood", False: "is ignored: only port counts"}),
    "host_network_as_pods": (
        "hostNetwork pods", {None: OPEN, False: "count as their node", True: "count as pods"}
    ),
    "own_node_egress": (
        "From an isolated pod to its own node",
        {None: OPEN, True: "always allowed", False: "only by a rule"},
    ),
    "init_port_names": (
        "Port names of init containers", {None: OPEN, True: "count", False: "do not count"}
    ),
    "service_rewritten_first": (
        "A Service address is rewritten",
        {None: OPEN, True: "before egress rules", False: "after egress rules"},
    ),
    "client_address_kept": (
        "A client outside that calls a Service",
        {None: OPEN, True: "arrives with its own address", False: "arrives with another one"},
    ),
    "unknown_addresses_in_blocks": (
        "An address that nobody knows",
        {None: OPEN, True: "is in every ipBlock", False: "is in no ipBlock"},
    ),
    "icmp_filtered": (
        "ping and other protocols, at an isolated pod",
        {None: OPEN, True: "need a rule without ports", False: "pass"},
    ),
    "equal_priority_allows": (
        "Of cluster-wide policies with one priority that contradict each other",
        {None: OPEN, True: "the one that allows goes first", False: "the one that denies does"},
    ),
    "any_isolation_skips_baseline": (
        "Tier Baseline, for a pod isolated in the other direction only",
        {None: OPEN, False: "is asked", True: "is not asked"},
    ),
}  # fmt: skip
OPTIONS: dict[str, Collection[bool | None]] = {"enforced": (True, False)}
OPTIONS |= {name: answers for name, (_, answers) in CHOICES.items()}


def said(name: str, assumptions: Assumptions) -> str:
    """Return what is assumed about one choice.

    Examples
    --------
    >>> said("icmp_filtered", Assumptions(icmp_filtered=False)).partition(" (")[0]
    'ping and other protocols, at an isolated pod pass'
    """
    caption, answers = CHOICES[name]
    return f"{caption} {answers[getattr(assumptions, name)]} ({known_of(name)})"


def known_of(name: str) -> str:
    """Return what is known about a choice, with its row in the semantics."""
    if name == "ip_block_matches_pods":
        return "the API compares addresses; some plugins leave pods out, SEM-47"
    if name == "end_port":
        return "a plugin that does not know the field uses only port, SEM-42"
    return f"{OPEN_QUESTIONS[name].words}, {OPEN_QUESTIONS[name].row}"


# ---------------------------------------------------------------- what that changes


@dataclass(frozen=True)
class AssumedTraffic(Scene):
    """The traffic under some assumptions, beside what the defaults make of it.

    Parameters
    ----------
    traffic, sheet, title, desc
        As those of a `Scene`.
    assumptions : Assumptions
    usual : Scene
        Under the defaults.
    """

    assumptions: Assumptions
    usual: Scene

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it."""
        return f"{super().state}|{', '.join(f'{n}={v}' for n, v in self.chosen.items())}"

    @property
    def chosen(self) -> dict[str, bool | None]:
        """The assumptions that are not the defaults."""
        values = {name: getattr(self.assumptions, name) for name in OPTIONS}
        return {name: value for name, value in values.items() if value != getattr(DEFAULTS, name)}

    @property
    def different(self) -> tuple[tuple[Arc, Arc], ...]:
        """The connections with another verdict than under the defaults."""
        return differing(self.usual, self)

    @property
    def flows(self) -> str:
        """Every connection as a table of text."""
        return super().text

    @property
    def text(self) -> str:
        """What is assumed, and which connections it changes."""
        return "\n".join([self.title, *self._assumed(), *self._changes()])

    def _assumed(self) -> Iterator[str]:
        if not self.assumptions.enforced:
            yield "No plugin enforces policies: the API server stores them, and nothing happens."
            return
        if not self.chosen:
            yield "A plugin enforces the policies as Kubernetes says."
        for name in self.chosen:
            yield f"{said(name, self.assumptions)}."

    def _changes(self) -> Iterator[str]:
        if not self.chosen:
            return
        count = len(self.different)
        if not count:
            yield "Here that makes no difference."
            return
        else_ = "by default" if self.assumptions.enforced else "with a plugin"
        yield f"Different for {counted(count, 'connection')}:"
        for usual, now in self.different:
            ends = f"{now.source.name} -> {now.destination.name}"
            yield f"  {ends}  {now.state}, {else_} {usual.state}"

    @property
    def brief(self) -> str:  # type: ignore[override]
        """What is assumed, and what it changes."""
        return self.text


# ---------------------------------------------------------------- the explorer


class EnforcementExplorer(Explorer[Assumptions, AssumedTraffic]):
    """The traffic of a cluster, with a plugin or without; made by `explore_enforcement`.

    Parameters
    ----------
    draw : callable
        Makes the scene under assumptions.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> explorer = lab.explore_enforcement(lab.load("three-tier"), port=5432)
    >>> explorer.set(enforced=False)
    >>> print(explorer.summary.splitlines()[1])
    No plugin enforces policies: the API server stores them, and nothing happens.
    """

    def __init__(self, draw: Any) -> None:
        self._compose = draw
        self._usual = draw(assumptions=DEFAULTS)
        box = ipywidgets.Checkbox(description="A network plugin enforces policies", indent=False)
        fields = {"enforced": Field(box)}
        fields["enforced"].add_class("nl-alone")
        for name, (caption, answers) in CHOICES.items():
            if any(self._differing(name, value) for value in [*answers][1:]):
                options = [(words, value) for value, words in answers.items()]
                fields[name] = Field(choice(caption, options))
        super().__init__(fields, DEFAULTS)

    def set(self, **assumed: bool | None) -> None:
        """Assume something else about the plugin; what is not mentioned stays.

        Parameters
        ----------
        **assumed : bool or None
            ``enforced``, or another field of `Assumptions`.

        Raises
        ------
        UnknownNameError
            And then nothing has changed.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_enforcement(lab.load("three-tier"), port=5432)
        >>> explorer.set(end_port=False)
        >>> explorer.different
        ()
        """
        self._choose(assumed, OPTIONS)

    @property
    def assumptions(self) -> Assumptions:
        """What is assumed now."""
        return self._inputs

    @property
    def different(self) -> tuple[str, ...]:
        """The connections with another verdict than under the defaults."""
        pairs = self._shown.different
        return tuple(f"{now.source.name} -> {now.destination.name}" for _, now in pairs)

    def flows(self) -> Words:
        """Return every connection of the picture as a table of text.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_enforcement(lab.load("three-tier"), port=5432)
        >>> explorer.set(enforced=False)
        >>> explorer.flows().splitlines()[0]
        'TCP 5432: 6 of 6 connections allowed, 2 differ, no plugin enforces policies here'
        """
        return Words(self._shown.flows)

    def table(self) -> Words:
        """Return everything that plugins differ in, with what it changes here, as text.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_enforcement(lab.load("three-tier"), port=5432)
        >>> for line in explorer.table().splitlines()[3:6]:
        ...     print(line)
        endPort (a plugin that does not know the field uses only port, SEM-42)
          is understood                 as by default
          is ignored: only port counts  as by default
        """
        return Words("\n".join(line for name in CHOICES for line in self._choice(name)))

    def _choice(self, name: str) -> Iterator[str]:
        caption, answers = CHOICES[name]
        yield f"{caption} ({known_of(name)})"
        width = max(map(len, answers.values()))
        for value, words in answers.items():
            count = self._differing(name, value)
            here = counted(count, "connection differs", "connections differ")
            yield f"  {words:<{width}}  {here if count else 'as by default'}"

    def _differing(self, name: str, value: bool | None) -> int:
        """Return how many verdicts an answer changes here."""
        assumptions = replace(DEFAULTS, **{name: value})  # type: ignore[arg-type]
        return len(differing(self._usual, self._compose(assumptions=assumptions)))

    def _view(self, inputs: Assumptions) -> AssumedTraffic:
        scene = self._compose(assumptions=inputs, earlier=DEFAULTS, wording=BESIDE)
        drawn = scene.traffic, scene.sheet, scene.title, scene.desc
        return AssumedTraffic(*drawn, inputs, self._usual)
