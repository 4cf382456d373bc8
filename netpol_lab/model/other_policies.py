"""Policies of other kinds than NetworkPolicy: whom they could concern, not what they decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from netpol_lab.harmless import harmless
from netpol_lab.model.cluster_policies import EVERY_POD
from netpol_lab.model.objects import Direction, Peer
from netpol_lab.model.selectors import Selector

EVERY_POD_OF_ITS_NAMESPACE = Peer(pod_selector=Selector())


@dataclass(frozen=True, slots=True)
class OtherPolicy:
    """A policy that is not evaluated: flows that it could decide are undefined (SEM-70).

    Parameters
    ----------
    kind, name : str
    namespace : str
        Empty where the policy is about the whole cluster.
    directions : tuple of Direction
        Those that it can be about.
    subject : Peer
        The pods that it may be about: those that both selectors match, as for a peer.
    content : str
        All that it says, to see whether two of one name are the same.

    Examples
    --------
    >>> print(OtherPolicy("GlobalNetworkPolicy", "deny-all"))
    GlobalNetworkPolicy deny-all
    >>> print(OtherPolicy("CiliumNetworkPolicy", "web", "shop"))
    CiliumNetworkPolicy shop/web
    """

    kind: str
    name: str
    namespace: str = ""
    directions: tuple[Direction, ...] = (Direction.INGRESS, Direction.EGRESS)
    subject: Peer = EVERY_POD
    content: str = field(default="", repr=False)

    def __str__(self) -> str:
        # Nobody has checked what such a policy is called.
        return harmless(f"{self.kind} {'/'.join(filter(None, (self.namespace, self.name)))}")
