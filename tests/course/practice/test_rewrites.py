"""How policies are rewritten: rule by rule, peer by peer, port by port."""

from netpol_lab.course.practice import rewrites
from netpol_lab.course.practice.objects import policy
from netpol_lab.course.practice.situation import Situation


def rewritten(rewrite, spec):
    (one,) = rewrite(Situation((), (policy("north", "p", spec),)))
    return one["spec"]


def test_a_rule_that_loses_all_its_peers_is_gone():
    spec = {"ingress": [{"from": [{"podSelector": {}}]}, {}]}
    assert rewritten(rewrites.empty_matches_nobody, spec) == {"ingress": [{}]}


def test_null_counts_as_absent_in_a_peer():
    spec = {"egress": [{"to": [{"namespaceSelector": None, "podSelector": {}}]}]}
    both = {"namespaceSelector": {}, "podSelector": {}}
    assert rewritten(rewrites.reaches_all, spec) == {"egress": [{"to": [both]}]}


def test_one_peer_becomes_two_and_two_become_one():
    both = {"namespaceSelector": {}, "podSelector": {}}
    two = [{"namespaceSelector": {}}, {"podSelector": {}}]
    assert rewritten(rewrites.apart, {"ingress": [{"from": [both]}]})["ingress"] == [{"from": two}]
    assert rewritten(rewrites.together, {"ingress": [{"from": two}]})["ingress"] == [
        {"from": [both]}
    ]


def test_every_entry_of_ports_is_rewritten():
    spec = {"ingress": [{"ports": [{"port": 80, "endPort": 82}, {"port": 90}]}]}
    assert rewritten(rewrites.end_left_out, spec)["ingress"] == [
        {"ports": [{"port": 80, "endPort": 81}, {"port": 90}]}
    ]


def test_rules_without_ports_stay_as_they_are():
    spec = {"ingress": [{"from": []}]}
    assert rewritten(rewrites.start_only, spec) == spec
