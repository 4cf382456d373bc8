"""Why, shown in the YAML: the lines that decide a flow or isolate a pod, and the smallest change.

The verdict, its near misses and its fix say what decides; here it is only looked up in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import indent
from typing import NamedTuple

from netpol_lab.advice.deciding_tiers import by_tier
from netpol_lab.advice.edit import Edit
from netpol_lab.advice.fix import Fix, fix, why_none
from netpol_lab.engine.explain import describe_pod, explain
from netpol_lab.engine.near_miss import PORT_PARTS, NearMiss, Unmet, UnmetPart
from netpol_lab.engine.nearest import nearest
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.sides import Side
from netpol_lab.engine.verdict import Verdict
from netpol_lab.manifests.excerpts import Excerpt, excerpt, path_of_requirement, policy_document
from netpol_lab.manifests.field_paths import Path, parse_path
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.objects import Direction, IPBlock, Pod, Policy, Rule
from netpol_lab.model.policy_parts import peer_path, port_path, selectors_of
from netpol_lab.model.selectors import Requirement

MOST_POLICIES = 3  # shown with their YAML
MOST_NAMED = 5  # of the others
CHANGE = "The smallest change that allows it"
NOBODY = "No policy decides this."
NO_CHANGE = "No change to policies or labels surely allows it."
SELECTOR: Path = ("spec", "podSelector")
TYPES: Path = ("spec", "policyTypes")


@dataclass(frozen=True, slots=True)
class Passage:
    """One policy that decides, with the lines that matter.

    Parameters
    ----------
    caption : str
        In words.
    excerpt : Excerpt
        In YAML.
    """

    caption: str
    excerpt: Excerpt

    @property
    def place(self) -> str:
        """The file and the line of the policy; empty where it is written nowhere."""
        place = self.excerpt.place
        if place is None:
            return ""
        return f"line {place.line}" if place.file.startswith("<") else str(place).rpartition(":")[0]

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        return f"{self.caption}{where}\n{indent(str(self.excerpt), '  ', bool)}"


@dataclass(frozen=True)
class Reasons:
    """Why a flow is as it is, or what isolates a pod.

    Parameters
    ----------
    words : str
        The verdict, or the pod, in words.
    passages : tuple of Passage
        The policies that decide, at most `MOST_POLICIES`.
    note : str
        What else is to say about them: how many more there are, or that there are none.
    change : Fix, optional
        The smallest change that allows a flow.
    remark : str
        Why there is no change.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(reasons_of(lab.evaluate(lab.load("three-tier"), "backend", "db", port=5432)))
    shop/backend -> shop/db  TCP 5432: allowed
      egress   shop/backend is not isolated for egress
      ingress  shop/db is isolated by shop/db-access-ingress; its rule 1 admits shop/backend
    <BLANKLINE>
    ingress: rule 1 of shop/db-access-ingress admits shop/backend (three-tier.yaml:78)
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata:
          name: db-access-ingress
          namespace: shop
        spec:
          podSelector:
            matchLabels:
              app: myapp
              role: db
          ingress:
          - from:
      >     - podSelector:
      >         matchLabels:
      >           app: myapp
      >           role: backend
    """

    words: str
    passages: tuple[Passage, ...] = ()
    note: str = ""
    change: Fix | None = None
    remark: str = ""

    def __str__(self) -> str:
        change = self.remark
        if self.change:
            edits = (f"{e.words}\n{indent(as_lines(e), '  ')}" for e in self.change.changes)
            change = "\n".join((f"{CHANGE}:", *self.change.owners, *edits, self.change.besides))
        parts = (self.words, *map(str, self.passages), self.note, change)
        return "\n\n".join(filter(None, parts))


def reasons_of(verdict: Verdict, with_change: bool = True) -> Reasons:
    """Return why a flow is allowed or not, in words and in the YAML of the policies that decide.

    Parameters
    ----------
    verdict : Verdict
    with_change : bool
        Whether to look for the smallest change that allows a denied flow, too; in a large cluster
        this takes a moment.

    Returns
    -------
    Reasons

    Examples
    --------
    >>> import netpol_lab as lab
    >>> found = reasons_of(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))
    >>> found.passages[0].caption
    'ingress: shop/db-access-ingress isolates shop/db; its rule 1 comes closest'
    >>> [line.text.strip() for line in found.passages[0].excerpt.lines if line.marked]
    ['podSelector:', 'matchLabels:', 'app: myapp', 'role: db', 'role: backend']
    >>> found.change
    <Fix: in shop/db-access-ingress, let rule 1 also admit pods with app=myapp, role=web>
    """
    involved = [[*_involved(verdict.cluster, *half)] for half in _halves(verdict)]
    shown, note = _limited(verdict.cluster, involved)
    found = Reasons(explain(verdict), shown, note if shown else NOBODY)
    if not with_change or verdict.allowed:
        return found
    if change := fix(verdict):
        return replace(found, change=change)
    why = why_none(verdict)
    return replace(found, remark=f"{why[:1].upper()}{why[1:]}." if why else NO_CHANGE)


def reasons_of_pod(cluster: Cluster, pod: Pod) -> Reasons:
    """Return which policies select a pod and in which directions they isolate it.

    Parameters
    ----------
    cluster : Cluster
    pod : Pod

    Returns
    -------
    Reasons
        In words and in the YAML of these policies.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> reasons_of_pod(shop, shop.pod("db")).passages[0].caption
    'shop/db-access-ingress selects shop/db and isolates it for ingress, as policyTypes is left out'
    >>> reasons_of_pod(shop, shop.pod("web")).note
    'No policy selects it.'
    """
    words = describe_pod(cluster, pod)
    if pod.finished:
        return Reasons(words)
    shown, note = _limited(cluster, [[*_selecting(cluster, pod)]])
    return Reasons(words, shown, note if shown else "No policy selects it.")


# ---------------------------------------------------------------- which policies


class _Involved(NamedTuple):
    """A policy to show: what it does, and what to mark in it, the most important first."""

    caption: str
    policy: Policy | ClusterPolicy
    paths: tuple[Path, ...]


def _limited(cluster: Cluster, involved: list[list[_Involved]]) -> tuple[tuple[Passage, ...], str]:
    """Return the first policies of each side with their YAML, and how many more there are."""
    chosen: list[_Involved] = []
    for i, side in enumerate(involved):
        others = sum(1 for other in involved[i + 1 :] if other)
        left = MOST_POLICIES - len(chosen)
        chosen += side[: min(max(1, left - others), left)]
    rest = [str(one.policy) for side in involved for one in side if one not in chosen]
    named = ", ".join([*rest[:MOST_NAMED], *(["…"] if rest[MOST_NAMED:] else [])])
    passages = (Passage(one.caption, excerpt(cluster, one.policy, one.paths)) for one in chosen)
    return tuple(passages), f"And {len(rest)} more: {named}." if rest else ""


def _halves(verdict: Verdict) -> Iterator[tuple[Side, Assumptions, str]]:
    """Yield both sides in the usual reading, and what differs where another one is permitted."""
    usual = verdict.outcomes[0]
    yield from ((side, usual.assumptions, str(side.direction)) for side in usual.sides)
    other = next((one for one in verdict.outcomes if one.allowed is not usual.allowed), usual)
    for before, side in zip(usual.sides, other.sides, strict=True):
        if before.allowed is not side.allowed:
            yield side, other.assumptions, f"{side.direction}, otherwise"


def _involved(
    cluster: Cluster, side: Side, assumptions: Assumptions, opening: str
) -> Iterator[_Involved]:
    """Yield the policies that decide one side; there are none where no rules decide it."""
    for words, above, paths in by_tier(cluster, side, assumptions):
        yield _Involved(f"{opening}: {words}", above, paths)
    if side.is_by_rules:
        tell = _admitting if side.admitted_by else _denying
        for words, policy, paths in tell(cluster, side, assumptions):
            yield _Involved(f"{opening}: {words}", policy, paths)


def _admitting(cluster: Cluster, side: Side, assumptions: Assumptions) -> Iterator[_Involved]:
    for policy, pairs in groupby(side.admitted_by, key=lambda pair: pair[0]):
        rules = [rule for _, rule in pairs]
        numbers = " and ".join(str(rule.number) for rule in rules)
        one = len(rules) == 1
        words = f"rule{'' if one else 's'} {numbers} of {policy} admit{'s' if one else ''}"
        paths = (
            path
            for rule in rules
            for path in admitting_items(cluster, side, assumptions, policy, rule)
        )
        yield _Involved(f"{words} {side.peer}", policy, tuple(paths))


def admitting_items(
    cluster: Cluster, side: Side, assumptions: Assumptions, policy: Policy, rule: Rule
) -> list[Path]:
    """Return the items of a rule that admit a flow.

    Parameters
    ----------
    cluster : Cluster
    side : Side
        One side of a verdict on this cluster.
    assumptions : Assumptions
        Those under which the side was judged.
    policy : Policy
    rule : Rule
        One of those that admit the flow.

    Returns
    -------
    list of tuple of str and int
        Paths of peers, then of ports; that of the rule itself where it restricts nothing.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "backend", "db", port=5432).ingress
    >>> admitting_items(shop, side, lab.Assumptions(), *side.admitted_by[0])
    [('spec', 'ingress', 0, 'from', 0)]
    """

    def admits(**items: tuple[object]) -> bool:
        narrower = replace(rule, **items)  # type: ignore[arg-type]
        return resolution_of(cluster).admits(policy, narrower, side.flow, assumptions)

    peers = [peer_path(rule, i) for i, peer in enumerate(rule.peers) if admits(peers=(peer,))]
    ports = [port_path(rule, i) for i, port in enumerate(rule.ports) if admits(ports=(port,))]
    return [parse_path(path) for path in peers + ports or [rule.path]]


def _denying(cluster: Cluster, side: Side, assumptions: Assumptions) -> Iterator[_Involved]:
    miss = nearest(cluster, side, assumptions)
    if miss is not None:
        number, policy = miss.rule.number, miss.policy
        words = f"{policy} isolates {side.subject}; its rule {number} comes closest"
        if any(unmet.part is UnmetPart.DIRECTION for unmet in miss.unmet):
            words = f"rule {number} of {policy} fits, but its policyTypes do not list"
            words += f" {side.direction.value}"
        if any(unmet.part is UnmetPart.SELECTED for unmet in miss.unmet):
            words = f"rule {number} of {policy} fits, but it does not select {side.subject}"
        wanted = (_wanted(cluster, miss, unmet, side) for unmet in miss.unmet)
        yield _Involved(words, policy, (*wanted, *_isolation(policy)))
    for policy in side.isolated_by:
        if miss is None or policy is not miss.policy:
            empty = policy.rules(side.direction) == ()
            why = f"; it lists no {side.direction} rule" if empty else ""
            words = f"{policy} isolates {side.subject}{why}"
            yield _Involved(words, policy, _isolation(policy, side.direction))


def _selecting(cluster: Cluster, pod: Pod) -> Iterator[_Involved]:
    by = {way: resolution_of(cluster).isolating(pod, way) for way in Direction}
    for policy in cluster.policies:
        ways = [way for way in Direction if policy in by[way]]
        if ways:
            left_out = "" if policy.types_written else ", as policyTypes is left out"
            words = f"isolates it for {' and '.join(map(str, ways))}{left_out}"
            yield _Involved(f"{policy} selects {pod} and {words}", policy, _isolation(policy))


# ---------------------------------------------------------------- which lines


def _isolation(policy: Policy, *directions: Direction) -> tuple[Path, ...]:
    """Return the lines that isolate: the selector, policyTypes, and lists without a rule."""
    types = (TYPES,) if policy.types_written else ()
    written = {Direction.INGRESS: policy.ingress, Direction.EGRESS: policy.egress}
    empty = (("spec", str(way)) for way in directions if written[way] == ())
    return SELECTOR, *types, *empty


def _wanted(cluster: Cluster, miss: NearMiss, unmet: Unmet, side: Side) -> Path:
    """Return where the one thing is written that a rule wants and the flow does not have."""
    if unmet.part is UnmetPart.SELECTED:
        assert isinstance(unmet.wants, Requirement)
        document, selector = policy_document(cluster, miss.policy), miss.policy.pod_selector
        return path_of_requirement(document, selector, unmet.wants, SELECTOR)
    if miss.peer is None or not miss.wants_peer or unmet.part in PORT_PARTS:
        return (*parse_path(miss.rule.path), "ports") if unmet.part in PORT_PARTS else TYPES
    at = parse_path(peer_path(miss.rule, miss.rule.peers.index(miss.peer)))
    match unmet.part, unmet.wants:
        case (UnmetPart.POD_LABELS | UnmetPart.NAMESPACE_LABELS) as part, Requirement() as wanted:
            field = "podSelector" if part is UnmetPart.POD_LABELS else "namespaceSelector"
            selector = selectors_of(miss.peer)[field]
            document = policy_document(cluster, miss.policy)
            return path_of_requirement(document, selector, wanted, (*at, field))
        case UnmetPart.ADDRESS, _:
            return *at, "ipBlock", "cidr"
        case UnmetPart.EXCEPT, IPBlock() as block:
            address = side.peer.address
            parts = (i for i, part in enumerate(block.excepts) if address and address in part)
            return *at, "ipBlock", "except", next(parts)
    return at


# ---------------------------------------------------------------- the change


def as_lines(edit: Edit) -> str:
    """Return what to do and what to type, with a plus before each line that is new.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> found = lab.fix(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))
    >>> print(as_lines(found.changes[0]))
    add to spec.ingress[0].from:
    + - podSelector:
    +     matchLabels:
    +       app: myapp
    +       role: web
    """
    return f"{edit.what_to_do}:\n{indent(edit.yaml, '+ ' if edit.adds else '  ')}"
