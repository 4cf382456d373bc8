"""What checks ask of a cluster, and the flows that prove something."""

from ipaddress import ip_address, ip_network

from linted import WORLD, pod, policy

import netpol_lab as lab
from netpol_lab.assumptions import DEFAULTS
from netpol_lab.linting.survey import CLOSES, OPENS, Probe, Survey
from netpol_lab.model import Direction, IPBlock

FROM_WEB = "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]"


def survey(*texts):
    return Survey(lab.load(WORLD, *texts), DEFAULTS)


def test_a_difference_is_the_first_flow_that_takes_the_turn():
    seen = survey(policy(FROM_WEB))
    probes = [Probe("shop/web", "shop/db", 80, "TCP"), Probe("203.0.113.7", "shop/db", 80, "TCP")]
    bare = seen.without(*seen.cluster.policies)
    witness = seen.difference(probes, bare, "without policies", OPENS)
    assert str(witness) == ("203.0.113.7 -> shop/db  TCP 80: denied now, allowed without policies")


def test_no_difference_means_no_witness():
    seen = survey(policy(FROM_WEB))
    probes = seen.anybody(Direction.INGRESS, seen.everyone)
    assert seen.difference(probes, seen.cluster, "as it is", OPENS, CLOSES) is None


def test_an_address_outside_is_nobodys():
    taken = pod("squatter").replace("spec:", "status: {podIP: 203.0.113.7}\nspec:")
    seen = survey(taken)
    web = seen.cluster.pod("shop/web")
    assert seen.stranger_to(web) == ip_address("203.0.113.8")


def test_flows_start_with_pods_that_nothing_holds_back():
    deny = policy("{podSelector: {}, policyTypes: [Egress]}", namespace="kube-system")
    seen = survey(deny)
    sources = [p.source for p in seen.probes(Direction.INGRESS, seen.everyone, seen.everyone)]
    assert sources[0] != "kube-system/coredns"


def test_probes_use_ports_that_are_declared():
    seen = survey(policy(FROM_WEB))
    db = seen.subjects(seen.cluster.policies[0])
    probe = next(seen.probes(Direction.INGRESS, db, seen.everyone))
    assert (probe.destination, probe.port) == ("shop/db", 5432)


def test_pods_are_found_by_their_address():
    seen = survey()
    block = IPBlock(ip_network("10.1.0.0/16"), (ip_network("10.1.0.0/24"),))
    assert [str(p) for p in seen.inside(block)] == ["monitoring/prometheus", "kube-system/coredns"]
