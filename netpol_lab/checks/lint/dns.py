"""NP304 to NP306: egress that is restricted, and names that cannot be looked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.probes import admitted, between, with_strangers
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.semantics import matches, only_namespace
from netpol_lab.engine.service_targets import target_port
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import NAME_LABEL, Direction, Peer, Policy, PolicyPort, Rule
from netpol_lab.model.ports import PortSet, Protocol

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS
TCP, UDP = Protocol.TCP, Protocol.UDP
DNS_PORT = 53
DNS_LABELS = {"kube-dns", "coredns", "node-local-dns"}  # as k8s-app
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
    port : int
        The port at which they listen.
    ends : tuple
        Who answers, each with its port: the pods, and addresses such as that of a Service.
    """

    pods: PodSet
    port: int
    ends: tuple[tuple[Endpoint, int], ...]

    def admitted_by(self, context: Context, policy: Policy, protocol: Protocol) -> bool:
        """Say whether some egress rule of a policy admits the look-up of names."""
        rules = policy.rules(EGRESS)
        if not self.pods:
            return any(_is_likely(context, rule, protocol) for rule in rules)
        assumed = replace(context.assumptions, unknown_addresses_in_blocks=True)
        admits = context.resolution.admits
        return any(
            admits(policy, rule, Flow(Endpoint(), end, port, protocol), assumed)
            for rule in rules
            for end, port in self.ends
        )


def _is_likely(context: Context, rule: Rule, protocol: Protocol) -> bool:
    """Say whether a rule admits name servers that the manifests do not show."""
    if any(is_for_dns([port]) and port.protocol == protocol for port in rule.ports):
        return True
    reaches = not rule.peers or any(_may_serve_names(context, peer) for peer in rule.peers)
    return reaches and (protocol, DNS_PORT) in context.ports_to(rule, None)


def _may_serve_names(context: Context, peer: Peer) -> bool:
    if peer.namespace_selector is None:
        return peer.ip_block is not None
    system = context.cluster.namespaces.get("kube-system")
    labels = {NAME_LABEL: "kube-system", **(system.labels if system else {})}
    alone = peer.pod_selector is None or not peer.pod_selector.requirements
    return alone and matches(peer.namespace_selector, labels)


def _name_servers(context: Context) -> _NameServers:
    """Return the pods that serve names, by their Service or by their label."""
    addresses = [NODE_CACHE]
    labelled = (pod for pod in context.everyone if pod.labels.get("k8s-app") in DNS_LABELS)
    pods, port = context.set_of(labelled), DNS_PORT
    for service, offered in context.offers.get((DNS_PORT, UDP), ()):
        addresses += (Endpoint(address=address) for address in service.addresses)
        ports = [target_port(offered, pod) for pod in context.behind(service)]
        if ports and ports[0] is not None:
            pods, port = context.behind(service), ports[0]
            break
    at_pods = ((Endpoint(pod, next(iter(pod.known_addresses), None)), port) for pod in pods)
    others = ((end, DNS_PORT) for end in addresses)
    return _NameServers(pods, port, (*at_pods, *others))


def no_names(context: Context) -> Iterator[Finding]:
    """NP304 to NP306: egress rules for something, and none for looking it up (SEM-61)."""
    servers = _name_servers(context)
    for policies in context.policies_of.values():
        # A ban on everything, without a rule, needs no names.
        listing = [p for p in policies if EGRESS in p.policy_types and p.rules(EGRESS)]
        udp, tcp = (
            context.selected_by(p for p in listing if servers.admitted_by(context, p, protocol))
            for protocol in (UDP, TCP)
        )
        neither = context.everyone - udp - tcp
        lacking = {"NP304": neither, "NP305": tcp - udp, "NP306": udp - tcp}
        told = servers.pods | context.on_hosts  # and each of the others once
        for policy, (code, pods) in product(listing, lacking.items()):
            left = (context.subjects(policy) & pods) - told
            if left and (code == "NP304" or any(map(_has_port_for_dns, policy.rules(EGRESS)))):
                yield _without_names(code, context, servers, policy, left)
                told = told | left


_MESSAGES = {
    "NP304": "its pods may open some connections, but none to a name server: looking up a name "
    "fails, and with it every connection by name.",
    "NP305": "port 53 is open for TCP only, which is what a port without protocol means; names "
    "are looked up over UDP first.",
    "NP306": "port 53 is open for UDP only; long answers are asked for again over TCP.",
}
_HINTS = {
    "NP304": "add an egress rule for UDP and TCP 53 to the name servers",
    "NP305": "add {protocol: UDP, port: 53}",
    "NP306": "add {protocol: TCP, port: 53}",
}


def _without_names(
    code: str, context: Context, servers: _NameServers, policy: Policy, pods: PodSet
) -> Finding:
    rules = policy.rules(EGRESS)
    namespaces = dict.fromkeys(pod.namespace for pod in servers.pods)
    peers = tuple(Peer(namespace_selector=only_namespace(name)) for name in namespaces)
    udp, tcp = (PolicyPort(protocol, servers.port) for protocol in (UDP, TCP))
    names = Rule(EGRESS, len(rules), peers, (udp, tcp))
    variant = context.instead(policy, parts.with_rules(policy, EGRESS, (*rules, names)))
    asked = replace(names, ports=(tcp if code == "NP306" else udp,))
    if servers.pods:
        probes = between(context, EGRESS, pods, servers.pods, asked)
    else:
        probes = with_strangers(context, EGRESS, pods, asked)
    witness = difference(context, probes, variant, "with a rule for name servers", OPENS)
    path = "spec.egress" if code == "NP304" else next(filter(_has_port_for_dns, rules)).path
    return context.finding(code, policy, _MESSAGES[code], _HINTS[code], path, witness)


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
                hint = f"add {{protocol: {added.protocol}, port: {added.port}}}"
                yield context.finding(code, policy, _MESSAGES[code], hint, first.path, witness)


OF_CLUSTERS = (no_names, half_open_servers)
