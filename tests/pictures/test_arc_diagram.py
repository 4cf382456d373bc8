"""Cards and arcs: what is drawn how."""

import pytest

import netpol_lab as lab
from netpol_lab.model.objects import Direction
from netpol_lab.pictures.palette import INK, PAPER
from netpol_lab.pictures.scene import compose
from netpol_lab.pictures.shapes import Group, Rect, Text
from tests.helpers.pictured import INTERNET, allow_all, cards, cluster, deny


def badges(card):
    return {
        text.words: pill.style.fill
        for pill, text in zip(card.shapes, card.shapes[1:], strict=False)
        if isinstance(pill, Rect) and pill.kind == "nl-badge"
    }


def words(shapes):
    for shape in shapes:
        if isinstance(shape, Group):
            yield from words(shape.shapes) if shape.shown else ()
        elif isinstance(shape, Text):
            yield shape.words


@pytest.mark.parametrize("count", [3, 7])
def test_a_badge_is_dark_where_a_policy_isolates_and_an_outline_where_none_does(count):
    made = cluster(count, policies=[deny("team-a", Direction.INGRESS)])
    assert badges(cards(compose(made))[0]) == {"ingress isolated": INK, "egress open": PAPER}


def test_an_outside_node_has_a_dotted_border_and_no_badge():
    card = cards(compose(cluster(2), outside=[INTERNET]))[0]
    assert card.shapes[0].style.dash
    assert badges(card) == {}
    assert list(words([card])) == ["internet", "203.0.113.7"]


def test_a_host_network_pod_is_marked_in_words_and_by_its_border():
    made = lab.load(
        "kind: Pod\napiVersion: v1\nmetadata: {name: agent, namespace: shop}\n"
        "spec: {hostNetwork: true, containers: [{name: a, image: a}]}"
    )
    card = cards(compose(made))[0]
    assert card.shapes[0].style.dash
    assert "hostNetwork" in words([card])


def test_a_pod_without_labels_says_so():
    assert "no labels" in words(cards(compose(cluster(1, labels={}))))


def test_the_legend_shows_only_what_occurs_and_the_basics():
    before, now = cluster(2), cluster(2, policies=[deny()])
    calm, changed = (list(words(compose(now, before=b).sheet.shapes)) for b in (None, before))
    assert {"allowed", "blocked", "only what a rule admits", "everything"} <= set(calm)
    assert "undefined" not in changed
    assert "just opened, just closed" not in calm
    assert "just opened, just closed" in changed


def test_every_frame_says_namespace_or_none_does():
    roomy = list(words(compose(cluster(2, 2)).sheet.shapes))
    assert {"namespace team-a", "namespace team-b"} <= set(roomy)


def test_the_heading_has_the_port_or_the_title_and_the_numbers():
    made = cluster(2, policies=[allow_all()])
    assert list(words(compose(made).sheet.shapes)).count("TCP 80") == 1
    titled = list(words(compose(made, title="All may come").sheet.shapes))
    assert "All may come" in titled
    assert "TCP 80 · 2 of 2 connections allowed" in titled


def test_the_legend_explains_the_letters_of_tiers_where_there_are_some():
    assert "tiers Admin, Baseline have rules, too" in lab.draw(lab.load("two-teams")).svg
    assert "tiers Admin" not in lab.draw(lab.load("three-tier")).svg
