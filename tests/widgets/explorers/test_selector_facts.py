"""Whom selectors mean: the answers of an independent reader, and the words for them."""

from itertools import product

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.errors import ManifestError
from netpol_lab.pictures.svg import paint
from netpol_lab.widgets.explorers.selector import complaint_words
from netpol_lab.widgets.explorers.selector_facts import SelectorInput, ask
from tests.referee import naive

MANIFESTS = """
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: blog, labels: {team: b, public: "yes"}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: empty}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {role: web, tier: "1"}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {role: db}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: blog, labels: {role: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: other, namespace: other, labels: {role: ""}}}
"""
CLUSTER = lab.load(MANIFESTS)
DOCUMENTS = list(yaml.safe_load_all(MANIFESTS))
PODS = (
    None,
    "{}",
    "{matchLabels: {role: web}}",
    "matchLabels:\n  role: web\n  tier: '1'",
    "{matchExpressions: [{key: role, operator: In, values: [web, db]}]}",
    "{matchExpressions: [{key: role, operator: NotIn, values: [web]}]}",
    "{matchExpressions: [{key: role, operator: Exists}]}",
    "{matchExpressions: [{key: role, operator: DoesNotExist}]}",
)
NAMESPACES = (
    None,
    "{}",
    "{matchLabels: {kubernetes.io/metadata.name: blog}}",
    "{matchExpressions: [{key: team, operator: NotIn, values: [b]}]}",
)
ASKED = [
    SelectorInput(*both, home, items)
    for *both, home, items in product(PODS, NAMESPACES, ("shop", "blog"), (1, 2))
    if any(both)
]


@pytest.mark.parametrize("question", ASKED, ids=lambda q: q.yaml + q.home)
def test_the_pods_that_light_up_are_those_that_an_independent_reader_lets_in(question):
    documents = [*DOCUMENTS, yaml.safe_load(question.manifest)]
    chosen = ask(CLUSTER, question).chosen
    for pod in map(str, CLUSTER.pods):
        other = f"{question.home}/web" if pod != f"{question.home}/web" else ""
        if other:
            assert naive.allowed(documents, pod, other, 80) is (pod in chosen)


@pytest.mark.parametrize("question", ASKED, ids=lambda q: q.yaml + q.home)
def test_whoever_is_not_matched_misses_something_and_nobody_else_does(question):
    for mark in ask(CLUSTER, question).marks:
        assert mark.matched is (mark.verdict == "matched")
        assert mark.matched is (mark.why.startswith(("every", "matches")))


@pytest.mark.parametrize("selector", PODS[1:])
def test_as_a_subject_the_same_selector_stays_in_the_policys_namespace(selector):
    found = ask(CLUSTER, SelectorInput(selector, None, "shop", role="subject"))
    alone = ask(CLUSTER, SelectorInput(selector, None, "shop"))
    assert found.chosen == alone.chosen
    assert all("selected" in mark.verdict for mark in found.marks)


def test_a_subject_that_is_absent_or_null_is_every_pod_of_the_namespace():
    for selector in (None, "null", "{}"):
        found = ask(CLUSTER, SelectorInput(selector, None, "blog", role="subject"))
        assert found.chosen == ("blog/web",)


def test_null_beside_a_podselector_counts_as_absent():
    asked = SelectorInput("{matchLabels: {role: web}}", "null", "shop")
    found = ask(CLUSTER, asked)
    assert found.chosen == ("shop/web",)
    assert "A selector that is null counts as absent." in found.rules
    assert "is the same as" not in found.text


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        (SelectorInput("{}"), "own namespace"),
        (SelectorInput(None, "{}"), "every pod in the matching namespaces"),
        (SelectorInput("{}", "{}"), "(AND)"),
        (SelectorInput("{}", "{}", items=2), "(OR)"),
        (SelectorInput(PODS[5]), "NotIn: what lacks the label"),
        (SelectorInput(PODS[7]), "DoesNotExist: only what lacks the label matches."),
        (SelectorInput("null", role="subject"), "In spec.podSelector, null is the same as {}."),
    ],
)
def test_the_rule_at_work_is_named(question, rule):
    assert rule in " ".join(ask(CLUSTER, question).rules)


def test_a_pod_says_all_that_it_misses():
    found = ask(CLUSTER, SelectorInput("{matchLabels: {role: db}}", NAMESPACES[2], "shop"))
    why = found.why("pod:shop/web")
    assert "wants role=db, has role=web" in why
    assert "its namespace has kubernetes.io/metadata.name=shop" in why
    assert found.why("pod:nobody") == ""


def test_a_pod_on_its_nodes_network_is_left_undefined():
    pod = (
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}, spec: {hostNetwork: true}}"
    )
    found = ask(lab.load(pod), SelectorInput("{}", None, "b"))
    assert [mark.verdict for mark in found.marks] == ["undefined"]
    assert found.chosen == ()


def test_a_finished_pod_takes_no_part():
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {phase: Succeeded}}"
    assert ask(lab.load(pod), SelectorInput("{}")).marks == ()


def test_the_state_tells_what_is_written():
    found = ask(CLUSTER, SelectorInput("{}", None, "shop"))
    assert found.state == "shop|podSelector: {}|1"
    assert 'data-state="shop|podSelector: {}|1"' in paint(found)


# ---------------------------------------------------------------- as they are written


def test_two_items_are_written_as_two_items():
    peers = yaml.safe_load(SelectorInput("{}", "{}", items=2).yaml)["from"]
    assert peers == [{"podSelector": {}}, {"namespaceSelector": {}}]


def test_a_text_of_several_lines_is_read_as_it_is_written():
    text = "    matchLabels:\n      role: db\n"
    assert ask(CLUSTER, SelectorInput(text, None, "shop")).chosen == ("shop/db",)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (SelectorInput("{matchExpressions: [{key: a, operator: In}]}"), "must be specified when"),
        (
            SelectorInput("{matchLabel: {a: b}}"),
            'Unknown: matchLabel: unknown field "matchLabel". Hint',
        ),
        (SelectorInput("{"), "Syntax"),
        (SelectorInput(None), "must specify a peer"),
        (SelectorInput("null"), "must specify a peer"),
        (SelectorInput("{}", "null", items=2), "must specify a peer"),
        (SelectorInput("[]"), "cannot be a list: must be a mapping"),
        (SelectorInput("{}\negress: []"), "Syntax"),
    ],
)
def test_what_the_api_server_refuses_is_refused_in_its_words(question, words):
    with pytest.raises(ManifestError) as error:
        ask(CLUSTER, question)
    assert words in "\n".join(map(complaint_words, error.value.complaints))
