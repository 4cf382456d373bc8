"""What the referee makes of cluster-wide policies: the tiers above and below NetworkPolicy.

A tier says what it may do with a flow: a set of "Accept", "Deny", "Pass" and None (no rule meant
it). There is more than one where the API leaves a choice, or the manifests do not tell.
"""

import functools
import re

from tests.referee.naive_objects import (
    CLUSTER_WIDE,
    cluster_wide,
    labels_of,
    namespace_of,
    node_of,
    on_host_network,
    without_nulls,
)
from tests.referee.naive_rules import matches, ports_match, to_network

PROTOCOLS = ("TCP", "UDP", "SCTP")
YES, NO, PERHAPS = frozenset([True]), frozenset([False]), frozenset([True, False])


class Tiers:
    """The cluster-wide policies of a cluster, asked about one side of a flow at a time."""

    def __init__(self, documents, cluster):
        self.cluster = cluster
        self.policies = [
            {"tier": tier_of(one), "priority": priority_of(one), **one["spec"]}
            for one in cluster_wide(documents)
        ]
        self.groups = functools.cache(self.groups_of_rules)
        self.networks = functools.cache(self.networks_of)

    def has(self, tier):
        return any(policy["tier"] == tier for policy in self.policies)

    def actions(self, tier, reading, direction, subject, peer, target, protocol):
        """What a tier may do with a flow at the subject's side (ANP-02 to ANP-08)."""
        found = set()
        for group in self.groups(tier, direction, subject, peer):
            each = [
                first_action(rules, reading, target, protocol) | ({None} if perhaps else set())
                for rules, perhaps in group
            ]
            found |= set().union(*each) - {None}
            if not all(None in one for one in each):
                return found
        return found | {None}

    def groups_of_rules(self, tier, direction, subject, peer):
        """By rising priority the policies that share it, with their rules that may mean the peer.

        Any policy of a group may go first (ANP-04), and one without a priority in any group: it is
        in all, perhaps too early, and surely in the last. One with a subject that nobody can use
        is perhaps about somebody else.
        """
        about = [
            (policy["priority"], self.rules(policy, direction, peer), odd_peer(policy["subject"]))
            for policy in self.policies
            if policy["tier"] == tier and self.is_subject(policy, subject.pod)
        ]
        numbers = sorted({priority for priority, *_ in about if priority is not None})
        return [
            [(rules, odd or at is not number) for at, rules, odd in about if at in (number, None)]
            for number in [*numbers, None]
        ]

    def rules(self, policy, direction, peer):
        """(action, ports or None, whether it means the peer: perhaps both) of each such rule."""
        section, ends = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
        found = []
        for rule in policy.get(section) or []:
            meant = either(self.means(one, peer) for one in rule[ends])
            action = {"Allow": "Accept"}.get(rule["action"], rule["action"])
            odd = nobody_can_use(rule, rule[ends])
            if meant != NO:
                ports = None if odd_ports(rule) else ports_of(rule)
                found.append((action, ports, PERHAPS if odd else meant))
            pod = peer.pod is not None and not on_host_network(peer.pod)
            if odd and action != "Accept" and (pod or ends == "to"):  # fails closed (ANP-20)
                found.append(("Deny", None, PERHAPS))
        return found

    # Subjects and peers

    def is_subject(self, policy, pod):
        return pod is not None and self.chooses(policy["subject"], pod)

    def chooses(self, chosen, pod):
        """Do `namespaces` or `pods` select this pod? One on its node's network never (ANP-10)."""
        if on_host_network(pod):
            return False
        if odd_peer(chosen):
            return True
        namespaces, pods = chosen.get("namespaces"), chosen.get("pods") or {}
        if namespaces is None:
            namespaces = pods.get("namespaceSelector")
        home = self.cluster.namespace_labels(namespace_of(pod))
        here = matches(without_nulls(namespaces), home)
        return here and matches(without_nulls(pods.get("podSelector")), labels_of(pod))

    def means(self, peer, end):
        """Does a peer mean this end: YES, NO or PERHAPS?"""
        if peer.get("networks") is not None:
            address = end.address or end.guess
            return answer(any(address in to_network(text) for text in peer["networks"]))
        if peer.get("nodes") is not None:
            return self.means_node(without_nulls(peer["nodes"]), end)
        if peer.get("domainNames") is not None:  # and nobody says what their addresses are
            return PERHAPS
        return answer(end.pod is not None and self.chooses(peer, end.pod))

    def means_node(self, selector, end):
        """Is the end the address of a node with these labels (ANP-12)?"""
        pod = end.pod or end.really
        host = pod is not None and on_host_network(pod)
        written = end.address is not None and end.address in self.cluster.node_at
        if not (host or end.is_node or written) or (pod is not None and not host):
            return NO
        if odd_selector(selector):
            return PERHAPS
        name = node_of(pod) if host else end.node
        name = name or (self.cluster.node_at[end.address] if written else None)
        node = self.cluster.nodes.get(("default", name))
        if node is not None:
            return answer(matches(selector, labels_of(node)))
        any_labels = not selector.get("matchLabels") and not selector.get("matchExpressions")
        return YES if any_labels and (host or written) else PERHAPS

    def networks_of(self, pod):
        """The networks that egress rules about this pod speak of."""
        return [
            text
            for policy in self.policies
            if self.is_subject(policy, pod)
            for rule in policy.get("egress") or []
            for peer in rule["to"]
            for text in peer.get("networks") or []
        ]


# What is stored and nobody can use (ANP-20)

OPERATORS = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}  # with values?


def nobody_can_use(rule, ends):
    names = any(end.get("domainNames") for end in ends)
    wrong = names and rule["action"] in ("Deny", "Pass")  # described for the others only (ANP-12)
    return wrong or any(map(odd_peer, ends)) or odd_ports(rule)


def odd_peer(chosen):
    pods = chosen.get("pods") or {}
    parts = [chosen.get("namespaces"), chosen.get("nodes"), *pods.values()]
    return any(odd_selector(part) for part in parts if part)


def odd_selector(selector):
    labels = without_nulls(selector)["matchLabels"]
    texts = [*labels, *labels.values()]
    for term in selector.get("matchExpressions") or []:
        wants = OPERATORS.get(term["operator"])
        if wants is None or wants is not bool(term.get("values")):
            return True
        texts += [term["key"], *(term.get("values") or [])]
    return any(text and not LABEL.fullmatch(text) for text in texts)


LABEL = re.compile(r"([\w.-]+/)?[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?", re.ASCII)  # of those here


def odd_ports(rule):
    for entry in rule.get("ports") or []:
        for written in entry.values():
            if isinstance(written, dict):
                protocol = written.get("protocol") or "TCP"
                falls = "start" in written and written["start"] > written["end"]
                if protocol not in PROTOCOLS or falls:
                    return True
    return False


def tier_of(policy):
    return CLUSTER_WIDE[policy["apiVersion"], policy["kind"]] or policy["spec"]["tier"]


def priority_of(policy):
    """A BaselineAdminNetworkPolicy has none: nobody says when it comes, beside others."""
    number = policy["spec"].get("priority")
    return None if policy["kind"].startswith("Baseline") else int(number)


def first_action(rules, reading, target, protocol):
    """What the first rule does that means the flow; more than one where that is not known."""
    found = set()
    for action, ports, meant in rules:
        if ports is None or ports_match(ports, target, protocol, reading):
            found.add(action)
            if meant == YES:
                return found
    return found | {None}


def ports_of(rule):
    """The ports of a rule as a NetworkPolicy would write them; None is everything (ANP-13)."""
    written = rule.get("protocols") or rule.get("ports")
    return [port for entry in written for port in ports_in(entry)] if written else None


def ports_in(entry):
    name = entry.get("destinationNamedPort") or entry.get("namedPort")
    if name:  # number and protocol are those of the pod's port (ANP-14)
        return [{"port": name, "protocol": protocol} for protocol in PROTOCOLS]
    if entry.get("portNumber"):
        return [entry["portNumber"]]
    if entry.get("portRange"):
        old = entry["portRange"]
        return [{"port": old["start"], "endPort": old["end"], "protocol": old.get("protocol")}]
    ((protocol, within),) = ((key, value) for key, value in entry.items() if value)
    port = within["destinationPort"]
    ends = port.get("range") or {"start": port.get("number"), "end": port.get("number")}
    return [{"port": ends["start"], "endPort": ends["end"], "protocol": protocol.upper()}]


def answer(true):
    return YES if true else NO


def either(answers):
    """Is any of these true?"""
    found = set(answers)
    if YES in found:
        return YES
    return PERHAPS if PERHAPS in found else NO
