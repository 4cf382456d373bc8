"""What is known of policies of other kinds: whom they may concern, not what they say."""

from netpol_lab import load
from netpol_lab.manifests.other_policies import other_policy
from netpol_lab.model.objects import Direction
from netpol_lab.model.other_policies import EVERY_POD


def policy(kind, version, namespace=None):
    return other_policy(
        {"apiVersion": version, "kind": kind, "metadata": {"name": "p", "namespace": namespace}}
    )


def test_policies_of_plugins_concern_their_namespace_or_the_cluster():
    assert policy("CiliumNetworkPolicy", "cilium.io/v2").namespace == "default"
    assert policy("NetworkPolicy", "projectcalico.org/v3", "shop").namespace == "shop"
    assert policy("GlobalNetworkPolicy", "projectcalico.org/v3", "shop").subject == EVERY_POD
    assert policy("NetworkPolicy", "example.com/v1", "shop").subject == EVERY_POD
    assert policy("EgressFirewall", "k8s.ovn.org/v1").directions == (Direction.EGRESS,)


def test_the_same_policy_again_replaces_the_first():
    text = "apiVersion: crd.antrea.io/v1beta1\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\n"
    assert len(load(f"{text}---\n{text}").other_policies) == 1
    cilium = text.replace("crd.antrea.io/v1beta1", "cilium.io/v2")
    assert len(load(f"{text}---\n{cilium}").other_policies) == 2
