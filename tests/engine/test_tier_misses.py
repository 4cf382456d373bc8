"""The rule of a tier that nearly kept its Deny from deciding."""

import pytest

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.engine.tier_misses import nearest_in_tier, tier_misses
from tests.helpers.tiers import DB, PODS, WEB, asked, cluster, rule, tcp, wide

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


RANGE = "tcp: {destinationPort: {range: {start: 5430, end: 5440}}}"
NEAR = 'networks: ["192.0.2.0/30", "10.0.0.3/32"]'
HOST = """
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop, labels: {app: agent}}
spec: {hostNetwork: true, nodeName: n9, containers: [{name: a, image: a}]}
status: {podIP: 192.0.2.9}
"""


def misses_of(*texts, destination="db", egress=False, **assumed):
    """What each rule that nearly kept a tier from denying still wants, in their order."""
    assumptions = Assumptions(**assumed)
    found = lab.evaluate(cluster(*texts), "web", destination, 5432, assumptions=assumptions)
    side = found.egress if egress else found.ingress
    return [
        (f"{miss.match.policy.name} {miss.match.rule.number}", miss.unmet and miss.unmet.part.name)
        for miss in tier_misses(found.cluster, side, assumptions)
    ]


def test_the_misses_come_in_the_order_of_what_they_want_and_are_all_of_the_tier_that_denies():
    peer, port = rule("Accept", DB), rule("Pass", WEB, ports=tcp(443))
    deny, late = rule("Deny"), rule("Accept")
    assert misses_of(
        wide("early", priority=1, ingress=[peer, rule("Deny", DB), port]),
        wide("one", priority=2, ingress=[port, rule("Accept", DB, WEB, ports=tcp(1)), deny, late]),
        wide("equal", priority=2, ingress=[late]),
        wide("two", priority=3, ingress=[rule("Accept", DB), rule("Deny"), rule("Pass")]),
        wide("base", tier="Baseline", ingress=[peer, late]),
        equal_priority_allows=False,
    ) == [
        ("early 3", "PORT"), ("one 1", "PORT"), ("one 2", "PORT"), ("early 1", "POD_LABELS"),
        ("one 4", None), ("two 3", None),
    ]  # fmt: skip


def test_neither_ranges_nor_networks_are_what_older_plugins_do_not_know():
    texts = wide(ingress=[rule("Accept", DB, ports=RANGE), DENY])
    assert misses_of(texts, end_port=False) == [("above 1", "POD_LABELS")]
    late = wide(ingress=[DENY, rule("Accept", ports=RANGE)])
    assert misses_of(late, end_port=False) == [("above 2", None)]
    near = wide(egress=[rule("Accept", NEAR, way="to"), rule("Deny", way="to")])
    wanted = [("above 1", "ADDRESS"), ("above 1", "ADDRESS")]
    assert misses_of(near, egress=True, ip_block_matches_pods=False) == wanted


def test_a_pod_on_the_network_of_its_node_is_missed_by_its_address_and_by_no_label():
    by_label = rule("Accept", DB, way="to")
    deny = rule("Deny", 'networks: ["0.0.0.0/0"]', way="to")
    texts = HOST, wide(egress=[by_label, rule("Accept", NEAR, way="to"), deny])
    for as_pods in (True, False):
        assert misses_of(
            *texts, destination="agent", egress=True, host_network_as_pods=as_pods
        ) == [("above 2", "ADDRESS"), ("above 2", "ADDRESS")]


@pytest.mark.parametrize("unclear", ["nodes: {matchLabels: {a: b}}", "domainNames: [a.example]"])
def test_what_is_told_by_names_or_nodes_is_no_miss(unclear):
    rules = [rule("Accept", unclear, way="to"), rule("Deny", 'networks: ["0.0.0.0/0"]', way="to")]
    text = wide(egress=rules)
    found = lab.load(PODS, text, channel="experimental")
    assumed = Assumptions(domain_names={"a.example": ["192.0.2.1"]})
    side = lab.evaluate(found, "web", "db", 443, assumptions=assumed).egress
    assert (side.allowed, nearest_in_tier(found, side, assumed)) == (False, "")
