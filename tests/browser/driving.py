"""Start a real JupyterLab, open a notebook in a real browser, and do what a learner does."""

from __future__ import annotations

import io
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Playwright, Request

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What `make lab` sets as well: no pop-up over the notebook, and every cell in the page.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}

# --- a notebook -----------------------------------------------------------------------------


def write_notebook(path: Path, sources: list[str]) -> None:
    """Write a notebook of code cells that has not been run."""
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    nbformat.write(notebook, path)


# --- the server -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A JupyterLab on this machine, showing one folder."""

    port: int
    token: str
    folder: Path

    def address(self, path: str) -> str:
        """Return the address of a page in a workspace without history."""
        return f"http://127.0.0.1:{self.port}{path}?token={self.token}&reset"


@contextmanager
def jupyterlab(folder: Path, private: Path) -> Iterator[Server]:
    """Run a JupyterLab that shows `folder` and keeps its own files in `private`."""
    server = Server(_free_port(), secrets.token_hex(8), folder)
    for name, values in SETTINGS.items():
        path = private / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    with (private / "jupyterlab.log").open("w") as log:
        process = subprocess.Popen(
            _command(server), cwd=folder, env=_environment(private), stdout=log, stderr=log
        )
        try:
            _wait_until_up(server, process, private / "jupyterlab.log")
            yield server
        finally:
            process.terminate()  # it ends its kernels before itself
            process.wait(timeout=30)


def _command(server: Server) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--expose-app-in-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={server.port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={server.folder}",
        f"--IdentityProvider.token={server.token}",
    ]


def _environment(private: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(server.address("/api/status"), timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"JupyterLab did not come up:\n{log.read_text()[-3000:]}")


# --- the browser ----------------------------------------------------------------------------


def launch(playwright: Playwright, program: str) -> Browser:
    """Start a Chromium with nothing that talks to the network by itself."""
    return playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))


# What anywidget says when a script took more than two seconds to load. It hears nothing from Python
# from then on; our pictures do (test_late_scripts.py), so that on a busy machine nothing is lost.
LATE = "[anywidget] Failed to initialize model."

_FRONT_IS_IDLE = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return Boolean(context?.isReady && context.session?.kernel?.status === "idle");
}"""

# A command that waits for a dialog would never end; nobody is there to answer it.
_EXECUTE = """([name, args]) => Promise.race([
  window.jupyterapp.commands.execute(name, args).then(() => null),
  new Promise((_, fail) => setTimeout(() => fail(new Error(`${name} does not end`)), 90000)),
])"""


@dataclass
class Lab:
    """A browser page with JupyterLab, and what went over the wire and into the console."""

    page: Page
    server: Server
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._on_request)
        self.page.on("pageerror", self._on_page_error)
        self.page.on("console", self._on_console)

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _on_page_error(self, error: Any) -> None:
        (self.late if str(error) == LATE else self.errors).append(str(error))

    def _on_console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def open(self, name: str) -> None:
        """Open a notebook in a fresh workspace and wait for its kernel."""
        self.page.goto(self.server.address(f"/lab/tree/{name}"))
        self.wait_until_idle()

    def open_beside(self, name: str) -> None:
        """Open another notebook as a second tab, in front of the first."""
        self.command("docmanager:open", path=name)
        self.page.wait_for_function(
            "name => window.jupyterapp.shell.currentWidget?.context?.path === name", arg=name
        )
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait for the kernel: "Run All" before that asks which kernel is meant.

        The status bar says "| Idle" of the notebook before this one for a moment, so the notebook
        in front is asked itself.
        """
        self.page.get_by_text("| Idle").first.wait_for(timeout=60_000)
        self.page.wait_for_function(_FRONT_IS_IDLE, timeout=60_000)

    def run_all(self) -> None:
        """Run every cell and wait until the last one has run."""
        self.command("notebook:run-all-cells")
        self.wait_until_idle()

    def command(self, name: str, **arguments: Any) -> None:
        """Do what a menu entry of JupyterLab does."""
        self.page.evaluate(_EXECUTE, [name, arguments])

    def wait_until(self, is_true: Callable[[], bool], seconds: float = 5) -> None:
        """Wait for something outside the page."""
        deadline = time.monotonic() + seconds
        while not is_true():
            assert time.monotonic() < deadline, "waited in vain"
            self.page.wait_for_timeout(50)

    def change_theme(self, name: str) -> None:
        """Switch to the theme ``Light`` or ``Dark``."""
        self.command("apputils:change-theme", theme=f"JupyterLab {name}")
        self.page.locator(f'body[data-jp-theme-name="JupyterLab {name}"]').wait_for(
            state="attached"
        )
        self.page.wait_for_timeout(200)  # the colours come with the theme's style sheet

    def end_kernel(self) -> None:
        """Shut the kernel down, as a crash would."""
        self.page.evaluate(
            "window.jupyterapp.shell.currentWidget.sessionContext.shutdown().then(() => null)"
        )

    def cells(self) -> list[str]:
        """Return the type of each cell of the notebook in front."""
        types = self.page.evaluate(
            "[...window.jupyterapp.shell.currentWidget.content.model.cells].map(c => c.type)"
        )
        return [str(kind) for kind in types]

    def outside(self) -> list[str]:
        """Return the requests that left this machine."""
        ours = f"://127.0.0.1:{self.server.port}/"
        local = ("data:", "blob:", "about:")
        return [url for url in self.requests if ours not in url and not url.startswith(local)]


# --- a board --------------------------------------------------------------------------------

ON_A_LINE = """(node, beside) => {
  const line = node.querySelector(".nl-line");
  const at = part => line.getPointAtLength(part * line.getTotalLength());
  const matrix = line.getScreenCTM();
  const [before, here, after] = [0.34, 0.35, 0.36].map(p => at(p).matrixTransform(matrix));
  const [dx, dy] = [after.x - before.x, after.y - before.y];
  const scale = beside / Math.hypot(dx, dy);
  return [here.x - dy * scale, here.y + dx * scale];
}"""


@dataclass(frozen=True)
class BoardInPage:
    """A board as a learner sees it."""

    page: Page
    root: Locator

    @property
    def svg(self) -> Locator:
        """The picture."""
        return self.root.locator("svg.nl-map")

    @property
    def why(self) -> Locator:
        """The explanation under it."""
        return self.root.locator(".nl-why")

    @property
    def port(self) -> Locator:
        """The field for the port."""
        return self.root.get_by_role("combobox", name="Port")

    @property
    def protocol(self) -> Locator:
        """The list of protocols."""
        return self.root.get_by_role("combobox", name="Protocol")

    def checkbox(self, name: str) -> Locator:
        """The checkbox of a policy."""
        return self.root.get_by_role("checkbox", name=name)

    def flow(self, ends: str) -> Locator:
        """The arrow of a flow, as ``shop/web>shop/db``."""
        return self.svg.locator(f'[data-key="flow:{ends}"]')

    def pod(self, name: str) -> Locator:
        """The card of a pod."""
        return self.svg.locator(f'[data-key="pod:{name}"]')

    def point_at(self, ends: str, beside: float = 0) -> None:
        """Move the mouse onto an arrow, or some pixels beside its line."""
        self.svg.scroll_into_view_if_needed()
        self.page.mouse.move(*self.flow(ends).evaluate(ON_A_LINE, beside))

    def click_on(self, ends: str, beside: float = 0) -> None:
        """Click on an arrow, or some pixels beside its line."""
        self.point_at(ends, beside)
        self.page.mouse.down()
        self.page.mouse.up()

    def wait_for_state(self, state: str) -> None:
        """Wait until the picture shows what is asked, as ``TCP 80|policy-a,policy-b``."""
        self.root.locator(f'svg.nl-map[data-state="{state}"]').wait_for()

    def verdicts(self) -> dict[str, str]:
        """Return what the picture says about each flow."""
        found = self.svg.locator(".nl-flow").evaluate_all(
            "nodes => nodes.map(n => [n.dataset.key.slice(5), n.dataset.verdict])"
        )
        return dict(found)

    def table(self) -> dict[str, str]:
        """Return what the table says about each flow."""
        found = self.root.locator(".nl-table tbody tr").evaluate_all(
            "rows => rows.map(r => [...r.cells].map(c => c.textContent))"
        )
        return {f"{row[0]}>{row[1]}": row[2].partition(",")[0] for row in found}

    def focused(self) -> str:
        """Return what has the focus: the key of a part, or the label of a control or a region."""
        return str(
            self.page.evaluate(
                "(e => e.dataset.key ?? e.closest('label')?.textContent"
                " ?? e.ariaLabel ?? e.tagName)"
                "(document.activeElement)"
            )
        )

    def clipped(self) -> list[object]:
        """Return the parts whose content is cut off or has to be scrolled sideways."""
        found = self.root.evaluate(
            "root => [root, ...root.querySelectorAll('*')]"
            ".filter(e => e.className !== 'nl-said')"
            ".filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1)"
            ".map(e => [e.tagName, String(e.className), e.scrollWidth, e.clientWidth])"
        )
        return list(found)


def board_in(page: Page) -> BoardInPage:
    """Return the first board on a page, once its picture is there."""
    board = BoardInPage(page, page.locator(".nl-board").first)
    board.svg.wait_for()
    board.root.scroll_into_view_if_needed()
    return board


NEARLY = 60  # of 255, in each of red, green and blue


def colours(part: Locator) -> dict[str, int]:
    """Count the pixels of a screenshot that are the blue or the vermillion of the arrows.

    Nearly is enough: where the picture stands between two pixels, its edges are mixed with white.
    """
    image = Image.open(io.BytesIO(part.screenshot())).convert("RGB")
    names = {(0, 114, 178): "blue", (213, 94, 0): "vermillion"}
    found = image.getcolors(image.width * image.height)
    return {
        name: sum(count for count, seen in found if _apart(seen, wanted) <= NEARLY)
        for wanted, name in names.items()
    }


def _apart(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
