"""NP604: a container's own settings name a Service that its pod may not call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain, islice
from typing import NamedTuple

from netpol_lab.advice.edit import Edit
from netpol_lab.advice.edits import edits
from netpol_lab.checks.lint.callers.ways import Way, arrives_at, closest
from netpol_lab.checks.lint.context import Context, Probe
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.checks.lint.probes import MOST_ENDS
from netpol_lab.checks.lint.witnesses import OPENS, difference
from netpol_lab.engine.pod_sets import PodSet
from netpol_lab.engine.service_targets import target_port
from netpol_lab.engine.verdict import Verdict, evaluate
from netpol_lab.model.named_services import Mention
from netpol_lab.model.objects import Direction, Pod, Policy
from netpol_lab.model.ports import Protocol
from netpol_lab.model.services import Service, ServicePort

INGRESS, EGRESS, TCP = (
    Direction.INGRESS,
    Direction.EGRESS,
    Protocol.TCP,
)  # what addresses in settings are for
_DOMAINS = ("", "svc", "svc.cluster.local", "svc.cluster.local.")


class NamedCall(NamedTuple):
    """What a container is told to call: by whom, and the port of a Service."""

    mention: Mention
    source: Pod
    service: Service
    port: ServicePort


def denied_calls(context: Context) -> Iterator[NamedCall]:
    """Yield what containers are told to call, once for each workload, where policies deny it."""
    sources: dict[tuple[str, str, str], Pod] = {}
    for pod in context.everyone - context.on_hosts:
        made_by = (pod.workload.kind, pod.workload.name) if pod.workload else ("Pod", pod.name)
        sources.setdefault((pod.namespace, *made_by), pod)
        sources.setdefault((pod.namespace, "Pod", pod.name), pod)
    told = set()
    for mention in context.cluster.mentions:
        source = sources.get((mention.namespace, mention.kind, mention.name))
        service = context.services.get(_service_named(mention))
        if source is None or source.supposed or service is None:
            continue
        for port in service.ports:
            once = (source.namespace, str(source.workload or source), str(service), port.port)
            if (port.port, port.protocol) == (mention.port, TCP) and once not in told:
                call = NamedCall(mention, source, service, port)
                if _is_denied(context, call):
                    told.add(once)
                    yield call


def _service_named(mention: Mention) -> str:
    """Return the Service that a host may stand for in a pod's own namespace, by its full name."""
    name, _, rest = mention.host.partition(".")
    namespace, _, domain = rest.partition(".")
    return f"{namespace or mention.namespace}/{name}" if domain in _DOMAINS else ""


def _is_denied(context: Context, call: NamedCall) -> bool:
    """Say whether a Service leads to others than the caller, and policies deny the way to all."""
    pods = context.behind(call.service)
    alike = (call.source, *context.cluster.replicas_beside(call.source))
    if (
        not pods
        or any(pod in pods for pod in alike)
        or _goes_without_saying(context, call.source, pods)
    ):
        return False
    ends = str(call.source), f"service:{call.service}"
    asked = call.port.port
    if call.service.headless:  # its name means its pods, on the port that is asked for
        return all(context.allowed(Probe(ends[0], str(p), asked, TCP)) is False for p in pods)
    if not any(target_port(call.port, pod) for pod in pods):
        return False
    return evaluate(context.cluster, *ends, asked, TCP, context.assumptions).allowed is False


def _goes_without_saying(context: Context, source: Pod, pods: PodSet) -> bool:
    """Say whether neither end is isolated, or else the source is let out nowhere at all.

    That is told once for all that it calls (NP304), and may be a ban that is lifted elsewhere.
    """
    if source not in context.isolated[EGRESS]:
        return bool(pods - context.isolated[INGRESS])
    policies = context.resolution.isolating(source, EGRESS)
    return not any(policy.rules(EGRESS) for policy in policies)


def shut_calls(context: Context, calls: Iterable[NamedCall]) -> Iterator[Finding]:
    """NP604: the host and port in an environment variable are those of a Service out of reach."""
    for call in calls:
        for way in islice(_ways(context, call), MOST_ENDS):
            if finding := _finding(context, call, way):
                yield finding
                break


def _ways(context: Context, call: NamedCall) -> Iterator[Way]:
    for pod in context.behind(call.service):
        number = arrives_at(call.service, call.port, pod)
        if number is not None:
            yield Way(pod, TCP, number)


def _finding(context: Context, call: NamedCall, way: Way) -> Finding | None:
    probe = Probe(str(call.source), str(way.pod), way.number, TCP)
    verdict = evaluate(context.cluster, *probe, context.assumptions)
    changes = [*_changes(context, verdict)]
    denying = [side for side in verdict.sides if not side.allowed]
    if not denying or len(changes) < len(denying):
        return None
    variant = reduce(lambda cluster, edit: edit.apply(cluster), changes, context.cluster)
    change = "with rules for it at both ends" if len(changes) > 1 else "with a rule for it"
    witness = difference(context, [probe], variant, change, OPENS)
    if witness is None:
        return None
    directions = " and ".join(str(side.direction) for side in denying)
    subject = denying[0].subject.pod
    assert subject is not None  # nobody else is isolated
    policy, path = closest(context, subject, denying[0].direction, way)
    said = (
        f"{call.mention} names Service {call.service} on port {call.port.port}, and no "
        f"{directions} rule lets {call.source} reach {way.pod} on {way.port}."
    )
    hint = f"if that is called: {'; and '.join(edit.words for edit in changes)}"
    return context.finding("NP604", policy, said, hint, path, witness)


def _changes(context: Context, verdict: Verdict) -> Iterator[Edit]:
    """Yield for each end that denies a flow what may be written into policies to let it through.

    Nothing that opens a port to everybody, unless nothing else does.
    """
    for side in verdict.sides:
        found = (
            edit
            for edit in (() if side.allowed else edits(context.cluster, side, context.assumptions))
            if all(isinstance(changed, Policy) for changed in edit.changed)
        )
        if first := next(found, None):
            some = (edit for edit in chain([first], found) if not _opens_to_all(context, edit))
            yield next(some, first)


def _opens_to_all(context: Context, edit: Edit) -> bool:
    """Say whether a change lets a rule without peers admit more."""
    before = context.cluster.policies_by_name
    changed = [(before[str(p)], p) for p in edit.changed if str(p) in before]
    return any(
        not rule.peers and rule != old
        for policy, new in changed
        if isinstance(new, Policy)
        for direction in Direction
        for old, rule in zip(policy.rules(direction), new.rules(direction), strict=False)
    )
