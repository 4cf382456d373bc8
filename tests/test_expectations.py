"""Tests as data: the conformance cases hold, and a wrong expectation is found."""

import pytest

from netpol_lab.errors import ManifestError
from netpol_lab.expectations import read_cases, run

CLUSTER_WIDE = range(206, 244)  # files that wait for ClusterNetworkPolicy


@pytest.fixture(scope="module")
def conformance(case_directory):
    return run([case_directory])


def test_every_conformance_case_holds(conformance):
    assert conformance.failures == []
    assert conformance.cases == 215
    assert conformance.expectations > 20_000


def test_every_refusal_is_exactly_the_listed_one(conformance, case_directory):
    waiting = [file for file in conformance.waiting if "invalid" in file]
    assert conformance.refusals + len(waiting) == len(list(case_directory.glob("invalid/*.yaml")))


def test_exactly_the_cluster_wide_cases_wait(conformance):
    numbers = [file.rpartition("/")[2][:3] for file in conformance.waiting if "invalid" not in file]
    assert numbers == [str(number) for number in CLUSTER_WIDE]


CASE = """\
name: small
manifests: |
  apiVersion: v1
  kind: Pod
  metadata: {name: a, namespace: x}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: b, namespace: x}
  ---
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: p, namespace: x}
"""


def outcome(tmp_path, rest, start=CASE):
    file = tmp_path / "case.yaml"
    file.write_text(start + rest, encoding="utf-8")
    return run([file])


def test_a_wrong_expectation_is_told_with_its_line_and_reasons(tmp_path):
    report = outcome(
        tmp_path,
        "expect:\n- {from: x/a, to: x/a, port: 1, allowed: true}\n"
        "- {from: x/a, to: x/b, port: 1, allowed: true}\n",
    )
    (failure,) = report.failures
    assert failure.line == 16
    assert "x/a -> x/b  TCP 1: expected allowed, got denied" in str(failure)
    assert "x/b is isolated by x/p" in str(failure)
    assert report.summary == "1 case, 2 expectations: 1 FAILED"


def test_what_most_plugins_do_is_compared_too(tmp_path):
    report = outcome(
        tmp_path, "expect: [{from: x/a, to: x/b, port: 1, allowed: false, common: true}]"
    )
    assert "most plugins were expected to have it allowed" in report.failures[0].message


def test_in_a_matrix_later_entries_win_and_self_pairs_are_left_out(tmp_path):
    report = outcome(
        tmp_path,
        "probe_ports: [{port: 1, protocol: TCP}, {port: 2, protocol: UDP}]\nexpect_default: true\n"
        "expect:\n- {from: '*', to: '*', allowed: true}\n- {from: x/*, to: x/*, allowed: false}\n",
    )
    assert (report.expectations, report.failures) == (4, [])


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


def test_an_unknown_pod_and_bad_manifests_are_failures_not_tracebacks(tmp_path):
    report = outcome(tmp_path, "expect: [{from: x/zz, to: x/b, port: 1, allowed: true}]")
    assert 'no pod, workload or Service "x/zz"' in report.failures[0].message
    report = outcome(tmp_path, "expect: []", "manifests: 'kind: Pod'\n")
    assert "apiVersion not set" in report.failures[0].message


REFUSAL = """\
manifest: |
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: P}
"""


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ("[]", "1 unexpected Invalid at metadata.name"),
        ("[{path: metadata.name, reason: Required}]", "expected 1 more Required"),
        ("[{path: metadata.name, reason: Invalid, message: nonsense}]", 'says "nonsense"'),
    ],
)
def test_a_refusal_that_differs_is_told(tmp_path, errors, words):
    report = outcome(tmp_path, f"errors: {errors}", REFUSAL)
    assert any(words in failure.message for failure in report.failures)
