"""What to write instead of a port of a policy that the server refuses."""

import pytest

from netpol_lab.manifests.api_types import NetworkPolicyPort
from netpol_lab.manifests.hints.ports import end_port_hint, port_name_hint, port_number_hint


@pytest.mark.parametrize(
    ("port", "protocol", "hint"),
    [
        ("80", None, "remove the quotes: in quotes it is a name"),
        ("080", None, "write port: 80"),
        ("0", None, "a port is a number from 1 to 65535"),
        ("80-90", None, "a range is written as port: 80 and endPort: 90"),
        ("80,443", None, "an item of ports has one port: write an item for each: {port: 80}, "
         "{port: 443}"),
        ("80/udp", None, "write port: 80 and protocol: UDP"),
        ("80/udp", "UDP", "write port: 80"),
        ("80/udp", "TCP", "write one protocol: UDP or TCP"),
        ("*", None, "for every port leave port out"),
        ("HTTP", None, ""),
        ("-", None, ""),
    ],
)  # fmt: skip
def test_a_text_that_is_no_name_is_read_as_a_port(port, protocol, hint):
    assert port_name_hint(NetworkPolicyPort(port=port, protocol=protocol)) == hint


def test_a_number_that_is_no_port_has_a_hint():
    assert port_number_hint(-1) == "for every port leave port out"
    assert port_number_hint(70000) == "the last port is 65535"


@pytest.mark.parametrize(
    ("port", "end", "hint"),
    [
        (90, 80, "write port: 80 and endPort: 90"),
        (90, 0, "leave endPort out"),
        (70000, 80, "leave endPort out"),
    ],
)
def test_a_range_is_turned_only_where_it_is_one_then(port, end, hint):
    assert end_port_hint(port, end) == hint
