"""Which channel a cluster has is told, or read in its definitions."""

import pytest

from netpol_lab.errors import NetpolError
from netpol_lab.manifests.cluster_wide.channels import GROUP, Channel, channel_told, checked_channel


def definition(channel, group=GROUP):
    meta = {"annotations": {f"{GROUP}/channel": channel}}
    return {"metadata": meta, "spec": {"group": group, "names": {"kind": "ClusterNetworkPolicy"}}}


def test_a_definition_tells_the_channel_of_its_kind():
    assert channel_told(definition("standard")) == {"ClusterNetworkPolicy": Channel.STANDARD}


@pytest.mark.parametrize(
    "value", [{}, {"spec": None}, definition("alpha"), definition("standard", "cilium.io")]
)
def test_other_objects_tell_nothing(value):
    assert channel_told(value) == {}


def test_there_are_two_channels():
    assert checked_channel("standard") is Channel.STANDARD
    with pytest.raises(NetpolError, match="write standard or experimental"):
        checked_channel("Standard")
