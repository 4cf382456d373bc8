"""What a verdict says of cluster-wide tiers."""

from dataclasses import replace

import pytest

import netpol_lab as lab
from netpol_lab.engine.sides import Exemption, Side
from netpol_lab.engine.tier_words import (
    contradictions,
    decision,
    doubts,
    passed_over,
    unusables,
)
from netpol_lab.engine.tiers import Match, Ruling
from netpol_lab.model.cluster_policies import Action, ClusterPolicy, ClusterRule, Tier
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction

POLICY = """
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {{name: {name}}}
spec:
  tier: {tier}
  priority: {priority}
  subject: {{namespaces: {{}}}}
  ingress: [{{name: "{name}'s", action: {action}, from: [{{namespaces: {{}}}}]}}]
"""


def policy(action, name="one", tier="Admin", priority=5):
    return POLICY.format(action=action, name=name, tier=tier, priority=priority)


def loaded(*texts):
    return lab.load("three-tier", *texts, channel="experimental")


def said(*texts, source="web", destination="db", port=5432):
    return str(lab.evaluate(loaded(*texts), source, destination, port))


ONE = 'rule 1 "one\'s" of ClusterNetworkPolicy one (Admin, priority 5)'


@pytest.mark.parametrize(
    ("action", "does"),
    [("Accept", "allowed\n"), ("Deny", "denied\n")],
)
def test_the_deciding_rule_is_named_with_its_rank_and_the_policies_it_overrides(action, does):
    found = said(policy(action))
    assert does in found
    assert f"ingress  {ONE} {'accepts' if action == 'Accept' else 'denies'} shop/web; no" in found


def test_what_was_passed_on_before_is_told_under_what_decides():
    lines = said(policy("Pass")).splitlines()
    assert "isolated by shop/db-access-ingress" in lines[2]
    assert lines[3] == f"           before that, {ONE} passed shop/web on"


def test_a_tier_without_a_matching_rule_is_told():
    other = policy("Deny").replace(
        "from: [{namespaces: {}}]", "from: [{namespaces: {matchLabels: {a: b}}}]"
    )
    assert "before that, no rule of tier Admin matched" in said(other)


def test_baseline_after_a_network_policy_is_told_not_to_be_asked():
    assert "after that, tier Baseline is not asked" in said(policy("Deny", tier="Baseline"))


def test_baseline_decides_where_nothing_isolates():
    found = said(policy("Deny", tier="Baseline"), destination="web", source="db")
    assert "denied" in found
    assert "(Baseline, priority 5) denies shop/db" in found
    assert "no NetworkPolicy" not in found


def test_policies_of_equal_priority_that_contradict_each_other_are_named():
    found = said(policy("Deny"), policy("Accept", "two"))
    assert "undefined" in found
    assert (
        "ClusterNetworkPolicy one denies, ClusterNetworkPolicy two accepts, both with priority 5 "
        "in tier Admin, and any of them may go first (ANP-04)" in found
    )


def test_a_rule_whose_names_nobody_gives_is_named():
    names = (
        policy("Accept", priority=1)
        .replace("ingress", "egress")
        .replace("from: [{namespaces: {}}]", "to: [{domainNames: [example.com]}]")
    )
    everything = (
        policy("Deny", name="two")
        .replace("ingress", "egress")
        .replace("from: [{namespaces: {}}]", 'to: [{networks: ["0.0.0.0/0"]}]')
    )
    found = said(names, everything, destination="203.0.113.7", port=443)
    assert "means 203.0.113.7 is not told by the manifests (ANP-17)" in found


@pytest.mark.parametrize("below", [True, False])
def test_nothing_is_told_of_tiers_where_something_else_decides(below):
    tier = "Baseline" if below else "Admin"
    cluster = loaded(policy("Pass", tier=tier))
    side = lab.evaluate(cluster, "db", "web", 80).ingress
    (words,) = passed_over(side)
    assert words == f"{'after' if below else 'before'} that, {ONE} passed shop/db on".replace(
        "Admin", tier
    )
    for changed in ({"overruled": True}, {"assumed": True}, {"exemption": Exemption.ITSELF}):
        assert [*passed_over(replace(side, **changed))] == []
        assert decision(replace(side, **changed)) == ""
    assert [*passed_over(replace(side, exemption=Exemption.NOT_FILTERED))] == [words]


def test_only_what_surely_matches_is_said_to_contradict_and_of_the_rest_what_it_may_mean():
    def match(name, action, sure=True):
        policy = ClusterPolicy("ClusterNetworkPolicy", name, Tier.ADMIN, 5)
        return Match(policy, ClusterRule(Direction.INGRESS, 0, action=action), sure)

    matches = (
        match("one", Action.DENY), match("two", Action.ACCEPT), match("three", Action.PASS, False)
    )  # fmt: skip
    rule = replace(matches[2].rule, unusable="of no use")
    matches += (Match(matches[0].policy, rule, sure=False),)
    flow = Flow(Endpoint(), Endpoint(), 80)
    side = Side(Direction.INGRESS, flow, above=Ruling(Tier.ADMIN, matches, matches[0]))
    assert [*contradictions((side, side))] == [
        "ClusterNetworkPolicy one denies, ClusterNetworkPolicy two accepts, both with priority 5 "
        "in tier Admin, and any of them may go first"
    ]
    assert [*doubts((side, side))] == [
        "whether rule 1 of ClusterNetworkPolicy three (Admin, priority 5) means an unknown address "
        "is not told by the manifests"
    ]
    assert [*unusables((side, side))] == [
        "rule 1 of ClusterNetworkPolicy one (Admin, priority 5) cannot be used: "
        "spec.ingress[0].of no use; implementations differ"
    ]
