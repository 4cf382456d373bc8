"""The matplotlib painter shows what the SVG shows, and always writes the same bytes."""

import re
import subprocess
import sys
from collections import Counter
from xml.etree import ElementTree

import pytest

import netpol_lab as lab
from netpol_lab.errors import NetpolError
from netpol_lab.pictures.policy_types_table import policy_types
from netpol_lab.pictures.scene import compose
from netpol_lab.pictures.svg import Picture, paint
from tests.helpers.pictured import INTERNET, cluster, deny

matplotlib = pytest.importorskip("matplotlib")

from matplotlib import patches, text  # noqa: E402

from netpol_lab.pictures.matplotlib_painter import figure, painted  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def drawings():
    shop = lab.load("three-tier")
    return {
        "shop": compose(shop, 5432, outside=[INTERNET], before=shop.with_policies([])),
        "closed": compose(cluster(4, policies=[deny()])),
        "column": compose(cluster(3, 4, policies=[deny("team-b")])),
        "matrix": compose(cluster(6, 8, policies=[deny()])),
        "types": policy_types().scene,
    }


DRAWINGS = drawings()


@pytest.fixture(params=DRAWINGS)
def scene(request):
    return DRAWINGS[request.param]


def painted_in_svg(node):
    """Yield the elements of an SVG that can be seen."""
    if node.get("visibility") == "hidden" or node.get("pointer-events"):
        return
    yield node
    for child in node:
        yield from painted_in_svg(child)


def seen_in_svg(scene):
    nodes = list(painted_in_svg(ElementTree.fromstring(paint(scene))))
    tags = (node.tag.removeprefix(SVG) for node in nodes)
    kinds = (node.get("class") for node in nodes if node.tag != f"{SVG}g")
    return (
        Counter(tag for tag in tags if tag in ("rect", "circle", "path", "text")),
        Counter(kind for kind in kinds if kind and kind != "nl-map"),
        Counter(node.text for node in nodes if node.tag == f"{SVG}text"),
        Counter(node.get("stroke") for node in nodes if node.get("class") == "nl-line"),
    )


TAGS = {
    patches.FancyBboxPatch: "rect",
    patches.Circle: "circle",
    patches.PathPatch: "path",
    text.Text: "text",
}


def seen_in_figure(scene):
    (axes,) = figure(scene).axes
    artists = [artist for artist in axes.get_children() if type(artist) in TAGS]
    artists = [a for a in artists if a.get_label() is not None and a not in titles(axes)]
    lines = [a for a in artists if a.get_label() == "nl-line"]
    strokes = (matplotlib.colors.to_hex(line.get_edgecolor()) for line in lines)
    return (
        Counter(TAGS[type(artist)] for artist in artists),
        Counter(artist.get_label() for artist in artists if artist.get_label()),
        Counter(a.get_text() for a in artists if isinstance(a, text.Text)),
        Counter(strokes),
    )


def titles(axes):
    return {axes.title, axes._left_title, axes._right_title}


def test_it_shows_the_same_shapes_words_and_verdicts_as_the_svg(scene):
    svg, drawn = seen_in_svg(scene), seen_in_figure(scene)
    assert svg[:3] == drawn[:3]
    if scene is not DRAWINGS["matrix"]:  # there a verdict is a filled cell, not a line
        assert Counter({k.lower(): n for k, n in svg[3].items() if k}) == drawn[3]


def test_it_is_as_large_as_the_svg(scene):
    width, height = figure(scene).get_size_inches() * 96
    assert (width, height) == pytest.approx((scene.sheet.width, scene.sheet.height))


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_painting_twice_gives_the_same_bytes(suffix):
    assert painted(DRAWINGS["shop"], suffix) == painted(DRAWINGS["shop"], suffix)


def test_the_readers_own_settings_change_nothing():
    plain = painted(DRAWINGS["shop"], ".png")
    with matplotlib.rc_context({"font.family": "serif", "lines.scale_dashes": False}):
        assert painted(DRAWINGS["shop"], ".png") == plain


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_a_picture_holds_no_date_and_no_version(suffix):
    content = painted(DRAWINGS["shop"], suffix)
    assert not re.search(rb"matplotlib|CreationDate", content, re.IGNORECASE)


def test_dollars_in_names_are_not_mathematics():
    scene = compose(cluster(2, name="$x^2$", labels={"$": "\\frac"}))
    assert "$x^2$-0" in seen_in_figure(scene)[2]
    assert painted(scene, ".png")


def test_pyplot_and_its_state_are_left_alone():
    code = (
        "import sys, netpol_lab as lab\n"
        "from netpol_lab.pictures.matplotlib_painter import figure\n"
        "figure(lab.draw(lab.load('three-tier')).scene)\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_matplotlib_a_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NetpolError, match=r"pip install matplotlib.*\.svg"):
        Picture(DRAWINGS["shop"]).save(tmp_path / "shop.png")
