"""What Services without a selector have for ends."""

import pytest

from netpol_lab.manifests.rules.endpoint_rules import check_endpoint_slice, check_endpoints
from netpol_lab.manifests.services import endpoint_types as types


def test_the_addresses_and_ports_of_endpoints_are_checked():
    subset = types.EndpointSubset(
        addresses=(types.EndpointAddress("x"), types.EndpointAddress("10.0.0.1")),
        not_ready_addresses=(types.EndpointAddress(""),),
        ports=(types.ListedPort(port=0, protocol="tcp"),),
    )
    assert [problem.path for problem in check_endpoints(types.Endpoints(subsets=(subset,)))] == [
        ("subsets", 0, "addresses", 0, "ip"),
        ("subsets", 0, "notReadyAddresses", 0, "ip"),
        ("subsets", 0, "ports", 0, "port"),
        ("subsets", 0, "ports", 0, "protocol"),
    ]


@pytest.mark.parametrize(
    ("kind", "address", "message"),
    [
        ("", "10.0.0.1", ""),
        ("ipv4", "10.0.0.1", '"ipv4": supported values: "FQDN", "IPv4", "IPv6"'),
        ("IPv4", "x", '"x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
        ("IPv4", "fd00::1", '"fd00::1": must be an IPv4 address'),
        ("IPv6", "10.0.0.1", '"10.0.0.1": must be an IPv6 address'),
    ],
)
def test_the_addresses_of_a_slice_are_of_its_type(kind, address, message):
    found = types.EndpointSlice(address_type=kind, endpoints=(types.SliceEndpoint((address,)),))
    (problem,) = check_endpoint_slice(found)
    assert problem.message == message
    assert problem.hint


def test_a_slice_of_names_is_taken_and_an_end_without_address_is_not():
    names = types.EndpointSlice(
        address_type="FQDN", endpoints=(types.SliceEndpoint(("a.example",)),)
    )
    assert list(check_endpoint_slice(names)) == []
    bare = types.EndpointSlice(address_type="FQDN", endpoints=(types.SliceEndpoint(),))
    (problem,) = check_endpoint_slice(bare)
    assert problem.message == "must contain at least 1 address"
