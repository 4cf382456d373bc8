"""What only older servers take: refused in what is about to be applied, warned of elsewhere.

Servers since v1.36 refuse CIDRs with host bits and the like, but keep those that are stored
already (VAL-28, VAL-40, VAL-48): what is in a dump was accepted once, and is in force.
"""

from __future__ import annotations

from typing import NamedTuple

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.validation.objects import check_object


class Judgement(NamedTuple):
    """What is refused about an object, and what is only warned of."""

    refused: list[Problem]
    warned: list[Problem]


def judged(thing: api.Object, strict_cidr: bool, lenient: bool = False) -> Judgement:
    """Return what a server refuses about an object, and what only servers since v1.36 refuse.

    Parameters
    ----------
    thing : Object
    strict_cidr : bool
        As for `check_object`.
    lenient : bool
        Take what older servers took even where nothing says that it was stored.

    Returns
    -------
    Judgement

    Examples
    --------
    >>> block = api.NetworkPolicyPeer(ip_block=api.IPBlock(cidr="10.0.0.1/8"))
    >>> rule = api.NetworkPolicyIngressRule(peers=(block,))
    >>> spec = api.NetworkPolicySpec(ingress=(rule,))
    >>> new = api.NetworkPolicy(metadata=api.ObjectMeta(name="p"), spec=spec)
    >>> [problem.hint for problem in judged(new, strict_cidr=True).refused]
    ['write 10.0.0.0/8; servers before v1.36 take it (--assume strict_cidr=false)']
    >>> old = api.NetworkPolicy(metadata=api.ObjectMeta(name="p", uid="1b"), spec=spec)
    >>> len(judged(old, strict_cidr=True).refused)
    0
    """
    found = [*dict.fromkeys(check_object(thing, strict_cidr))]
    if not (found and strict_cidr):
        return Judgement(found, [])
    always = [*check_object(thing, False)]
    only_since = [problem for problem in found if problem not in always]
    if not always and (lenient or is_stored(thing.metadata)):
        return Judgement([], [_with_hint(problem, _STORED) for problem in only_since])
    return Judgement([_with_hint(p, _TO_APPLY) if p in only_since else p for p in found], [])


def is_stored(metadata: api.ObjectMeta) -> bool:
    """Say whether an object bears what only a server writes: it was accepted when it was made."""
    return bool(metadata.uid or metadata.resource_version or metadata.creation_timestamp)


def _with_hint(problem: Problem, more: str) -> Problem:
    return problem._replace(hint="; ".join(filter(None, (problem.hint, more))))


_TO_APPLY = "servers before v1.36 take it (--assume strict_cidr=false)"
_STORED = (
    "servers refuse this since v1.36, and the answer is that of older ones; "
    "--assume strict_cidr=false says so without this warning"
)
