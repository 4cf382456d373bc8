"""A machine so busy that the script of a picture comes later than anywidget waits for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.driving import Lab, board_in

pytestmark = pytest.mark.browser

# The two seconds that anywidget gives a script are over at once.
NO_PATIENCE = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = () => timeout(0);
"""


def test_a_picture_whose_script_came_late_still_hears_python(open_lab: Callable[..., Lab]) -> None:
    lab = open_lab("own.ipynb", NO_PATIENCE)
    assert lab.late, "anywidget has another way of giving up: is it still needed to go round it?"
    board = board_in(lab.page)
    board.checkbox("db-access-ingress").check()
    board.wait_for_state("TCP 5432|db-access-ingress")
    board.click_on("shop/web>shop/db")
    expect(board.why).to_contain_text("shop/web -> shop/db  TCP 5432: denied")
    assert lab.errors == []
