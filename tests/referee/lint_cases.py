"""The cases of lint without pytest, for runs against a planted fault.

    python -m tests.referee.lint_cases

Ends with 1 where a code does not fire at its place, or more is found in it, in its twin, or in a
clean policy.
"""

import sys

import yaml

import netpol_lab as lab
from tests.helpers.linted import LEFT_OPEN, WORLD
from tests.helpers.places import LINT_CASES


def told(case, text):
    """What is found in a text of a case: codes with their places."""
    cluster = lab.load(WORLD, case[text], strict=not case.get("lenient"))
    return {(finding.code, finding.path) for finding in lab.lint(cluster)}


def is_right(case):
    """Whether a case is as it says."""
    fires = told(case, "fires")
    expected = {case["code"], *case.get("also", ()), LEFT_OPEN}
    beside = {code for code, _ in told(case, "silent")} - ({LEFT_OPEN} - {case["code"]})
    as_meant = {code for code, _ in fires} | {LEFT_OPEN} == expected
    return (case["code"], case["at"]) in fires and as_meant and not beside


def main():
    cases = sorted(LINT_CASES.glob("NP*.yaml"))
    sys.exit(not all(is_right(yaml.safe_load(path.read_text("utf-8"))) for path in cases))


if __name__ == "__main__":
    main()
