"""NP4xx: ipBlocks, which are meant for addresses outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from netpol_lab.checks.lint.context import Probe, Survey
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.findings import Suspicion, some
from netpol_lab.checks.lint.probes import MOST_ENDS, between, by_rule
from netpol_lab.checks.lint.witnesses import CLOSES, Witness, difference
from netpol_lab.engine.semantics import covers, only_namespace
from netpol_lab.model.addresses import Address, Network
from netpol_lab.model.objects import Direction, IPBlock, Peer, Policy, Rule, Service
from netpol_lab.model.policy_parts import listed_peers, peer_path, with_peer, with_rule

EVERYWHERE = 1  # a prefix so short means the whole world, pods and all


def _blocks(policy: Policy) -> Iterator[tuple[Rule, int, IPBlock]]:
    for rule, i, peer in listed_peers(policy):
        if peer.ip_block is not None:
            yield rule, i, peer.ip_block


# ---------------------------------------------------------------- addresses of the cluster


def pods_in_block(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP401: pod addresses change, and plugins differ on whether blocks see pods (SEM-47)."""
    for rule, i, block in _blocks(policy):
        if block.cidr.prefixlen <= EVERYWHERE:
            continue
        pods = survey.inside(block) - survey.on_hosts
        if not pods:
            continue
        probes = by_rule(survey, policy, rule, pods)
        variant = survey.instead(policy, with_peer(policy, rule, i))
        witness = difference(survey, probes, variant, "without this ipBlock", CLOSES)
        if witness is not None:
            message = (
                f"{block.cidr} covers the addresses of {some(pods)}. A pod gets a new address "
                "when it is replaced, and some plugins never match pods by address."
            )
            hint = (
                "choose pods with podSelector and namespaceSelector; if the outside is meant, "
                "except the pods' range"
            )
            yield Suspicion(
                "NP401", policy, message, hint, f"{peer_path(rule, i)}.ipBlock", witness
            )


def service_in_block(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP402: whether a rule ever sees the address of a Service is left open (SEM-53)."""
    for rule, i, block in _blocks(policy):
        if rule.direction is Direction.INGRESS or block.cidr.prefixlen <= EVERYWHERE:
            continue
        for service, address in islice(survey.in_block(block), MOST_ENDS):
            if service.selector is None:
                yield from _without_selector(survey, policy, rule, i, service)
                continue
            named = Peer(service.selector, only_namespace(service.namespace))
            right = with_peer(policy, rule, i, rule.peers[i], named)
            probes = _to_service(survey, policy, service, address)
            change = "with a selector for its pods in the rule"
            variant = survey.instead(policy, right)
            witness = difference(survey, probes, variant, change, (None, True), (False, True))
            if witness is not None:
                message = (
                    f"{address} is an address of Service {service}, which is rewritten to the "
                    "address of a pod; most plugins do so before they apply policies."
                )
                hint = "choose the pods behind the Service with selectors, and their port"
                path = f"{peer_path(rule, i)}.ipBlock"
                yield Suspicion("NP402", policy, message, hint, path, witness)
                break


def _without_selector(
    survey: Survey, policy: Policy, rule: Rule, i: int, service: Service
) -> Iterator[Suspicion]:
    """Yield a suspicion if a block is the very address of a Service whose ends nobody selects."""
    block = rule.peers[i].ip_block
    assert block is not None
    if block.cidr.num_addresses > 1 or _may_reach_ends(survey, policy, service):
        return
    address = block.cidr.network_address
    probes = _to_service(survey, policy, service, address)
    variant = survey.instead(policy, with_peer(policy, rule, i))
    if witness := difference(survey, probes, variant, "without this ipBlock", CLOSES):
        message = (
            f"{address} is the address of Service {service}, which has no selector: it is "
            "rewritten to that of an endpoint. Most plugins do so before they apply policies; then "
            "this block admits nothing."
        )
        targets = some(dict.fromkeys(f"{port.protocol} {port.target}" for port in service.ports))
        hint = f"write the addresses of its endpoints (kubectl get endpointslices), and {targets}"
        path = f"{peer_path(rule, i)}.ipBlock"
        yield Suspicion("NP402", policy, message, hint, path, witness)


def _may_reach_ends(survey: Survey, policy: Policy, service: Service) -> bool:
    """Say whether a policy admits other addresses where a Service may lead."""
    return any(
        _means_others(survey, rule) and (port.protocol, port.target) in survey.ports_to(rule, None)
        for rule in policy.rules(Direction.EGRESS)
        for port in service.ports
        if isinstance(port.target, int)
    )


def _means_others(survey: Survey, rule: Rule) -> bool:
    """Say whether a rule means addresses other than those of Services."""
    blocks = (peer.ip_block for peer in rule.peers if peer.ip_block is not None)
    firsts = (block.cidr.network_address for block in blocks)
    return not rule.peers or any(first not in survey.service_addresses for first in firsts)


def _to_service(
    survey: Survey, policy: Policy, service: Service, address: Address
) -> Iterator[Probe]:
    for pod in survey.subjects(policy):
        for port in service.ports:
            yield Probe(str(pod), str(address), port.port, port.protocol)


def other_family(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP403: a block matches only addresses of its own family (SEM-46)."""
    for rule, i, block in _blocks(policy):
        families = survey.families(survey.subjects(policy))
        versions = {p.ip_block.cidr.version for p in rule.peers if p.ip_block is not None}
        if families and not versions & families:
            had = " and ".join(f"IPv{version}" for version in sorted(families))
            message = (
                f"{block.cidr} is IPv{block.cidr.version}, and all pods that the policy selects "
                f"have {had} addresses only: none of their connections can match the block."
            )
            hint = f"write an {had} block"
            yield Suspicion("NP403", policy, message, hint, f"{peer_path(rule, i)}.ipBlock")


# ---------------------------------------------------------------- exceptions that leak


def leaking_except(survey: Survey, policy: Policy) -> Iterator[Suspicion]:
    """NP404: an except only narrows its own block; any other rule may let the range in (SEM-45)."""
    for rule, i, block in _blocks(policy):
        for k, hole in enumerate(block.excepts):
            found = _leak(survey, policy, rule, i, hole)
            if found is not None:
                other, witness = found
                message = (
                    f"{hole} is excepted here and admitted by {other}. An except is no ban: it "
                    "only makes its own block smaller, and rules add up."
                )
                hint = "except the range there as well, or remove the except here"
                path = f"{peer_path(rule, i)}.ipBlock.except[{k}]"
                yield Suspicion("NP404", policy, message, hint, path, witness)


def _leak(
    survey: Survey, policy: Policy, rule: Rule, i: int, hole: Network
) -> tuple[str, Witness] | None:
    """Return what else lets in an address of an excepted range, with the proof."""
    subjects = survey.subjects(policy)
    for other in survey.policies_of[policy.namespace]:
        shared = survey.subjects(other) & subjects
        for their in other.rules(rule.direction) if rule.direction in other.policy_types else ():
            if not shared or is_for_dns(their.ports):
                continue
            for j, address in _openings(their, hole):
                if (their is rule and j == i) or survey.cluster.owner(address) is not None:
                    continue
                closed = with_rule(other, their) if j is None else with_peer(other, their, j)
                probes = between(survey, rule.direction, shared, [address], rule, their)
                what = _title(policy, rule, other, their, j)
                variant = survey.instead(other, closed)
                if witness := difference(survey, probes, variant, f"without {what}", CLOSES):
                    return what, witness
    return None


def _openings(rule: Rule, hole: Network) -> Iterator[tuple[int | None, Address]]:
    """Yield which items of a rule admit an address of a range; None where the rule has no items.

    A smaller block inside the range is taken for a deliberate hole in it.
    """
    inside = hole.network_address + (1 if hole.num_addresses > 2 else 0)
    if inside.is_loopback:  # it never leaves a pod
        return
    if not rule.peers:
        yield None, inside
    for j, peer in enumerate(rule.peers):
        block = peer.ip_block
        if block is None or block.cidr.prefixlen > hole.prefixlen:
            continue
        if covers(block, inside):
            yield j, inside


def _title(policy: Policy, rule: Rule, other: Policy, their: Rule, j: int | None) -> str:
    if other is not policy:
        return f"rule {their.number} of {other}"
    if their is not rule:
        return f"rule {their.number}"
    return f"item {(j or 0) + 1} of the same list"


OF_POLICIES = (pods_in_block, service_in_block, other_family, leaking_except)
