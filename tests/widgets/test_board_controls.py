"""What a board is asked with."""

from __future__ import annotations

from dataclasses import replace

import ipywidgets
import pytest

import netpol_lab as lab
from netpol_lab.errors import AmbiguousNameError, UnknownNameError
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import ContainerPort, Pod
from netpol_lab.model.ports import Protocol
from netpol_lab.widgets.board_controls import (
    Controls,
    known_ports,
    port_number,
    switch_named,
    switched,
    switches,
)
from tests.helpers.boards import field, html_of, inside


def test_ports_of_containers_and_policies_are_suggested() -> None:
    cluster = lab.load(
        "three-tier",
        """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: wide, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - ports: [{port: 9000, endPort: 9100}, {port: http}]
""",
    )
    assert list(known_ports(cluster)) == [80, 5432, 8080, 9000, 9100]
    assert field(lab.explore(cluster), "Port").options == ("80", "5432", "8080", "9000", "9100")
    assert field(lab.explore(cluster, ports=[1, 2]), "Port").options == ("1", "2")


def test_a_port_name_that_means_two_numbers_is_refused() -> None:
    pods = tuple(
        Pod("shop", f"web-{number}", ports=(ContainerPort("http", number),)) for number in (80, 81)
    )
    with pytest.raises(AmbiguousNameError, match="80 or 81"):
        port_number(Cluster(pods=pods), "http")


def test_controls_report_people_and_not_programs() -> None:
    heard: list[str] = []
    controls = Controls(lab.load("three-tier"), "TCP", {80: ()})
    controls.listen(lambda: heard.append("ticked"), lambda: heard.append("typed"))
    controls.show(["shop/db-access-ingress"], 80, "UDP")
    assert heard == []
    next(inside(controls, ipywidgets.Checkbox)).value = True
    next(inside(controls, ipywidgets.Combobox)).value = "81"
    assert heard == ["ticked", "typed"]


def test_a_port_name_counts_for_its_protocol_only() -> None:
    dns = ContainerPort("dns", 53, Protocol.UDP)
    cluster = Cluster(pods=(Pod("kube-system", "coredns", ports=(dns,)),))
    assert port_number(cluster, "dns", "UDP") == 53
    with pytest.raises(UnknownNameError, match='no TCP port is called "dns"'):
        port_number(cluster, "dns", "TCP")


def test_many_ports_are_not_all_listed() -> None:
    controls = Controls(Cluster(), "TCP", dict.fromkeys(range(1, 30), ()))
    assert "7, 8, …" in html_of(controls)
    assert len(next(inside(controls, ipywidgets.Combobox)).options) == 29


def test_another_protocol_is_offered_where_it_is_asked_for() -> None:
    assert "ICMP" in field(lab.explore(lab.load("three-tier"), protocol="ICMP"), "Protocol").options


def test_the_protocol_may_be_written_small() -> None:
    assert port_number(lab.load("three-tier"), "postgres", "tcp") == 5432


def test_a_protocol_that_was_not_offered_is_shown_when_code_asks_for_it() -> None:
    board = lab.explore(lab.load("three-tier"), port=5432)
    board.set(protocol="ICMP", port=None)
    assert (board.protocol, field(board, "Protocol").value) == ("ICMP", "ICMP")
    field(board, "Protocol").value = "TCP"
    field(board, "Protocol").value = "ICMP"
    assert board.protocol == "ICMP"
    assert 'role="alert"' not in html_of(board)


def test_a_cluster_wide_policy_is_switched_by_its_name_or_its_full_name():
    two = lab.load("two-teams")
    assert switch_named(two, "guard-the-shop") == "ClusterNetworkPolicy guard-the-shop"
    assert switch_named(two, "ClusterNetworkPolicy guard-the-shop").endswith("guard-the-shop")
    assert switch_named(two, "api-for-the-blog") == "shop/api-for-the-blog"
    with pytest.raises(UnknownNameError, match='there is no policy "guard"'):
        switch_named(two, "guard")


def test_a_name_that_two_kinds_share_has_to_be_written_in_full():
    two = lab.load("two-teams")
    twin = replace(two.cluster_policies[0], name="api-for-the-blog")
    both = replace(two, cluster_policies=(twin,))
    assert [switch_named(both, full) for full in switches(both)] == [*switches(both)]
    with pytest.raises(UnknownNameError):
        switch_named(both, "nobody")


def test_switched_off_are_policies_of_both_kinds():
    two = lab.load("two-teams")
    found = switched(two, [name for name in switches(two) if "shop" not in name])
    assert [str(policy) for policy in found.cluster_policies] == [
        "ClusterNetworkPolicy let-monitoring-in",
        "ClusterNetworkPolicy closed-by-default",
    ]
    assert found.policies == ()


def test_ports_of_cluster_wide_rules_are_suggested():
    assert 9100 in known_ports(lab.load("two-teams"))
