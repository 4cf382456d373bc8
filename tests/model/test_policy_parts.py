"""Parts of policies, and policies with other parts."""

from dataclasses import replace

import netpol_lab as lab
from netpol_lab.model.objects import Direction, Peer, PolicyPort, Rule
from netpol_lab.model.policy_parts import (
    is_empty,
    listed_peers,
    listed_ports,
    listed_rules,
    path_of_peers,
    peer_path,
    port_path,
    selectors_of,
    with_peer,
    with_port,
    with_rule,
    with_rules,
)
from netpol_lab.model.selectors import Selector

DB = lab.load("three-tier").policy("db-access-ingress")


def test_paths_are_those_of_the_manifest():
    assert path_of_peers(DB.ingress[0]) == "spec.ingress[0].from"
    assert peer_path(DB.ingress[0], 0) == "spec.ingress[0].from[0]"
    assert port_path(DB.ingress[0], 1) == "spec.ingress[0].ports[1]"


def test_a_rule_can_be_removed_replaced_or_joined_by_others():
    (rule,) = DB.ingress
    assert with_rule(DB, rule).ingress == ()
    assert with_rule(DB, rule, rule, rule).ingress == (rule, rule)


def test_rules_of_a_direction_that_is_not_listed_do_not_count():
    more = with_rules(DB, Direction.EGRESS, [Rule(Direction.EGRESS, 0)])
    assert list(listed_rules(more)) == list(DB.ingress)


def test_items_come_with_their_rule_and_their_place():
    (rule,) = DB.ingress
    assert list(listed_peers(DB)) == [(rule, 0, rule.peers[0])]
    assert list(listed_ports(DB)) == []


def test_a_rule_goes_with_its_last_peer_but_keeps_other_ports():
    (rule,) = DB.ingress
    assert with_peer(DB, rule, 0).ingress == ()
    assert with_peer(DB, rule, 0, *rule.peers * 2).ingress[0].peers == rule.peers * 2
    with_ports = with_rule(DB, rule, replace(rule, ports=(PolicyPort(port=1), PolicyPort(port=2))))
    changed = with_port(with_ports, with_ports.ingress[0], 1, PolicyPort(port=3))
    assert [port.port for port in changed.ingress[0].ports] == [1, 3]


def test_an_item_has_the_selectors_that_are_written():
    selector = Selector()
    assert selectors_of(Peer(pod_selector=selector)) == {"podSelector": selector}


def test_a_rule_is_empty_if_it_restricts_nothing():
    assert is_empty(Rule(Direction.INGRESS, 0))
    assert not is_empty(DB.ingress[0])
