"""Why a flow is gained or lost where cluster-wide policies changed."""

import pytest

import netpol_lab as lab
from netpol_lab.model.cluster_policies import UNRANKED
from tests.helpers.tiers import DB, EVERY_POD, PODS, WEB, cluster, old, policy, rule, wide

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

OTHER, PASS = wide(ingress=[rule("Deny", DB)]), wide(ingress=[rule("Pass", WEB)])
BELOW_OTHERS = wide(name="below", tier="Baseline", ingress=[rule("Deny", DB)])
LATER_OTHER = wide(priority=11, ingress=[rule("Deny", DB)])
CASES |= {
    "tier Admin does not ask who is isolated": (
        [DENY],
        [OTHER, ADMITS],
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) denied shop/web, and "
        "no longer decides",
        "ingress: rule 1 of shop/own now admits shop/web",
    ),
    "Baseline has other peers now": (
        [BELOW],
        [BELOW_OTHERS],
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10) denied shop/web, "
        "and no longer decides",
    ),
    "Baseline is gone while the pod becomes isolated": (
        [BELOW],
        [ADMITS],
        "ingress: ClusterNetworkPolicy below is gone; its rule 1 denied shop/web",
        "ingress: rule 1 of shop/own now admits shop/web",
    ),
    "another priority is not all that has changed": (
        [DENY],
        [LATER_OTHER],
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) denied shop/web, and "
        "no longer decides",
    ),
    "what was passed on is denied now": (
        [PASS],
        [DENY],
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) passed shop/web on, "
        "and no longer decides",
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) now denies shop/web",
    ),
    "what was passed on to nobody is denied by Baseline": (
        [PASS],
        [PASS, BELOW],
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10), which is new, now "
        "denies shop/web",
    ),
    "what is passed on is still admitted": (
        [SHUT],
        [PASS, ADMITS],
        "ingress: rule 1 of shop/own now admits shop/web",
    ),
    "isolation instead of tier Admin's Accept": (
        [ACCEPT],
        [SHUT],
        "ingress: ClusterNetworkPolicy open is gone; its rule 1 accepted shop/web",
        "ingress: shop/own now isolates shop/db",
    ),
    "tier Admin's Accept instead of isolation": (
        [SHUT],
        [ACCEPT],
        "ingress: rule 1 of ClusterNetworkPolicy open (Admin, priority 5), which is new, now "
        "accepts shop/web",
    ),
    "isolation and tier Admin's Deny": (
        [],
        [SHUT, DENY],
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10), which is new, now "
        "denies shop/web",
    ),
    "neither of them any more": (
        [SHUT, DENY],
        [],
        "ingress: ClusterNetworkPolicy above is gone; its rule 1 denied shop/web",
    ),
    "a Deny is gone, and with it who admitted": (
        [ADMITS],
        [SHUT, DENY],
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10), which is new, now "
        "denies shop/web",
    ),
    "Baseline instead of isolation": (
        [ADMITS],
        [BELOW],
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10), which is new, now "
        "denies shop/web",
        "ingress: shop/own is gone; its rule 1 admitted shop/web",
    ),
    "isolation instead of what Baseline accepted": (
        [wide(name="below", tier="Baseline", ingress=[rule("Accept")])],
        [SHUT],
        "ingress: ClusterNetworkPolicy below is gone; its rule 1 accepted shop/web",
        "ingress: shop/own now isolates shop/db",
    ),
    "accepted by Baseline instead of isolated": (
        [SHUT],
        [wide(name="below", tier="Baseline", ingress=[rule("Accept")])],
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10), which is new, now "
        "accepts shop/web",
        "ingress: shop/own is gone; it isolated shop/db",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_policy_that_turned_a_flow_is_named(name):
    old, new, *words = CASES[name]
    assert causes(old, new) == tuple(words)


def test_another_priority_is_told_with_what_decides_now():
    later = DENY.replace("priority: 10", "priority: 3")
    assert causes([DENY, ACCEPT], [later, ACCEPT]) == (
        "ingress: rule 1 of ClusterNetworkPolicy open (Admin, priority 5) (itself unchanged) "
        "accepted shop/web, and no longer decides",
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 3), which has priority 3 "
        "now, not 10, now denies shop/web",
    )
    assert causes([later, ACCEPT], [DENY, ACCEPT]) == (
        "ingress: ClusterNetworkPolicy above has priority 10 now, not 3",
        "ingress: rule 1 of ClusterNetworkPolicy open (Admin, priority 5) (itself unchanged) now "
        "accepts shop/web",
    )


def test_a_rule_that_has_changed_is_told():
    other = wide(ingress=[rule("Deny", DB)])
    assert causes([DENY], [other]) == (
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) denied shop/web, and "
        "no longer decides",
    )


def test_a_pass_is_told_with_what_decides_below():
    passed = wide(ingress=[rule("Pass", WEB)])
    assert causes([DENY, SHUT, ACCEPT], [DENY, SHUT]) == (
        "ingress: ClusterNetworkPolicy open is gone; its rule 1 accepted shop/web",
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) (itself unchanged) "
        "now denies shop/web",
    )
    assert causes([DENY], [passed])[-1] == (
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) now passes shop/web on"
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


@pytest.mark.parametrize(
    ("untold_before", "expected"),
    [
        (
            False,
            (
                "left open: the manifests give no address for an end that an ipBlock would decide "
                "about (SEM-44)",
                "egress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) (itself "
                "unchanged) denied shop/db, and no longer surely decides",
            ),
        ),
        (
            True,
            (
                "before, left open: the manifests give no address for an end that an ipBlock "
                "would decide about (SEM-44)",
                "egress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) (itself "
                "unchanged) now denies shop/db",
            ),
        ),
    ],
)
def test_what_is_or_was_left_open_is_told_before_the_rule(untold_before, expected):
    block = wide(egress=[rule("Deny", "networks: [10.0.0.0/8]", way="to")])
    pods = [PODS, PODS.replace("status: {podIP: 10.0.0.2}", "")]
    old, new = (lab.load(text, block) for text in (pods[::-1] if untold_before else pods))
    found = lab.diff(old, new).changes
    (change,) = (one for one in found if (one.source, one.destination) == ("shop/web", "shop/db"))
    assert change.causes == expected


def test_another_tier_is_told():
    below = DENY.replace("tier: Admin", "tier: Baseline")
    assert causes([DENY, ADMITS], [below, ADMITS]) == (
        "ingress: ClusterNetworkPolicy above is in tier Baseline now, not Admin",
    )
    assert causes([below, ADMITS], [DENY, ADMITS]) == (
        "ingress: rule 1 of ClusterNetworkPolicy above (Admin, priority 10), which is in tier "
        "Admin now, not Baseline, now denies shop/web",
    )


BANP = old(f"{{subject: {{{EVERY_POD}}}, ingress: [{rule('Allow')}]}}", UNRANKED, "default")


def test_what_only_may_decide_is_told_as_such():
    open_, *others = causes([BELOW], [BELOW, BANP])
    assert open_.startswith("left open: BaselineAdminNetworkPolicy default accepts, ClusterNetw")
    assert others == [
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10) (itself unchanged) "
        "denied shop/web, and no longer surely decides",
        "ingress: rule 1 of BaselineAdminNetworkPolicy default (Baseline), which is new, now may "
        "accept shop/web",
    ]
    open_, *others = causes([BELOW, BANP], [BELOW])
    assert open_.startswith("before, left open: BaselineAdminNetworkPolicy default accepts, Clu")
    assert others == [
        "ingress: BaselineAdminNetworkPolicy default is gone; its rule 1 may have accepted "
        "shop/web",
        "ingress: rule 1 of ClusterNetworkPolicy below (Baseline, priority 10) (itself unchanged) "
        "now denies shop/web",
    ]


def test_labels_that_changed_are_told_from_policies():
    away = lab.load(PODS.replace("{app: web}", "{app: www}"), DENY)
    found = lab.diff(cluster(DENY), away).changes
    (change,) = (one for one in found if (one.source, one.destination) == ("shop/web", "shop/db"))
    assert "(itself unchanged) denied shop/web, and no longer decides" in change.causes[0]
