"""NP4xx: ipBlocks, which are meant for addresses outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

from netpol_lab.checks.lint.context import Context, Probe
from netpol_lab.checks.lint.coverage import covered_ports
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.hints import rule_of
from netpol_lab.checks.lint.probes import MOST_ENDS, between, by_rule
from netpol_lab.checks.lint.witnesses import CLOSES, Turn, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import covers, only_namespace
from netpol_lab.engine.service_targets import target_port
from netpol_lab.engine.verdict import evaluate
from netpol_lab.errors import some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.addresses import Address, Network
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction, IPBlock, Peer, Policy, PolicyPort, Rule
from netpol_lab.model.services import EndpointPort, Service, ServiceEndpoint

EVERYWHERE = 1  # the longest prefix that stands for the whole world, pods and all


def _blocks(policy: Policy) -> Iterator[tuple[Rule, int, IPBlock, str]]:
    """Yield the blocks that count, each with its rule, its place there and its path."""
    for rule, i, peer in parts.listed_peers(policy):
        if peer.ip_block is not None:
            yield rule, i, peer.ip_block, f"{parts.peer_path(rule, i)}.ipBlock"


# ---------------------------------------------------------------- addresses of the cluster


def pods_in_block(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP401: pod addresses change, and plugins differ on whether blocks see pods (SEM-47)."""
    for rule, i, block, path in _blocks(policy):
        pods = context.inside(block) - context.on_hosts
        if block.cidr.prefixlen <= EVERYWHERE or not pods:
            continue
        probes = by_rule(context, policy, rule, pods)
        variant = context.instead(policy, parts.with_peer(policy, rule, i))
        if witness := difference(context, probes, variant, "without this ipBlock", CLOSES):
            message = (
                f"{block.cidr} covers the addresses of {some(pods)}. A pod gets a new address "
                "when it is replaced, and some plugins never match pods by address."
            )
            hint = (
                "choose pods with podSelector and namespaceSelector; if the outside is meant, "
                "except the pods' range"
            )
            yield context.finding("NP401", policy, message, hint, path, witness)


_REWRITTEN: tuple[Turn, ...] = ((None, True), (False, True), (False, None))


def service_in_block(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP402: whether a rule ever sees the address of a Service is left open (SEM-53)."""
    for rule, i, block, path in _blocks(policy):
        if rule.direction is Direction.INGRESS or block.cidr.prefixlen <= EVERYWHERE:
            continue
        services = ((s, a) for s in context.cluster.services for a in s.addresses)
        inside = ((service, address) for service, address in services if covers(block, address))
        for service, address in islice(inside, MOST_ENDS):
            if service.selector is None:
                yield from _without_selector(context, policy, rule, i, service)
                continue
            named = Peer(service.selector, only_namespace(service.namespace))
            ports = _ports_behind(context, service, rule)
            if not ports:
                continue
            pods = replace(rule, peers=(named,), ports=ports if rule.ports else ())
            variant = context.instead(policy, parts.with_rule(policy, rule, rule, pods))
            probes = _asking(context, policy, service, address)
            spelt = some(ports, len(ports))
            change = f"with a rule for its pods{' and ' + spelt if pods.ports else ''}"
            if witness := difference(context, probes, variant, change, *_REWRITTEN):
                message = (
                    f"{address} is an address of Service {service}, which is rewritten to the "
                    "address of a pod; most plugins do so before they apply policies."
                )
                hint = f"choose the pods behind the Service with selectors, and their port: {spelt}"
                yield context.finding("NP402", policy, message, hint, path, witness)
                break


def _ports_behind(context: Context, service: Service, rule: Rule) -> tuple[PolicyPort, ...]:
    """Return where the ports of a Service lead that a rule lets somebody ask for (SEM-53)."""
    asked, found = context.ports_to(rule, None), []
    for port, pod in product(service.ports, context.behind(service)):
        number = target_port(port, pod)
        if number and ((port.protocol, port.port) in asked or (port.protocol, number) in asked):
            found.append(PolicyPort(port.protocol, number))
    return tuple(dict.fromkeys(found))


def _without_selector(
    context: Context, policy: Policy, rule: Rule, i: int, service: Service
) -> Iterator[Finding]:
    """Yield a finding if a block is the very address of a Service whose ends nobody selects."""
    block = rule.peers[i].ip_block
    assert block is not None
    if block.cidr.num_addresses > 1:
        return
    address = block.cidr.network_address
    probes, change = [*_asking(context, policy, service, address)], "without this ipBlock"
    variant = context.instead(policy, parts.with_peer(policy, rule, i))
    if service.endpoints is None:  # nobody knows where it leads, so think of a place
        if _may_reach_ends(context, policy, service):
            return
        place = context.strangers[address.version]
        known, variant = (_leading_to(place, service, c) for c in (context.cluster, variant))
        asked = context.assumptions
        probes = [probe for probe in probes if evaluate(known, *probe, asked).allowed is not False]
        change += f", if {place} is its endpoint"
    if witness := difference(context, probes, variant, change, (None, False), CLOSES):
        message = (
            f"{address} is the address of Service {service}, which has no selector: it is "
            "rewritten to that of an endpoint. Most plugins do so before they apply policies; then "
            "this block admits nothing."
        )
        path = f"{parts.peer_path(rule, i)}.ipBlock"
        yield context.finding("NP402", policy, message, _instead_of(service), path, witness)


def _leading_to(place: Address, service: Service, cluster: Cluster) -> Cluster:
    """Return a cluster where a Service leads to one place, at the ports that it wants there."""
    numbers = [(port, port.target) for port in service.ports if isinstance(port.target, int)]
    ports = tuple(EndpointPort(port.name, number, port.protocol) for port, number in numbers)
    known = replace(service, endpoints=(ServiceEndpoint(place, ports),))
    return replace(cluster, services=tuple(known if s is service else s for s in cluster.services))


def _instead_of(service: Service) -> str:
    """Return what to write instead of the address of a Service without selector."""
    listed = service.endpoints or ()
    where = some(dict.fromkeys(str(end.address) for end in listed if end.address))
    targets = dict.fromkeys(f"{port.protocol} {port.target}" for port in service.ports)
    if listed:
        targets = dict.fromkeys(f"{p.protocol} {p.port}" for end in listed for p in end.ports)
    found = where or "kubectl get endpointslices"
    return f"write the addresses of its endpoints ({found}), and {some(targets)}"


def _may_reach_ends(context: Context, policy: Policy, service: Service) -> bool:
    """Say whether a policy admits addresses other than those of Services where one may lead."""
    ends = [(port.protocol, port.target) for port in service.ports if isinstance(port.target, int)]
    for rule in policy.rules(Direction.EGRESS):
        blocks = context.peers(policy, *rule.peers).blocks
        others = {block.cidr.network_address for block in blocks} - context.service_addresses
        ports = context.ports_to(rule, None)
        if (others or not rule.peers) and any(end in ports for end in ends):
            return True
    return False


def _asking(context: Context, policy: Policy, service: Service, at: Address) -> Iterator[Probe]:
    for pod in context.subjects(policy):
        for port in service.ports:
            yield Probe(str(pod), str(at), port.port, port.protocol)


def other_family(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP403: a block matches only addresses of its own family (SEM-46)."""
    families = context.families(context.subjects(policy))
    for rule, _, block, path in _blocks(policy):
        versions = {p.ip_block.cidr.version for p in rule.peers if p.ip_block is not None}
        if families and not versions & families:
            had = " and ".join(f"IPv{version}" for version in sorted(families))
            message = (
                f"{block.cidr} is IPv{block.cidr.version}, and all pods that the policy selects "
                f"have {had} addresses only: none of their connections can match the block."
            )
            yield context.finding("NP403", policy, message, f"write an {had} block", path)


# ---------------------------------------------------------------- exceptions that leak


def leaking_except(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP404: an except only narrows its own block; any other rule may let the range in (SEM-45)."""
    for rule, i, block, path in _blocks(policy):
        leaks: dict[str, list[tuple[int, Witness]]] = {}
        for k, hole in enumerate(block.excepts):
            if found := _leak(context, policy, rule, i, hole):
                leaks.setdefault(found[0], []).append((k, found[1]))
        for other, alike in leaks.items():
            holes, ((k, witness), *more) = [block.excepts[k] for k, _ in alike], alike
            message = (
                f"{' and '.join(map(str, holes))} {'are' if more else 'is'} excepted here and "
                f"admitted by {other}. An except is no ban: it only makes its own block smaller, "
                "and rules add up."
            )
            hint = (
                f"except the {'ranges' if more else 'range'} there as well, or remove the except "
                "here"
            )
            where = f"{path}.except[{k}]"
            yield context.finding("NP404", policy, message, hint, where, witness)


def _leak(
    context: Context, policy: Policy, rule: Rule, i: int, hole: Network
) -> tuple[str, Witness] | None:
    """Return what else lets in an address of an excepted range, with the proof.

    A rule for some of the ports alone is there on purpose: the rest of the range stays shut. Of an
    empty rule beside others NP505 tells.
    """
    subjects = context.subjects(policy)
    for other, their in context.rules_for(rule.direction, subjects):
        shared = context.subjects(other) & subjects
        is_told = other is policy and parts.is_empty(their)
        if is_told or not _on_all_ports(context, policy, rule, their, shared):
            continue
        for j, address in () if is_for_dns(their.ports) else _openings(their, hole):
            if (their is rule and j == i) or context.cluster.owner(address) is not None:
                continue
            probes = between(context, rule.direction, shared, [address], rule, their)
            same = f"item {j + 1} of the same list"
            what = same if their is rule else rule_of(other, their, policy)
            variant = context.instead(other, parts.with_peer(other, their, j))
            if witness := difference(context, probes, variant, f"without {what}", CLOSES):
                return what, witness
    return None


def _on_all_ports(
    context: Context, policy: Policy, rule: Rule, their: Rule, subjects: PodSet
) -> bool:
    """Say whether a rule has all ports of another: all that pods declare, where it is for them."""
    if covered_ports(context, policy, rule.ports, their.ports):
        return True
    if rule.direction is Direction.EGRESS or not all(
        pod.ports and pod.all_declare for pod in subjects
    ):
        return False
    declared = [(pod, (port.protocol, port.port)) for pod in subjects for port in pod.ports]
    heard = [(pod, port) for pod, port in declared if port in context.ports_to(rule, pod)]
    return bool(heard) and all(port in context.ports_to(their, pod) for pod, port in heard)


def _openings(rule: Rule, hole: Network) -> Iterator[tuple[int, Address]]:
    """Yield which peers of a rule admit an address of a range; the first where it has none at all.

    A smaller block inside the range is taken for a deliberate hole in it.
    """
    inside = hole.network_address + (1 if hole.num_addresses > 2 else 0)
    if inside.is_loopback:  # it never leaves a pod
        return
    if not rule.peers:
        yield 0, inside
    for j, peer in enumerate(rule.peers):
        block = peer.ip_block
        if block is not None and block.cidr.prefixlen <= hole.prefixlen and covers(block, inside):
            yield j, inside


OF_POLICIES = (pods_in_block, service_in_block, other_family, leaking_except)
