"""The smallest change to the manifests that makes a denied flow allowed.

Candidates come from `edits`; each is applied and the engine is asked again, so nothing about
NetworkPolicy is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from netpol_lab.advice.besides import (
    Also,
    also_of,
    arriving,
    as_selectors_see_it,
    hidden_client,
    remarks,
)
from netpol_lab.advice.edit import Edit, Touch
from netpol_lab.advice.edits import edits
from netpol_lab.advice.tier_edits import owned_above
from netpol_lab.engine.other_policies import listed
from netpol_lab.engine.service_paths import leads_nowhere, without_answer
from netpol_lab.engine.sides import Side
from netpol_lab.engine.verdict import Outcome, Verdict, judge
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.other_policies import OtherPolicy
from netpol_lab.model.policy_parts import list_of_peers
from netpol_lab.reach.grouping import Connection


@dataclass(frozen=True)
class Fix:
    """The changes that let a flow through, found by `fix`.

    Parameters
    ----------
    verdict : Verdict
        On the flow as the manifests are.
    changes : tuple of Edit
        In the order in which to make them; often there is one.
    """

    verdict: Verdict
    changes: tuple[Edit, ...]

    def apply(self, cluster: Cluster | None = None) -> Cluster:
        """Return the changed cluster, on which the flow is allowed.

        Parameters
        ----------
        cluster : Cluster, optional
            The verdict's own when left out; another one has to hold the same objects.

        Returns
        -------
        Cluster

        Examples
        --------
        >>> import netpol_lab as lab
        >>> found = lab.fix(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))
        >>> lab.evaluate(found.apply(), "web", "db", port=5432).allowed
        True
        """
        start = self.verdict.cluster if cluster is None else cluster
        return reduce(lambda changed, edit: edit.apply(changed), self.changes, start)

    @cached_property
    def also(self) -> Also:
        """The other flows that the changes open and close; computed when first asked for."""
        return also_of(self.verdict, self.apply(), all(map(_adds_only_a_block, self.changes)))

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What else is to be said, such as that only most plugins allow the flow then."""
        return tuple(remarks(self.verdict, _after(self.verdict, self.apply())))

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """Which rules of tier Admin stand in the way, that only their owners can change."""
        return tuple(
            dict.fromkeys(filter(None, (owned_above(s) for _, s in _denials(self.verdict))))
        )

    @property
    def besides(self) -> str:
        """What else they do and what is to be said, line by line."""
        return "\n".join((str(self.also), *(f"note: {words}" for words in self.remarks)))

    def __str__(self) -> str:
        return "\n".join([*self.owners, *map(str, self.changes), self.besides])

    def __repr__(self) -> str:
        return f"<Fix: {'; '.join(edit.words for edit in self.changes)}>"


def fix(verdict: Verdict, narrow: bool = False) -> Fix | None:
    """Return the smallest change to the manifests that makes a flow allowed.

    The first of these that lets the flow through, the fewest of them that are needed:

    1. What a policy says for this flow, and says so that it has no effect, is mended there: an item
       of `from` or `to` or a podSelector that matches no pod, where the rest of it says who is
       meant (what is asked for in vain is taken out, or becomes what the pod or the namespace has);
       a port name that no pod has; a direction that is not listed.
    2. A policy with rules that selects nobody but the pod in question and those like it gets more
       to admit, or a pod of its namespace the label that its rules ask for. Where there is no such
       policy, as each is a default deny or selects others as well, a new one is written.
    3. Labels of other namespaces' pods, and of namespaces, are changed only where nothing else
       helps.
    4. Where tier Admin denies the flow, no NetworkPolicy helps: of two policies that contradict
       each other at one priority, one gets another number; else the policy gets a rule before the
       one that denies, or less to deny, or another one with a lower number is put before it. Where
       tier Baseline denies it, a NetworkPolicy that admits the flow comes first.

    Among several of one kind, what opens and closes the flows of the fewest other ends wins, so
    that a rule with other peers, or without any, is not widened, but one is added; then the fewest
    lines, then what opens and closes the fewest ports, then what stands first. A rule without ports
    is joined only by pods of a namespace in which it looks for some already. Nothing is removed
    but what matches nobody and exceptions of blocks. Nothing is proposed that the server refuses.

    A flow that is undefined gets a fix that makes it allowed under every permitted reading but two,
    of which a remark is made: egress rules may see the address of a Service, which most plugins
    rewrite first, and a client may arrive with another address than its own. ICMP, which no rule
    can list, gets a rule without ports.

    Parameters
    ----------
    verdict : Verdict
    narrow : bool
        Whether opening and closing few other flows, each port for itself, counts before all this
        but labels elsewhere, and lines only among equals.

    Returns
    -------
    Fix or None
        None where there is nothing to do, as the flow is allowed already, by most plugins at
        least (see `needless`); or where no such change surely helps: an end that is no ordinary
        pod (a pod on its node's network, a Service that is called by name) can be admitted only by
        its address, which the manifests may not give.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> better = lab.fix(lab.evaluate(shop, "web", "db", port=5432))
    >>> print(better)
    in shop/db-access-ingress, let rule 1 also admit pods with app=myapp, role=web
      add to spec.ingress[0].from:
        - podSelector:
            matchLabels:
              app: myapp
              role: web
    this also opens other flows:
      shop/web -> shop/db  TCP 1-5431, 5433-65535; UDP (all); SCTP (all)
    >>> lab.evaluate(better.apply(shop), "web", "db", port=5432).allowed
    True
    >>> print(lab.fix(better.verdict, narrow=True).changes[0].words)
    in shop/db-access-ingress, add an ingress rule for pods with app=myapp, role=web on TCP 5432
    """
    if needless(verdict):
        return None
    steps: list[Edit] = []
    now = as_selectors_see_it(verdict)
    while now.allowed is not True:
        step = _step(now, narrow)
        if step is None:
            return None
        edit, now = step
        steps.append(edit)
    return Fix(verdict, tuple(steps)) if steps else None


def needless(verdict: Verdict) -> str:
    """Say why no change is looked for; nothing where one is.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> needless(lab.evaluate(shop, "backend", "db", port=5432))
    'it is allowed already'
    >>> needless(lab.evaluate(shop, "web", "db", port=5432))
    ''
    """
    if verdict.allowed:
        return "it is allowed already"
    if verdict.common:
        return "most plugins allow it already, so nothing is proposed"
    if others := listed(_beside(verdict)):
        return f"no rule of a NetworkPolicy can: {others} could still block it"
    cluster, flow = verdict.cluster, verdict.flow
    if unknown := without_answer(cluster, flow):
        return f"there is no such connection: {leads_nowhere(cluster, unknown, flow)}"
    if untold := next((one.missing for one in verdict.outcomes if one.missing), ""):
        return f"no change surely helps while {untold}"
    if all(map(_mixes_families, verdict.outcomes)):
        return "there is no such connection: its ends share no address family"
    if as_selectors_see_it(verdict).allowed:
        return f"it is allowed if the client arrives with its own address; {hidden_client(verdict)}"
    return ""


def why_none(verdict: Verdict) -> str:
    """Say why no change is proposed, as far as that is known; nothing where it is not.

    Parameters
    ----------
    verdict : Verdict
        One for which `fix` found nothing.

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> why_none(lab.evaluate(lab.load("three-tier"), "backend", "db", port=5432))
    'it is allowed already'
    """
    hosts = (
        (side.peer, side.direction)
        for _, side in _denials(verdict)
        if side.peer.pod is not None and side.peer.pod.host_network and side.peer.address is None
    )
    reasons = (
        f"the manifests do not give the address of the node whose network {end} uses: admit the "
        f"addresses of the nodes by an ipBlock, or anyone by a rule without {list_of_peers(way)}"
        for end, way in hosts
    )
    above = (owned_above(side) for _, side in _denials(verdict))
    return needless(verdict) or next(chain(reasons, filter(None, above)), "")


def _beside(verdict: Verdict) -> Iterator[OtherPolicy]:
    """Yield the policies of other kinds that could block a flow whatever the rules say."""
    if verdict.assumptions.only_network_policies is not True:
        for outcome in verdict.outcomes:
            yield from chain.from_iterable(side.other_policies for side in outcome.sides)


def _mixes_families(outcome: Outcome) -> bool:
    ends = outcome.arriving.source.address, outcome.arriving.destination.address
    return len({address.version for address in ends if address is not None}) > 1


# ---------------------------------------------------------------- the search


def _step(verdict: Verdict, narrow: bool) -> tuple[Edit, Verdict] | None:
    """Return the best edit that lets the flow through one side more, and the verdict then."""
    judged = ((one, side) for one, side in _denials(verdict) if side.overruled is None)
    outcome, side = next(judged, (None, None))
    if outcome is None or side is None:
        return None
    proposed = dict.fromkeys(edits(verdict.cluster, side, outcome.assumptions))
    touches = _foreign if narrow else attrgetter("touch")
    before = len(_denials(verdict))
    for _, alike in groupby(sorted(proposed, key=touches), touches):
        tried = [(edit, _after(verdict, edit.apply(verdict.cluster))) for edit in alike]
        helping = [(edit, after) for edit, after in tried if len(_denials(after)) < before]
        if len(helping) > 1:
            return min(helping, key=lambda step: _cost(verdict, *step, narrow=narrow))
        if helping:
            return helping[0]
    return None


def _foreign(edit: Edit) -> bool:
    return edit.touch >= Touch.FOREIGN


def _cost(verdict: Verdict, edit: Edit, after: Verdict, *, narrow: bool) -> tuple[int, ...]:
    """Return what speaks against an edit, the weightiest first."""
    also = also_of(verdict, after.cluster, _adds_only_a_block(edit))
    rows = (*also.opened, *also.closed)
    flows = sum(len(row.ports | row.undefined) for row in rows)
    meant = {(flow.source.name, flow.destination.name) for flow in arriving(verdict)}
    others = sum((row.source, row.destination) not in meant for row in rows)
    return (flows, edit.lines) if narrow else (others, edit.lines, flows)


def _adds_only_a_block(edit: Edit) -> bool:
    """Say whether a change lets in nothing but the address of the flow's own end."""
    return edit.joins is not None and edit.joins.ip_block is not None


def _denials(verdict: Verdict) -> list[tuple[Outcome, Side]]:
    """Return the sides that deny in any permitted reading, those of the usual one first."""
    return [(one, side) for one in verdict.outcomes for side in one.sides if not side.allowed]


def _after(verdict: Verdict, cluster: Cluster) -> Verdict:
    """Return the verdict on the same flow in a changed cluster."""
    source, destination = (
        end if end.pod is None else replace(end, pod=cluster.pod(str(end.pod)))
        for end in (verdict.flow.source, verdict.flow.destination)
    )
    flow = replace(verdict.flow, source=source, destination=destination)
    return judge(cluster, flow, verdict.assumptions)


def as_data(fix: Fix) -> dict[str, Any]:
    """Return a fix as plain values, for JSON.

    Parameters
    ----------
    fix : Fix

    Returns
    -------
    dict of str to list or dict
        ``changes``, in ``also`` what else they open and close, ``remarks``, and in ``owners`` which
        rules of tier Admin are in the way.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> found = lab.fix(lab.evaluate(shop, "web", "db", port=5432))
    >>> as_data(found)["changes"][0]["path"]
    'spec.ingress[0].from'
    """
    fields = ("object", "path", "words", "yaml")
    return {
        "changes": [{field: getattr(edit, field) for field in fields} for edit in fix.changes],
        "also": {
            "opened": [*map(_connection_as_data, fix.also.opened)],
            "closed": [*map(_connection_as_data, fix.also.closed)],
        },
        "remarks": [*fix.remarks],
        "owners": [*fix.owners],
    }


def _connection_as_data(row: Connection) -> dict[str, Any]:
    ports = {"ports": row.ports.as_data()}
    if row.undefined:
        ports["undefined"] = row.undefined.as_data()
    return {"from": row.source, "to": row.destination, **ports}
