"""NP601 and NP602: clients outside the cluster, and the proxy of an Ingress, that do not get in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from netpol_lab.checks.lint.callers.ways import (
    INGRESS,
    Way,
    admitting,
    closest,
    ports_in_words,
    shut_ways,
)
from netpol_lab.checks.lint.context import Context
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.probes import between, with_strangers
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.model import policy_parts as parts
from netpol_lab.model.objects import Peer, Policy, Rule
from netpol_lab.model.selectors import NAME_LABEL, Selector
from netpol_lab.model.services import Service, ServicePort


def shut_outside(context: Context) -> Iterator[Finding]:
    """NP601: selectors match pods only, and clients outside are none (SEM-23, SEM-60).

    A Service with a port that lets them in is taken for meant: the others may be for pods.
    """
    for service, ways in _exposed(context):
        said = (
            f"Service {service} ({service.exposed_by}) is for clients outside the cluster, and no "
            f"rule admits an address on {ports_in_words(ways)}: a selector, even an empty one, "
            "matches only pods. Clients arrive with their own address, or with that of a load "
            "balancer or a node; only the pod's own node always gets in."
        )
        hint = (
            f"add an ingress rule with {ports_in_words(ways)} and no from, or with an ipBlock for "
            "the clients; where pods bring their calls (ServiceLB of k3s), choose those"
        )
        yield from _without_from(context, "NP601", ways, PodSet(context.pod_index), said, hint)


def shut_to_ingress(context: Context) -> Iterator[Finding]:
    """NP602: the proxy of an Ingress runs elsewhere, and rules admit only pods from here."""
    told = {str(service) for service, _ in _exposed(context)}
    for backend in context.cluster.backends:
        service = context.services.get(backend.service)
        if service is None or backend.service in told:
            continue
        ways = shut_ways(context, service, _named(service, backend.port))
        if not ways or any(
            _may_be_for_a_proxy(context, *found) for found in admitting(context, ways)
        ):
            continue
        told.add(backend.service)
        ports = ports_in_words(ways)
        said = (
            f"{backend} leads to Service {service}, so its proxy connects to {ways[0].pod} on "
            f"{ports}, usually from a namespace of its own. No rule admits pods of another "
            "namespace, or addresses, on that port."
        )
        hint = (
            f"add an ingress rule with {ports} and a namespaceSelector for the namespace of the "
            "proxy, or without from if a load balancer outside calls the pods"
        )
        elsewhere = context.everyone - context.pods_of(service.namespace)
        yield from _without_from(context, "NP602", ways, elsewhere, said, hint)


def _exposed(context: Context) -> Iterator[tuple[Service, list[Way]]]:
    """Yield the Services for clients outside none of whom a rule admits, and where they lead.

    Where others of another type stood under the same names, two variants are mixed up: whether the
    policies go with the one that is open to the outside cannot be told.
    """
    variants = {name.partition("/")[0] for name in context.cluster.replaced}
    for service in context.cluster.services:
        if f"Service {service.namespace}" in variants:
            continue
        ways = shut_ways(context, service, service.ports) if service.exposed_by else []
        if ways and not any(_may_be_outside(context, *found) for found in admitting(context, ways)):
            yield service, ways


def _without_from(
    context: Context, code: str, ways: list[Way], callers: PodSet, said: str, hint: str
) -> Iterator[Finding]:
    """Yield a finding with a flow that a rule without `from` lets in."""
    pod = ways[0].pod
    policy, path = closest(context, pod, INGRESS, ways[0])
    ports = tuple(dict.fromkeys(way.port for way in ways if way.pod is pod))
    wider, more = parts.with_one_more(policy, INGRESS, ports=ports)
    variant = context.instead(policy, wider)
    there = context.set_of([pod])
    probes = chain(
        between(context, INGRESS, there, callers, more),
        with_strangers(context, INGRESS, there, more),
    )
    change = f"with a rule for {ports_in_words(ways)} without from"
    if witness := difference(context, probes, variant, change, OPENS):
        yield context.finding(code, policy, said, hint, path, witness)


def _named(service: Service, port: int | str) -> Iterable[ServicePort]:
    return (one for one in service.ports if port in (one.port, one.name))


# ---------------------------------------------------------------- whom a rule may be for

_BALANCERS = re.compile(r"svclb|servicelb|svccontroller", re.IGNORECASE)
_PROXIES = re.compile(
    r"ingress|traefik|haproxy|contour|envoy|kong|istio|emissary|ambassador|skipper|apisix|gloo"
    r"|nginx-(?!deployment)|gateway\.|router|cloudflared|tunnel",
    re.IGNORECASE,
)


def _may_be_outside(context: Context, policy: Policy, rule: Rule) -> bool:
    """Say whether a rule admits addresses, or pods that bring in what comes from outside."""
    matched = context.peers(policy, *rule.peers)
    return matched.has_addresses or any(_speaks_of(_BALANCERS, peer) for peer in rule.peers)


def _may_be_for_a_proxy(context: Context, policy: Policy, rule: Rule) -> bool:
    """Say whether a rule admits addresses, other namespaces, or what looks like a proxy."""
    matched = context.peers(policy, *rule.peers)
    return (
        matched.has_addresses
        or any(_is_elsewhere(policy, peer) or _speaks_of(_PROXIES, peer) for peer in rule.peers)
        or any(_PROXIES.search(pod.name) for pod in matched.pods)
    )


def _is_elsewhere(policy: Policy, peer: Peer) -> bool:
    """Say whether a peer may match pods of another namespace than the policy's."""
    wanted = peer.namespace_selector
    here = (NAME_LABEL, (policy.namespace,))
    return wanted is not None and here not in {(r.key, r.values) for r in wanted.requirements}


def _speaks_of(words: re.Pattern[str], peer: Peer) -> bool:
    """Say whether a peer asks for labels with some words in them."""
    wanted = (*_asked(peer.pod_selector), *_asked(peer.namespace_selector))
    return any(words.search(text) for text in wanted)


def _asked(selector: Selector | None) -> Iterator[str]:
    for requirement in selector.requirements if selector else ():
        yield from (requirement.key, *requirement.values)


OF_CLUSTERS = (shut_outside, shut_to_ingress)
