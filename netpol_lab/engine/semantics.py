"""What selectors, peers and ports mean: the plain rules, one definition each.

`pod_sets` and `resolution` ask these definitions once per distinct case and keep the answers as
sets; `verdict` and everything after it only reads those sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from netpol_lab.engine.endpoint_rules import named_ports
from netpol_lab.model.addresses import Address, AddressRange, Network
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.intervals import without
from netpol_lab.model.objects import ContainerPort, IPBlock, Peer, PolicyPort, Rule
from netpol_lab.model.ports import PortSet
from netpol_lab.model.selectors import NAME_LABEL, Labels, Operator, Requirement, Selector

# ---------------------------------------------------------------- selectors and peers


def holds(requirement: Requirement, labels: Labels) -> bool:
    """Say whether one requirement holds for a set of labels (SEM-27 to SEM-32).

    Parameters
    ----------
    requirement : Requirement
    labels : mapping of str to str

    Returns
    -------
    bool

    Examples
    --------
    >>> holds(Requirement("role", Operator.NOT_IN, ("db",)), {})
    True
    """
    value = labels.get(requirement.key)  # None, which is never listed, where the key is absent
    match requirement.operator:
        case Operator.IN:
            return value in requirement.values
        case Operator.NOT_IN:  # "key absent, OR value not listed"
            return value not in requirement.values
        case Operator.EXISTS:
            return value is not None
        case Operator.DOES_NOT_EXIST:
            return value is None


def matches(selector: Selector, labels: Labels) -> bool:
    """Say whether all requirements of a selector hold (SEM-26, SEM-33).

    Parameters
    ----------
    selector : Selector
    labels : mapping of str to str

    Returns
    -------
    bool

    Examples
    --------
    >>> matches(Selector(), {"any": "thing"})
    True
    """
    return all(holds(requirement, labels) for requirement in selector.requirements)


def only_namespace(name: str) -> Selector:
    """Return the selector of exactly one namespace, by the label that each carries (SEM-25).

    Parameters
    ----------
    name : str

    Returns
    -------
    Selector

    Examples
    --------
    >>> print(only_namespace("shop"))
    kubernetes.io/metadata.name=shop
    """
    return Selector((Requirement(NAME_LABEL, Operator.IN, (name,)),))


def namespaces_for(peer: Peer, home: str) -> Selector:
    """Return the selector of the namespaces in which a peer looks for pods (SEM-17, SEM-18).

    Parameters
    ----------
    peer : Peer
        One with selectors.
    home : str
        The namespace of its policy.

    Returns
    -------
    Selector

    Examples
    --------
    >>> print(namespaces_for(Peer(pod_selector=Selector()), "shop"))
    kubernetes.io/metadata.name=shop
    """
    return only_namespace(home) if peer.namespace_selector is None else peer.namespace_selector


# ---------------------------------------------------------------- addresses


def covers(block: IPBlock, address: Address) -> bool:
    """Say whether an address is inside a block and inside no `except` of it (SEM-44, SEM-46).

    Parameters
    ----------
    block : IPBlock
    address : IPv4Address or IPv6Address

    Returns
    -------
    bool

    Examples
    --------
    >>> from ipaddress import ip_address, ip_network
    >>> covers(IPBlock(ip_network("10.0.0.0/8")), ip_address("10.1.2.3"))
    True
    """
    return any(address in part for part in addresses_of(block))


@lru_cache(maxsize=8192)
def addresses_of(block: IPBlock) -> tuple[AddressRange, ...]:
    """Return the addresses that a block matches: its CIDR without its exceptions (SEM-44).

    Parameters
    ----------
    block : IPBlock

    Returns
    -------
    tuple of AddressRange
        Sorted and free of overlaps.

    Examples
    --------
    >>> from ipaddress import ip_network
    >>> block = IPBlock(ip_network("10.0.0.0/8"), (ip_network("10.0.0.0/9"),))
    >>> [str(part) for part in addresses_of(block)]
    ['10.128.0.0-10.255.255.255']
    """
    whole = AddressRange.of(block.cidr)
    holes = [AddressRange.of(part).numbers for part in block.excepts]
    return tuple(
        AddressRange.between(whole.version, *part) for part in without([whole.numbers], holes)
    )


@lru_cache(maxsize=8192)
def surely_covers(blocks: tuple[IPBlock, ...], ranges: tuple[Network, ...]) -> bool | None:
    """Say whether blocks match an address of which only the range is known (SEM-44).

    Parameters
    ----------
    blocks : tuple of IPBlock
    ranges : tuple of IPv4Network or IPv6Network
        Somewhere in these it is.

    Returns
    -------
    bool or None
        None where the blocks hold only a part of the ranges, or no range is known.

    Examples
    --------
    >>> from ipaddress import ip_network
    >>> near, far = ip_network("10.0.0.0/8"), ip_network("192.0.2.0/24")
    >>> surely_covers((IPBlock(near),), (near,)), surely_covers((IPBlock(near),), (far,))
    (True, False)
    >>> print(surely_covers((IPBlock(near),), (near, far)))
    None
    """
    parts = [part for block in blocks for part in addresses_of(block)]
    answers = set()
    for whole in map(AddressRange.of, ranges):
        held = [part.numbers for part in parts if part.version == whole.version]
        left = [*without([whole.numbers], held)]
        answers.add(None if left and left != [whole.numbers] else not left)
    return answers.pop() if len(answers) == 1 else None


# ---------------------------------------------------------------- ports


@lru_cache(maxsize=8192)
def ports_at(
    entries: tuple[PolicyPort, ...], names: tuple[ContainerPort, ...], end_port: bool = True
) -> PortSet:
    """Return the ports that a rule's `ports` admit at one destination (SEM-34 to SEM-43).

    Parameters
    ----------
    entries : tuple of PolicyPort
        The rule's list; empty means every port of every protocol (SEM-13).
    names : tuple of ContainerPort
        The named ports of the destination; none where it is not a pod (SEM-41).
    end_port : bool
        Whether `endPort` is understood (SEM-42).

    Returns
    -------
    PortSet

    Examples
    --------
    >>> http = ContainerPort("http", 8080)
    >>> ports_at((PolicyPort(port="http"), PolicyPort(port=80, end_port=82)), (http,))
    TCP 80-82, 8080
    """
    if not entries:
        return PortSet.every()
    return PortSet.union(*(_entry_at(entry, names, end_port) for entry in entries))


def _entry_at(entry: PolicyPort, names: Sequence[ContainerPort], end_port: bool) -> PortSet:
    if entry.port is None:  # SEM-36
        return PortSet.every(entry.protocol)
    if isinstance(entry.port, int):
        return PortSet.of(entry.protocol, entry.port, entry.end_port if end_port else None)
    # "resolved on the destination pod, by name and protocol" (SEM-39, SEM-40, SEM-43)
    numbers = (
        PortSet.of(declared.protocol, declared.port)
        for declared in names
        if declared.name == entry.port and declared.protocol == entry.protocol
    )
    return PortSet.union(*numbers)


def admitted_ports(rule: Rule, destination: Endpoint, assumptions: Assumptions) -> PortSet:
    """Return the ports of one destination that the port part of a rule admits.

    Parameters
    ----------
    rule : Rule
    destination : Endpoint
        Whose port names count, for egress rules too (SEM-39).
    assumptions : Assumptions

    Returns
    -------
    PortSet

    Examples
    --------
    >>> from netpol_lab.model.objects import Direction
    >>> rule = Rule(Direction.INGRESS, 0, ports=(PolicyPort(port=80, end_port=90),))
    >>> admitted_ports(rule, Endpoint(), Assumptions(end_port=False))
    TCP 80
    """
    return ports_at(rule.ports, named_ports(destination, assumptions), assumptions.end_port)


def admits_port(rule: Rule, flow: Flow, assumptions: Assumptions) -> bool:
    """Say whether the port part of a rule admits the port of a flow (SEM-34 to SEM-43).

    Parameters
    ----------
    rule : Rule
    flow : Flow
        One without a port, such as ICMP, is admitted by a rule without ports alone (SEM-57).
    assumptions : Assumptions

    Returns
    -------
    bool

    Examples
    --------
    >>> from netpol_lab.model.objects import Direction
    >>> anything = Rule(Direction.INGRESS, 0)
    >>> admits_port(anything, Flow(Endpoint(), Endpoint(), 80), Assumptions())
    True
    """
    if flow.port is None:
        return not rule.ports
    ports = admitted_ports(rule, flow.destination, assumptions)
    return (flow.protocol, flow.port) in ports
