"""What a change does beside letting its flow through: what else it opens and closes, and a word.

Reachability before and after says it; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from netpol_lab.engine.aliases import meant_by
from netpol_lab.engine.verdict import Verdict, judge
from netpol_lab.errors import counted
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Flow
from netpol_lab.model.ports import PortSet
from netpol_lab.model.services import Service
from netpol_lab.reach.diff import diff
from netpol_lab.reach.grouping import Connection

MOST_SHOWN = 5  # connections in a warning


class Also(NamedTuple):
    """What a fix does beside letting its flow through.

    Parameters
    ----------
    opened : tuple of Connection
        What else becomes allowed, or undefined.
    closed : tuple of Connection
        What was allowed and no longer surely is.
    """

    opened: tuple[Connection, ...]
    closed: tuple[Connection, ...]

    def __str__(self) -> str:
        parts = [*_listed("opens", self.opened), *_listed("closes", self.closed)]
        return "\n".join(parts) or "this opens nothing else"


def also_of(verdict: Verdict, changed: Cluster, only_new_blocks: bool = False) -> Also:
    """Return what a change opens and closes beside the flow of a verdict.

    Parameters
    ----------
    verdict : Verdict
        On the cluster as it was.
    changed : Cluster
    only_new_blocks : bool
        Whether the only blocks that it lets in are the one address that is asked about, which no
        pod of an unknown address can have as well.

    Returns
    -------
    Also

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> verdict = lab.evaluate(shop, "web", "db", port=5432)
    >>> print(also_of(verdict, shop))
    this opens nothing else
    """
    assumptions = verdict.assumptions
    if only_new_blocks and assumptions.unknown_addresses_in_blocks is None:
        assumptions = replace(assumptions, unknown_addresses_in_blocks=False)
    difference = diff(verdict.cluster, changed, assumptions)
    before, after = difference.before, difference.after
    opened, closed = [], []
    for row in difference.changes:
        pair = row.source, row.destination
        was, now, asked = before.ports(*pair), after.ports(*pair), _asked(verdict, *pair)
        perhaps = after.undefined(*pair) - before.undefined(*pair) - was
        opened.append(Connection(*pair, now - was - asked, perhaps - asked))
        closed.append(Connection(*pair, was - now))
    return Also(
        tuple(row for row in opened if row.ports or row.undefined),
        tuple(row for row in closed if row.ports),
    )


def arriving(verdict: Verdict) -> Iterator[Flow]:
    """Yield the flow of a verdict as it is asked for, and as it arrives."""
    asked = verdict.flow
    if asked.destination.address is not None:
        yield replace(asked, destination=replace(asked.destination, service=None))
    yield from (outcome.arriving for outcome in verdict.outcomes)


def _asked(verdict: Verdict, source: str, destination: str) -> PortSet:
    """Return the ports of a connection that the verdict is about."""
    return PortSet.union(
        *(
            PortSet.of(flow.protocol, flow.port)
            for flow in arriving(verdict)
            if (flow.source.name, flow.destination.name) == (source, destination) and flow.port
        )
    )


def _listed(verb: str, rows: tuple[Connection, ...]) -> Iterator[str]:
    """Yield what a change opens or closes: the first few by name, and what is left open as one."""
    if rows:
        yield f"this also {verb} other flows:"
    certain = [f"{row.source} -> {row.destination}  {row.ports}" for row in rows if row.ports]
    yield from (f"  {words}" for words in certain[:MOST_SHOWN])
    if len(certain) > MOST_SHOWN:
        yield f"  and {counted(len(certain) - MOST_SHOWN, 'more connection')}"
    if undefined := [row for row in rows if row.undefined]:
        pair = f"{undefined[0].source} -> {undefined[0].destination}"
        more = f" and {len(undefined) - 1} more" if len(undefined) > 1 else ""
        ports = PortSet.union(*(row.undefined for row in undefined))
        yield f"  perhaps, as it is left open: {pair}{more}  {ports}"


# ---------------------------------------------------------------- a word


OPEN = ("service_rewritten_first", "client_address_kept")  # what no rule for the ends can settle


def as_selectors_see_it(verdict: Verdict, *fields: str) -> Verdict:
    """Return a verdict as far as rules for its ends can change it.

    That is behind the address of a Service, which most plugins rewrite first (SEM-53), and for a
    client that arrives with its own address (SEM-60).

    Parameters
    ----------
    verdict : Verdict
    *fields : str
        Which of both to settle; both where left out.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> import netpol_lab as lab
    >>> verdict = lab.evaluate(lab.load("three-tier"), "web", "db", port=5432)
    >>> as_selectors_see_it(verdict).assumptions.client_address_kept
    True
    """
    given = verdict.assumptions
    settled: dict[str, Any] = {
        name: True for name in fields or OPEN if getattr(given, name) is None
    }
    return judge(verdict.cluster, verdict.flow, replace(given, **settled))


def remarks(verdict: Verdict, after: Verdict) -> Iterator[str]:
    """Yield what is to be said of a flow that a change lets through.

    Parameters
    ----------
    verdict : Verdict
        Before the change.
    after : Verdict
        On the same flow afterwards.

    Yields
    ------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> verdict = lab.evaluate(lab.load("three-tier"), "web", "db", port=5432)
    >>> [*remarks(verdict, verdict)]
    []
    """
    asked = verdict.flow.destination.service
    service = meant_by(verdict.cluster, asked) if asked is not None else None
    if after.allowed is None:
        by_address, by_client = (
            as_selectors_see_it(after, other).allowed is not True for other in reversed(OPEN)
        )
        if by_address:
            called = f"Service {service}" if service is not None else "a Service"
            known = ", ".join(map(str, service.addresses)) if service is not None else ""
            address = f" ({known})" if known else ""
            yield (
                "most plugins allow it then; one whose egress rules see the address of "
                f"{called}{address} wants a rule for that, too (SEM-53)"
            )
        if by_client:
            yield f"this holds if the client arrives with its own address; {hidden_client(after)}"
    if service is not None and service.headless and (word := _nobody_listens(verdict, service)):
        yield word


def hidden_client(verdict: Verdict) -> str:
    """Return what else to do where a client outside may arrive with another address than its own.

    Parameters
    ----------
    verdict : Verdict
        On a flow to a Service.

    Returns
    -------
    str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> hidden_client(lab.evaluate(lab.load("three-tier"), "web", "192.0.2.1", port=443))
    'else admit the addresses of the nodes, or anyone by a rule without from (SEM-60)'
    """
    flow, end = verdict.flow, verdict.flow.destination
    services = [end.service] if end.service is not None else []
    if not services and end.address is not None:
        services = verdict.cluster.services_at(end.address, flow.port, flow.protocol)
    keep = ""
    if any(service.keeps_client for service in services):
        keep = "externalTrafficPolicy: Local keeps it on the way through a node; "
    elif any(service.exposed_by for service in services):
        keep = "set externalTrafficPolicy: Local in the Service, or "
    admit = "admit the addresses of the nodes, or anyone by a rule without from (SEM-60)"
    return f"{keep}else {admit}" if keep.endswith("; ") else f"else {keep}{admit}"


def _nobody_listens(verdict: Verdict, service: Service) -> str:
    """Say that a headless name leads to a port of its pods that they do not declare."""
    port = verdict.flow.port
    offered = next((one for one in service.ports if one.port == port != one.target), None)
    pods = [flow.destination.pod for flow in arriving(verdict) if flow.destination.pod is not None]
    declared = {one.name: one.port for pod in pods for one in pod.ports}
    if offered is None or port in declared.values():
        return ""
    target = declared.get(str(offered.target), offered.target)
    return (
        f"Service {service} is headless, so nothing leads on from port {port} to {target}, "
        f"and no pod behind it declares {port}: connect to {target}"
    )
