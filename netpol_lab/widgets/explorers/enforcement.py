"""Who enforces it: the same policies with and without a plugin, and what plugins do differently."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import ipywidgets

from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.pictures.notebook_text import Words
from netpol_lab.pictures.scene import compose, differing, flow_table
from netpol_lab.pictures.traffic import Outside
from netpol_lab.pictures.traffic_words import BESIDE
from netpol_lab.widgets.board_controls import port_number
from netpol_lab.widgets.explorers.base import Explorer, Field, choice, one_of, refuse_unknown
from netpol_lab.widgets.explorers.plugins import CHOICES, Enforced, known_of


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
    return EnforcementExplorer(cluster, draw)


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

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_enforcement(lab.load("three-tier"), port=5432)
        >>> explorer.set(end_port=False)
        >>> explorer.different
        ()
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
        return Words(flow_table(self._shown.scene))

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
        return len(differing(self._usual, scene))

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
