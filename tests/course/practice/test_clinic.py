"""Broken manifests: what is refused and why, which line, and what is kept."""

import re
from random import Random

import pytest

from netpol_lab.course.practice.chapters import ask
from netpol_lab.course.practice.clinic import (
    FAULTS,
    MEANT,
    STORED,
    as_kept,
    faulty_policies,
    refused,
    wrong_line,
)
from netpol_lab.course.practice.misconceptions import MISSING, NULL, ONLY_WITH_RULES

# By the API reference alone: what a strict server takes, and a word of what it says otherwise.
EXPECTED = {
    "as it should be": "",
    "matchLabels beside podSelector": 'unknown field "spec.matchLabels"',
    "matchLabel": 'unknown field "spec.podSelector.matchLabel"',
    "ingress outside spec": 'unknown field "ingress"',
    "small letters in policyTypes": 'supported values: "Ingress", "Egress"',
    "kind in small letters": 'no matches for kind "Networkpolicy"',
    "an old apiVersion": 'in version "extensions/v1beta1"',
    "a port in quotes": "must contain at least one letter",
    "protocol in small letters": 'supported values: "TCP", "UDP", "SCTP"',
    "from without a list": "must be a list",
    "matchLabels beside podSelector in a peer": 'unknown field "spec.ingress[0].from[0].matchL',
    "a mistyped section": 'unknown field "spec.ingres"',
    "ports in the peer": 'unknown field "spec.ingress[0].from[0].ports"',
    "a port too high": "must be between 1 and 65535",
    "policyTypes as text": "must be a list",
    "a lone dash": "must specify a peer",
    "a label that is a boolean": "must be text",
    "no policyTypes": "",
    "nothing after podSelector": "",
    "a dash before ports": "",
    "a mistyped label": "",
    "no podSelector": "",
    "no from": "",
    "no protocol": "",
    "Egress in policyTypes": "",
    "both in policyTypes": "",
}
SEEDS = range(25)


@pytest.mark.parametrize("faulty", faulty_policies(Random(1)), ids=lambda one: one.fault.name)
def test_each_fault_is_refused_or_stored_as_the_api_reference_says(faulty):
    said = " ".join(complaint.message for complaint in faulty.complaints)
    expected = EXPECTED[faulty.fault.name]
    assert bool(said) is bool(expected)
    assert expected in said


@pytest.mark.parametrize("fault", FAULTS[1:], ids=lambda fault: fault.name)
def test_each_fault_changes_the_text(fault):
    texts = {one.fault.name: one for one in faulty_policies(Random(2))}
    assert texts[fault.name].policies_text != texts[fault.name].meant


@pytest.mark.parametrize("seed", SEEDS)
def test_no_wrong_answer_is_a_complaint_of_this_policy(seed):
    asked = ask(refused, "10", "easy", Random(seed))
    wrong = set(asked.choices) - {asked.right, STORED}
    assert not any(choice in asked.because for choice in wrong)
    assert (asked.right == STORED) is ("so it is accepted" in asked.because)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_wrong_line_is_the_one_of_the_complaint(seed):
    asked = ask(wrong_line, "10", "easy", Random(seed))
    number = asked.right.removeprefix("line ").partition(":")[0]
    assert f"  line {number}: " in asked.because
    assert all(choice.partition(": ")[2] in asked.policies for choice in asked.choices)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_kept_is_asked_with_what_was_meant_in_the_question_and_among_the_choices(seed):
    asked = ask(as_kept, "10", "easy", Random(seed))
    friend, subject = re.search(r"only (\S+) may open connections to (\S+),", asked.text).groups()
    goal = re.search(r"a connection to (\S+) on", asked.text)[1]
    everyone = [line.split()[1] for line in asked.pods.splitlines()]
    meant = [friend] if goal == subject else [pod for pod in everyone if pod != goal]
    assert ", ".join(meant) in asked.choices
    assert ("A lenient reader" in asked.text) is ("unknown" in str(errors(asked.policies)))


def test_what_would_make_a_wrong_answer_right_is_said_of_what_is_written():
    asked = [ask(as_kept, "10", "easy", Random(seed)) for seed in SEEDS]
    why = {words for one in asked for words in one.confusions.values()}
    assert {MEANT.words, NULL.words, MISSING.words, ONLY_WITH_RULES.words} <= why
    for one in asked:
        no_selector = "  podSelector:\n    matchLabels" not in one.policies
        assert no_selector or not {NULL.words, MISSING.words} & {*one.confusions.values()}


@pytest.mark.parametrize("seed", SEEDS)
def test_no_question_puts_words_into_the_mouth_of_a_server(seed):
    texts = [ask(kind, "10", "easy", Random(seed)).text for kind in (refused, wrong_line, as_kept)]
    assert not any("server" in text or "kubectl stores" in text for text in texts)


def errors(text):
    import netpol_lab as lab

    try:
        lab.load(f"{text}\n")
    except lab.ManifestError as error:
        return error
    return ""
