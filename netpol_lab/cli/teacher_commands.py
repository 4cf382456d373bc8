"""What teachers ask: whether an exercise is good, and how far each learner of a class is."""

from __future__ import annotations

import argparse
import sys

from netpol_lab.cli.options import Command, add_format
from netpol_lab.cli.reading import print_complaints, refuse_to_overwrite
from netpol_lab.cli.reports.formats import chosen_format

PROGRESS_FORMATS = ("text", "csv", "md", "json")

# ---------------------------------------------------------------- scenario check


def _scenario_options(sub: argparse.ArgumentParser) -> None:
    actions = sub.add_subparsers(title="actions", required=True, metavar="check")
    words = "is the exercise whole, and does its answer solve it?"
    check = actions.add_parser("check", help=words, description=SCENARIO.description)
    words = "files, directories of them, or names of packaged exercises"
    check.add_argument("paths", nargs="+", metavar="PATH", help=words)
    check.add_argument("--show", action="store_true", help="print the task as a learner reads it")


def _scenario(options: argparse.Namespace) -> bool:
    """Check exercises: one YAML file each, as docs/exercises.md of the project describes them.

    exit status: 0 good, 1 complaints, 2 wrong use or unreadable input

    examples:
      netpol-lab scenario check my-shop.yaml
      netpol-lab scenario check my-shop.yaml --show       what the learner will read
      netpol-lab scenario check exercises/
    """
    from pathlib import Path

    from netpol_lab.course.exercise_lint import check_file, holds_manifests
    from netpol_lab.course.exercise_loader import exercise_files
    from netpol_lab.course.goal_table import in_words

    failed = False
    for path in options.paths:
        for file in exercise_files(path):
            if file != Path(path) and holds_manifests(file):
                print(f"{file}: passed over, it holds manifests, not an exercise")
                continue
            checked = check_file(file)
            if options.show and checked.grader is not None:
                print(in_words(checked.grader), end="\n\n")
            print_complaints(checked.complaints, checked.warnings)
            print(checked.summary)
            failed |= bool(checked.complaints)
    return failed


SCENARIO = Command(
    "scenario", "for teachers: is an exercise ready to be used?", (_scenario_options,), _scenario
)

# ---------------------------------------------------------------- progress


def _progress_options(sub: argparse.ArgumentParser) -> None:
    words = "files of progress, or directories of them"
    sub.add_argument("paths", nargs="+", metavar="PATH", help=words)
    words = "one line for each learner and chapter begun"
    sub.add_argument("--details", action="store_true", help=words)
    add_format(sub, PROGRESS_FORMATS)


def _progress(options: argparse.Namespace) -> bool:
    """Put the progress files of many learners into one table.

    A learner is named after the file, or after its folder where the file still has its usual name,
    netpol-lab-progress.json.

    exit status: 0 all were read, 1 some were not, 2 wrong use, or none was read

    examples:
      netpol-lab progress collected/
      netpol-lab progress collected/ --details -o csv        one line for each learner and chapter
      netpol-lab progress ann.json bob.json --out class.md
    """
    from netpol_lab.cli.class_table import find_files, lines_of, read_all
    from netpol_lab.cli.reports.output import save
    from netpol_lab.errors import NetpolError, visible

    problems: list[str] = []
    format = chosen_format(options.output, options.out, PROGRESS_FORMATS)
    files = find_files(options.paths, problems)
    refuse_to_overwrite(files, options.out)
    learners = read_all(files, problems)
    for problem in problems:
        print(f"warning: {visible(problem, 1000)}", file=sys.stderr)
    if not learners:
        raise NetpolError("no progress was found in these paths.")
    lines = lines_of(learners, format, options.details)
    if options.out:
        save(lines, options.out)
    else:
        print(*lines, sep="\n")
    return bool(problems)


PROGRESS = Command(
    "progress", "how far is each learner of a class?", (_progress_options,), _progress
)
