"""A learner's progress: noted by one notebook, shown by another, in a real JupyterLab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from netpol_lab.progress import FILE
from netpol_lab.progress_file import read
from netpol_lab.scenario import read_exercise
from tests.browser.driving import Lab, jupyterlab, write_notebook

pytestmark = pytest.mark.browser

OPENING = 'import netpol_lab as lab\n\nshop = lab.load("three-tier")'
SOLVED = f"%%policy two-tiers\n{read_exercise('two-tiers').answer}"
NOTEBOOKS = {
    "00-start-here.ipynb": [OPENING, "lab.course_map()"],
    "02-three-tiers.ipynb": [OPENING, 'lab.exercise("two-tiers")', SOLVED],
    "solutions/02-three-tiers.ipynb": [OPENING, 'lab.exercise("two-tiers")', SOLVED],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's folder, in which nothing was done yet."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "solutions").mkdir()
    for name, sources in NOTEBOOKS.items():
        write_notebook(folder / name, sources)
    return folder


@pytest.fixture(scope="module")
def lab(browser: Browser, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab whose kernels keep progress, as a learner's do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NETPOL_LAB_PROGRESS", raising=False)
        with jupyterlab(folder, tmp_path_factory.mktemp("private")) as server:
            page = browser.new_page(viewport={"width": 1100, "height": 1000})
            page.set_default_timeout(15_000)
            yield Lab(page, server)
            page.close()


def test_a_page_with_solutions_notes_nothing(lab, folder):
    lab.open("solutions/02-three-tiers.ipynb")
    lab.run_all()
    assert not list(folder.rglob(FILE))


def test_what_is_solved_in_a_chapter_stands_on_the_map(lab, folder, artifacts):
    lab.open("02-three-tiers.ipynb")
    lab.run_all()
    assert read(folder / FILE).exercises["two-tiers"].solved
    assert json.loads((folder / FILE).read_text())["version"] == 1
    lab.open("00-start-here.ipynb")
    lab.run_all()
    row = lab.page.locator("tr", has_text="2. Three tiers")
    expect(row).to_contain_text("◐ begun: exercise solved")
    lab.page.screenshot(path=artifacts / "course-map.png")


def test_a_chapter_on_the_map_opens_by_a_click(lab):
    lab.page.locator(".jp-OutputArea-output a", has_text="2. Three tiers").first.click()
    expect(lab.page.locator(".lm-TabBar-tabLabel", has_text="02-three-tiers.ipynb")).to_be_visible()
