"""Every code fires where it should and keeps quiet beside it; clean policies give no finding."""

import doctest

import pytest
import yaml

import netpol_lab as lab
from netpol_lab import Assumptions
from netpol_lab.checks.lint.codes import CODES
from netpol_lab.errors import ManifestError
from netpol_lab.model.cluster import Cluster
from tests.helpers.linted import LEFT_OPEN, WORLD, codes, page_rows, policy
from tests.helpers.places import CASES as CONFORMANCE
from tests.helpers.places import DOCS, LINT_CASES

CASES = sorted(LINT_CASES.glob("NP*.yaml"))
CLEAN = sorted((LINT_CASES / "clean").glob("*.yaml"))


def case_of(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def world_with(case, text):
    """The cluster of a case: read as a lenient server would, if the case is about that."""
    return lab.load(WORLD, text, strict=not case.get("lenient"))


def findings(case, text="fires"):
    return lab.lint(world_with(case, case[text]))


def is_true(finding, cluster):
    """Whether the witness is as it says, asked of the whole cluster."""
    witness = finding.witness
    flow = witness.source, witness.destination, witness.port, witness.protocol
    asked = (lab.evaluate(c, *flow).allowed for c in (cluster, witness.variant))
    return tuple(asked) == (witness.now, witness.then)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_code_fires_at_the_place_it_means(path):
    case = case_of(path)
    found = [f for f in findings(case) if f.code in {LEFT_OPEN, case["code"]}]
    assert (case["code"], case["at"]) in {(f.code, f.path) for f in found}
    assert all(f.place is not None for f in found if f.policy)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_code_fires_as_often_and_with_the_hint_that_its_case_says(path):
    case = case_of(path)
    found = [f for f in findings(case) if f.code == case["code"]]
    assert len(found) == case.get("times", len(found))
    assert any(case.get("hint", "") in f.hint for f in found if f.path == case["at"])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_witness_of_a_case_is_true(path):
    case = case_of(path)
    cluster = world_with(case, case["fires"])
    assert all(is_true(f, cluster) for f in lab.lint(cluster) if f.witness)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_nothing_else_is_found_beside_it(path):
    case = case_of(path)
    codes = {f.code for f in findings(case)}
    assert codes - {LEFT_OPEN} == {case["code"], *case.get("also", ())} - {LEFT_OPEN}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_twin_is_silent(path):
    case = case_of(path)
    codes = {f.code for f in findings(case, "silent")}
    assert codes <= {LEFT_OPEN} - {case["code"]}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_finding_has_a_witness_unless_none_can_exist(path):
    case = case_of(path)
    found = next(f for f in findings(case) if f.code == case["code"])
    (proof,) = (proof for code, *_, proof in page_rows() if code == found.code)
    assert (found.witness is None) == proof.startswith("none:")


def test_every_code_has_its_case():
    assert {path.stem[:5] for path in CASES} == {case_of(path)["code"] for path in CASES}
    assert {path.stem[:5] for path in CASES} == set(CODES)


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.stem)
def test_clean_policies_give_no_finding(path):
    assert list(map(str, lab.lint(lab.load(path)))) == []


def verdict_cases():
    for path in sorted(CONFORMANCE.glob("*.yaml")):
        for case in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if case and case.get("manifests"):
                yield case["manifests"]


def test_every_witness_on_every_conformance_case_is_true():
    found = 0
    for text in verdict_cases():
        cluster = lab.load(text, channel="experimental")
        proven = [finding for finding in lab.lint(cluster) if finding.witness]
        assert [str(f) for f in proven if not is_true(f, cluster)] == []
        found += len(proven)
    assert found > 100


def test_findings_are_sorted_by_place_and_code(tmp_path):
    for name in ("b.yaml", "a.yaml"):
        text = case_of(CASES[0])["fires"].replace("name: db", f"name: db-{name[0]}")
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "c.yaml").write_text(WORLD, encoding="utf-8")
    places = [f.place for f in lab.lint(lab.load(tmp_path)) if f.place]
    assert places == sorted(places)
    assert places[0].file.endswith("a.yaml")


def test_a_finding_reads_like_a_compiler_message():
    text = str(findings(case_of(LINT_CASES / "NP202-selects-no-pod.yaml"))[0])
    assert text.splitlines()[0] == ("<text>:5:3: warning NP202: a podSelector that selects no pod")
    assert "hint: did you mean app=db?" in text


def test_progress_is_told_from_nothing_to_all():
    told = []
    lab.lint(lab.load("three-tier"), progress=lambda done, total: told.append((done, total)))
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1] == len(told) - 1


def test_policies_without_any_pod_are_still_read():
    case = case_of(LINT_CASES / "NP301-stray-dash.yaml")
    assert [f.code for f in lab.lint(lab.load(case["fires"]))] == ["NP301"]


def test_nothing_is_called_needless_where_it_is_told_what_was_meant():
    prometheus = "{podSelector: {matchLabels: {app: prometheus}}}"
    rules = f"{{from: [{prometheus}]}}, {{from: [{{podSelector: {{}}}}]}}"
    assert codes(policy(f"ingress: [{rules}]")) == ["NP204"]


def test_the_other_end_is_not_asked_for_a_port_that_is_wrong_anyway():
    to_web = "{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}"
    dns = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"
    web = policy(
        "{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]}", "web"
    )
    assert codes(policy(f"policyTypes: [Egress], egress: [{to_web}, {dns}]"), web) == ["NP302"]


def test_where_nothing_is_enforced_no_flow_proves_anything():
    case = case_of(LINT_CASES / "NP301-stray-dash.yaml")
    cluster = lab.load(WORLD, case["fires"])
    assert lab.lint(cluster, Assumptions(enforced=False)) == ()


def test_policies_made_by_hand_have_no_place():
    shop = lab.load("neighbours")
    bare = Cluster(namespaces=shop.namespaces, pods=shop.pods, policies=shop.policies)
    assert [f.place for f in lab.lint(bare)] == [None, None]


def test_a_broken_manifest_is_refused_before_lint():
    with pytest.raises(ManifestError):
        lab.load("kind: NetworkPolicy")


PAGE = DOCS / "lint.md"


def test_the_example_on_the_page_for_people_runs():
    assert doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8").failed == 0


def test_of_a_rule_that_the_other_end_denies_nobody_says_that_it_is_needless():
    web = "podSelector: {matchLabels: {app: web}}"
    two = policy(f"ingress: [{{from: [{{namespaceSelector: {{}}}}]}}, {{from: [{{{web}}}]}}]")
    shut = policy("{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}", "shut")
    assert codes(two) == ["NP503"]
    assert codes(two, shut) == ["NP307"]
