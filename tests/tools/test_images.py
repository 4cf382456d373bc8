"""images/ holds what the course draws now, and drawing again changes nothing."""

import struct
import subprocess
import sys
from pathlib import Path

import make_images
import pytest

from tests.helpers.places import ROOT

NAMES = ("no-network-policy", "network-policy", "default-deny", "policy-types")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    make_images.make_images(folder)
    return folder


def size(png: Path) -> tuple[int, int]:
    return struct.unpack(">II", png.read_bytes()[16:24])


def test_every_picture_comes_as_svg_and_as_png(fresh):
    wanted = {f"{name}{suffix}" for name in NAMES for suffix in (".svg", ".png")}
    assert {path.name for path in fresh.iterdir()} == wanted


def test_drawing_again_changes_no_byte(fresh):
    before = {path: path.read_bytes() for path in fresh.iterdir()}
    command = [sys.executable, str(ROOT / "tools" / "make_images.py"), str(fresh)]
    subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    assert before == {path: path.read_bytes() for path in fresh.iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_svg_is_what_the_course_draws_now(fresh, name):
    stored = (ROOT / "images" / f"{name}.svg").read_bytes()
    assert stored == (fresh / f"{name}.svg").read_bytes(), "run `make images`"


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_png_is_as_large_as_the_course_draws_it_now(fresh, name):
    """Its bytes may differ: every release of matplotlib smooths letters a little differently."""
    assert size(ROOT / "images" / f"{name}.png") == size(fresh / f"{name}.png")


def test_the_two_policies_let_nobody_but_the_neighbour_in():
    rows = make_images.pictures()["network-policy"].scene.traffic.rows
    into_db = {row.source: row.verdict for row in rows if row.destination == "shop/db"}
    assert into_db == {"203.0.113.7": "blocked", "shop/web": "blocked", "shop/backend": "allowed"}


def test_default_deny_leaves_nothing():
    rows = make_images.pictures()["default-deny"].scene.traffic.rows
    assert {row.verdict for row in rows} == {"blocked"}


def test_the_lines_for_the_readme_name_every_picture_with_words():
    lines = make_images.readme_lines()
    assert [line.partition("](images/")[2] for line in lines] == [f"{n}.svg)" for n in NAMES]
    assert "web to db" in lines[1]
