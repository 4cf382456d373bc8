"""The cases of lint without pytest, for runs against a planted fault.

    python -m tests.referee.lint_cases

Ends with 1 where a code does not fire at its place, as often and with the hint that the case says,
or more is found in it or in its twin.
"""

import random
import sys

import yaml

import netpol_lab as lab
from tests.helpers.linted import LEFT_OPEN, WORLD
from tests.helpers.places import LINT_CASES


def told(case, text):
    """What is found in a text of a case."""
    return lab.lint(lab.load(WORLD, case[text], strict=not case.get("lenient")))


def is_right(case):
    """Whether a case is as it says."""
    fires = told(case, "fires")
    expected = {case["code"], *case.get("also", ()), LEFT_OPEN}
    beside = {finding.code for finding in told(case, "silent")} - ({LEFT_OPEN} - {case["code"]})
    codes = [finding.code for finding in fires]
    often = codes.count(case["code"]) == case.get("times", codes.count(case["code"]))
    hints = [f.hint for f in fires if (f.code, f.path) == (case["code"], case["at"])]
    hinted = any(case.get("hint", "") in hint for hint in hints)
    return {*codes, LEFT_OPEN} == expected and often and hinted and not beside


def main():
    cases = sorted(LINT_CASES.glob("NP*.yaml"))
    random.Random(1).shuffle(cases)  # one that fails is enough, and neighbours are alike
    sys.exit(not all(is_right(yaml.safe_load(path.read_text("utf-8"))) for path in cases))


if __name__ == "__main__":
    main()
