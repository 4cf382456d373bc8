"""Start the course as a learner does, see that the first page is served, and stop it again.

    python tools/lab_smoke.py

Starts `make lab LAB_ARGS="--no-browser --port N"` (twice: the second time nothing may be
installed), follows the address that JupyterLab prints, token and all, and then asks that very
server to shut down. Only the process started here is ever ended.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "notebooks/00-start-here.ipynb"
ADDRESS = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+/\S*token=\w+")
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": ("fetchNews", "false"),
    "@jupyterlab/notebook-extension:tracker": ("windowingMode", "none"),
}
FIRST_START = 900  # seconds; the packages may have to be fetched
SECOND_START = 60


class Failure(Exception):
    """The smoke test has found something."""


def main() -> int:
    """Start JupyterLab twice and look at what it serves."""
    try:
        for limit, must_be_set_up in ((FIRST_START, False), (SECOND_START, True)):
            smoke(limit, must_be_set_up)
    except Failure as failure:
        print(f"lab smoke test failed: {failure}", file=sys.stderr)
        return 1
    return 0


def smoke(limit: float, must_be_set_up: bool) -> None:
    """Start, look, stop; print how long the start took."""
    started = time.monotonic()
    with running_lab() as lines:
        address, said = find_address(lines, started + limit)
        look_at(address)
        print(f"make lab: {NOTEBOOK} served after {time.monotonic() - started:.1f} s", flush=True)
        shut_down(address)
    if must_be_set_up and "Setting up" in said:
        raise Failure("the second start installed something again")


@contextmanager
def running_lab() -> Iterator[queue.Queue[str | None]]:
    """Run `make lab` for as long as the block lasts, and pass on the lines that it prints."""
    options = f"--no-browser --port {free_port()} --ServerApp.port_retries=0"
    process = subprocess.Popen(
        lab_command(options),
        cwd=ROOT,
        env={**os.environ, "LAB_ARGS": options},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=pass_on, args=(process, lines), daemon=True).start()
    try:
        yield lines
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        raise Failure("JupyterLab was asked to shut down but goes on running") from None
    finally:
        end(process)


def lab_command(options: str) -> list[str]:
    """Return the command a learner types: make where there is one."""
    if shutil.which("make"):
        return ["make", "lab", f"PYTHON={sys.executable}", f"LAB_ARGS={options}"]
    return [sys.executable, "tools/dev.py", "lab"]


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pass_on(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    """Put each line into the queue, and None at the end, so that waiting can have a limit."""
    for line in process.stdout or ():
        lines.put(line)
    lines.put(None)


def end(process: subprocess.Popen[str]) -> None:
    """End what we started if it still runs: it and its children are one group, named by its id."""
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        os.killpg(process.pid, 15)
    else:
        process.terminate()
    process.wait(timeout=30)


def find_address(lines: queue.Queue[str | None], deadline: float) -> tuple[str, str]:
    """Return the address with the token that JupyterLab prints, and all that was said before it."""
    said: list[str] = []
    while True:
        try:
            line = lines.get(timeout=max(0.1, deadline - time.monotonic()))
        except queue.Empty:
            raise Failure(f"no address in time; it said:\n{''.join(said)}") from None
        if line is None:
            raise Failure(f"it ended before it served anything; it said:\n{''.join(said)}")
        said.append(line)
        found = ADDRESS.search(line)
        if found:
            return found.group(), "".join(said)


def look_at(address: str) -> None:
    """See that the printed address opens the first page, and that our settings are in force."""
    if (ROOT / NOTEBOOK).exists() and NOTEBOOK not in address:
        raise Failure(f"the printed address does not open {NOTEBOOK}: {without_token(address)}")
    if b"jupyter-config-data" not in fetch(address):
        raise Failure(f"{without_token(address)} is not a JupyterLab page")
    if (ROOT / NOTEBOOK).exists():
        json.loads(fetch(sibling(address, f"/api/contents/{NOTEBOOK}")))["content"]["cells"]
    for plugin, (key, value) in SETTINGS.items():
        answer = json.loads(fetch(sibling(address, f"/lab/api/settings/{plugin}")))
        if answer["schema"]["properties"][key]["default"] != value:
            raise Failure(f"the course's setting {plugin} {key}={value} is not in force")


def shut_down(address: str) -> None:
    """Ask the server behind this address to shut down."""
    fetch(sibling(address, "/api/shutdown"), method="POST")


def fetch(address: str, method: str = "GET") -> bytes:
    """Return what is served at an address; trying again while the server is starting."""
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["token"][0]
    request = urllib.request.Request(
        address, method=method, headers={"Authorization": f"token {token}"}
    )
    # No proxy: this never leaves the machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(50):
        try:
            with opener.open(request, timeout=30) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise Failure(f"{without_token(address)} answers {error.code}") from None
        except OSError:
            time.sleep(0.2)
    raise Failure(f"{without_token(address)} does not answer")


def sibling(address: str, path: str) -> str:
    """Return the address of another page of the same server, with the same token."""
    return urllib.parse.urlsplit(address)._replace(path=path).geturl()


def without_token(address: str) -> str:
    """Return the address as it may be shown in a log."""
    return address.partition("?")[0]


if __name__ == "__main__":
    sys.exit(main())
