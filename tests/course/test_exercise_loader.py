"""Files of exercises: found and read, with complaints that point at the line to be changed."""

from textwrap import indent

import pytest

import netpol_lab as lab
from netpol_lab.course.exercise_loader import exercise_files, find_exercise, read_exercise
from netpol_lab.errors import ManifestError, UnknownNameError
from tests.helpers.exercises import GOOD, complaints

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcd", "bcde", strict=True)
)


def line_of(text, words):
    return 1 + next(i for i, line in enumerate(text.splitlines()) if words in line)


def test_a_file_needs_only_what_the_task_needs():
    exercise = read_exercise(GOOD, "safe.yaml")
    assert exercise.file.name == "safe"
    assert [str(pod) for pod in exercise.cluster.pods] == ["bank/clerk", "bank/safe"]
    assert exercise.order == ("203.0.113.7", "bank/clerk", "bank/safe")


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
    names = [str(pod) for pod in read_exercise(text, "x.yaml").cluster.pods]
    assert names == ["shop/web", "shop/backend", "shop/db", "bank/clerk", "bank/safe"]


def test_policies_among_the_manifests_are_there_only_if_they_are_kept():
    text = GOOD.replace("layout: [[internet, clerk], [safe]]", "scenario: three-tier")
    assert read_exercise(text, "x.yaml").start.policies == ()
    kept = read_exercise(f"keep_policies: true\n{text}", "x.yaml")
    assert len(kept.start.policies) == 2
    assert len(kept.answered.policies) == 3


def test_a_teachers_own_file_loads_as_a_cluster_and_opens_as_an_exercise(tmp_path):
    path = tmp_path / "my-safe.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert repr(lab.load(path)) == "Cluster: 2 pods, 1 namespace, 0 policies"
    assert lab.exercise(path).file.name == lab.exercise(str(path)).file.name == "my-safe"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from: clerk,", f"from: [{', '.join(['clerk'] * 20_000)}],"),
        ("- [internet, 203.0.113.7]", "\n".join(f"- 198.51.100.{n}" for n in range(100))),
    ],
)
def test_more_connections_than_a_learner_would_wait_for_are_refused(old, new):
    text = GOOD.replace("layout: [[internet, clerk], [safe]]\n", "")
    text = text.replace("from: internet", "from: 203.0.113.7").replace(old, new)
    with pytest.raises(ManifestError, match=r"asks for [\d,]+ connections; the most are"):
        read_exercise(text, "safe.yaml")


def test_a_workload_is_called_by_its_name_and_a_service_as_one():
    exercise = find_exercise("two-tiers")
    assert exercise.full_name("page") == "library/page"
    assert exercise.full_name("203.0.113.7") == "203.0.113.7"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("two-teirs", "Did you mean two-tiers"),
        ("no.yaml", "no file"),
        ("x" * 5000, "no exercise"),
        ("x" * 5000 + ".yaml", "no file"),
    ],
)
def test_what_is_not_there_is_said_in_words(name, said):
    with pytest.raises(UnknownNameError, match=said):
        find_exercise(name)


def test_a_name_means_a_packaged_exercise_and_a_folder_all_files_in_it(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    assert exercise_files("two-tiers")[0].name == "two-tiers.yaml"
    assert [file.name for file in exercise_files(str(tmp_path))] == ["a.yaml"]


def test_an_exercise_tells_what_it_is_opened_by(tmp_path):
    path = tmp_path / "my-safe.yaml"
    path.write_text(GOOD, encoding="utf-8")
    for name in ("two-tiers", str(path)):
        assert find_exercise(name).opened_by == name
