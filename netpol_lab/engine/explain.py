"""The reasons of a verdict, and what a policy says, in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from netpol_lab.engine.aliases import meant_by, what_to_do
from netpol_lab.engine.ambient_mesh import MODE, TUNNEL_PORT, tunnelled
from netpol_lab.engine.left_open import ALLOWED_WORDS, arrival, left_open
from netpol_lab.engine.near_words import near
from netpol_lab.engine.nearest import nearest
from netpol_lab.engine.other_policies import listed, subjects
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.sides import Exemption, Side
from netpol_lab.engine.tier_misses import nearest_in_tier
from netpol_lab.engine.tier_words import decision, passed_over, with_rank
from netpol_lab.engine.tiers import Ruling, about
from netpol_lab.engine.verdict import Outcome, Verdict, judge
from netpol_lab.errors import some
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.objects import Direction, Pod
from netpol_lab.model.ports import is_governed
from netpol_lab.model.services import Service

MOST_PLACES = 4  # behind a Service that are listed


# ---------------------------------------------------------------- verdicts


def explain(verdict: Verdict) -> str:
    """Return a verdict with its reasons: one headline, then both sides.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    str
        Several lines; also what ``str(verdict)`` gives.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(explain(lab.evaluate(lab.load("three-tier"), "backend", "db", port=5432)))
    shop/backend -> shop/db  TCP 5432: allowed
      egress   shop/backend is not isolated for egress
      ingress  shop/db is isolated by shop/db-access-ingress; its rule 1 admits shop/backend
    """
    still_open = (f"  open     {words}" for words in left_open(verdict))
    what = (_rewriting, _family, _sides, _otherwise, _mesh)
    parts = (still_open, *(part(verdict) for part in what))
    return "\n".join([headline(verdict), *chain.from_iterable(parts)])


def headline(verdict: Verdict) -> str:
    """Return the verdict alone, in one line.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> headline(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))
    'shop/web -> shop/db  TCP 5432: denied'
    """
    words = ALLOWED_WORDS[verdict.allowed]
    if verdict.allowed is None and verdict.common is not None:
        words += f" (most plugins: {ALLOWED_WORDS[verdict.common]})"
    return f"{verdict.flow}: {words}"


def _rewriting(verdict: Verdict) -> Iterator[str]:
    arriving = verdict.outcomes[0].arriving
    if arriving is not verdict.flow:
        end, places = verdict.flow.destination, _places(verdict)
        if end.service is not None and end.service.external_name:
            yield from _alias(verdict, end.service, places)
            return
        what = "is a Service, and leads" if end.service else "is a Service address, rewritten"
        if end.address in verdict.cluster.node_names:
            what = f"is the address of a node, whose port {verdict.flow.port} leads"
        yield f"  service  {end} {what} to {' or '.join(places)}"


def _alias(verdict: Verdict, alias: Service, places: list[str]) -> Iterator[str]:
    """Yield where a name for another name leads, or what to ask about where that is not told."""
    meant = meant_by(verdict.cluster, alias)
    if meant.external_name:
        yield f"  service  {what_to_do(meant)}"
    else:
        yield (
            f"  service  {alias} is another name for Service {meant}, and leads to "
            f"{' or '.join(places)}"
        )


def _places(verdict: Verdict) -> list[str]:
    """Return where a flow may arrive, in words: the first few places."""
    found = [*dict.fromkeys(arrival(outcome.arriving) for outcome in verdict.outcomes)]
    more = len(found) - MOST_PLACES
    return [*found[:MOST_PLACES], *([f"{more} more"] if more > 0 else [])]


def _family(verdict: Verdict) -> Iterator[str]:
    """Yield the addresses in use where a pod has several families to choose from (SEM-48)."""
    flow = verdict.outcomes[0].arriving
    pods = (end.pod for end in flow.ends if end.pod is not None)
    if any(len({address.version for address in pod.addresses}) > 1 for pod in pods):
        used = (str(end.address or "an unknown address") for end in flow.ends)
        yield f"  address  judged for {' -> '.join(used)}"
    elif len({end.address.version for end in flow.ends if end.address}) > 1:
        both = f"{flow.source.address} and {flow.destination.address}"
        yield f"  address  {both} share no family: there is no such connection"


def _sides(verdict: Verdict) -> Iterator[str]:
    for side in verdict.sides:
        yield f"  {side.direction!s:<8} {_reason(verdict, side)}"
        yield from (f"           {words}" for words in passed_over(side))
        yield from _closest(verdict, side, verdict.outcomes[0])


def _closest(verdict: Verdict, side: Side, outcome: Outcome) -> Iterator[str]:
    miss = nearest(verdict.cluster, side, outcome.assumptions)
    if miss is not None:
        yield f"           {near(miss, side, verdict.cluster)}"
    if words := nearest_in_tier(verdict.cluster, side, outcome.assumptions):
        yield f"           {words}"


def _otherwise(verdict: Verdict) -> Iterator[str]:
    """Yield what an undefined flow is in another permitted reading, and at another place."""
    usual = verdict.outcomes[0]
    others = [one for one in verdict.outcomes if one.allowed is not usual.allowed]
    same = (one for one in others if one.arriving == usual.arriving)
    for other in islice(same, 1):
        yield from _differing(verdict, other, "")
    elsewhere = (
        one
        for one in others
        if one.arriving != usual.arriving and one.assumptions == usual.assumptions
    )
    for other in islice(elsewhere, 1):
        goes_on = other.arriving.destination != usual.arriving.destination
        yield from _differing(verdict, other, f" at {arrival(other.arriving)}" if goes_on else "")


def _differing(verdict: Verdict, other: Outcome, where: str) -> Iterator[str]:
    """Yield why a side answers otherwise than in the usual reading."""
    for before, side in zip(verdict.sides, other.sides, strict=True):
        if before.allowed is not side.allowed:
            yield f"  else     {ALLOWED_WORDS[other.allowed]}{where}: {_reason(verdict, side)}"
            if where:
                yield from _closest(verdict, side, other)


def _mesh(verdict: Verdict) -> Iterator[str]:
    """Yield a word on pods of an ambient mesh: policies see the tunnel between them (SEM-77)."""
    carried = tunnelled(verdict.cluster, verdict.outcomes[0].arriving)
    if carried is not None:
        found = ALLOWED_WORDS[judge(verdict.cluster, carried, verdict.assumptions).allowed]
        yield (
            f"  mesh     both pods are in Istio's ambient mesh ({MODE}), where this connection "
            f"arrives on TCP {TUNNEL_PORT}: {found} there"
        )


def _reason(verdict: Verdict, side: Side) -> str:
    if side.overruled is not None:
        do = "allow" if side.overruled else "block"
        does = f"{do}s" if len(side.other_policies) == 1 else do
        return f"if {listed(side.other_policies)} {does} {side.direction} of {side.subject}"
    if side.ruling is not None:
        return decision(side)
    if side.exemption is not None:
        return _exempt(verdict, side, side.exemption)
    if side.assumed is not None and side.direction is Direction.INGRESS:
        return f"{_untold(side.subject)} that the manifests do not tell"
    if side.assumed is not None and not side.isolated:
        untold = _untold(side.peer)
        return f"whether cluster-wide policies let {side.subject} reach {untold} is not told"
    if not side.isolated:
        return f"{side.subject} is not isolated for {side.direction}"
    by = ", ".join(map(str, side.isolated_by))
    return f"{side.subject} is isolated by {by}; {_admission(side)}"


def _exempt(verdict: Verdict, side: Side, why: Exemption) -> str:
    hidden = verdict.flow.subject(side.direction)
    if why is Exemption.OUTSIDE and hidden.pod is not None:
        return f"{hidden} uses its node's network, so policies do not apply to it"
    if why is Exemption.OWN_NODE and side.direction is Direction.EGRESS:
        return f"{side.subject}: allowed, if a pod may always connect to its own node"
    return f"{side.subject}: {why.value}"


def _admission(side: Side) -> str:
    if side.assumed is not None:
        return f"whether it admits {_untold(side.peer)} is not told"
    if not side.admitted_by:
        rules = [rule for policy in side.isolated_by for rule in policy.rules(side.direction)]
        if not rules:
            return f"no {side.direction} rule is listed, so nothing is admitted"
        if all(rule.ports for rule in rules) and not is_governed(side.flow.protocol):
            return "its rules list ports, which speak only of TCP, UDP and SCTP"
        return f"no rule admits {_called(side.peer)}"
    policy, rule = side.admitted_by[0]
    whose = "its rule" if len(side.isolated_by) == 1 else f"{policy}, rule"
    return f"{whose} {rule.number} admits {_called(side.peer)}"


def _untold(end: Endpoint) -> str:
    """Return what to call an end of which only the Service is known that leads to it."""
    assert end.service is not None
    is_alias = bool(end.service.external_name)
    return f"{'an address behind the name' if is_alias else 'an endpoint of Service'} {end}"


def _called(peer: Endpoint) -> str:
    """Return what to call an end: a Service often has the name of a pod behind it."""
    return f"the address of Service {peer}" if peer.service is not None else str(peer)


def as_data(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain values, for JSON.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    dict

    Examples
    --------
    >>> import netpol_lab as lab
    >>> as_data(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))["ingress"]["by"]
    ['shop/db-access-ingress']
    """
    flow = verdict.flow
    return {
        "from": flow.source.name,
        "to": flow.destination.name,
        "port": flow.port,
        "protocol": str(flow.protocol),
        "allowed": verdict.allowed,
        "common": verdict.common,
        **{str(side.direction): _side_as_data(verdict, side) for side in verdict.sides},
        "open": left_open(verdict),
        "explanation": explain(verdict),
    }


def _side_as_data(verdict: Verdict, side: Side) -> dict[str, Any]:
    return {
        "allowed": side.allowed,
        "isolated": side.isolated,
        "by": [str(policy) for policy in side.isolated_by],
        "admitted_by": [
            {"policy": str(policy), "rule": rule.number} for policy, rule in side.admitted_by
        ],
        "reason": _reason(verdict, side),
        "tiers": [_ruling_as_data(ruling, side) for ruling in side.rulings if ruling],
        "other_policies": [str(policy) for policy in side.other_policies],
    }


def _ruling_as_data(ruling: Ruling, side: Side) -> dict[str, Any]:
    match = ruling.decisive
    return {
        "tier": str(ruling.tier),
        "decides": ruling is side.ruling,
        "policy": str(match.policy) if match else None,
        "priority": match.policy.priority if match and match.policy.is_ranked else None,
        "rule": match.rule.number if match else None,
        "action": str(match.action) if match else None,
    }


# ---------------------------------------------------------------- pods


def describe_pod(cluster: Cluster, pod: Pod) -> str:
    """Return which policies select a pod and what it is isolated for.

    Parameters
    ----------
    cluster : Cluster
    pod : Pod

    Returns
    -------
    str
        Several lines.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> print(describe_pod(shop, shop.pod("web")))
    shop/web  app=myapp, role=web
      ingress  not isolated: no policy that lists Ingress selects it, so all is allowed
      egress   not isolated: no policy that lists Egress selects it, so all is allowed
    """
    labels = ", ".join(f"{key}={value}" for key, value in pod.labels.items()) or "no labels"
    lines = [f"{pod}  {labels}"]
    if pod.finished:
        lines.append("  has finished, so it takes part in no connection")
        return "\n".join(lines)
    if pod.host_network:
        lines.append("  node     uses its node's network: how policies treat it is undefined")
    found = resolution_of(cluster)
    for direction in Direction:
        by = found.isolating(pod, direction)
        tiers = some(map(with_rank, about(found, pod, direction)))
        others = [p for p in cluster.other_policies if pod in subjects(found, p, direction)]
        could, are = listed(others), "is" if len(others) == 1 else "are"
        said = f"isolated by {', '.join(map(str, by))}"
        if not by:
            said = f"not isolated: no policy that lists {direction.value} selects it"
            said += "" if could or tiers else ", so all is allowed"
        said += f"; first or last are asked: {tiers}" if tiers else ""
        said += f"; {could} could decide otherwise, and {are} not evaluated yet" if could else ""
        lines.append(f"  {direction!s:<8} {said}")
    return "\n".join(lines)
