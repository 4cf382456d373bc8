"""Why a flow is gained or lost where cluster-wide policies changed."""

import pytest

import netpol_lab as lab
from tests.helpers.tiers import DB, PODS, WEB, cluster, policy, rule, wide

DENY = wide(ingress=[rule("Deny", WEB)])
ACCEPT = wide(name="open", priority=5, ingress=[rule("Accept")])
SHUT = policy("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}")
ADMITS = policy("{podSelector: {matchLabels: {app: db}}, ingress: [{}]}")
BELOW = wide(name="below", tier="Baseline", ingress=[rule("Deny")])


def causes(old, new):
    found = lab.diff(cluster(*old), cluster(*new)).changes
    return {f"{one.source}>{one.destination}": one.causes for one in found}["shop/web>shop/db"]


CASES = {
    "a policy is new": (
        [],
        [DENY],
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10), which is new, now "
        "denies shop/web",
    ),
    "a policy is gone": (
        [DENY],
        [],
        "ingress: ClusterNetworkPolicy above is gone; its rule 1 denied shop/web",
    ),
    "a NetworkPolicy that admits as before is not blamed": (
        [ADMITS, DENY],
        [ADMITS],
        "ingress: ClusterNetworkPolicy above is gone; its rule 1 denied shop/web",
    ),
    "an Accept over isolation is gone": (
        [SHUT, ACCEPT],
        [SHUT],
        "ingress: ClusterNetworkPolicy open is gone; its rule 1 accepted shop/web",
    ),
    "a Deny over what a NetworkPolicy admits": (
        [ADMITS],
        [ADMITS, DENY],
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10), which is new, now "
        "denies shop/web",
    ),
    "Baseline that is new": (
        [],
        [BELOW],
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10), which is new, now "
        "denies shop/web",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_policy_that_turned_a_flow_is_named(name):
    old, new, words = CASES[name]
    assert causes(old, new) == (words,)


def test_another_priority_is_told_with_what_decides_now():
    later = DENY.replace("priority: 10", "priority: 3")
    assert causes([DENY, ACCEPT], [later, ACCEPT]) == (
        "ingress: rule 1 of ClusterNetworkPolicy open (itself unchanged) accepted shop/web, and "
        "no longer decides",
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 3) now denies shop/web",
    )
    assert causes([later, ACCEPT], [DENY, ACCEPT]) == (
        "ingress: ClusterNetworkPolicy above has priority 10 now, not 3",
        "ingress: rule 1 of ClusterNetworkPolicy open (Admin, priority 5) (itself unchanged) now "
        "accepts shop/web",
    )


def test_a_rule_that_has_changed_is_told():
    other = wide(ingress=[rule("Deny", DB)])
    assert causes([DENY], [other]) == (
        "ingress: rule 1 of ClusterNetworkPolicy above denied shop/web, and no longer decides",
    )


def test_a_pass_is_told_with_what_decides_below():
    passed = wide(ingress=[rule("Pass", WEB)])
    assert causes([DENY, SHUT, ACCEPT], [DENY, SHUT]) == (
        "ingress: ClusterNetworkPolicy open is gone; its rule 1 accepted shop/web",
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) (itself unchanged) "
        "now denies shop/web",
    )
    assert causes([DENY], [passed])[-1] == (
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) now passes on shop/web"
    )


def test_isolation_takes_a_pod_out_of_baseline():
    assert causes([BELOW], [BELOW, ADMITS]) == (
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10) denied shop/web; "
        "shop/db is isolated now, so it is not asked",
        "ingress: rule 1 of shop/own now admits shop/web",
    )
    assert causes([BELOW, ADMITS], [BELOW]) == (
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10) (itself unchanged) "
        "now denies shop/web",
        "ingress: shop/own is gone; its rule 1 admitted shop/web",
    )


def test_two_policies_of_one_priority_leave_a_flow_open():
    tie = wide(name="tie", ingress=[rule("Accept")])
    (words, *_) = causes([DENY], [DENY, tie])
    assert words.startswith("left open: ")
    assert "both with priority 10 in tier Admin" in words


def test_labels_that_changed_are_told_from_policies():
    away = lab.load(PODS.replace("{app: web}", "{app: www}"), DENY)
    found = lab.diff(cluster(DENY), away).changes
    (change,) = (one for one in found if (one.source, one.destination) == ("shop/web", "shop/db"))
    assert "(itself unchanged) denied shop/web, and no longer decides" in change.causes[0]
