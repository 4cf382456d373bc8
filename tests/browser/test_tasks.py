"""A learner at the tasks of a chapter, with the mouse and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from netpol_lab.course.exercise_loader import find_exercise
from netpol_lab.course.practice.chapters import questions
from tests.browser.driving import Lab, Server, write_notebook

pytestmark = pytest.mark.browser

FLOWS = '[("web", "db"), ("backend", "db")]'
CELLS = [
    'import netpol_lab as lab\n\nshop = lab.load("three-tier")',
    f'lab.predict(shop, port=5432, flows={FLOWS}, chapter="02")',
    'lab.predict(lab.load("three-monitors"), port=9100, chapter="04")',
    'lab.exercise("two-tiers")',
    'lab.quiz("02")',
    "lab.explore_types()",
    "lab.course_map()",
]
LIST, GRID, EXERCISE, QUIZ, TYPES, MAP = range(1, len(CELLS))
RIGHT = {number + 1: question.right for number, question in enumerate(questions("02", 1))}
LETTERS = "abmyx"  # each of them, and dd, is a command to JupyterLab on a cell


@pytest.fixture(scope="module")
def lab(open_lab: Callable[[str], Lab], server: Server) -> Lab:
    """A notebook with every task, opened and run once."""
    write_notebook(server.folder / "tasks.ipynb", CELLS)
    lab = open_lab("tasks.ipynb")
    under(lab, MAP).get_by_role("link").first.wait_for()
    return lab


@pytest.fixture(autouse=True)
def cells_stay(lab: Lab) -> Iterator[None]:
    """No key typed on a task may be a command to JupyterLab."""
    yield
    assert lab.cells() == ["code"] * len(CELLS)


def under(lab: Lab, number: int) -> Locator:
    """Return what stands under a cell."""
    return lab.page.locator(".jp-Cell").nth(number).locator(".jp-Cell-outputWrapper")


def press(lab: Lab, *keys: str) -> None:
    for key in keys:
        lab.page.keyboard.press(key)


def run_again(lab: Lab, number: int) -> Locator:
    """Begin a task anew, and put the focus on its first control."""
    lab.page.locator(".jp-Cell").nth(number).locator(".jp-InputArea-prompt").click()
    lab.command("notebook:run-cell")
    lab.wait_until_idle()
    return under(lab, number)


def go_to(lab: Lab, part: Locator, at_most: int = 60) -> None:
    """Press Tab until a part has the focus."""
    for _ in range(at_most):
        if part.evaluate("node => node === document.activeElement"):
            return
        press(lab, "Tab")
    raise AssertionError("Tab does not reach it")


def start(lab: Lab, number: int) -> None:
    """Put the focus on the first control of a task, from where Tab goes on."""
    first = under(lab, number).locator("input, select, button, [tabindex='0'], a").first
    first.scroll_into_view_if_needed()
    first.focus()


# --- a prediction -----------------------------------------------------------------------------


def test_by_mouse_marks_are_checked_and_another_cluster_is_dealt(lab: Lab) -> None:
    task = run_again(lab, LIST)
    task.get_by_role("button", name="Check").click()
    expect(task.get_by_role("status")).to_have_text("2 connections are not marked yet.")
    for name in ("web -> db", "backend -> db"):
        task.get_by_role("radiogroup", name=name).get_by_label("allowed").click()
    task.get_by_role("button", name="Check").click()
    said = task.get_by_role("status")
    expect(said).to_contain_text("1 of 2 right")
    expect(said).to_contain_text("no rule admits shop/web")
    expect(task.get_by_role("img")).to_be_visible()
    task.get_by_role("button", name="Another one").click()
    expect(task.get_by_role("note")).to_contain_text("Easy")
    expect(task.get_by_role("img")).to_have_count(0)


def test_by_keyboard_marks_are_checked(lab: Lab) -> None:
    task = run_again(lab, LIST)
    start(lab, LIST)
    press(lab, *LETTERS, "d", "d", "ArrowRight")
    first = task.get_by_role("radiogroup", name="web -> db")
    expect(first.get_by_label("blocked")).to_be_checked()
    press(lab, "Tab", "Space")
    expect(task.get_by_role("radio", name="allowed").last).to_be_checked()
    go_to(lab, task.get_by_role("button", name="Check"))
    press(lab, *LETTERS, "d", "d", "Enter")
    expect(task.get_by_role("status")).to_contain_text("2 of 2 right")
    go_to(lab, task.get_by_role("combobox", name="Level"))
    press(lab, "m", "Shift+Tab", "Space")
    expect(task.get_by_role("note")).to_contain_text("Medium")


def test_by_keyboard_a_grid_is_filled(lab: Lab) -> None:
    task = run_again(lab, GRID)
    start(lab, GRID)
    lists = task.locator("select[title]")
    for _ in range(lists.count()):
        press(lab, "ArrowDown", "Tab")
    expect(lists.last).to_have_value("allowed")
    press(lab, "Enter")
    expect(task.get_by_role("status")).to_contain_text("of 20 right on TCP 9100.")
    assert lists.nth(0).get_attribute("aria-label") == "shop/api -> shop/monitor"


def test_by_mouse_a_grid_is_filled(lab: Lab) -> None:
    task = run_again(lab, GRID)
    lists = task.locator("select[title]")
    lists.first.select_option("blocked")
    task.get_by_role("button", name="Check").click()
    expect(task.get_by_role("status")).to_have_text("19 connections are not marked yet.")


# --- an exercise ------------------------------------------------------------------------------


def test_by_mouse_hints_come_one_after_the_other_and_then_the_answer(lab: Lab) -> None:
    task = run_again(lab, EXERCISE)
    for number in range(1, len(find_exercise("two-tiers").file.hints or ()) + 1):
        task.get_by_role("button", name="Hint").click()
        expect(task.get_by_role("status")).to_have_count(number)
    expect(task.get_by_role("button", name="Hint")).to_be_disabled()
    task.get_by_role("button", name="Worked answer").click()
    expect(task.get_by_role("status").last).to_contain_text("kind: NetworkPolicy")


def test_by_keyboard_hints_are_asked_for(lab: Lab) -> None:
    task = run_again(lab, EXERCISE)
    start(lab, EXERCISE)
    press(lab, *LETTERS, "d", "d", "Space")
    expect(task.get_by_role("status")).to_have_count(1)
    press(lab, "Tab", "Enter")
    expect(task.get_by_role("status").last).to_contain_text("kind: NetworkPolicy")


# --- a quiz -----------------------------------------------------------------------------------


def test_by_mouse_questions_are_answered_and_replaced(lab: Lab) -> None:
    task = run_again(lab, QUIZ)
    for number, right in RIGHT.items():
        group = task.get_by_role("radiogroup").nth(number - 1)
        group.get_by_label(right, exact=True).click()
    task.get_by_role("button", name="Check").click()
    expect(task.get_by_text("3 of 3 right.")).to_be_visible()
    expect(task.get_by_role("status")).to_have_count(3)
    task.get_by_role("button", name="Three others").click()
    expect(task.get_by_role("status")).to_have_count(0)


def test_by_keyboard_a_question_is_answered(lab: Lab) -> None:
    task = run_again(lab, QUIZ)
    start(lab, QUIZ)
    choices = task.get_by_role("radiogroup").first.get_by_role("radio")
    go_to(lab, choices.first)
    press(lab, "Space", *LETTERS, "d", "d", "ArrowDown")
    expect(choices.nth(1)).to_be_checked()
    expect(choices.nth(0)).not_to_be_checked()
    go_to(lab, task.get_by_role("button", name="Check"))
    press(lab, "Space")
    expect(task.get_by_role("status")).to_contain_text("Question 1:")
    expect(task.get_by_text("2 not answered yet.")).to_be_visible()


# --- policyTypes, and the map -------------------------------------------------------------------


def test_by_mouse_a_policy_is_written_otherwise(lab: Lab) -> None:
    task = run_again(lab, TYPES)
    task.get_by_role("combobox", name="egress").select_option("filled")
    expect(task.get_by_role("status").first).to_contain_text("  egress:")
    expect(task.get_by_role("status").nth(1)).to_contain_text("stored: [Ingress, Egress]")


def test_by_keyboard_a_policy_is_written_otherwise(lab: Lab) -> None:
    task = run_again(lab, TYPES)
    start(lab, TYPES)
    press(lab, "b", "Tab", "Tab", "ArrowDown", "ArrowDown", "ArrowDown")
    expect(task.get_by_role("combobox", name="policyTypes")).to_have_value("[Egress]")
    expect(task.get_by_role("status").nth(1)).to_contain_text("stored: [Egress]")
    go_to(lab, task.locator("[data-key]").first)
    press(lab, "Enter")
    expect(task.locator(".nl-why:visible")).to_contain_text("lab/")


def test_by_keyboard_every_chapter_on_the_map_is_reached(lab: Lab) -> None:
    links = under(lab, MAP).get_by_role("link")
    start(lab, MAP)
    go_to(lab, links.nth(11))
    expect(links.nth(11)).to_have_text("11. Your cluster")


def test_nothing_left_this_machine_and_nothing_went_wrong(lab: Lab) -> None:
    assert lab.outside() == []
    assert lab.errors == []
