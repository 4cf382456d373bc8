"""An attempt is graded in one pass, and told about the simplest thing that is wrong."""

import pytest

import netpol_lab as lab
from netpol_lab.course import goals
from netpol_lab.course.exercise_loader import find_exercise, read_exercise
from netpol_lab.course.goals import Goal
from netpol_lab.course.grading import Grader, simplest
from netpol_lab.engine.verdict import evaluate
from netpol_lab.reach import reachability as reach
from tests.helpers.exercises import GOOD

ANSWER = find_exercise("two-tiers").file.answer
ATTEMPTS = {
    "right": ANSWER,
    "wrong": ANSWER.replace("tier: page", "tier: crawler"),
    "half": ANSWER.partition("---")[0],
    "open": f"{ANSWER}  - ports: [{{port: 22}}]\n",
}
EXPLAINED = {"right": 0, "wrong": 1, "half": 1, "open": 1}


@pytest.fixture
def asked(monkeypatch):
    """Names of what is asked of the engine and of reachability, in order."""
    seen = []

    def counted(module, name, made):
        monkeypatch.setattr(module, name, lambda *given: (seen.append(name), made(*given))[1])

    counted(goals, "evaluate", evaluate)
    counted(reach, "Reachability", reach.Reachability)
    return seen


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_graded_answer_builds_one_reachability_and_asks_only_for_what_it_explains(name, asked):
    task = lab.exercise("two-tiers")
    task.check(ANSWER)  # what does not change between attempts is known from now on
    asked.clear()
    feedback = task.check(ATTEMPTS[name])
    assert feedback.svg
    assert feedback.solved is (name == "right")
    assert asked.count("Reachability") == 1
    assert asked.count("evaluate") == EXPLAINED[name]


def test_a_hint_about_the_last_attempt_grades_nothing_again(asked):
    task = lab.exercise("two-tiers")
    task.hint()
    task.check(ATTEMPTS["wrong"])
    asked.clear()
    assert "Look at line" in task.hint()
    assert asked == ["evaluate"]  # with the worked answer


def test_a_grade_knows_what_is_reached_and_what_to_tell_first():
    grader = Grader(find_exercise("two-tiers"))
    grade = grader.grade(lab.load(ATTEMPTS["wrong"]))
    assert (grade.solved, grade.reached) == (False, 36)
    assert str(grade.miss.goal) == "library/page -> library/search on TCP 8080"
    assert grade.miss.verdict.allowed is False
    assert [found.path for found in grade.decisive()] == ["spec.ingress[0].from[0]"]
    assert "TCP 8080" in grade.svg


def test_goals_are_told_before_side_effects():
    grader = Grader(read_exercise(GOOD, "safe.yaml"))
    assert grader.grade(grader.exercise.start).miss.goal.path[0] == "goal"


def test_the_flow_with_the_simplest_reasons_is_told_first_and_always_the_same():
    shop = lab.load("three-tier")
    pairs = [("backend", "db"), ("203.0.113.7", "web"), ("db", "web")]
    asked = [Goal(*pair, 5432, "TCP", False) for pair in pairs]
    assert simplest(asked, shop).goal == asked[2]
    assert simplest(asked[:2], shop).goal == asked[1]
    assert simplest(asked, shop) == simplest(asked, shop)
