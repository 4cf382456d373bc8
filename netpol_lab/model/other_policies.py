"""Policies of other kinds than NetworkPolicy: whom they could concern, not what they decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from netpol_lab.harmless import harmless
from netpol_lab.model.cluster_policies import EVERY_POD
from netpol_lab.model.objects import Direction, Peer
from netpol_lab.model.selectors import Selector


class Rank(Enum):
    """Where a policy is asked, seen from NetworkPolicy (ANP-02)."""

    ADMIN = "before every NetworkPolicy"
    BASELINE = "after every NetworkPolicy"
    FOREIGN = "wherever a plugin of its own asks it"


EVERY_POD_OF_ITS_NAMESPACE = Peer(pod_selector=Selector())


@dataclass(frozen=True, slots=True)
class OtherPolicy:
    """A policy that is not evaluated: flows that it could decide are undefined (SEM-70).

    Parameters
    ----------
    kind, name : str
    namespace : str
        Empty where the policy is about the whole cluster.
    rank : Rank
    directions : tuple of Direction
        Those for which it has rules.
    subject : Peer
        The pods that it may be about: those that both selectors match, as for a peer.
    content : str
        All that it says, to see whether two of one name are the same.

    Examples
    --------
    >>> print(OtherPolicy("ClusterNetworkPolicy", "deny-all"))
    ClusterNetworkPolicy deny-all
    >>> print(OtherPolicy("CiliumNetworkPolicy", "web", "shop"))
    CiliumNetworkPolicy shop/web
    """

    kind: str
    name: str
    namespace: str = ""
    rank: Rank = Rank.FOREIGN
    directions: tuple[Direction, ...] = (Direction.INGRESS, Direction.EGRESS)
    subject: Peer = EVERY_POD
    content: str = field(default="", repr=False)

    def __str__(self) -> str:
        # Nobody has checked what such a policy is called.
        return harmless(f"{self.kind} {'/'.join(filter(None, (self.namespace, self.name)))}")
