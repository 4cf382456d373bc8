"""Questions made from a seed: always right, never the same, and answered by reasons."""

import re
from functools import partial

import naive
import pytest
import yaml
from boards import inside
from ipywidgets import Button, RadioButtons

import netpol_lab as lab
from netpol_lab.errors import UnknownNameError
from netpol_lab.quizzes import TOPICS, questions

SEEDS = range(1, 61)
ASKED = [(chapter, seed) for chapter in TOPICS for seed in SEEDS]
NAME = r"[\w-]+/[\w-]+"


def answered(question):
    """Answer a question from its YAML alone, with the independent reader."""
    documents = list(yaml.safe_load_all(question.manifests))
    pods = [
        f"{d['metadata']['namespace']}/{d['metadata']['name']}"
        for d in documents
        if d["kind"] == "Pod"
    ]
    works = partial(naive.allowed, documents, port=80)
    if asked := re.match(
        rf"Does this connection work\? ({NAME}) -> ({NAME})  TCP 80", question.text
    ):
        return "allowed" if works(*asked.groups()) else "blocked"
    if asked := re.match(rf"Which pods can open a connection to ({NAME}) on TCP 80", question.text):
        goal = asked[1]
        return spoken(pod for pod in pods if pod != goal and works(pod, goal))
    if asked := re.match(r"Which pods are isolated for (ingress|egress)", question.text):
        return spoken(pod for pod in pods if isolated(documents, pod, asked[1]))
    assert question.text == "Which policyTypes does Kubernetes store?"
    ways = ("ingress", "egress")
    isolates = [way.title() for way in ways if isolated(documents, pods[0], way)]
    return f"[{', '.join(isolates)}]"


def isolated(documents, pod, way):
    """Say whether some port of a pod is closed to an address that no rule mentions."""
    outside = "203.0.113.7"
    ends = (outside, pod) if way == "ingress" else (pod, outside)
    return naive.allowed(documents, *ends, 4242) is False


def spoken(pods):
    return ", ".join(pods) or "none of them"


@pytest.mark.parametrize(("chapter", "seed"), ASKED)
def test_the_right_answer_is_what_an_independent_reader_says(chapter, seed):
    for question in questions(chapter, seed):
        assert question.right == answered(question)


@pytest.mark.parametrize(("chapter", "seed"), ASKED)
def test_the_right_answer_is_one_of_the_choices_and_none_is_there_twice(chapter, seed):
    for question in questions(chapter, seed):
        assert question.right in question.choices
        assert len(set(question.choices)) == len(question.choices) >= 2


@pytest.mark.parametrize(("chapter", "seed"), ASKED[::7])
def test_the_reader_sees_every_pod_and_all_yaml_of_the_policies(chapter, seed):
    for question in questions(chapter, seed):
        cluster = lab.load(question.manifests)
        assert all(f"{pod} (app={pod.labels['app']})" in question.pods for pod in cluster.pods)
        assert lab.load(question.policies).policies == cluster.policies
        assert "&id" not in question.policies


@pytest.mark.parametrize("chapter", TOPICS)
def test_no_answer_is_right_nearly_always(chapter):
    for number in range(3):
        asked = [questions(chapter, seed)[number] for seed in SEEDS]
        if set(asked[0].choices) == {"allowed", "blocked"}:
            allowed = sum(question.right == "allowed" for question in asked)
            assert len(SEEDS) * 0.25 < allowed < len(SEEDS) * 0.75


def test_the_same_seed_gives_the_same_questions_and_another_one_others():
    assert questions("02", 5) == questions("02", 5) != questions("02", 6)


def test_a_right_answer_is_said_to_be_right_with_the_reasons():
    quiz = lab.quiz("01")
    said = quiz.answer(1, quiz.questions[0].right)
    assert said.startswith("Question 1: right.")
    assert quiz.questions[0].because in said
    assert quiz.score == 1


def test_a_wrong_answer_is_told_the_right_one_and_the_reasons():
    quiz = lab.quiz("01")
    question = quiz.questions[0]
    wrong = next(choice for choice in question.choices if choice != question.right)
    said = quiz.answer(1, wrong)
    assert said.startswith(
        f"Question 1: not right. You chose: {wrong}. Right is: {question.right}."
    )
    assert question.because in said
    assert quiz.score == 0


def test_a_click_and_the_button_do_what_answer_does():
    quiz = lab.quiz("03")
    check, _ = inside(quiz, Button)
    check.click()
    assert quiz.check() == "nothing answered yet"
    first, *_ = inside(quiz, RadioButtons)
    first.value = quiz.questions[0].right
    check.click()
    assert "Question 1: right." in quiz.words
    assert "Question 2:" not in quiz.words


def test_three_others_are_other_questions_without_answers():
    quiz = lab.quiz("02", seed=3)
    quiz.answer(1, quiz.questions[0].right)
    _, others = inside(quiz, Button)
    others.click()
    assert (quiz.seed, quiz.score) == (4, 0)
    assert quiz.questions == questions("02", 4)
    assert [field.value for field in inside(quiz, RadioButtons)] == [None] * 3


@pytest.mark.parametrize(("number", "choice"), [(0, "allowed"), (4, "allowed"), (1, "alowed")])
def test_an_answer_that_is_not_there_says_what_is(number, choice):
    with pytest.raises(UnknownNameError):
        lab.quiz("01").answer(number, choice)


def test_an_unknown_chapter_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="There are: 01, 02, 03"):
        lab.quiz("xyz")


def test_a_quiz_leaves_its_questions_in_the_notebook():
    data, _ = lab.quiz("01")._repr_mimebundle_()
    assert "1. Does this connection work?" in data["text/plain"]
    assert " at 0x" not in data["text/plain"]
