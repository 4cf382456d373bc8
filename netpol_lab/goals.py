"""What an exercise wants of the traffic: its flows, whether they are so, and tables of them.

Nothing about NetworkPolicy is decided here: every flow is asked of the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import permutations, product
from textwrap import fill
from typing import NamedTuple

from netpol_lab.addresses import parse_address
from netpol_lab.assumptions import Assumptions
from netpol_lab.cluster import Cluster
from netpol_lab.decoding import Problem
from netpol_lab.errors import FlowError, ManifestError, Reason
from netpol_lab.model import Direction, Pod, Policy, Rule
from netpol_lab.nearmiss import Part, nearest
from netpol_lab.parts import opposite, peer_path, port_path
from netpol_lab.ports import Protocol
from netpol_lab.reading import Path
from netpol_lab.resolve import query_of
from netpol_lab.scenario import Scenario, Wanted
from netpol_lab.traffic import State
from netpol_lab.verdict import Side, Verdict, evaluate, resolution_of

WORDS: Mapping[bool | None, str] = {
    True: State.ALLOWED.value,
    False: State.BLOCKED.value,
    None: State.UNDEFINED.value,
}
REST: Path = ("otherwise",)  # says what is wanted of all that is not listed


@dataclass(frozen=True, slots=True)
class Goal:
    """One connection that an exercise wants to be allowed or blocked.

    Parameters
    ----------
    source, destination : str
        Full names of pods, workloads and Services, or addresses.
    port : int or None
    protocol : str
    allowed : bool
    path : tuple
        The place in the file that says so; of no account when goals are compared.
    """

    source: str
    destination: str
    port: int | None
    protocol: str
    allowed: bool
    path: Path = field(default=(), compare=False, repr=False)

    def judged(self, cluster: Cluster) -> Verdict:
        """Return the verdict on it."""
        return evaluate(cluster, self.source, self.destination, self.port, self.protocol)

    @property
    def flow(self) -> tuple[str, str, int | None, str]:
        """What it is about, without what is wanted."""
        return self.source, self.destination, self.port, self.protocol

    @property
    def asked(self) -> str:
        """The port in words."""
        return self.protocol if self.port is None else f"{self.protocol} {self.port}"

    def __str__(self) -> str:
        return f"{self.source} -> {self.destination} on {self.asked}"


# ---------------------------------------------------------------- from the file


def goals_of(scenario: Scenario) -> tuple[Goal, ...]:
    """Return every connection that is wanted so or so, those that are listed first.

    Parameters
    ----------
    scenario : Scenario

    Raises
    ------
    ManifestError
        When one item of the goal contradicts another, or asks what cannot be asked.

    Examples
    --------
    >>> from netpol_lab.scenario import find_scenario
    >>> task = find_scenario("two-tiers")
    >>> print(goals_of(task)[0])
    library/page -> library/search on TCP 8080
    """
    listed = {goal.flow: goal for goal in listed_goals(scenario)}
    if found := list(problems_of(scenario)):
        raise ManifestError([scenario.complaint(problem) for problem in found])
    rest = (goal for goal in _otherwise(scenario, listed) if goal.flow not in listed)
    return (*listed.values(), *rest)


def listed_goals(scenario: Scenario) -> Iterator[Goal]:
    """Yield what the file lists, even where it says a thing twice."""
    for i, wanted in enumerate(scenario.file.goal or ()):
        ends = product(_names(wanted.from_), _names(wanted.to))
        for (source, destination), (port, protocol) in product(ends, _ports(scenario, wanted)):
            here, there = scenario.full_name(source), scenario.full_name(destination)
            if here != there or wanted.from_ == wanted.to:  # a list means each to each other
                yield Goal(here, there, port, protocol, bool(wanted.allowed), ("goal", i))


def problems_of(scenario: Scenario) -> Iterator[Problem]:
    """Yield the items of the goal that cannot be asked, or contradict an earlier one."""
    for goal in listed_goals(scenario):
        try:
            goal.judged(scenario.start)
        except FlowError as error:
            yield Problem(goal.path, Reason.INVALID, str(error))
    yield from _contradictions(scenario)


def _contradictions(scenario: Scenario) -> Iterator[Problem]:
    wanted: dict[tuple[str, str, int | None, str], Goal] = {}
    for goal in listed_goals(scenario):
        first = wanted.setdefault(goal.flow, goal)
        if first != goal:
            line = scenario.document.locate(first.path)[0]
            said = f"{goal} should be {WORDS[goal.allowed]} here, and {WORDS[first.allowed]}"
            yield Problem(goal.path, Reason.INVALID, f"{said} by line {line}")


def _names(given: str | Sequence[str]) -> Sequence[str]:
    return [given] if isinstance(given, str) else given


def _ports(scenario: Scenario, wanted: Wanted) -> list[tuple[int | None, str]]:
    if wanted.port is not None:
        return [(wanted.port, wanted.protocol or Protocol.TCP)]
    return [(probe.port, probe.protocol or Protocol.TCP) for probe in scenario.file.asked]


def _otherwise(
    scenario: Scenario, listed: Iterable[tuple[str, str, int | None, str]]
) -> Iterator[Goal]:
    """Yield what is wanted of every pair of ends that is not listed, unless it is undefined."""
    if not scenario.file.otherwise:
        return
    listed = list(listed)
    ports = _ports(scenario, Wanted()) or list(dict.fromkeys(flow[2:] for flow in listed))
    ends = _ends(scenario, [end for flow in listed for end in flow[:2]])
    pairs = [pair for pair in permutations(ends, 2) if not all(map(parse_address, pair))]
    for (source, destination), (port, protocol) in product(pairs, ports):
        goal = Goal(source, destination, port, protocol, False, REST)
        both = scenario.start, scenario.answered
        now, then = (goal.judged(cluster).allowed for cluster in both)
        if now is not None and then is not None:
            unchanged = scenario.file.otherwise == "unchanged"
            yield replace(goal, allowed=now) if unchanged else goal


def _ends(scenario: Scenario, listed: Sequence[str]) -> list[str]:
    """Return everybody: pods, or their workloads unless one of its pods is listed itself."""
    ends: list[str] = []
    for pod in scenario.cluster.pods:
        replicas = {str(pod), *map(str, scenario.cluster.replicas_beside(pod))}
        whole = pod.workload is not None and replicas.isdisjoint(listed)
        name = f"{pod.namespace}/{pod.workload.name}" if whole and pod.workload else str(pod)
        ends += [] if pod.finished else [name]
    outside = (o if isinstance(o, str) else o[1] for o in scenario.file.outsiders)
    addresses = [*map(scenario.full_name, outside), *filter(parse_address, listed)]
    return list(dict.fromkeys([*ends, *addresses]))


# ---------------------------------------------------------------- what is not as wanted


def wrong(goals: Iterable[Goal], cluster: Cluster) -> list[Goal]:
    """Return the connections that are not as wanted, the one with the simplest reasons first."""
    found = [goal for goal in goals if goal.judged(cluster).allowed is not goal.allowed]
    return sorted(found, key=lambda goal: _hardness(goal, goal.judged(cluster)))


def _hardness(goal: Goal, verdict: Verdict) -> tuple[int, int, int]:
    """Return how much there is to read in a verdict; an outside end is one more thing to grasp."""
    reasons = sum(len(side.isolated_by) + len(side.admitted_by) for side in verdict.sides)
    outside = any(map(parse_address, (goal.source, goal.destination)))
    return len(verdict.outcomes), reasons, int(outside)


SUBJECT, TYPES = "spec.podSelector", "spec.policyTypes"


class Decisive(NamedTuple):
    """The part of a policy that makes a flow as it is, and what it does."""

    policy: Policy
    path: str
    does: str


def decisive(goal: Goal, cluster: Cluster, answered: Cluster) -> Iterator[Decisive]:
    """Yield the parts of policies that make a connection other than it is wanted.

    Parameters
    ----------
    goal : Goal
    cluster : Cluster
        With an attempt.
    answered : Cluster
        With the worked answer, which shows whether a pod has to be isolated at all.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> goal = Goal("web", "db", 5432, "TCP", allowed=True)
    >>> [(found.path, found.does) for found in decisive(goal, shop, shop.with_policies([]))]
    [('spec.podSelector', 'this isolates shop/db for ingress')]
    """
    outcomes = goal.judged(cluster).outcomes
    outcome = next((o for o in outcomes if o.allowed is not goal.allowed), outcomes[0])
    for side, meant in zip(
        (outcome.egress, outcome.ingress), goal.judged(answered).sides, strict=True
    ):
        if goal.allowed and not side.allowed:
            refusing = meant.isolated or side.subject.pod is None
            yield _refusing(cluster, side, outcome.reading) if refusing else _isolating(side)
        elif not goal.allowed:
            for policy, rule in side.admitted_by:
                yield _admitting(cluster, side, policy, rule, outcome.reading)
            if not side.isolated and not meant.allowed:
                yield from _other_way(cluster, side)


def _isolating(side: Side) -> Decisive:
    """Return what isolates a pod that nothing needs to isolate."""
    policy, both = side.isolated_by[0], set(Direction)
    path = TYPES if policy.types_written and both == set(policy.policy_types) else SUBJECT
    return Decisive(policy, path, f"this isolates {side.subject} for {side.direction}")


def _other_way(cluster: Cluster, side: Side) -> Iterator[Decisive]:
    """Yield the policies that select a pod, and isolate it for the other direction alone."""
    assert side.subject.pod is not None
    for policy in resolution_of(cluster).isolating(side.subject.pod, opposite(side.direction)):
        does = f"this does not isolate {side.subject} for {side.direction}"
        yield Decisive(policy, TYPES if policy.types_written else SUBJECT, does)


def _refusing(cluster: Cluster, side: Side, reading: Assumptions) -> Decisive:
    """Return the rule that comes closest, or what isolates the pod where there is no rule."""
    miss = nearest(cluster, side, reading)
    if miss is None:
        does = f"this isolates {side.subject} for {side.direction}, and no rule admits anybody"
        return Decisive(side.isolated_by[0], SUBJECT, does)
    if miss.unmet[0].part is Part.DIRECTION:
        does = f"this rule counts only if policyTypes lists {side.direction.value}"
        return Decisive(miss.policy, miss.rule.path, does)
    if miss.wants_peer and miss.peer is not None:
        path = peer_path(miss.rule, miss.rule.peers.index(miss.peer))
        return Decisive(miss.policy, path, f"this does not mean {side.peer}")
    return Decisive(miss.policy, port_path(miss.rule, 0), "this is another port")


def _admitting(
    cluster: Cluster, side: Side, policy: Policy, rule: Rule, reading: Assumptions
) -> Decisive:
    """Return the item of a rule that admits the other end of a side."""
    resolution, query = resolution_of(cluster), query_of(side.flow)
    for i, peer in enumerate(rule.peers):
        alone = replace(rule, peers=(peer,))
        if resolution.admits(policy, alone, side.peer, query, reading):
            return Decisive(policy, peer_path(rule, i), f"this means {side.peer} as well")
    return Decisive(policy, rule.path, "a rule with no peers admits everybody")


# ---------------------------------------------------------------- as tables


class Row(NamedTuple):
    """One line of the goal: who may and who may not open connections to a destination."""

    destination: str
    allowed: str
    blocked: str


def goal_rows(all_goals: Iterable[Goal], captions: Mapping[str, str]) -> list[Row]:
    """Return what a file lists as a table, with the connections to one destination in one line."""
    goals = [goal for goal in all_goals if goal.path != REST]
    names = _short([end for goal in goals for end in (goal.source, goal.destination)], captions)
    lines: dict[str, dict[bool, list[str]]] = {}
    for (source, destination, allowed), ports in _by_pair(goals).items():
        where = "" if ports == _all_ports(goals) else f" on {ports}"
        line = lines.setdefault(f"{names[destination]}{where}", {True: [], False: []})
        line[allowed].append(names[source])
    return [
        Row(where, *(", ".join(line[allowed]) or "nobody" for allowed in (True, False)))
        for where, line in lines.items()
    ]


def _by_pair(goals: Sequence[Goal]) -> dict[tuple[str, str, bool], str]:
    ports: dict[tuple[str, str, bool], list[str]] = {}
    for goal in goals:
        ports.setdefault((goal.source, goal.destination, goal.allowed), []).append(goal.asked)
    return {ends: ", ".join(sorted(asked)) for ends, asked in ports.items()}


def _all_ports(goals: Iterable[Goal]) -> str:
    return ", ".join(sorted({goal.asked for goal in goals}))


def _short(ends: Iterable[str], captions: Mapping[str, str]) -> dict[str, str]:
    """Return the names as they are shown: without the namespace, where there is only one."""
    ends = list(ends)
    several = len({end.rpartition("/")[0] for end in ends} - {""}) > 1
    called = {address: caption for caption, address in captions.items()}
    return {end: called.get(end) or (end if several else end.rpartition("/")[2]) for end in ends}


def heading_of(goals: Sequence[Goal], shown: str) -> str:
    """Return what is wanted where, and which port the picture stands for if there are more."""
    ports = dict.fromkeys(goal.asked for goal in goals)
    which = f" (the picture shows {shown.rpartition(' ')[2]})" if len(ports) > 1 else ""
    return f"Wanted on {' and on '.join(ports)}{which}"


def counted(goals: Sequence[Goal]) -> str:
    """Return how many connections are wanted; on more than one port each counts as often."""
    ports = {(goal.protocol, goal.port) for goal in goals}
    pairs = {(goal.source, goal.destination) for goal in goals}
    if len(ports) == 1 or len(ports) * len(pairs) != len(goals):
        return f"{len(goals)} connections are as wanted"
    return f"{len(goals)} are as wanted ({len(pairs)} connections on each of {len(ports)} ports)"


def in_words(scenario: Scenario, goals: Sequence[Goal], heading: str) -> str:
    """Return a task as a learner reads it: story, pods and goal."""
    story = "\n\n".join(map(fill, scenario.file.story.strip().split("\n\n")))
    pods = "\n".join(map(_pod_line, scenario.start.pods))
    table = goal_text(heading, goal_rows(goals, scenario.file.captions), rest_of(scenario))
    return "\n\n".join([scenario.file.title, story, pods, table])


def _pod_line(pod: Pod) -> str:
    labels = ", ".join(f"{key}={value}" for key, value in pod.labels.items())
    return f"pod {pod} has {labels or 'no labels'}"


def rest_of(scenario: Scenario) -> str:
    """Return what is wanted of every connection that is not listed, in words."""
    return _REST.get(scenario.file.otherwise, "")


_REST = {
    "unchanged": "Every other connection stays as it is.",
    "blocked": "Every other connection is blocked.",
}


def goal_text(heading: str, rows: Iterable[Row], rest: str = "") -> str:
    """Return the goal as text.

    Examples
    --------
    >>> print(goal_text("Wanted on TCP 80", [Row("db", "web", "nobody")]))
    Wanted on TCP 80:
    to db
      allowed from web
      blocked from nobody
    """
    lines = (
        f"to {row.destination}\n  allowed from {row.allowed}\n  blocked from {row.blocked}"
        for row in rows
    )
    return "\n".join([f"{heading}:", *lines, *filter(None, [rest])])


def goal_html(heading: str, rows: Iterable[Row], rest: str = "") -> str:
    """Return the goal as a table of HTML."""
    names = ("Connections to", "allowed from", "blocked from")
    columns = "".join(f"<th scope='col' style='{_LEFT}'>{name}</th>" for name in names)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    caption = f"<caption style='{_LEFT} white-space: normal;'>{escape(heading)}</caption>"
    table = f"{caption}<thead><tr>{columns}</tr></thead><tbody>{lines}</tbody>"
    end = f"<p style='margin: 2px 0 8px;'>{escape(rest)}</p>" if rest else ""
    return f"<table style='line-height: 1.4; max-width: 100%;'>{table}</table>{end}"


_LEFT = "text-align: left; padding: 3px 20px 3px 0; vertical-align: top;"


def _cell(words: str) -> str:
    """Return a cell in which a long name may break after its namespace."""
    return f"<td style='{_LEFT}'>{escape(words).replace('/', '/<wbr>')}</td>"
