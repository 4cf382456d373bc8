"""The command for teachers who write exercises: netpol-lab scenario check."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from netpol_lab.cli.options import FINDINGS, GOOD

if TYPE_CHECKING:
    from netpol_lab.course.exercise_lint import Checked

SCENARIO = """\
Check exercises: one YAML file each, as docs/exercises.md of the project describes them.

exit status: 0 good, 1 complaints, 2 wrong use or unreadable input

examples:
  netpol-lab scenario check my-shop.yaml
  netpol-lab scenario check my-shop.yaml --show       what the learner will read
  netpol-lab scenario check exercises/
"""


def add_scenario(sub: argparse.ArgumentParser) -> None:
    """Let files of exercises be checked."""
    actions = sub.add_subparsers(title="actions", required=True, metavar="check")
    check = actions.add_parser(
        "check",
        help="is the exercise whole, and does its answer solve it?",
        description=SCENARIO,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    words = "files, directories of them, or names of packaged exercises"
    check.add_argument("paths", nargs="+", metavar="PATH", help=words)
    check.add_argument("--show", action="store_true", help="print the task as a learner reads it")


def run_scenario(options: argparse.Namespace) -> int:
    """Say of each file what is wrong with it."""
    from netpol_lab.course.exercise_lint import check_file, holds_manifests
    from netpol_lab.course.exercise_loader import scenario_files

    failed = False
    for path in options.paths:
        files = scenario_files(path)
        for file in files:
            if file != Path(path) and holds_manifests(file):
                print(f"{file}: passed over, it holds manifests and no exercise")
                continue
            checked = check_file(file)
            _print(checked, options.show)
            failed = failed or bool(checked.complaints)
    return FINDINGS if failed else GOOD


def _print(checked: Checked, show: bool) -> None:
    if show and checked.scenario is not None and checked.goals:
        from netpol_lab.course.goal_table import heading_of, in_words

        shown = checked.scenario.file.port or checked.goals[0].port
        print(in_words(checked.scenario, checked.goals, heading_of(checked.goals, str(shown))))
        print()
    for complaint in checked.complaints:
        print(f"{complaint}\n")
    for warning in checked.warnings:
        print(f"warning: {warning}\n")
    print(checked.summary)
