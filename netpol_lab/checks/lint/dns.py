"""NP304 to NP306: egress that is restricted, and names that cannot be looked up."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product

from netpol_lab.checks.lint.context import Context, names_in
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.probes import admitted, between, with_strangers
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import holds, matches, only_namespace
from netpol_lab.engine.service_targets import target_port
from netpol_lab.errors import some
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction, Peer, Pod, Policy, PolicyPort, Rule
from netpol_lab.model.ports import PortSet, Protocol
from netpol_lab.model.selectors import NAME_LABEL, Operator
from netpol_lab.model.services import Service

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS
TCP, UDP = Protocol.TCP, Protocol.UDP
DNS_PORT = 53
SYSTEM = "kube-system"  # where name servers run in most clusters
OPENSHIFT = "openshift-"  # how the names of its own namespaces begin
HOMES = {SYSTEM, "openshift-dns"}
DNS_LABELS = {"kube-dns", "coredns", "node-local-dns"}  # as k8s-app
_MOST_TOLD = 6  # policies of which the same is said
NODE_CACHE = Endpoint(address=parse_address("169.254.20.10"))  # of NodeLocal DNSCache


def is_for_dns(ports: Sequence[PolicyPort]) -> bool:
    """Say whether ports are only those of name servers."""
    return bool(ports) and all(port.port in (53, 5353) or "dns" in str(port.port) for port in ports)


def _has_port_for_dns(rule: Rule) -> bool:
    return any(is_for_dns([port]) for port in rule.ports)


@dataclass(frozen=True, slots=True)
class _NameServers:
    """Where pods ask for names.

    Parameters
    ----------
    pods : PodSet
        Empty where the manifests lack them.
    home : str
        The namespace where they usually are.
    port : int
        The port at which they listen.
    ends : tuple
        Who answers, each with its port: the pods, and addresses such as that of a Service.
    """

    pods: PodSet
    home: str
    port: int
    ends: tuple[tuple[Endpoint, int], ...]

    def reached_by(self, context: Context, policy: Policy, rule: Rule, protocol: Protocol) -> bool:
        """Say whether an egress rule admits the look-up of names."""
        if not self.pods:
            return self._may_be_reached_by(context, policy, rule, protocol)
        assumed = replace(context.assumptions, unknown_addresses_in_blocks=True)
        flows = (Flow(Endpoint(), end, port, protocol) for end, port in self.ends)
        if any(context.resolution.admits(policy, rule, flow, assumed) for flow in flows):
            return True
        cached = any(p.ip_block and p.ip_block.cidr.is_link_local for p in rule.peers)
        to_cache = Flow(Endpoint(), NODE_CACHE, DNS_PORT, protocol)
        return cached and context.resolution.admits(policy, rule, to_cache, assumed)

    def _may_be_reached_by(
        self, context: Context, policy: Policy, rule: Rule, protocol: Protocol
    ) -> bool:
        """Say whether a rule admits name servers that the manifests do not show."""
        if any(is_for_dns([port]) and port.protocol == protocol for port in rule.ports):
            return not rule.peers or any(not _elsewhere(context, policy, p) for p in rule.peers)
        reaches = not rule.peers or any(_may_serve_names(context, peer) for peer in rule.peers)
        return reaches and (protocol, self.port) in context.ports_to(rule, None)

    def ports(self, *protocols: Protocol) -> tuple[PolicyPort, ...]:
        """Return the entries of a rule that open their port over some protocols."""
        return tuple(PolicyPort(protocol, self.port) for protocol in protocols)


def _elsewhere(context: Context, policy: Policy, peer: Peer) -> str:
    """Return whom a peer matches that can be no name server, in words; nothing if one can be."""
    chosen = peer.namespace_selector
    if peer.ip_block is not None or any(map(_serves_names, context.peers(policy, peer).pods)):
        return ""
    if chosen is None:
        home = policy.namespace
        return "" if home in HOMES else f"pods of namespace {home}, where no name server runs"
    for wanted in context.misnamed(chosen):
        if wanted.operator is Operator.IN and not HOMES.isdisjoint(wanted.values):
            return f"namespaces with {wanted}, which no namespace has by itself"
    if own := _label_of_ones_own(context, policy, peer):
        return (
            f"pods with {own}, a label of the pods of namespace {policy.namespace} and hardly of "
            "name servers (commonLabels of Kustomize adds its labels to every selector)"
        )
    names = names_in(chosen)
    if names and HOMES.isdisjoint(names) and all(map(context.pods_of, names)):
        return f"pods of namespace {some(sorted(names))}, where no name server runs"
    return ""


def _label_of_ones_own(context: Context, policy: Policy, peer: Peer) -> str:
    """Return what a peer for name servers asks for besides that only a policy's own pods have."""
    asked = peer.pod_selector.requirements if peer.pod_selector else ()
    others = [wanted for wanted in asked if DNS_LABELS.isdisjoint(wanted.values)]
    if len(others) == len(asked) or policy.namespace in HOMES:
        return ""
    worn = (
        wanted
        for wanted in others
        if wanted.operator is Operator.IN
        and any(holds(wanted, pod.labels) for pod in context.pods_of(policy.namespace))
    )
    return str(next(worn, ""))


def _serves_names(pod: Pod) -> bool:
    """Say whether a pod may be a name server, by its label or a port that it declares."""
    declared = (PolicyPort(port.protocol, port.name or port.port) for port in pod.ports)
    return pod.labels.get("k8s-app") in DNS_LABELS or any(is_for_dns([port]) for port in declared)


def _may_serve_names(context: Context, peer: Peer) -> bool:
    if peer.namespace_selector is None:
        return peer.ip_block is not None
    alone = peer.pod_selector is None or not peer.pod_selector.requirements
    return alone and any(matches(peer.namespace_selector, context.labels_of(n)) for n in HOMES)


def _name_servers(context: Context) -> _NameServers:
    """Return the pods that serve the cluster's names, by their Service or by their label."""
    addresses: list[Endpoint] = []
    labelled = (pod for pod in context.everyone if pod.labels.get("k8s-app") in DNS_LABELS)
    pods = context.set_of(labelled)
    home, port = (SYSTEM, DNS_PORT) if pods or not _is_openshift(context) else _OF_OPENSHIFT
    for service, offered in context.offers.get((DNS_PORT, UDP), ()):
        if not _is_of_cluster(context, service):
            continue
        addresses += (Endpoint(address=address) for address in service.addresses)
        ports = [target_port(offered, pod) for pod in context.behind(service)]
        if ports and ports[0] is not None:
            pods, port = context.behind(service), ports[0]
            break
    at_pods = ((Endpoint(pod, next(iter(pod.known_addresses), None)), port) for pod in pods)
    others = ((end, DNS_PORT) for end in addresses)
    return _NameServers(pods, home, port, (*at_pods, *others))


_OF_OPENSHIFT = ("openshift-dns", 5353)


def _is_openshift(context: Context) -> bool:
    """Say whether the manifests speak of namespaces that only OpenShift has."""
    peers = (peer for p in context.cluster.policies for _, _, peer in parts.listed_peers(p))
    chosen = (names_in(peer.namespace_selector) for peer in peers if peer.namespace_selector)
    names = chain(context.cluster.namespaces, chain.from_iterable(chosen))
    return any(name.startswith(OPENSHIFT) for name in names)


def _is_of_cluster(context: Context, service: Service) -> bool:
    """Say whether a Service with port 53 is what pods ask, and not one more server of names.

    A Consul or a Pi-hole among the manifests answers those who are told of it.
    """
    behind = context.behind(service)
    named = service.name in DNS_LABELS or service.namespace in HOMES
    return named or any(pod.labels.get("k8s-app") in DNS_LABELS for pod in behind)


def no_names(context: Context) -> Iterator[Finding]:
    """NP304 to NP306: egress rules for something, and none for looking it up (SEM-61).

    That TCP is missing is told once: whoever writes rules for names that way does so everywhere.
    """
    servers = _name_servers(context)
    found = [*_unable(context, servers)]
    yield from (finding for finding in found if finding.code != "NP306")
    yield from _once([finding for finding in found if finding.code == "NP306"])


def _once(alike: list[Finding]) -> Iterator[Finding]:
    """Yield the first of some findings, with the policies that the others are about."""
    first, others = alike[:1], [finding.policy for finding in alike[1:]]
    more = f" The same goes for {some(others, _MOST_TOLD)}." if others else ""
    yield from (replace(finding, message=finding.message + more) for finding in first)


def _unable(context: Context, servers: _NameServers) -> Iterator[Finding]:
    """Yield what keeps pods from looking up names, each pod once."""
    for policies in context.policies_of.values():
        # A ban on everything, without a rule, needs no names.
        listing = [p for p in policies if EGRESS in p.policy_types and p.rules(EGRESS)]
        named = [p for p in listing if not _is_for_api_server(context, p)]
        udp, tcp = (
            context.selected_by(p for p in listing if _reaching(context, servers, p, protocol))
            for protocol in (UDP, TCP)
        )
        neither = context.everyone - udp - tcp
        lacking = {"NP304": neither, "NP305": tcp - udp, "NP306": udp - tcp}
        told = servers.pods | context.on_hosts  # and each of the others once
        # A rule for names that has the wrong peers is the cause, whichever policies lack one.
        named.sort(key=lambda policy: _astray(servers, policy) is None)
        for policy, (code, pods) in product(named, lacking.items()):
            left = (context.subjects(policy) & pods) - told
            if left and code == "NP304":
                yield _without_names(context, servers, policy, left)
            elif left and (rule := _half_open(context, servers, policy, code)):
                yield _with_half(code, context, servers, policy, rule, left)
            else:
                continue
            told = told | left


_API_SERVER = re.compile("api-?server|(kube|kubernetes|k8s)-?api")
_API_PORTS = {443, 6443}


def _is_for_api_server(context: Context, policy: Policy) -> bool:
    """Say whether all egress rules are for the API server, whose address each container is given.

    Port 443 alone is that of the web, unless the policy is named otherwise.
    """
    rules = policy.rules(EGRESS)
    asked = {port.port for rule in rules for port in rule.ports}
    if not all(rule.ports for rule in rules) or not asked <= _API_PORTS:
        return False
    known = asked == {6443} or _API_SERVER.search(policy.name)
    peers = [peer for rule in rules for peer in rule.peers]
    return bool(known) and not (peers and context.peers(policy, *peers).pods)


def _reaching(
    context: Context, servers: _NameServers, policy: Policy, protocol: Protocol
) -> list[Rule]:
    """Return the egress rules of a policy that admit the look-up of names over a protocol."""
    rules = policy.rules(EGRESS)
    return [rule for rule in rules if servers.reached_by(context, policy, rule, protocol)]


_LOOKUPS_FAIL = "looking up a name fails, and with it every connection by name."


def _without_names(
    context: Context, servers: _NameServers, policy: Policy, pods: PodSet
) -> Finding:
    """NP304: names cannot be looked up, perhaps as the rule for it has the wrong peers."""
    both = servers.ports(UDP, TCP)
    homes = dict.fromkeys(pod.namespace for pod in servers.pods)
    peers = tuple(Peer(namespace_selector=only_namespace(name)) for name in homes)
    astray = _astray(servers, policy)
    if astray is None:
        path, (meant, _) = "spec.egress", parts.with_one_more(policy, EGRESS, peers, both)
        said = f"its pods may open some connections, but none to a name server: {_LOOKUPS_FAIL}"
        ports = f"UDP and TCP {servers.port}"
        hint = f"add an egress rule for {ports}, {_to_servers(servers, homes)}"
    else:
        path, whom = parts.path_of_peers(astray), _whom(context, policy, astray)
        others = () if not peers else (*astray.peers, *peers)
        meant = parts.with_rule(policy, astray, replace(astray, peers=others))
        said = f"rule {astray.number} opens port {servers.port} only to {whom}: {_LOOKUPS_FAIL}"
        added = f"add {_in_namespaces(homes or [servers.home])} to the list"
        hint = added if homes else f"{added}, or leave to out"
    variant = context.instead(policy, meant)
    asked = Rule(EGRESS, 0, ports=servers.ports(UDP))
    if servers.pods:
        probes = between(context, EGRESS, pods, servers.pods, asked)
    else:
        probes = with_strangers(context, EGRESS, pods, asked)
    change = f"with {'this rule' if astray else 'such a rule'}{'' if homes else ' without to'}"
    witness = difference(context, probes, variant, change, OPENS)
    return context.finding("NP304", policy, said, hint, path, witness)


def _astray(servers: _NameServers, policy: Policy) -> Rule | None:
    """Return a rule for the look-up of names that lists whom it is for."""
    (over_udp,) = servers.ports(UDP)
    return next((r for r in policy.rules(EGRESS) if r.peers and over_udp in r.ports), None)


def _whom(context: Context, policy: Policy, rule: Rule) -> str:
    """Return whom the peers of a rule match instead of name servers, in words."""
    found = (_elsewhere(context, policy, peer) for peer in rule.peers)
    return next(filter(None, found), "others than the name servers")


def _in_namespaces(homes: Iterable[str]) -> str:
    """Return peers for all pods of the name servers' namespaces, as they are written."""
    written = (f"{{namespaceSelector: {{matchLabels: {{{NAME_LABEL}: {n}}}}}}}" for n in homes)
    return " and ".join(written)


def _to_servers(servers: _NameServers, homes: Collection[str]) -> str:
    """Return how a rule says that it is for the name servers."""
    said = f"with to: [{_in_namespaces(homes or [servers.home])}]"
    return said + ("" if homes else ", or without to")


_MESSAGES = {
    "NP305": "port 53 is open for TCP only, which is what a port without protocol means; names "
    "are looked up over UDP first.",
    "NP306": "port 53 is open for UDP only; long answers are asked for again over TCP.",
}


def _half_open(context: Context, servers: _NameServers, policy: Policy, code: str) -> Rule | None:
    """Return a rule with a port for names that lets them be looked up over one protocol."""
    there = TCP if code == "NP305" else UDP
    return next(filter(_has_port_for_dns, _reaching(context, servers, policy, there)), None)


def _with_half(
    code: str, context: Context, servers: _NameServers, policy: Policy, rule: Rule, pods: PodSet
) -> Finding:
    """NP305 and NP306: a rule lets names be looked up over one protocol and not the other."""
    (added,) = servers.ports(UDP if code == "NP305" else TCP)
    more = parts.with_rule(policy, rule, replace(rule, ports=(*rule.ports, added)))
    peers = context.peers(policy, *rule.peers)
    asked = replace(rule, ports=(added,))
    if servers.pods and (peers.anyone or servers.pods & peers.pods):
        probes = between(context, EGRESS, pods, servers.pods, asked)
    else:
        probes = admitted(context, policy, asked)
    variant, change = context.instead(policy, more), f"with {added} in the rule"
    witness = difference(context, probes, variant, change, OPENS)
    return context.finding(code, policy, _MESSAGES[code], _add_port(added), rule.path, witness)


def _add_port(port: PolicyPort) -> str:
    return f"add {{protocol: {port.protocol}, port: {port.port}}}"


# ---------------------------------------------------------------- the name servers' own policies


def half_open_servers(context: Context) -> Iterator[Finding]:
    """NP305 and NP306: ingress rules that let name servers be asked over one protocol alone."""
    servers = _name_servers(context)
    names = set(map(str, servers.pods))
    for namespace in dict.fromkeys(pod.namespace for pod in servers.pods):
        policies = [p for p in context.policies_of.get(namespace, ()) if INGRESS in p.policy_types]
        asked = [p for p in policies if context.subjects(p) & servers.pods]
        rules = [rule for policy in asked for rule in policy.rules(INGRESS)]
        for policy in asked:
            pod = next(iter(context.subjects(policy) & servers.pods))
            spoken_of = PortSet.union(*(context.ports_to(rule, pod) for rule in rules))
            lacking = [each for each in (UDP, TCP) if (each, servers.port) not in spoken_of]
            first = next(filter(_has_port_for_dns, policy.rules(INGRESS)), None)
            if len(lacking) != 1 or first is None:
                continue
            added = PolicyPort(lacking[0], servers.port)
            more = parts.with_rule(policy, first, replace(first, ports=(*first.ports, added)))
            flows = admitted(context, policy, replace(first, ports=(added,)))
            probes = (probe for probe in flows if probe.destination in names)
            variant = context.instead(policy, more)
            if witness := difference(context, probes, variant, f"with {added} in the rule", OPENS):
                code = "NP305" if added.protocol is UDP else "NP306"
                yield context.finding(
                    code, policy, _MESSAGES[code], _add_port(added), first.path, witness
                )


OF_CLUSTERS = (no_names, half_open_servers)
