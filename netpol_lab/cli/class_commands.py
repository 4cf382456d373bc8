"""``netpol-lab progress``: what a whole class has done, in one table."""

from __future__ import annotations

import argparse
import sys

from netpol_lab.cli.options import (
    FINDINGS,
    GOOD,
    WRONG_USE,
    Command,
    add_format,
    refuse_to_overwrite,
)
from netpol_lab.cli.reports.formats import chosen_format

FORMATS = ("text", "csv", "md", "json")


def _progress_options(sub: argparse.ArgumentParser) -> None:
    words = "files of progress, or directories of them"
    sub.add_argument("paths", nargs="+", metavar="PATH", help=words)
    words = "one line for each learner and chapter begun"
    sub.add_argument("--details", action="store_true", help=words)
    add_format(sub, FORMATS)


def _progress(options: argparse.Namespace) -> int:
    """Say what each learner has done."""
    from netpol_lab.cli.class_table import find_files, lines_of, read_all
    from netpol_lab.cli.reports.output import save
    from netpol_lab.errors import visible

    troubles: list[str] = []
    format = chosen_format(options.output, options.out, FORMATS)
    files = find_files(options.paths, troubles)
    refuse_to_overwrite(files, options.out)
    learners = read_all(files, troubles)
    for trouble in troubles:
        print(f"warning: {visible(trouble, 1000)}", file=sys.stderr)
    if not learners:
        print("netpol-lab: there is no progress in these paths.", file=sys.stderr)
        return WRONG_USE
    lines = lines_of(learners, format, options.details)
    if options.out:
        save(lines, options.out)
    else:
        print(*lines, sep="\n")
    return FINDINGS if troubles else GOOD


PROGRESS = Command(
    "progress",
    "how far is each learner of a class?",
    """\
Put the progress files of many learners into one table.

A learner has the name of the file, or of its folder where the file still has its usual name,
netpol-lab-progress.json.

exit status: 0 all were read, 1 some were not, 2 wrong use, or none was read

examples:
  netpol-lab progress collected/
  netpol-lab progress collected/ --details -o csv        one line for each learner and chapter
  netpol-lab progress ann.json bob.json --out class.md
""",
    _progress_options,
    _progress,
)
