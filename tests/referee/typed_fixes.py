"""Fixes checked on the text as edited: typed in, read again, judged by the package and the referee.

A fix is right if its flow is allowed then, and what it says it opens and closes besides is exactly
what differs. Every change that was weighed is typed too, and must give what it says it gives.
"""

import random
from ipaddress import ip_address
from itertools import product

import yaml

import netpol_lab as lab
from netpol_lab.advice.besides import as_selectors_see_it
from netpol_lab.advice.edits import edits
from netpol_lab.advice.fix import needless
from netpol_lab.errors import NetpolError
from netpol_lab.model.ports import PortSet, Protocol
from tests.referee import naive
from tests.referee.odd_clusters import odd_cluster
from tests.referee.random_clusters import mentioned_ports, random_cluster, random_flows
from tests.referee.random_parts import OUTSIDE, name_of, of_kind
from tests.referee.random_tiers import mixed_cluster
from tests.referee.typed_edits import as_text, typed

CELLS = 8  # other flows that are asked about for each fix


def first_wrong_fix(documents, flow, seed, narrow=False):
    """What is wrong with the fix of one flow, in words; nothing where all is well."""
    source, destination, port, protocol = flow
    text = as_text(documents)
    cluster = lab.load(text, channel="experimental")
    verdict = lab.evaluate(cluster, source, destination, port=port, protocol=protocol)
    fix = lab.fix(verdict, narrow)
    if needless(verdict) or fix is None:
        return "" if fix is None else f"{flow} needs no {fix!r}"
    for edit in weighed(verdict):
        if words := unlike(cluster, edit.apply(cluster), text, edit):
            return words
    for edit in fix.changes:
        try:
            text = typed(text, edit)
            after = lab.load(text, channel="experimental")
        except NetpolError as error:
            return f"{flow}: {edit}\nis refused:\n{error}"
    known, now = naive.Cluster(documents), naive.Cluster([*yaml.safe_load_all(text)])
    reached = lab.evaluate(after, source, destination, port=port, protocol=protocol)
    if fix.remarks:  # no rule settles all of it
        reached = as_selectors_see_it(reached)
    if reached.allowed is not True:
        return f"{flow} is not allowed by {fix}"
    if now.allowed(*flow) not in {True, None if fix.remarks else True}:
        return f"{flow} is not allowed by {fix}, says the referee"
    return untold(fix, known, now, other_flows(documents, fix, after, seed))


def wrong_fix_of(seed):
    """What is wrong with a fix in the random cluster of a seed; every third is an odd one."""
    if seed % 3:
        documents = random_cluster(seed)
        flows = random_flows(documents, seed, 1)
    else:
        documents, flow = odd_cluster(seed)
        flows = [flow]
    return "".join(first_wrong_fix(documents, flow, seed, seed % 5 == 0) for flow in flows)


def wrong_fix_beside_tiers(seed):
    """What is wrong with a fix in the cluster of a seed that has cluster-wide policies, too."""
    documents = mixed_cluster(seed)
    flows = random_flows(documents, seed, 2)
    return "".join(first_wrong_fix(documents, flow, seed, seed % 5 == 0) for flow in flows)


def weighed(verdict):
    """Every change that might be a part of the fix, at the sides that deny."""
    sides = (
        (one, side)
        for one in verdict.outcomes
        for side in one.sides
        if not side.allowed and side.overruled is None
    )
    found = (edits(verdict.cluster, side, one.assumptions) for one, side in sides)
    return {(edit.words, edit.yaml): edit for some in found for edit in some}.values()


def unlike(cluster, meant, text, edit):
    """How the text with a change differs from what the change is said to give."""
    try:
        found = lab.load(typed(text, edit), channel="experimental")
    except NetpolError as error:
        return f"{edit}\nis refused:\n{error}"
    labels = {str(pod): pod.labels for pod in found.pods}
    same = (
        {*found.policies} == {*meant.policies}
        and {*found.cluster_policies} == {*meant.cluster_policies}
        and all(labels.get(str(pod), pod.labels) == pod.labels for pod in meant.pods)
        and all(found.namespaces.get(one.name, one) == one for one in meant.namespaces.values())
    )
    return "" if same else f"typed, it is something else:\n{edit}"


def untold(fix, known, now, flows):
    """The first flow of which the referee says another change than the fix does."""
    for flow in flows:
        was, then = known.allowed(*flow), now.allowed(*flow)
        opens, leaves_open = then is True and was is not True, then is None and was is False
        told = {
            "opens": (said(fix.also.opened, "ports", flow), opens),
            "leaves open": (said(fix.also.opened, "undefined", flow), leaves_open),
            "closes": (said(fix.also.closed, "ports", flow), was is True and then is not True),
        }
        for verb, (says, does) in told.items():
            if says != does:
                return f"{flow} was {was} and is {then}; says {verb}: {says}\n{fix}"
    return ""


def can_exist(cluster, source, destination):
    """Whether two ends may have addresses of the same family: else there is no such connection."""
    ends = cluster.endpoint(source), cluster.endpoint(destination)
    here, there = ({address.version for address in end.known_addresses} for end in ends)
    return not here or not there or bool(here & there)


def other_flows(documents, fix, after, seed):
    """Flows that a fix says it opens or closes, flows that differ, and some others."""
    rng, verdict = random.Random(seed), fix.verdict
    arriving = [outcome.arriving for outcome in verdict.outcomes]
    meant = {(flow.source.name, flow.destination.name, flow.port) for flow in arriving}
    rows = [(row, row.ports | row.undefined) for row in (*fix.also.opened, *fix.also.closed)]
    differ = lab.diff(verdict.cluster, after).changes
    rows += [(row, PortSet.union(*row.kinds.values())) for row in differ]
    told = [
        (first(row.source), first(row.destination), port, str(protocol))
        for row, ports in rng.sample(rows, min(len(rows), CELLS))
        for protocol, port, _ in rng.sample(ports.ranges, 1)
    ]
    pods = [name_of(pod) for pod in of_kind(documents, "Pod")]
    pods = [pod for pod in pods if not verdict.cluster.pod(pod).finished]
    numbers = [*mentioned_ports(documents), verdict.flow.port or 1]
    pairs = [*product(pods, pods + OUTSIDE), *product(OUTSIDE, pods)]
    some = [
        (*rng.choice(pairs), rng.choice(numbers), str(rng.choice([*Protocol])))
        for _ in range(CELLS)
    ]
    some = [flow for flow in some if can_exist(verdict.cluster, *flow[:2])]
    typed_in = "".join(edit.yaml for edit in fix.changes)
    if "ipBlock" in typed_in or "networks" in typed_in:
        # The address that was asked about is nobody's of whom the manifests give no address.
        unknown = {str(pod) for pod in verdict.cluster.pods if not pod.known_addresses}
        told = [flow for flow in told if not unknown & {*flow[:2]}]
        some = [flow for flow in some if not unknown & {*flow[:2]}]
    services = {str(one) for service in verdict.cluster.services for one in service.addresses}
    return [
        flow
        for flow in told + some
        if flow[0] != flow[1] and flow[:3] not in meant and not services & {*flow[:2]}
    ]


def first(name):
    """An end that a row means: the first address of a range."""
    return name if "/" in name else name.partition("-")[0]


def said(rows, field, flow):
    """Is a flow one of those in these rows?"""
    source, destination, port, protocol = flow
    return any(
        means(row.source, source)
        and means(row.destination, destination)
        and (protocol, port) in getattr(row, field)
        for row in rows
    )


def means(name, end):
    """Is an end the pod, the address or in the range of this name?"""
    if name == end or "/" in name + end:
        return name == end
    first, _, last = name.partition("-")
    low, high, address = ip_address(first), ip_address(last or first), ip_address(end)
    return low.version == address.version and low <= address <= high
