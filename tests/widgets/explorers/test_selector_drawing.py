"""Pods as cards in frames: nothing meets, and nothing moves when others match."""

import pytest

import netpol_lab as lab
from netpol_lab.pictures.shapes import Group
from netpol_lab.widgets.explorers.selector_facts import SelectorInput, ask
from tests.helpers.explored import faults, texts
from tests.helpers.pictured import cluster
from tests.widgets.explorers.test_selector_facts import ASKED, CLUSTER

LARGE = (CLUSTER, lab.load("market"), lab.load("three-tier"), cluster(20, 3), cluster(1))


@pytest.mark.parametrize("question", ASKED[::7], ids=lambda q: q.yaml + q.home)
def test_no_text_meets_another(question):
    assert faults(ask(CLUSTER, question)) == []


@pytest.mark.parametrize("crowd", LARGE, ids=repr)
def test_large_and_small_clusters_fit(crowd):
    home = next(iter(crowd.namespaces))
    assert faults(ask(crowd, SelectorInput(None, "{}", home))) == []


def cards(found):
    return {
        g.data[0][1]: g.shapes[0].box for g in found.sheet.shapes if isinstance(g, Group) and g.data
    }


def test_nothing_moves_when_other_pods_are_matched():
    some, none = (ask(CLUSTER, SelectorInput(text)) for text in ("{}", "{matchLabels: {x: z}}"))
    assert cards(some) == cards(none)


def test_what_is_matched_is_framed_and_said():
    found = ask(CLUSTER, SelectorInput("{matchLabels: {role: db}}", None, "shop"))
    groups = {g.data[0][1]: g for g in found.sheet.shapes if isinstance(g, Group) and g.data}
    lit, other = groups["pod:shop/db"], groups["pod:shop/web"]
    assert lit.shapes[0].style.width > other.shapes[0].style.width
    assert dict(lit.data)["verdict"] == "matched"


def test_every_namespace_shows_its_labels_and_the_policys_is_marked():
    words = [text.words for text in texts(ask(CLUSTER, SelectorInput("{}", None, "shop")).sheet)]
    assert "kubernetes.io/metadata.name=shop" in "".join(words)
    assert words.count("policy is here") == 1
    assert "no pods" in words
