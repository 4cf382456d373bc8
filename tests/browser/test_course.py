"""A learner's way through a chapter, and their progress: the real notebooks in a JupyterLab."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from netpol_lab.course.exercise_loader import find_exercise
from netpol_lab.course.practice.chapters import questions
from netpol_lab.course.progress import FILE
from netpol_lab.course.progress_file import read
from tests.browser.driving import ROOT, Lab, jupyterlab, write_notebook

pytestmark = pytest.mark.browser

MAP, CHAPTER, OTHER = "00-start-here.ipynb", "04-who-is-meant.ipynb", "02-three-tiers.ipynb"
OPENING = 'import netpol_lab as lab\n\nshop = lab.load("three-tier")'
SOLVED = f"%%policy two-tiers\n{find_exercise('two-tiers').file.answer}"
SMALL = [OPENING, 'lab.exercise("two-tiers")', SOLVED]
MARKS = {"shop/monitor": True, "ops/monitor": True, "ops/debug": False, "dev/monitor": False}
ANSWER = find_exercise("only-the-reader").file.answer.strip()
TWO_PEERS = ANSWER.replace("      podSelector:\n", "    - podSelector:\n")
FIRST_LINES = "%%policy only-the-reader\n# Mine.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's folder, in which nothing was done yet."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "solutions").mkdir()
    for name in (MAP, CHAPTER):
        shutil.copy(ROOT / "notebooks" / name, folder)
    for name in (OTHER, f"solutions/{OTHER}"):
        write_notebook(folder / name, SMALL)
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


def cell(lab: Lab, line: str) -> Locator:
    """Return the code cell of the notebook in front that has a line."""
    notebook = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    return notebook.locator(".jp-CodeCell").filter(has=lab.page.get_by_text(line)).first


def type_into(lab: Lab, task: Locator, text: str) -> None:
    """Replace what stands in a cell, key by key; what JupyterLab indents by itself goes away."""
    keyboard = lab.page.keyboard
    task.locator(".cm-content").click()
    keyboard.press("Control+a")
    for number, line in enumerate(text.splitlines()):
        if number:
            keyboard.press("Enter")
            keyboard.press("Shift+Home")
        keyboard.type(line)


def source(lab: Lab, task: Locator) -> str:
    """Return the text of a cell, as it would be saved."""
    number = task.evaluate(
        "node => [...node.parentElement.querySelectorAll('.jp-Cell')].indexOf(node)"
    )
    got = "n => window.jupyterapp.shell.currentWidget.content.model.cells.get(n).sharedModel.source"
    return str(lab.page.evaluate(got, number))


def restart_kernel(lab: Lab) -> None:
    lab.page.evaluate(
        "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
        ".then(() => null)"
    )
    lab.wait_until_idle()


def on_the_map(lab: Lab, chapter: str) -> Locator:
    return cell(lab, "course_map").locator("tr", has_text=chapter)


# --- progress, from one page to another -----------------------------------------------------


def test_a_page_with_solutions_notes_nothing(lab: Lab, folder: Path) -> None:
    lab.open(f"solutions/{OTHER}")
    lab.run_all()
    assert not list(folder.rglob(FILE))


def test_what_is_solved_in_a_chapter_stands_on_the_map(
    lab: Lab, folder: Path, artifacts: Path
) -> None:
    lab.open(OTHER)
    lab.run_all()
    assert read(folder / FILE).exercises["two-tiers"].solved
    assert json.loads((folder / FILE).read_text())["version"] == 1
    lab.open(MAP)
    lab.run_all()
    expect(on_the_map(lab, "2. Three tiers")).to_contain_text("◐ begun: exercise solved")
    lab.page.screenshot(path=artifacts / "course-map.png")


def test_a_chapter_on_the_map_opens_by_a_click(lab: Lab) -> None:
    on_the_map(lab, "4. Who is meant?").get_by_role("link").click()
    expect(lab.page.locator(".lm-TabBar-tabLabel", has_text=CHAPTER)).to_be_visible()
    lab.wait_until_idle()


# --- a whole chapter ------------------------------------------------------------------------


def test_every_cell_runs_one_after_the_other(lab: Lab) -> None:
    lab.open(CHAPTER)
    lab.command("notebook:clear-all-cell-outputs")
    lab.page.locator(".jp-Cell").first.click()
    for _ in lab.cells():
        lab.page.keyboard.press("Shift+Enter")
    lab.wait_until_idle()
    assert lab.page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    counts = lab.page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    assert [text for text in counts if not text.strip("[]:").isdecimal()] in ([], ["[ ]:"])


def test_a_wrong_guess_is_answered_by_reasons(lab: Lab, folder: Path) -> None:
    task = cell(lab, "lab.predict(")
    for source_, allowed in MARKS.items():
        group = task.get_by_role("radiogroup", name=f"{source_} -> shop/api")
        group.get_by_label("allowed" if allowed else "blocked").click()
    task.get_by_role("button", name="Check").click()
    said = task.get_by_role("status")
    expect(said).to_contain_text("3 of 4 right on TCP 9100.")
    expect(said).to_contain_text("you marked it blocked, it is allowed.")
    expect(said).to_contain_text("its rule 1 admits ops/debug")
    assert read(folder / FILE).predictions["04"].rounds == 1


def test_another_cluster_is_dealt(lab: Lab) -> None:
    task = cell(lab, "lab.predict(")
    task.get_by_role("button", name="Another one").click()
    expect(task.get_by_role("note")).to_contain_text("kind: NetworkPolicy")
    expect(task.get_by_role("img")).to_have_count(0)


def test_a_hint_is_opened(lab: Lab, folder: Path) -> None:
    task = cell(lab, "lab.exercise(")
    task.get_by_role("button", name="Hint").click()
    expect(task.get_by_role("status")).to_contain_text("Hint 1 of 2")
    assert read(folder / FILE).exercises["only-the-reader"].hints == 1


def test_a_policy_with_two_peers_is_answered_by_the_wrong_connection(lab: Lab) -> None:
    task = cell(lab, "%%policy")
    type_into(lab, task, FIRST_LINES + TWO_PEERS)
    assert source(lab, task) == FIRST_LINES + TWO_PEERS
    lab.page.keyboard.press("Control+Enter")
    said = task.locator(".jp-OutputArea-output")
    expect(said).to_contain_text("not solved yet: ")
    expect(said).to_contain_text("should be blocked, and is allowed.")


def test_the_mended_policy_solves_it(lab: Lab, folder: Path, artifacts: Path) -> None:
    task = cell(lab, "%%policy")
    type_into(lab, task, FIRST_LINES + ANSWER)
    lab.page.keyboard.press("Control+Enter")
    expect(task.locator(".jp-OutputArea-output")).to_contain_text("solved: ")
    assert read(folder / FILE).exercises["only-the-reader"].solved
    task.screenshot(path=artifacts / "chapter-solved.png")


def test_the_questions_are_answered(lab: Lab, folder: Path) -> None:
    task = cell(lab, "lab.quiz(")
    for number, question in enumerate(questions("04", 1)):
        group = task.get_by_role("radiogroup").nth(number)
        group.get_by_label(question.right, exact=True).click()
    task.get_by_role("button", name="Check").click()
    expect(task.get_by_text("3 of 3 right.")).to_be_visible()
    assert "04" in read(folder / FILE).quizzes


def test_nothing_went_wrong(lab: Lab) -> None:
    """Up to here: for views of a kernel that is gone, JupyterLab itself writes errors."""
    assert lab.errors == []


def test_what_was_typed_outlives_the_page_and_the_kernel(lab: Lab) -> None:
    lab.page.keyboard.press("Control+s")
    lab.wait_until(
        lambda: not lab.page.evaluate("window.jupyterapp.shell.currentWidget.context.model.dirty")
    )
    lab.open(CHAPTER)
    restart_kernel(lab)
    assert source(lab, cell(lab, "%%policy")) == FIRST_LINES + ANSWER


def test_the_map_shows_it_before_and_after_a_new_kernel(lab: Lab, artifacts: Path) -> None:
    lab.open(MAP)
    for _ in range(2):
        restart_kernel(lab)
        lab.command("notebook:clear-all-cell-outputs")
        lab.run_all()
        row = on_the_map(lab, "4. Who is meant?")
        expect(row).to_contain_text("✓ finished")
        for part in ("predict 3 of 4", "exercise solved", "quiz 3 of 3"):
            expect(row).to_contain_text(part)
    cell(lab, "course_map").screenshot(path=artifacts / "course-map-finished.png")


def test_two_pages_at_once_keep_each_others_progress(lab: Lab, folder: Path) -> None:
    lab.open_beside(OTHER)
    lab.run_all()
    lab.open_beside(CHAPTER)
    lab.run_all()
    found = read(folder / FILE)
    assert found.exercises["two-tiers"].solved
    assert found.exercises["only-the-reader"].solved
    assert (found.predictions["04"].rounds, "04" in found.quizzes) == (1, True)


def test_nothing_left_this_machine(lab: Lab) -> None:
    assert lab.outside() == []
