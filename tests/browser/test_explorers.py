"""A learner at the explorers, with the mouse and with the keyboard alone, in a real JupyterLab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driving import BoardInPage, Lab, Server, write_notebook
from tests.helpers.explored import SERVICES

pytestmark = pytest.mark.browser

CELLS = [
    f'import netpol_lab as lab\n\nshop = lab.load("""{SERVICES}""")',
    'lab.explore_selector(lab.load("neighbours"), home="shop")',
    'lab.explore_ports(shop, "api")',
    'lab.explore_block("10.0.0.0/8", ["10.1.0.0/16"], addresses=["10.1.2.3"])',
    'lab.explore_enforcement(lab.load("three-tier"), port=5432)',
    "lab.explore_tiers()",
    "1 + 1",
]
SELECTOR, PORTS, BLOCK, ENFORCEMENT, TIERS = range(5)
ALL_IN_SHOP = "shop|podSelector: {}|1"
API = "shop/web|shop/api|TCP 80"
WHOLE = "10.0.0.0/8 except 10.1.0.0/16|"
FALL = "blog/page>shop/db|TCP 5432|"
GUARD = "ClusterNetworkPolicy guard-the-shop"
ON = "TCP 5432|backend-access-ingress,db-access-ingress|"


@pytest.fixture(scope="module")
def lab(open_lab: Callable[[str], Lab], server: Server) -> Lab:
    """A notebook with every explorer, opened and run once."""
    write_notebook(server.folder / "explorers.ipynb", CELLS)
    lab = open_lab("explorers.ipynb")
    lab.page.locator(".nl-board svg.nl-map").nth(TIERS).wait_for()
    return lab


@pytest.fixture(autouse=True)
def cells_stay(lab: Lab) -> Iterator[None]:
    """No key typed on an explorer may be a command to JupyterLab."""
    before = lab.cells()
    yield
    assert lab.cells() == before == ["code"] * len(CELLS)


class ExplorerInPage(BoardInPage):
    """An explorer as a learner sees it."""

    @property
    def why(self) -> Locator:
        """The explanation under the picture; another one, unseen, belongs to the shield."""
        return self.root.locator(".nl-why:visible")


def explorer(lab: Lab, number: int) -> BoardInPage:
    board = ExplorerInPage(lab.page, lab.page.locator(".nl-board").nth(number))
    board.root.scroll_into_view_if_needed()
    return board


def field(board: BoardInPage, role: str, name: str) -> Locator:
    return board.root.get_by_role(role, name=name, exact=True)


def parts(board: BoardInPage) -> dict[str, str]:
    """Return what the picture says about each part."""
    found = board.svg.locator("[data-key]").evaluate_all(
        "nodes => nodes.map(n => [n.dataset.key, n.dataset.verdict])"
    )
    return dict(found)


def test_run_all_leaves_no_error(lab: Lab) -> None:
    assert lab.page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert lab.page.locator(".nl-board").count() == 5


# --- selectors ------------------------------------------------------------------------------


def test_by_mouse_other_pods_light_up_and_say_why(lab: Lab) -> None:
    board = explorer(lab, SELECTOR)
    reader = "{matchLabels: {role: reader}}"
    text = field(board, "textbox", "podSelector as YAML")
    field(board, "combobox", "podSelector").select_option("{}")
    board.wait_for_state(ALL_IN_SHOP)
    text.fill(reader)
    board.wait_for_state(f"shop|podSelector: {reader}|1")
    field(board, "combobox", "Policy's namespace").select_option("blog")
    board.wait_for_state(f"blog|podSelector: {reader}|1")
    assert parts(board)["pod:blog/reader"] == "matched"
    board.pod("shop/web").click()
    expect(board.why).to_contain_text("wants role=reader, has role=web")
    board.page.keyboard.press("Escape")
    field(board, "combobox", "Policy's namespace").select_option("shop")
    field(board, "combobox", "podSelector").select_option("{}")
    board.wait_for_state(ALL_IN_SHOP)


def test_by_keyboard_a_selector_can_be_typed_and_mended(lab: Lab) -> None:
    board = explorer(lab, SELECTOR)
    field(board, "combobox", "podSelector").focus()
    board.page.keyboard.press("Tab")
    board.page.keyboard.press("Control+a")
    board.page.keyboard.type("{matchLabels: {role: db")
    expect(board.root.get_by_role("alert")).to_contain_text("Syntax")
    assert parts(board)["pod:shop/web"] == "matched"
    board.page.keyboard.type("}}")
    board.wait_for_state("shop|podSelector: {matchLabels: {role: db}}|1")
    expect(board.root.get_by_role("alert")).to_have_count(0)
    assert parts(board)["pod:shop/web"] == "not matched"
    board.page.keyboard.press("Control+a")
    board.page.keyboard.type("{}")
    board.wait_for_state(ALL_IN_SHOP)


def test_by_keyboard_the_pods_can_be_walked_and_asked(lab: Lab) -> None:
    board = explorer(lab, SELECTOR)
    field(board, "combobox", "Both selectors in").focus()
    for key in ("Tab", "End", "Enter"):
        board.page.keyboard.press(key)
    expect(board.why).to_contain_text("is in blog, the policy is in shop")
    board.page.keyboard.press("Escape")
    expect(board.why).to_contain_text("Choose a")


# --- ports ----------------------------------------------------------------------------------


def test_by_mouse_another_walk_is_taken(lab: Lab) -> None:
    board = explorer(lab, PORTS)
    field(board, "combobox", "Service").select_option("shop/ghost")
    board.wait_for_state("shop/web|shop/ghost|TCP 80")
    assert parts(board) == {}
    field(board, "combobox", "Service").select_option("shop/api")
    board.wait_for_state(API)
    board.pod("shop/api-1").click()
    expect(board.why).to_contain_text("80 is the port of Service shop/api, not of its pods")
    board.page.keyboard.press("Escape")


def test_by_keyboard_another_port_is_asked_for(lab: Lab) -> None:
    board = explorer(lab, PORTS)
    field(board, "combobox", "Port of the Service").focus()
    board.page.keyboard.press("ArrowDown")
    board.wait_for_state("shop/web|shop/api|TCP 90")
    board.page.keyboard.press("ArrowUp")
    board.wait_for_state(API)
    assert parts(board) == {"pod:shop/api-1": "blocked", "pod:shop/api-2": "allowed"}


# --- blocks ---------------------------------------------------------------------------------


def test_by_mouse_an_address_says_why(lab: Lab) -> None:
    board = explorer(lab, BLOCK)
    board.svg.locator('[data-key="address:10.1.2.3"]').click()
    expect(board.why).to_contain_text("in except 10.1.0.0/16")
    board.page.keyboard.press("Escape")


def test_by_keyboard_a_block_is_written_otherwise(lab: Lab) -> None:
    board = explorer(lab, BLOCK)
    field(board, "textbox", "except").focus()
    board.page.keyboard.press("Control+a")
    board.page.keyboard.type("abba")  # each of them a command to JupyterLab
    expect(board.root.get_by_role("alert")).to_contain_text("must be a valid CIDR value")
    board.page.keyboard.press("Control+a")
    board.page.keyboard.press("Delete")
    board.wait_for_state("10.0.0.0/8|")
    assert parts(board)["address:10.1.2.3"] == "in the block"
    board.page.keyboard.type("10.1.0.0/16")
    board.wait_for_state(WHOLE)
    board.page.keyboard.press("Tab")
    board.page.keyboard.type("9.9.9.9")
    board.wait_for_state(f"{WHOLE}9.9.9.9")
    assert parts(board)["address:9.9.9.9"] == "not in the block"


# --- enforcement ----------------------------------------------------------------------------


def test_by_mouse_the_plugin_is_switched_off_and_what_changes_glows(lab: Lab) -> None:
    board = explorer(lab, ENFORCEMENT)
    board.checkbox("A network plugin enforces policies").uncheck()
    board.wait_for_state(f"{ON}enforced=False")
    assert board.svg.locator(".changed").count() >= 2
    assert set(board.verdicts().values()) == {"allowed"}
    board.checkbox("A network plugin enforces policies").check()
    board.wait_for_state(ON)


def test_by_keyboard_the_plugin_is_switched_off(lab: Lab) -> None:
    board = explorer(lab, ENFORCEMENT)
    board.checkbox("A network plugin enforces policies").focus()
    board.page.keyboard.press("b")
    board.page.keyboard.press("Space")
    board.wait_for_state(f"{ON}enforced=False")
    expect(board.why).to_contain_text("No plugin enforces policies")
    board.page.keyboard.press("Space")
    board.wait_for_state(ON)


# --- tiers ----------------------------------------------------------------------------------


def test_by_mouse_a_gate_tells_its_rules(lab: Lab) -> None:
    board = explorer(lab, TIERS)
    assert parts(board)["gate:ingress Admin"] == "denied"
    board.svg.locator('[data-key="gate:ingress Admin"]').click()
    expect(board.why).to_contain_text("20 guard-the-shop, rule 3 Deny")
    board.page.keyboard.press("Escape")


def test_by_keyboard_a_policy_is_switched_off_and_the_flow_falls_further(lab: Lab) -> None:
    board = explorer(lab, TIERS)
    shown = board.svg.get_attribute("data-state") or ""
    assert shown.startswith(FALL)
    board.checkbox(GUARD).focus()
    board.page.keyboard.press("b")
    board.page.keyboard.press("Space")
    board.wait_for_state(shown.replace(f",{GUARD}", ""))
    assert parts(board)["gate:ingress NetworkPolicy"] == "accepted"
    board.page.keyboard.press("Space")
    board.wait_for_state(shown)


def test_by_keyboard_a_priority_changes_who_goes_first(lab: Lab) -> None:
    board = explorer(lab, TIERS)
    shown = board.svg.get_attribute("data-state") or ""
    field(board, "combobox", "From").select_option("monitoring/prometheus")
    field(board, "combobox", "Port").select_option("9100")
    asked = shown.replace(FALL, "monitoring/prometheus>shop/db|TCP 9100|")
    board.wait_for_state(asked)
    assert parts(board)["gate:ingress Admin"] == "accepted"
    number = board.root.get_by_label("Priority").first
    number.focus()
    board.page.keyboard.press("Control+a")
    board.page.keyboard.type("30")
    board.page.keyboard.press("Enter")
    board.wait_for_state(f"{asked}ClusterNetworkPolicy let-monitoring-in=30")
    assert parts(board)["gate:ingress Admin"] == "denied"


# --- all of them ----------------------------------------------------------------------------


def test_nothing_is_clipped_where_it_is_narrow(lab: Lab, artifacts: Path) -> None:
    lab.page.set_viewport_size({"width": 900, "height": 1250})
    for number in range(5):
        board = explorer(lab, number)
        assert board.clipped() == []
        board.root.screenshot(path=artifacts / f"explorer-{number}-narrow.png")
    lab.page.set_viewport_size({"width": 1100, "height": 1250})


def test_nothing_left_this_machine_and_nothing_went_wrong(lab: Lab) -> None:
    assert lab.outside() == []
    assert lab.errors == []
