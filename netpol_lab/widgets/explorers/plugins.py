"""What network plugins do differently, and which connections that changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lab.model.assumptions import DEFAULTS, OPEN_QUESTIONS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.scene import Scene, differing
from netpol_lab.pictures.shapes import Sheet
from netpol_lab.pictures.traffic import Arc


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
    "client_address_kept": (
        "A client outside that calls a Service",
        (
            Answer(None, "left open"),
            Answer(True, "arrives with its own address"),
            Answer(False, "arrives with another one"),
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


def said(name: str, assumptions: Assumptions) -> str:
    """Return what is assumed about one choice.

    Examples
    --------
    >>> said("icmp_filtered", Assumptions(icmp_filtered=False)).partition(" (")[0]
    'ping and other protocols, at an isolated pod pass'
    """
    caption, answers = CHOICES[name]
    words = next(a.words for a in answers if a.value == getattr(assumptions, name))
    return f"{caption} {words} ({known_of(name)})"


def known_of(name: str) -> str:
    """Return what is known about a choice, with its row."""
    if name in OPEN_QUESTIONS:
        question = OPEN_QUESTIONS[name]
        return f"{question.words}, {question.row}"
    return _DIFFER[name]


_DIFFER = {
    "ip_block_matches_pods": "the API compares addresses; some plugins leave pods out, SEM-47",
    "end_port": "a plugin that does not know the field uses only port, SEM-42",
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
    def sheet(self) -> Sheet:
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
        return differing(self.usual, self.scene)

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
