"""What checks ask of a cluster."""

from ipaddress import ip_address, ip_network

from netpol_lab.model.objects import Direction, IPBlock
from tests.helpers.linted import context, pod, policy

DENY = policy("{podSelector: {}}", "deny")


def test_pods_are_found_by_their_address():
    seen = context()
    block = IPBlock(ip_network("10.1.0.0/16"), (ip_network("10.1.0.0/24"),))
    assert [str(p) for p in seen.inside(block)] == ["monitoring/prometheus", "kube-system/coredns"]


def test_an_address_outside_is_nobodys():
    taken = pod("squatter").replace("spec:", "status: {podIP: 203.0.113.7}\nspec:")
    assert context(taken).strangers[4] == ip_address("203.0.113.8")


def test_isolated_pods_are_known_by_direction():
    seen = context(DENY)
    assert [str(p) for p in seen.isolated[Direction.INGRESS]] == ["shop/web", "shop/db"]
    assert not seen.isolated[Direction.EGRESS]


def test_families_are_known_only_if_all_addresses_are():
    seen = context(pod("bare"))
    assert seen.families(seen.pods_of("monitoring")) == {4}
    assert seen.families(seen.pods_of("shop")) == set()


def test_variants_have_other_policies():
    seen = context(DENY, policy("ingress: []", "p"))
    deny, p = seen.cluster.policies
    assert seen.without(deny).policies == (p,)
    assert seen.instead(p, deny).policies == (deny, deny)
    assert seen.together_with(p).policies == (deny, p, p)


def test_policies_that_select_none_of_some_pods_are_silent():
    seen = context(DENY, policy("ingress: []", "p"))
    _, p = seen.cluster.policies
    assert seen.silent_about([seen.pod("shop/web")]) == {id(p)}


def test_the_end_of_a_flow_is_a_pod_by_its_name_or_its_address():
    seen = context()
    assert seen.pod("10.1.0.20") is seen.pod("shop/db")
    assert seen.pod("203.0.113.7") is None


def test_a_finding_has_the_place_of_the_nearest_part_that_is_written():
    seen = context(DENY)
    (deny,) = seen.cluster.policies
    about_peer = seen.finding("NP203", deny, "why", "what", "spec.ingress[0].from[1]")
    about_spec = seen.finding("NP203", deny, "why", "what", "spec")
    assert about_peer.place == about_spec.place is not None
    assert seen.finding("NP105", seen.pod("shop/web"), "why", "what").place is None
