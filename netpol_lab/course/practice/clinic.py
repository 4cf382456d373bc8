"""Broken manifests: a policy as it is meant, the faults people write into it, and questions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

import yaml

from netpol_lab.course.practice import misconceptions as m
from netpol_lab.course.practice.misconceptions import Misconception
from netpol_lab.course.practice.objects import names_of, sketch_pods, written
from netpol_lab.course.practice.questions import MOST_CHOICES, QuizQuestion, Setting
from netpol_lab.course.practice.situation import Situation
from netpol_lab.engine.verdict import evaluate
from netpol_lab.errors import Complaint, ManifestError, Reason
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.writer import as_yaml, manifest_of
from netpol_lab.model.cluster import Cluster

TEXT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: guard
  namespace: garden
spec:
  podSelector:
    matchLabels:
      app: {subject}
  policyTypes:
  - Ingress
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: {friend}
    ports:
    - protocol: TCP
      port: 80"""


@dataclass(frozen=True)
class Fault:
    """One thing that people write: the text that should be there, and what is there.

    Parameters
    ----------
    name : str
    meant, written : str
        A part of the text, and what it becomes.
    """

    name: str
    meant: str = ""
    written: str = ""

    def apply(self, text: str) -> str:
        """Return the text with the fault."""
        return text.replace(self.meant, self.written, 1)


_SUBJECT = "  podSelector:\n    matchLabels:\n      app: {subject}\n"
_PEER = "    - podSelector:\n        matchLabels:\n          app: {friend}\n"

FAULTS = (
    Fault("as it should be"),
    Fault(
        "matchLabels beside podSelector", "    matchLabels:\n      app", "  matchLabels:\n    app"
    ),
    Fault("matchLabel", "matchLabels", "matchLabel"),
    Fault("ingress outside spec", "  ingress:\n", "ingress:\n"),
    Fault("small letters in policyTypes", "- Ingress", "- ingress"),
    Fault("kind in small letters", "kind: NetworkPolicy", "kind: Networkpolicy"),
    Fault("an old apiVersion", "networking.k8s.io/v1", "extensions/v1beta1"),
    Fault("a port in quotes", "port: 80", 'port: "80"'),
    Fault("protocol in small letters", "protocol: TCP", "protocol: tcp"),
    Fault("from without a list", "    - podSelector:\n      ", "      podSelector:\n      "),
    Fault(
        "matchLabels beside podSelector in a peer",
        "        matchLabels:\n          app", "      matchLabels:\n        app",
    ),
    Fault("a mistyped section", "  ingress:\n", "  ingres:\n"),
    Fault(
        "ports in the peer",
        "    ports:\n    - protocol: TCP\n      port: 80",
        "      ports:\n      - protocol: TCP\n        port: 80",
    ),
    Fault("a port too high", "port: 80", "port: 80800"),
    Fault("policyTypes as text", "policyTypes:\n  - Ingress", "policyTypes: Ingress"),
    Fault("a lone dash", _PEER, "    -\n"),
    Fault("a label that is a boolean", "app: {friend}", "app: yes"),
    Fault("no policyTypes", "  policyTypes:\n  - Ingress\n", ""),
    Fault("nothing after podSelector", _SUBJECT, "  podSelector:\n"),
    Fault("a dash before ports", "    ports:\n", "  - ports:\n"),
    Fault("a mistyped label", "app: {subject}", "app: {subject}s"),
    Fault("no podSelector", _SUBJECT, ""),
    Fault("no from", "  - from:\n" + _PEER + "    ports", "  - ports"),
    Fault("no protocol", "    - protocol: TCP\n      port", "    - port"),
    Fault("Egress in policyTypes", "- Ingress", "- Egress"),
    Fault("both in policyTypes", "  - Ingress\n", "  - Ingress\n  - Egress\n"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FaultyPolicy(Situation):
    """Pods and the text of a policy with a fault; `policies` is empty, for it may not load.

    Parameters
    ----------
    fault : Fault
    subject, friend : str
        The pod that is isolated, and the only one that is meant to reach it.
    """

    fault: Fault
    subject: str
    friend: str

    @property
    def meant(self) -> str:
        """The policy as it is meant."""
        return TEXT.format(subject=self.subject, friend=self.friend)

    @property
    def policies_text(self) -> str:
        """The policy as it is written."""
        return self.fault.apply(TEXT).format(subject=self.subject, friend=self.friend)

    @cached_property
    def manifests(self) -> str:
        """Pods and the policy as it is written."""
        return f"{as_yaml(*self.things, compact=True)}\n---\n{self.policies_text}"

    @cached_property
    def complaints(self) -> tuple[Complaint, ...]:
        """What a strict reader says; nothing if it accepts the policy."""
        return _complaints(self.policies_text)


def _complaints(text: str, strict: bool = True) -> tuple[Complaint, ...]:
    try:
        load(f"{text}\n", strict=strict)
    except ManifestError as error:
        return error.complaints
    return ()


def faulty_policies(rng: Random) -> list[FaultyPolicy]:
    """Return the same policy with every fault, among the same pods."""
    pods = sketch_pods(rng, ["garden"] * 4)
    things, (subject, friend) = written(pods), names_of(pods)[:2]
    return [
        FaultyPolicy(things, (), fault=fault, subject=subject, friend=friend) for fault in FAULTS
    ]


# ---------------------------------------------------------------- what is refused

STORED = "nothing: it is accepted"


def refused(setting: Setting) -> QuizQuestion | None:
    """Ask what a strict reader complains about."""
    rng, everyone = setting.rng, faulty_policies(setting.rng)
    is_refused = setting.coin < 0.6
    faulty = rng.choice([one for one in everyone if bool(one.complaints) is is_refused])
    said = [_words(complaint) for complaint in faulty.complaints]
    others = {_words(one.complaints[0]) for one in everyone if one.complaints}
    wrong = rng.sample(sorted(others - {*said}), 2 if is_refused else 3)
    right = said[0] if is_refused else STORED
    text = "What does a strict reader complain about here?"
    choices = [*setting.shuffled([right, *wrong] if is_refused else wrong), STORED]
    passed_over = {STORED: "unknown fields and wrong values were passed over"}
    asked = replace(setting, situation=faulty)
    return asked.question(text, choices, right, _reasons(faulty), passed_over)


def _words(complaint: Complaint) -> str:
    alone = complaint.reason in (Reason.UNKNOWN, Reason.NO_MATCH)
    return complaint.message if alone else f"{complaint.path}: {complaint.message}"


def _reasons(faulty: FaultyPolicy) -> str:
    if not faulty.complaints:
        return "Every field is known and has a value that is allowed, so it is accepted."
    lines = ["It is refused:"]
    for complaint in faulty.complaints:
        lines.append(f"  line {complaint.line}: {_words(complaint)}")
        lines.extend([f"  hint: {complaint.hint}"] if complaint.hint else [])
    return "\n".join(lines)


def wrong_line(setting: Setting) -> QuizQuestion | None:
    """Ask which line a strict reader refuses."""
    rng = setting.rng
    faulty = rng.choice(
        [one for one in faulty_policies(rng) if len(one.complaints) == 1 and one.complaints[0].line]
    )
    lines = faulty.policies_text.split("\n")
    told = [f"line {n}: {line.strip()}" for n, line in enumerate(lines, 1)]
    at = faulty.complaints[0].line - 1
    choices = [told[n] for n in _around(rng, at, len(lines))]
    text = "A strict reader refuses this policy. Which line is the reason?"
    asked = replace(setting, situation=faulty)
    question = asked.question(text, choices, told[at], _reasons(faulty))
    shown = "\n".join(f"{n:>2}  {line}" for n, line in enumerate(lines, 1))
    return replace(question, policies=shown)


def _around(rng: Random, at: int, count: int) -> list[int]:
    """Return a line and three others, none next to it; how many stand before it is random."""
    before, after = [*range(at - 1)], [*range(at + 2, count)]
    above = min(len(before), max(rng.randrange(MOST_CHOICES), MOST_CHOICES - 1 - len(after)))
    below = MOST_CHOICES - 1 - above
    return sorted([at, *rng.sample(before, above), *rng.sample(after, below)])


# ---------------------------------------------------------------- what is kept

LENIENT = (
    "A lenient reader drops the fields that it does not know, and takes the rest "
    "(kubectl apply --validate=false)."
)
MEANT = Misconception("30", "the policy did what is meant")
READ = (
    m.NULL, m.MISSING, m.ONE_RULE, m.PORTS_ONLY, m.RULES_COUNT, m.ONLY_WITH_RULES, m.BOTH_WAYS,
)  # fmt: skip


def as_kept(setting: Setting) -> QuizQuestion | None:
    """Ask who can reach a pod under what is stored of a policy, which may not be what is meant."""
    stored = [
        one
        for one in faulty_policies(setting.rng)
        if one.policies_text != one.meant and not _complaints(one.policies_text, strict=False)
    ]
    faulty = setting.rng.choice(stored)
    kept = load(f"{faulty.manifests}\n", strict=False)
    meant = kept.with_policies(load(f"{faulty.meant}\n").policies)
    goal = setting.rng.choice(faulty.pods[:3])
    others = [pod for pod in faulty.pods if pod != goal]

    def able(cluster: Cluster) -> list[str]:
        return [pod for pod in others if evaluate(cluster, pod, goal, 80).allowed]

    if able(kept) == able(meant) and setting.coin < 0.8:
        return None
    dropped = bool(faulty.complaints)  # then what is kept is not what is written
    read = map(manifest_of, kept.policies) if dropped else yaml.safe_load_all(faulty.policies_text)
    seen = faulty.with_policies(read)
    believed = [*((able(one.believed_cluster(seen)), one) for one in READ), (able(meant), MEANT)]
    because = "\n".join(str(evaluate(kept, pod, goal, 80)) for pod in others)
    which = f"pods can open a connection to {goal} on TCP 80?"
    asks = f"{LENIENT} Which {which}" if dropped else f"As it is written, which {which}"
    purpose = (
        f"Meant: only garden/{faulty.friend} may open connections to garden/{faulty.subject}, "
        "and only on TCP 80."
    )
    asked = replace(setting, situation=faulty)
    return asked.which(f"{purpose} {asks}", others, able(kept), because, believed)
