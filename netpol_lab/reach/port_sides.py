"""Both sides of the flows at one port: who is isolated by what, and which rule admits.

Reads the grants of all rules once, so that many flows have their reasons without `evaluate`.
"""

from __future__ import annotations

from dataclasses import replace

from netpol_lab.engine.other_policies import deciding
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.engine.service_paths import FlowPath
from netpol_lab.engine.sides import Exemption, Side, exemption_of, with_tiers
from netpol_lab.engine.verdict import evaluate
from netpol_lab.model.assumptions import OPEN_QUESTIONS, readings
from netpol_lab.model.flows import Flow
from netpol_lab.model.objects import Direction
from netpol_lab.model.ports import Protocol
from netpol_lab.reach.grants import grants
from netpol_lab.reach.peer_views import PeerViews
from netpol_lab.reach.reachability import Reachability


class PortSides:
    """Both sides of every flow at one port, in the reading that most plugins have.

    Parameters
    ----------
    reach : Reachability
    port : int
    protocol : str

    Examples
    --------
    >>> import netpol_lab as lab
    >>> sides = PortSides(lab.reachability(lab.load("three-tier")), 5432, "TCP")
    >>> egress, ingress = sides.between("shop/backend", "shop/db")
    >>> egress.isolated, [f"rule {rule.number} of {policy}" for policy, rule in ingress.admitted_by]
    (False, ['rule 1 of shop/db-access-ingress'])
    """

    def __init__(self, reach: Reachability, port: int, protocol: str) -> None:
        self._cluster, self._index = reach.cluster, reach.index
        self._asked = port, protocol, reach.assumptions
        self._port, self._protocol = port, protocol
        self._assumptions = next(readings(reach.assumptions, OPEN_QUESTIONS))
        self._resolution = resolution_of(reach.cluster)
        self._views = PeerViews(reach.cluster, reach.index, self._assumptions)
        self._grants = {
            direction: [
                grant
                for grant in grants(self._resolution, self._views, direction)
                if grant.rule is not None and (Protocol(protocol), port) in grant.ports
            ]
            for direction in Direction
        }

    def between(self, source: str, destination: str) -> tuple[Side, Side]:
        """Return egress, then ingress, of a flow between two ends that reachability names.

        They say what the `sides` of its verdict say; an address outside stands for its range.
        """
        here, there = (self._index.place_of[name] for name in (source, destination))
        goal = self._index.outside.get(there)
        if goal and self._cluster.services_at(goal.first, self._port, self._protocol):
            goal_name = self._index.flow_name(there)
            return evaluate(self._cluster, source, goal_name, *self._asked).sides
        egress, ingress = Direction.EGRESS, Direction.INGRESS
        return self._side(egress, here, there), self._side(ingress, here, there)

    def _side(self, direction: Direction, here: int, there: int) -> Side:
        subject = here if direction is Direction.EGRESS else there
        ends = self._views.view(self._views.profiles[subject], direction).ends
        flow = Flow(ends[here], ends[there], self._port, self._protocol)
        pod = ends[subject].pod
        asked = replace(flow, source=self._views.ends[here], destination=self._views.ends[there])
        path = FlowPath(asked, asked)
        beside = deciding(self._resolution, path, direction, self._assumptions)
        if pod is None:
            return Side(direction, flow, exemption=Exemption.OUTSIDE, other_policies=beside)
        admitted_by = tuple(
            (grant.policy, grant.rule)
            for grant in self._grants[direction]
            if grant.policy and grant.rule
            if grant.sources >> here & 1 and grant.destinations >> there & 1
        )
        side = Side(direction, flow, self._resolution.isolating(pod, direction), admitted_by)
        side = with_tiers(self._resolution, side, self._assumptions)
        exemption = exemption_of(path, side, self._assumptions)
        return replace(side, exemption=exemption, other_policies=beside)
