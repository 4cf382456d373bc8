"""Tests of policies: the conformance cases hold, and a wrong expectation is found."""

from fnmatch import fnmatch

import pytest

import netpol_lab as lab
from netpol_lab.checks.expectations import run
from tests.helpers.expected import outcome
from tests.helpers.stand_in import install, on_unix
from tests.helpers.written import write


@pytest.fixture(scope="module")
def conformance(case_directory):
    return run([case_directory])


def test_every_conformance_case_holds(conformance):
    assert conformance.failures == []
    assert conformance.cases >= 222
    assert conformance.expectations > 20_000


def test_every_refusal_is_exactly_the_listed_one(conformance, case_directory):
    assert conformance.refusals == len(list(case_directory.glob("invalid/*.yaml")))


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


def test_a_matrix_without_two_pods_tests_nothing_and_fails(tmp_path):
    rest = "probe_ports: [{port: 1}]\nexpect_default: false\nexpect: []\n"
    report = outcome(tmp_path, rest, f"manifests: '{POD.strip() % 'a'}'\n")
    (failure,) = report.failures
    assert "tests nothing: there are no two pods" in failure.message
    assert failure.line == 2


def test_what_a_policy_of_a_plugin_could_decide_is_undefined_and_fails_a_test(tmp_path):
    policy = "  apiVersion: crd.projectcalico.org/v1\n  kind: GlobalNetworkPolicy\n"
    policy += "  metadata: {name: above}\n"
    rest = "expect: [{from: x/b, to: 203.0.113.7, port: 1, allowed: true}]\n"
    report = outcome(tmp_path, f"  ---\n{policy}{rest}")
    (failure,) = report.failures
    assert "expected allowed, got undefined" in failure.message
    assert "GlobalNetworkPolicy above could decide egress of x/b" in failure.reasons


def test_a_refusal_of_a_policy_of_a_plugin_fails_as_it_is_not_checked(tmp_path):
    policy = "apiVersion: crd.projectcalico.org/v1\n  kind: GlobalNetworkPolicy\n"
    report = outcome(tmp_path, "", f"manifest: |\n  {policy}errors: []\n")
    assert "GlobalNetworkPolicy is not checked" in report.failures[0].message


NAMED = """\
manifest: |
  apiVersion: policy.networking.k8s.io/v1beta1
  kind: ClusterNetworkPolicy
  metadata: {name: c}
  spec:
    tier: Admin
    priority: 1
    subject: {namespaces: {}}
    egress: [{action: Deny, to: [{nodes: {}}]}]
errors: []
"""


def test_a_case_says_in_which_channel_it_is_meant(tmp_path):
    assert outcome(tmp_path, "channel: experimental\n", NAMED).failures == []
    (failure,) = outcome(tmp_path, "channel: standard\n", NAMED).failures
    assert "1 unexpected Unknown at spec.egress[0].to[0].nodes" in failure.message
    (failure,) = outcome(tmp_path, "channel: alpha\n", NAMED).failures
    assert 'supported values: "standard", "experimental"' in failure.message


def test_an_unknown_pod_and_bad_manifests_are_failures_not_tracebacks(tmp_path):
    report = outcome(tmp_path, "expect: [{from: x/zz, to: x/b, port: 1, allowed: true}]")
    assert 'no pod, workload or Service "x/zz"' in report.failures[0].message
    report = outcome(tmp_path, ALLOWED, "manifests: 'kind: Pod'\n")
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
    report = checked(repository, "manifests_from: [../policies/]\n" + ALLOWED)
    messages = [failure.message for failure in report.failures]
    assert any("is a manifest, not a file of tests" in message for message in messages)


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


@pytest.mark.parametrize("name", ["a\\0b", "a\\0b/c", "x" * 5000, "loop", "loop/x"])
def test_what_can_be_no_path_is_a_failure_and_no_traceback(tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    file = tmp_path / "a.yaml"
    file.write_text(f'name: x\nmanifests_from: ["{name}"]\n{ALLOWED}')
    assert "there is no file or directory" in run([file]).failures[0].message


# ---------------------------------------------------------------- about a cluster at hand

SHOP = lab.load("three-tier")


def test_what_holds_is_counted():
    report = lab.expect(SHOP, "expect: [{from: web, to: backend, port: 8080, allowed: true}]")
    assert report.hold
    assert str(report) == "1 case, 1 expectation: all hold"


def test_what_does_not_hold_is_told_with_its_line_and_reasons():
    report = lab.expect(SHOP, "expect:\n- {from: web, to: db, port: 5432, allowed: true}")
    assert not report.hold
    said = "shop/web -> shop/db  TCP 5432: expected allowed, got denied"
    assert f"FAIL line 2 of your list: {said}" in str(report)
    assert "rule 1 wants role=backend" in str(report)


def test_the_matrix_form_works_as_in_files():
    text = """
        probe_ports: [{port: 80}]
        expect_default: true
        expect:
        - {from: shop/web, to: shop/db, allowed: false}
        - {from: shop/db, to: shop/backend, allowed: false}
    """
    assert str(lab.expect(SHOP, text)) == "1 case, 6 expectations: all hold"


def test_expectations_about_a_cluster_with_a_policy_of_a_plugin_do_not_hold():
    above = """
        apiVersion: crd.projectcalico.org/v1
        kind: GlobalNetworkPolicy
        metadata: {name: above}
    """
    pods = "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n"
    report = lab.expect(
        lab.load(pods + pods.replace("a}}", "b}}") + above),
        "expect: [{from: a, to: b, port: 1, allowed: true}]",
    )
    assert not report.hold
    assert "GlobalNetworkPolicy above could decide egress of default/a" in str(report.failures[0])


def test_assumptions_are_taken_along():
    text = "expect: [{from: web, to: db, port: 1, allowed: true}]"
    assert lab.expect(SHOP, text, lab.Assumptions(enforced=False)).hold


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no test"),
        ("- web", "must be a mapping"),
        ("expect: [{from: web, to: db, alowed: true}]", "alowed"),
        ("expect: [{to: db, allowed: true}]", "from is missing"),
        ("about: nothing", "needs expect"),
    ],
)
def test_a_text_in_another_format_is_refused_with_a_complaint(text, said):
    with pytest.raises(lab.ManifestError, match=said):
        lab.expect(SHOP, text)


def test_a_pod_that_is_not_there_is_a_failure_with_a_suggestion():
    report = lab.expect(SHOP, "expect: [{from: wep, to: db, port: 1, allowed: true}]")
    assert "web" in str(report)


BARE = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
EXPECTED = "manifests_from: [app]\nexpect: [{from: %s/a, to: %s/a, port: 1, allowed: true}]\n"


@pytest.mark.parametrize(("key", "home"), [("", "team"), ("namespace: shop\n", "shop")])
def test_manifests_without_a_namespace_belong_to_that_of_the_case_or_of_the_run(
    tmp_path, key, home
):
    write(tmp_path, {"app/a.yaml": BARE, "test.yaml": key + EXPECTED % (home, home)})
    assert run([tmp_path / "test.yaml"], namespace="team").failures == []


def test_what_is_left_out_of_a_folder_is_a_warning_once(tmp_path):
    text = f"{EXPECTED}---\n{EXPECTED}" % (*["default"] * 4,)
    write(tmp_path, {"app/a.yaml": BARE, "app/values.yaml": "a: 1", "test.yaml": text})
    report = run([tmp_path / "test.yaml"])
    assert report.hold
    assert [w.message.partition(":")[0] for w in report.warnings] == ["is a chart's values"]
    assert "values.yaml" in report.as_data()["warnings"][0]


@on_unix
def test_a_kustomization_is_built_once_and_its_parts_are_no_tests(tmp_path, monkeypatch):
    called = install(tmp_path / "bin", monkeypatch, "kubectl", f"print({BARE!r})")
    case = "manifests_from: [overlay]\nexpect: [{from: a, to: a, port: 1, allowed: true}]\n"
    files = {
        "base/kustomization.yaml": "resources: [a.yaml]",
        "base/a.yaml": BARE,
        "overlay/kustomization.yaml": "resources: [../base]",
        "one.yaml": f"{case}---\n{case}",
        "two.yaml": case,
    }
    report = run([write(tmp_path / "tests", files)])
    assert (report.failures, report.cases) == ([], 3)
    assert len(called()) == 1
