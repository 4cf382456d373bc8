"""Who enforces it: the same policies with and without a plugin, and what plugins do differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import ipywidgets

from netpol_lab.assumptions import DEFAULTS, OPEN_QUESTIONS, Assumptions
from netpol_lab.cluster import Cluster
from netpol_lab.controls import port_number
from netpol_lab.display import Words
from netpol_lab.explorers.explorer import Explorer, Field, choice, one_of, refuse_unknown
from netpol_lab.scene import Scene, compose, flow_table
from netpol_lab.traffic import BESIDE, Arc, Outside


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
    number = port_number(cluster, port, protocol)
    draw = partial(compose, cluster, number, protocol, outside=tuple(outside), live=True)
    return EnforcementExplorer(cluster, draw)


@dataclass(frozen=True)
class Answer:
    """One way to settle a choice: in an option's words."""

    value: bool | None
    words: str


# What plugins differ in, as far as it changes verdicts; the first answer is where to begin.
CHOICES: dict[str, tuple[str, tuple[Answer, ...]]] = {
    "ip_block_matches_pods": (
        "An ipBlock around a pod's address",
        (Answer(True, "matches the pod"), Answer(False, "does not match pods")),
    ),
    "end_port": (
        "endPort",
        (Answer(True, "is understood"), Answer(False, "is ignored: only port counts")),
    ),
    "host_network_as_pods": (
        "hostNetwork pods",
        (
            Answer(None, "left open"),
            Answer(False, "count as their node"),
            Answer(True, "count as pods"),
        ),
    ),
    "own_node_egress": (
        "From an isolated pod to its own node",
        (
            Answer(None, "left open"),
            Answer(True, "always allowed"),
            Answer(False, "only by a rule"),
        ),
    ),
    "init_port_names": (
        "Port names of init containers",
        (Answer(None, "left open"), Answer(True, "count"), Answer(False, "do not count")),
    ),
    "service_rewritten_first": (
        "A Service address is rewritten",
        (
            Answer(None, "left open"),
            Answer(True, "before egress rules"),
            Answer(False, "after egress rules"),
        ),
    ),
    "unknown_addresses_in_blocks": (
        "An address that nobody knows",
        (
            Answer(None, "left open"),
            Answer(True, "is in every ipBlock"),
            Answer(False, "is in no ipBlock"),
        ),
    ),
    "icmp_filtered": (
        "ping and other protocols, at an isolated pod",
        (Answer(None, "left open"), Answer(True, "are blocked"), Answer(False, "pass")),
    ),
}


@dataclass(frozen=True)
class Enforced:
    """The traffic under some assumptions, beside what the defaults make of it.

    Parameters
    ----------
    cluster : Cluster
    assumptions : Assumptions
    usual, scene : Scene
        Under the defaults, and under the assumptions.
    """

    cluster: Cluster
    assumptions: Assumptions
    usual: Scene
    scene: Scene

    @property
    def sheet(self) -> Any:
        """The shapes."""
        return self.scene.sheet

    @property
    def title(self) -> str:
        """The numbers in one line."""
        return self.scene.title

    @property
    def desc(self) -> str:
        """The picture in words."""
        return self.scene.desc

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it."""
        return f"{self.scene.state}|{', '.join(f'{n}={v}' for n, v in self.chosen.items())}"

    @property
    def chosen(self) -> dict[str, bool | None]:
        """The assumptions that are not the defaults."""
        names = ("enforced", *CHOICES)
        values = {name: getattr(self.assumptions, name) for name in names}
        return {name: value for name, value in values.items() if value != getattr(DEFAULTS, name)}

    @property
    def different(self) -> tuple[tuple[Arc, Arc], ...]:
        """The connections with another verdict than under the defaults."""
        pairs = zip(self.usual.arcs, self.scene.arcs, strict=True)
        return tuple((usual, now) for usual, now in pairs if usual.state != now.state)

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
        yield f"Different for {count} connection{'' if count == 1 else 's'}:"
        for usual, now in self.different:
            ends = f"{now.source.name} -> {now.destination.name}"
            yield f"  {ends}  {now.state}, {else_} {usual.state}"

    @property
    def brief(self) -> str:
        """What is assumed, and what it changes."""
        return self.text

    def why(self, key: str) -> str:
        """Return the reasons behind an arrow or a pod."""
        return self.scene.traffic.why(self.cluster, key)


def said(name: str, assumptions: Assumptions) -> str:
    """Return what is assumed about one choice.

    Examples
    --------
    >>> said("icmp_filtered", Assumptions(icmp_filtered=False)).partition(" (")[0]
    'ping and other protocols, at an isolated pod pass'
    """
    caption, answers = CHOICES[name]
    words = next(a.words for a in answers if a.value == getattr(assumptions, name))
    return f"{caption} {words} ({_sentence(name)})"


def _sentence(name: str) -> str:
    """Return what is known about a choice, with its row."""
    if name in OPEN_QUESTIONS:
        question = OPEN_QUESTIONS[name]
        return f"{question.words}, {question.row}"
    return _DIFFER[name]


_DIFFER = {
    "ip_block_matches_pods": "the API compares addresses; some plugins leave pods out, SEM-47",
    "end_port": "a plugin that does not know the field uses only port, SEM-42",
}


class EnforcementExplorer(Explorer):
    """The traffic of a cluster, with a plugin or without; made by `explore_enforcement`.

    Parameters
    ----------
    cluster : Cluster
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

    def __init__(self, cluster: Cluster, draw: Any) -> None:
        self._cluster, self._compose = cluster, draw
        self._usual = draw(assumptions=DEFAULTS)
        self._question = DEFAULTS
        self._box = ipywidgets.Checkbox(
            description="A network plugin enforces policies", indent=False
        )
        self._lists = {name: _list(name) for name in self._mattering()}
        fields = {name: Field(made) for name, made in self._lists.items()}
        alone = Field(self._box)
        alone.add_class("nl-alone")
        super().__init__({"enforced": alone, **fields}, DEFAULTS)

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
        """
        refuse_unknown(assumed, ("enforced", *CHOICES))
        for name, value in assumed.items():
            one_of(name, value, _values(name))
        self._ask(_changed(self.assumptions, assumed))

    @property
    def assumptions(self) -> Assumptions:
        """What is assumed now."""
        asked: Assumptions = self._question
        return asked

    @property
    def different(self) -> tuple[str, ...]:
        """The connections with another verdict than under the defaults."""
        pairs = self._shown.different  # type: ignore[attr-defined]
        return tuple(f"{now.source.name} -> {now.destination.name}" for _, now in pairs)

    def flows(self) -> Words:
        """Return every connection of the picture as a table of text."""
        return Words(flow_table(self._shown.scene))  # type: ignore[attr-defined]

    def table(self) -> Words:
        """Return everything that plugins differ in, with what it changes here, as text."""
        return Words("\n".join(line for name in CHOICES for line in self._choice(name)))

    def _choice(self, name: str) -> Iterator[str]:
        caption, answers = CHOICES[name]
        yield f"{caption} ({_sentence(name)})"
        width = max(len(answer.words) for answer in answers)
        for answer in answers:
            count = self._differing(name, answer.value)
            here = (
                f"{count} connection{'' if count == 1 else 's'} differ{'s' if count == 1 else ''}"
            )
            yield f"  {answer.words:<{width}}  {here if count else 'as by default'}"

    def _differing(self, name: str, value: bool | None) -> int:
        """Return how many verdicts an answer changes here."""
        scene = self._compose(assumptions=_changed(DEFAULTS, {name: value}))
        pairs = zip(self._usual.arcs, scene.arcs, strict=True)
        return sum(usual.state != now.state for usual, now in pairs)

    def _mattering(self) -> Iterator[str]:
        """Yield the choices that change some verdict here."""
        for name in CHOICES:
            if any(self._differing(name, value) for value in _values(name)[1:]):
                yield name

    def _view(self, question: Assumptions) -> Enforced:
        scene = self._compose(assumptions=question, earlier=DEFAULTS, wording=BESIDE)
        return Enforced(self._cluster, question, self._usual, scene)

    def _typed(self, edited: str) -> Assumptions:
        chosen = {name: made.value for name, made in self._lists.items()}
        return _changed(self.assumptions, {"enforced": self._box.value, **chosen})

    def _fill(self) -> None:
        self._box.value = self._question.enforced
        for name, made in self._lists.items():
            made.value = getattr(self._question, name)


def _changed(assumptions: Assumptions, chosen: Mapping[str, Any]) -> Assumptions:
    return replace(assumptions, **chosen)


def _values(name: str) -> list[bool | None]:
    return [True, False] if name == "enforced" else [answer.value for answer in CHOICES[name][1]]


def _list(name: str) -> Any:
    caption, answers = CHOICES[name]
    return choice(caption, [(answer.words, answer.value) for answer in answers])
