"""JUnit XML: what a reader of it understands."""

from xml.etree import ElementTree

import pytest
from junitparser import Failure as JUnitFailure
from junitparser import JUnitXml

from netpol_lab.checks.expectation_report import ExpectationOutcome, ExpectationReport, Failure
from netpol_lab.checks.expectations import run
from netpol_lab.checks.junit import junit

CASE = """\
name: db-is-private
manifests: |
  {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x}}
  ---
  {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x}}
  ---
  {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: x}}
expect:
- {from: x/b, to: 203.0.113.7, port: 1, allowed: true}
- {from: x/a, to: x/b, port: 1, allowed: true}
"""


def read(report):
    return JUnitXml.fromstring(junit(report).encode())


@pytest.fixture
def suite(tmp_path):
    file = tmp_path / "case.yaml"
    file.write_text(CASE, encoding="utf-8")
    (found,) = read(run([file]))
    return found


def test_a_file_is_a_suite_and_an_expectation_a_test(suite):
    assert suite.name.endswith("case.yaml")
    assert [(test.classname, test.name) for test in suite] == [
        ("db-is-private", "x/b -> 203.0.113.7  TCP 1: allowed"),
        ("db-is-private", "x/a -> x/b  TCP 1: allowed"),
    ]
    assert (suite.tests, suite.failures) == (2, 1)


def test_a_failure_has_its_place_and_the_reasons_of_the_verdict(suite):
    _, failed = suite
    (failure,) = failed.result
    assert isinstance(failure, JUnitFailure)
    assert failure.message == "x/a -> x/b  TCP 1: expected allowed, got denied"
    assert "x/b is isolated by x/p" in failure.text
    assert failed._elem.get("file").endswith("case.yaml")
    assert failed._elem.get("line") == "10"


def test_a_file_that_cannot_be_run_is_a_failed_test(tmp_path):
    file = tmp_path / "case.yaml"
    file.write_text("expects: []", encoding="utf-8")
    ((test,),) = read(run([file]))
    assert test.name == "can be run"
    assert "did you mean expect?" in test.result[0].text


def test_numbers_of_all_files_are_summed_up(tmp_path, case_directory):
    file = tmp_path / "case.yaml"
    file.write_text(CASE, encoding="utf-8")
    whole = read(run([file, case_directory / "001-e2e-default-deny-ingress.yaml"]))
    assert (whole.tests, whole.failures, len(list(whole))) == (434, 1, 2)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31m\x00b", r"a\x1b[31m\x00b"),
        ("half \ud800 a character", r"half \ud800 a character"),
        ("<&>\"'", "<&>\"'"),
        ("Zoë \U0001f600", "Zoë \U0001f600"),
    ],
)
def test_any_text_makes_a_file_that_can_be_read_again(text, shown):
    failure = Failure("f.yaml", 1, text, text)
    written = junit(ExpectationReport(outcomes=[ExpectationOutcome("f.yaml", text, text, failure)]))
    assert written.isascii()
    (case,) = ElementTree.fromstring(written).iter("testcase")
    assert (case.get("name"), case[0].get("message")) == (shown, shown)
