"""Parts of policies, and policies with other parts."""

import netpol_lab as lab
from netpol_lab.linting.policy_parts import (
    is_for_dns,
    listed_rules,
    opposite,
    peer_path,
    port_path,
    with_rule,
    with_rules,
)
from netpol_lab.model import Direction, PolicyPort, Rule

DB = lab.load("three-tier").policy("db-access-ingress")


def test_paths_are_those_of_the_manifest():
    assert peer_path(DB.ingress[0], 0) == "spec.ingress[0].from[0]"
    assert port_path(DB.ingress[0], 1) == "spec.ingress[0].ports[1]"


def test_a_rule_can_be_removed_replaced_or_joined_by_others():
    (rule,) = DB.ingress
    assert with_rule(DB, rule).ingress == ()
    assert with_rule(DB, rule, rule, rule).ingress == (rule, rule)


def test_rules_of_a_direction_that_is_not_listed_do_not_count():
    more = with_rules(DB, Direction.EGRESS, [Rule(Direction.EGRESS, 0)])
    assert list(listed_rules(more)) == list(DB.ingress)


def test_the_other_end_is_asked_in_the_opposite_direction():
    assert [opposite(direction) for direction in Direction] == list(Direction)[::-1]


def test_ports_of_name_servers_are_known_by_number_or_name():
    assert is_for_dns([PolicyPort(port=53), PolicyPort(port="dns-tcp")])
    assert not is_for_dns([PolicyPort(port=53), PolicyPort(port=80)])
    assert not is_for_dns([])
