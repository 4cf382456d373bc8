"""One flow falls through the lanes: which gate decides, and what another order would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets

from netpol_lab.errors import FlowError, NetpolError, UnknownNameError, counted
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.summary import policy_words, subject_and_rules
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.cluster_policies import LAST_PRIORITY, ClusterPolicy
from netpol_lab.model.flows import checked_port
from netpol_lab.model.objects import Policy
from netpol_lab.model.ports import Protocol
from netpol_lab.widgets.board_controls import (
    in_order,
    known_ports,
    port_number,
    switch_named,
    switches,
)
from netpol_lab.widgets.explorers.base import AUTO, Explorer, Field, choice
from netpol_lab.widgets.explorers.tiers_facts import Gate, TierFall, TiersInput, fall
from netpol_lab.widgets.reasons_panel import Why, panel

EXAMPLE = "two-teams"  # where no cluster is given
FIRST = ("blog/page", "shop/db", 5432)  # the flow of the example to begin with
MOST_SWITCHES = 12  # policies with controls of their own


def explore_tiers(
    cluster: Cluster | None = None,
    source: str | None = None,
    destination: str | None = None,
    port: int | str | None = None,
    protocol: str = "TCP",
) -> TiersExplorer:
    """Return one flow falling through the lanes: Admin, NetworkPolicy, Baseline, open.

    Parameters
    ----------
    cluster : Cluster, optional
        The scenario ``two-teams`` when left out: a platform team and an app team.
    source, destination : str, optional
        Pods or addresses; the first two pods when left out.
    port : int or str, optional
        A number, or a name that container ports have; the first port that the destination
        declares when left out.
    protocol : str
        ``TCP``, ``UDP`` or ``SCTP``.

    Returns
    -------
    TiersExplorer

    Raises
    ------
    UnknownNameError, AmbiguousNameError, FlowError
        When the question cannot be asked.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> explorer = lab.explore_tiers()
    >>> explorer.gates["ingress Admin"]
    'denied'
    >>> explorer.set(policies={"guard-the-shop": False})
    >>> explorer.gates["ingress Admin"], explorer.gates["ingress NetworkPolicy"]
    ('nothing matches', 'accepted')
    """
    if cluster is None:
        cluster = load(EXAMPLE)
        if source is None and destination is None and port is None:
            source, destination, port = FIRST
    ends = _ends(checked_cluster(cluster), source, destination)
    if port is None:
        port = _declared(cluster, ends[1])
    return TiersExplorer(cluster, _asked(cluster, *ends, port, protocol, tuple(switches(cluster))))


def _ends(cluster: Cluster, source: str | None, destination: str | None) -> tuple[str, str]:
    """Return the full names of two ends; a pod that is not the other where one is left out."""
    running = [str(pod) for pod in cluster.pods if not pod.finished]
    here = None if source is None else _end(cluster, source)
    there = None if destination is None else _end(cluster, destination)
    here = here or next((name for name in running if name != there), None)
    there = there or next((name for name in running if name != here), None)
    if here is None or there is None:
        raise UnknownNameError("there are no two pods in this cluster: name an address as well.")
    return here, there


def _end(cluster: Cluster, name: str) -> str:
    end = cluster.endpoint(name)
    if end.service is not None:
        raise FlowError(f"{name} is a Service: name one of its pods.")
    return end.name


def _declared(cluster: Cluster, name: str) -> int:
    """Return the first port that a pod declares; 80 for what declares none."""
    pod = cluster.endpoint(name).pod
    return next((port.port for port in (pod.ports if pod else ()) if port.listens), 80)


def _asked(
    cluster: Cluster,
    source: str,
    destination: str,
    port: int | str | None,
    protocol: str,
    on: tuple[str, ...],
    priorities: Mapping[str, int] | None = None,
) -> TiersInput:
    number, protocol = checked_port(port_number(cluster, port, protocol), protocol.upper())
    return TiersInput(source, destination, number, protocol, on, priorities or {})


class SwitchField(Field):
    """A checkbox for one policy; for a cluster-wide one its priority beside it.

    Parameters
    ----------
    policy : Policy or ClusterPolicy
    """

    def __init__(self, policy: Policy | ClusterPolicy) -> None:
        ranked = isinstance(policy, ClusterPolicy) and policy.is_ranked
        box = ipywidgets.Checkbox(description=str(policy), indent=False, layout=AUTO)
        number = ipywidgets.BoundedIntText(
            description="Priority",
            min=0,
            max=LAST_PRIORITY,
            tooltip=f"Priority of {policy}",
            layout=AUTO,
        )
        super().__init__(box, *([number] if ranked else []))
        if isinstance(policy, ClusterPolicy):  # its priority has a field
            says = f"tier {policy.tier}; {subject_and_rules(policy)}"
        else:
            says = policy_words(policy)
        words = ipywidgets.HTML(f'<div class="nl-says">{escape(says)}</div>')
        self.children = (*self.controls, words, self._said)
        self.add_class("nl-switch")

    @property
    def value(self) -> tuple[bool, int | None]:
        """Whether the policy is on, and its priority if it has one."""
        box, *number = self.controls
        return box.value, number[0].value if number else None

    @value.setter
    def value(self, value: tuple[bool, int | None]) -> None:
        box, *number = self.controls
        box.value = value[0]
        if number:
            number[0].value = value[1]


class TiersExplorer(Explorer[TiersInput, TierFall]):
    """One flow at the gates of both its ends; made by `explore_tiers`.

    Parameters
    ----------
    cluster : Cluster
    inputs : TiersInput

    Examples
    --------
    >>> import netpol_lab as lab
    >>> explorer = lab.explore_tiers()
    >>> print(explorer.summary.splitlines()[0])
    blog/page -> shop/db on TCP 5432: blocked.
    """

    def __init__(self, cluster: Cluster, inputs: TiersInput) -> None:
        self._loaded = cluster
        self._policies = switches(cluster)
        running = [str(pod) for pod in cluster.pods if not pod.finished]
        self._source = choice("From", dict.fromkeys([inputs.source, *running]))
        self._destination = choice("To", dict.fromkeys([inputs.destination, *running]))
        self._port = choice("Port", known_ports(cluster))
        self._protocol = choice("Protocol", map(str, Protocol))
        asked = {
            "source": self._source,
            "destination": self._destination,
            "port": self._port,
            "protocol": self._protocol,
        }
        fields = {name: Field(made) for name, made in asked.items()}
        for name in ("port", "protocol"):
            fields[name].add_class("nl-slim")
        self._switches = {
            name: SwitchField(policy) for name, policy in [*self._policies.items()][:MOST_SWITCHES]
        }
        super().__init__({**fields, **self._switches}, inputs)

    def set(
        self,
        *,
        source: str | None = None,
        destination: str | None = None,
        port: int | str | None = None,
        protocol: str | None = None,
        policies: Mapping[str, bool] | None = None,
        priorities: Mapping[str, int] | None = None,
    ) -> None:
        """Let another flow fall, or through other gates; what is not mentioned stays.

        Parameters
        ----------
        source, destination : str, optional
        port : int or str, optional
        protocol : str, optional
        policies : mapping of str to bool, optional
            Which to switch on or off, by name.
        priorities : mapping of str to int, optional
            Of cluster-wide policies, from 0 to 1000.

        Raises
        ------
        UnknownNameError, AmbiguousNameError, FlowError, NetpolError
            And then nothing has changed.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_tiers()
        >>> explorer.set(source="monitoring/prometheus", port=9100)
        >>> explorer.gates["ingress Admin"]
        'accepted'
        >>> explorer.set(priorities={"guard-the-shop": 5})
        >>> explorer.gates["ingress Admin"]
        'denied'
        """
        now, loaded = self._inputs, self._loaded
        ticked = dict.fromkeys(now.on, True)
        ticked |= {switch_named(loaded, name): on for name, on in (policies or {}).items()}
        moved = {switch_named(loaded, name): value for name, value in (priorities or {}).items()}
        for name, value in moved.items():
            self._refuse_priority(name, value)
        here = now.source if source is None else _end(loaded, source)
        there = now.destination if destination is None else _end(loaded, destination)
        self._ask(
            _asked(
                loaded,
                here,
                there,
                now.port if port is None else port,
                protocol or now.protocol,
                in_order(loaded, ticked),
                self._moved({**now.priorities, **moved}),
            )
        )

    def _refuse_priority(self, name: str, value: object) -> None:
        policy = self._policies[name]
        if not isinstance(policy, ClusterPolicy):
            raise NetpolError(f"{name} is a NetworkPolicy, which has no priority.")
        if not policy.is_ranked:
            raise NetpolError(f"{name} has no priority: that kind stands alone in its tier.")
        if not isinstance(value, int) or not 0 <= value <= LAST_PRIORITY:
            raise NetpolError(
                f"{value!r} is no priority: they are numbers from 0 to {LAST_PRIORITY}."
            )

    def _moved(self, priorities: Mapping[str, int]) -> dict[str, int]:
        """Return the priorities that are not those of the manifests."""
        own = self._own_priorities
        return {name: value for name, value in priorities.items() if value != own[name]}

    @property
    def _own_priorities(self) -> dict[str, int]:
        wide = self._loaded.cluster_policies
        return {str(policy): policy.priority for policy in wide}

    @property
    def fall(self) -> TierFall:
        """The facts."""
        return self._shown

    @property
    def gates(self) -> dict[str, str]:
        """What each gate says, by its direction and name: ``ingress Admin``."""
        found: Iterable[Gate] = self._shown.gates
        return {gate.key.partition(":")[2]: str(gate.answer) for gate in found}

    def why(self) -> Why:
        """Return the verdict with the YAML lines that decide.

        Returns
        -------
        Why

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(lab.explore_tiers().why().splitlines()[0])
        blog/page -> shop/db  TCP 5432: denied
        """
        return Why(self._shown.reasons)

    # ------------------------------------------------------------ for the explorer

    def _view(self, inputs: TiersInput) -> TierFall:
        return fall(self._loaded, inputs)

    def _details(self) -> str:
        return panel(self._shown.reasons)

    def _between(self) -> Iterable[Any]:
        more = len(self._policies) - len(self._switches)
        if not more:
            return
        others = counted(more, "more policy has", "more policies have")
        words = f'{others} no switch here: explorer.set(policies={{"NAME": False}}) is one.'
        yield ipywidgets.HTML(f'<div class="nl-says">{escape(words)}</div>')

    def _typed(self, edited: str) -> TiersInput:
        ticked, moved = dict.fromkeys(self._inputs.on, True), dict(self._inputs.priorities)
        for name, made in self._switches.items():
            ticked[name], priority = made.value
            if priority is not None:
                moved[name] = priority
        return replace(
            self._inputs,
            source=self._source.value,
            destination=self._destination.value,
            port=self._port.value,
            protocol=self._protocol.value,
            on=in_order(self._loaded, ticked),
            priorities=self._moved(moved),
        )

    def _fill(self) -> None:
        inputs = self._inputs
        asked = (inputs.source, inputs.destination, inputs.port, inputs.protocol)
        lists = (self._source, self._destination, self._port, self._protocol)
        for made, value in zip(lists, asked, strict=True):
            if value not in made.options:
                made.options = (*made.options, value)
            made.value = value
        for name, field in self._switches.items():
            priority = inputs.priorities.get(name, self._own_priorities.get(name))
            field.value = (name in inputs.on, priority)
