"""The sides of all flows at one port say what the verdict on each flow says."""

import json
from itertools import permutations

import pytest

import netpol_lab as lab
from netpol_lab.errors import NetpolError
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.reach.port_sides import PortSides
from tests.referee.random_clusters import random_cluster

PORTS = ((80, "TCP"), (53, "UDP"))


def said(side):
    """What a reader is told of a side; rules do not matter where policies do not."""
    rules = side.admitted_by if side.exemption is None else ()
    return side.allowed, side.isolated_by, rules, side.exemption


@pytest.mark.parametrize("seed", range(60))
def test_sides_equal_those_of_the_verdicts_in_random_clusters(seed):
    cluster = lab.load(json.dumps({"kind": "List", "items": random_cluster(seed)}))
    assumptions = (Assumptions(), Assumptions(own_node_egress=False, host_network_as_pods=True))
    reach = lab.reachability(cluster, assumptions[seed % 2])
    for port, protocol in PORTS:
        sides = PortSides(reach, port, protocol)
        for ends in permutations(reach.ends, 2):
            names = [str(end) for end in ends]
            asked = [str(getattr(end, "first", end)) for end in ends]
            try:
                verdict = lab.evaluate(cluster, *asked, port, protocol, reach.assumptions)
            except NetpolError:  # two addresses outside; an address that a Service has
                continue
            if verdict.flow is not verdict.outcomes[0].arriving:
                continue  # through a Service
            found = [said(side) for side in sides.between(*names)]
            assert found == [said(side) for side in verdict.sides], names


def test_nothing_is_admitted_or_refused_where_no_plugin_enforces_policies():
    reach = lab.reachability(lab.load("three-tier"), Assumptions(enforced=False))
    egress, ingress = PortSides(reach, 5432, "TCP").between("shop/web", "shop/db")
    assert (egress.allowed, ingress.allowed) == (True, True)
    assert "no plugin" in ingress.exemption.value
