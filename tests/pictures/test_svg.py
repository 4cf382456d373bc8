"""The SVG: well-formed, the same bytes, safe with any text, and what the widget relies on."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError
from netpol_lab.model.objects import Namespace
from netpol_lab.pictures.scene import compose
from netpol_lab.pictures.svg import Picture, paint
from tests.helpers.pictured import INTERNET, cluster, deny, from_role

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = """</text><script>alert("1")</script>&amp;'\x00\x1b\u202e\ud800 ]]> שלום 支払い"""
PARTS = ["nl-halo", "nl-hit", "nl-line", "nl-head", "nl-mark"]


@pytest.fixture
def shop():
    return lab.load("three-tier")


@pytest.fixture(params=["diagram", "matrix"])
def view(request):
    return request.param


def parsed(scene):
    return ElementTree.fromstring(paint(scene))


def groups(root, kind):
    return [group for group in root.iter(f"{SVG}g") if group.get("class") == kind]


# ---------------------------------------------------------------- what the widget relies on


def test_the_root_says_what_it_is_and_what_it_shows(shop):
    root = parsed(compose(shop, 5432))
    assert (root.get("class"), root.get("role")) == ("nl-map", "img")
    assert root.get("data-state") == "TCP 5432|backend-access-ingress,db-access-ingress"
    assert root.get("aria-label") == root.find(f"{SVG}title").text
    assert root.find(f"{SVG}desc").text.startswith("Policies: backend-access-ingress")


def test_every_connection_is_a_group_with_its_data(shop, view):
    root = parsed(compose(shop, 5432, before=shop.with_policies([]), view=view))
    flow = groups(root, "nl-flow")[1]
    assert {name: value for name, value in flow.items() if name != "class"} == {
        "data-key": "flow:shop/web>shop/db",
        "data-source": "shop/web",
        "data-destination": "shop/db",
        "data-verdict": "blocked",
        "data-changed": "closed",
        "data-label": "shop/web to shop/db, TCP 5432, blocked, just closed",
    }


def test_every_endpoint_is_a_group_with_its_data(shop, view):
    root = parsed(compose(shop, 5432, view=view))
    db = groups(root, "nl-pod")[2]
    assert (db.get("data-key"), db.get("data-pod")) == ("pod:shop/db", "shop/db")
    assert db.get("data-label") == "pod db in namespace shop, isolated for ingress"


def test_a_connection_is_always_made_of_the_same_parts(view):
    policies = [deny(), from_role("role-0")]
    for chosen in ([], policies[:1], policies):
        root = parsed(compose(cluster(3, policies=chosen), view=view))
        for flow in groups(root, "nl-flow"):
            assert [part.get("class") for part in flow] == PARTS


def test_signs_and_glows_are_hidden_where_they_do_not_apply(shop, view):
    root = parsed(compose(shop, 5432, before=shop.with_policies([]), view=view))
    for flow in groups(root, "nl-flow"):
        halo, mark = flow[0], flow[4]
        assert (halo.get("visibility") == "hidden") == (flow.get("data-changed") == "none")
        assert (mark.get("visibility") == "hidden") == (flow.get("data-verdict") == "allowed")


def test_allowed_and_blocked_differ_in_more_than_colour(shop):
    flows = {f.get("data-verdict"): f for f in groups(parsed(compose(shop, 5432)), "nl-flow")}
    line, head = flows["blocked"][2], flows["blocked"][3]
    assert line.get("stroke-dasharray")
    assert head.get("fill") is None
    assert flows["allowed"][2].get("stroke-dasharray") is None
    assert flows["allowed"][3].get("fill")


def test_a_redraw_changes_attributes_and_words_only(view):
    def skeleton(policies):
        made = compose(cluster(4, policies=policies), outside=[INTERNET], view=view, live=True)
        return [(node.tag, node.get("class"), node.get("data-key")) for node in parsed(made).iter()]

    assert skeleton([]) == skeleton([deny()]) == skeleton([from_role("role-2")])


# ---------------------------------------------------------------- the text itself


def test_painting_twice_gives_the_same_bytes(shop):
    scenes = [compose(shop.with_policies(shop.policies), 5432) for _ in range(2)]
    assert paint(scenes[0]) == paint(scenes[1])


def test_numbers_have_one_decimal_at_most(view):
    svg = paint(compose(cluster(7), view=view))
    drawn = re.sub(r'data-[a-z]+="[^"]*"|aria-label="[^"]*"|<(title|desc)>.*?</\1>', "", svg)
    drawn = re.sub(r'opacity="[^"]*"', "", drawn)
    assert not re.search(r"\d\.\d\d|\de-?\d|-0[ \"L]", drawn)


def test_there_are_no_ids_no_markers_no_scripts_and_nothing_from_outside(view):
    root = parsed(compose(cluster(3), outside=[INTERNET], view=view))
    for node in root.iter():
        assert node.tag.removeprefix(SVG) in {
            *("svg", "title", "desc", "g", "rect", "circle", "path", "text")
        }
        assert not {"id", "href", "onclick", "onload"} & set(node.keys())
        assert "url(" not in "".join(node.attrib.values())


def hostile():
    made = cluster(3)
    pods = tuple(
        replace(pod, namespace=HOSTILE, name=f"{HOSTILE}{k}", labels={HOSTILE: HOSTILE})
        for k, pod in enumerate(made.pods)
    )
    return replace(made, namespaces={HOSTILE: Namespace(HOSTILE)}, pods=pods)


def test_hostile_names_stay_text(view):
    svg = paint(compose(hostile(), title=HOSTILE, view=view))
    root = ElementTree.fromstring(svg.encode("utf-8"))
    assert "script" not in {node.tag.removeprefix(SVG) for node in root.iter()}
    assert "<script" not in svg
    assert not re.search("[\x00\x1b\u202e]", svg)


def test_the_picture_brings_its_own_white_paper(shop, view):
    sheet = parsed(compose(shop, view=view)).find(f"{SVG}rect")
    assert sheet.get("fill") == "#ffffff"


def test_the_three_tier_picture_is_small(shop):
    assert len(paint(compose(shop, 5432))) < 16_000


# ---------------------------------------------------------------- pictures


def test_draw_gives_a_picture_that_shows_and_prints_the_same_facts(shop):
    picture = lab.draw(shop, 5432)
    bundle = picture._repr_mimebundle_()
    assert bundle == {"text/plain": str(picture), "image/svg+xml": paint(picture.scene, fluid=True)}
    assert repr(picture) == picture.text
    assert picture.text.startswith("TCP 5432: 4 of 6 connections allowed, 2 blocked\n")


def test_a_notebook_gets_the_picture_without_a_width_and_a_file_with_one(shop):
    picture = lab.draw(shop, 5432)
    shown = ElementTree.fromstring(picture._repr_mimebundle_()["image/svg+xml"])
    saved = ElementTree.fromstring(picture.svg)
    assert (shown.get("width"), shown.get("height")) == (None, None)
    assert shown.get("viewBox") == saved.get("viewBox")
    assert saved.get("viewBox") == f"0 0 {saved.get('width')} {saved.get('height')}"
    assert f"max-width:{saved.get('width')}px" in shown.get("style")


def test_draw_hands_on_every_option(shop):
    picture = lab.draw(shop, 53, "UDP", outside=[INTERNET], title="Names", view="matrix")
    assert picture.scene.title.startswith("Names, UDP 53: ")
    assert len(picture.scene.nodes) == 4


def test_a_picture_is_saved_as_svg(shop, tmp_path):
    picture = lab.draw(shop, 5432)
    path = picture.save(tmp_path / "shop.svg")
    assert path.read_text("utf-8") == picture.svg


@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_a_picture_is_saved_for_print(shop, tmp_path, suffix, magic):
    pytest.importorskip("matplotlib")
    path = lab.draw(shop, 5432).save(str(tmp_path / f"shop{suffix}"))
    assert path.read_bytes().startswith(magic)


def test_another_kind_of_file_is_refused_kindly(shop, tmp_path):
    with pytest.raises(UnknownNameError, match=r"shop\.gif.*has to end in \.svg, \.png or \.pdf"):
        lab.draw(shop).save(tmp_path / "shop.gif")


def test_a_picture_is_a_value(shop):
    scene = compose(shop)
    assert Picture(scene) == Picture(scene)
