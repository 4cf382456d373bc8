"""The selector explorer: fields, lists and code say the same."""

import json

import pytest
from ipywidgets import HTML, Dropdown, Textarea

import netpol_lab as lab
from netpol_lab.errors import ManifestError, NetpolError, UnknownNameError
from tests.helpers.boards import inside

SHOP = lab.load("neighbours")
ROLE = "{matchLabels: {role: reader}}"


@pytest.fixture
def explorer():
    return lab.explore_selector(SHOP, home="shop")


def lists(explorer):
    return {made.description: made for made in inside(explorer, Dropdown)}


def areas(explorer):
    return {made.description.split()[0]: made for made in inside(explorer, Textarea)}


def said(explorer):
    return [
        html.value
        for html in inside(explorer, HTML)
        if "nl-wrong" in html.value and "<style" not in html.value
    ]


def test_the_policys_namespace_is_that_of_the_first_pod_unless_another_is_named():
    assert lab.explore_selector(SHOP).chosen == ("shop/web", "shop/db")
    assert lab.explore_selector(SHOP, home="blog").chosen == ("blog/reader",)


def test_a_selector_without_quotes_is_refused_in_words(explorer):
    with pytest.raises(NetpolError, match="is written as YAML in quotes"):
        explorer.set(pods={})
    assert explorer.chosen == ("shop/web", "shop/db")


def test_what_is_not_mentioned_stays(explorer):
    explorer.set(pods=ROLE)
    explorer.set(namespaces="{}")
    assert explorer.chosen == ("blog/reader",)
    explorer.set(items=2)
    assert len(explorer.chosen) == 3


def test_none_takes_a_selector_away(explorer):
    explorer.set(pods=None, namespaces="{}")
    assert explorer.yaml == "from:\n- namespaceSelector: {}"
    assert areas(explorer)["podSelector"].disabled


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"pods": "{"}, ManifestError),
        ({"pods": None}, ManifestError),
        ({"home": "shap"}, UnknownNameError),
        ({"items": 3}, UnknownNameError),
        ({"pods": ROLE, "namespaces": "[]"}, ManifestError),
    ],
)
def test_a_wrong_question_raises_and_changes_nothing(explorer, wrong, error):
    before = explorer.summary, explorer.svg, areas(explorer)["podSelector"].value
    with pytest.raises(error):
        explorer.set(**wrong)
    assert (explorer.summary, explorer.svg, areas(explorer)["podSelector"].value) == before


def test_typing_does_what_set_does(explorer):
    areas(explorer)["podSelector"].value = "matchLabels:\n  role: db"
    assert explorer.chosen == ("shop/db",)
    assert lists(explorer)["podSelector"].value == "as written below"


def test_while_a_text_is_broken_the_last_picture_stays_and_it_is_said(explorer):
    before = explorer.svg
    areas(explorer)["podSelector"].value = "{matchLabels: {role"
    assert explorer.svg == before
    (words,) = said(explorer)
    assert "Syntax" in words
    areas(explorer)["podSelector"].value = "{matchLabels: {role: db}}"
    assert said(explorer) == []


def test_the_complaint_stands_under_the_selector_that_is_wrong(explorer):
    lists(explorer)["namespaceSelector"].value = "{}"
    areas(explorer)["namespaceSelector"].value = "{matchLabel: {a: b}}"
    assert "unknown field" in explorer._fields["namespaces"]._said.value
    assert explorer._fields["pods"]._said.value == ""


@pytest.mark.parametrize("name", ["podSelector", "namespaceSelector"])
def test_every_text_of_the_lists_can_be_asked_or_is_refused_in_words(explorer, name):
    for text in [value for _, value in lists(explorer)[name].options][:-1]:
        lists(explorer)[name].value = text
        complaint = bool(said(explorer))
        assert complaint is (name == "podSelector" and text in ("absent", "null"))


def test_choosing_another_namespace_moves_the_policy(explorer):
    lists(explorer)["Policy's namespace"].value = "blog"
    assert explorer.chosen == ("blog/reader",)


def test_choosing_two_items_makes_them_alternatives(explorer):
    explorer.set(pods=ROLE, namespaces="{}")
    lists(explorer)["Both selectors in"].value = 2
    assert "(OR)" in explorer.summary


def test_as_a_subject_there_is_one_selector():
    explorer = lab.explore_selector(
        SHOP, role="subject", home="shop", pods="{matchLabels: {role: db}}"
    )
    assert list(areas(explorer)) == ["podSelector"]
    assert explorer.chosen == ("shop/db",)
    lists(explorer)["podSelector"].value = "null"
    assert explorer.chosen == ("shop/web", "shop/db")


def test_another_role_is_refused():
    with pytest.raises(UnknownNameError, match="peer"):
        lab.explore_selector(SHOP, role="pear")


def test_pods_without_labels_have_no_examples():
    bare = lab.load("{apiVersion: v1, kind: Pod, metadata: {name: a}}")
    assert len(lists(lab.explore_selector(bare))["podSelector"].options) == 4


def test_as_written_below_opens_the_field_where_there_was_no_text(explorer):
    explorer.set(pods=None, namespaces="{}")
    lists(explorer)["podSelector"].value = "as written below"
    assert not areas(explorer)["podSelector"].disabled
    assert areas(explorer)["podSelector"].value == "{}"


@pytest.mark.parametrize(
    "value", ["1", "1.0", "1e3", "0x1f", "true", "yes", "n", "null", "", "web"]
)
@pytest.mark.parametrize("key", ["version", "yes", "1"])
def test_every_example_means_the_labels_it_was_made_of(key, value):
    pod = {"name": "a", "namespace": "1", "labels": {key: value}}
    cluster = lab.load(json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": pod}))
    explorer = lab.explore_selector(cluster)
    texts = [text for _, text in lists(explorer)["podSelector"].options[3:-1]]
    assert len(texts) == 5
    for text in texts:
        explorer.set(pods=text)
        meant = "NotIn" not in text and "DoesNotExist" not in text
        assert (explorer.chosen == ("1/a",)) is meant


def test_no_namespace_is_answered_kindly(explorer):
    with pytest.raises(UnknownNameError, match=r'no namespace "None".*blog, shop'):
        explorer.set(home=None)


@pytest.mark.parametrize(
    ("wrong", "field", "hint"),
    [
        ({"pods": "app=monitor"}, "podSelector", "write {matchLabels: {app: monitor}}"),
        ({"pods": "all"}, "podSelector", "write {} to select all"),
        ({"namespaces": "{matchLabel: {a: b}}"}, "namespaceSelector", "did you mean matchLabels"),
        ({"pods": None}, "from", "for every pod of the namespace"),
    ],
)
def test_a_complaint_names_the_field_and_no_file(explorer, wrong, field, hint):
    with pytest.raises(ManifestError) as error:
        explorer.set(**wrong)
    first, *_ = str(error.value).splitlines()
    assert first.startswith(f"{field}, document 1: spec.ingress[0].from[0]")
    assert f"hint: {hint}" in str(error.value)
