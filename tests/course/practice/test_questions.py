"""One question with its choices, and the kinds that ask about a cluster as it is."""

from random import Random

import pytest

from netpol_lab.course.practice import questions as kinds
from netpol_lab.course.practice.chapters import PRACTICE, ask
from netpol_lab.course.practice.generators import LEVELS
from netpol_lab.course.practice.objects import pod, policy
from netpol_lab.course.practice.questions import QuizQuestion, Setting, listed
from netpol_lab.course.practice.situation import Situation

ASKED = QuizQuestion(
    "kind", "Open?", "", "", "", ("yes", "no"), "no", "It is shut.", {"yes": "doors were open"}
)


def test_a_right_choice_is_told_so_with_the_reasons():
    assert ASKED.judged("no") == "right.\nIt is shut."


def test_a_wrong_choice_is_told_the_right_one_its_confusion_and_the_reasons():
    assert ASKED.judged("yes").splitlines() == [
        "not right. You chose: yes. The right answer is: no.",
        "Your answer would be right if doors were open.",
        "It is shut.",
    ]


def test_nobody_has_words():
    assert listed([]) == "none of them"
    assert listed(["a/b", "a/c"]) == "a/b, a/c"


@pytest.mark.parametrize("kind", [kinds.works, kinds.reaching, kinds.isolated, kinds.admitting])
def test_the_reasons_are_the_engines_own(kind):
    asked = ask(kind, "02", "easy", Random("reasons"))
    assert "isolated" in asked.because


@pytest.mark.parametrize("chapter", ["01", "05", "07"])
def test_whether_it_works_is_asked_where_a_confusion_goes_wrong(chapter):
    asked = ask(kinds.works, chapter, "easy", Random(7))
    (wrong,) = set(asked.choices) - {asked.right}
    assert wrong in asked.confusions


@pytest.mark.parametrize("coin", [0.1, 0.9])
def test_the_coin_says_which_answer_is_wanted(coin):
    practice = PRACTICE["01"]
    situation = practice.draw(Random(3), LEVELS["medium"])
    setting = Setting(
        Random(1), situation, practice.traps(situation), practice.misconceptions, coin
    )
    assert kinds.works(setting).right == ("allowed" if coin < 0.5 else "blocked")


def test_nothing_is_asked_where_nobody_is_confused():
    practice = PRACTICE["01"]
    situation = practice.draw(Random(3), LEVELS["medium"])
    assert kinds.works(Setting(Random(1), situation, {}, practice.misconceptions, 0.1)) is None


def test_stored_types_are_asked_with_every_shape():
    asked = ask(kinds.stored, "03", "easy", Random(2))
    assert set(asked.choices) == {"[Ingress]", "[Egress]", "[Ingress, Egress]"}


def test_open_ports_are_told_as_sets():
    asked = ask(kinds.open_ports, "06", "easy", Random(5))
    assert all(choice[:3] in ("TCP", "UDP", "SCT", "all", "no ") for choice in asked.choices)


NAMED = (
    pod("garden", "apple", {"app": "apple"}, "10.1.0.1"),
    pod("garden", "birch", {"app": "birch"}, "10.1.0.2", [{"name": "http", "containerPort": 80}]),
)
TO_HTTP = {"ports": [{"port": "http"}, {"port": "web"}, {"protocol": "UDP"}, {"port": 81}]}
FROM_NOBODY = {"from": [{"podSelector": {"matchLabels": {"app": "x"}}}]}


def test_the_ports_of_each_rule_are_told_with_the_number_that_a_name_has_there():
    guard = policy("garden", "guard", {"ingress": [TO_HTTP, FROM_NOBODY]})
    verdict = Situation(NAMED, (guard,)).verdict("garden/apple", "garden/birch")
    assert list(kinds._by_rule(verdict)) == [
        "garden/apple is not isolated for egress",
        "garden/birch is isolated for ingress by garden/guard",
        "  rule 1 of garden/guard admits anyone, on TCP http, which is TCP 80 at garden/birch, or "
        "TCP web, which garden/birch does not have, or every UDP port, or TCP 81",
        "  rule 2 of garden/guard admits pods with app=x, so not garden/apple",
    ]


def test_the_explanation_of_open_ports_ends_in_the_answer():
    for seed in range(12):
        asked = ask(kinds.open_ports, "06", "easy", Random(seed))
        assert asked.because.endswith(f"\nTogether: {asked.right}.")


def test_a_service_is_asked_on_its_own_port():
    asked = ask(kinds.through_service, "06", "easy", Random(5))
    assert "connects to Service garden/" in asked.text
    assert "is a Service, and leads to" in asked.because
