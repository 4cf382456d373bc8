"""A learner at the board of the three-tier shop, with mouse and keyboard, in a real JupyterLab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import CHAPTER
from tests.browser.driving import BoardInPage, Lab, board_in, colours

pytestmark = pytest.mark.browser

NOTEBOOK = CHAPTER.name if CHAPTER.exists() else "own.ipynb"
NOBODY = "TCP 5432|"
DB = "TCP 5432|db-access-ingress"
WEB_TO_DB = "shop/web>shop/db"
BACKEND_TO_DB = "shop/backend>shop/db"


@pytest.fixture(scope="module")
def lab(open_lab: Callable[[str], Lab]) -> Lab:
    """The notebook, opened and run once for all tests of this module."""
    return open_lab(NOTEBOOK)


@pytest.fixture
def board(lab: Lab) -> Iterator[BoardInPage]:
    """The board with no policy on, nothing chosen and no focus inside; left so as well."""
    board = board_in(lab.page)
    reset(board)
    yield board
    reset(board)


def reset(board: BoardInPage) -> None:
    board.page.keyboard.press("Escape")
    board.page.mouse.move(1, 1)
    for box in board.root.get_by_role("checkbox", name="-access-ingress").all():
        box.uncheck()
    board.protocol.select_option("TCP")
    board.port.fill("5432")
    board.port.press("Enter")
    board.wait_for_state(NOBODY)
    board.pod("shop/web").focus()
    board.page.keyboard.press("Escape")
    expect(board.why).to_contain_text("Choose an arrow")
    board.page.evaluate("document.activeElement.blur()")


# --- what is there --------------------------------------------------------------------------


def test_run_all_leaves_no_error(lab: Lab) -> None:
    assert lab.page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0


def test_lines_of_text_on_its_page_break_between_words(lab: Lab, board: BoardInPage) -> None:
    text = lab.page.locator(".jp-RenderedText pre").first
    assert text.evaluate("node => getComputedStyle(node).wordBreak") == "normal"


def test_the_picture_starts_with_no_policy(board: BoardInPage) -> None:
    assert set(board.verdicts().values()) == {"allowed"}


def test_the_table_says_what_the_picture_says(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    board.wait_for_state(DB)
    assert board.table() == board.verdicts()


def test_the_table_has_headers_for_rows_and_columns(board: BoardInPage) -> None:
    table = board.root.get_by_role("table")
    expect(table.get_by_role("columnheader", name="Verdict")).to_be_visible()
    expect(table.get_by_role("rowheader", name="shop/web")).to_have_count(2)


# --- policies -------------------------------------------------------------------------------


def test_a_click_on_a_checkbox_redraws_picture_and_table(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").click()
    board.wait_for_state(DB)
    assert board.verdicts()[WEB_TO_DB] == board.table()[WEB_TO_DB] == "blocked"
    assert board.verdicts()[BACKEND_TO_DB] == board.table()[BACKEND_TO_DB] == "allowed"


def test_space_on_a_checkbox_redraws_picture_and_table(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").focus()
    board.page.keyboard.press("Space")
    board.wait_for_state(DB)
    assert board.table()[WEB_TO_DB] == "blocked"


def test_a_second_click_takes_it_back(board: BoardInPage) -> None:
    before = board.verdicts()
    board.checkbox("db-access-ingress").click()
    board.wait_for_state(DB)
    board.checkbox("db-access-ingress").click()
    board.wait_for_state(NOBODY)
    assert board.verdicts() == before


def test_what_changed_glows_for_a_moment(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").click()
    expect(board.flow(WEB_TO_DB)).to_have_class("nl-flow changed")
    expect(board.flow(BACKEND_TO_DB)).to_have_class("nl-flow")
    expect(board.flow(WEB_TO_DB)).to_have_class("nl-flow")


def test_nothing_moves_when_a_policy_is_switched(board: BoardInPage) -> None:
    before = places(board)
    board.checkbox("db-access-ingress").click()
    board.wait_for_state(DB)
    assert places(board) == before


def places(board: BoardInPage) -> list[object]:
    table = board.root.locator(".nl-table thead")
    return [part.bounding_box() for part in (board.svg, board.why, table)]


# --- ports ----------------------------------------------------------------------------------


def test_another_port_is_drawn(board: BoardInPage) -> None:
    board.port.fill("8080")
    board.port.press("Enter")
    board.wait_for_state("TCP 8080|")


def test_a_port_can_be_given_by_name(board: BoardInPage) -> None:
    board.port.fill("api")
    board.port.press("Enter")
    board.wait_for_state("TCP 8080|")


def test_another_protocol_is_drawn(board: BoardInPage) -> None:
    board.protocol.select_option("UDP")
    board.wait_for_state("UDP 5432|")


@pytest.mark.parametrize(
    ("typed", "message"), [("70000", "70000 is not a port"), ("pstgres", "Did you mean postgres?")]
)
def test_a_wrong_port_gives_a_message(board: BoardInPage, typed: str, message: str) -> None:
    board.port.fill(typed)
    board.port.press("Enter")
    expect(board.root.get_by_role("alert")).to_contain_text(message)
    assert board.svg.get_attribute("data-state") == NOBODY


# --- why ------------------------------------------------------------------------------------


def test_a_click_on_an_arrow_says_why(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    board.wait_for_state(DB)
    board.click_on(WEB_TO_DB)
    expect(board.why).to_contain_text("no rule admits shop/web")
    expect(board.flow(WEB_TO_DB)).to_have_attribute("aria-pressed", "true")


def test_a_click_a_little_beside_the_line_counts(board: BoardInPage) -> None:
    board.click_on(WEB_TO_DB, beside=4)
    expect(board.why).to_contain_text("shop/web -> shop/db")


def test_enter_on_an_arrow_says_why(board: BoardInPage) -> None:
    board.flow(BACKEND_TO_DB).focus()
    board.page.keyboard.press("Enter")
    expect(board.why).to_contain_text("shop/backend -> shop/db")


def test_a_pod_says_what_it_is_isolated_by(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    board.pod("shop/db").click()
    expect(board.why).to_contain_text("isolated by shop/db-access-ingress")


def test_the_why_follows_the_policies(board: BoardInPage) -> None:
    board.click_on(WEB_TO_DB)
    expect(board.why).to_contain_text("allowed")
    board.checkbox("db-access-ingress").check()
    expect(board.why).to_contain_text("no rule admits shop/web")


def test_escape_takes_the_choice_back(board: BoardInPage) -> None:
    board.click_on(WEB_TO_DB)
    expect(board.why).to_contain_text("shop/web -> shop/db")
    board.page.keyboard.press("Escape")
    expect(board.flow(WEB_TO_DB)).to_have_attribute("aria-pressed", "false")
    expect(board.why).to_contain_text("Choose an arrow")


def test_a_click_on_the_paper_takes_the_choice_back(board: BoardInPage) -> None:
    board.pod("shop/db").click()
    board.svg.click(position={"x": 3, "y": 3})
    expect(board.pod("shop/db")).to_have_attribute("aria-pressed", "false")


def test_a_click_shows_the_lines_that_decide_and_the_smallest_change(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    board.wait_for_state(DB)
    board.click_on(WEB_TO_DB)
    expect(marks(board).last).to_contain_text(">           role: backend")
    expect(board.root.locator(".nl-reasons ins").last).to_contain_text("+       role: web")
    board.click_on(BACKEND_TO_DB)
    expect(marks(board).first).to_contain_text("- podSelector:")
    expect(board.root.locator(".nl-reasons ins")).to_have_count(0)
    board.page.keyboard.press("Escape")
    expect(marks(board)).to_have_count(0)


def test_a_pod_shows_where_it_is_selected(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    board.wait_for_state(DB)
    board.pod("shop/db").click()
    expect(marks(board).last).to_contain_text("role: db")
    expect(marks(board).first).to_have_css("font-weight", "700")


def test_a_choice_moves_neither_the_page_nor_the_focus(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    board.wait_for_state(DB)
    board.flow(WEB_TO_DB).focus()
    before = board.svg.bounding_box()
    board.page.keyboard.press("Enter")
    expect(marks(board).last).to_contain_text("role: backend")
    assert board.svg.bounding_box() == before
    assert board.focused() == f"flow:{WEB_TO_DB}"


def marks(board: BoardInPage) -> Locator:
    return board.root.locator(".nl-reasons mark")


def test_pointing_at_an_arrow_names_it_and_fades_the_others(board: BoardInPage) -> None:
    board.point_at(WEB_TO_DB)
    expect(board.root.locator(".nl-tip")).to_contain_text("shop/web to shop/db, TCP 5432, allowed")
    expect(board.flow(BACKEND_TO_DB)).to_have_css("opacity", "0.35")
    expect(board.flow(WEB_TO_DB)).to_have_css("opacity", "1")
    board.page.mouse.move(1, 1)
    expect(board.root.locator(".nl-tip")).to_be_hidden()


# --- keyboard -------------------------------------------------------------------------------


def test_the_board_can_be_used_with_the_keyboard_alone(board: BoardInPage) -> None:
    press = board.page.keyboard.press
    board.checkbox("backend-access-ingress").focus()
    press("Tab")
    press("Space")  # db-access-ingress
    board.wait_for_state(DB)
    for _ in ("protocol", "port", "picture"):
        press("Tab")
    press("Home")
    while board.focused() != f"flow:{WEB_TO_DB}":
        press("ArrowRight")
    press("Enter")
    expect(board.why).to_contain_text("no rule admits shop/web")
    for part in ("shop/db-access-ingress in YAML", "YAML to write", "Show the connections"):
        press("Tab")
        assert board.focused().startswith(part)


def test_the_yaml_scrolls_by_keyboard_and_escape_goes_back_to_the_picture(
    lab: Lab, board: BoardInPage
) -> None:
    cells = lab.cells()
    board.checkbox("db-access-ingress").check()
    board.wait_for_state(DB)
    board.flow(WEB_TO_DB).focus()
    board.page.keyboard.press("Enter")
    yaml = board.root.get_by_role("region", name="shop/db-access-ingress in YAML")
    yaml.evaluate("box => (box.style.maxHeight = '60px')")
    yaml.focus()
    board.page.keyboard.press("ArrowDown")
    board.page.keyboard.press("b")
    lab.wait_until(lambda: bool(yaml.evaluate("box => box.scrollTop > 0")))
    assert lab.cells() == cells
    board.page.keyboard.press("Escape")
    assert board.focused() == f"flow:{WEB_TO_DB}"
    expect(marks(board)).to_have_count(0)


def test_the_picture_is_one_tab_stop(board: BoardInPage) -> None:
    assert board.svg.locator('[tabindex="0"]').count() == 1


def test_the_arrow_keys_walk_through_every_part_and_around(board: BoardInPage) -> None:
    parts = board.svg.locator("[data-key]").count()
    board.svg.locator('[tabindex="0"]').focus()
    board.page.keyboard.press("Home")
    first, walked = board.focused(), set()
    for _ in range(parts):
        walked.add(board.focused())
        board.page.keyboard.press("ArrowRight")
    assert len(walked) == parts
    assert board.focused() == first
    board.page.keyboard.press("End")
    assert board.focused() != first


def test_the_focus_stays_on_a_checkbox(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").focus()
    board.page.keyboard.press("Space")
    board.wait_for_state(DB)
    assert board.focused() == "db-access-ingress"


def test_the_focus_stays_on_the_same_arrow_through_a_redraw(board: BoardInPage) -> None:
    board.flow(WEB_TO_DB).focus()
    board.page.evaluate("window.focusedBefore = document.activeElement")
    board.checkbox("db-access-ingress").evaluate("box => box.click()")
    board.wait_for_state(DB)
    assert board.page.evaluate("window.focusedBefore === document.activeElement")


def test_the_focus_can_be_seen(board: BoardInPage) -> None:
    ring = board.flow(WEB_TO_DB).locator(".nl-ring")
    expect(ring).to_have_css("stroke", "none")
    board.flow(BACKEND_TO_DB).focus()
    board.page.keyboard.press("Home")
    board.flow(WEB_TO_DB).focus()
    expect(ring).to_have_css("stroke", "rgb(27, 39, 51)")


CONTROLS: dict[str, Callable[[BoardInPage], Locator]] = {
    "checkbox": lambda board: board.checkbox("db-access-ingress"),
    "protocol": lambda board: board.protocol,
    "arrow": lambda board: board.flow(WEB_TO_DB),
    "pod": lambda board: board.pod("shop/db"),
    "port field": lambda board: board.port,
}


@pytest.mark.parametrize("control", CONTROLS)
def test_letters_on_a_control_are_no_cell_commands(
    lab: Lab, board: BoardInPage, control: str
) -> None:
    before = lab.cells()
    CONTROLS[control](board).focus()
    for letter in "bamydd":
        board.page.keyboard.press(letter)
    assert lab.cells() == before
    assert board.svg.count() == 1


# Not in the port field: ipywidgets keeps every key of a text field from JupyterLab.
@pytest.mark.parametrize("control", ["checkbox", "protocol", "arrow"])
def test_ctrl_s_still_saves(lab: Lab, board: BoardInPage, control: str) -> None:
    saved = lab.server.folder / NOTEBOOK
    before = saved.stat().st_mtime_ns
    CONTROLS[control](board).focus()
    board.page.keyboard.press("Control+s")
    lab.wait_until(lambda: saved.stat().st_mtime_ns > before)


def test_a_letter_on_a_cell_is_still_a_command(lab: Lab, board: BoardInPage) -> None:
    before = lab.cells()
    lab.page.locator(".jp-Notebook .jp-InputPrompt").last.click()
    lab.page.keyboard.press("b")
    assert len(lab.cells()) == len(before) + 1
    lab.page.keyboard.press("d")
    lab.page.keyboard.press("d")
    assert lab.cells() == before


# --- for everyone ---------------------------------------------------------------------------


def test_arrows_and_pods_have_names_for_screen_readers(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    board.wait_for_state(DB)
    tree = board.root.aria_snapshot()
    assert 'button "shop/web to shop/db, TCP 5432, blocked' in tree
    assert 'button "db, role=db, ingress isolated, egress open; pod db in namespace shop' in tree
    assert 'checkbox "db-access-ingress" [checked]' in tree


def test_a_redraw_is_said_aloud(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    said = board.root.get_by_role("status").filter(has_text="5 of 6 connections allowed")
    expect(said).to_have_count(1)


def test_the_picture_says_in_words_what_it_shows(board: BoardInPage) -> None:
    before = board.svg.get_attribute("aria-label")
    board.checkbox("db-access-ingress").check()
    board.wait_for_state(DB)
    assert board.svg.get_attribute("role") == "group"
    assert board.svg.get_attribute("aria-label") not in (before, "", None)


def test_nothing_moves_for_those_who_asked_for_that(board: BoardInPage) -> None:
    board.page.emulate_media(reduced_motion="reduce")
    try:
        board.checkbox("db-access-ingress").click()
        expect(board.flow(WEB_TO_DB)).to_have_class("nl-flow changed")
        line = board.flow(WEB_TO_DB).locator(".nl-line")
        expect(line).to_have_css("animation-name", "none")
        expect(line).to_have_css("transition-property", "none")
    finally:
        board.page.emulate_media(reduced_motion="no-preference")


@pytest.mark.parametrize("width", [1100, 760])
@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_board_fits_and_a_screenshot_is_kept(
    lab: Lab, board: BoardInPage, artifacts: Path, theme: str, width: int
) -> None:
    board.checkbox("db-access-ingress").check()
    board.click_on(WEB_TO_DB)
    expect(board.why).to_contain_text("no rule admits")
    lab.page.mouse.move(1, 1)
    lab.page.set_viewport_size({"width": width, "height": 1250})
    lab.change_theme(theme)
    try:
        path = artifacts / f"board-{theme.lower()}-{width}.png"
        board.root.screenshot(path=path)
        assert path.stat().st_size > 5_000
        assert board.clipped() == []
        assert brightness(board.why) == {"Light": "dark on light", "Dark": "light on dark"}[theme]
    finally:
        lab.change_theme("Light")
        lab.page.set_viewport_size({"width": 1100, "height": 1250})


def brightness(part: Locator) -> str:
    ink, paper = part.evaluate(
        "node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
        ".map(text => text.match(/[0-9.]+/g).slice(0, 3).reduce((sum, n) => sum + Number(n), 0))"
    )
    return "dark on light" if ink < paper else "light on dark"


# --- beside other notebooks, and at the end -------------------------------------------------


def test_arrowheads_survive_a_second_notebook(lab: Lab, board: BoardInPage) -> None:
    lab.page.add_style_tag(content=".nl-map :not(g, .nl-head) { visibility: hidden }")
    before = colours(board.svg)["blue"]
    lab.open_beside("copy.ipynb")
    lab.run_all()
    second = BoardInPage(lab.page, lab.page.locator(".nl-board:visible").first)
    second.wait_for_state(NOBODY)
    after = colours(second.svg)["blue"]
    lab.open_beside(NOTEBOOK)
    assert before > 100
    assert after > 0.8 * before
    assert colours(board.svg)["blue"] > 0.8 * before


def test_nothing_was_asked_of_another_computer(lab: Lab, board: BoardInPage) -> None:
    assert lab.requests
    assert lab.outside() == []


def test_the_console_has_no_errors(lab: Lab, board: BoardInPage) -> None:
    assert lab.errors == []


def test_the_picture_stays_when_the_kernel_is_gone(lab: Lab, board: BoardInPage) -> None:
    lab.end_kernel()
    board.click_on(WEB_TO_DB)
    expect(board.why).to_contain_text("run the notebook again")
    expect(board.svg).to_be_visible()
