"""The words for cluster-wide tiers: which rule decided a side, what passed it on, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netpol_lab.engine.sides import Side
from netpol_lab.engine.tiers import LaneAnswer, Match, Ruling, contradicting
from netpol_lab.errors import some
from netpol_lab.harmless import harmless
from netpol_lab.model.cluster_policies import Action, ClusterPolicy

DOES = {Action.ACCEPT: "accepts", Action.DENY: "denies", Action.PASS: "passes on"}


def called(match: Match) -> str:
    """Return what to call a rule of a cluster-wide policy.

    Parameters
    ----------
    match : Match

    Returns
    -------
    str

    Examples
    --------
    >>> from netpol_lab.model.cluster_policies import ClusterRule, Tier
    >>> from netpol_lab.model.objects import Direction
    >>> policy = ClusterPolicy("ClusterNetworkPolicy", "deny-all", Tier.ADMIN, 10)
    >>> called(Match(policy, ClusterRule(Direction.INGRESS, 0, name="no telnet")))
    'rule 1 "no telnet" of ClusterNetworkPolicy deny-all (Admin, priority 10)'
    """
    name = f' "{harmless(match.rule.name)}"' if match.rule.name else ""
    return f"rule {match.rule.number}{name} of {with_rank(match.policy)}"


def with_rank(policy: ClusterPolicy) -> str:
    """Return the name of a policy with its tier and priority.

    Parameters
    ----------
    policy : ClusterPolicy

    Returns
    -------
    str

    Examples
    --------
    >>> from netpol_lab.model.cluster_policies import Tier
    >>> with_rank(ClusterPolicy("ClusterNetworkPolicy", "deny-all", Tier.ADMIN, 10))
    'ClusterNetworkPolicy deny-all (Admin, priority 10)'
    """
    rank = f", priority {policy.priority}" if policy.is_ranked else ""
    return f"{policy} ({policy.tier}{rank})"


def decision(side: Side) -> str:
    """Return which rule of a cluster-wide tier decides a side; empty where none does.

    Parameters
    ----------
    side : Side

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> decision(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432).ingress)
    ''
    """
    if side.ruling is None:
        return ""
    match = side.ruling.decisive
    assert match is not None  # where none does, the next tier is asked
    words = f"{called(match)} {DOES[match.action]} {side.peer}"
    if match.unusable:
        words += ", if an implementation takes it so"
    elif not match.sure:
        words += ", if it means that"
    if side.is_decided_above and side.isolated:
        words += "; no NetworkPolicy is asked"
    return words


def passed_over(side: Side) -> Iterator[str]:
    """Yield what the tiers that did not decide a side have to say.

    Parameters
    ----------
    side : Side

    Yields
    ------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> [*passed_over(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432).ingress)]
    []
    """
    if side.is_exempt or side.overruled is not None or side.assumed is not None:
        return
    above, below = side.rulings
    if above is not None and above.answer is LaneAnswer.NEXT:
        yield f"before that, {_no_answer(above, side)}"
    if below is not None and not side.is_decided_above:
        if side.isolated:
            yield "after that, tier Baseline is not asked"
        elif below.answer is LaneAnswer.NEXT:
            yield f"after that, {_no_answer(below, side)}"


def _no_answer(ruling: Ruling, side: Side) -> str:
    if ruling.decisive is None:
        return f"no rule of tier {ruling.tier} matched"
    return f"{called(ruling.decisive)} passed {side.peer} on"


def contradictions(sides: Iterable[Side]) -> Iterator[str]:
    """Yield which policies contradict each other, and any may go first (ANP-04).

    Parameters
    ----------
    sides : iterable of Side

    Yields
    ------
    str

    Examples
    --------
    >>> [*contradictions(())]
    []
    """
    told: dict[str, None] = {}
    for ruling, _ in _rulings(sides):
        for matches in contradicting(ruling.matches):
            what = [f"{one.policy} {DOES[one.action]}" for one in matches]
            both = "both" if len(what) == 2 else "all"
            rank = f"{both} with priority {matches[0].policy.priority} in tier {ruling.tier}"
            if not matches[0].policy.is_ranked:
                rank = f"{both} in tier {ruling.tier}, the first without a priority"
            told[f"{some(what, 4)}, {rank}, and any of them may go first"] = None
    yield from told


def doubts(sides: Iterable[Side]) -> Iterator[str]:
    """Yield which rules match only if a name or a node is what nobody tells (ANP-12, ANP-17).

    Parameters
    ----------
    sides : iterable of Side

    Yields
    ------
    str

    Examples
    --------
    >>> [*doubts(())]
    []
    """
    yield from dict.fromkeys(
        f"whether {called(match)} means {side.peer} is not told by the manifests"
        for ruling, side in _rulings(sides)
        for match in ruling.matches
        if not (match.sure or match.unusable)
    )


def unusables(sides: Iterable[Side]) -> Iterator[str]:
    """Yield which rules, or subjects of policies, nobody can use, and why (ANP-20).

    Parameters
    ----------
    sides : iterable of Side

    Yields
    ------
    str

    Examples
    --------
    >>> [*unusables(())]
    []
    """
    matches = (match for ruling, _ in _rulings(sides) for match in ruling.matches)
    yield from dict.fromkeys(
        f"{of_no_use(match)}; implementations differ" for match in matches if match.unusable
    )


def of_no_use(match: Match) -> str:
    """Say that a rule cannot be used, or that whose subject cannot be, and why.

    Parameters
    ----------
    match : Match
        Of a rule or policy that is `unusable`.

    Returns
    -------
    str

    Examples
    --------
    >>> from netpol_lab.model.cluster_policies import ClusterRule, Tier
    >>> from netpol_lab.model.objects import Direction
    >>> policy = ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, 10)
    >>> rule = ClusterRule(Direction.INGRESS, 0, unusable="from[0]: ...")
    >>> of_no_use(Match(policy, rule)).partition(" (")[2]
    'Admin, priority 10) cannot be used: spec.ingress[0].from[0]: ...'
    """
    if match.rule.unusable:
        why = harmless(f"{match.rule.path}.{match.rule.unusable}")
        return f"{called(match)} cannot be used: {why}"
    subject = harmless(match.policy.unusable)
    return f"the subject of {with_rank(match.policy)} cannot be used: {subject}"


def _rulings(sides: Iterable[Side]) -> Iterator[tuple[Ruling, Side]]:
    return ((ruling, side) for side in sides for ruling in side.rulings if ruling)
