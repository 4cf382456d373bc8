"""The card of a quiz: choose, check, read why, ask for three others."""

import pytest
from ipywidgets import Button, RadioButtons
from ipywidgets.widgets.widget import _instances

import netpol_lab as lab
from netpol_lab.course import progress
from netpol_lab.course.practice.chapters import PRACTICE, questions
from netpol_lab.errors import UnknownNameError
from tests.helpers.boards import html_of, inside


def wrong(question):
    return next(choice for choice in question.choices if choice != question.right)


@pytest.mark.parametrize("chapter", PRACTICE)
def test_every_chapter_has_three_questions(chapter):
    quiz = lab.quiz(chapter)
    assert quiz.questions == questions(chapter, 1)
    assert len(list(inside(quiz, RadioButtons))) == 3


def test_a_right_answer_is_said_to_be_right_with_the_reasons():
    quiz = lab.quiz("01")
    said = quiz.answer(1, quiz.questions[0].right)
    assert said.startswith("Question 1: right.")
    assert quiz.questions[0].because in said
    assert quiz.score == 1


def test_a_wrong_answer_is_told_the_right_one_and_the_reasons():
    quiz = lab.quiz("01")
    question = quiz.questions[0]
    chosen = wrong(question)
    said = quiz.answer(1, chosen)
    assert said.startswith(
        f"Question 1: not right. You chose: {chosen}. The right answer is: {question.right}."
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
    quiz = lab.quiz("01")
    data, _ = quiz._repr_mimebundle_()
    assert f"1. {quiz.questions[0].text}" in data["text/plain"]
    assert " at 0x" not in data["text/plain"]


def test_nothing_is_given_away_before_the_check():
    quiz = lab.quiz("05")
    for field, question in zip(inside(quiz, RadioButtons), quiz.questions, strict=True):
        field.value = question.right
    assert "right." not in quiz.words
    assert not any(question.because in html_of(quiz) for question in quiz.questions)


def test_a_confusion_is_named():
    quiz = lab.quiz("01", seed=2)
    number, question = next(
        (n, one) for n, one in enumerate(quiz.questions, 1) if set(one.confusions) & {*one.choices}
    )
    choice = next(choice for choice in question.choices if choice in question.confusions)
    said = quiz.answer(number, choice)
    assert f"Your answer would be right if {question.confusions[choice]}." in said


def test_two_variants_stand_beside_each_other_and_below_each_other_in_words():
    quiz = next(
        made
        for made in (lab.quiz("03", seed) for seed in range(1, 9))
        if any(one.kind == "variants" for one in made.questions)
    )
    assert "flex-wrap: wrap" in html_of(quiz)
    assert quiz.words.index("A:\n") < quiz.words.index("B:\n")


def test_yaml_can_be_scrolled_by_keyboard_and_is_escaped():
    shown = html_of(lab.quiz("06", seed=3))
    assert '<pre tabindex="0" role="group" aria-label="Pods"' in shown
    assert "-&gt; pod port" in shown


def test_the_first_answers_count_for_progress(monkeypatch):
    recorded = []
    monkeypatch.setattr(progress, "record_quiz", lambda *told: recorded.append(told))
    quiz = lab.quiz("01")
    quiz.answer(1, wrong(quiz.questions[0]))
    assert recorded == []
    for number in (1, 2, 3):
        quiz.answer(number, quiz.questions[number - 1].right)
    assert recorded == [("01", 2, 3)]
    quiz.check()
    assert len(recorded) == 1


def test_what_is_not_answered_is_told():
    quiz = lab.quiz("01")
    quiz.answer(2, quiz.questions[1].right)
    assert "1 of 3 right. 2 not answered yet." in html_of(quiz)


def test_other_questions_let_go_of_those_before():
    quiz = lab.quiz("01")
    before = len(_instances)
    for _ in range(3):
        quiz.another()
    assert len(_instances) < before + 20
