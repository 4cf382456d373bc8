"""What the specification leaves to plugins or versions, made explicit.

An assumption that is None is one that Kubernetes leaves open: the verdict is then computed under
every permitted answer, called a reading, and is undefined (`allowed` is None) where they differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import product
from typing import Any, NamedTuple

from netpol_lab.model.addresses import Address, Network, checked_address, checked_network


class OpenQuestion(NamedTuple):
    """A choice that Kubernetes leaves open.

    Parameters
    ----------
    row : str
        Its row in ``docs/semantics.md``.
    words : str
    usual : bool or None
        What most plugins do; None where they differ too.
    """

    row: str
    words: str
    usual: bool | None


def _open(row: str, words: str, usual: bool | None = None) -> Any:
    """Return a field for a choice that is open by default."""
    return field(default=None, metadata={"question": OpenQuestion(row, words, usual)})


def _settled(words: str) -> Any:
    """Return a field for what is taken for granted by default."""
    return field(default=True, metadata={"words": words})


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What to take for granted where Kubernetes leaves a choice.

    Parameters
    ----------
    enforced : bool
        A plugin enforces policies at all (SEM-58).
    ip_block_matches_pods : bool
        An ipBlock also matches the addresses of pods (SEM-47).
    end_port : bool
        `endPort` is understood; otherwise only `port` counts (SEM-42).
    strict_cidr : bool
        CIDRs with host bits or leading zeros are refused, as since v1.36 (VAL-28, VAL-29).
    host_network_as_pods : bool or None
        hostNetwork pods are judged like other pods, not as their node (SEM-54).
    own_node_egress : bool or None
        A pod may always connect to the node it runs on (SEM-50).
    init_port_names : bool or None
        Port names declared by init and sidecar containers count (SEM-56).
    service_rewritten_first : bool or None
        A Service address is rewritten before egress rules see it (SEM-53).
    client_address_kept : bool or None
        A client outside that calls a Service, or by an address for clients outside, arrives with
        its own address (SEM-60).
    service_loopback : bool or None
        A pod that reaches itself through a Service counts as reaching itself (SEM-49).
    unknown_endpoints_admit : bool or None
        An endpoint of a Service that the manifests do not tell lets the flow in (SEM-74).
    unknown_addresses_in_blocks : bool or None
        An address that the manifests do not give is inside every ipBlock (SEM-44).
    unknown_node_is_own : bool or None
        A node is the one that a pod runs on, where the manifests do not tell (SEM-50).
    icmp_filtered : bool or None
        Protocols other than TCP, UDP and SCTP are blocked at an isolated pod, unless a rule
        without ports admits the other end (SEM-57).
    only_network_policies : bool or None
        Only NetworkPolicies decide: policies of other kinds, which are not evaluated, are left
        out (SEM-70). What they would decide is unknown, so False says no more than None.
    equal_priority_allows : bool or None
        Of cluster-wide policies with one tier and priority, which contradict each other, the one
        that lets more through goes first (ANP-04); a BaselineAdminNetworkPolicy has no priority.
    unknown_peers_allow : bool or None
        A name whose addresses nobody gives, or a node whose labels nobody gives, matches a
        cluster-wide rule where that lets more through (ANP-12, ANP-17).
    unusable_rules_allow : bool or None
        What nobody can use of a cluster-wide policy is taken so that it lets more through: a rule
        matches, or is skipped, or denies everything (ANP-20).
    any_isolation_skips_baseline : bool or None
        A pod that a NetworkPolicy isolates in one direction is out of the Baseline tier's reach in
        the other direction, too (ANP-09).
    pod_cidrs, node_cidrs : sequence of IPv4Network, IPv6Network or str
        The ranges in which the addresses of pods, and of nodes, lie that the manifests do not
        give. A block that contains all of them, or none, then decides (SEM-44).
    domain_names : mapping of str to sequence of IP addresses or str
        The addresses of names that cluster-wide policies mention (ANP-17), all of them.

    Examples
    --------
    >>> Assumptions(enforced=False).enforced
    False
    >>> Assumptions(pod_cidrs=["10.244.0.0/16"]).pod_cidrs
    (IPv4Network('10.244.0.0/16'),)
    >>> Assumptions(domain_names={"example.com": ["203.0.113.7"]}).domain_names
    {'example.com': (IPv4Address('203.0.113.7'),)}
    """

    enforced: bool = _settled("a plugin enforces policies at all (SEM-58)")
    ip_block_matches_pods: bool = _settled("an ipBlock also matches the addresses of pods (SEM-47)")
    end_port: bool = _settled("endPort is understood; otherwise only port counts (SEM-42)")
    strict_cidr: bool = _settled(
        "CIDRs with host bits or leading zeros are refused, as since v1.36 (VAL-28)"
    )
    host_network_as_pods: bool | None = _open(
        "SEM-54",
        "Kubernetes does not say how policies treat hostNetwork pods: as pods or as their node",
        usual=False,
    )
    own_node_egress: bool | None = _open(
        "SEM-50",
        "Kubernetes does not say whether an isolated pod may always connect to its own node",
    )
    init_port_names: bool | None = _open(
        "SEM-56",
        "Kubernetes does not say whether port names declared by init or sidecar containers count",
    )
    service_rewritten_first: bool | None = _open(
        "SEM-53",
        "Kubernetes does not say whether a Service address is rewritten before egress rules see it",
        usual=True,
    )
    client_address_kept: bool | None = _open(
        "SEM-60",
        "Kubernetes does not say with which address a client outside arrives through a Service, "
        "nor a pod by an address for clients outside",
    )
    service_loopback: bool | None = _open(
        "SEM-49",
        "plugins differ on whether reaching yourself through a Service is reaching yourself",
    )
    unknown_endpoints_admit: bool | None = _open(
        "SEM-74",
        "the manifests do not tell where a Service leads",
    )
    unknown_addresses_in_blocks: bool | None = _open(
        "SEM-44",
        "the manifests give no address for an end that an ipBlock would decide about",
    )
    unknown_node_is_own: bool | None = _open(
        "SEM-50",
        "the manifests do not say on which node a pod runs, and its own node always gets in",
    )
    icmp_filtered: bool | None = _open(
        "SEM-57",
        "Kubernetes does not say whether protocols other than TCP, UDP and SCTP are filtered",
    )
    only_network_policies: bool | None = _open(
        "SEM-70", "policies of other kinds could decide this, and they are not evaluated yet"
    )
    equal_priority_allows: bool | None = _open(
        "ANP-04",
        "cluster-wide policies of one tier and priority, or without any, contradict each other, "
        "and any of them may go first",
    )
    unknown_peers_allow: bool | None = _open(
        "ANP-17",
        "the manifests do not tell the addresses of a name, or the labels of a node, that a "
        "cluster-wide policy asks for",
    )
    unusable_rules_allow: bool | None = _open(
        "ANP-20",
        "a cluster-wide policy asks for something that nobody can use, and implementations differ",
    )
    any_isolation_skips_baseline: bool | None = _open(
        "ANP-09",
        "Kubernetes does not say whether the Baseline tier is asked about a pod that a "
        "NetworkPolicy isolates in the other direction only",
        usual=False,
    )
    pod_cidrs: tuple[Network, ...] = ()
    node_cidrs: tuple[Network, ...] = ()
    domain_names: Mapping[str, tuple[Address, ...]] = field(default_factory=dict, hash=False)
    # In a reading: where addresses lie that nobody gives; of several parts the first that can be.
    unknown_within: tuple[tuple[Network, ...], ...] = ()

    def __post_init__(self) -> None:
        for name in RANGES:
            given = getattr(self, name)
            given = given if isinstance(given, list | tuple) else (given,)
            object.__setattr__(self, name, tuple(map(checked_network, given)))
        named = {
            name.lower().removesuffix("."): tuple(map(checked_address, addresses))
            for name, addresses in self.domain_names.items()
        }
        object.__setattr__(self, "domain_names", named)


RANGES = ("pod_cidrs", "node_cidrs")
DEFAULTS = Assumptions()
OPEN_QUESTIONS: dict[str, OpenQuestion] = {
    f.name: f.metadata["question"] for f in fields(Assumptions) if "question" in f.metadata
}
SETTLED: dict[str, str] = {
    f.name: f.metadata["words"] for f in fields(Assumptions) if "words" in f.metadata
}


def readings(assumptions: Assumptions, questions: Iterable[str]) -> Iterator[Assumptions]:
    """Yield the assumptions with each of the open `questions` answered in every permitted way.

    The usual answers come first, so that the first reading is what most plugins do.

    Parameters
    ----------
    assumptions : Assumptions
    questions : iterable of str
        Names of fields; those that are answered already stay as they are.

    Yields
    ------
    Assumptions

    Examples
    --------
    >>> [r.own_node_egress for r in readings(Assumptions(), ["own_node_egress"])]
    [True, False]
    """
    names = [name for name in questions if getattr(assumptions, name) is None]
    if not names:
        yield assumptions
        return
    usual = (OPEN_QUESTIONS[name].usual is not False for name in names)
    for choice in product(*((first, not first) for first in usual)):
        answers: dict[str, Any] = dict(zip(names, choice, strict=True))
        yield replace(assumptions, **answers)


def is_usual(answered: Assumptions, assumptions: Assumptions) -> bool:
    """Say whether a reading answers each open question as most plugins do, where known.

    Parameters
    ----------
    answered : Assumptions
        The reading.
    assumptions : Assumptions
        What it was made from: a question answered there is not open.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_usual(Assumptions(host_network_as_pods=True), Assumptions())
    False
    """
    return all(
        getattr(assumptions, name) is not None or getattr(answered, name) in (None, question.usual)
        for name, question in OPEN_QUESTIONS.items()
        if question.usual is not None
    )
