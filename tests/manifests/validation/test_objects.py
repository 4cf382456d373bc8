"""The rules for objects that are no policies."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import ManifestError
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.validation.objects import warnings


def test_the_annotation_that_once_isolated_a_namespace_is_told():
    def noted(key):
        notes = {key: '{"ingress": {"isolation": "DefaultDeny"}}'}
        return [*warnings(api.Namespace(metadata=api.ObjectMeta("shop", annotations=notes)))]

    (warning,) = noted("net.beta.kubernetes.io/network-policy")
    assert "no effect since" in warning.message
    assert noted("example.com/network-policy") == []


ENDPOINTS = """
apiVersion: v1
kind: Endpoints
metadata: {name: db}
subsets: [{addresses: [{ip: 10.0.0.300}], notReadyAddresses: [{ip: ""}],
           ports: [{port: 0}, {port: 1, protocol: tcp}]}]
"""
SLICE = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: db-1}
addressType: IPv4
endpoints: [{addresses: [nobody]}, {addresses: ["fd00::1"]}, {}]
"""


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (
            ENDPOINTS,
            {
                "subsets[0].addresses[0].ip": "must be a valid IP address",
                "subsets[0].notReadyAddresses[0].ip": "must be a valid IP address",
                "subsets[0].ports[0].port": "must be between 1 and 65535, inclusive",
                "subsets[0].ports[1].protocol": "supported values",
            },
        ),
        (
            SLICE,
            {
                "endpoints[0].addresses[0]": "must be a valid IP address",
                "endpoints[1].addresses": "must be an IPv4 address",
                "endpoints[2].addresses": "must contain at least 1 address",
            },
        ),
        (SLICE.replace("IPv4", "ipv4"), {"addressType": '"FQDN", "IPv4", "IPv6"'}),
        (SLICE.replace("addressType: IPv4", ""), {"addressType": ""}),
    ],
)
def test_endpoints_whose_addresses_or_ports_are_none_are_refused(text, paths):
    with pytest.raises(ManifestError) as caught:
        lab.load(text)
    found = {one.path: one.message for one in caught.value.complaints}
    assert all(words in found.get(path, "not told") for path, words in paths.items())


def test_external_addresses_of_a_service_are_checked_as_its_own():
    service = """
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {externalIPs: [nowhere], ports: [{port: 80}]}
status: {loadBalancer: {ingress: [{hostname: example.com}, {ip: nobody}]}}
"""
    with pytest.raises(ManifestError) as caught:
        lab.load(service)
    paths = [one.path for one in caught.value.complaints]
    assert paths == ["spec.externalIPs[0]", "status.loadBalancer.ingress[1].ip"]
