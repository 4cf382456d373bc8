"""The controls of a board: a checkbox for each policy, and the port."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import ipywidgets

from netpol_lab.errors import AmbiguousNameError, UnknownNameError, did_you_mean
from netpol_lab.manifests.summary import cluster_policy_words, policy_words
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy, Tier
from netpol_lab.model.lookup import find
from netpol_lab.model.objects import Policy
from netpol_lab.model.ports import Protocol

UNCHANGED: Any = object()  # for an argument of `set` that is not mentioned
MOST_LISTED = 8  # ports in the line under the field; the field itself suggests them all
_AUTO = ipywidgets.Layout(width="auto")


@dataclass(frozen=True)
class BoardState:
    """What a board shows: the policies that are on, the port and the protocol."""

    on: tuple[str, ...]
    port: int | None
    protocol: str


class Controls(ipywidgets.VBox):
    """The checkboxes and fields of a board. They report what people do; `show` reports nothing.

    Parameters
    ----------
    cluster : Cluster
    protocol : str
    ports : mapping of int to names
        What to suggest.
    """

    def __init__(self, cluster: Cluster, protocol: str, ports: Mapping[int, Iterable[str]]) -> None:
        policies = switches(cluster)
        self._boxes = {name: _checkbox(one, cluster) for name, one in policies.items()}
        self._protocol = ipywidgets.Dropdown(
            description="Protocol",
            options=tuple(dict.fromkeys([*map(str, Protocol), protocol])),
            value=protocol,
            layout=_AUTO,
        )
        self._port = ipywidgets.Combobox(
            description="Port",
            options=tuple(map(str, ports)),
            continuous_update=False,
            placeholder="number or name",
            layout=_AUTO,
        )
        self._message = ipywidgets.HTML()
        self._quiet = False
        lines = [
            _group([box, _text(_says(policies[name]))], "nl-policy")
            for name, box in self._boxes.items()
        ]
        lines = lines or [_text("none in this cluster")]
        fields = [ipywidgets.HBox([self._protocol, self._port]), _text(_listed(ports))]
        super().__init__(
            [
                _group([_text("Policies", "nl-title"), *lines], "nl-policies"),
                _group(fields, "nl-ports"),
                self._message,
            ]
        )
        self.add_class("nl-controls")

    @property
    def ticked(self) -> dict[str, bool]:
        """Which policies are ticked, by full name."""
        return {name: box.value for name, box in self._boxes.items()}

    @property
    def port(self) -> str:
        """What is written in the port field."""
        return str(self._port.value)

    @property
    def protocol(self) -> str:
        """The protocol that is chosen."""
        return str(self._protocol.value)

    def listen(self, ticked: Callable[[], None], typed: Callable[[], None]) -> None:
        """Call back when a policy is ticked, and when the port or the protocol changes."""
        for box in self._boxes.values():
            box.observe(self._unless_quiet(ticked), "value")
        for field in (self._port, self._protocol):
            field.observe(self._unless_quiet(typed), "value")

    def show(self, on: Iterable[str], port: int | None, protocol: str) -> None:
        """Bring the controls in step with what is shown, and take the message away."""
        on = frozenset(on)
        self._quiet = True
        try:
            for name, box in self._boxes.items():
                box.value = name in on
            self._port.value = "" if port is None else str(port)
            if protocol not in self._protocol.options:
                self._protocol.options = (*self._protocol.options, protocol)
            self._protocol.value = protocol
        finally:
            self._quiet = False
        self.say("")

    def say(self, message: str) -> None:
        """Show a message under the controls; none when it is empty."""
        self._message.value = f'<div role="alert">{escape(message)}</div>' if message else ""

    def _unless_quiet(self, call: Callable[[], None]) -> Callable[[object], None]:
        return lambda _: None if self._quiet else call()


# ---------------------------------------------------------------- parts


def _checkbox(policy: Policy | ClusterPolicy, cluster: Cluster) -> ipywidgets.Checkbox:
    alone = isinstance(policy, Policy) and len(cluster.namespaces) <= 1
    name = policy.name if alone else str(policy)
    return ipywidgets.Checkbox(description=name, indent=False, layout=_AUTO)


def _says(policy: Policy | ClusterPolicy) -> str:
    return policy_words(policy) if isinstance(policy, Policy) else cluster_policy_words(policy)


def _text(words: str, css_class: str = "nl-says") -> ipywidgets.HTML:
    return ipywidgets.HTML(f'<div class="{css_class}">{escape(words)}</div>')


def _group(children: Iterable[Any], css_class: str) -> ipywidgets.VBox:
    group = ipywidgets.VBox(tuple(children))
    group.add_class(css_class)
    return group


def _listed(ports: Mapping[int, Iterable[str]]) -> str:
    words = [" ".join(map(str, (number, *names))) for number, names in ports.items()]
    more = ", …" if len(words) > MOST_LISTED else ""
    return f"in this cluster: {', '.join(words[:MOST_LISTED])}{more}" if words else ""


# ---------------------------------------------------------------- names of policies


def switches(cluster: Cluster) -> dict[str, Policy | ClusterPolicy]:
    """Return what can be switched on and off, by name: the lanes in the order they are asked.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> list(switches(lab.load("two-teams")))[1:3]
    ['ClusterNetworkPolicy guard-the-shop', 'shop/api-for-the-blog']
    """
    wide = sorted(cluster.cluster_policies, key=lambda policy: policy.priority)
    lanes: list[Policy | ClusterPolicy] = [
        *(one for one in wide if one.tier is Tier.ADMIN),
        *cluster.policies,
        *(one for one in wide if one.tier is Tier.BASELINE),
    ]
    return {str(policy): policy for policy in lanes}


def switch_named(cluster: Cluster, name: str) -> str:
    """Return the full name of a policy that can be switched, cluster-wide or not.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        When no policy has this name, or several have it.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> switch_named(lab.load("two-teams"), "guard-the-shop")
    'ClusterNetworkPolicy guard-the-shop'
    """
    known = switches(cluster)
    same = [full for full, policy in known.items() if policy.name == name]
    return same[0] if len(same) == 1 else str(find(known, name, "policy"))


def switched(cluster: Cluster, on: Collection[str]) -> Cluster:
    """Return a cluster with only those policies that are on.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> found = switched(lab.load("two-teams"), ["shop/db-for-all-of-us"])
    >>> len(found.policies), len(found.cluster_policies)
    (1, 0)
    """
    wide = tuple(policy for policy in cluster.cluster_policies if str(policy) in on)
    own = [policy for policy in cluster.policies if str(policy) in on]
    return replace(cluster.with_policies(own), cluster_policies=wide)


def in_order(cluster: Cluster, ticked: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the policies that are ticked, in the order in which they are listed."""
    return tuple(name for name in switches(cluster) if ticked.get(name))


def spelt(cluster: Cluster, word: str) -> str:
    """Return the policy that a keyword means, which has ``_`` for what Python cannot spell."""
    named = switches(cluster).items()
    spelling = {full: p.name.replace("-", "_").replace(".", "_") for full, p in named}
    meant = [name for name, spelt in spelling.items() if spelt == word]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise AmbiguousNameError(
            f"{word} could be {' or '.join(meant)}. "
            f'Write the full name: board.set({{"{meant[0]}": True}}).'
        )
    raise UnknownNameError(f'there is no policy "{word}". {did_you_mean(word, spelling.values())}')


# ---------------------------------------------------------------- ports


def known_ports(cluster: Cluster) -> dict[int, tuple[str, ...]]:
    """Return the port numbers that containers and policies mention, each with its names.

    Parameters
    ----------
    cluster : Cluster

    Examples
    --------
    >>> import netpol_lab as lab
    >>> known_ports(lab.load("three-tier"))
    {80: ('http',), 5432: ('postgres',), 8080: ('api',)}
    """
    names: dict[int, dict[str, None]] = {number: {} for number in _in_rules(cluster)}
    for pod in cluster.pods:
        for declared in pod.ports:
            names.setdefault(declared.port, {})[declared.name] = None
    return {number: tuple(filter(None, names[number])) for number in sorted(names)}


def _in_rules(cluster: Cluster) -> Iterator[int]:
    for policy in switches(cluster).values():
        for rule in (*(policy.ingress or ()), *(policy.egress or ())):
            for entry in rule.ports:
                yield from (n for n in (entry.port, entry.end_port) if isinstance(n, int))


def port_number(cluster: Cluster, port: int | str | None, protocol: str = "TCP") -> int | None:
    """Return the number that a port stands for: itself, or what a container port's name means.

    Parameters
    ----------
    cluster : Cluster
    port : int or str, optional
    protocol : str

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        When no container port is called so, or several are, with different numbers.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> port_number(lab.load("three-tier"), "postgres")
    5432
    """
    if not isinstance(port, str):
        return port
    word = port.strip()
    if not word or word.isdecimal():
        return int(word) if word else None
    protocol = protocol.upper()
    declared = [d for pod in cluster.pods for d in pod.ports if d.protocol == protocol]
    numbers = sorted({d.port for d in declared if d.name == word})
    if len(numbers) == 1:
        return numbers[0]
    if numbers:
        several = " or ".join(map(str, numbers))
        raise AmbiguousNameError(f"{word} means {several}, depending on the pod: write a number.")
    names = [d.name for d in declared if d.name]
    raise UnknownNameError(f'no {protocol} port is called "{word}". {did_you_mean(word, names)}')
