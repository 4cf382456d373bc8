"""Cluster-wide policies: ClusterNetworkPolicy and its forerunners, in one form.

`policy.networking.k8s.io` has three versions and three kinds. What differs between them is settled
at the door: an AdminNetworkPolicy is in tier Admin, its Allow is Accept (ANP-01).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from netpol_lab.model.addresses import Network
from netpol_lab.model.objects import Direction, Peer, Rule
from netpol_lab.model.selectors import Selector

UNRANKED = "BaselineAdminNetworkPolicy"
LAST_PRIORITY = 1000  # the highest number
EVERY_POD = Peer(pod_selector=Selector(), namespace_selector=Selector())


class Tier(Enum):
    """When policies are asked: Admin, then NetworkPolicy, then Baseline (ANP-02)."""

    ADMIN = "Admin"
    BASELINE = "Baseline"

    def __str__(self) -> str:
        return self.value


class Action(StrEnum):
    """What a rule does with the flows that it matches (ANP-05 to ANP-07)."""

    ACCEPT = "Accept"
    DENY = "Deny"
    PASS = "Pass"


@dataclass(frozen=True, slots=True)
class ClusterPeer(Peer):
    """One item of `from` or `to`: exactly one of selectors, networks, nodes and names.

    Parameters
    ----------
    pod_selector, namespace_selector : Selector, optional
        For `namespaces` and `pods`; the namespace selector is always given where these are, and
        hostNetwork pods are never meant (ANP-10).
    ip_block : None
    networks : tuple of IPv4Network or IPv6Network
        Destinations by address, pods included (ANP-12).
    nodes : Selector, optional
        The addresses of the nodes that have these labels.
    domain_names : tuple of str
        In lower case, without a dot at the end; ``*.`` stands for one or more labels (ANP-17).
    """

    networks: tuple[Network, ...] = ()
    nodes: Selector | None = None
    domain_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterRule(Rule):
    """One item of `ingress` or `egress`, with what it does.

    Parameters
    ----------
    direction : Direction
    index : int
        Its place among the rules of its direction, from 0: the first that matches decides (ANP-03).
    peers : tuple of ClusterPeer
        At least one.
    ports : tuple of PolicyPort
        Empty means everything, other protocols included (ANP-13, ANP-24). A name that is written
        without a protocol stands here once for each (ANP-14).
    action : Action
    name : str
        What the manifest calls the rule; empty where it gives no name.
    unusable : str
        Why no implementation can use it, with the path of the part within the rule: an operator
        that does not exist, for instance, which no definition refuses. Empty for most. In place of
        the part in question stands here what is widest, and the rule may match all that (ANP-20).
    """

    peers: tuple[ClusterPeer, ...] = ()
    action: Action = Action.ACCEPT
    name: str = ""
    unusable: str = ""

    @property
    def ways(self) -> tuple[bool, ...]:
        """The ways in which it is taken: whether it fails closed, which means to deny (ANP-20).

        An Accept that fails closed matches nothing, as if it were not there.
        """
        if not self.unusable or self.action is Action.ACCEPT:
            return (False,)
        return (True,) if self.action is Action.DENY else (False, True)


@dataclass(frozen=True, slots=True)
class ClusterPolicy:
    """A cluster-wide policy of any version.

    Parameters
    ----------
    kind, name : str
    tier : Tier
    priority : int
        0 to 1000; the lowest number of a tier goes first (ANP-03). A BaselineAdminNetworkPolicy
        has no priority, and its number is ignored.
    subject : Peer
        The pods it is about, in all namespaces that match; never those with hostNetwork (ANP-10).
    ingress, egress : tuple of ClusterRule
        A direction without rules is left alone (ANP-21).
    version : str
        Of the API, such as ``v1beta1``.
    unusable : str
        Why nobody can know which pods it selects, as for a rule; then every pod is its subject.

    Examples
    --------
    >>> print(ClusterPolicy("ClusterNetworkPolicy", "deny-all", Tier.ADMIN, 10))
    ClusterNetworkPolicy deny-all
    """

    kind: str
    name: str
    tier: Tier
    priority: int
    subject: Peer = EVERY_POD
    ingress: tuple[ClusterRule, ...] = ()
    egress: tuple[ClusterRule, ...] = ()
    version: str = "v1beta1"
    unusable: str = ""

    @property
    def is_ranked(self) -> bool:
        """Whether it has a priority; nobody says when one without is asked (ANP-04)."""
        return self.kind != UNRANKED

    @property
    def is_usable(self) -> bool:
        """Whether implementations can use its subject and all its rules."""
        return not any((self.unusable, *(r.unusable for r in (*self.ingress, *self.egress))))

    def rules(self, direction: Direction) -> tuple[ClusterRule, ...]:
        """Return the rules of one direction, in their order.

        Parameters
        ----------
        direction : Direction

        Returns
        -------
        tuple of ClusterRule

        Examples
        --------
        >>> ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, 10).rules(Direction.EGRESS)
        ()
        """
        return self.ingress if direction is Direction.INGRESS else self.egress

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def free_priorities(
    policies: Iterable[ClusterPolicy], policy: ClusterPolicy
) -> tuple[int | None, int | None]:
    """Return the nearest priorities before and after a policy that are free in its tier.

    Parameters
    ----------
    policies : iterable of ClusterPolicy
        Those that take their priorities; of other tiers they do not count.
    policy : ClusterPolicy

    Returns
    -------
    tuple of (int or None, int or None)
        A lower number and a higher one; None where there is none.

    Examples
    --------
    >>> first, second = (ClusterPolicy("ClusterNetworkPolicy", "a", Tier.ADMIN, n) for n in (0, 1))
    >>> free_priorities([first, second], first)
    (None, 2)
    """
    taken = {one.priority for one in policies if one.tier is policy.tier}
    before, after = (
        range(policy.priority - 1, -1, -1),
        range(policy.priority + 1, LAST_PRIORITY + 1),
    )
    lower, higher = (next((n for n in way if n not in taken), None) for way in (before, after))
    return lower, higher
