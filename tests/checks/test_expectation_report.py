"""What a run of policy tests found, in words and numbers."""

from netpol_lab.checks.expectation_report import ExpectationOutcome, ExpectationReport, Failure
from tests.helpers.expected import outcome


def test_every_expectation_has_an_outcome_in_words(tmp_path):
    rest = "{from: x/a, to: x/b, port: 1, allowed: %s}"
    report = outcome(tmp_path, f"expect: [{rest % 'false'}, {rest % 'true'}]")
    assert [(o.case, o.name, bool(o.failure)) for o in report.outcomes] == [
        ("small", "x/a -> x/b  TCP 1: denied", False),
        ("small", "x/a -> x/b  TCP 1: allowed", True),
    ]


def test_a_report_prints_what_does_not_hold_and_the_numbers():
    failure = Failure("case.yaml", 3, "got allowed")
    found = ExpectationOutcome("case.yaml", "small", "a -> b  TCP 1: denied", failure)
    report = ExpectationReport(cases=1, expectations=2, refusals=1, outcomes=[found])
    assert not report.hold
    assert str(report).splitlines() == [
        "FAIL case.yaml:3: got allowed",
        "1 case, 2 expectations, 1 refusal: 1 FAILED",
    ]


def test_a_failure_names_the_line_of_a_list_that_stands_in_no_file():
    assert str(Failure("<text>", 18, "wrong")) == "FAIL line 18 of your list: wrong"
    assert str(Failure("<text>", 0, "wrong")) == "FAIL your list: wrong"
