"""Ports of one version, written as another has them."""

import pytest

from netpol_lab.manifests.cluster_wide.ports_meant import ports_as_protocols, protocols_as_ports

NUMBER = [{"tcp": {"destinationPort": {"number": 80}}}]
RANGE = [{"udp": {"destinationPort": {"range": {"start": 1, "end": 9}}}}]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ([{"portNumber": {"port": 80}}], NUMBER),
        ([{"portRange": {"protocol": "UDP", "start": 1, "end": 9}}], RANGE),
        ([{"namedPort": "web"}], [{"destinationNamedPort": "web"}]),
        ([{"port": 80, "protocol": "TCP"}], NUMBER),
        ([{"port": "web"}], [{"destinationNamedPort": "web"}]),
        ([80], NUMBER),
        (80, NUMBER),
        ([{"port": 80}, {"who": "knows"}], []),
        ([{"port": 80, "protocol": "ICMP"}], []),
        ([True], []),
        (None, []),
    ],
)
def test_older_ports_are_written_as_protocols(written, meant):
    assert ports_as_protocols(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (NUMBER, [{"portNumber": {"protocol": "TCP", "port": 80}}]),
        (RANGE, [{"portRange": {"protocol": "UDP", "start": 1, "end": 9}}]),
        ([{"destinationNamedPort": "web"}], [{"namedPort": "web"}]),
        ([{"tcp": {}}], []),
        ("tcp", []),
    ],
)
def test_protocols_are_written_as_older_ports(written, meant):
    assert protocols_as_ports(written) == meant
