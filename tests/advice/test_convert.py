"""Older cluster-wide policies converted, with all traffic compared."""

from netpol_lab.advice.convert import convert
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.writer import as_yaml
from tests.helpers.older_policies import admin, allow, port, written

V1_NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"


def test_an_older_policy_is_converted_and_the_traffic_compared():
    converted = convert(as_yaml(admin(ingress=[allow(port(80))])), "two-teams")
    assert converted.is_equal
    assert str(converted).splitlines()[0].startswith("converted: AdminNetworkPolicy a")
    assert str(converted).splitlines()[-1].startswith("same traffic before and after: 5 pods")
    (policy,) = load(converted.manifests).cluster_policies
    assert (policy.kind, policy.name) == ("ClusterNetworkPolicy", "a")


def test_what_cannot_be_converted_is_told_and_makes_it_unequal():
    unknown = allow({"portNumber": {"port": 80, "protocol": "ICMP"}})
    converted = convert(as_yaml(admin(ingress=[unknown])), "two-teams")
    assert not converted.is_equal
    assert str(converted).startswith("not converted: AdminNetworkPolicy a")


def test_what_needs_the_experimental_channel_is_read_there():
    text = as_yaml(admin(ingress=[allow({"namedPort": "http"})]))
    converted = convert(text, "two-teams", channel="experimental")
    assert converted.is_equal
    assert "destinationNamedPort" in converted.manifests


def test_a_text_without_older_policies_stays_as_it_is():
    spec = {"tier": "Admin", "priority": 3, "subject": {"namespaces": {}}}
    text = as_yaml(written("ClusterNetworkPolicy", "c", spec, "policy.networking.k8s.io/v1beta1"))
    converted = convert(text, "two-teams")
    assert converted.is_equal
    assert "nothing is converted" in str(converted)
    assert converted.manifests == text


def test_without_pods_nothing_is_compared_and_so_nothing_is_equal():
    converted = convert(as_yaml(admin(ingress=[allow(port(80))])), V1_NAMESPACE)
    assert not converted.is_equal
    assert str(converted).splitlines()[-1].startswith("nothing is compared, as there are no pods")
    assert convert(V1_NAMESPACE, V1_NAMESPACE.replace("shop", "b")).is_equal
