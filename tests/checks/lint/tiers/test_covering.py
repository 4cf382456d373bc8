"""Rules that are never reached, and Baseline policies that never act."""

import pytest

import netpol_lab as lab
from tests.helpers.tiers import CACHE, DB, EVERY_POD, WEB, cluster, policy, rule, tcp, wide


def codes(*texts):
    return [(f.code, f.path) for f in lab.lint(cluster(*texts)) if f.code in ("NP701", "NP702")]


COVERED = ("NP701", "spec.ingress[1]")
TEAM = "namespaceSelector: {matchLabels: {team: a}}"
NARROW = f"pods: {{{TEAM}, podSelector: {{matchLabels: {{app: web}}}}}}"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("Deny"), rule("Accept", WEB, DB)),
        (rule("Deny", WEB), rule("Accept", NARROW)),
        (rule("Deny", WEB, DB), rule("Accept", DB)),
        (rule("Deny", WEB), rule("Deny", WEB, ports=tcp(80))),
        (
            rule("Deny", ports="tcp: {destinationPort: {range: {start: 1, end: 90}}}"),
            rule("Pass", ports=tcp(80)),
        ),
    ],
)
def test_a_rule_that_matches_no_more_is_never_reached(first, second):
    assert codes(wide(ingress=[first, second])) == [COVERED]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("Deny", WEB), rule("Accept")),
        (rule("Deny", NARROW), rule("Accept", WEB)),
        (rule("Deny", WEB), rule("Accept", WEB, DB)),
        (rule("Deny", WEB, ports=tcp(80)), rule("Deny", WEB)),
        (rule("Deny", WEB, ports=tcp(80)), rule("Accept", WEB, ports=tcp(81))),
    ],
)
def test_a_rule_that_matches_more_is_reached(first, second):
    assert codes(wide(ingress=[first, second])) == []


def test_networks_cover_smaller_ones_of_their_family():
    def both(first, second):
        rules = [rule("Deny", f'networks: ["{net}"]', way="to") for net in (first, second)]
        return codes(wide(egress=rules))

    assert both("10.0.0.0/8", "10.1.0.0/16") == [("NP701", "spec.egress[1]")]
    assert both("10.1.0.0/16", "10.0.0.0/8") == both("0.0.0.0/0", "::/0") == []


def test_another_policy_covers_only_with_a_lower_number_of_its_tier_and_for_all_the_pods():
    first = wide(ingress=[rule("Deny")])
    assert codes(first, wide("b", priority=11, ingress=[rule("Accept")])) == [
        ("NP702", "spec.ingress[0]")
    ]
    for other in (
        wide("b", priority=10, ingress=[rule("Accept")]),
        wide("b", tier="Baseline", priority=11, ingress=[rule("Accept")]),
    ):
        assert codes(first, other) == []
    mine = wide(subject=DB, ingress=[rule("Deny")])
    assert codes(mine, wide("b", priority=11, ingress=[rule("Accept")])) == []


def test_a_rule_is_moved_where_the_hint_says_and_counts_then():
    covered = wide(subject=DB, ingress=[rule("Deny"), rule("Accept", WEB)])
    moved = wide(subject=DB, ingress=[rule("Accept", WEB), rule("Deny")])
    found = next(f for f in lab.lint(cluster(covered)) if f.code == "NP701")
    assert "put it before rule 1" in found.hint
    assert not codes(moved)
    assert lab.evaluate(cluster(covered), "web", "db", 80).allowed is False
    assert lab.evaluate(cluster(moved), "web", "db", 80).allowed is True


def test_baseline_is_idle_only_where_every_pod_is_isolated_in_every_direction_of_its_rules():
    def idle(*texts):
        return [f.code for f in lab.lint(cluster(*texts)) if f.code == "NP703"]

    shut = policy("{podSelector: {}, policyTypes: [Ingress]}")
    ingress = wide(tier="Baseline", subject=EVERY_POD, ingress=[rule("Deny")])
    both = wide(tier="Baseline", ingress=[rule("Deny")], egress=[rule("Deny", way="to")])
    assert idle(shut, ingress) == ["NP703"]
    assert idle(shut, both) == idle(ingress) == []
    assert idle(policy("{podSelector: {matchLabels: {app: db}}}"), ingress, CACHE) == []
