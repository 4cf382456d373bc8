"""Make, run and store the notebooks: each chapter with its solutions, and the learner's copy of it.

    python tools/make_notebooks.py                           every chapter
    python tools/make_notebooks.py --check                   only tell which would change
    python tools/make_notebooks.py notebooks/solutions/02-*  only this chapter, both notebooks

A chapter is written in `notebooks/solutions/`; `learner_copies.py` tells what learners get of it.
Both run from a fresh kernel and are stored with their outputs, always in the same shape.

What is stored is what the tests compare, so nothing in it may depend on the clock, the machine or
chance: cell ids come from the file name, counts start at 1, and timings, widget state and the
random ids of live widgets are left out. A notebook that stops with an error is not stored.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from learner_copies import learner_copy, learner_path, master_of, stands_alone, with_banner
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from netpol_lab.writing import replacing

ROOT = Path(__file__).resolve().parent.parent
AT_A_TIME = 2
SECONDS_A_CELL = 120

# No history on disk, and no warning that a kernel of our own talks to us without encryption.
QUIET_KERNEL = ["--HistoryManager.enabled=False", "--log-level=ERROR"]

# What the course writes down of its solutions is nobody's progress.
KERNEL_ENVIRONMENT = {"NETPOL_LAB_PROGRESS": "off"}

# Ids of widgets in one running kernel: random, and of no use once it has ended.
LIVE_WIDGET = "application/vnd.jupyter.widget-view+json"
PICTURES = ("image/png", "image/jpeg")

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
# Left in cells by editors and runners: timings, scroll positions, trust.
FLEETING = ("ExecuteTime", "collapsed", "execution", "scrolled", "trusted")


@dataclass(frozen=True)
class Job:
    """A notebook to run, and where it is stored."""

    path: Path
    notebook: NotebookNode


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks and return 0, or 1 when one failed or (with --check) would change."""
    options = parse(arguments)
    masters = find_masters(options.paths)
    if not masters:
        print("There are no notebooks to run.", file=sys.stderr)
        return 1
    try:
        return 0 if all(asyncio.run(run_all(masters, options.check))) else 1
    except KeyboardInterrupt:
        return 130


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Run notebooks and store them with their outputs.")
    parser.add_argument("--check", action="store_true", help="change nothing, tell what would")
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks (default: all)")
    return parser.parse_args(arguments)


def find_notebooks(paths: Iterable[Path], root: Path = ROOT) -> list[Path]:
    """Return the named notebooks, or all that are in notebooks/ and its folders."""
    named = [path.resolve() for path in paths]
    found = named or (root / "notebooks").rglob("*.ipynb")
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def find_masters(paths: Iterable[Path], root: Path = ROOT) -> list[Path]:
    """Return the masters of the named notebooks, or of all."""
    return sorted({master_of(path) for path in find_notebooks(paths, root)})


async def run_all(masters: list[Path], check: bool) -> list[bool]:
    """Run both notebooks of each chapter, a few at a time."""
    gate = asyncio.Semaphore(AT_A_TIME)
    told = await asyncio.gather(*(run_chapter(master, check, gate) for master in masters))
    return [good for chapter in told for good in chapter]


async def run_chapter(master: Path, check: bool, gate: asyncio.Semaphore) -> list[bool]:
    """Run a master and its learner's copy."""
    try:
        jobs = list(jobs_of(master))
    except (OSError, ValueError) as error:
        report(master, f"FAILED, it cannot be read\n{error}")
        return [False]
    return await asyncio.gather(*(run_one(job, check, gate) for job in jobs))


def jobs_of(master: Path) -> Iterator[Job]:
    """Yield the two notebooks that are made from a master, or the one that stands alone."""
    notebook = nbformat.read(master, as_version=4)
    if stands_alone(master):
        yield Job(master, notebook)
        return
    notebook = with_banner(notebook, master.stem)
    yield Job(master, notebook)
    yield Job(learner_path(master), learner_copy(notebook, master.stem))


async def run_one(job: Job, check: bool, gate: asyncio.Semaphore) -> bool:
    """Run one notebook, then store it or compare it; tell what happened."""
    async with gate:
        try:
            fresh = await executed(job)
        except (
            CellExecutionError,
            CellTimeoutError,
            DeadKernelError,
            OSError,
            ValueError,
        ) as error:
            report(job.path, f"FAILED, nothing stored\n{error}")
            return False
    return (compare if check else store)(job.path, fresh)


async def executed(job: Job) -> str:
    """Return the text of a notebook after running it in the folder where it is stored."""
    client = NotebookClient(
        job.notebook,
        coalesce_streams=True,
        extra_arguments=QUIET_KERNEL,
        kernel_name=KERNELSPEC["name"],
        record_timing=False,
        resources={"metadata": {"path": str(job.path.parent)}},
        store_widget_state=False,
        timeout=SECONDS_A_CELL,
    )
    await client.async_execute(env={**os.environ, **KERNEL_ENVIRONMENT})
    return as_text(normalise(job.notebook, job.path.stem))


def store(path: Path, fresh: str) -> bool:
    """Write the notebook if anything in it changed."""
    changed = stored_text(path) != fresh
    if changed:
        with replacing(path) as file:
            file.write(fresh.encode())
    report(path, "stored" if changed else "unchanged")
    return True


def compare(path: Path, fresh: str) -> bool:
    """Show the first lines that would change."""
    stored = without_pictures(stored_text(path)).splitlines()
    changes = list(difflib.unified_diff(stored, without_pictures(fresh).splitlines(), n=1))
    report(path, "\n".join(["WOULD CHANGE", *changes[2:30]]) if changes else "as stored")
    return not changes


def stored_text(path: Path) -> str:
    """Return what is stored; of a notebook that is not there yet, one without cells."""
    return path.read_text("utf-8") if path.exists() else '{"cells": []}'


def report(path: Path, text: str) -> None:
    """Print one notebook's result."""
    print(f"{path.parent.name}/{path.name}: {text}", flush=True)


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
