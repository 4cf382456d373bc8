"""What people take policies for: each misconception as a way to read them, judged by the engine.

A misconception rewrites the policies into what somebody who has it believes they say, or looks at
a verdict as they would. What they would answer is then computed, not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from operator import attrgetter

from netpol_lab.course.practice import rewrites as r
from netpol_lab.course.practice.objects import Object
from netpol_lab.course.practice.rewrites import Rewrite
from netpol_lab.course.practice.situation import Pair, Situation, read
from netpol_lab.engine.sides import Exemption
from netpol_lab.engine.verdict import Verdict, evaluate, judge
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster

Judge = Callable[[Verdict], bool | None]


@dataclass(frozen=True)
class Misconception:
    """One way to misread policies.

    Parameters
    ----------
    number : str
        Its number in the course.
    words : str
        What would have to be so, to follow "if".
    rewrite : function
        From a situation to the policies as they are believed to be.
    judge : function
        From a verdict to what is believed to happen.
    """

    number: str
    words: str
    rewrite: Rewrite = attrgetter("policies")
    judge: Judge = attrgetter("allowed")

    def believed_policies(self, situation: Situation) -> tuple[Object, ...]:
        """Return the policies that somebody with this misconception reads."""
        copies = deepcopy(situation.policies)
        return tuple(self.rewrite(Situation(situation.things, copies)))

    def believed_cluster(self, situation: Situation) -> Cluster:
        """Return the cluster that somebody with this misconception sees."""
        believed = self.believed_policies(situation)
        if believed == situation.policies:
            return situation.cluster
        seen = read(*believed)
        own = situation.cluster.with_policies(seen.policies)
        return replace(own, cluster_policies=seen.cluster_policies)

    def answers(self, situation: Situation, pairs: Iterable[Pair]) -> dict[Pair, bool | None]:
        """Return what somebody with this misconception answers for each pair."""
        cluster = self.believed_cluster(situation)
        if cluster is situation.cluster:
            return {pair: self.judge(situation.verdict(*pair)) for pair in pairs}
        return {pair: self.judge(situation.verdict_in(cluster, pair)) for pair in pairs}

    def answer(self, situation: Situation, pair: Pair) -> bool | None:
        """Return what somebody with this misconception answers for one pair."""
        return self.answers(situation, [pair])[pair]


# ---------------------------------------------------------------- verdicts as others see them


def _all_agree(verdict: Verdict) -> bool:
    return all(
        side.allowed
        if side.exemption is not None or side.ruling is not None
        else set(side.isolated_by) == {one for one, _ in side.admitted_by}
        for side in verdict.sides
    )


def _replies_too(verdict: Verdict) -> bool | None:
    flow = verdict.flow
    ends = flow.destination.name, flow.source.name
    back = evaluate(verdict.cluster, *ends, flow.port, flow.protocol)
    return verdict.allowed and back.allowed


def _without_exemptions(verdict: Verdict) -> bool:
    return all(
        side.exemption is Exemption.OUTSIDE or replace(side, exemption=None).allowed
        for side in verdict.sides
    )


def _without_plugin(verdict: Verdict) -> bool | None:
    return judge(verdict.cluster, verdict.flow, Assumptions(enforced=False)).allowed


# ---------------------------------------------------------------- the misconceptions

ONE_SIDE = Misconception(
    "08", "it were enough that the destination allows the connection",
    judge=lambda verdict: verdict.ingress.allowed,
)  # fmt: skip
OTHER_SIDE = Misconception(
    "08", "it were enough that the source allows the connection",
    judge=lambda verdict: verdict.egress.allowed,
)  # fmt: skip
REPLIES = Misconception("20", "the replies needed a rule as well", judge=_replies_too)
ALL_AGREE = Misconception("13", "every policy had to allow it, not just one", judge=_all_agree)
LAST = Misconception("13", "the last policy replaced those before it", lambda s: s.policies[-1:])
FIRST = Misconception("13", "only the first policy counted", lambda s: s.policies[:1])
NO_DENY = Misconception("13", "everything stayed open unless a rule forbade it", lambda s: ())
EVERYWHERE = Misconception("16", "a policy also applied to pods of other namespaces", r.everywhere)
ALL_PODS = Misconception(
    "17", "a policy also isolated the pods that it does not select", r.all_pods
)
BOTH_WAYS = Misconception("17", "a policy always isolated in both directions", r.both_ways)
EGRESS_ALONE = Misconception(
    "11", "egress rules without policyTypes isolated for egress only", r.egress_alone
)
SECTIONS = Misconception(
    "12", "what is written under ingress and egress decided the directions", r.sections_decide
)
RULES_COUNT = Misconception(
    "12", "rules counted even where policyTypes does not list their direction", r.rules_count
)
ONLY_WITH_RULES = Misconception("12", "a direction without rules stayed open", r.only_with_rules)
REACHES_ALL = Misconception(
    "06", "a podSelector alone also matched pods of other namespaces", r.reaches_all
)
APART = Misconception("03", "two selectors in one peer were alternatives", r.apart)
TOGETHER = Misconception("03", "both peers of the list had to match", r.together)
BY_NAME = Misconception("07", "the label name held the name of the namespace", r.by_name)
NULL = Misconception("18", "a podSelector with nothing after the colon selected no pod", r.not_null)
MISSING = Misconception("18", "a policy without podSelector selected no pod", r.not_missing)
NOT_IN = Misconception("25", "NotIn needed the key to be there", r.key_needed("NotIn"))
ABSENT = Misconception(
    "25", "DoesNotExist matched nothing that lacks the key", r.key_needed("DoesNotExist")
)
EMPTY = Misconception("10", "{} matched nothing", r.empty_matches_nobody)
OUTSIDE_TOO = Misconception(
    "10", "a selector of all pods also allowed outside addresses", r.outside_too
)
PODS_ONLY = Misconception(
    "10", "a rule without from or to allowed all pods and nothing else",
    r.anyone_is({"namespaceSelector": {}}),
)  # fmt: skip
PORTS_ONLY = Misconception(
    "36", "a rule without from or to allowed only pods of its own namespace",
    r.anyone_is({"podSelector": {}}),
)  # fmt: skip
ONE_RULE = Misconception("04", "a rule with only ports belonged to the rule above it", r.one_rule)
NO_PORTS = Misconception("04", "the peers of a rule were allowed on every port", r.no_ports)
EMPTY_IS_ALL = Misconception("09", "an empty list of rules allowed everything", r.empty_is_all)
EMPTY_RULE_IS_NONE = Misconception("09", "an empty rule allowed nothing", r.empty_rule_is_none)
EMPTY_FROM_IS_NOBODY = Misconception(
    "09", "an empty from or to allowed nobody", r.empty_list_is_nobody
)
ANY_PROTOCOL = Misconception("26", "a port without protocol meant every protocol", r.any_protocol)
SERVICE_PORT = Misconception(
    "05", "the ports of a policy were those of the Service", r.service_ports
)
ONE_NUMBER = Misconception(
    "28", "the name of a port meant the same number on every pod", r.one_number_per_name
)
START_ONLY = Misconception("29", "endPort did not count", r.start_only)
END_LEFT_OUT = Misconception("29", "endPort were not part of the range", r.end_left_out)
EXCEPT_DENIES = Misconception(
    "14", "except also took the range out of other rules", r.except_denies
)
NO_EXCEPT = Misconception("14", "except did not count", r.no_except)
OWN_NODE = Misconception("22", "a pod's own node needed a rule as well", judge=_without_exemptions)
NOT_ENFORCED = Misconception("01", "no plugin enforced policies", judge=_without_plugin)
