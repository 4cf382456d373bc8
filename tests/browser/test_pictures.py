"""Pictures without a board in a real JupyterLab: they shrink to the width of the output."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.driving import Lab

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(open_lab: Callable[[str], Lab]) -> Lab:
    return open_lab("pictures.ipynb")


@pytest.mark.parametrize("width", [1100, 760])
@pytest.mark.parametrize("index", range(3), ids=["draw", "table", "compare"])
def test_nothing_is_cut_off(lab: Lab, index: int, width: int) -> None:
    lab.page.set_viewport_size({"width": width, "height": 1250})
    output = lab.page.locator(".jp-OutputArea-output:has(img, svg)").nth(index)
    picture = output.locator("img, svg").first
    picture.wait_for()
    lab.page.wait_for_timeout(300)  # an <img> is laid out again once it is decoded
    room, needed = output.evaluate("node => [node.clientWidth, node.scrollWidth]")
    assert needed <= room < 700
    box = picture.bounding_box()
    assert box is not None
    assert 0.9 * room < box["width"] <= room
