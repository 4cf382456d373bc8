"""The fields of an exercise's file, as ``docs/exercises.md`` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netpol_lab.checks.expectation_file import ProbePort, snake_case
from netpol_lab.model.addresses import parse_address
from netpol_lab.pictures.nodes import Outside


@dataclass(frozen=True, slots=True)
class Wanted:
    """One item of ``goal``: `from_` and `to` are names, or lists of names."""

    from_: Any = None
    to: Any = None
    port: int | None = None
    protocol: str | None = None
    allowed: Any = None


@dataclass(frozen=True, slots=True)
class ExerciseFile:
    """The fields of a file, as they are written.

    Parameters
    ----------
    name, title : str
    chapter : str
        The chapter it belongs to, as ``"04"``; may be empty.
    story : str
        What the learner is asked, in words.
    scenario : str
        A packaged scenario whose pods take part.
    manifests : str
        The pods, and whatever else is there before the learner starts.
    keep_policies : bool
        Whether policies among these stay in force beside the learner's; otherwise they are
        not there at all.
    outside : tuple
        Addresses outside the cluster to draw, each alone or with a name before it.
    layout : tuple
        Names of pods and addresses in the order in which to draw them, or rows of them.
    port : int, optional
        The port that the picture shows; without `ports`, also the one the goal is about.
    ports : tuple of ProbePort
        The ports that a goal without a port of its own stands for.
    goal : tuple of Wanted
        The traffic that is wanted.
    otherwise : str
        What every other connection should be: ``unchanged``, ``blocked`` on these ports, or
        ``anything``, the same as empty.
    nothing_else_into, nothing_else_from : tuple of str
        Pods that nothing may come in to, or leave, but what the answer lets through: on every
        port, and for every address.
    hints : tuple of str
        From a nudge to the line to write.
    answer : str
        The YAML of one solution among many.
    """

    name: str = ""
    title: str = ""
    chapter: str = ""
    story: str = ""
    scenario: str = ""
    manifests: str = ""
    keep_policies: bool = snake_case("keep_policies", False)
    outside: tuple[Any, ...] | None = ()
    layout: tuple[Any, ...] | None = ()
    port: int | None = None
    ports: tuple[ProbePort, ...] | None = ()
    goal: tuple[Wanted, ...] | None = ()
    otherwise: str = ""
    nothing_else_into: tuple[str, ...] | None = snake_case("nothing_else_into", ())
    nothing_else_from: tuple[str, ...] | None = snake_case("nothing_else_from", ())
    hints: tuple[str, ...] | None = ()
    answer: str = ""

    @property
    def paragraphs(self) -> list[str]:
        """The story, cut where an empty line stands."""
        return self.story.strip().split("\n\n")

    @property
    def asked(self) -> tuple[ProbePort, ...]:
        """The ports that a goal without a port of its own stands for."""
        return self.ports or ((ProbePort(self.port),) if self.port else ())

    @property
    def outsiders(self) -> tuple[Outside, ...]:
        """The outside addresses, as pictures take them."""
        ends = self.outside or ()
        return tuple(end if isinstance(end, str) else (end[0], end[1]) for end in ends)

    @property
    def captions(self) -> Mapping[str, str]:
        """The address that each name of an outside address stands for."""
        return {pair[0]: pair[1] for pair in self.outsiders if not isinstance(pair, str)}


def listed(given: Any) -> Any:
    """Return a name, where one stands alone, as a list; anything else as it is."""
    return [given] if isinstance(given, str) else given


def address_of(item: Outside) -> str:
    """Return the address of an outside end, as it is written everywhere."""
    return str(parse_address(item if isinstance(item, str) else item[1]))
