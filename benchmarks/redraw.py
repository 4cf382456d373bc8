"""From a click to the new picture: our board against `Output` with matplotlib, in JupyterLab.

Both show the same cluster in the same notebook, kernel and browser, and are clicked in turns, so
that whatever else the machine is doing slows both. Time starts with the click and ends when the
new picture is in the page, decoded. The Python side of one click is measured in this process.

    python benchmarks/redraw.py            # prints the finding
    python benchmarks/redraw.py --clicks 40
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from _tables import header, met, row  # noqa: E402 (after the path)
from chromium import find_chromium  # noqa: E402 (after the path)
from playwright.sync_api import Page, sync_playwright  # noqa: E402

import netpol_lab as lab  # noqa: E402
from tests.browser.driving import Lab, jupyterlab, launch, write_notebook  # noqa: E402

FASTER = 5  # what we ask of ourselves: so many times faster than matplotlib, by the median ...
PYTHON_MS = 5  # ... and no more than this in Python
WARM_UP = 3
PACKAGES = ("jupyterlab", "ipywidgets", "anywidget", "matplotlib")

OURS = """
import netpol_lab as lab

shop = lab.load("three-tier")
board = lab.explore(shop, port=5432, on=[])
board
"""

# What a notebook does without a widget of its own: the usual recipe, for the same facts, and like
# ours not by colour alone.
THEIRS = """
import ipywidgets
import matplotlib.pyplot as plt
import networkx
from IPython.display import clear_output

from netpol_lab.pictures.scene import compose

LOOKS = {"allowed": ("#0072B2", "solid"), "blocked": ("#D55E00", "dashed")}
box, out = ipywidgets.Checkbox(description="matplotlib"), ipywidgets.Output()

def redraw(_=None):
    scene = compose(shop.with_policies(["db-access-ingress"] if box.value else []), 5432)
    graph = scene.graph()
    places = networkx.get_node_attributes(graph, "pos")
    with out:
        clear_output(wait=True)
        _, axes = plt.subplots(figsize=(7.6, 4.2))
        networkx.draw_networkx_nodes(
            graph, places, node_size=4000, node_color="white", edgecolors="black",
            linewidths=[3 if at["isolated"] else 1 for _, at in graph.nodes(data=True)],
        )
        networkx.draw_networkx_labels(graph, places)
        for verdict, (colour, style) in LOOKS.items():
            ends = [(a, b) for a, b, said in graph.edges(data="verdict") if said == verdict]
            networkx.draw_networkx_edges(
                graph, places, edgelist=ends, edge_color=colour, style=style,
                node_size=4000, connectionstyle="arc3,rad=0.2",
            )
            axes.plot([], [], color=colour, linestyle=style, label=verdict)
        axes.legend()
        axes.set_title(scene.title)
        axes.axis("off")
        plt.show()

box.observe(redraw, "value")
redraw()
theirs = ipywidgets.VBox([box, out])
theirs.add_class("theirs")
theirs
"""

CLICK = """async ([checkbox, picture]) => {
  const now = () => {
    const node = document.querySelector(picture);
    return node?.dataset.state ?? node?.src;
  };
  const before = now();
  const started = performance.now();
  document.querySelector(checkbox).click();
  await new Promise((done, fail) => {
    const seen = new MutationObserver(check);
    const late = setTimeout(() => fail(new Error("no new picture in 10 s")), 10000);
    seen.observe(document.body, { attributes: true, childList: true, subtree: true });
    function check() {
      if (!now() || now() === before) return;
      seen.disconnect();
      clearTimeout(late);
      done();
    }
  });
  await document.querySelector(picture).decode?.();
  return performance.now() - started;
}"""
BOARDS = {
    "our board": ("[class~=nl-board] input[type=checkbox]", "svg.nl-map"),
    "Output + matplotlib": (".theirs input[type=checkbox]", ".theirs img"),
}


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clicks", type=int, default=20, help="on each of the two (default: 20)")
    clicks = parser.parse_args().clicks
    program = find_chromium(Path(sys.executable))
    if program is None:
        sys.exit("No Chromium, Chrome or Edge was found. Name one in CHROMIUM.")
    in_python = python_side()
    with tempfile.TemporaryDirectory() as folder:
        times, browser = click_in_turns(program, Path(folder), clicks)
    print(finding(times, in_python, browser))


def python_side(toggles: int = 200) -> list[float]:
    """Return the milliseconds of switching one policy, with no browser listening."""
    board = lab.explore(lab.load("three-tier"), port=5432, on=[])
    times = []
    for toggle in range(toggles + WARM_UP):
        started = time.perf_counter()
        board.set(db_access_ingress=toggle % 2 == 0)
        times.append((time.perf_counter() - started) * 1000)
    return times[WARM_UP:]


def click_in_turns(program: str, folder: Path, clicks: int) -> tuple[dict[str, list[float]], str]:
    """Return the milliseconds of each click, and the browser's version."""
    shown, private = folder / "shown", folder / "private"
    shown.mkdir()
    private.mkdir()
    write_notebook(shown / "redraw.ipynb", [OURS.strip(), THEIRS.strip()])
    with sync_playwright() as playwright, jupyterlab(shown, private) as server:
        browser = launch(playwright, program)
        page = browser.new_page(viewport={"width": 1100, "height": 1600})
        opened = Lab(page, server)
        opened.open("redraw.ipynb")
        opened.run_all()
        page.locator(".theirs img").wait_for()
        for board in [*BOARDS] * WARM_UP:
            click(page, board)
        times: dict[str, list[float]] = {board: [] for board in BOARDS}
        for board in [*BOARDS] * clicks:
            times[board].append(click(page, board))
        return times, f"Chromium {browser.version}"


def click(page: Page, board: str) -> float:
    """Click once, and let everything come to rest before the next click."""
    milliseconds = float(page.evaluate(CLICK, list(BOARDS[board])))
    page.wait_for_timeout(150)
    return milliseconds


def finding(times: dict[str, list[float]], in_python: list[float], browser: str) -> str:
    """Return the measurements as text."""
    ours, theirs = times.values()
    ratio = median(theirs) / median(ours)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    rows = [*times.items(), ("our board, in Python", in_python)]
    return "\n".join(
        [
            "From a click on a policy to the new picture, three-tier shop, milliseconds",
            header("", "clicks"),
            *(row(name, values) for name, values in rows),
            "",
            f"ratio of the medians: {ratio:.1f} times faster; "
            f"asked for: {FASTER} times: {met(ratio >= FASTER)}",
            f"in Python: {median(in_python):.1f} ms; "
            f"asked for: at most {PYTHON_MS} ms: {met(median(in_python) <= PYTHON_MS)}",
            f"Python {platform.python_version()}, {packages}, {browser}",
        ]
    )


if __name__ == "__main__":
    main()
