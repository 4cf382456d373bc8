"""NP4xx: what keeps these checks quiet."""

import pytest
from linted import codes, findings, policy

from netpol_lab import Assumptions


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


def test_both_families_may_be_written_for_pods_of_one():
    assert codes(ingress("0.0.0.0/0", '"::/0"')) == []


def test_a_loopback_block_is_no_trouble():
    assert codes(ingress("127.0.0.0/8")) == []
