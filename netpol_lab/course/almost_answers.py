"""Answers that do a little more or less than the worked one: none of them should pass.

They are made from the worked answer: with one policy more, or with a part taken out. Whether the
traffic is another one, `reach` knows; what an exercise leaves open on purpose, its file says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import NamedTuple, TypeVar

from netpol_lab.course.goals import Goal
from netpol_lab.course.grading import Grader
from netpol_lab.course.side_effects import asked_ports, drawn_addresses, port_changes, spoken
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import EVERY_POD
from netpol_lab.model.objects import Direction, IPBlock, Peer, Pod, Policy, PolicyPort, Rule
from netpol_lab.model.policy_parts import with_rules
from netpol_lab.model.ports import PortSet
from netpol_lab.model.selectors import Operator, Requirement, Selector
from netpol_lab.reach.reachability import reachability

_T = TypeVar("_T")
Rules = tuple[Rule, ...]

STRANGER = Peer(ip_block=IPBlock(ip_network("192.0.2.55/32")))  # an address that no story mentions
SSH = PolicyPort(port=22)


class AlmostAnswer(NamedTuple):
    """An attempt that differs from the worked answer in one thing.

    Parameters
    ----------
    words : str
        What it does, to follow "an answer that".
    policies : tuple of Policy
    """

    words: str
    policies: tuple[Policy, ...]


class Loophole(NamedTuple):
    """An attempt that passes, and a flow that it should not change."""

    attempt: AlmostAnswer
    flow: Goal


def loopholes(grader: Grader) -> Iterator[Loophole]:
    """Yield the attempts that pass although their traffic is not that of the worked answer.

    What an exercise leaves open on purpose is none: on ports that the goal is not about, an attempt
    may close what the worked answer lets in to or out of a guarded pod. With ``otherwise: blocked``
    it may close any other port, and with ``otherwise: anything`` it may do what it likes.

    Parameters
    ----------
    grader : Grader

    Examples
    --------
    >>> from netpol_lab.course.exercise_loader import find_exercise
    >>> list(loopholes(Grader(find_exercise("two-tiers"))))
    []
    """
    if grader.exercise.file.otherwise == "anything":
        return
    for attempt in almost_answers(grader):
        wide = grader.exercise.answer.cluster_policies
        given = Cluster(policies=attempt.policies, cluster_policies=wide)
        cluster = grader.exercise.attempted(given)
        if grader.solves(cluster) and (flow := _changed(grader, cluster)):
            yield Loophole(attempt, flow)


def _changed(grader: Grader, cluster: Cluster) -> Goal | None:
    """Return a flow that is otherwise than with the worked answer, unless that is left open."""
    exercise, otherwise = grader.exercise, grader.exercise.file.otherwise
    others = PortSet.every() - asked_ports(exercise)
    for change in port_changes(grader.answered, reachability(cluster)):
        guarded = exercise.guarded.place(change.source, change.destination)
        may_close = otherwise == "blocked" or (guarded and otherwise != "exact")
        lost = change.lost - others if may_close else change.lost
        if ports := change.gained or lost:
            drawn = drawn_addresses(exercise)
            here, there = spoken(change.source, drawn), spoken(change.destination, drawn)
            protocol, port = next(iter(ports))
            return Goal(here, there, port, protocol, not change.gained)
    return None


def almost_answers(grader: Grader) -> Iterator[AlmostAnswer]:
    """Yield attempts that do the same as the worked answer but for one thing.

    Parameters
    ----------
    grader : Grader

    Examples
    --------
    >>> from netpol_lab.course.exercise_loader import find_exercise
    >>> print(next(almost_answers(Grader(find_exercise("two-tiers")))).words)
    blocks all ingress for library/page
    """
    policies = grader.exercise.answer.policies
    for pod in _subjects(grader.exercise.cluster):
        for direction in Direction:
            for words, rules in _extra_rules(grader, direction):
                more = _policy(pod, direction, rules)
                yield AlmostAnswer(f"{words} for {pod}", (*policies, more))
    for i, policy in enumerate(policies):
        for words, others in _less(policy):
            yield AlmostAnswer(words, (*policies[:i], *others, *policies[i + 1 :]))


# ---------------------------------------------------------------- one policy more


def _subjects(cluster: Cluster) -> Iterator[Pod]:
    """Yield one pod for each set of labels in a namespace: no selector tells others apart."""
    seen = {(pod.namespace, tuple(sorted(pod.labels.items()))): pod for pod in cluster.pods[::-1]}
    yield from reversed(seen.values())


def _policy(pod: Pod, direction: Direction, rules: Rules) -> Policy:
    wanted = (Requirement(key, Operator.IN, (value,)) for key, value in pod.labels.items())
    policy = Policy(pod.namespace, "one-more", Selector(tuple(wanted)), (direction,))
    return with_rules(policy, direction, rules)


def _extra_rules(grader: Grader, direction: Direction) -> Iterator[tuple[str, Rules]]:
    """Yield rules for a pod, and what they do: those that close come first, then those that open.

    One that opens something also closes the rest, unless the worked answer has closed that already.
    """
    drawn = (ip_network(address) for address in drawn_addresses(grader.exercise))
    peers = (EVERY_POD, *(Peer(ip_block=IPBlock(network)) for network in drawn))
    asked = asked_ports(grader.exercise).ranges
    ports = tuple(PolicyPort(protocol, first, last) for protocol, first, last in asked)
    others = f"all other {direction}"
    yield f"blocks all {direction}", ()
    yield f"blocks {others} than on the goal's ports", (Rule(direction, 0, (), ports),)
    yield f"blocks {others} than that of pods and drawn addresses", (Rule(direction, 0, peers),)
    for peer, port in ((EVERY_POD, SSH), (EVERY_POD, None), (STRANGER, SSH), (STRANGER, None)):
        who = "every pod" if peer is EVERY_POD else "a strange address"
        rule = Rule(direction, 0, (peer,), (port,) if port else ())
        yield f"has {direction} with {who} on {port or 'every port'}", (rule,)


# ---------------------------------------------------------------- a part less


def _less(policy: Policy) -> Iterator[tuple[str, tuple[Policy, ...]]]:
    """Yield a policy without one of its parts, and what is missing."""
    yield f"leaves out {policy.name}", ()
    yield f"has {policy.name} for every pod", (replace(policy, pod_selector=Selector()),)
    yield (
        f"has {policy.name} for both directions",
        (replace(policy, policy_types=tuple(Direction)),),
    )
    for direction in Direction:
        rules = policy.rules(direction)
        for i, rule in enumerate(rules):
            for words, fewer in ((f"leaves out {rule.path}", ()), *_less_of_rule(rule)):
                others = (*rules[:i], *fewer, *rules[i + 1 :])
                yield f"{words} of {policy.name}", (with_rules(policy, direction, others),)


def _less_of_rule(rule: Rule) -> Iterator[tuple[str, Rules]]:
    """Yield a rule without a restriction, without a peer or a port, or without an exception."""
    if rule.ports:
        yield f"names no ports in {rule.path}", (replace(rule, ports=()),)
    if rule.peers:
        yield f"names no peers in {rule.path}", (replace(rule, peers=()),)
    for i in range(len(rule.ports)):
        if fewer := _but(rule.ports, i):
            yield f"leaves out {rule.path}.ports[{i}]", (replace(rule, ports=fewer),)
    for i, peer in enumerate(rule.peers):
        for words, others in _less_of_peer(peer):
            peers = (*rule.peers[:i], *others, *rule.peers[i + 1 :])
            if peers:
                yield f"{words} peer {i + 1} of {rule.path}", (replace(rule, peers=peers),)


def _less_of_peer(peer: Peer) -> Iterator[tuple[str, tuple[Peer, ...]]]:
    yield "leaves out", ()
    if peer.pod_selector and peer.namespace_selector:
        yield "names no pods in", (replace(peer, pod_selector=None),)
        yield "names no namespaces in", (replace(peer, namespace_selector=None),)
    if block := peer.ip_block:
        for i in range(len(block.excepts)):
            less = replace(block, excepts=_but(block.excepts, i))
            yield "leaves out an exception of", (replace(peer, ip_block=less),)
        for half in block.cidr.subnets() if block.cidr.prefixlen < block.cidr.max_prefixlen else ():
            inside = tuple(part for part in block.excepts if part.overlaps(half))
            smaller = IPBlock(half, inside)
            yield "names half of", (replace(peer, ip_block=smaller),)


def _but(items: Sequence[_T], i: int) -> tuple[_T, ...]:
    """Return the items without one of them."""
    return (*items[:i], *items[i + 1 :])
