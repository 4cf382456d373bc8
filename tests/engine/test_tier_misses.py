"""The rule of a tier that nearly kept its Deny from deciding."""

import pytest

from netpol_lab.engine.tier_misses import tier_misses
from tests.helpers.tiers import DB, WEB, asked, rule, tcp, wide

DENY = rule("Deny")


def closest(*texts, **ends):
    lines = [line.strip() for line in str(asked(*texts, **ends)).splitlines()]
    return next((line for line in lines if line.startswith("closest")), "")


def test_an_accept_before_that_wants_another_port_is_told():
    assert closest(wide(ingress=[rule("Accept", WEB, ports=tcp(443)), DENY])) == (
        "closest: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) would accept it, but "
        "wants TCP 443, the flow uses TCP 5432"
    )


def test_a_pass_before_that_wants_another_label_is_told():
    assert closest(wide(ingress=[rule("Pass", DB), DENY])) == (
        "closest: rule 1 of ClusterNetworkPolicy above (Admin, priority 10) would pass it on, but "
        "wants app=db, shop/web has app=web"
    )


def test_a_port_is_nearer_than_a_label():
    assert "wants TCP 443" in closest(
        wide(ingress=[rule("Accept", DB), rule("Accept", WEB, ports=tcp(443)), DENY])
    )


def test_an_accept_that_is_asked_too_late_is_told():
    late = wide(name="late", priority=20, ingress=[rule("Accept")])
    assert closest(wide(ingress=[DENY]), late) == (
        "closest: rule 1 of ClusterNetworkPolicy late (Admin, priority 20) would accept it, but "
        "comes after the rule that denies it"
    )
    assert "rule 2 of ClusterNetworkPolicy above" in closest(wide(ingress=[DENY, rule("Accept")]))


@pytest.mark.parametrize(
    "texts",
    [
        [wide(ingress=[DENY])],
        [wide(ingress=[rule("Accept", DB, ports=tcp(443)), DENY])],  # wants two things
        [wide(ingress=[rule("Deny", ports=tcp(443)), DENY])],  # would deny as well
        [wide(ingress=[rule("Accept")])],  # nothing is denied
        [wide(ingress=[DENY]), wide(name="b", tier="Baseline", ingress=[rule("Accept")])],
        [wide(ingress=[DENY]), wide(name="b", ingress=[rule("Accept")])],  # any may go first
    ],
)
def test_nothing_else_is_close(texts):
    assert not closest(*texts)


def test_networks_are_compared_by_address():
    near = rule("Accept", 'networks: ["192.0.2.0/30"]', way="to")
    deny = rule("Deny", 'networks: ["0.0.0.0/0"]', way="to")
    words = closest(wide(egress=[near, deny]), destination="192.0.2.9")
    assert words.endswith("wants an address in 192.0.2.0/30, not 192.0.2.9")


def test_a_side_that_no_tier_denies_has_no_misses():
    found = asked(wide(ingress=[rule("Pass")]))
    assert [*tier_misses(found.cluster, found.ingress)] == []
