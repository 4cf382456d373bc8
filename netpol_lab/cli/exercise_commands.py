"""The command for teachers who write exercises: netpol-lab scenario check."""

from __future__ import annotations

import argparse
from pathlib import Path

from netpol_lab.cli.options import FINDINGS, GOOD, Command, print_complaints


def _scenario_options(sub: argparse.ArgumentParser) -> None:
    actions = sub.add_subparsers(title="actions", required=True, metavar="check")
    words = "is the exercise whole, and does its answer solve it?"
    check = actions.add_parser("check", help=words, description=SCENARIO.description)
    words = "files, directories of them, or names of packaged exercises"
    check.add_argument("paths", nargs="+", metavar="PATH", help=words)
    check.add_argument("--show", action="store_true", help="print the task as a learner reads it")


def _scenario(options: argparse.Namespace) -> int:
    """Say of each file what is wrong with it."""
    from netpol_lab.course.exercise_lint import check_file, holds_manifests
    from netpol_lab.course.exercise_loader import exercise_files
    from netpol_lab.course.goal_table import heading_of, in_words

    failed = False
    for path in options.paths:
        for file in exercise_files(path):
            if file != Path(path) and holds_manifests(file):
                print(f"{file}: passed over, it holds manifests and no exercise")
                continue
            checked = check_file(file)
            if options.show and checked.exercise is not None and checked.goals:
                port = checked.exercise.file.port or checked.goals[0].port
                heading = heading_of(checked.goals, str(port))
                print(in_words(checked.exercise, checked.goals, heading), end="\n\n")
            print_complaints(checked.complaints, checked.warnings)
            print(checked.summary)
            failed = failed or bool(checked.complaints)
    return FINDINGS if failed else GOOD


SCENARIO = Command(
    "scenario",
    "for teachers: is an exercise fit to be given?",
    """\
Check exercises: one YAML file each, as docs/exercises.md of the project describes them.

exit status: 0 good, 1 complaints, 2 wrong use or unreadable input

examples:
  netpol-lab scenario check my-shop.yaml
  netpol-lab scenario check my-shop.yaml --show       what the learner will read
  netpol-lab scenario check exercises/
""",
    _scenario_options,
    _scenario,
)
