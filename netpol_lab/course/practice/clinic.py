"""Broken manifests: a policy as it is meant, and the faults that people write into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

import yaml

from netpol_lab.course.practice import misconceptions as m
from netpol_lab.course.practice.generators import inhabitants, written
from netpol_lab.course.practice.misconceptions import Misreading
from netpol_lab.course.practice.questions import MOST_CHOICES, Occasion, Question, chosen_set
from netpol_lab.course.practice.situation import Situation
from netpol_lab.engine.verdict import evaluate
from netpol_lab.errors import Complaint, ManifestError, Reason
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.writer import manifest_of
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
        return text.replace(self.meant, self.written, 1) if self.meant else text


_SUBJECT = "  podSelector:\n    matchLabels:\n      app: {subject}\n"
_PEER = "    - podSelector:\n        matchLabels:\n          app: {friend}\n"

FAULTS = (
    Fault("as it should be"),
    Fault(
        "matchLabels beside podSelector",
        "    matchLabels:\n      app",
        "  matchLabels:\n    app",
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
        "        matchLabels:\n          app",
        "      matchLabels:\n        app",
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


@dataclass(frozen=True)
class Patient:
    """A faulty policy among pods.

    Parameters
    ----------
    situation : Situation
        The pods, and no policy.
    fault : Fault
    subject, friend : str
        The pod that is guarded, and the only one that is meant to get in.
    """

    situation: Situation
    fault: Fault
    subject: str
    friend: str

    @property
    def meant(self) -> str:
        """The policy as it is meant."""
        return TEXT.format(subject=self.subject, friend=self.friend)

    @property
    def text(self) -> str:
        """The policy as it is written."""
        return self.fault.apply(TEXT).format(subject=self.subject, friend=self.friend)

    @property
    def purpose(self) -> str:
        """What the policy is meant to do, in words."""
        return (
            f"Meant: only garden/{self.friend} may open connections to garden/{self.subject}, "
            "and only on TCP 80."
        )

    @property
    def manifests(self) -> str:
        """Pods and the policy as it is written."""
        return f"{self.situation.manifests}\n---\n{self.text}"

    @cached_property
    def complaints(self) -> tuple[Complaint, ...]:
        """What a strict reader says; nothing if it accepts the policy."""
        try:
            load(f"{self.text}\n")
        except ManifestError as error:
            return error.complaints
        return ()


def patients(rng: Random) -> list[Patient]:
    """Return the same policy with every fault, among the same pods."""
    people = inhabitants(rng, ["garden"] * 4)
    situation = Situation(written(people), ())
    return [Patient(situation, fault, people[0].name, people[1].name) for fault in FAULTS]


# ---------------------------------------------------------------- kinds

STORED = "nothing: it is accepted"
LENIENT = (
    "A lenient reader drops the fields that it does not know, and takes the rest "
    "(kubectl apply --validate=false)."
)
MEANT = Misreading("30", "the policy did what is meant")
READ = (
    m.NULL, m.MISSING, m.ONE_RULE, m.PORTS_ONLY, m.RULES_COUNT, m.ONLY_WITH_RULES, m.BOTH_WAYS,
)  # fmt: skip


def refused(occasion: Occasion) -> Question | None:
    """Ask what a strict reader complains about."""
    rng, everyone = occasion.rng, patients(occasion.rng)
    ill = occasion.coin < 0.6
    patient = rng.choice([one for one in everyone if bool(one.complaints) is ill])
    right = _said(patient)
    others = {_said(one) for one in everyone if one.complaints} - {*map(_words, patient.complaints)}
    wrong = rng.sample(sorted(others), 2 if ill else 3)
    choices = [*occasion.shuffled([right, *wrong] if ill else wrong), STORED]
    because = _reasons(patient)
    return _about(
        patient, "refused", "What does a strict reader complain about here?", choices, right,
        because, {STORED: "unknown fields and wrong values were passed over"},
    )  # fmt: skip


def _said(patient: Patient) -> str:
    return _words(patient.complaints[0]) if patient.complaints else STORED


def _words(complaint: Complaint) -> str:
    alone = complaint.reason in (Reason.UNKNOWN, Reason.NO_MATCH)
    return complaint.message if alone else f"{complaint.path}: {complaint.message}"


def _reasons(patient: Patient) -> str:
    if not patient.complaints:
        return "Every field is known and has a value that is allowed, so it is accepted."
    return "\n".join(["It is refused:", *map(_reason, patient.complaints)])


def _reason(complaint: Complaint) -> str:
    where = f"  line {complaint.line}: {_words(complaint)}"
    return f"{where}\n  hint: {complaint.hint}" if complaint.hint else where


def wrong_line(occasion: Occasion) -> Question | None:
    """Ask which line a strict reader refuses."""
    rng = occasion.rng
    ill = [one for one in patients(rng) if len(one.complaints) == 1 and one.complaints[0].line]
    patient = rng.choice(ill)
    lines = patient.text.split("\n")
    numbered = [f"{n:>2}  {line}" for n, line in enumerate(lines, 1)]
    at = patient.complaints[0].line - 1
    chosen = _around(rng, at, len(lines))
    question = _about(
        patient, "wrong_line", "A strict reader refuses this policy. Because of which line?",
        [_line(lines, n) for n in chosen], _line(lines, at), _reasons(patient), {},
    )  # fmt: skip
    return replace(question, policies="\n".join(numbered))


def _around(rng: Random, at: int, count: int) -> list[int]:
    """Return a line and three others, none next to it; how many stand before it is random."""
    before, after = [*range(at - 1)], [*range(at + 2, count)]
    above = min(len(before), max(rng.randrange(MOST_CHOICES), MOST_CHOICES - 1 - len(after)))
    below = MOST_CHOICES - 1 - above
    return sorted([at, *rng.sample(before, above), *rng.sample(after, below)])


def _line(lines: list[str], n: int) -> str:
    return f"line {n + 1}: {lines[n].strip()}"


def as_kept(occasion: Occasion) -> Question | None:
    """Ask who can reach a pod under what is stored of a policy, which may not be what is meant."""
    patient = occasion.rng.choice([*_kept(patients(occasion.rng))])
    situation, kept = patient.situation, load(f"{patient.manifests}\n", strict=False)
    meant = load(f"{situation.manifests}\n---\n{patient.meant}\n")
    goal = occasion.rng.choice(situation.pods[:3])
    right, wanted = _able(kept, situation, goal), _able(meant, situation, goal)
    if right == wanted and occasion.coin < 0.8:
        return None
    others = [pod for pod in situation.pods if pod != goal]
    because = "\n".join(str(evaluate(kept, pod, goal, 80)) for pod in others)
    which = f"pods can open a connection to {goal} on TCP 80?"
    asks = f"{LENIENT} Which {which}" if patient.complaints else f"As it is written, which {which}"
    text = f"{patient.purpose} {asks}"
    made = replace(occasion, situation=situation)
    believed = [*_believed(patient, kept, goal), (wanted, MEANT)]
    asked = chosen_set(made, "as_kept", text, others, right, because, believed)
    return replace(asked, manifests=patient.manifests, policies=patient.text)


def _kept(everyone: list[Patient]) -> Iterator[Patient]:
    """Yield the patients that are stored, at least by a server that drops unknown fields."""
    for patient in everyone:
        try:
            load(f"{patient.text}\n", strict=False)
        except ManifestError:
            continue
        if patient.text != patient.meant:
            yield patient


def _believed(
    patient: Patient, kept: Cluster, goal: str
) -> Iterator[tuple[tuple[str, ...], Misreading]]:
    """Yield who can reach a pod for those who take what is kept for something else."""
    dropped = bool(patient.complaints)  # then what is kept is not what is written
    read = map(manifest_of, kept.policies) if dropped else yaml.safe_load_all(patient.text)
    stored = patient.situation.with_policies(read)
    for misreading in READ:
        yield _able(misreading.believed(stored), patient.situation, goal), misreading


def _able(cluster: Cluster, situation: Situation, goal: str) -> tuple[str, ...]:
    others = [pod for pod in situation.pods if pod != goal]
    return tuple(pod for pod in others if evaluate(cluster, pod, goal, 80).allowed)


def _about(
    patient: Patient,
    kind: str,
    text: str,
    choices: list[str],
    right: str,
    because: str,
    confusions: dict[str, str],
) -> Question:
    words = {choice: why for choice, why in confusions.items() if choice != right}
    pods = patient.situation.pods_text
    return Question(
        kind, text, patient.manifests, pods, patient.text, tuple(choices), right, because, words
    )
