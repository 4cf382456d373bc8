"""The command line: ``netpol-lab test PATH...``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from netpol_lab.errors import NetpolError

GOOD, FINDINGS, WRONG_USE = 0, 1, 2

_TEST_HELP = """\
Check files that hold manifests and the verdicts expected of them.

A file looks like this:

  name: db-is-private
  manifests: |
    ...pods, namespaces and policies, as for kubectl apply...
  expect:
  - {from: shop/backend, to: shop/db, port: 5432, allowed: true}
  - {from: 203.0.113.7, to: shop/db, port: 5432, allowed: false}

Exit status: 0 all hold, 1 some do not, 2 wrong use or unreadable input.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process when left out.

    Returns
    -------
    int
        0 good, 1 failed expectations, 2 wrong use or unreadable input.

    Examples
    --------
    >>> main(["test"])
    0 cases, 0 expectations: all hold
    0
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except NetpolError as error:
        print(f"netpol-lab: {error}", file=sys.stderr)
        return WRONG_USE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="netpol-lab", description="Predict what Kubernetes NetworkPolicies allow, and why."
    )
    verbs = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    test = verbs.add_parser(
        "test",
        help="check files of manifests and expected verdicts",
        description=_TEST_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    test.add_argument("paths", nargs="*", metavar="PATH", help="files, or directories of them")
    test.set_defaults(run=_test)
    return parser


def _test(options: argparse.Namespace) -> int:
    from netpol_lab.expectations import run

    report = run(options.paths)
    for failure in report.failures:
        print(failure)
    for file in report.waiting:
        print(f"waits for cluster-wide policies: {file}")
    print(report.summary)
    return FINDINGS if report.failures else GOOD
