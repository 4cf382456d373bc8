"""Which directions a policy isolates, for every way to write policyTypes, ingress and egress.

The answers come from the engine: each of the 36 ways is a manifest that is loaded and resolved.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, product

from netpol_lab.engine.resolution import resolution_of
from netpol_lab.manifests.loader import load
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction, Policy
from netpol_lab.pictures.legend import MARGIN, badge
from netpol_lab.pictures.palette import FAINT, INK, MIST, MUTED
from netpol_lab.pictures.shapes import Box, Rect, Shape, Sheet, Style, Text
from netpol_lab.pictures.svg import DrawnTable, Picture
from netpol_lab.pictures.text_table import in_columns

Answer = tuple[bool, bool]  # isolated for ingress, for egress
Answers = dict[tuple[str, str, str], Answer]  # by policyTypes, egress and ingress
TITLE = "Which directions does a policy isolate?"

# How a section and policyTypes can be written: what the picture says, what `policy_yaml` takes.
SECTIONS = {"absent": "absent", "[ ]": "empty", "rules": "filled"}
TYPES = ("absent", "[Ingress]", "[Egress]", "[Ingress, Egress]")


def policy_types() -> Picture:
    """Return a picture of which directions a policy isolates, however it is written.

    Returns
    -------
    Picture
        A table of `policyTypes` against the sections `ingress` and `egress`, each of which may be
        absent, empty or hold rules.

    Examples
    --------
    >>> print(policy_types())
    Which directions does a policy isolate?
    policyTypes        ingress  egress         isolated
    absent             any      absent or [ ]  ingress
    absent             any      rules          ingress and egress
    [Ingress]          any      any            ingress
    [Egress]           any      any            egress
    [Ingress, Egress]  any      any            ingress and egress
    """
    answers = policy_answers()
    lines = [*_lines(answers)]
    rows = [("policyTypes", "ingress", "egress", "isolated"), *lines]
    sentences = (
        f"policyTypes {types}, ingress {ingress}, egress {egress}: isolated for {answer}."
        for types, ingress, egress, answer in lines
    )
    shapes = (*_head(), *_cells(answers))
    return Picture(
        DrawnTable(
            sheet=Sheet.white(WIDTH, BOTTOM, *shapes),
            title=TITLE,
            desc=" ".join(sentences),
            state="policyTypes",
            text="\n".join([TITLE, *in_columns(rows)]),
        )
    )


def policy_answers() -> Answers:
    """Return which directions a policy isolates, by its policyTypes, egress and ingress."""
    pods = load("one-way")
    return {
        (types, egress, ingress): _isolated(
            pods, policy_yaml(SECTIONS[ingress], SECTIONS[egress], types)
        )
        for types, egress, ingress in product(TYPES, SECTIONS, SECTIONS)
    }


def _isolated(pods: Cluster, text: str) -> Answer:
    """Ask the engine about a policy."""
    cluster = pods.with_policies(load(f"{text}\n").policies)
    isolating, pod = resolution_of(cluster).isolating, cluster.pod("app")
    return bool(isolating(pod, Direction.INGRESS)), bool(isolating(pod, Direction.EGRESS))


def _lines(answers: Answers) -> Iterator[tuple[str, str, str, str]]:
    """Yield the answers in words; what makes no difference is `any`."""
    for types in TYPES:
        rows = {e: [answers[types, e, ingress] for ingress in SECTIONS] for e in SECTIONS}
        for row, same in groupby(SECTIONS, key=rows.__getitem__):
            words = " or ".join(same)
            egress = "any" if words == " or ".join(SECTIONS) else words
            alike = len(set(row)) == 1
            for ingress, answer in [("any", row[0])] if alike else zip(SECTIONS, row, strict=True):
                ways = (
                    str(way) for way, isolated in zip(Direction, answer, strict=True) if isolated
                )
                yield types, ingress, egress, " and ".join(ways) or "nothing"


# ---------------------------------------------------------------- as YAML


_HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: try-it
  namespace: lab
spec:
  podSelector:
    matchLabels:
      app: app"""
_RULE = """
  - {preposition}:
    - podSelector:
        matchLabels:
          app: friend"""


def policy_yaml(ingress: str = "absent", egress: str = "absent", types: str = "absent") -> str:
    """Return one policy with its three fields written as asked.

    Examples
    --------
    >>> print(policy_yaml(egress="empty", types="[Egress]").partition("spec:")[2])
    <BLANKLINE>
      podSelector:
        matchLabels:
          app: app
      policyTypes: [Egress]
      egress: []
    """
    listed = {"absent": "", "empty": "\n  policyTypes: []"}.get(types, f"\n  policyTypes: {types}")
    sections = _section("ingress", "from", ingress) + _section("egress", "to", egress)
    return _HEAD + listed + sections


def _section(field: str, preposition: str, written: str) -> str:
    filled = f"\n  {field}:{_RULE.format(preposition=preposition)}"
    return {"absent": "", "empty": f"\n  {field}: []", "filled": filled}[written]


# ---------------------------------------------------------------- in words


def rule_of(policy: Policy) -> str:
    """Return which rule of policyTypes a policy meets, in one sentence.

    Parameters
    ----------
    policy : Policy

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(rule_of(lab.load("three-tier").policy("db-access-ingress")))
    policyTypes is absent or empty, so Kubernetes fills it in: Ingress always, and Egress if there \
is at least one egress rule. Here there is none.
    """
    if policy.types_written:
        return "policyTypes is there and not empty, so Kubernetes keeps it as it is."
    return (
        "policyTypes is absent or empty, so Kubernetes fills it in: Ingress always, and Egress if "
        f"there is at least one egress rule. Here there is {'one' if policy.egress else 'none'}."
    )


def effect_of(policy: Policy, direction: Direction) -> str:
    """Return what a policy does to its pods in one direction, in one sentence.

    Parameters
    ----------
    policy : Policy
    direction : Direction

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(effect_of(lab.load("three-tier").policy("db-access-ingress"), Direction.EGRESS))
    Egress is not listed: this policy leaves egress as it is.
    """
    name = direction.value
    written = policy.ingress if direction is Direction.INGRESS else policy.egress
    if direction in policy.policy_types:
        admitted = "only what its rules admit is allowed" if written else "nothing is allowed"
        rules = "with rules" if written else "without a rule"
        return f"{name} is listed {rules}: the pod is isolated for {direction}, {admitted}."
    if written:
        return f"{name} is not listed: its {direction} rules are stored and ignored."
    return f"{name} is not listed: this policy leaves {direction} as it is."


# ---------------------------------------------------------------- the drawing

LEFT, TOP = 178.0, 146.0
COLUMN, ROW = 62.0, 58.0
WIDTH = LEFT + 9 * COLUMN + MARGIN
BOTTOM = TOP + 4 * ROW + 46


def _head() -> Iterator[Shape]:
    yield Text((MARGIN, 36), TITLE, 18, bold=True)
    yield Text((MARGIN, 58), "36 ways to write a policy", 14, colour=MUTED)
    yield Text((MARGIN, TOP - 14), "policyTypes", 13, colour=MUTED)
    for words, y in (("egress", TOP - 44), ("ingress", TOP - 14)):
        yield Text((LEFT - 12, y), words, 13, "end", MUTED)
    for k, egress in enumerate(SECTIONS):
        band = Box(LEFT + 3 * k * COLUMN, TOP - 62, 3 * COLUMN, 26).grown(-3)
        yield Rect(band, Style(MIST, FAINT), 6)
        yield Text((band.middle[0], TOP - 44), egress, 13, "middle", bold=True)
        for i, ingress in enumerate(SECTIONS):
            yield Text((LEFT + (3 * k + i + 0.5) * COLUMN, TOP - 14), ingress, 13, "middle")
    yield Text(
        (MARGIN, BOTTOM - 18),
        "isolated: only what a rule admits; open: everything. policyTypes: [ ] is like absent.",
        13,
        colour=INK,
    )


def _cells(answers: Answers) -> Iterator[Shape]:
    """Yield the rows; neighbours with the same answer are one wide cell."""
    columns = [*product(SECTIONS, SECTIONS)]
    for k, types in enumerate(TYPES):
        x, y = LEFT, TOP + k * ROW
        yield Text((MARGIN, y + 34), types, 13, bold=True)
        for answer, same in groupby(answers[types, *column] for column in columns):
            width = COLUMN * len([*same])
            yield from _cell(answer, Box(x, y, width, ROW).grown(-3))
            x += width


def _cell(answer: Answer, box: Box) -> Iterator[Shape]:
    yield Rect(box, Style(MIST, FAINT, 1.5), 10)
    for k, (way, isolated) in enumerate(zip(Direction, answer, strict=True)):
        words = f"{way} {'isolated' if isolated else 'open'}"
        x, y = box.middle
        beside = box.width > 280
        place = (x - 132 + 138 * k, y - 10) if beside else (x - 63, y - 22 + 23 * k)
        yield from badge(words, Box(*place, 126, 20))
