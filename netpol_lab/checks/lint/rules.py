"""NP301 to NP303, NP308, NP312 and NP315: rules and their ports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice, pairwise

from netpol_lab.checks.lint.api_server import is_called
from netpol_lab.checks.lint.comments import are_explained
from netpol_lab.checks.lint.context import Context, Probe
from netpol_lab.checks.lint.coverage import covered_ports
from netpol_lab.checks.lint.dns import is_for_dns
from netpol_lab.checks.lint.findings import Finding, Witness
from netpol_lab.checks.lint.probes import MOST_ENDS, admitted, arriving_at, between, with_strangers
from netpol_lab.checks.lint.witnesses import CLOSES, OPENS, difference, stands
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import ports_at
from netpol_lab.engine.service_targets import target_port
from netpol_lab.errors import resembles, some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import ContainerPort, Direction, Peer, Policy, PolicyPort, Rule
from netpol_lab.model.selectors import Selector
from netpol_lab.model.services import Service

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS

# ---------------------------------------------------------------- dashes


def stray_dash(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP301: peers in one rule and ports in the next, which are alternatives (SEM-14)."""
    subjects = context.subjects(policy)
    for direction in policy.policy_types:
        for first, second in pairwise(policy.rules(direction)):
            split = _split(first, second)
            if _joins_no_lists(context, policy, first, second):
                continue
            if split is None or (direction is EGRESS and is_for_dns(split[1].ports)):
                continue
            peers, ports = split
            if direction is INGRESS and is_called(context, subjects, ports.ports):
                continue  # the API server is matched by no selector
            both = replace(peers, ports=ports.ports)
            joined = parts.with_rule(parts.with_rule(policy, second), first, both)
            probes = chain(
                with_strangers(context, direction, subjects, ports),
                between(context, direction, subjects, context.everyone, ports),
                admitted(context, policy, peers),
            )
            variant = context.instead(policy, joined)
            change = "with peers and ports in one rule"
            witness = difference(context, probes, variant, change, CLOSES)
            meant = are_explained(context, policy, first, second)
            if stands(context, policy, witness) and not meant:
                name = parts.list_of_peers(peers.direction)
                message = (
                    f"rule {peers.number} has only {name} and rule {ports.number} only ports. "
                    f"Rules are alternatives: rule {peers.number} admits its peers on every port, "
                    f"rule {ports.number} everybody on {', '.join(map(str, ports.ports))}."
                )
                hint = f"remove this dash, so that one rule has both {name} and ports"
                yield context.finding("NP301", policy, message, hint, second.path, witness)


def _split(first: Rule, second: Rule) -> tuple[Rule, Rule] | None:
    """Return the rule with only peers and the one with only ports, if two rules are such."""
    for peers, ports in ((first, second), (second, first)):
        if _is_restricted(peers) and not peers.ports and ports.ports and not ports.peers:
            return peers, ports
    return None


def _joins_no_lists(context: Context, policy: Policy, *rules: Rule) -> bool:
    """Say whether rules have empty lists in so many words, so that they cannot become one."""
    lists = ((r, {parts.list_of_peers(r.direction): r.peers, "ports": r.ports}) for r in rules)
    empty = (f"{r.path}.{name}" for r, found in lists for name in found if not found[name])
    return any(context.cluster.place_of(policy, path) for path in empty)


def tells_apart(peer: Peer) -> bool:
    """Say whether a peer is more than all pods of one namespace, or of any."""
    selectors = parts.selectors_of(peer).values()
    return peer.ip_block is not None or any(selector.requirements for selector in selectors)


def _is_restricted(rule: Rule) -> bool:
    """Say whether a rule names peers, or everybody in the cluster on every port."""
    everybody = any(peer == Peer(namespace_selector=Selector()) for peer in rule.peers)
    return _names_peers(rule) or (everybody and rule.direction is INGRESS)


def _names_peers(rule: Rule) -> bool:
    return any(map(tells_apart, rule.peers))


def open_beside(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP308 and NP312: rules for ingress with ports alone, where others say from whom (SEM-12)."""
    rules = policy.rules(INGRESS) if INGRESS in policy.policy_types else ()
    pairs = (pair for pair in pairwise(rules) if not _joins_no_lists(context, policy, *pair))
    dashes = {id(rule) for pair in pairs for rule in _split(*pair) or ()}
    for rule in rules if any(map(_names_peers, rules)) else ():
        if rule.peers or not rule.ports or id(rule) in dashes:
            continue
        if is_called(context, context.subjects(policy), rule.ports):
            continue  # the API server is matched by no selector
        if voiding := _voiding(context, policy, rule):
            yield voiding
            continue
        variant = context.instead(policy, parts.with_rule(policy, rule))
        probes = with_strangers(context, rule.direction, context.subjects(policy), rule)
        if witness := difference(context, probes, variant, "without this rule", CLOSES):
            message = (
                f"this rule has {_its_from(context, policy, rule)}, so it admits everybody on its "
                "ports, even from outside the cluster; the other rules say who may connect."
            )
            hint = "add from, if not everybody is meant"
            yield context.finding("NP308", policy, message, hint, rule.path, witness)


def _its_from(context: Context, policy: Policy, rule: Rule) -> str:
    """Return what a rule without peers has, in words."""
    written = context.cluster.place_of(policy, parts.path_of_peers(rule))
    return "an empty from" if written else "no from"


def _voiding(context: Context, policy: Policy, rule: Rule) -> Finding | None:
    """NP312: a port for everybody, which other rules have for their own peers to no effect."""
    void: dict[int, tuple[Rule, list[PolicyPort]]] = {}
    for other in filter(_names_peers, policy.rules(INGRESS)):
        found = [p for p in other.ports if covered_ports(context, policy, (p,), rule.ports)]
        void |= {other.number: (other, found)} if found else {}
    shared = replace(rule, ports=tuple(chain.from_iterable(found for _, found in void.values())))
    variant = context.instead(policy, parts.with_rule(policy, rule))
    probes = with_strangers(context, INGRESS, context.subjects(policy), rule, shared)
    change = "without this rule"
    if not void or not (witness := difference(context, probes, variant, change, CLOSES)):
        return None
    ports = dict.fromkeys(shared.ports)
    others = " and rule ".join(map(str, void))
    message = (
        f"this rule has {_its_from(context, policy, rule)}, so it admits everybody on "
        f"{some(ports, len(ports))}, even from outside the cluster: the peers that rule {others} "
        "names for that make no difference."
    )
    less = " and ".join(_less(other, found) for other, found in void.values())
    hint = f"add from, if not everybody is meant; if everybody is, {less}"
    return context.finding("NP312", policy, message, hint, rule.path, witness)


def _less(rule: Rule, ports: list[PolicyPort]) -> str:
    """Return how to take ports out of a rule; without its last one it would mean every port."""
    if len(ports) == len(rule.ports):
        return f"remove rule {rule.number}"
    return f"take {some(ports, len(ports))} out of rule {rule.number}"


# ---------------------------------------------------------------- ports and their names


def destinations(context: Context, policy: Policy, rule: Rule) -> PodSet:
    """Return the pods at which the ports of a rule are looked for."""
    if rule.direction is EGRESS:
        return context.admitted_pods(policy, rule)
    return context.subjects(policy)


def service_port(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP302: policies see the port of the pod, not that of the Service before it (SEM-53)."""
    for rule, i, entry in parts.listed_ports(policy):
        if not isinstance(entry.port, int) or entry.end_port is not None:
            continue
        if rule.direction is EGRESS and not rule.peers and entry.port in (80, 443):
            continue  # the web, outside
        pods = destinations(context, policy, rule)
        service, number = translated(context, pods, entry)
        declared = [port for pod in pods for port in pod.ports]
        if not service or any(_is_at(port, entry, entry.port) for port in declared):
            continue
        behind = pods & context.behind(service)
        if witness := if_written(context, policy, rule, i, replace(entry, port=number), behind):
            message = (
                f"{entry.port} is the port of Service {service}; a connection arrives at its pods "
                f"on {number}, and policies see that port."
            )
            names = _names_of(pods, entry, number)
            hint = f"write port: {' or '.join([str(number), *names])}"
            yield context.finding("NP302", policy, message, hint, parts.port_path(rule, i), witness)


def _is_at(port: ContainerPort, entry: PolicyPort, number: int) -> bool:
    """Say whether a container port has a number, and the protocol of an entry."""
    return (port.port, port.protocol) == (number, entry.protocol)


def _names_of(pods: PodSet, entry: PolicyPort, number: int) -> list[str]:
    """Return the names that all pods have for a number."""
    first, *rest = (
        {p.name for p in pod.ports if _is_at(p, entry, number) and not p.in_init_container}
        for pod in pods
    )
    return sorted(first.intersection(*rest) - {""})


def translated(context: Context, pods: PodSet, entry: PolicyPort) -> tuple[Service | None, int]:
    """Return a Service whose port is asked for, and the other port that some of the pods have."""
    for service, offered in context.offers.get((entry.port, entry.protocol), ()):
        for pod in islice(context.behind(service) & pods, MOST_ENDS):
            number = target_port(offered, pod)
            if number is not None and number != entry.port:
                return service, number
    return None, 0


def unknown_name(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP303: a port name is looked up at each destination; without it nothing is admitted."""
    for rule, i, entry in parts.listed_ports(policy):
        if not isinstance(entry.port, str) or is_for_dns([entry]):
            continue
        pods = destinations(context, policy, rule)
        blocks = rule.direction is EGRESS and context.peers(policy, *rule.peers).blocks
        # Names in init containers count here, whatever the assumptions: plugins differ (SEM-56).
        if not (pods or blocks) or any(ports_at((entry,), pod.ports) for pod in pods):
            continue
        declared = [port for pod in islice(pods, MOST_ENDS) for port in pod.ports if port.name]
        meant = _name_meant(entry, declared, rule.ports)
        witness = if_written(context, policy, rule, i, meant) if meant else None
        message = (
            f"no destination of this rule has a {entry.protocol} port called {entry.port}"
            f"{'' if pods else ': addresses have no port names'}, so it admits nothing."
        )
        hint = _what_to_write(entry, meant, declared) if pods else "write the number of the port"
        yield context.finding("NP303", policy, message, hint, parts.port_path(rule, i), witness)


def name_in_init(context: Context, policy: Policy) -> Iterator[Finding]:
    """NP315: plugins differ on port names that init and sidecar containers declare (SEM-56)."""
    for rule, i, entry in parts.listed_ports(policy):
        if not isinstance(entry.port, str) or context.assumptions.init_port_names:
            continue
        pods = destinations(context, policy, rule)
        found = [port for pod in pods for port in pod.ports if ports_at((entry,), (port,))]
        if not found or not all(port.in_init_container for port in found):
            continue
        number = replace(entry, port=found[0].port)
        probes = admitted(context, policy, replace(rule, ports=(number,)))
        variant = context.instead(policy, parts.with_port(policy, rule, i, number))
        change = f"with {number} in the rule"
        if witness := difference(context, probes, variant, change, (None, True), OPENS):
            message = (
                f"only init or sidecar containers call a port {entry.port} there, and plugins "
                "differ on whether such a name counts."
            )
            hint = f"write port: {number.port}, which every plugin understands"
            yield context.finding("NP315", policy, message, hint, parts.port_path(rule, i), witness)


def _what_to_write(
    entry: PolicyPort, meant: PolicyPort | None, declared: list[ContainerPort]
) -> str:
    other = next((port for port in declared if port.name == entry.port), None)
    if meant and other and isinstance(meant.port, int):
        return (
            f"{entry.port} is {other.protocol} {other.port} there: write {{port: {meant.port}, "
            f"protocol: {meant.protocol}}}, or declare that at the pods under a name of its own"
        )
    if meant:
        return f"did you mean {meant}?"
    names = ", ".join(dict.fromkeys(f"{p.name} ({p.protocol} {p.port})" for p in declared))
    return (
        "declare this name at the pods, or write the number of the port; "
        f"their named ports: {names or 'none'}"
    )


def _name_meant(
    entry: PolicyPort, declared: list[ContainerPort], beside: tuple[PolicyPort, ...]
) -> PolicyPort | None:
    """Return the entry with the protocol, the number or the name of a port that pods do have.

    Nothing that the rule lists already: beside the name as it is declared, its number is meant.
    """
    for port in declared:
        if port.name == entry.port:
            right = replace(entry, protocol=port.protocol)
            meant = right if right not in beside else replace(entry, port=port.port)
            return meant if meant not in beside else None
    listed = {port.port for port in beside if port.protocol == entry.protocol}
    names = {port.name for port in declared if port.protocol == entry.protocol} - listed
    close = [name for name in sorted(names) if resembles(str(entry.port), name)]
    return replace(entry, port=close[0]) if close else None


def if_written(
    context: Context,
    policy: Policy,
    rule: Rule,
    i: int,
    meant: PolicyPort,
    at: PodSet | None = None,
) -> Witness | None:
    """Return a flow that another entry in the place of one would let through, at some pods."""
    open_to = replace(rule, ports=(meant,))
    found = (
        admitted(context, policy, open_to)
        if at is None
        else arriving_at(context, policy, open_to, at)
    )
    probes = list(found)
    variant = context.instead(policy, parts.with_port(policy, rule, i, meant))
    change = f"with {meant} in the rule"
    if witness := difference(context, probes, variant, change, OPENS):
        return witness
    both = _at_both_ends(context, variant, rule, i, meant, probes)
    return difference(context, probes, both, f"with {meant} in the rules of both ends", OPENS)


def _at_both_ends(
    context: Context, variant: Cluster, rule: Rule, i: int, meant: PolicyPort, probes: list[Probe]
) -> Cluster:
    """Return a variant where the policies of the other ends say the same instead of one entry."""
    ends = {end for probe in probes for end in (probe.source, probe.destination)}
    others = context.set_of(pod for pod in map(context.pod, ends) if pod is not None)
    direction, old = rule.direction.opposite, rule.ports[i]

    def rewritten(policy: Policy) -> Policy:
        rules = [
            replace(r, ports=tuple(meant if port == old else port for port in r.ports))
            for r in policy.rules(direction)
        ]
        is_there = rules and context.subjects(policy) & others
        return parts.with_rules(policy, direction, rules) if is_there else policy

    return variant.with_policies(map(rewritten, variant.policies))


OF_POLICIES = (stray_dash, open_beside, service_port, unknown_name, name_in_init)
