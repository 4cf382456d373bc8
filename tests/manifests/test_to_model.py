"""Defaults are applied once, and exactly as the server does."""

import pytest

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.to_model import build
from netpol_lab.model.objects import Direction
from netpol_lab.model.ports import Protocol

META = api.ObjectMeta(name="p", namespace="shop")
INWARD, OUTWARD = api.NetworkPolicyIngressRule(), api.NetworkPolicyEgressRule()


def policy(**spec):
    built = build({"NetworkPolicy": [api.NetworkPolicy(metadata=META, spec=_spec(spec))]})
    return built.policies[0]


def _spec(fields):
    return api.NetworkPolicySpec(**fields)


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        ({}, "Ingress"),
        ({"egress": ()}, "Ingress"),
        ({"egress": (OUTWARD,)}, "Ingress Egress"),
        ({"policy_types": (), "egress": (OUTWARD,)}, "Ingress Egress"),
        ({"policy_types": ("Egress",), "ingress": (INWARD,)}, "Egress"),
        ({"policy_types": ("Egress", "Egress")}, "Egress"),
        ({"policy_types": ("Ingress",), "egress": (OUTWARD,)}, "Ingress"),
    ],
)
def test_policy_types_are_defaulted_by_the_egress_section_alone(spec, types):
    assert [direction.value for direction in policy(**spec).policy_types] == types.split()


def test_a_policy_knows_whether_its_types_were_written():
    assert policy(policy_types=("Ingress",)).types_written is True
    assert policy(policy_types=()).types_written is False


def test_absent_and_empty_sections_stay_apart():
    assert policy().ingress is None
    assert policy(ingress=()).ingress == ()
    assert policy(ingress=()).rules(Direction.INGRESS) == ()


def test_rules_of_a_type_that_is_not_listed_are_kept():
    found = policy(policy_types=("Ingress",), egress=(OUTWARD,))
    assert len(found.egress) == 1
    assert found.policy_types == (Direction.INGRESS,)


def test_a_port_without_protocol_is_tcp():
    rule = api.NetworkPolicyIngressRule(ports=(api.NetworkPolicyPort(port=80),))
    assert policy(ingress=(rule,)).ingress[0].ports[0].protocol is Protocol.TCP


def test_namespaces_carry_their_name_and_it_cannot_be_spoofed():
    labels = {"kubernetes.io/metadata.name": "other", "team": "x"}
    shop = api.Namespace(metadata=api.ObjectMeta(name="shop", labels=labels))
    found = build({"Namespace": [shop]}).namespaces["shop"].labels
    assert found == {"kubernetes.io/metadata.name": "shop", "team": "x"}


def test_namespaces_that_are_only_mentioned_exist_with_their_name_alone():
    pod = api.Pod(metadata=META)
    assert build({"Pod": [pod]}).namespaces["shop"].labels == {
        "kubernetes.io/metadata.name": "shop"
    }


def test_a_host_network_pod_has_the_addresses_of_its_node():
    pod = api.Pod(
        metadata=META,
        spec=api.PodSpec(host_network=True, node_name="n1"),
        status=api.PodStatus(pod_ip="192.168.0.1"),
    )
    addresses = (api.NodeAddress("InternalIP", "192.168.0.2"), api.NodeAddress("Hostname", "n1"))
    node = api.Node(metadata=api.ObjectMeta(name="n1"), status=api.NodeStatus(addresses))
    (found,) = build({"Pod": [pod], "Node": [node]}).pods
    assert [str(address) for address in found.node_addresses] == ["192.168.0.1", "192.168.0.2"]


def test_a_service_port_leads_to_the_same_pod_port_unless_told_otherwise():
    ports = (api.ServicePort(port=80), api.ServicePort(port=81, target_port="http"))
    service = api.Service(metadata=META, spec=api.ServiceSpec(ports=ports, cluster_ip="None"))
    (found,) = build({"Service": [service]}).services
    assert [port.target for port in found.ports] == [80, "http"]
    assert found.addresses == ()
