"""What leaves a verdict open, in words: the questions, and the places that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from netpol_lab.engine.other_policies import listed
from netpol_lab.engine.tier_words import contradictions, doubts, unusables
from netpol_lab.engine.verdict import Outcome, Verdict
from netpol_lab.model.assumptions import OPEN_QUESTIONS
from netpol_lab.model.flows import Flow
from netpol_lab.model.other_policies import OtherPolicy

ALLOWED_WORDS = {True: "allowed", False: "denied", None: "undefined"}


def left_open(verdict: Verdict) -> list[str]:
    """Return what would have to be known to define a verdict; nothing if it is defined.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    list of str
        The open questions that change the result, in words with their rows.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> left_open(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))
    []
    """
    words = [
        f"{said} ({question.row})"
        for name, question in OPEN_QUESTIONS.items()
        if _decides(name, verdict.outcomes)
        for said in _said(name, verdict) or [question.words]
    ]
    if _pods_differ(verdict.outcomes):
        ends = chain.from_iterable(outcome.arriving.ends for outcome in verdict.outcomes)
        if any(end.pod is not None and end.pod.supposed for end in ends):
            words.append(
                "policies ask for a label of these pods that only the cluster knows "
                "(SEM-68, SEM-78)"
            )
        elif any(end.among for end in verdict.flow.ends):
            words.append("the workload has several pods, and they differ: name one of them")
        else:
            words.append(f"the Service may lead to any of its {_differing(verdict)}")
    return words


def _said(name: str, verdict: Verdict) -> list[str]:
    """Return in the words of this very case what is left open; nothing where those are general."""
    if name == "only_network_policies":
        return [*_others(verdict)]
    sides = chain.from_iterable(outcome.sides for outcome in verdict.outcomes)
    if name == "equal_priority_allows":
        return [*contradictions(sides)]
    if name == "unknown_peers_allow":
        return [*doubts(sides)]
    if name == "unusable_rules_allow":
        return [*unusables(sides)]
    if name == "unknown_endpoints_admit":
        return [*filter(None, dict.fromkeys(outcome.missing for outcome in verdict.outcomes))]
    return []


def _others(verdict: Verdict) -> Iterator[str]:
    """Yield which policies of other kinds could decide which sides of a verdict."""
    could: dict[tuple[OtherPolicy, ...], dict[str, None]] = {}
    for side in (side for outcome in verdict.outcomes for side in outcome.sides):
        if side.other_policies:
            whose = f"{side.direction} of {verdict.flow.subject(side.direction)}"
            could.setdefault(side.other_policies, {})[whose] = None
    for policies, sides in could.items():
        are = "is" if len(policies) == 1 else "are"
        yield f"{listed(policies)} could decide {' and '.join(sides)}, and {are} not evaluated yet"


def _differing(verdict: Verdict) -> str:
    """Return how the places where a Service leads differ: an example of each answer."""
    answers: dict[Flow, set[bool]] = {}
    for outcome in verdict.outcomes:
        answers.setdefault(outcome.arriving, set()).add(outcome.allowed)
    examples: dict[str, Flow] = {}
    for flow, found in answers.items():
        answer = ALLOWED_WORDS[found.pop() if len(found) == 1 else None]
        examples.setdefault(answer, flow)
    told = "; ".join(f"{arrival(flow)} is {answer}" for answer, flow in examples.items())
    places = "pods" if all(flow.destination.pod for flow in answers) else "endpoints"
    return f"{places}, and they differ: {told}"


def arrival(flow: Flow) -> str:
    """Return where a flow arrives, in words."""
    if flow.destination.pod is None and flow.destination.address is None:
        return "an endpoint that is not told"
    return f"{flow.destination} {f'port {flow.port}' if flow.port else flow.protocol}"


def _decides(name: str, outcomes: Iterable[Outcome]) -> bool:
    """Say whether answering one open question otherwise, and nothing else, changes a result."""
    results: dict[object, dict[object, bool]] = {}
    for outcome in outcomes:
        others: list[object] = [
            getattr(outcome.assumptions, other) for other in OPEN_QUESTIONS if other != name
        ]
        answer: object = getattr(outcome.assumptions, name)
        if name == "unknown_addresses_in_blocks":  # or in which part of all addresses they lie
            answer = answer, outcome.assumptions.unknown_within
        else:
            others.append(outcome.assumptions.unknown_within)
        same = (*others, *_pair(outcome))
        results.setdefault(same, {})[answer] = outcome.allowed
    return any(len(set(answers.values())) > 1 for answers in results.values())


def _pods_differ(outcomes: Iterable[Outcome]) -> bool:
    results: dict[object, set[bool]] = {}
    for outcome in outcomes:
        results.setdefault(_pair(outcome), set()).add(outcome.allowed)
    return len({frozenset(answers) for answers in results.values()}) > 1


def _pair(outcome: Outcome) -> tuple[str, str, int | None]:
    """Return what tells apart the ways that a flow may take."""
    flow = outcome.arriving
    return flow.source.name, flow.destination.name, flow.port
