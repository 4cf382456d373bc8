"""One question with its choices, and the kinds that ask about a cluster as it is.

Every choice is computed: the right one by the engine, the wrong ones by the engine for somebody
who misreads the policies, and only then at random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from random import Random

from netpol_lab.course.practice.misconceptions import Misconception
from netpol_lab.course.practice.situation import Pair, Situation
from netpol_lab.engine.explain import describe_pod
from netpol_lab.engine.resolution import SinglePeer, resolution_of
from netpol_lab.engine.semantics import ports_at
from netpol_lab.engine.sides import Side
from netpol_lab.engine.verdict import Verdict, evaluate
from netpol_lab.manifests.summary import peer_words
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction, Pod, Policy, PolicyPort, Rule
from netpol_lab.pictures.policy_types_table import effect_of, rule_of
from netpol_lab.reach.reachability import reachability

Traps = dict[Pair, list[Misconception]]  # who would be wrong about a pair of ends

MOST_CHOICES = 4
ALLOWED, BLOCKED = "allowed", "blocked"
NOBODY = "none of them"


@dataclass(frozen=True)
class QuizQuestion:
    """One question with its choices.

    Parameters
    ----------
    kind : str
        What sort of question it is.
    text : str
    manifests : str
        The YAML that the engine was given, pods included.
    pods, policies : str
        The same for the reader: one line for each thing, and the YAML of the policies.
    choices : tuple of str
    right : str
        The choice that the engine gives.
    because : str
        The engine's reasons.
    confusions : mapping of str to str
        What would have to be so for a wrong choice to be right, where it is a common mistake.
    variants : tuple of str
        YAML that belongs to the choices: two policies to compare, or what each choice makes.
    """

    kind: str
    text: str
    manifests: str = field(repr=False)
    pods: str = field(repr=False)
    policies: str = field(repr=False)
    choices: tuple[str, ...]
    right: str
    because: str = field(repr=False)
    confusions: Mapping[str, str] = field(default_factory=dict, repr=False)
    variants: tuple[str, ...] = field(default=(), repr=False)

    def judged(self, choice: str) -> str:
        """Return the feedback on a choice: right or not, the misconception behind it, the reasons.

        Parameters
        ----------
        choice : str

        Examples
        --------
        >>> asked = QuizQuestion("k", "Open?", "", "", "", ("yes", "no"), "no", "It is shut.")
        >>> print(asked.judged("yes"))
        not right. You chose: yes. The right answer is: no.
        It is shut.
        """
        if choice == self.right:
            return f"right.\n{self.because}"
        lines = [f"not right. You chose: {choice}. The right answer is: {self.right}."]
        if choice in self.confusions:
            lines.append(f"Your answer would be right if {self.confusions[choice]}.")
        return "\n".join([*lines, self.because])


@dataclass(frozen=True)
class Setting:
    """What a question is made from: a cluster, who would be wrong about it, and chance.

    Parameters
    ----------
    rng : Random
    situation : Situation
    traps : dict
        Who would be wrong about which pair of ends.
    misconceptions : tuple of Misconception
        Those that the chapter is about.
    coin : float
        Which answer is wanted, from 0 to 1; kept from draw to draw, so that rare ones come up.
    """

    rng: Random
    situation: Situation
    traps: Traps
    misconceptions: tuple[Misconception, ...]
    coin: float

    def question(
        self,
        text: str,
        choices: Iterable[str],
        right: str,
        because: str,
        confusions: Mapping[str, str] | None = None,
        variants: tuple[str, ...] = (),
    ) -> QuizQuestion:
        """Return a question about the situation; its kind is the name of who makes it."""
        texts = self.situation.texts
        words = {choice: why for choice, why in (confusions or {}).items() if choice != right}
        return QuizQuestion("", text, *texts, tuple(choices), right, because, words, variants)

    def which(
        self,
        text: str,
        everyone: Sequence[str],
        right: Sequence[str],
        because: str,
        believed: Iterable[tuple[Sequence[str], Misconception]],
    ) -> QuizQuestion:
        """Return a question whose choices are sets: the right one and what misconceptions say."""
        wrong: dict[str, str] = {}
        for answer, misconception in believed:
            wrong.setdefault(listed(answer), misconception.words)
        masks = range(2 ** len(everyone))
        fill = (
            listed([one for i, one in enumerate(everyone) if mask >> i & 1])
            for mask in self.rng.sample(masks, min(len(masks), 8))
        )
        others = [one for one in dict.fromkeys(chain(wrong, fill)) if one != listed(right)]
        choices = self.shuffled([listed(right), *others[: MOST_CHOICES - 1]])
        return self.question(text, choices, listed(right), because, wrong)

    def shuffled(self, choices: Iterable[str]) -> list[str]:
        """Return choices in an order that gives nothing away."""
        found = list(choices)
        return self.rng.sample(found, len(found))

    def trap(self, pairs: Iterable[Pair]) -> tuple[Pair, Misconception] | None:
        """Return a pair and a misconception that is wrong there, all of these equally likely."""
        found: dict[str, list[tuple[Pair, Misconception]]] = {}
        for pair in pairs:
            for one in self.traps.get(pair, ()):
                found.setdefault(one.words, []).append((pair, one))
        return self.rng.choice(self.rng.choice([*found.values()])) if found else None


def listed(names: Sequence[str]) -> str:
    """Return names in one line."""
    return ", ".join(names) or NOBODY


Kind = Callable[[Setting], QuizQuestion | None]  # None where the setting does not suit it


# ---------------------------------------------------------------- one connection


def works(setting: Setting) -> QuizQuestion | None:
    """Ask whether one connection works; both answers come up equally often."""
    verdicts, wanted = setting.situation.verdicts, setting.coin < 0.5
    found = setting.trap(pair for pair in setting.traps if verdicts[pair].allowed is wanted)
    if found is None:
        return None
    pair, misconception = found
    right, wrong = (ALLOWED, BLOCKED) if wanted else (BLOCKED, ALLOWED)
    text = f"Does this connection work? {verdicts[pair].flow}"
    why = {wrong: misconception.words}
    return setting.question(text, (ALLOWED, BLOCKED), right, str(verdicts[pair]), why)


NO_RULE = "no rule: it is blocked there"
NOT_NEEDED = "none is needed: the pod is not isolated"


def admitting(setting: Setting) -> QuizQuestion | None:
    """Ask which rule lets a connection into its destination, or out of its source."""
    rng, verdicts = setting.rng, setting.situation.verdicts
    wanted = ("a rule", "a rule", NO_RULE, NOT_NEEDED)[int(setting.coin * 4)]
    likely = [
        (pair, side)
        for pair in setting.traps
        for side in verdicts[pair].sides
        if side.exemption is None and side.ruling is None and len(side.admitted_by) <= 1
        if _admission(side) == wanted or (wanted == "a rule" and side.admitted_by)
    ]
    if not likely:
        return None
    pair, side = rng.choice(likely)
    rules = [
        _numbered(rule, policy)
        for policy in setting.situation.cluster.policies
        for rule in policy.rules(side.direction)
    ]
    right = _admission(side)
    wrong = [rule for rule in rules if rule != right]
    chosen = [right, *rng.sample(wrong, min(2, len(wrong)))]
    choices = [*sorted(rule for rule in chosen if rule in rules), NO_RULE, NOT_NEEDED]
    if len(choices) < 3:
        return None
    into = "into" if side.direction is Direction.INGRESS else "out of"
    asked = f"Which {side.direction} rule lets this connection {into} {side.subject}?"
    text = f"{asked} {verdicts[pair].flow}"
    confusions = dict(_believed_rules(setting, pair, side))
    return setting.question(text, dict.fromkeys(choices), right, str(verdicts[pair]), confusions)


def _admission(side: Side) -> str:
    if not side.isolated:
        return NOT_NEEDED
    if not side.admitted_by:
        return NO_RULE
    policy, rule = side.admitted_by[0]
    return _numbered(rule, policy)


def _numbered(rule: Rule, policy: Policy) -> str:
    return f"rule {rule.number} of {policy}"


def _believed_rules(setting: Setting, pair: Pair, side: Side) -> Iterator[tuple[str, str]]:
    situation = setting.situation
    for misconception in reversed(setting.misconceptions):
        believed = misconception.believed_cluster(situation)
        seen = situation.verdict_in(believed, pair)
        answer = _admission(seen.egress if side.direction is Direction.EGRESS else seen.ingress)
        if answer in (NO_RULE, NOT_NEEDED) or _sizes(believed) == _sizes(situation.cluster):
            yield answer, misconception.words


def _sizes(cluster: Cluster) -> list[tuple[str, int, int]]:
    """Return how many rules each policy has: where they are as many, a rule keeps its number."""
    return [(str(one), len(one.ingress or ()), len(one.egress or ())) for one in cluster.policies]


def through_service(setting: Setting) -> QuizQuestion | None:
    """Ask whether a connection to a Service works, on the port of the Service."""
    situation, wanted = setting.situation, setting.coin < 0.5
    service = setting.rng.choice(situation.cluster.services)
    port = service.ports[0]
    source = setting.rng.choice([pod for pod in situation.pods if pod != str(service)])
    asked = source, f"svc/{service}", port.port, port.protocol
    verdict = evaluate(situation.cluster, *asked)
    confusions = {
        BLOCKED if wanted else ALLOWED: one.words
        for one in reversed(setting.misconceptions)
        if evaluate(one.believed_cluster(situation), *asked).allowed is (not wanted)
    }
    if verdict.allowed is not wanted or not confusions:
        return None
    where = f"{source} connects to Service {service} on {port.protocol} {port.port}"
    text, right = f"{where}. Does this work?", ALLOWED if wanted else BLOCKED
    return setting.question(text, (ALLOWED, BLOCKED), right, str(verdict), confusions)


# ---------------------------------------------------------------- sets of pods


def reaching(setting: Setting) -> QuizQuestion | None:
    """Ask who can reach one pod."""
    situation, traps = setting.situation, setting.traps
    into = {pod: [pair for pair in situation.pairs if pair[1] == pod] for pod in situation.pods}
    defined = [pairs for pairs in into.values() if all(pair in traps for pair in pairs)]
    found = setting.trap(chain.from_iterable(defined))
    if found is None:
        return None
    goal = found[0][1]
    verdicts = {source: situation.verdicts[source, goal] for source, _ in into[goal]}
    right = [source for source, verdict in verdicts.items() if verdict.allowed]
    believed = (
        ([pair[0] for pair, ok in one.answers(situation, into[goal]).items() if ok], one)
        for one in setting.misconceptions
    )
    port = f"{situation.protocol} {situation.port}"
    text = f"Which of these can open a connection to {goal} on {port}?"
    because = "\n".join(map(str, verdicts.values()))
    return setting.which(text, [*verdicts], right, because, believed)


def isolated(setting: Setting) -> QuizQuestion | None:
    """Ask which pods are isolated in one direction."""
    cluster, way = setting.situation.cluster, setting.rng.choice([*Direction])
    pods = [str(pod) for pod in cluster.pods]
    because = "\n".join(describe_pod(cluster, pod) for pod in cluster.pods)
    believed = (
        (_isolated(one.believed_cluster(setting.situation), way), one)
        for one in setting.misconceptions
    )
    text = f"Which pods are isolated for {way}?"
    return setting.which(text, pods, _isolated(cluster, way), because, believed)


def _isolated(cluster: Cluster, way: Direction) -> list[str]:
    resolution = resolution_of(cluster)
    return [str(pod) for pod in cluster.pods if resolution.isolating(pod, way)]


# ---------------------------------------------------------------- what is stored, what is open


# The last one is rare: then somebody has to take what is written for something else.
STORED = ("[Ingress]", "[Ingress]", "[Ingress, Egress]", "[Ingress, Egress]", "[Egress]")


def stored(setting: Setting) -> QuizQuestion | None:
    """Ask which policyTypes are stored."""
    policy = setting.rng.choice(setting.situation.cluster.policies)
    right = _types(policy.policy_types)
    believed = {
        _types(found.policy_types): one.words
        for one in reversed(setting.misconceptions)
        for found in one.believed_cluster(setting.situation).policies
        if str(found) == str(policy) and found.policy_types != policy.policy_types
    }
    if not believed or right != STORED[int(setting.coin * len(STORED))]:
        return None
    choices = setting.shuffled(map(_types, ([*Direction], *([way] for way in Direction))))
    text = f"Which policyTypes does Kubernetes store for {policy}?"
    because = "\n".join([rule_of(policy), *(effect_of(policy, way) for way in Direction)])
    return setting.question(text, choices, right, because, believed)


def _types(types: Iterable[Direction]) -> str:
    return f"[{', '.join(direction.value for direction in types)}]"


def open_ports(setting: Setting) -> QuizQuestion | None:
    """Ask on which ports one pod can reach another."""
    situation = setting.situation
    pairs = [pair for pair in situation.pairs if all("/" in end for end in pair)]
    setting.rng.shuffle(pairs)
    table = reachability(situation.cluster)
    for pair in pairs:
        right = table.ports(*pair)
        believed: dict[str, str] = {}
        for one in setting.misconceptions:
            ports = reachability(one.believed_cluster(situation)).ports(*pair)
            if ports != right:
                believed.setdefault(str(ports), one.words)
        if len(believed) >= 2:
            choices = setting.shuffled([str(right), *[*believed][: MOST_CHOICES - 1]])
            text = f"On which ports can {pair[0]} reach {pair[1]}?"
            because = "\n".join([*_by_rule(situation.verdict(*pair)), f"Together: {right}."])
            return setting.question(text, choices, str(right), because, believed)
    return None


def _by_rule(verdict: Verdict) -> Iterator[str]:
    """Yield what each rule about both ends admits, on whichever port."""
    for side in verdict.sides:
        subject, way = side.subject, side.direction
        by = f" by {', '.join(map(str, side.isolated_by))}" if side.isolated else ""
        yield f"{subject} is {'' if by else 'not '}isolated for {way}{by}"
        for policy in side.isolated_by:
            yield from (_one_rule(verdict, side, policy, rule) for rule in policy.rules(way))


def _one_rule(verdict: Verdict, side: Side, policy: Policy, rule: Rule) -> str:
    peers = " or ".join(map(peer_words, rule.peers)) or "anyone"
    means = resolution_of(verdict.cluster).peers(policy.namespace, rule.peers)
    if not means.admits(SinglePeer(side.peer), verdict.assumptions):
        return f"  {_numbered(rule, policy)} admits {peers}, so not {side.peer}"
    ports = ", or ".join(_at(entry, side.flow.destination.pod) for entry in rule.ports)
    return f"  {_numbered(rule, policy)} admits {peers}, on {ports or 'every port'}"


def _at(entry: PolicyPort, pod: Pod | None) -> str:
    """Return one item of `ports` in words; a name with its number at the destination."""
    if entry.port is None:
        return f"every {entry.protocol} port"
    if isinstance(entry.port, int):
        return str(entry)
    numbers = ports_at((entry,), pod.ports if pod else ())
    known = f"is {numbers} at {pod}" if numbers else f"{pod} does not have"
    return f"{entry}, which {known}"
