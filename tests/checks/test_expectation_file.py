"""The format of files of tests: a file that breaks it is explained."""

import pytest

from netpol_lab.checks.expectation_file import read_cases
from netpol_lab.errors import ManifestError
from tests.helpers.expected import outcome


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("expect_default: false\nexpect: []", "expect_default needs probe_ports"),
        ("expect_default: false\nprobe_ports: []\nexpect: []", "expect_default needs probe_ports"),
        ("probe_ports: [{port: 1}]\nexpect: []", "probe_ports needs expect_default"),
        ("probe_ports: []\nexpect: []", "probe_ports needs expect_default"),
        ("expect: []", "expect is empty: this tests nothing"),
    ],
)
def test_half_a_matrix_and_an_empty_list_are_refused(tmp_path, rest, words):
    report = outcome(tmp_path, rest)
    assert words in report.failures[0].message
    assert "hint: write" in report.failures[0].message


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("expect: [{from: x/a, to: x/b, port: 1}]", "allowed is missing"),
        ("expect: [{from: x/a, port: 1, allowed: true}]", "to is missing"),
        ("expect: [{from: x/a, to: x/b, port: 1, allowed: maybe}]", "true, false or null"),
        ("expects: []", "did you mean expect?"),
    ],
)
def test_a_file_that_is_not_in_the_format_is_explained(tmp_path, rest, words):
    report = outcome(tmp_path, rest)
    assert words in str(report.failures[0].message)


def test_a_file_without_manifests_is_explained():
    with pytest.raises(ManifestError, match="needs manifests, or else manifest"):
        read_cases("name: x", "x.yaml")


def test_every_document_that_is_not_empty_is_a_case_with_its_place():
    text = "name: a\nmanifests: ''\nexpect: [{from: a, to: b, allowed: true}]\n---\n"
    found = read_cases(text * 2, "x.yaml")
    assert [(document.number, case.name) for document, case in found] == [(1, "a"), (2, "a")]


def test_a_complaint_names_the_document_it_is_about():
    text = "name: a\nmanifests: ''\nexpect: [{from: a, to: b, allowed: true}]\n---\nnam: b\n"
    with pytest.raises(ManifestError) as error:
        read_cases(text, "x.yaml")
    assert {complaint.document for complaint in error.value.complaints} == {2}
