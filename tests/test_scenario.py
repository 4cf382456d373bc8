"""Files of exercises: their fields, and complaints that point at the line to be changed."""

from textwrap import indent

import pytest

import netpol_lab as lab
from netpol_lab.errors import ManifestError, UnknownNameError
from netpol_lab.scenario import find_scenario, read_scenario, scenario_files

GOOD = """\
title: Guard the safe
story: Only the clerk may come to the safe.
outside:
- [internet, 203.0.113.7]
layout: [[internet, clerk], [safe]]
port: 80
manifests: |
  apiVersion: v1
  kind: Pod
  metadata: {name: clerk, namespace: bank, labels: {app: clerk}}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: safe, namespace: bank, labels: {app: safe}}
goal:
- {from: clerk, to: safe, allowed: true}
- {from: internet, to: bank/safe, allowed: false}
otherwise: unchanged
hints: [Guard one pod., Select app safe.]
answer: |
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: safe, namespace: bank}
  spec:
    podSelector: {matchLabels: {app: safe}}
    ingress:
    - from:
      - podSelector: {matchLabels: {app: clerk}}
"""


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcd", "bcde", strict=True)
)


def line_of(text, words):
    return 1 + next(i for i, line in enumerate(text.splitlines()) if words in line)


def complaints(text):
    with pytest.raises(ManifestError) as caught:
        read_scenario(text, "safe.yaml")
    return caught.value.complaints


def test_a_file_needs_only_what_the_task_needs():
    scenario = read_scenario(GOOD, "safe.yaml")
    assert scenario.file.name == "safe"
    assert [str(pod) for pod in scenario.cluster.pods] == ["bank/clerk", "bank/safe"]
    assert scenario.file.captions == {"internet": "203.0.113.7"}
    assert scenario.order == ("203.0.113.7", "bank/clerk", "bank/safe")


CHANGES = {
    "a field that is not known": ("titel: Guard", "title: Guard", "did you mean title?"),
    "no title": ("#title: Guard", "title: Guard", "title is missing"),
    "no story": ("#story: Only", "story: Only", "story is missing"),
    "a name of two words": ("name: a b\ntitle: ", "title: ", "must be one word"),
    "a chapter without quotes": ("chapter: 04\ntitle: ", "title: ", "put it in quotes"),
    "a chapter that is none": ("chapter: four\ntitle: ", "title: ", "write two digits"),
    "a port that is none": ("port: 70000", "port: 80", "70000 is not a port"),
    "no port at all": ("#port: 80", "port: 80", "there is no port"),
    "an unknown pod": ("from: clark", "from: clerk", "Did you mean bank/clerk?"),
    "a misspelt caption": ("from: internat", "from: internet", "Did you mean internet?"),
    "a goal without from": ("{to: safe", "{from: clerk, to: safe", "from must be a name"),
    "a goal with an empty list": ("from: []", "from: clerk", "from must be a name or a list"),
    "an answer in words": ("allowed: maybe", "allowed: true", "allowed must be true or false"),
    "an unknown rest": ("otherwise: unchange", "otherwise: unchanged", "Did you mean unchanged?"),
    "an address that is none": ("203.0.113.777]", "203.0.113.7]", "is not an IP address"),
    "someone without a place": ("[[clerk], [safe]]", "[[internet, clerk], [safe]]", "no place for"),
    "someone with two places": ("clerk, clerk]", "clerk]", "stands here a second time"),
    "a place for nobody": ("clerk, x]", "clerk]", 'there is no pod, workload or Service "x"'),
    "a layout of numbers": ("layout: [1]", "layout: [[internet, clerk], [safe]]", "must be a name"),
    "a scenario that is none": ("scenario: three-teir", "otherwise: unchanged", "three-tier"),
    "a field twice": ("port: 80\nport: 81", "port: 80", 'duplicate field "port"'),
}  # fmt: skip


@pytest.mark.parametrize(("new", "old", "said"), CHANGES.values(), ids=CHANGES)
def test_what_is_wrong_with_a_field_is_said_where_it_stands(new, old, said):
    found = complaints(GOOD.replace(old, new, 1))
    assert said in "\n".join(map(str, found))
    assert all(complaint.file == "safe.yaml" and complaint.line for complaint in found)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "  kind: Pod\n  metadata: {name: safe",
            "  kind: pod\n  metadata: {name: safe",
            "kind: pod",
        ),
        ("labels: {app: safe}", "labels: {app: [safe]}", "app: [safe]"),
        ("podSelector: {matchLabels: {app: clerk}}", "podselector: {}", "podselector"),
        ("    - from:", "      from:", "      from:"),
    ],
)
def test_a_complaint_about_a_manifest_points_at_its_line_and_column_in_the_file(old, new, words):
    text = GOOD.replace(old, new)
    for complaint in complaints(text):
        line = text.splitlines()[complaint.line - 1]
        assert complaint.line == line_of(text, words)
        assert complaint.excerpt == line
        assert line[complaint.column - 1 :].strip()


def test_a_syntax_error_in_a_manifest_points_at_the_file_as_well():
    text = GOOD.replace("metadata: {name: clerk,", "metadata: [name: clerk,", 1)
    (found,) = complaints(text)
    assert found.reason == "Syntax"
    assert found.line == line_of(text, "[name: clerk")
    assert found.excerpt == text.splitlines()[found.line - 1]


def test_text_that_is_no_block_has_lines_of_its_own():
    text = GOOD.replace("manifests: |", "manifests: >-")
    assert {found.file for found in complaints(text)} == {"safe.yaml (manifests)"}


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_lines():
    text = GOOD.replace("title: Guard", "titel: Guard").replace(
        "podSelector: {m", "podselektor: {m"
    )
    lines = [found.line for found in complaints(text.replace("labels: {app: safe}", "labels: 3"))]
    assert len(lines) >= 4
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds 0 documents"),
        ("a: 1\n---\nb: 2\n", "holds 2 documents"),
        ("just words", "must be a mapping"),
        ("apiVersion: v1\nkind: Pod\n", "is a manifest, not an exercise"),
        ("a: &a [*a]", "contains itself"),
        (BOMB, "expand to more than"),
    ],
)  # fmt: skip
def test_what_is_no_exercise_at_all_is_said_in_words(text, said):
    assert said in "\n".join(map(str, complaints(text)))


def test_a_bomb_inside_the_manifests_is_refused():
    text = GOOD.replace("manifests: |\n", f"manifests: |\n{indent(BOMB, '  ')}  ---\n")
    assert "expand to more than" in "\n".join(map(str, complaints(text)))


def test_a_packaged_scenario_comes_before_what_the_file_adds():
    text = GOOD.replace("layout: [[internet, clerk], [safe]]", "scenario: three-tier")
    names = [str(pod) for pod in read_scenario(text, "x.yaml").cluster.pods]
    assert names == ["shop/web", "shop/backend", "shop/db", "bank/clerk", "bank/safe"]


def test_policies_among_the_manifests_are_there_only_if_they_are_kept():
    text = GOOD.replace("layout: [[internet, clerk], [safe]]", "scenario: three-tier")
    assert read_scenario(text, "x.yaml").start.policies == ()
    kept = read_scenario(f"keep_policies: true\n{text}", "x.yaml")
    assert len(kept.start.policies) == 2
    assert len(kept.answered.policies) == 3


def test_a_teachers_own_file_loads_as_a_cluster_and_opens_as_an_exercise(tmp_path):
    path = tmp_path / "my-safe.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert repr(lab.load(path)) == "Cluster: 2 pods, 1 namespace, 0 policies"
    assert lab.exercise(path).file.name == lab.exercise(str(path)).file.name == "my-safe"


def test_a_workload_is_called_by_its_name_and_a_service_as_one():
    scenario = find_scenario("two-tiers")
    assert scenario.full_name("page") == "library/page"
    assert scenario.full_name("203.0.113.7") == "203.0.113.7"


@pytest.mark.parametrize(
    ("name", "said"), [("two-teirs", "Did you mean two-tiers"), ("no.yaml", "no file")]
)
def test_what_is_not_there_is_said_in_words(name, said):
    with pytest.raises(UnknownNameError, match=said):
        find_scenario(name)


def test_a_name_means_a_packaged_exercise_and_a_folder_all_files_in_it(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    assert scenario_files("two-tiers")[0].name == "two-tiers.yaml"
    assert [file.name for file in scenario_files(str(tmp_path))] == ["a.yaml"]


def test_a_scenario_tells_what_it_is_opened_by(tmp_path):
    path = tmp_path / "my-safe.yaml"
    path.write_text(GOOD, encoding="utf-8")
    for name in ("two-tiers", str(path)):
        assert find_scenario(name).opened_by == name
