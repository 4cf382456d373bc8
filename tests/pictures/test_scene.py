"""What a picture shows, its words, and that every text has its room."""

import subprocess
import sys
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError
from netpol_lab.pictures.scene import compose
from netpol_lab.pictures.shapes import Box, Group, Rect, Text
from netpol_lab.pictures.traffic import MOST_EXPLAINED
from tests.helpers.pictured import (
    INTERNET,
    LONG,
    LONG_LABELS,
    allow_all,
    cards,
    cluster,
    deny,
    from_role,
    inside,
    overlap,
    scenes,
)

SCENES = scenes()


@pytest.fixture
def shop():
    return lab.load("three-tier")


@pytest.fixture(params=SCENES, scope="module")
def scene(request):
    return SCENES[request.param]


def texts(shapes):
    for shape in shapes:
        if isinstance(shape, Group):
            yield from texts(shape.shapes)
        elif isinstance(shape, Text):
            yield shape


def kinds(shapes):
    """Return the build of a drawing without what a policy may change."""
    return [
        (type(s), s.kind, s.data[:1], kinds(s.shapes))
        if isinstance(s, Group)
        else (type(s), s.kind)
        for s in shapes
    ]


# ---------------------------------------------------------------- texts have their room


def test_every_text_lies_on_the_sheet(scene):
    sheet = Box(0, 0, scene.sheet.width, scene.sheet.height)
    assert [text for text in texts(scene.sheet.shapes) if not inside(text.box, sheet)] == []


def test_no_text_is_smaller_than_twelve_pixels(scene):
    assert min(text.size for text in texts(scene.sheet.shapes)) >= 12


def test_no_two_texts_lie_on_each_other(scene):
    boxes = [text.box.grown(-1) for text in texts(scene.sheet.shapes)]
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))


def test_every_text_of_a_card_lies_inside_it(scene):
    for card in cards(scene):
        border = card.shapes[0]
        if border.kind == "nl-card":
            assert all(inside(text.box, border.box.grown(-3)) for text in texts(card.shapes))


def test_every_badge_and_chip_is_wide_enough_for_its_text(scene):
    for card in cards(scene):
        for pill, text in zip(card.shapes[1:], card.shapes[2:], strict=False):
            if isinstance(pill, Rect) and isinstance(text, Text):
                assert inside(text.box, pill.box.grown(-1))


def test_a_name_that_has_to_be_cut_is_whole_in_the_tooltip():
    card = cards(compose(cluster(2, name=LONG, labels=LONG_LABELS)))[0]
    assert card.tooltip.splitlines() == [
        f"team-a/{LONG}-0",
        "app.kubernetes.io/name=payment-processing",
        "tier=backend",
        "hash=7d4b9c5",
    ]


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    name=st.text(min_size=1, max_size=70),
    labels=st.dictionaries(st.text(max_size=40), st.text(max_size=70), max_size=4),
)
def test_whatever_the_names_every_text_stays_in_its_card(counts, name, labels):
    made = compose(cluster(*counts, name=name, labels=labels))
    sheet = Box(0, 0, made.sheet.width, made.sheet.height)
    assert all(inside(text.box, sheet) for text in texts(made.sheet.shapes))
    for card in cards(made):
        if card.shapes[0].kind == "nl-card":
            assert all(inside(text.box, card.shapes[0].box) for text in texts(card.shapes))


# ---------------------------------------------------------------- what stays when policies change

TOGGLES = ([], [deny()], [allow_all()], [from_role("role-1")], [deny(), from_role("role-0")])


@pytest.mark.parametrize("counts", [(3,), (2, 2), (6,), (14,)])
def test_policies_change_nothing_in_the_build_of_a_picture(counts):
    before = cluster(*counts)
    made = [
        compose(cluster(*counts, policies=policies), outside=[INTERNET], before=before, live=True)
        for policies in TOGGLES
    ]
    builds = [kinds(scene.sheet.shapes) for scene in made]
    assert all(build == builds[0] for build in builds)
    assert len({(scene.sheet.width, scene.sheet.height) for scene in made}) == 1


@pytest.mark.parametrize("view", ["diagram", "matrix"])
def test_only_a_live_picture_keeps_room_for_what_may_happen(view):
    def height(**options):
        return compose(cluster(3, policies=[deny()]), view=view, **options).sheet.height

    assert height() < height(live=True) == height(live=True, before=cluster(3))


def test_the_same_question_gives_the_same_scene(shop):
    again = shop.with_policies(shop.policies)
    assert repr(compose(shop, 5432).sheet) == repr(compose(again, 5432).sheet)


# ---------------------------------------------------------------- diagram or matrix


def test_nine_endpoints_are_a_diagram_and_ten_a_matrix():
    assert cards(compose(cluster(9)))[0].shapes[0].kind == "nl-card"
    assert cards(compose(cluster(10)))[0].shapes[0].kind != "nl-card"


@pytest.mark.parametrize("view", ["diagram", "matrix"])
@pytest.mark.parametrize("count", [1, 2, 12])
def test_both_views_can_be_asked_for(view, count):
    scene = compose(cluster(count), view=view)
    assert (cards(scene)[0].shapes[0].kind == "nl-card") == (view == "diagram")


def test_another_view_is_refused_kindly(shop):
    with pytest.raises(UnknownNameError, match="Did you mean matrix"):
        compose(shop, view="matrx")


def test_a_cluster_without_pods_is_a_picture_too():
    for view in (None, "diagram", "matrix"):
        scene = compose(cluster(), view=view)
        assert scene.title == "TCP 80: 0 of 0 connections allowed"
        assert scene.text == scene.title


def test_one_pod_alone_is_a_picture_too():
    assert len(cards(compose(cluster(1)))) == 1


# ---------------------------------------------------------------- words


def test_the_title_has_the_numbers(shop):
    scene = compose(shop, 5432, before=shop.with_policies([]), title="Three tiers")
    assert scene.title == (
        "Three tiers, TCP 5432: 4 of 6 connections allowed, 2 blocked, 2 changed"
    )


def test_the_description_is_the_whole_picture_in_words(shop):
    assert compose(shop, 5432, outside=[INTERNET]).desc == (
        "Policies: backend-access-ingress, db-access-ingress. "
        "Internet, 203.0.113.7, outside the cluster. "
        "Pod web in namespace shop, not isolated. "
        "Pod backend in namespace shop, isolated for ingress. "
        "Pod db in namespace shop, isolated for ingress. "
        "From 203.0.113.7: allowed to shop/web; blocked to shop/backend, shop/db. "
        "From shop/web: allowed to 203.0.113.7, shop/backend; blocked to shop/db. "
        "From shop/backend: allowed to 203.0.113.7, shop/web, shop/db. "
        "From shop/db: allowed to 203.0.113.7, shop/web; blocked to shop/backend."
    )


def test_the_table_says_what_has_changed(shop):
    table = compose(shop, 5432, before=shop.with_policies([])).text
    assert table.splitlines()[2] == (
        "shop/web     -> shop/db       blocked  just closed  ingress: isolated by db-access-ingress"
    )


def test_of_very_many_connections_the_text_has_a_line_for_each_source():
    scene = compose(cluster(20, policies=[deny()]))
    lines = scene.text.splitlines()
    assert lines[0] == scene.title
    assert len(lines) == 1 + 20
    assert lines[1].startswith("From team-a/pod-0: blocked to team-a/pod-1, team-a/pod-2, ")


def test_the_columns_of_the_table_are_aligned(scene):
    lines = scene.text.splitlines()[1:]
    if len(scene.arcs) > MOST_EXPLAINED:
        return
    assert len(lines) == len(scene.arcs)
    assert len({line.index("->") for line in lines}) <= 1
    assert not any(line.endswith(" ") for line in lines)


def test_the_state_tells_programs_what_is_shown(shop):
    assert compose(shop, 5432).state == "TCP 5432|backend-access-ingress,db-access-ingress"
    assert compose(shop.with_policies([]), 5432).state == "TCP 5432|"


# ---------------------------------------------------------------- the graph, and what is imported


def test_the_graph_has_the_same_nodes_and_connections(shop):
    scene = compose(shop, 5432, outside=[INTERNET])
    graph = scene.graph()
    assert list(graph) == [node.name for node in scene.nodes]
    assert len(graph.edges) == len(scene.arcs)
    assert graph.nodes["shop/db"]["isolated"] == ("ingress isolated",)


def test_a_scene_needs_neither_networkx_nor_matplotlib_nor_numpy():
    code = (
        "import sys, netpol_lab as lab\n"
        "lab.draw(lab.load('three-tier')).svg\n"
        "print(sorted({'networkx', 'matplotlib', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
