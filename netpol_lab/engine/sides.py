"""One end's half of a verdict: what isolates it, what admits the flow, what the tiers say.

Three lanes are asked in turn, and the first answer stands: tier Admin, NetworkPolicy, tier Baseline
(ANP-02). NetworkPolicy answers for an isolated pod: allowed if some rule of an isolating policy
admits the flow. Where no lane answers the side is open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from netpol_lab.engine.endpoint_rules import is_own_node
from netpol_lab.engine.resolution import Resolution
from netpol_lab.engine.service_paths import FlowPath
from netpol_lab.engine.tiers import LaneAnswer, Ruling, is_isolated_otherwise, rulings
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster_policies import Tier
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction, Policy, Rule
from netpol_lab.model.other_policies import OtherPolicy
from netpol_lab.model.ports import is_governed


class Exemption(Enum):
    """Why a side allows a flow whatever the policies say."""

    OUTSIDE = "an address outside the cluster has no policy"  # SEM-05
    NO_SUCH_PORT = "the address of a Service that has no such port, so nothing answers"  # SEM-53
    NO_ENDPOINT = "the address of a Service with nobody behind this port, so nothing answers"
    ITSELF = "a pod cannot be cut off from itself"  # SEM-49
    OWN_NODE = "its own node can always open connections to it"  # SEM-50
    NOT_ENFORCED = "no plugin enforces policies here"  # SEM-58
    NOT_FILTERED = "this protocol is not filtered"  # SEM-57

    @property
    def is_of_network_policy(self) -> bool:
        """Whether only the isolation by NetworkPolicies does not matter; other lanes do."""
        return self in (Exemption.OWN_NODE, Exemption.NOT_FILTERED)


@dataclass(frozen=True, slots=True)
class Side:
    """One end's half of a verdict: egress at the source, or ingress at the destination.

    Parameters
    ----------
    direction : Direction
        Egress is asked of the source, ingress of the destination.
    flow : Flow
        The flow as this side sees it, that is after Service addresses are rewritten.
    isolated_by : tuple of Policy
        The policies that isolate the subject in this direction.
    admitted_by : tuple of (Policy, Rule)
        The rules that admit the flow.
    exemption : Exemption, optional
        Why the policies do not matter, if they do not.
    above, below : Ruling, optional
        What tier Admin and tier Baseline say, where they have rules for the subject.
    other_policies : tuple of OtherPolicy
        Policies of other kinds that could decide this side; they are not evaluated (SEM-70).
    overruled : bool, optional
        What they decide in this reading; None where they are left out.
    assumed : bool, optional
        The answer that a reading takes for granted, where the manifests do not tell the end that
        policies would be asked about (SEM-74).
    """

    direction: Direction
    flow: Flow
    isolated_by: tuple[Policy, ...] = ()
    admitted_by: tuple[tuple[Policy, Rule], ...] = ()
    exemption: Exemption | None = None
    above: Ruling | None = None
    below: Ruling | None = None
    other_policies: tuple[OtherPolicy, ...] = ()
    overruled: bool | None = None
    assumed: bool | None = None

    @property
    def subject(self) -> Endpoint:
        """The end whose side this is."""
        return self.flow.subject(self.direction)

    @property
    def peer(self) -> Endpoint:
        """The other end, as the rules see it."""
        return self.flow.subject(self.direction.opposite)

    @property
    def isolated(self) -> bool:
        """Whether any policy isolates the subject in this direction."""
        return bool(self.isolated_by)

    @property
    def is_shut(self) -> bool:
        """Whether NetworkPolicies isolate the subject and admit nothing of this flow."""
        return self.isolated and not self.admitted_by

    @property
    def is_by_rules(self) -> bool:
        """Whether NetworkPolicies decide: not exempt, nor decided before, or by other kinds."""
        return self.exemption is None and self.overruled is None and self.ruling is None

    @property
    def is_denied_by_rules(self) -> bool:
        """Whether NetworkPolicies deny the flow: some isolate the subject, no rule admits it."""
        return self.is_by_rules and self.is_shut and self.assumed is None

    @property
    def is_exempt(self) -> bool:
        """Whether no policy of any lane matters."""
        return self.exemption is not None and not self.exemption.is_of_network_policy

    @property
    def lanes(self) -> tuple[LaneAnswer, LaneAnswer, LaneAnswer]:
        """What Admin, NetworkPolicy and Baseline say; the first but NEXT stands (ANP-02)."""
        middle = LaneAnswer.ACCEPT if self.exemption or not self.is_shut else LaneAnswer.DENY
        above, below = (ruling.answer if ruling else LaneAnswer.NEXT for ruling in self.rulings)
        return above, middle if self.isolated else LaneAnswer.NEXT, below

    @property
    def rulings(self) -> tuple[Ruling | None, Ruling | None]:
        """What Admin and Baseline say."""
        return self.above, self.below

    @property
    def ruling(self) -> Ruling | None:
        """The cluster-wide tier that decides this side; None where none does (ANP-05, ANP-06)."""
        if self.is_exempt or self.overruled is not None or self.assumed is not None:
            return None
        above, middle, below = self.lanes
        if above is not LaneAnswer.NEXT:
            return self.above
        return self.below if middle is LaneAnswer.NEXT and below is not LaneAnswer.NEXT else None

    @property
    def is_decided_above(self) -> bool:
        """Whether tier Admin decides, so that no NetworkPolicy is asked."""
        return self.ruling is not None and self.ruling is self.above

    @property
    def allowed(self) -> bool:
        """Whether exempt, or the first lane that answers accepts, or none does (SEM-02, SEM-03)."""
        if self.overruled is not None:
            return self.overruled
        if self.assumed is not None:
            return self.assumed
        answer = next(
            (said for said in self.lanes if said is not LaneAnswer.NEXT), LaneAnswer.ACCEPT
        )
        return self.is_exempt or answer is LaneAnswer.ACCEPT


def with_tiers(resolution: Resolution, side: Side, assumptions: Assumptions) -> Side:
    """Return a pod's side with what the tiers above and below NetworkPolicy say.

    Parameters
    ----------
    resolution : Resolution
    side : Side
    assumptions : Assumptions
        A reading.

    Returns
    -------
    Side

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side = lab.evaluate(shop, "web", "db", port=5432).ingress
    >>> with_tiers(Resolution(shop), side, Assumptions()) is side
    True
    """
    pod, direction = side.subject.pod, side.direction
    if not resolution.cluster_policies:
        return side
    assert pod is not None
    said = rulings(resolution, pod, direction, side.flow, assumptions)
    skips = assumptions.any_isolation_skips_baseline
    skipped = skips and is_isolated_otherwise(resolution, pod, direction)
    below = None if skipped else said.get(Tier.BASELINE)
    return replace(side, above=said.get(Tier.ADMIN), below=below)


def exemption_of(path: FlowPath, side: Side, assumptions: Assumptions) -> Exemption | None:
    """Return why policies do not matter to a pod's side of a path; None where they do.

    Parameters
    ----------
    path : FlowPath
    side : Side
        The side of a pod, with the policies that isolate it.
    assumptions : Assumptions
        With every open question answered that could matter here.

    Returns
    -------
    Exemption or None

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> side, nobody = lab.evaluate(shop, "web", "db", port=5432).ingress, Assumptions(False)
    >>> exemption_of(FlowPath(side.flow, side.flow), side, nobody).name
    'NOT_ENFORCED'
    """
    pod = side.subject.pod
    assert pod is not None
    if not assumptions.enforced:
        return Exemption.NOT_ENFORCED
    if path.reaches_itself and (not path.through_service or assumptions.service_loopback):
        return Exemption.ITSELF
    if is_own_node(pod, side.peer, assumptions):
        if side.direction is Direction.INGRESS:
            if side.is_shut or is_own_node(pod, side.peer):
                return Exemption.OWN_NODE
        elif side.isolated:
            if pod.host_network:  # it has the address of its node
                return Exemption.ITSELF
            if assumptions.own_node_egress:
                return Exemption.OWN_NODE
    if side.is_shut and not is_governed(side.flow.protocol) and not assumptions.icmp_filtered:
        return Exemption.NOT_FILTERED
    return None
