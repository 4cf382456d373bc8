"""JUnit XML, which CI systems show: a suite for each file of tests, a test for each expectation."""

from __future__ import annotations

import re
from itertools import groupby
from operator import attrgetter
from xml.etree import ElementTree

from netpol_lab.checks.expectation_report import ExpectationOutcome, ExpectationReport

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: ExpectationReport) -> str:
    r"""Return a report as JUnit XML, in ASCII, so that no encoding can spoil it.

    Parameters
    ----------
    report : ExpectationReport
        As `run` returns it.

    Returns
    -------
    str

    Examples
    --------
    >>> held = ExpectationOutcome(
    ...     "shop.yaml", "db-is-private", "shop/web -> shop/db  TCP 5432: denied"
    ... )
    >>> print(junit(ExpectationReport(cases=1, expectations=1, outcomes=[held])))
    <?xml version='1.0' encoding='us-ascii'?>
    <testsuites name="netpol-lab" tests="1" failures="0" errors="0">
      <testsuite name="shop.yaml" file="shop.yaml" skipped="0" tests="1" failures="0" errors="0">
        <testcase classname="db-is-private" name="shop/web -&gt; shop/db  TCP 5432: denied" ... />
      </testsuite>
    </testsuites>
    """
    root = _element("testsuites", name="netpol-lab", **_counts(report.outcomes))
    for file, found in groupby(report.outcomes, attrgetter("file")):
        outcomes = list(found)
        suite = _element("testsuite", name=file, file=file, skipped=0, **_counts(outcomes))
        suite.extend(map(_test, outcomes))
        root.append(suite)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii")


def _counts(outcomes: list[ExpectationOutcome]) -> dict[str, object]:
    """Return the attributes that sum up; readers ask for errors, too, which are failures here."""
    failures = sum(outcome.failure is not None for outcome in outcomes)
    return {"tests": len(outcomes), "failures": failures, "errors": 0}


def _test(outcome: ExpectationOutcome) -> ElementTree.Element:
    test = _element(
        "testcase", classname=outcome.case or outcome.file, name=outcome.name, file=outcome.file
    )
    if failure := outcome.failure:
        if failure.line:
            test.set("line", str(failure.line))
        first = failure.message.partition("\n")[0]
        element = _element("failure", message=first, type="expectation")
        element.text = _legal(str(failure))  # the rest of the message, and the reasons
        test.append(element)
    return test


def _element(tag: str, **attributes: object) -> ElementTree.Element:
    legal = {name: _legal(str(value)) for name, value in attributes.items()}
    return ElementTree.Element(tag, legal)


def _legal(text: str) -> str:
    """Return a text with the characters that XML cannot hold written as escapes."""
    return _ILLEGAL.sub(lambda found: ascii(found[0])[1:-1], text)
