"""Whether an exercise can be taught with: each fault is found, and the packaged ones have none."""

import pytest

from netpol_lab.course.exercise_lint import check_file, holds_manifests
from netpol_lab.course.exercise_loader import FOLDER, exercises
from tests.helpers.exercises import GOOD

ANSWER = GOOD.partition("answer: |\n")[2]


@pytest.fixture
def check(tmp_path):
    def checked(text):
        file = tmp_path / "safe.yaml"
        file.write_text(text, encoding="utf-8")
        return check_file(file)

    return checked


def test_a_whole_exercise_is_good(check):
    assert check(GOOD).complaints == check(GOOD).warnings == ()
    assert check(GOOD).summary.endswith("safe.yaml: good, 6 flows are graded, 2 hints")


@pytest.mark.parametrize("name", exercises())
def test_every_packaged_exercise_is_good(name):
    checked = check_file(FOLDER / f"{name}.yaml")
    assert checked.complaints == ()
    assert not any("also passes" in warning for warning in checked.warnings)


FAULTS = {
    "one hint": ("[Guard one pod., Select app safe.]", '["Which?"]', "has 1 of at least 2"),
    "no hints": ("hints: [Guard one pod., Select app safe.]\n", "", "has 0 of at least 2"),
    "an empty hint": ("Select app safe.]", '""]', "is empty"),
    "the answer as a hint": ("[Guard one pod., Select app safe.]",
        "\n- First?\n- |\n  " + ANSWER.replace("\n", "\n  "), "gives the whole answer away"),
    "an answer that is wrong": ("{app: clerk}}\n", "{app: clark}}\n",
        "is not right: bank/clerk -> bank/safe"),
    "an answer that does nothing": (ANSWER, "  # nothing\n", "holds no NetworkPolicy"),
    "a goal that holds at the start": ("allowed: false", "allowed: true", "is reached before"),
    "a goal between two addresses": ("to: bank/safe", "to: 1.1.1.1", "policies judge only pods"),
    "a goal from a loopback": ("from: internet", "from: 127.0.0.1", "is a pod's own loopback"),
    "a loopback to draw": ("[internet, 203.0.113.7]", "[internet, 127.0.0.1]",
        "never leaves a pod"),
    "a contradiction": ("otherwise:", "- {from: clerk, to: safe, allowed: false}\notherwise:",
        "by line 16"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), FAULTS.values(), ids=FAULTS)
def test_what_makes_an_exercise_unfit_is_found(check, old, new, said):
    start, _, end = GOOD.rpartition(old)
    told = "\n".join(check(start + new + end).complaints)
    assert said in told
    assert "safe.yaml:" in told


def test_a_goal_from_a_pod_to_itself_is_about_no_connection(check):
    goal = "- {from: clerk, to: safe, allowed: true}\n"
    text = GOOD.replace(goal, goal.replace("to: safe", "to: [bank/clerk]"))
    text = text.replace("- {from: internet, to: bank/safe, allowed: false}\n", "")
    assert "is about no connection between two ends" in "\n".join(check(text).complaints)


def test_a_goal_that_kubernetes_leaves_open_is_refused(check):
    text = GOOD.replace(
        "labels: {app: clerk}}", "labels: {app: clerk}}\n  spec: {hostNetwork: true}"
    )
    assert "Kubernetes leaves bank/clerk -> bank/safe" in "\n".join(check(text).complaints)


def test_what_lint_says_of_the_answer_is_only_a_warning(check):
    peer = "      - podSelector: {matchLabels: {app: clerk}}\n"
    found = check(GOOD.replace(peer, peer + peer.replace("clerk", "nobody")))
    assert found.complaints == ()
    assert "safe.yaml:30" in found.warnings[0]


def test_a_task_that_lets_pass_what_its_story_leaves_alone_has_a_warning(check):
    found = check(GOOD.replace("otherwise: unchanged\n", ""))
    assert found.complaints == ()
    assert "an answer that blocks all ingress for bank/clerk also passes" in found.warnings[0]
    assert "bank/safe -> bank/clerk on TCP 1 is blocked" in found.warnings[0]
    assert "write otherwise: unchanged" in found.warnings[0]
    assert check(GOOD.replace("unchanged", "anything")).warnings == ()


def test_a_file_that_cannot_be_read_has_all_its_complaints(check):
    found = check("titel: x\nstorry: y\n")
    assert len(found.complaints) == 2
    assert found.summary.endswith("2 complaints")


def test_manifests_are_told_from_exercises(tmp_path):
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: Pod\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(GOOD, encoding="utf-8")
    assert [holds_manifests(tmp_path / name) for name in ("a.yaml", "b.yaml")] == [True, False]
