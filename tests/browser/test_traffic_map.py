"""The script of the picture on an empty page, with a stand-in for Python on the other side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.driving import ROOT

pytestmark = pytest.mark.browser

SCRIPT = (ROOT / "netpol_lab" / "data" / "static" / "traffic_map.js").read_text(encoding="utf-8")
STAND_IN = """async script => {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const heard = {};
  const state = { svg: "", selected: "", explanation: "", details: "" };
  window.model = {
    get: name => state[name],
    set(name, value) {
      state[name] = value;
      for (const call of [...heard[`change:${name}`] ?? []]) call();
    },
    save_changes() {},
    on: (event, call) => (heard[event] ??= new Set()).add(call),
    off: (event, call) => heard[event].delete(call),
  };
  const own = {
    get: () => "IPY_MODEL_1",
    widget_manager: { get_model: async id => id === "1" ? window.model : null },
  };
  window.listeners = () => Object.values(heard).reduce((sum, calls) => sum + calls.size, 0);
  const { default: widget } = await import(address);
  const el = document.body.appendChild(document.createElement("div"));
  window.clean_up = await widget.render({ model: own, el });
}"""


def flow(key: str, verdict: str = "allowed", label: str = "a to b") -> str:
    path = 'd="M10 10L90 40" stroke="black"'
    return (
        f'<g class="nl-flow" data-key="{key}" data-verdict="{verdict}" data-label="{label}">'
        f'<path class="nl-hit" {path}/><path class="nl-line" {path}/></g>'
    )


def svg(*parts: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="nl-map" role="img" aria-label="numbers" '
        f'width="100" height="100"><title>numbers</title>{"".join(parts)}</svg>'
    )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.evaluate(STAND_IN, SCRIPT)
    yield page
    page.close()


def tell(page: Page, **traits: str) -> None:
    for name, value in traits.items():
        page.evaluate("([name, value]) => window.model.set(name, value)", [name, value])


def part(page: Page, key: str) -> Locator:
    return page.locator(f'[data-key="{key}"]')


def test_without_a_picture_there_is_only_a_hint(page: Page) -> None:
    assert page.locator("svg").count() == 0
    expect(page.get_by_text("Choose an arrow")).to_be_visible()


def test_text_that_is_no_svg_is_not_shown(page: Page) -> None:
    tell(page, svg="<p>hello</p>")
    tell(page, svg="<svg")
    assert page.locator("svg, p").count() == 0


def test_a_broken_picture_leaves_the_one_before(page: Page) -> None:
    tell(page, svg=svg(flow("one")))
    tell(page, svg="<svg")
    assert part(page, "one").count() == 1


def test_a_redraw_writes_into_the_same_elements(page: Page) -> None:
    tell(page, svg=svg(flow("one"), flow("two")))
    page.evaluate("window.kept = [...document.querySelectorAll('svg, svg *')]")
    tell(page, svg=svg(flow("one", "blocked"), flow("two")))
    assert page.evaluate("window.kept.every(node => node.isConnected)")
    expect(part(page, "one")).to_have_attribute("data-verdict", "blocked")
    expect(part(page, "one")).to_have_class("nl-flow changed")
    expect(part(page, "two")).to_have_class("nl-flow")


def test_attributes_that_are_gone_are_taken_away(page: Page) -> None:
    tell(page, svg=svg(flow("one").replace("<g ", '<g visibility="hidden" ')))
    tell(page, svg=svg(flow("one")))
    assert part(page, "one").get_attribute("visibility") is None


def test_another_structure_is_taken_over(page: Page) -> None:
    tell(page, svg=svg(flow("one"), flow("two"), "<rect/>"))
    part(page, "two").focus()
    rect = '<g data-key="grid" data-label="a cell"><rect class="nl-hit"/></g>'
    tell(page, svg=svg("<text>new</text>", rect, flow("three"), flow("one")))
    keys = page.locator("[data-key]").evaluate_all("nodes => nodes.map(n => n.dataset.key)")
    assert keys == ["grid", "three", "one"]
    assert page.locator("svg > *").count() == 4
    assert page.locator('[tabindex="0"]').count() == 1


def test_parts_that_change_places_are_moved(page: Page) -> None:
    tell(page, svg=svg(flow("one"), flow("two")))
    page.evaluate("window.one = document.querySelector('[data-key=one]')")
    tell(page, svg=svg(flow("two"), flow("one")))
    keys = page.locator("[data-key]").evaluate_all("nodes => nodes.map(n => n.dataset.key)")
    assert keys == ["two", "one"]
    assert page.evaluate("window.one.isConnected")


def test_labels_and_explanations_are_text_and_nothing_else(page: Page) -> None:
    evil = "<img src=x onerror='window.hit = 1'>"
    escaped = evil.replace("<", "&lt;").replace(">", "&gt;")
    tell(page, svg=svg(flow("one", label=escaped)), explanation=evil)
    part(page, "one").focus()
    expect(page.locator(".nl-tip")).to_have_text(evil)
    expect(page.locator(".nl-why")).to_have_text(evil)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hit") is None


DETAILS = "<p class='nl-caption'>why</p><pre class='nl-yaml' tabindex='0'><mark>a: b\n</mark></pre>"


def test_details_are_shown_and_taken_away(page: Page) -> None:
    tell(page, svg=svg(flow("one")), details=DETAILS)
    expect(page.locator("mark")).to_have_text("a: b")
    expect(page.locator("pre")).to_have_attribute("tabindex", "0")
    tell(page, details="")
    expect(page.locator("pre, mark")).to_have_count(0)


def test_equal_details_of_another_part_are_shown_after_a_slow_answer(page: Page) -> None:
    tell(page, svg=svg(flow("one"), flow("two")), explanation="this", details=DETAILS)
    page.clock.install()
    part(page, "two").focus()
    page.keyboard.press("Enter")
    page.clock.run_for(3_100)
    expect(page.locator("pre")).to_have_count(0)
    tell(page, explanation="that")
    expect(page.locator("mark")).to_have_text("a: b")


def test_details_are_not_announced_as_the_explanation_is(page: Page) -> None:
    tell(page, details=DETAILS)
    assert page.locator("[role=status] mark, [aria-live] mark").count() == 0


def test_details_hold_nothing_but_known_elements_and_attributes(page: Page) -> None:
    evil = (
        "<p onclick='window.hit = 1' style='color: red'>a<img src=x onerror='window.hit = 1'>b</p>"
    )
    tell(page, details=f"{evil}<script>window.hit = 1</script><a href='javascript:hit'>c</a>")
    expect(page.locator(".nl-reasons p")).to_have_text("ab")
    assert page.locator("img, script, a, [onclick], [style*=red]").count() == 0
    assert page.evaluate("window.hit") is None


def test_escape_in_the_details_lets_go_and_goes_back_to_the_picture(page: Page) -> None:
    tell(page, svg=svg(flow("one"), flow("two")), selected="one", details=DETAILS)
    part(page, "one").focus()
    page.locator("pre").focus()
    page.keyboard.press("Escape")
    expect(part(page, "one")).to_be_focused()
    assert page.evaluate("window.model.get('selected')") == ""


def test_new_details_leave_the_focus_in_the_picture(page: Page) -> None:
    tell(page, svg=svg(flow("one")))
    part(page, "one").focus()
    tell(page, details=DETAILS)
    expect(part(page, "one")).to_be_focused()


def test_there_is_no_second_tip_from_the_browser(page: Page) -> None:
    tell(page, svg=svg(flow("one")))
    assert page.locator("title").count() == 0
    assert page.locator("svg").get_attribute("aria-label") == "numbers"


def test_the_choice_of_python_is_marked(page: Page) -> None:
    tell(page, svg=svg(flow("one"), flow("two")), selected="two")
    expect(part(page, "two")).to_have_attribute("aria-pressed", "true")
    tell(page, selected="one")
    expect(part(page, "two")).to_have_attribute("aria-pressed", "false")


def test_the_clean_up_leaves_no_listener(page: Page) -> None:
    assert page.evaluate("window.listeners()") == 4
    page.evaluate("window.clean_up()")
    assert page.evaluate("window.listeners()") == 0
    field = page.evaluate_handle("document.querySelector('div').appendChild(new Image())")
    field.evaluate("node => node.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true }))")
    assert field.evaluate("node => node.hasAttribute('data-lm-suppress-shortcuts')") is False


def test_shortcuts_are_off_inside_and_on_with_ctrl(page: Page) -> None:
    tell(page, svg=svg(flow("one")))
    part(page, "one").focus()
    assert part(page, "one").get_attribute("data-lm-suppress-shortcuts") == ""
    page.keyboard.down("Control")
    assert part(page, "one").get_attribute("data-lm-suppress-shortcuts") is None
    page.keyboard.up("Control")
    assert part(page, "one").get_attribute("data-lm-suppress-shortcuts") == ""


def test_ctrl_and_arrow_keys_are_left_to_the_browser(page: Page) -> None:
    tell(page, svg=svg(flow("one"), flow("two")))
    part(page, "one").focus()
    page.keyboard.press("Control+ArrowRight")
    expect(part(page, "one")).to_be_focused()
