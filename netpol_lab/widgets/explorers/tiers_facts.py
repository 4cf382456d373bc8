"""One flow falling through the lanes: what each gate says to it, rule by rule.

Which rules match and which one decides is the engine's; here it is only put into order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from netpol_lab.advice.deciding_lines import Reasons, reasons_of
from netpol_lab.engine.left_open import left_open
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.sides import Exemption, Side
from netpol_lab.engine.tier_words import DOES
from netpol_lab.engine.tiers import LaneAnswer, Match, Ruling, about
from netpol_lab.engine.verdict import Verdict, evaluate
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy, ClusterRule, Tier
from netpol_lab.model.objects import Direction, Policy
from netpol_lab.model.ports import spoken_port
from netpol_lab.pictures.shapes import Sheet
from netpol_lab.pictures.text_table import in_columns
from netpol_lab.pictures.traffic import State
from netpol_lab.widgets.board_controls import switched
from netpol_lab.widgets.explorers.tiers_drawing import draw_fall

NO_MATCH, MATCHES, MAY, UNASKED = "no match", "matches", "may match", "not asked"


class GateAnswer(StrEnum):
    """What a gate says to the flow."""

    ACCEPTED = "accepted"
    DENIED = "denied"
    PASSED = "passed on"
    NOTHING = "nothing matches"
    NOT_ASKED = "not asked"
    LEFT_OPEN = "left open"

    @property
    def is_last(self) -> bool:
        """Whether no other gate is asked after it."""
        return self in (GateAnswer.ACCEPTED, GateAnswer.DENIED)


@dataclass(frozen=True)
class GateRow:
    """One rule at a gate, or a policy that has none.

    Parameters
    ----------
    words : str
        Which rule it is.
    says : str
        What it makes of the flow.
    decides : bool
    """

    words: str
    says: str
    decides: bool = False


@dataclass(frozen=True)
class Gate:
    """One gate of one side.

    Parameters
    ----------
    direction : Direction
    name : str
    answer : GateAnswer
    rows : tuple of GateRow
    note : str
        What is to say where there are no rules.
    """

    direction: Direction
    name: str
    answer: GateAnswer
    rows: tuple[GateRow, ...] = ()
    note: str = ""

    @property
    def key(self) -> str:
        """What a redraw knows this gate by."""
        return f"gate:{self.direction} {self.name}"

    @property
    def label(self) -> str:
        """The gate in words."""
        by = next((f", {row.words} {row.says}" for row in self.rows if row.decides), "")
        return f"{self.direction}, {self.name}: {self.answer}{by}"

    @property
    def lines(self) -> Iterator[tuple[str, ...]]:
        """The gate as rows of a table of text."""
        note = f"{self.answer}: {self.note}" if self.note else str(self.answer)
        yield f"  {self.name}", note
        yield from ((f"    {row.words}", row.says) for row in self.rows)


@dataclass(frozen=True)
class TiersInput:
    """Which flow falls, and which policies are on, with which priorities.

    Parameters
    ----------
    source, destination : str
        Full names of pods, or addresses.
    port : int
    protocol : str
    on : tuple of str
        By their full names.
    priorities : mapping of str to int
        Of cluster-wide policies, where they are not those of the manifests.
    """

    source: str
    destination: str
    port: int | None
    protocol: str
    on: tuple[str, ...]
    priorities: Mapping[str, int] = field(default_factory=dict)

    def cluster(self, loaded: Cluster) -> Cluster:
        """Return the cluster with the policies that are on, at their priorities."""
        kept = switched(loaded, self.on)
        moved = (
            replace(policy, priority=self.priorities.get(str(policy), policy.priority))
            for policy in kept.cluster_policies
        )
        return replace(kept, cluster_policies=tuple(moved))


def fall(loaded: Cluster, inputs: TiersInput) -> TierFall:
    """Return how a flow falls; FlowError where the question cannot be asked."""
    cluster = inputs.cluster(loaded)
    ends = inputs.source, inputs.destination
    return TierFall(evaluate(cluster, *ends, inputs.port, inputs.protocol), inputs)


@dataclass(frozen=True)
class TierFall:
    """A flow and the gates that it falls through; made by `fall`.

    Parameters
    ----------
    verdict : Verdict
    inputs : TiersInput
    """

    verdict: Verdict
    inputs: TiersInput

    @cached_property
    def egress(self) -> tuple[Gate, ...]:
        """The gates at the source, in the order in which they are asked."""
        return self._gates(0)

    @cached_property
    def ingress(self) -> tuple[Gate, ...]:
        """The gates at the destination."""
        return self._gates(1)

    @property
    def gates(self) -> tuple[Gate, ...]:
        """All gates."""
        return self.egress + self.ingress

    def _gates(self, place: int) -> tuple[Gate, ...]:
        """Return the gates of one side; where permitted readings disagree, one is left open."""
        sides = [outcome.sides[place] for outcome in self.verdict.outcomes]
        answers = zip(*(_answers(side) for side in sides), strict=True)
        usual = zip(_gates_of(self.verdict.cluster, sides[0]), answers, strict=True)
        return tuple(
            gate if len({*said}) == 1 else replace(gate, answer=GateAnswer.LEFT_OPEN)
            for gate, said in usual
        )

    @property
    def outcome(self) -> State:
        """Whether the flow is allowed."""
        return State.of(self.verdict.allowed)

    @property
    def leaves(self) -> State:
        """Whether the flow gets through its egress."""
        found = {outcome.egress.allowed for outcome in self.verdict.outcomes}
        return State.of(found.pop() if len(found) == 1 else None)

    @property
    def arrives(self) -> State:
        """Whether its ingress lets the flow in."""
        found = {outcome.ingress.allowed for outcome in self.verdict.outcomes}
        return State.of(found.pop() if len(found) == 1 else None)

    def heads(self) -> tuple[str, str]:
        """Return what stands over the two rows of gates."""
        flow = self.verdict.flow
        return f"egress of {flow.source}", f"ingress of {flow.destination}"

    @property
    def note(self) -> str:
        """What to say of gates that the flow does not get to."""
        return "not reached: this is what they would say" if self.leaves is State.BLOCKED else ""

    # ------------------------------------------------------------ in words

    @property
    def asked(self) -> str:
        """The port in words."""
        return spoken_port(self.inputs.port, self.inputs.protocol)

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it."""
        moved = ",".join(f"{name}={number}" for name, number in self.inputs.priorities.items())
        flow = f"{self.inputs.source}>{self.inputs.destination}|{self.asked}"
        return f"{flow}|{','.join(self.inputs.on)}|{moved}"

    @property
    def title(self) -> str:
        """The flow in one line."""
        ends = f"{self.verdict.flow.source} -> {self.verdict.flow.destination}"
        return f"{ends} on {self.asked}: {self.outcome}"

    @property
    def remarks(self) -> list[str]:
        """What else is to say under the title: why it is undefined."""
        return [f"left open: {words}" for words in left_open(self.verdict)]

    @property
    def desc(self) -> str:
        """The picture in sentences."""
        gates = (f"{gate.label}." for gate in self.gates)
        return " ".join([*(f"{words}." for words in self.remarks), *gates])

    @property
    def text(self) -> str:
        """The fall, gate by gate."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.title}."
        yield from self.remarks
        first, second = self.heads()
        yield first
        yield from in_columns(line for gate in self.egress for line in gate.lines)
        yield f"{second}, {self.note}" if self.note else second
        yield from in_columns(line for gate in self.ingress for line in gate.lines)

    @property
    def brief(self) -> str:
        """The verdict with its reasons."""
        return str(self.verdict)

    def why(self, key: str) -> str:
        """Return what one gate says, rule by rule; nothing for anything else."""
        for gate in self.gates:
            if gate.key == key:
                return "\n".join(
                    [gate.label, *list(in_columns(gate.lines))[1:], gate.note]
                ).rstrip()
        return ""

    @cached_property
    def reasons(self) -> Reasons:
        """The YAML of the rules that decide."""
        return reasons_of(self.verdict, with_change=False)

    @cached_property
    def sheet(self) -> Sheet:
        """The picture."""
        return draw_fall(self)


# ---------------------------------------------------------------- gates

NAMES = (str(Tier.ADMIN), "NetworkPolicy", str(Tier.BASELINE), "open")


def _answers(side: Side) -> tuple[GateAnswer, ...]:
    """Return what each gate of a side says, in order."""
    if side.is_exempt:
        return (*[GateAnswer.NOT_ASKED] * 3, GateAnswer.ACCEPTED)
    found: list[GateAnswer] = []
    for lane, ruling in zip(side.lanes, (side.above, None, side.below), strict=True):
        if any(answer.is_last for answer in found):
            found.append(GateAnswer.NOT_ASKED)
        elif lane is not LaneAnswer.NEXT:
            accepts = lane is LaneAnswer.ACCEPT
            found.append(GateAnswer.ACCEPTED if accepts else GateAnswer.DENIED)
        else:
            passes = ruling is not None and ruling.decisive is not None
            found.append(GateAnswer.PASSED if passes else GateAnswer.NOTHING)
    decided = any(answer.is_last for answer in found)
    return (*found, GateAnswer.NOT_ASKED if decided else GateAnswer.ACCEPTED)


def _gates_of(cluster: Cluster, side: Side) -> Iterator[Gate]:
    """Yield the gates of one side in the usual reading."""
    above, middle, below, rest = _answers(side)
    subject, way = side.subject, side.direction
    exempt = side.exemption.value if side.exemption else ""
    for tier, answer in ((Tier.ADMIN, above), (None, middle), (Tier.BASELINE, below)):
        if tier is None:
            rows = tuple(_policy_rows(side, answer))
            note = "" if rows or side.is_exempt else f"no NetworkPolicy isolates {subject}"
            if answer is GateAnswer.ACCEPTED and not side.is_exempt:
                note = exempt
            yield Gate(way, NAMES[1], answer, rows, note)
            continue
        ruling = side.above if tier is Tier.ADMIN else side.below
        rows = tuple(_tier_rows(cluster, side, tier, ruling, answer))
        note = "" if rows or side.is_exempt else f"no rules for {subject}"
        yield Gate(way, str(tier), answer, rows, note)
    open_ = "what no gate decides is allowed"
    note = exempt if side.is_exempt else open_ if rest is GateAnswer.ACCEPTED else ""
    yield Gate(way, NAMES[3], rest, note=note)


def _policy_rows(side: Side, answer: GateAnswer) -> Iterator[GateRow]:
    unasked = answer is GateAnswer.NOT_ASKED
    first = next(iter(side.admitted_by), None)
    for policy in side.isolated_by:
        for rule in policy.rules(side.direction):
            admits = (policy, rule) in side.admitted_by
            says = UNASKED if unasked else "admits" if admits else "does not admit"
            decides = not unasked and (policy, rule) == first
            yield GateRow(f"{_named(policy)}, rule {rule.number}", says, decides)
        if not policy.rules(side.direction):
            yield GateRow(f"{_named(policy)}, no rules", UNASKED if unasked else "admits nothing")


def _named(policy: Policy | ClusterPolicy) -> str:
    if isinstance(policy, ClusterPolicy) and policy.is_ranked:
        return f"{policy.priority} {policy.name}"
    return policy.name


def _tier_rows(
    cluster: Cluster, side: Side, tier: Tier, ruling: Ruling | None, answer: GateAnswer
) -> Iterator[GateRow]:
    """Yield the rules of one tier for a pod, by priority and then rule by rule (ANP-03)."""
    pod = side.subject.pod
    if pod is None or side.exemption is Exemption.OUTSIDE:
        return
    unasked = answer is GateAnswer.NOT_ASKED or ruling is None
    decisive = None if unasked or ruling is None else ruling.decisive
    for policy in about(resolution_of(cluster), pod, side.direction):
        for rule in policy.rules(side.direction) if policy.tier is tier else ():
            match = _match(ruling, policy, rule)
            decides = decisive is not None and match is not None and match[:2] == decisive[:2]
            says = NO_MATCH if match is None else MATCHES if match.is_certain else MAY
            if unasked or (decisive and not decides and _is_after(policy, rule, decisive)):
                says = UNASKED
            says = DOES[decisive.action] if decides and decisive else says
            yield GateRow(f"{_named(policy)}, rule {rule.number} {rule.action}", says, decides)


def _is_after(policy: ClusterPolicy, rule: ClusterRule, decisive: Match) -> bool:
    """Say whether a rule is not asked any more; of equal priorities either may go first."""
    same = policy == decisive.policy and rule.index > decisive.rule.index
    ranked = policy.is_ranked and decisive.policy.is_ranked
    return same or (ranked and policy.priority > decisive.policy.priority)


def _match(ruling: Ruling | None, policy: ClusterPolicy, rule: ClusterRule) -> Match | None:
    matches = ruling.matches if ruling else ()
    return next((m for m in matches if m.policy == policy and m.rule == rule), None)
