"""``netpol-lab progress``: what a whole class has done, in one table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from netpol_lab.cli.options import FINDINGS, GOOD, WRONG_USE, add_format, refuse_to_overwrite

FORMATS = ("text", "csv", "md", "json")

PROGRESS = """\
Put the progress files of many learners into one table.

A learner has the name of the file, or of its folder where the file still has its usual name,
netpol-lab-progress.json.

exit status: 0 all were read, 1 some were not, 2 wrong use, or none was read

examples:
  netpol-lab progress collected/
  netpol-lab progress collected/ --details -o csv        one line for each learner and chapter
  netpol-lab progress ann.json bob.json --out class.md
"""


def add_progress(sub: argparse.ArgumentParser) -> None:
    """Let `progress` be asked."""
    sub.add_argument(
        "paths", nargs="+", metavar="PATH", help="files of progress, or directories of them"
    )
    sub.add_argument(
        "--details", action="store_true", help="one line for each learner and chapter begun"
    )
    add_format(sub, FORMATS)


def run_progress(options: argparse.Namespace) -> int:
    """Say what each learner has done."""
    from netpol_lab.cli.class_table import find_files, lines_of, read_all
    from netpol_lab.errors import visible

    troubles: list[str] = []
    format = options.output or _format_of(options.out)
    files = find_files(options.paths, troubles)
    refuse_to_overwrite(files, options.out)
    learners = read_all(files, troubles)
    for trouble in troubles:
        print(f"warning: {visible(trouble, 1000)}", file=sys.stderr)
    if not learners:
        print("netpol-lab: there is no progress in these paths.", file=sys.stderr)
        return WRONG_USE
    _deliver(lines_of(learners, format, options.details), options.out)
    return FINDINGS if troubles else GOOD


def _format_of(out: str | None) -> str:
    """Return the format that a file's name tells, or text."""
    from pathlib import Path

    from netpol_lab.errors import NetpolError

    ending = Path(out or "a.txt").suffix.removeprefix(".").replace("txt", "text")
    if ending not in FORMATS:
        raise NetpolError(f"{out}: say with -o what it shall be: {', '.join(FORMATS)}.")
    return ending


def _deliver(lines: Iterator[str], out: str | None) -> None:
    from netpol_lab.cli.reports.output import save

    if out:
        save(lines, out)
    else:
        print(*lines, sep="\n")
