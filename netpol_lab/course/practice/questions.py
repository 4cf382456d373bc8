"""One question with its choices, and the kinds that ask about a cluster as it is.

Every choice is computed: the right one by the engine, the wrong ones by the engine for somebody
who takes the policies for something else, and only then at random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from random import Random

from netpol_lab.course.practice.chapters import THEMES
from netpol_lab.course.practice.deals import Traps, draw
from netpol_lab.course.practice.misconceptions import Misreading
from netpol_lab.course.practice.situation import Pair, Situation
from netpol_lab.engine.explain import describe_pod
from netpol_lab.engine.resolution import SinglePeer, resolution_of
from netpol_lab.engine.semantics import ports_at
from netpol_lab.engine.verdict import Side, Verdict, evaluate
from netpol_lab.manifests.summary import peer_words
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction, Pod, Policy, PolicyPort, Rule
from netpol_lab.pictures.policy_types_table import effect_of, rule_of
from netpol_lab.reach.reachability import reachability

MOST_CHOICES = 4
ALLOWED, BLOCKED = "allowed", "blocked"
NOBODY = "none of them"


@dataclass(frozen=True)
class Question:
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
        What would have to be so for a wrong choice to be right, where it is a common confusion.
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
        """Return what is said to a choice: right or not, the confusion if it is one, the reasons.

        Parameters
        ----------
        choice : str

        Examples
        --------
        >>> asked = Question("k", "Open?", "", "", "", ("yes", "no"), "no", "It is shut.")
        >>> print(asked.judged("yes"))
        not right. You chose: yes. Right is: no.
        It is shut.
        """
        if choice == self.right:
            return f"right.\n{self.because}"
        lines = [f"not right. You chose: {choice}. Right is: {self.right}."]
        if choice in self.confusions:
            lines.append(f"Your answer would be right if {self.confusions[choice]}.")
        return "\n".join([*lines, self.because])


@dataclass(frozen=True)
class Occasion:
    """What a question is made from.

    Parameters
    ----------
    rng : Random
    situation : Situation
    traps : dict
        Who would be wrong about which pair of ends.
    misreadings : tuple of Misreading
    coin : float
        Which answer is wanted, from 0 to 1; kept from draw to draw, so that rare ones come up.
    """

    rng: Random
    situation: Situation
    traps: Traps
    misreadings: tuple[Misreading, ...]
    coin: float

    def question(
        self,
        kind: str,
        text: str,
        choices: Iterable[str],
        right: str,
        because: str,
        confusions: Mapping[str, str] | None = None,
        variants: tuple[str, ...] = (),
    ) -> Question:
        """Return a question about the situation."""
        seen = self.situation
        texts = seen.manifests, seen.pods_text, seen.policies_text
        words = {choice: why for choice, why in (confusions or {}).items() if choice != right}
        return Question(kind, text, *texts, tuple(choices), right, because, words, variants)

    def shuffled(self, choices: Iterable[str]) -> list[str]:
        """Return choices in an order that gives nothing away."""
        found = list(choices)
        return self.rng.sample(found, len(found))

    def trap(self, pairs: Iterable[Pair]) -> tuple[Pair, Misreading] | None:
        """Return one of the pairs with a confusion that goes wrong there, each equally likely."""
        found: dict[str, list[tuple[Pair, Misreading]]] = {}
        for pair in pairs:
            for one in self.traps.get(pair, ()):
                found.setdefault(one.words, []).append((pair, one))
        return self.rng.choice(self.rng.choice([*found.values()])) if found else None


Kind = Callable[[Occasion], Question | None]


def ask(kind: Kind, chapter: str, level: str, rng: Random) -> Question:
    """Return a question of a kind; draws clusters until one gives an occasion for it."""
    for attempt in count():
        if attempt % 50 == 0:  # what is wanted may not come up in this chapter
            coin = rng.random()
        situation, traps = draw(rng, chapter, level)
        found = kind(Occasion(rng, situation, traps, THEMES[chapter].misreadings, coin))
        if found is not None:
            return found
    raise AssertionError  # count() never ends


# ---------------------------------------------------------------- one connection


def works(occasion: Occasion) -> Question | None:
    """Ask whether one connection works; both answers come up equally often."""
    verdicts, wanted = occasion.situation.verdicts, occasion.coin < 0.5
    found = occasion.trap(pair for pair in occasion.traps if verdicts[pair].allowed is wanted)
    if found is None:
        return None
    verdict, misreading = verdicts[found[0]], found[1]
    right, wrong = (ALLOWED, BLOCKED) if wanted else (BLOCKED, ALLOWED)
    confusions = {wrong: misreading.words}
    text = f"Does this connection work? {verdict.flow}"
    return occasion.question("works", text, (ALLOWED, BLOCKED), right, str(verdict), confusions)


NO_RULE = "no rule: it is blocked there"
NOT_NEEDED = "none is needed: the pod is not isolated"


def admitting(occasion: Occasion) -> Question | None:
    """Ask which rule lets a connection into its destination, or out of its source."""
    rng, verdicts = occasion.rng, occasion.situation.verdicts
    sides = [
        (pair, side)
        for pair in occasion.traps
        for side in verdicts[pair].sides
        if side.exemption is None and len(side.admitted_by) <= 1
    ]
    wanted = ("a rule", "a rule", NO_RULE, NOT_NEEDED)[int(occasion.coin * 4)]
    likely = [one for one in sides if _admission(one[1]) == wanted or _is_rule(one[1], wanted)]
    if not likely:
        return None
    pair, side = rng.choice(likely)
    rules = _rules_near(occasion.situation.cluster, side)
    right = _admission(side)
    wrong = [rule for rule in rules if rule != right]
    chosen = [right, *rng.sample(wrong, min(2, len(wrong)))]
    choices = [*sorted(rule for rule in chosen if rule in rules), NO_RULE, NOT_NEEDED]
    if len(choices) < 3:
        return None
    into = "into" if side.direction is Direction.INGRESS else "out of"
    text = f"Which {side.direction} rule lets this connection {into} {side.subject}? "
    return occasion.question(
        "admitting",
        f"{text}{verdicts[pair].flow}",
        dict.fromkeys(choices),
        right,
        str(verdicts[pair]),
        dict(_believed_rules(occasion, pair, side)),
    )


def _is_rule(side: Side, wanted: str) -> bool:
    return wanted == "a rule" and bool(side.admitted_by)


def _admission(side: Side) -> str:
    if not side.isolated:
        return NOT_NEEDED
    if not side.admitted_by:
        return NO_RULE
    policy, rule = side.admitted_by[0]
    return f"rule {rule.number} of {policy}"


def _rules_near(cluster: Cluster, side: Side) -> list[str]:
    """Return the rules of all policies in that direction, whether they are about the pod or not."""
    return [
        f"rule {rule.number} of {policy}"
        for policy in cluster.policies
        for rule in policy.rules(side.direction)
    ]


def _believed_rules(occasion: Occasion, pair: Pair, side: Side) -> Iterator[tuple[str, str]]:
    situation = occasion.situation
    for misreading in reversed(occasion.misreadings):
        believed = misreading.believed(situation)
        seen = evaluate(believed, *pair, situation.port, situation.protocol)
        answer = _admission(seen.egress if side.direction is Direction.EGRESS else seen.ingress)
        if answer in (NO_RULE, NOT_NEEDED) or _sizes(believed) == _sizes(situation.cluster):
            yield answer, misreading.words


def _sizes(cluster: Cluster) -> list[tuple[str, int, int]]:
    """Return how many rules each policy has: where they are as many, a rule keeps its number."""
    return [(str(one), len(one.ingress or ()), len(one.egress or ())) for one in cluster.policies]


def through_service(occasion: Occasion) -> Question | None:
    """Ask whether a connection to a Service works, on the port of the Service."""
    situation, wanted = occasion.situation, occasion.coin < 0.5
    service = occasion.rng.choice(situation.cluster.services)
    port = service.ports[0]
    sources = [pod for pod in situation.pods if pod != str(service)]
    source = occasion.rng.choice(sources)
    asked = source, f"svc/{service}", port.port, port.protocol
    verdict = evaluate(situation.cluster, *asked)
    confusions = {
        BLOCKED if wanted else ALLOWED: one.words
        for one in reversed(occasion.misreadings)
        if evaluate(one.believed(situation), *asked).allowed is (not wanted)
    }
    if verdict.allowed is not wanted or not confusions:
        return None
    words = f"{port.protocol} {port.port}"
    text = f"{source} connects to Service {service} on {words}. Does this work?"
    right = ALLOWED if wanted else BLOCKED
    choices = (ALLOWED, BLOCKED)
    return occasion.question("through_service", text, choices, right, str(verdict), confusions)


# ---------------------------------------------------------------- sets of pods


def reaching(occasion: Occasion) -> Question | None:
    """Ask who can reach one pod."""
    situation = occasion.situation
    goals = [pod for pod in situation.pods if _whole(occasion, pod)]
    found = occasion.trap(pair for pod in goals for pair in _into(situation, pod))
    if found is None:
        return None
    goal = found[0][1]
    pairs = _into(situation, goal)
    right = tuple(source for source, _ in pairs if situation.verdicts[source, goal].allowed)
    text = (
        f"Which of these can open a connection to {goal} on {situation.protocol} {situation.port}?"
    )
    because = "\n".join(str(situation.verdicts[pair]) for pair in pairs)
    believed = (
        (tuple(pair[0] for pair, answer in one.answers(situation, pairs).items() if answer), one)
        for one in occasion.misreadings
    )
    return chosen_set(
        occasion, "reaching", text, [source for source, _ in pairs], right, because, believed
    )


def _into(situation: Situation, goal: str) -> list[Pair]:
    return [pair for pair in situation.pairs if pair[1] == goal]


def _whole(occasion: Occasion, goal: str) -> bool:
    return all(pair in occasion.traps for pair in _into(occasion.situation, goal))


def isolated(occasion: Occasion) -> Question | None:
    """Ask which pods are isolated in one direction."""
    cluster, way = occasion.situation.cluster, occasion.rng.choice([*Direction])
    pods = [str(pod) for pod in cluster.pods]
    because = "\n".join(describe_pod(cluster, pod) for pod in cluster.pods)
    believed = (
        (_isolated(one.believed(occasion.situation), way), one) for one in occasion.misreadings
    )
    text = f"Which pods are isolated for {way}?"
    return chosen_set(occasion, "isolated", text, pods, _isolated(cluster, way), because, believed)


def _isolated(cluster: Cluster, way: Direction) -> tuple[str, ...]:
    resolution = resolution_of(cluster)
    return tuple(str(pod) for pod in cluster.pods if resolution.isolating(pod, way))


def chosen_set(
    occasion: Occasion,
    kind: str,
    text: str,
    everyone: Sequence[str],
    right: tuple[str, ...],
    because: str,
    believed: Iterable[tuple[tuple[str, ...], Misreading]],
) -> Question:
    """Return a question whose choices are sets: the right one and what confusions would say."""
    wrong: dict[str, str] = {}
    for answer, misreading in believed:
        if answer != right:
            wrong.setdefault(listed(answer), misreading.words)
    fill = (listed(some) for some in _subsets(occasion.rng, everyone))
    others = dict.fromkeys(answer for answer in chain(wrong, fill) if answer != listed(right))
    most = min(MOST_CHOICES, 2 ** len(everyone)) - 1
    choices = occasion.shuffled([listed(right), *[*others][:most]])
    return occasion.question(kind, text, choices, listed(right), because, wrong)


def _subsets(rng: Random, everyone: Sequence[str]) -> Iterator[list[str]]:
    masks = range(2 ** len(everyone))
    for mask in rng.sample(masks, min(len(masks), 8)):
        yield [one for i, one in enumerate(everyone) if mask >> i & 1]


def listed(names: Sequence[str]) -> str:
    """Return names in one line."""
    return ", ".join(names) or NOBODY


# ---------------------------------------------------------------- what is stored, what is open


STORED = (
    [Direction.INGRESS],
    [Direction.INGRESS],
    [*Direction],
    [*Direction],
    [Direction.EGRESS],
)  # the last one is rare: then somebody has to take what is written for something else


def stored(occasion: Occasion) -> Question | None:
    """Ask which policyTypes are stored."""
    policy = occasion.rng.choice(occasion.situation.cluster.policies)
    right = _types(policy.policy_types)
    effects = (effect_of(policy, direction) for direction in Direction)
    believed = {
        _types(found.policy_types): one.words
        for one in reversed(occasion.misreadings)
        for found in one.believed(occasion.situation).policies
        if str(found) == str(policy) and found.policy_types != policy.policy_types
    }
    if not believed or right != _types(STORED[int(occasion.coin * len(STORED))]):
        return None
    return occasion.question(
        "stored",
        f"Which policyTypes does Kubernetes store for {policy}?",
        occasion.shuffled(_types(shape) for shape in ([*Direction], *([way] for way in Direction))),
        right,
        "\n".join([rule_of(policy), *effects]),
        believed,
    )


def _types(types: Iterable[Direction]) -> str:
    return f"[{', '.join(direction.value for direction in types)}]"


def open_ports(occasion: Occasion) -> Question | None:
    """Ask on which ports one pod can reach another."""
    situation = occasion.situation
    pairs = [pair for pair in situation.pairs if all("/" in end for end in pair)]
    occasion.rng.shuffle(pairs)
    table = reachability(situation.cluster)
    for pair in pairs:
        right = table.ports(*pair)
        believed: dict[str, str] = {}
        for one in occasion.misreadings:
            ports = reachability(one.believed(situation)).ports(*pair)
            if ports != right:
                believed.setdefault(str(ports), one.words)
        if len(believed) >= 2:
            choices = occasion.shuffled([str(right), *[*believed][: MOST_CHOICES - 1]])
            text = f"On which ports can {pair[0]} reach {pair[1]}?"
            because = "\n".join([*_by_rule(situation.verdict(*pair)), f"Together: {right}."])
            return occasion.question("open_ports", text, choices, str(right), because, believed)
    return None


def _by_rule(verdict: Verdict) -> Iterator[str]:
    """Yield what each rule about both ends admits, on whichever port."""
    for side in verdict.sides:
        subject, way = side.subject, side.direction
        by = ", ".join(map(str, side.isolated_by))
        yield (
            f"{subject} is isolated for {way} by {by}"
            if by
            else f"{subject} is not isolated for {way}"
        )
        for policy in side.isolated_by:
            yield from (_one_rule(verdict, side, policy, rule) for rule in policy.rules(way))


def _one_rule(verdict: Verdict, side: Side, policy: Policy, rule: Rule) -> str:
    peers = " or ".join(map(peer_words, rule.peers)) or "anyone"
    means = resolution_of(verdict.cluster).peers(policy.namespace, rule.peers)
    if not means.admits(SinglePeer(side.peer), verdict.assumptions):
        return f"  rule {rule.number} of {policy} admits {peers}, so not {side.peer}"
    ports = ", or ".join(_at(entry, side.flow.destination.pod) for entry in rule.ports)
    return f"  rule {rule.number} of {policy} admits {peers}, on {ports or 'every port'}"


def _at(entry: PolicyPort, pod: Pod | None) -> str:
    """Return one item of `ports` in words; a name with its number at the destination."""
    if entry.port is None:
        return f"every {entry.protocol} port"
    if isinstance(entry.port, int):
        return str(entry)
    numbers = ports_at((entry,), pod.ports if pod else ())
    known = f"is {numbers} at {pod}" if numbers else f"{pod} does not have"
    return f"{entry}, which {known}"
