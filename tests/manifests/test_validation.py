"""The API server's rules; the files of cases/invalid prove each, these the rest."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.validation import check_object, warnings


def messages(strict=True, **spec):
    policy = api.NetworkPolicy(
        metadata=api.ObjectMeta(name="p"), spec=api.NetworkPolicySpec(**spec)
    )
    return [problem.message for problem in check_object(policy, strict)]


def block(cidr, *excepts):
    peer = api.NetworkPolicyPeer(ip_block=api.IPBlock(cidr, excepts or None))
    return (api.NetworkPolicyIngressRule(peers=(peer,)),)


@given(st.ip_addresses(), st.integers(0, 128))
def test_canonical_networks_pass_the_strict_rules(address, length):
    network = ip_network((address, min(length, address.max_prefixlen)), strict=False)
    mapped = network.version == 6 and network.network_address.ipv4_mapped
    assert (messages(ingress=block(str(network))) == []) is not bool(mapped)


def test_zeros_of_an_ipv6_group_are_no_leading_zeros():
    assert messages(ingress=block("0000:0000:0000:0000:0000:0000:0000:0000/0")) == []


def test_old_servers_only_warned_of_host_bits():
    assert messages(strict=False, ingress=block("10.1.2.3/24")) == []
    meta = api.ObjectMeta(name="p")
    policy = api.NetworkPolicy(
        metadata=meta, spec=api.NetworkPolicySpec(ingress=block("10.1.2.3/24"))
    )
    (warning,) = warnings(policy, strict_cidr=False)
    assert 'should be "10.1.2.0/24"' in warning.message


def test_kubectl_apply_refuses_generated_names():
    policy = api.NetworkPolicy(metadata=api.ObjectMeta(generate_name="p-"))
    assert [w.message for w in warnings(policy)] == ["from p-: cannot use generate name with apply"]


def test_an_unparsable_cidr_hides_its_excepts():
    assert len(messages(ingress=block("nonsense", "10.0.0.0/8"))) == 1


def test_several_broken_rules_of_a_port_name_are_all_told():
    port = api.NetworkPolicyPort(port="-A--")
    assert len(messages(ingress=(api.NetworkPolicyIngressRule(ports=(port,)),))) == 4
