"""Questions that change something: two policies to compare, one line, or the labels of a pod."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address

import yaml

from netpol_lab.course.practice.misconceptions import Misconception
from netpol_lab.course.practice.objects import NAMES, TIERS, full_name, pod
from netpol_lab.course.practice.questions import MOST_CHOICES, QuizQuestion, Setting
from netpol_lab.course.practice.situation import Pair, Situation, spoken
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.verdict import Verdict, judge
from netpol_lab.errors import ManifestError
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.writer import as_yaml
from netpol_lab.model.objects import Direction, Pod, Policy
from netpol_lab.model.selectors import NAME_LABEL

BOTH: dict[tuple[bool | None, ...], str] = {
    (True, False): "only A",
    (False, True): "only B",
    (True, True): "both",
    (False, False): "neither",
}


# ---------------------------------------------------------------- two policies


def variants(setting: Setting) -> QuizQuestion | None:
    """Ask which of two ways to write the policies allows a connection.

    One of them is what somebody with a misconception takes the other for.
    """
    situation, rng = setting.situation, setting.rng
    wanted = [*BOTH][int(setting.coin * 4)]
    for misconception in rng.sample(setting.misconceptions, len(setting.misconceptions)):
        if (other := _twin(situation, misconception)) is None:
            continue
        two = (situation, other) if rng.random() < 0.5 else (other, situation)
        pairs = [
            pair
            for pair, wrong in setting.traps.items()
            if wrong or other.verdict(*pair).allowed is not situation.verdict(*pair).allowed
            if tuple(_sure(one.verdict(*pair)) for one in two) == wanted
        ]
        if pairs:
            return _compared(setting, two, rng.choice(pairs), misconception, BOTH[wanted])
    return None


def _twin(situation: Situation, misconception: Misconception) -> Situation | None:
    """Return the policies as they are misread, if they are as many and have the same names."""
    twin = situation.with_policies(misconception.believed_policies(situation))
    alike = [*map(full_name, twin.policies)] == [*map(full_name, situation.policies)]
    return twin if alike and twin.policies != situation.policies else None


def _sure(verdict: Verdict) -> bool | None:
    """Return the answer; None where plugins differ, on whether blocks match pods too (SEM-47).

    Only a variant can have a block that holds the pods: the clusters that are drawn except them.
    """
    by_selectors = replace(verdict.assumptions, ip_block_matches_pods=False)
    other = judge(verdict.cluster, verdict.flow, by_selectors)
    return verdict.allowed if other.allowed is verdict.allowed else None


def _compared(
    setting: Setting,
    two: tuple[Situation, Situation],
    pair: Pair,
    misconception: Misconception,
    right: str,
) -> QuizQuestion:
    verdicts = [one.verdict(*pair) for one in two]
    text = f"A and B, each on its own: which allows this connection? {verdicts[0].flow}"
    because = "\n".join(f"{name}: {verdict}" for name, verdict in zip("AB", verdicts, strict=True))
    believed: dict[str, str] = {}
    # Who takes one for the other comes last, so that it is what a choice is explained by.
    for one in sorted(setting.misconceptions, key=lambda one: one is misconception):
        believed[BOTH.get(tuple(one.answer(seen, pair) for seen in two), "")] = one.words
    policies = two[0].policies_text, two[1].policies_text
    return setting.question(text, BOTH.values(), right, because, believed, policies)


def _choices(
    setting: Setting,
    able: list[str],
    unable: Mapping[str, Situation],
    pair: Pair,
    before: Situation | None = None,
) -> tuple[str, list[str], dict[str, str]]:
    """Return the right choice, all choices, and what explains the wrong ones.

    Those that somebody believes in come first: they think that the connection works there, and
    that it did not before.
    """
    rng = setting.rng
    right, some = rng.choice(able), rng.sample([*unable], min(MOST_USELESS, len(unable)))
    confusions: dict[str, str] = {}
    for words in some:
        for one in reversed(setting.misconceptions):
            was = before is not None and one.answer(before, pair)
            if not was and one.answer(unable[words], pair):
                confusions[words] = one.words
    believed = sorted(some, key=lambda words: words not in confusions)
    return right, setting.shuffled([right, *believed[: MOST_CHOICES - 1]]), confusions


# ---------------------------------------------------------------- one line

MOST_TRIED = 24  # changes of one line, to keep it quick
MOST_PAIRS = 4
MOST_USELESS = 6


def change(setting: Setting) -> QuizQuestion | None:
    """Ask which one changed line makes a blocked connection work."""
    verdicts = setting.situation.verdicts
    near = [
        pair
        for pair in setting.traps
        if sum(not side.allowed for side in verdicts[pair].sides) == 1
    ]
    pairs = setting.rng.sample(near, min(MOST_PAIRS, len(near)))
    return next(filter(None, (_changing(setting, pair) for pair in pairs)), None)


def _changing(setting: Setting, pair: Pair) -> QuizQuestion | None:
    situation, tried = setting.situation, _tried(setting, pair)
    before = situation.verdicts[pair]
    helping = [words for words, (_, after) in tried.items() if _admits(after, before)]
    useless = {
        words: situation.with_policies(yaml.safe_load_all(text))
        for words, (text, after) in tried.items()
        if after.allowed is False
    }
    if not helping or len(useless) < 2:
        return None
    right, choices, confusions = _choices(setting, helping, useless, pair, situation)
    text = f"Which one of these changes makes this connection work? {before.flow}"
    because = f"As it is:\n{before}\nAfter the change:\n{tried[right][1]}"
    after = tuple(tried[choice][0] for choice in choices)
    return setting.question(text, choices, right, because, confusions, after)


def _tried(setting: Setting, pair: Pair) -> dict[str, tuple[str, Verdict]]:
    """Return the legal changes in words, each with its text and the verdict after it."""
    situation = setting.situation
    changes = [*_changed_lines(situation, situation.verdicts[pair])]
    tried: dict[str, tuple[str, Verdict]] = {}
    seen: set[tuple[Policy, ...]] = set()
    for words, text in setting.rng.sample(changes, min(MOST_TRIED, len(changes))):
        with suppress(ManifestError):
            policies = load(f"{text}\n").policies
            if policies not in seen:
                seen.add(policies)
                changed = situation.cluster.with_policies(policies)
                tried[words] = text, situation.verdict_in(changed, pair)
    return tried


def _admits(verdict: Verdict, before: Verdict) -> bool:
    """Say whether a rule admits what was blocked, without taking the isolation of a pod away."""
    sides = zip(verdict.sides, before.sides, strict=True)
    return verdict.allowed is True and all(now.admitted_by for now, was in sides if not was.allowed)


def _changed_lines(situation: Situation, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield changes in words, with the policies after each."""
    texts = [as_yaml(one, compact=True) for one in situation.policies]
    for i, one in enumerate(situation.policies):
        lines = texts[i].split("\n")
        told = [*map(_bare, lines)]  # a change is told without the indentation
        for n, line in enumerate(lines):
            changed = dict.fromkeys(_rewritten(line, verdict, situation))
            for new in changed if told.count(told[n]) == 1 else ():
                if new != line:
                    text = "\n".join([*lines[:n], new, *lines[n + 1 :]])
                    words = f"in {full_name(one)}, {_bare(line)} becomes {_bare(new)}"
                    yield words, "\n---\n".join([*texts[:i], text, *texts[i + 1 :]])


def _bare(line: str) -> str:
    return line.strip().removeprefix("- ").removeprefix("- ")


def _rewritten(line: str, verdict: Verdict, situation: Situation) -> Iterator[str]:
    """Yield a line as it might be changed with this connection in mind."""
    ends = [end.pod for end in (verdict.flow.source, verdict.flow.destination) if end.pod]
    for end in ends:
        for key, value in end.labels.items():
            yield re.sub(rf"\b{key}: [\w-]+", f"{key}: {value}", line)
        yield re.sub(r"\bname: [\w-]+(?=})", f"{NAME_LABEL}: {end.namespace}", line)
    yield re.sub(r"\bport: [\w-]+", f"port: {situation.port}", line)
    yield re.sub(r"\bendPort: \d+", f"endPort: {situation.port}", line)
    yield re.sub(r"protocol: \w+", f"protocol: {situation.protocol}", line)
    yield re.sub(r"{port:", f"{{protocol: {situation.protocol}, port:", line)
    yield re.sub(r"policyTypes: .*", "policyTypes: [Ingress]", line)
    yield re.sub(r"policyTypes: .*", "policyTypes: [Egress]", line)
    yield line.replace("NotIn", "In")
    yield re.sub(r"\b(ingress|egress): \[\]", r"\1: [{}]", line)
    yield line.replace("- podSelector: {}", "- namespaceSelector: {}")
    yield line.replace("- namespaceSelector: {}", "- podSelector: {}")


# ---------------------------------------------------------------- labels

NEW = "newcomer"
ADDRESS = "10.9.0.9"


def labels(setting: Setting) -> QuizQuestion | None:
    """Ask which labels a new pod needs to reach another."""
    rng, situation = setting.rng, setting.situation
    isolating = resolution_of(situation.cluster).isolating
    goals = [str(pod) for pod in situation.cluster.pods if isolating(pod, Direction.INGRESS)]
    if not goals:
        return None
    homes = [one["metadata"]["name"] for one in situation.of_kind("Namespace")]
    home, goal = rng.choice(homes), rng.choice(goals)
    made = {spoken(found): _with_pod(situation, home, found) for found in _candidates(situation)}
    pair = f"{home}/{NEW}", goal
    verdicts = {words: one.verdict(*pair) for words, one in made.items()}
    able = [words for words, verdict in verdicts.items() if verdict.allowed]
    unable = {words: made[words] for words, found in verdicts.items() if found.allowed is False}
    if not able or len(unable) < 2:
        return None
    right, choices, confusions = _choices(setting, able, unable, pair)
    port = f"{situation.protocol} {situation.port}"
    start = f"You start a pod {NEW} in namespace {home}."
    text = f"{start} With which labels can it reach {goal} on {port}?"
    because = "\n".join(f"With {words}: {verdicts[words]}" for words in choices)
    manifests = tuple(made[choice].manifests for choice in choices)
    return setting.question(text, choices, right, because, confusions, manifests)


def _candidates(situation: Situation) -> Iterable[dict[str, str]]:
    apps = [thing["metadata"]["labels"]["app"] for thing in situation.of_kind("Pod")]
    yield {}
    for name in [*apps, *NAMES[:2]]:
        yield {"app": name}
        yield {"name": name}
    for tier in TIERS:
        yield {"tier": tier}
        yield {"app": apps[0], "tier": tier}


def _with_pod(situation: Situation, home: str, found: dict[str, str]) -> Situation:
    """Return the same with one pod more, for the engine without reading all of it again."""
    new = pod(home, NEW, found, ADDRESS)
    joined = replace(situation, things=(*situation.things, new))
    pods = (*situation.cluster.pods, Pod(home, NEW, found, (ip_address(ADDRESS),)))
    joined.__dict__["cluster"] = replace(situation.cluster, pods=pods)  # where it would be cached
    return joined
