"""One end's half of a verdict: three lanes, the first answer stands."""

from dataclasses import replace

import pytest

from netpol_lab.engine.sides import Exemption, Side
from netpol_lab.engine.tiers import Match, Ruling
from netpol_lab.model.cluster_policies import Action, ClusterPolicy, ClusterRule, Tier
from netpol_lab.model.flows import Endpoint, Flow
from netpol_lab.model.objects import Direction, Policy, Rule

IN = Direction.INGRESS
FLOW = Flow(Endpoint(), Endpoint(), 80)
NAMESPACED = Policy("shop", "isolate")


def ruling(tier, action=None):
    policy = ClusterPolicy("ClusterNetworkPolicy", "p", tier, 5)
    match = Match(policy, ClusterRule(IN, 0, action=action)) if action else None
    return Ruling(tier, (match,) if match else (), match)


def side(above=None, below=None, isolated=False, admitted=False, exemption=None):
    return Side(
        IN,
        FLOW,
        isolated_by=(NAMESPACED,) if isolated else (),
        admitted_by=((NAMESPACED, Rule(IN, 0)),) if admitted else (),
        exemption=exemption,
        above=ruling(Tier.ADMIN, above) if above != "absent" else None,
        below=ruling(Tier.BASELINE, below),
    )


@pytest.mark.parametrize("isolated", [True, False])
@pytest.mark.parametrize("admitted", [True, False])
@pytest.mark.parametrize("below", [*Action, None])
def test_admin_decides_before_all_others(isolated, admitted, below):
    for action in (Action.ACCEPT, Action.DENY):
        found = side(action, below, isolated, admitted and isolated)
        assert found.allowed is (action is Action.ACCEPT)
        assert found.ruling is found.above


@pytest.mark.parametrize("above", [None, Action.PASS, "absent"])
@pytest.mark.parametrize("below", [*Action, None])
@pytest.mark.parametrize("admitted", [True, False])
def test_a_network_policy_that_isolates_has_the_last_word_after_admin(above, below, admitted):
    found = side(above, below, isolated=True, admitted=admitted)
    assert found.allowed is admitted
    assert found.ruling is None


@pytest.mark.parametrize(
    ("below", "allowed"),
    [(Action.ACCEPT, True), (Action.DENY, False), (Action.PASS, True), (None, True)],
)
def test_baseline_decides_where_nothing_isolates(below, allowed):
    assert side(Action.PASS, below).allowed is allowed


@pytest.mark.parametrize("exemption", Exemption)
def test_own_node_and_unfiltered_protocols_matter_to_network_policies_alone(exemption):
    spared = side(None, None, isolated=True, exemption=exemption)
    denied = side(Action.DENY, None, isolated=True, exemption=exemption)
    assert spared.allowed
    assert denied.allowed is not exemption.is_of_network_policy


def test_what_is_overruled_or_assumed_is_decided_by_no_tier():
    for field in ("overruled", "assumed"):
        found = Side(IN, FLOW, above=ruling(Tier.ADMIN, Action.DENY), **{field: True})
        assert found.allowed
        assert found.ruling is None


@pytest.mark.parametrize(
    ("changed", "denied"),
    [
        ({}, True),
        ({"admitted_by": ((NAMESPACED, Rule(IN, 0)),)}, False),
        ({"isolated_by": ()}, False),
        ({"exemption": Exemption.NOT_FILTERED}, False),
        ({"assumed": False}, False),
        ({"overruled": False}, False),
        ({"above": ruling(Tier.ADMIN, Action.DENY)}, False),
        ({"above": ruling(Tier.ADMIN, Action.PASS)}, True),
        ({"below": ruling(Tier.BASELINE, Action.DENY)}, True),
    ],
)
def test_only_network_policies_that_nothing_overrides_deny_by_their_rules(changed, denied):
    found = replace(Side(IN, FLOW, isolated_by=(NAMESPACED,)), **changed)
    assert found.is_denied_by_rules is denied
    if denied:
        assert (found.allowed, found.ruling) == (False, None)
