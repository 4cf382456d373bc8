"""Run notebooks from a fresh kernel and store them with their outputs, always in the same shape.

    python tools/make_notebooks.py                 run and store every notebook
    python tools/make_notebooks.py --check         only tell which ones would change
    python tools/make_notebooks.py notebooks/02-*  only these

What is stored is what the tests compare, so nothing in it may depend on the clock, the machine or
chance: cell ids come from the file name, counts start at 1, and timings, widget state and the
random ids of live widgets are left out. A notebook that stops with an error is not stored.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
AT_A_TIME = 2
SECONDS_A_CELL = 120

# No history on disk, and no warning that a kernel of our own talks to us without encryption.
QUIET_KERNEL = ["--HistoryManager.enabled=False", "--log-level=ERROR"]

# Ids of widgets in one running kernel: random, and of no use once it has ended.
LIVE_WIDGET = "application/vnd.jupyter.widget-view+json"
PICTURES = ("image/png", "image/jpeg")

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
# Left in cells by editors and runners: timings, scroll positions, trust.
FLEETING = ("ExecuteTime", "collapsed", "execution", "scrolled", "trusted")


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks and return 0, or 1 when one failed or (with --check) would change."""
    options = parse(arguments)
    paths = find_notebooks(options.paths)
    if not paths:
        print("There are no notebooks to run.", file=sys.stderr)
        return 1
    try:
        return 0 if all(asyncio.run(run_all(paths, options.check))) else 1
    except KeyboardInterrupt:
        return 130


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Run notebooks and store them with their outputs.")
    parser.add_argument("--check", action="store_true", help="change nothing, tell what would")
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks (default: all of them)")
    return parser.parse_args(arguments)


def find_notebooks(paths: Iterable[Path], root: Path = ROOT) -> list[Path]:
    """Return the named notebooks, or all that are in notebooks/ and its folders."""
    named = [path.resolve() for path in paths]
    found = named or (root / "notebooks").rglob("*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


async def run_all(paths: list[Path], check: bool) -> list[bool]:
    """Run the notebooks, a few at a time."""
    gate = asyncio.Semaphore(AT_A_TIME)
    return await asyncio.gather(*(run_one(path, check, gate) for path in paths))


async def run_one(path: Path, check: bool, gate: asyncio.Semaphore) -> bool:
    """Run one notebook, then store it or compare it; tell what happened."""
    async with gate:
        try:
            fresh = await executed(path)
        except (
            CellExecutionError,
            CellTimeoutError,
            DeadKernelError,
            OSError,
            ValueError,
        ) as error:
            report(path, f"FAILED, nothing stored\n{error}")
            return False
    return compare(path, fresh) if check else store(path, fresh)


async def executed(path: Path) -> str:
    """Return the text of a notebook after running it in the folder where it lies."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        coalesce_streams=True,
        extra_arguments=QUIET_KERNEL,
        kernel_name=KERNELSPEC["name"],
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        timeout=SECONDS_A_CELL,
    )
    await client.async_execute()
    return as_text(normalise(notebook, path.stem))


def store(path: Path, fresh: str) -> bool:
    """Write the notebook if anything in it changed."""
    changed = path.read_text("utf-8") != fresh
    if changed:
        path.write_text(fresh, "utf-8", newline="\n")
    report(path, "stored" if changed else "unchanged")
    return True


def compare(path: Path, fresh: str) -> bool:
    """Show the first lines that would change."""
    stored = without_pictures(path.read_text("utf-8")).splitlines()
    changes = list(difflib.unified_diff(stored, without_pictures(fresh).splitlines(), n=1))
    report(path, "\n".join(["WOULD CHANGE", *changes[2:30]]) if changes else "as stored")
    return not changes


def report(path: Path, text: str) -> None:
    """Print one notebook's result."""
    print(f"{path.name}: {text}", flush=True)


# --- one shape ------------------------------------------------------------------------------


def normalise(notebook: NotebookNode, name: str) -> NotebookNode:
    """Take out of an executed notebook, in place, all that differs from run to run."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict({**kept_metadata(notebook), "kernelspec": KERNELSPEC})
    notebook.metadata.language_info = LANGUAGE
    for index, cell in enumerate(notebook.cells):
        cell.id = cell_id(name, index)
        for key in FLEETING:
            cell.metadata.pop(key, None)
    ran = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for count, cell in enumerate(ran, start=1):
        normalise_code(cell, count)
    return notebook


def kept_metadata(notebook: NotebookNode) -> dict[str, object]:
    """Return the notebook's own metadata without the saved state of widgets."""
    return {key: value for key, value in notebook.metadata.items() if key != "widgets"}


def cell_id(name: str, index: int) -> str:
    """Return a fixed id for the cell at this place; an id takes letters, digits, - and _ only."""
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)[:56]}-{index:03d}"


def normalise_code(cell: NotebookNode, count: int) -> None:
    """Number a code cell and its result, and keep of each output what can be read later."""
    cell.execution_count = count
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = count
        if output.output_type == "error":
            # The way to the error goes through folders of this machine; its message does not.
            output.traceback = [f"{output.ename}: {output.evalue}"]
        if "data" in output:
            output.data = nbformat.from_dict(lasting(output.data))


def lasting(data: dict[str, object]) -> dict[str, object]:
    """Leave out what only a running kernel can show, wherever there is something else to show.

    >>> lasting({"text/plain": "Board", LIVE_WIDGET: {"model_id": "5f3a"}})
    {'text/plain': 'Board'}
    """
    rest = {kind: value for kind, value in data.items() if kind != LIVE_WIDGET}
    if "image/svg+xml" in rest:
        rest = {kind: value for kind, value in rest.items() if kind not in PICTURES}
    return rest or data


def as_text(notebook: NotebookNode) -> str:
    """Return the text of a notebook file: sorted keys, one line per line, a newline at the end."""
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def without_pictures(text: str) -> str:
    """Return the text with the bytes of pictures left out: they are not compared anywhere."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.update({kind: "" for kind in PICTURES if kind in data})
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
