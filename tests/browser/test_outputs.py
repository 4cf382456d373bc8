"""What reach, diff, lint and draw write, in a real browser: pages, pictures, and Mermaid's own."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from netpol_lab.cli.main import main
from tests.browser.driving import ROOT
from tests.helpers.reading_back import need

pytestmark = pytest.mark.browser

MERMAID = ROOT / "tests" / "readers" / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
COMMANDS = {
    "reach": ["reach", "three-tier"],
    "grid": ["reach", "three-tier", "--port", "5432"],
    "diff": ["diff", "three-tier", "one-way"],
    "lint": ["lint", "one-way", "--fail-on", "never"],
    "draw": ["draw", "three-tier", "--port", "5432"],
}
Show = Callable[[str, str], Page]
each = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: Browser, scheme: str) -> Iterator[Page]:
    """A page that must neither complain nor ask for anything but the file it shows."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1000, "height": 800})
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request", lambda request: None if _is_file(request.url) else faults.append(request.url)
    )
    yield page
    context.close()
    assert not faults


def _is_file(url: str) -> bool:
    return url.startswith("file:")


@pytest.fixture
def show(page: Page, tmp_path: Path, artifacts: Path, scheme: str) -> Show:
    """Write a report to a file and open it; what it looks like in the end is kept."""

    def show(name: str, suffix: str) -> Page:
        file = tmp_path / f"{name}.{suffix}"
        assert main([*COMMANDS[name], "--out", str(file)]) in (0, 1)
        page.goto(file.as_uri())
        is_page = suffix == "html"  # of a picture alone there is no full page
        kept = artifacts / f"{name}-{suffix}-{scheme}.png"
        page.screenshot(path=kept, full_page=is_page)
        return page

    return show


def brightness(page: Page) -> int:
    """Return how bright the upper left corner is."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("L")
    return int(image.getpixel((2, 2)))


@each
def test_a_page_has_a_heading_a_picture_and_a_table(show: Show, name: str, scheme: str) -> None:
    page = show(name, "html")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("img").first).to_be_visible()
    assert page.locator("tbody tr").count() > 2
    assert (brightness(page) > 128) is (scheme == "light")


@each
def test_a_picture_is_shown_as_it_is(show: Show, name: str) -> None:
    page = show(name, "svg")
    box: dict[str, Any] = page.evaluate("document.documentElement.getBoundingClientRect().toJSON()")
    assert box["width"] >= 700
    assert page.evaluate("document.documentElement.tagName") == "svg"


def test_a_page_is_readable_on_a_phone(show: Show) -> None:
    page = show("lint", "html")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_rows_can_be_filtered(show: Show) -> None:
    page = show("reach", "html")
    page.get_by_role("searchbox").fill("SHOP/DB")
    shown = page.locator("tbody tr:visible")
    assert all("shop/db" in row for row in shown.all_inner_texts())
    rows = page.locator("tbody tr").count()
    expect(page.locator("output")).to_have_text(f"{shown.count()} of {rows} rows")


def test_rows_can_be_sorted_with_the_keyboard_and_that_is_said(show: Show) -> None:
    page = show("reach", "html")
    heading = page.get_by_role("columnheader").nth(1)
    heading.get_by_role("button").focus()
    for way, order in (("ascending", sorted), ("descending", _backwards)):
        page.keyboard.press("Enter")
        expect(heading).to_have_attribute("aria-sort", way)
        names = page.locator("tbody td:nth-child(2)").all_inner_texts()
        assert names == order(names)


def _backwards(names: list[str]) -> list[str]:
    return sorted(names, reverse=True)


@pytest.mark.parametrize("name", ["reach", "diff", "lint", "draw"])
def test_mermaid_draws_every_name(page: Page, tmp_path: Path, artifacts: Path, name: str) -> None:
    need(MERMAID.exists(), "Mermaid")
    file = tmp_path / "x.mmd"
    main([*COMMANDS[name], "--out", str(file)])
    page.goto(ROOT.joinpath("netpol_lab", "data", "static", "page.css").as_uri())
    page.add_script_tag(path=MERMAID)
    page.evaluate(
        "async text => { document.body.innerHTML = (await mermaid.render('x', text)).svg }",
        file.read_text("utf-8"),
    )
    page.screenshot(path=artifacts / f"{name}-mermaid.png", full_page=True)
    drawn = page.locator("body").inner_text()
    assert "Unsupported" not in drawn
    assert "#" not in drawn
