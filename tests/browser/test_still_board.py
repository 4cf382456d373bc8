"""The board without anywidget: the same picture in plain HTML, the parts chosen from a list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.driving import BoardInPage, Lab, board_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def board(open_lab: Callable[[str], Lab]) -> BoardInPage:
    return board_in(open_lab("still.ipynb").page)


def test_a_click_on_a_checkbox_redraws_picture_and_table(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").click()
    board.wait_for_state("TCP 5432|db-access-ingress")
    assert board.table() == board.verdicts()


def test_the_list_says_why(board: BoardInPage) -> None:
    board.checkbox("db-access-ingress").check()
    board.root.get_by_role("combobox").last.select_option("shop/web to shop/db")
    expect(board.why).to_contain_text("no rule admits shop/web")
    expect(board.root.locator(".nl-reasons mark").last).to_contain_text("role: backend")
    board.root.get_by_role("combobox").last.select_option("(choose a connection or a pod)")
    expect(board.root.locator(".nl-reasons mark")).to_have_count(0)


def test_by_keyboard_alone_a_policy_is_ticked_and_a_reason_is_asked_for(board: BoardInPage) -> None:
    box = board.checkbox("db-access-ingress")
    box.uncheck()
    box.focus()
    board.page.keyboard.press("Space")
    board.wait_for_state("TCP 5432|db-access-ingress")
    reasons = board.root.get_by_role("combobox").last
    reasons.select_option("(choose a connection or a pod)")
    for _ in range(20):  # Tab walks from the checkbox to the list
        if reasons.evaluate("node => node === document.activeElement"):
            break
        board.page.keyboard.press("Tab")
    expect(reasons).to_be_focused()
    board.page.keyboard.press("Space")  # it opens; closed, its arrows are JupyterLab's
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        board.page.keyboard.press(key)
    expect(board.why).to_contain_text("no rule admits shop/web")
