"""The rules for policies; the files of cases/invalid prove each, these the rest."""

from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import format_path
from netpol_lab.manifests.validation.objects import check_object, warnings


def policy_of(**spec):
    return api.NetworkPolicy(metadata=api.ObjectMeta(name="p"), spec=api.NetworkPolicySpec(**spec))


def messages(strict=True, **spec):
    return [problem.message for problem in check_object(policy_of(**spec), strict)]


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
    policy = policy_of(ingress=block("10.1.2.3/24"))
    assert list(warnings(policy)) == []
    (warning,) = warnings(policy, strict_cidr=False)
    assert warning.message == (
        'CIDR value "10.1.2.3/24" is ambiguous in this context '
        '(should be "10.1.2.0/24" or "10.1.2.3/32"?)'
    )


def test_kubectl_apply_refuses_generated_names():
    policy = api.NetworkPolicy(metadata=api.ObjectMeta(generate_name="p-"))
    assert [w.message for w in warnings(policy)] == ["from p-: cannot use generate name with apply"]


def test_an_unparsable_cidr_hides_its_excepts():
    assert len(messages(ingress=block("nonsense", "10.0.0.0/8"))) == 1


def test_several_broken_rules_of_a_port_name_are_all_told():
    port = api.NetworkPolicyPort(port="-A--")
    assert len(messages(ingress=(api.NetworkPolicyIngressRule(ports=(port,)),))) == 4


def test_complaints_come_in_the_order_of_the_server():
    selector = api.LabelSelector({"-": ""})
    peer = api.NetworkPolicyPeer(pod_selector=selector, ip_block=api.IPBlock())
    port = api.NetworkPolicyPort(port=0, protocol="x")
    rule = api.NetworkPolicyIngressRule((port,), (peer,))
    policy = api.NetworkPolicy(
        metadata=api.ObjectMeta(name="A", namespace="B", labels={"-": ""}),
        spec=api.NetworkPolicySpec(
            pod_selector=selector,
            ingress=(rule,),
            egress=(api.NetworkPolicyEgressRule((port,)),),
            policy_types=("x",),
        ),
    )
    found = [format_path(problem.path) for problem in check_object(policy)]
    assert found == [
        "metadata.name",
        "metadata.namespace",
        "metadata.labels",
        "spec.podSelector.matchLabels",
        "spec.ingress[0].ports[0].protocol",
        "spec.ingress[0].ports[0].port",
        "spec.ingress[0].from[0].podSelector.matchLabels",
        "spec.ingress[0].from[0]",
        "spec.egress[0].ports[0].protocol",
        "spec.egress[0].ports[0].port",
        "spec.policyTypes[0]",
        "spec.ingress[0].from[0].ipBlock.cidr",
    ]


def test_an_except_of_a_mapped_block_is_never_a_part_of_it():
    mapped = block("::ffff:10.0.0.0/104", "10.1.0.0/16")
    assert messages(strict=False, ingress=mapped) == [
        '"10.1.0.0/16": must be a strict subset of `cidr`'
    ]


def test_old_servers_warn_of_each_exception_too():
    policy = policy_of(ingress=block("10.0.0.0/8", "10.1.0.0/16", "10.2.0.1/16"))
    (warning,) = warnings(policy, strict_cidr=False)
    assert format_path(warning.path) == "spec.ingress[0].from[0].ipBlock.except[1]"
    assert warning.hint == "write 10.2.0.0/16"


def test_every_warning_says_what_to_write():
    texts = ("10.1.2.3/24", "010.0.0.0/8", "::ffff:10.0.0.0/104", "2001:DB8::/32")
    for text in texts:
        for warning in warnings(policy_of(ingress=block(text)), strict_cidr=False):
            (read,) = warning.hint.removeprefix("write ").split()
            assert messages(ingress=block(read)) == []
