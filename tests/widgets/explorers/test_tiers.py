"""The explorer of tiers: lists, checkboxes, numbers and code ask the same."""

import ipywidgets
import pytest

import netpol_lab as lab
from netpol_lab.errors import FlowError, NetpolError, UnknownNameError
from netpol_lab.widgets.explorers.tiers import MOST_SWITCHES
from tests.helpers.boards import html_of, inside
from tests.widgets.explorers.test_tiers_drawing import MANY


@pytest.fixture
def explorer():
    return lab.explore_tiers()


def named(explorer, kind, words):
    return next(made for made in inside(explorer, kind) if made.description == words)


def test_without_a_cluster_there_is_a_platform_team_and_an_app_team(explorer):
    assert explorer.fall.title == "blog/page -> shop/db on TCP 5432: blocked"
    assert explorer.gates["ingress Admin"] == "denied"


def test_a_checkbox_switches_a_policy(explorer):
    named(explorer, ipywidgets.Checkbox, "ClusterNetworkPolicy guard-the-shop").value = False
    assert explorer.gates["ingress Admin"] == "nothing matches"
    assert explorer.fall.outcome == "allowed"


def test_a_number_changes_a_priority_and_with_it_who_goes_first(explorer):
    explorer.set(source="prometheus", port=9100)
    assert explorer.fall.outcome == "allowed"
    first = next(inside(explorer, ipywidgets.BoundedIntText))
    first.value = 30
    assert explorer.fall.outcome == "blocked"
    first.value = 20
    assert explorer.gates["ingress Admin"] == "left open"


def test_lists_and_code_let_another_flow_fall(explorer):
    named(explorer, ipywidgets.Dropdown, "To").value = "shop/web"
    named(explorer, ipywidgets.Dropdown, "Port").value = 8080
    assert explorer.fall.title == "blog/page -> shop/web on TCP 8080: allowed"
    explorer.set(destination="203.0.113.7", port=443, protocol="udp")
    assert explorer.fall.title == "blog/page -> 203.0.113.7 on UDP 443: allowed"
    assert named(explorer, ipywidgets.Dropdown, "To").value == "203.0.113.7"


def test_what_is_not_mentioned_stays(explorer):
    explorer.set(policies={"guard-the-shop": False})
    explorer.set(port=6379)
    assert "ClusterNetworkPolicy guard-the-shop" not in explorer.fall.inputs.on
    explorer.set(policies={"guard-the-shop": True})
    assert explorer.gates["ingress Admin"] == "denied"


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        ({"policies": {"guard": True}}, UnknownNameError, 'no policy "guard"'),
        ({"priorities": {"guard-the-shop": 1001}}, NetpolError, "numbers from 0 to 1000"),
        ({"priorities": {"api-for-the-blog": 5}}, NetpolError, "which has no priority"),
        ({"source": "nobody"}, UnknownNameError, "nobody"),
        ({"port": 70000}, FlowError, "70000"),
    ],
)
def test_what_cannot_be_asked_changes_nothing(explorer, asked, kind, words):
    before = explorer.summary
    with pytest.raises(kind, match=words):
        explorer.set(**asked)
    assert explorer.summary == before


def test_a_flow_is_chosen_where_none_is_named():
    assert lab.explore_tiers(lab.load("three-tier")).fall.title.startswith(
        "shop/web -> shop/backend"
    )
    to = lab.explore_tiers(lab.load("three-tier"), destination="web").fall.title
    assert to == "shop/backend -> shop/web on TCP 80: allowed"


def test_of_many_policies_the_first_have_switches_and_the_rest_are_counted():
    explorer = lab.explore_tiers(MANY)
    assert len([*inside(explorer, ipywidgets.Checkbox)]) == MOST_SWITCHES
    assert (
        f"{len(MANY.cluster_policies) - MOST_SWITCHES} more policies have no switch here"
        in html_of(explorer)
    )
    explorer.set(policies={"p-12": False})
    assert explorer.fall.outcome == "allowed"


def test_one_pod_alone_is_told_to_name_an_address():
    alone = lab.load("{apiVersion: v1, kind: Pod, metadata: {name: web}}")
    with pytest.raises(UnknownNameError, match="name an address as well"):
        lab.explore_tiers(alone)


def test_a_service_has_no_gates_of_its_own():
    with pytest.raises(FlowError, match="name one of its pods"):
        lab.explore_tiers(lab.load("market"), destination="svc/cart/store")


def test_it_leaves_its_words_and_its_picture_in_a_notebook(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert data["text/plain"] == explorer.summary
    assert data["image/svg+xml"].startswith("<svg")


def test_a_switch_says_the_tier_and_a_kind_without_a_priority_has_no_field_for_one():
    alone = """
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec:
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
"""
    explorer = lab.explore_tiers(lab.load("three-tier", alone), "shop/web", "shop/db", 5432)
    (name,) = (name for name in explorer._switches if name.startswith("Baseline"))
    switch = explorer._switches[name]
    assert len(switch.controls) == 1
    assert "tier Baseline; every pod" in switch.children[-2].value
    with pytest.raises(NetpolError, match="has no priority: that kind stands alone"):
        explorer.set(priorities={name: 5})
    guard = lab.explore_tiers()._switches["ClusterNetworkPolicy guard-the-shop"]
    assert len(guard.controls) == 2
    assert "tier Admin; every pod of namespaces with team=shop" in guard.children[-2].value
