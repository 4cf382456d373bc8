"""NP4xx: what keeps these checks quiet."""

import pytest

from netpol_lab import Assumptions
from tests.helpers.linted import codes, findings, pod, policy


def ingress(*blocks):
    peers = ", ".join(f"{{ipBlock: {{cidr: {block}}}}}" for block in blocks)
    return policy(f"ingress: [{{from: [{peers}]}}]")


@pytest.mark.parametrize("cidr", ["0.0.0.0/0", "0.0.0.0/1", "192.0.2.0/24"])
def test_everywhere_and_elsewhere_do_not_mean_pods(cidr):
    assert codes(ingress(cidr)) == []


def test_pods_are_no_matter_where_blocks_do_not_see_them():
    assumed = Assumptions(ip_block_matches_pods=False)
    assert codes(ingress("10.0.0.0/8"), assumptions=assumed) == []


def test_a_service_behind_a_block_is_left_open_by_kubernetes():
    dns = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"
    spec = f"policyTypes: [Egress], egress: [{{to: [{{ipBlock: {{cidr: 10.96.0.20/32}}}}]}}, {dns}]"
    found = findings(policy(spec))
    assert [(f.code, f.witness.now, f.witness.then) for f in found] == [("NP402", None, True)]


def test_a_smaller_block_inside_an_except_is_meant_so():
    block = "{ipBlock: {cidr: 192.0.0.0/16, except: [192.0.2.0/24]}}"
    spec = f"ingress: [{{from: [{block}, {{ipBlock: {{cidr: 192.0.2.7/32}}}}]}}]"
    assert codes(policy(spec)) == []


def test_names_may_be_asked_for_in_an_excepted_range():
    block = "{ipBlock: {cidr: 0.0.0.0/0, except: [192.0.2.0/24]}}"
    dns = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"
    assert codes(policy(f"policyTypes: [Egress], egress: [{{to: [{block}]}}, {dns}]")) == []


def test_another_policy_that_lets_an_excepted_range_in_is_named():
    block = "{ipBlock: {cidr: 192.0.0.0/16, except: [192.0.2.0/24]}}"
    found = findings(policy(f"ingress: [{{from: [{block}]}}]"),
                     policy("ingress: [{ports: [{port: 5432}]}]", "open"))  # fmt: skip
    assert [f.code for f in found] == ["NP404"]
    assert "rule 1 of shop/open" in found[0].message


@pytest.mark.parametrize(("port", "found"), [(443, []), (5432, ["NP404"])])
def test_another_rule_lets_an_excepted_range_in_only_on_ports_of_both(port, found):
    block = "{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}"
    rules = (
        f"{{from: [{block}], ports: [{{port: 5432}}]}}, "
        f"{{from: [{{ipBlock: {{cidr: 0.0.0.0/0}}}}], ports: [{{port: {port}}}]}}"
    )
    assert codes(policy(f"ingress: [{rules}]")) == found


@pytest.mark.parametrize(("ports", "found"), [("5432", ["NP404"]), ("5432, 9187", [])])
def test_a_rule_for_one_port_lets_a_range_in_again_where_pods_declare_no_other(ports, found):
    declared = ", ".join(f"{{containerPort: {port}}}" for port in ports.split(", "))
    own = pod("own", labels="app: own", spec=f"containers: [{{name: c, ports: [{declared}]}}]")
    block = "{ipBlock: {cidr: 192.0.0.0/16, except: [192.0.2.0/24]}}"
    wide = "{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 5432}]}"
    rules = f"[{{from: [{block}]}}, {wide}]"
    spec = f"{{podSelector: {{matchLabels: {{app: own}}}}, ingress: {rules}}}"
    assert codes(own, policy(spec)) == found


API_SERVER = """---
apiVersion: v1
kind: Service
metadata: {name: kubernetes, namespace: default}
spec: {clusterIP: 10.96.0.1, ports: [{port: 443, targetPort: 6443}]}
"""


@pytest.mark.parametrize(
    ("cidrs", "found"),
    [
        (["10.96.0.1/32"], ["NP402"]),
        (["10.96.0.1/32", "192.0.2.1/32"], []),
        (["10.96.0.0/24"], []),
    ],
)
def test_endpoints_may_be_written_beside_the_address_of_their_service(cidrs, found):
    blocks = ", ".join(f"{{ipBlock: {{cidr: {cidr}}}}}" for cidr in cidrs)
    to_api = f"{{to: [{blocks}], ports: [{{port: 443}}, {{port: 6443}}]}}"
    dns = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"
    assert codes(API_SERVER, policy(f"policyTypes: [Egress], egress: [{to_api}, {dns}]")) == found


def test_both_families_may_be_written_for_pods_of_one():
    assert codes(ingress("0.0.0.0/0", '"::/0"')) == []


def test_a_loopback_block_is_no_trouble():
    assert codes(ingress("127.0.0.0/8")) == []
