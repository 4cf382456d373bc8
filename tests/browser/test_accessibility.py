"""Every kind of thing that stands under a cell, in both themes, judged by axe-core."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tests.browser.axe import load_axe, violations
from tests.browser.driving import Lab, Server, write_notebook

pytestmark = pytest.mark.browser

OPENING = """import netpol_lab as lab
from IPython.display import HTML

shop = lab.load("three-tier")
neighbours = lab.load("neighbours")"""
GUESS = 'guess = lab.predict(shop, port=5432, flows=[("web", "db"), ("db", "web")], chapter="04")'
GRID = 'grid = lab.predict(lab.load("three-monitors"), port=9100, chapter="04")'
MARKED = """for source in ("shop/api", "shop/monitor", "ops/monitor", "ops/debug", "dev/monitor"):
    for to in ("shop/api", "shop/monitor", "ops/monitor", "ops/debug", "dev/monitor"):
        if source != to:
            grid.mark(source, to, allowed=to != "shop/api")"""
ONLY_IN = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: library}
spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{}]}"""
CELLS = {
    "board": "lab.explore(shop, port=5432, on=[])",
    "board, why": """board = lab.explore(shop, port=5432)
board.choose("web", "db")
board._on_change(None)
board""",
    "board without anywidget": """still = lab.explore(shop, port=5432, picture="html")
still.choose("web", "db")
still""",
    "why": "board.why()",
    "prediction": f"{GUESS}\nguess",
    "prediction, checked": f"""{GUESS}
guess.mark("web", "db", allowed=True)
guess.mark("db", "web", allowed=True)
guess.check()
guess""",
    "prediction, another one": f"{GUESS}\nguess.another()\nguess",
    "grid": f"{GRID}\ngrid",
    "grid, checked": f"{GRID}\n{MARKED}\ngrid.check()\ngrid",
    "exercise": 'lab.exercise("two-tiers")',
    "exercise, all help": """task = lab.exercise("two-tiers")
for _ in task.file.hints:
    task.hint()
task.answer()
task""",
    "nothing written": "%%policy two-tiers\n# nothing yet",
    "refused": "%%policy two-tiers\nkind: NetworkPolicy",
    "a wrong connection": f"%%policy two-tiers\n{ONLY_IN}",
    "solved": "task.check(task.file.answer)",
    "quiz": 'lab.quiz("04")',
    "quiz, two variants": 'lab.quiz("05")',
    "quiz, answered": """quiz = lab.quiz("04")
quiz.answer(1, quiz.questions[0].right)
quiz.answer(2, next(c for c in quiz.questions[1].choices if c != quiz.questions[1].right))
quiz.check()
quiz""",
    "comparison": "lab.compare(shop.with_policies([]), shop, port=5432)",
    "policyTypes": "lab.explore_types()",
    "table of policyTypes": "lab.explore_types().table()",
    "selectors": 'lab.explore_selector(neighbours, home="shop")',
    "ports": 'lab.explore_ports(lab.load("market"), "catalog/api")',
    "blocks": 'lab.explore_block("10.0.0.0/8", ["10.1.0.0/16"], addresses=["10.1.2.3"])',
    "enforcement": "lab.explore_enforcement(shop, port=5432)",
    "tiers": "lab.explore_tiers()",
    "map of the course": "lab.course_map()",
    "picture": "lab.draw(shop, port=5432)",
    "heat map": "lab.plot_matrix(shop)",
    "exposure": "lab.plot_exposure(shop)",
    "coverage": "lab.plot_coverage(shop)",
    "findings": "lab.lint(shop)",
    "review": 'lab.review("kind: NetworkPolicy")',
    "verdict": 'lab.evaluate(shop, "web", "db", port=5432)',
    "check of the set-up": "lab.check_setup()",
}
FAULTS = {
    "svg-img-alt": "HTML(\"<svg role='img' width='40' height='40'></svg>\")",
    "label": "HTML(\"<input type='text'>\")",
    "color-contrast": "HTML(\"<p style='color: #999; background: #aaa'>Can you read this?</p>\")",
}


@pytest.fixture(scope="module")
def lab(open_lab: Callable[[str], Lab], server: Server) -> Lab:
    """A notebook with one cell for each kind, opened and run once; then the faults."""
    sources = [OPENING, *CELLS.values(), *FAULTS.values()]
    write_notebook(server.folder / "kinds.ipynb", sources)
    lab = open_lab("kinds.ipynb")
    under(lab, len(CELLS) + len(FAULTS)).locator("p").wait_for()
    lab.page.locator(".nl-board svg.nl-map").last.wait_for()
    load_axe(lab.page)
    return lab


@pytest.fixture(scope="module", params=["Light", "Dark"])
def theme(lab: Lab, request: pytest.FixtureRequest) -> str:
    lab.change_theme(request.param)
    return str(request.param)


def under(lab: Lab, number: int) -> Locator:
    """Return what stands under a cell."""
    return lab.page.locator(".jp-Cell").nth(number).locator(".jp-Cell-outputWrapper")


@pytest.mark.parametrize("number", range(len(CELLS)), ids=CELLS)
def test_everybody_can_use(lab: Lab, theme: str, number: int, artifacts: Path) -> None:
    shown = under(lab, number + 1)
    shown.scroll_into_view_if_needed()
    assert shown.locator(".jp-OutputArea-output > *").count() > 0
    assert shown.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert violations(shown) == []
    shown.screenshot(path=artifacts / f"{theme.lower()}-{list(CELLS)[number]}.png")


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=FAULTS)
def test_a_fault_would_be_found(lab: Lab, number: int) -> None:
    shown = under(lab, len(CELLS) + 1 + number)
    shown.scroll_into_view_if_needed()  # colours of what is out of sight are not looked at
    (found,) = violations(shown)
    assert found.startswith(list(FAULTS)[number])


def test_radio_buttons_are_a_group_with_the_name_of_their_question(lab: Lab) -> None:
    marks = under(lab, 1 + list(CELLS).index("prediction")).get_by_role("radiogroup")
    assert marks.evaluate_all("all => all.map(one => one.ariaLabel)") == ["web -> db", "db -> web"]
    choices = under(lab, 1 + list(CELLS).index("quiz")).get_by_role("radiogroup")
    names = choices.evaluate_all("all => all.map(one => one.ariaLabel[0])")
    assert names == ["1", "2", "3"]


def test_a_picture_has_its_facts_as_alternative_text(lab: Lab) -> None:
    picture = under(lab, 1 + list(CELLS).index("picture")).get_by_role("img")
    words = picture.get_attribute("alt") or ""
    assert words.startswith("TCP 5432: 4 of 6 connections allowed, 2 blocked")


def test_nothing_left_this_machine_and_nothing_went_wrong(lab: Lab) -> None:
    assert lab.outside() == []
    assert lab.errors == []
