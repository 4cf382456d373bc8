"""Groups of pods, and ranges joined."""

from ipaddress import ip_network

import pytest

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError
from netpol_lab.model.addresses import AddressRange
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Pod, Workload
from netpol_lab.reach.endpoint_index import EndpointIndex
from netpol_lab.reach.grouping import Groups, join_ranges, runs, workload_names

WEB = Workload("Deployment", "web")
PODS = (
    Pod("shop", "web-1", workload=WEB),
    Pod("shop", "web-2", workload=WEB),
    Pod("shop", "db"),
    Pod("blog", "db"),
)


def groups(by):
    return Groups(by, PODS, EndpointIndex([Cluster(pods=PODS)]))


def test_pods_stand_for_themselves():
    assert groups("pod").names == (*map(str, PODS), "0.0.0.0-255.255.255.255")


def test_pods_of_one_workload_are_one():
    found = groups("workload")
    assert found.names == ("shop/web", "shop/db", "blog/db", "0.0.0.0-255.255.255.255")
    assert found.members["shop/web"] == 0b11


def test_pods_of_one_namespace_are_one():
    assert groups("namespace").names == ("shop", "blog", "0.0.0.0-255.255.255.255")


def test_workloads_of_one_name_are_told_apart_by_kind():
    pods = [Pod("a", "web-1", workload=WEB), Pod("a", "web")]
    assert workload_names(pods) == {"a/web-1": "a/web[Deployment]", "a/web": "a/web[Pod]"}


def test_a_group_touches_itself_only_where_somebody_else_is_in_it():
    assert "shop/web" in groups("workload").touched("shop/web", 0b11, 0b11)
    assert "shop/web" not in groups("workload").touched("shop/web", 0b01, 0b01)
    assert "shop" in groups("namespace").touched("shop", 0b1, 0b10)
    assert "blog" not in groups("namespace").touched("blog", 0b1000, 0b1000)


def test_pairs_of_groups_are_those_of_their_ends_and_of_one_end_with_itself_none():
    found = groups("workload")
    assert [*found.pairs(0b0001, 0b0001)] == []
    assert [*found.pairs(0b0001, 0b0010)] == [("shop/web", "shop/web")]
    assert [*found.pairs(0b0011, 0b0001)] == [("shop/web", "shop/web")]
    assert [*found.pairs(0b0101, 0b1000)] == [("shop/web", "blog/db"), ("shop/db", "blog/db")]


def test_runs_are_of_neighbours_of_one_family():
    cidrs = ("0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "::/2", "4000::/2", "8000::/2")
    ranges = [AddressRange.of(ip_network(cidr)) for cidr in cidrs]
    last = "ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    assert [*runs([5, 0, 1, 2, 3, 4], ranges)] == [
        ((0, 1, 2), "0.0.0.0-191.255.255.255"),
        ((3, 4, 5), f"::-bfff:{last}"),
    ]
    assert [*runs([0, 2, 5], ranges)] == [
        ((0,), "0.0.0.0-63.255.255.255"),
        ((2,), "128.0.0.0-191.255.255.255"),
        ((5,), f"8000::-bfff:{last}"),
    ]


def test_joined_neighbours_open_the_same_and_are_as_few_as_can_be():
    rules = "\n---\n".join(map(BLOCK.format, ("a", "b"), ("10.0.0.0/8", "10.1.0.0/16")))
    reach = lab.reachability(lab.load(f"{rules}\n---\n{POD.format('a')}\n---\n{POD.format('b')}"))
    joined = [*join_ranges(reach.connections(), reach.index.ranges)]
    assert [tuple(c[:2]) for c in joined if c.ports] == [
        ("shop/a", "0.0.0.0-255.255.255.255"),
        ("shop/b", "0.0.0.0-255.255.255.255"),
        ("10.0.0.0-10.255.255.255", "shop/a"),
        ("10.1.0.0-10.1.255.255", "shop/b"),
    ]


POD = (
    "{{apiVersion: v1, kind: Pod, metadata: {{name: {0}, namespace: shop, labels: {{app: {0}}}}}}}"
)
BLOCK = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: to-{0}, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: {0}}}}}
  ingress: [{{from: [{{ipBlock: {{cidr: {1}}}}}]}}]
"""


@pytest.mark.parametrize("by", ["namespaces", "node", None], ids=str)
def test_another_grouping_is_refused_with_those_that_there_are(by):
    shop = lab.load("three-tier")
    reach = lab.reachability(shop)
    for ask in (
        lambda: list(reach.connections(by)),
        lambda: reach.out_of("web", by),
        lambda: reach.into("web", by),
        lambda: reach.blast_radius("web", by),
        lambda: reach.graph(by),
        lambda: lab.diff(shop, shop.with_policies([]), by=by).changes,
        lambda: lab.diff(shop, shop).put_together(by).summary,
    ):
        with pytest.raises(UnknownNameError, match=f'by "{by}": write pod, workload or namespace.'):
            ask()


def test_pods_that_may_not_exist_are_unsure_in_groups_alone():
    supposed = (*PODS, Pod("shop", "web-3", workload=WEB, supposed=True))
    index = EndpointIndex([Cluster(pods=supposed)])
    assert Groups("pod", supposed, index).unsure == 0
    assert Groups("workload", supposed, index).unsure == 1 << index.place_of["shop/web-3"]
