"""Selectors as they are written: how they are read, and the API server's words where it refuses."""

import pytest
import yaml

from netpol_lab.errors import ManifestError
from netpol_lab.widgets.explorers.selector_facts import ask
from netpol_lab.widgets.explorers.selector_yaml import Question, complaint_words
from tests.widgets.explorers.test_selector_facts import CLUSTER


def test_two_items_are_written_as_two_items():
    peers = yaml.safe_load(Question("{}", "{}", items=2).yaml)["from"]
    assert peers == [{"podSelector": {}}, {"namespaceSelector": {}}]


def test_a_text_of_several_lines_is_read_as_it_is_written():
    text = "    matchLabels:\n      role: db\n"
    assert ask(CLUSTER, Question(text, None, "shop")).chosen == ("shop/db",)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question("{matchExpressions: [{key: a, operator: In}]}"), "must be specified when"),
        (Question("{matchLabel: {a: b}}"), 'Unknown: matchLabel: unknown field "matchLabel". Hint'),
        (Question("{"), "Syntax"),
        (Question(None), "must specify a peer"),
        (Question("null"), "must specify a peer"),
        (Question("{}", "null", items=2), "must specify a peer"),
        (Question("[]"), "cannot be a list: must be a mapping"),
        (Question("{}\negress: []"), "Syntax"),
    ],
)
def test_what_the_api_server_refuses_is_refused_in_its_words(question, words):
    with pytest.raises(ManifestError) as error:
        ask(CLUSTER, question)
    assert words in "\n".join(map(complaint_words, error.value.complaints))
