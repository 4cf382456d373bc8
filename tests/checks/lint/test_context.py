"""What checks ask of a cluster."""

from ipaddress import ip_address, ip_network

from netpol_lab.model.objects import Direction, IPBlock
from tests.helpers.linted import pod, policy, survey

DENY = policy("{podSelector: {}}", "deny")


def test_pods_are_found_by_their_address():
    seen = survey()
    block = IPBlock(ip_network("10.1.0.0/16"), (ip_network("10.1.0.0/24"),))
    assert [str(p) for p in seen.inside(block)] == ["monitoring/prometheus", "kube-system/coredns"]


def test_an_address_outside_is_nobodys():
    taken = pod("squatter").replace("spec:", "status: {podIP: 203.0.113.7}\nspec:")
    assert survey(taken).strangers[4] == ip_address("203.0.113.8")


def test_isolated_pods_are_known_by_direction():
    seen = survey(DENY)
    assert [str(p) for p in seen.isolated[Direction.INGRESS]] == ["shop/web", "shop/db"]
    assert not seen.isolated[Direction.EGRESS]


def test_families_are_known_only_if_all_addresses_are():
    seen = survey(pod("bare"))
    assert seen.families(seen.pods_of("monitoring")) == {4}
    assert seen.families(seen.pods_of("shop")) == set()


def test_variants_have_other_policies():
    seen = survey(DENY, policy("ingress: []", "p"))
    deny, p = seen.cluster.policies
    assert seen.without(deny).policies == (p,)
    assert seen.instead(p, deny).policies == (deny, deny)
    assert seen.together_with(p).policies == (deny, p, p)


def test_policies_that_select_none_of_some_pods_are_silent():
    seen = survey(DENY, policy("ingress: []", "p"))
    _, p = seen.cluster.policies
    assert seen.silent_about([seen.pod("shop/web")]) == {id(p)}


def test_the_end_of_a_flow_is_a_pod_by_its_name_or_its_address():
    seen = survey()
    assert seen.pod("10.1.0.20") is seen.pod("shop/db")
    assert seen.pod("203.0.113.7") is None
