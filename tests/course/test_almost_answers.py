"""Answers that do a little more or less than they should: which are made, and which may pass."""

import pytest

from netpol_lab.course.almost_answers import almost_answers, loopholes
from netpol_lab.course.exercise_loader import FOLDER, exercises, find_exercise, read_exercise
from netpol_lab.course.grading import Grader
from netpol_lab.model.cluster import Cluster
from tests.helpers.exercises import GOOD, UNGUARDED


def grader(text):
    return Grader(read_exercise(text, "safe.yaml"))


def passing(text):
    return [(found.attempt.words, str(found.flow)) for found in loopholes(grader(text))]


@pytest.mark.parametrize("name", exercises())
def test_no_exercise_of_the_course_lets_pass_what_its_story_leaves_alone(name):
    assert list(loopholes(Grader(find_exercise(name)))) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("market-catalog", "blocks all other egress than on the goal's ports for catalog/search"),
        ("the-patient", "blocks all other ingress than on the goal's ports for shop/web"),
        ("hotel", "blocks all other egress than on the goal's ports for kube-system/dns"),
    ],
)
def test_an_exercise_that_forgets_the_rest_is_found(name, words):
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    found = passing(text.replace("otherwise: unchanged\n", ""))
    assert words in [attempt for attempt, _ in found]


def test_more_than_the_answer_opens_must_not_pass():
    opened = [attempt for attempt, _ in passing(UNGUARDED + "      ports: [{port: 80}]\n")]
    assert "has ingress with every pod on TCP 22 for bank/safe" in opened
    assert "names no ports in spec.ingress[0] of safe" in opened
    assert passing(GOOD + "      ports: [{port: 80}]\n") == []


def test_other_ports_may_be_closed_where_everything_else_is_to_be_blocked():
    closed = "blocks all other ingress than on the goal's ports for bank/safe"
    text = UNGUARDED.replace("      - podSelector: {matchLabels: {app: clerk}}\n", EVERYBODY)
    text = text.replace("internet, to: bank/safe, allowed: false", "clerk, to: safe, allowed: true")
    assert closed in [attempt for attempt, _ in passing(text.replace("unchanged\n", '""\n'))]
    assert closed not in [attempt for attempt, _ in passing(text.replace("unchanged", "blocked"))]


EVERYBODY = "      - namespaceSelector: {}\n"


def test_what_may_be_anything_lets_everything_pass():
    assert passing(UNGUARDED.replace("unchanged", "anything")) == []


def test_every_attempt_differs_from_the_answer_in_its_policies_and_has_words_of_its_own():
    made = list(almost_answers(Grader(find_exercise("the-right-door"))))
    answer = find_exercise("the-right-door").answer.policies
    assert all(attempt.policies != answer for attempt in made)
    words = [attempt.words for attempt in made]
    assert "leaves out an exception of peer 2 of spec.ingress[0] of tickets-from-two-doors" in words
    assert "names no pods in peer 1 of spec.ingress[0] of tickets-from-two-doors" in words
    assert "has ingress with a strange address on every port for gate/kiosk" in words


def test_the_worked_answer_is_none_of_them():
    task = grader(GOOD)
    assert task.solves(task.exercise.answered)
    attempts = [task.exercise.attempted(Cluster(policies=a.policies)) for a in almost_answers(task)]
    assert not all(map(task.solves, attempts))
