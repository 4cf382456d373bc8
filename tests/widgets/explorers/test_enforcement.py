"""With a plugin and without, and what plugins do differently, against the verdicts themselves."""

import pytest
from ipywidgets import Checkbox, Dropdown

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError
from netpol_lab.widgets.explorers.enforcement import CHOICES, said
from tests.helpers.boards import inside

SHOP = lab.load("three-tier")
BLOCK = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: by-block, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  ingress:
  - from: [{ipBlock: {cidr: 10.0.0.0/8}}]
    ports: [{port: 5000, endPort: 6000}]
"""


@pytest.fixture
def explorer():
    return lab.explore_enforcement(SHOP, port=5432)


def by_block():
    return lab.explore_enforcement(SHOP.with_policies(lab.load(BLOCK).policies), port=5432)


def test_without_a_plugin_everything_is_allowed(explorer):
    explorer.set(enforced=False)
    assert explorer.flows().splitlines()[0].startswith("TCP 5432: 6 of 6 connections allowed")
    assert explorer.different == ("shop/web -> shop/db", "shop/db -> shop/backend")


def test_what_the_plugin_changes_has_a_halo(explorer):
    assert 'data-changed="opened"' not in explorer.svg
    explorer.set(enforced=False)
    assert explorer.svg.count('data-changed="opened"') == 2


def test_without_a_plugin_nobody_is_isolated(explorer):
    explorer.set(enforced=False)
    assert "ingress isolated" not in explorer.draw().scene.desc
    assert all(
        "isolated" not in badge
        for node in explorer._shown.nodes
        for badge in node.badges
        if badge.endswith("isolated")
    )


def test_the_checkbox_does_what_set_does(explorer):
    (box,) = inside(explorer, Checkbox)
    box.value = False
    assert explorer.assumptions == lab.Assumptions(enforced=False)
    box.value = True
    assert explorer.different == ()


def test_only_choices_that_change_something_here_are_listed(explorer):
    assert list(inside(explorer, Dropdown)) == []
    captions = [made.description for made in inside(by_block(), Dropdown)]
    assert captions == ["An ipBlock around a pod's address", "endPort"]


@pytest.mark.parametrize("name", ["ip_block_matches_pods", "end_port"])
def test_a_plugin_that_differs_changes_what_the_verdicts_change(name):
    explorer = by_block()
    explorer.set(**{name: False})
    for arc in explorer._shown.arcs:
        ends = arc.source.name, arc.destination.name
        verdict = lab.evaluate(
            explorer._shown.traffic.answers.cluster,
            *ends,
            port=5432,
            assumptions=explorer.assumptions,
        )
        assert (arc.state == "allowed") is verdict.allowed
    assert explorer.different == ("shop/web -> shop/db", "shop/backend -> shop/db")


def test_choosing_from_a_list_does_what_set_does():
    explorer = by_block()
    first, _ = inside(explorer, Dropdown)
    first.value = False
    assert explorer.assumptions.ip_block_matches_pods is False
    assert "SEM-47" in explorer.summary


@pytest.mark.parametrize("wrong", [{"enforce": False}, {"end_port": None}, {"enforced": "no"}])
def test_a_wrong_choice_raises_and_changes_nothing(explorer, wrong):
    before = explorer.summary
    with pytest.raises(UnknownNameError):
        explorer.set(**wrong)
    assert explorer.summary == before


def test_the_table_has_every_choice_and_what_it_changes_here():
    lines = by_block().table().splitlines()
    assert lines[0].startswith("An ipBlock around a pod's address (the API compares addresses")
    assert "  does not match pods  2 connections differ" in lines
    assert "  is understood                 as by default" in lines
    assert len(lines) == sum(1 + len(answers) for _, answers in CHOICES.values())


def test_a_port_may_be_named_and_addresses_drawn():
    explorer = lab.explore_enforcement(SHOP, "postgres", outside=[("internet", "203.0.113.7")])
    assert "203.0.113.7  -> shop/db" in explorer.flows()


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_begins_with_the_default_and_has_its_sentence(name):
    caption, answers = CHOICES[name]
    assert next(iter(answers)) is getattr(lab.Assumptions(), name)
    for value, words in answers.items():
        assert said(name, lab.Assumptions(**{name: value})).startswith(f"{caption} {words} (")


def test_what_plugins_do_with_tiers_is_offered_where_it_matters():
    text = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}
---
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: default}
spec:
  tier: Baseline
  priority: 5
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
"""
    explorer = lab.explore_enforcement(lab.load(text))
    explorer.set(any_isolation_skips_baseline=True)
    assert len(explorer.different) == 2
    assert "Tier Baseline, for a pod isolated in the other direction only" in explorer.table()
