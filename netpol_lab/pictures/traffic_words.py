"""The words for traffic: why a connection is as it is, what changed, how pods are told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from netpol_lab.engine.left_open import left_open
from netpol_lab.engine.sides import Exemption, Side
from netpol_lab.engine.verdict import Verdict
from netpol_lab.model.cluster_policies import Action
from netpol_lab.model.objects import Pod
from netpol_lab.model.selectors import ADDED_LABELS


class Wording(NamedTuple):
    """How to word what differs between two pictures.

    Parameters
    ----------
    remark : str
        On one connection; with ``{change}`` and ``{state}``.
    legend : str
        On what the two halos mean; with the states that have ``{opened}`` and ``{closed}``.
    one, several : str
        Behind the number of connections that differ.
    """

    remark: str
    legend: str
    one: str
    several: str


SINCE = Wording("just {change}", "just opened, just closed", "changed", "changed")
BESIDE = Wording("{state} only here", "{opened} only here, {closed} only here", "differs", "differ")


def telling_labels(pods: Sequence[Pod]) -> set[str]:
    """Return the label keys that tell pods apart; all keys where none does.

    Labels that controllers add to each pod are left out: they only repeat its name.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> telling_labels(lab.load("three-tier").pods)  # app=myapp is on all of them
    {'role'}
    """
    written = (key for pod in pods for key in pod.labels if key not in ADDED_LABELS)
    keys = dict.fromkeys(written)
    return {key for key in keys if len({pod.labels.get(key) for pod in pods}) > 1} or set(keys)


# ---------------------------------------------------------------- why


def reason(verdict: Verdict) -> str:
    """Return why a connection is allowed, blocked or undefined, in one line.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> reason(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))
    'ingress: isolated by db-access-ingress'
    """
    if verdict.allowed is None:
        return f"left open: {'; '.join(left_open(verdict))}"
    return reason_of_sides(verdict.sides, verdict.allowed)


def reason_of_sides(sides: Iterable[Side], allowed: bool) -> str:
    """Return the same from the two sides alone, for a connection that is not undefined."""
    tell = _admission if allowed else _refusal
    return "; ".join(filter(None, map(tell, sides))) or "neither end is isolated"


def _refusal(side: Side) -> str:
    if side.allowed:
        return ""
    by = ", ".join(policy.name for policy in side.isolated_by)
    return f"{side.direction}: {_of_tier(side) or f'isolated by {by}'}"


def _admission(side: Side) -> str:
    if ruled := _of_tier(side):
        return f"{side.direction}: {ruled}"
    if side.exemption is not None:
        return "" if side.exemption is Exemption.OUTSIDE else side.exemption.value
    rules = (f"rule {rule.number} of {policy.name}" for policy, rule in side.admitted_by[:1])
    return "".join(f"{side.direction}: {words}" for words in rules)


def _of_tier(side: Side) -> str:
    """Return which rule of a cluster-wide policy decides a side, if one does (ANP-02)."""
    match = side.ruling.decisive if side.ruling else None
    if match is None:
        return ""
    does = "denies" if match.action is Action.DENY else "accepts"
    return f"rule {match.rule.number} of {match.policy.name} ({match.policy.tier}) {does}"
