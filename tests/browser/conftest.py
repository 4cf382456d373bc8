"""One JupyterLab and one browser for all browser tests; a plain skip where there is no browser."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import find_chromium

try:
    from playwright.sync_api import Browser, sync_playwright

    from tests.browser.driving import ROOT, Lab, Server, jupyterlab, launch, write_notebook
except ModuleNotFoundError as error:
    MISSING = f"The browser tests did not run: there is no package {error.name}."
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError(MISSING) from error
    ROOT = Path()
    collect_ignore_glob = ["test_*.py"]

    def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(MISSING)


CHAPTER = ROOT / "notebooks" / "02-three-tiers.ipynb"
BOARD = ('import netpol_lab as lab\n\nshop = lab.load("three-tier")', "{}\nboard", "1 + 1")
OWN = {
    "own.ipynb": "board = lab.explore(shop, port=5432, on=[])",
    "pictures.ipynb": """board = lab.compare(shop.with_policies([]), shop, port=5432)
display(lab.draw(shop, port=5432), lab.explore_types().table())""",
    "still.ipynb": 'board = lab.explore(shop, port=5432, on=[], picture="html")',
}


@pytest.fixture(scope="session")
def program() -> str:
    """The browser to test with."""
    found = find_chromium(Path(sys.executable))
    if found:
        return found
    reason = "no Chromium, Chrome or Edge was found; name one in CHROMIUM"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright, program)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: the folder named in NETPOL_LAB_ARTIFACTS, or a temporary one."""
    named = os.environ.get("NETPOL_LAB_ARTIFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def server(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A JupyterLab that shows a folder with copies of the notebooks to test."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name, call in OWN.items():
        write_notebook(folder / name, [source.format(call) for source in BOARD])
    shutil.copy(folder / "own.ipynb", folder / "copy.ipynb")
    if CHAPTER.exists():
        shutil.copy(CHAPTER, folder)
    with jupyterlab(folder, tmp_path_factory.mktemp("private")) as server:
        yield server


@pytest.fixture(scope="module")
def open_lab(browser: Browser, server: Server) -> Iterator[Callable[..., Lab]]:
    """Open a notebook in a window of its own and run it; closed at the end of the module."""
    contexts = []

    def open_lab(name: str, first: str = "") -> Lab:
        """Open it after a script of the test's own has run in the page."""
        context = browser.new_context(viewport={"width": 1100, "height": 1250})
        context.add_init_script(first)
        context.set_default_timeout(15_000)
        contexts.append(context)
        lab = Lab(context.new_page(), server)
        lab.open(name)
        lab.run_all()
        return lab

    yield open_lab
    for context in contexts:
        context.close()
