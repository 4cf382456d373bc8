"""Tests as data: the conformance cases hold, and a wrong expectation is found."""

from fnmatch import fnmatch

import pytest

from netpol_lab.errors import ManifestError
from netpol_lab.expectations import read_cases, run

CLUSTER_WIDE = range(206, 244)  # files that wait for ClusterNetworkPolicy


@pytest.fixture(scope="module")
def conformance(case_directory):
    return run([case_directory])


def test_every_conformance_case_holds(conformance):
    assert conformance.failures == []
    assert conformance.cases == 222
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


# ---------------------------------------------------------------- manifests in files beside it

POD = "{apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: x}}\n"
ALLOWED = "expect: [{from: x/a, to: x/b, port: 1, allowed: true}]\n"


@pytest.fixture
def repository(tmp_path):
    for folder in ("policies", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "policies" / "b.yaml").write_text(POD % "b", encoding="utf-8")
    (tmp_path / "tests" / "a.yaml").write_text(POD % "a", encoding="utf-8")
    return tmp_path


def checked(repository, text):
    (repository / "tests" / "case.yaml").write_text(text, encoding="utf-8")
    return run([repository / "tests"])


def test_manifests_may_stand_in_files_and_directories_beside_the_test(repository):
    report = checked(repository, "manifests_from: [../policies/, a.yaml]\n" + ALLOWED)
    assert report.summary == "1 case, 1 expectation: all hold"


def test_manifests_in_files_and_in_the_test_add_up(repository):
    inline = "manifests: '" + (POD % "c").strip() + "'\n"
    rest = "expect: [{from: x/a, to: x/c, port: 1, allowed: true}]\n"
    assert checked(repository, "manifests_from: [a.yaml]\n" + inline + rest).failures == []


def test_manifests_that_no_test_names_are_taken_for_a_test_and_explained(repository):
    report = checked(repository, "manifests_from: [../policies/]\nexpect: []\n")
    assert "is a manifest, not a file of tests" in report.failures[0].message


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("[../polices/]", 'no file or directory "../polices/", seen from the folder of *. '
                          "Did you mean ../policies"),
        ("[b.yaml]", "Did you mean a.yaml"),
        ("[]", "manifests_from*a path is missing"),
        ("[null]", "manifests_from*a path is missing"),
        ("policies", "must be a list"),
        ("[case.yaml]", "*case.yaml:1:1*apiVersion not set"),
    ],
)  # fmt: skip
def test_manifests_that_are_not_found_are_explained(repository, names, words):
    report = checked(repository, f"manifests_from: {names}\n{ALLOWED}")
    messages = [failure.message for failure in report.failures]
    assert any(fnmatch(message, f"*{words}*") for message in messages), messages


def test_broken_manifests_are_told_by_the_test_that_names_them(repository):
    (repository / "tests" / "a.yaml").write_text("kind: Pod", encoding="utf-8")
    (failure,) = checked(repository, "manifests_from: [a.yaml]\n" + ALLOWED).failures
    assert failure.file.endswith("case.yaml")
    assert "a.yaml:1:1" in failure.message


# ---------------------------------------------------------------- what is reported


def test_every_expectation_has_an_outcome_in_words(tmp_path):
    rest = "{from: x/a, to: x/b, port: 1, allowed: %s}"
    report = outcome(tmp_path, f"expect: [{rest % 'false'}, {rest % 'true'}]")
    assert [(o.case, o.name, bool(o.failure)) for o in report.outcomes] == [
        ("small", "x/a -> x/b  TCP 1: denied", False),
        ("small", "x/a -> x/b  TCP 1: allowed", True),
    ]


@pytest.mark.parametrize("name", ["a\\0b", "a\\0b/c", "x" * 5000, "loop", "loop/x"])
def test_what_can_be_no_path_is_a_failure_and_no_traceback(tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    file = tmp_path / "a.yaml"
    file.write_text(f'name: x\nmanifests_from: ["{name}"]\nexpect: []\n')
    assert "there is no file or directory" in run([file]).failures[0].message
