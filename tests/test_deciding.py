"""Which part of an attempt makes a connection other than it is wanted."""

import netpol_lab as lab
from netpol_lab.deciding import decisive
from netpol_lab.goals import Goal


def test_what_decides_is_the_item_that_admits_too_much():
    shop, goal = lab.load("three-tier"), Goal("backend", "db", 5432, "TCP", False)
    (found,) = decisive(goal, shop, shop)
    assert (str(found.policy), found.path) == ("shop/db-access-ingress", "spec.ingress[0].from[0]")
    assert found.does == "this means shop/backend as well"


def test_a_rule_without_peers_decides_as_a_whole():
    everybody = lab.load(OPEN).policies
    shop, goal = lab.load("three-tier"), Goal("web", "db", 5432, "TCP", False)
    (found,) = decisive(goal, shop.with_policies(everybody), shop)
    assert (found.path, found.does) == (
        "spec.ingress[0]",
        "a rule with no peers admits everybody",
    )


OPEN = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: shop}
spec: {podSelector: {}, ingress: [{}]}
"""
