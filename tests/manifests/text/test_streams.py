"""Which parts of a text are documents: JSON values one after another, and YAML between ---."""

import pytest

from netpol_lab.manifests.text.streams import json_values
from netpol_lab.manifests.text.yaml_reader import documents


def values(text):
    found, complaints = documents(text, "x")
    assert complaints == []
    return [document.value for document in found if document.value is not None]


def faults(text):
    return [(found.line, found.message) for found in documents(text, "x")[1]]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n---\nb: 2\n", "---\na: 1\n---\nb: 2\n---\n", "a: 1\n---#c\nb: 2",
        "a: 1\n---\t# c\nb: 2",
        "# c\n---\na: 1\n--- # c\n\n---\n# d\n---\nb: 2", "a: 1\r\n---\r\nb: 2\r\n",
        "a: 1\n---\n\ufeffb: 2", "\ufeffa: 1\n---\n\ufeffb: 2", "\ufeff---\na: 1\n---\nb: 2",
        "a: 1\n...\n---\nb: 2", "# c\n---\n\ufeffa: 1\n---\nb: 2", "# c\n---#d\na: 1\n---\nb: 2",
        '{"a": 1} {"b": 2}', '{"a": 1}\n---\nb: 2', '{"a": 1}\nb: 2',
        '{"a": 1} # comment\n---\nb: 2',
        '{"a": 1}\n# c\n---\n{b: 2}', "{a: 1}\n---\n{b: 2}",
    ],
)  # fmt: skip
def test_two_documents_are_two(text):
    assert values(text) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    "line", ["--- {x: 1}", "---x", "----", "---- # c", "--- |", "---\ufeff", "---\x1c"]
)
def test_a_line_that_begins_with_dashes_holds_nothing_else(line):
    rest = line[3:].strip(" ")
    found, (complaint,) = documents(f"a: 1\n{line}\nb: 2\n", "x")
    assert [document.value for document in found] == [{"a": 1}, {"b": 2}]
    assert (complaint.line, complaint.message) == (2, f"invalid Yaml document separator: {rest}")
    assert complaint.hint


def test_dashes_that_no_line_feed_ends_before_are_no_separator():
    assert faults("a: 'x\n  ---'\nb: 2") == []
    for first in ("", "# c\n---\n", "\n---\n", "# c\r\n---\r\n"):
        assert values(f"{first}---#c\n---\na: 1") == ["---#c", {"a": 1}]
    assert faults("# c\n---\n...\n") == [(3, "did not find expected node content")]
    assert values("# c\r---#d\n---\na: 1") == ["---#d", {"a": 1}]


def test_dashes_right_behind_a_json_object_begin_a_line_to_kubectl():
    assert faults('{"a": 1}----#c\n') == [(1, "invalid Yaml document separator: -#c")]
    assert values('{"a": 1}---#c\n') == [{"a": 1}, "---#c"]
    assert values('{"a": 1}a: 1\nb: 2\n') == [{"a": 1}, {"a": 1, "b": 2}]


@pytest.mark.parametrize("directive", ["%YAML 1.1", "%TAG ! tag:x,2026:"])
def test_directives_are_refused(directive):
    found, (complaint,) = documents(f"{directive}\n---\na: 1\n", "x")
    assert complaint.message == "did not find expected <document start>"
    assert "leave this line out" in complaint.hint
    assert [document.value for document in found] == [{"a": 1}]


DROPPING = [
    ("a: 1\n...\nb: 2\n", (3, 1)),
    ("a: 1\n... # c\n\n  # d\nb: 2\n", (5, 1)),
    ("{a: 1}\nb: 2\n", (2, 1)),
    ("{a: 1}\n{b: 2}\n", (2, 1)),
    ("a: 1\r---\rb: 2\r", (3, 1)),
    ("a: 1\r---\r%YAML [\r", (3, 1)),
    ('a: 1\n...\n"', (3, 1)),
]


@pytest.mark.parametrize(("text", "place"), DROPPING)
def test_what_stands_behind_the_end_of_a_document_is_dropped_with_a_word(text, place):
    (document,), complaints = documents(text, "x")
    assert (document.value, complaints) == ({"a": 1}, [])
    assert (document.dropped.line, document.dropped.column) == place


@pytest.mark.parametrize(
    "text", ["a: 1\n...\n", "a: 1\n... # c\n# d\n...\n", "{a: 1} # c\n", "a: 1\r---\r"]
)
def test_nothing_is_dropped_where_only_comments_follow(text):
    (document,), _ = documents(text, "x")
    assert document.dropped is None


def test_carriage_returns_alone_are_told_from_line_feeds():
    (document,), _ = documents("a: 1\r---\rb: 2\r", "x")
    assert "LF" in document.dropped.hint


def test_a_short_comment_behind_a_json_object_is_refused_and_a_longer_one_is_not():
    (fault,) = faults('{"a": 1} # c')
    assert fault == (1, "json: offset 10: invalid character '#' looking for beginning of value")
    assert values('{"a": 1} # c\n') == [{"a": 1}]


def test_after_two_json_objects_all_is_json():
    assert faults('{"a": 1}\n{"b": 2}\n---\nc: 3') == [
        (3, "invalid character '-' in numeric literal")
    ]
    assert faults('{"a": 1}\n{"b": 2} x\n') == [
        (2, "invalid character 'x' looking for beginning of value")
    ]


def test_json_behind_a_byte_order_mark_is_read_as_yaml():
    assert values('\ufeff{"a": 1}') == [{"a": 1}]
    assert faults('\ufeff{"a": "\\/"}') == [(1, "found unknown escape character")]
    assert values('{"a": "\\/"}') == [{"a": "/"}]


def test_a_list_is_read_as_yaml():
    assert faults('["\\/"]') == [(1, "found unknown escape character")]


def test_two_byte_order_marks_are_refused():
    assert faults("\ufeff\ufeffa: 1\nb: 2\n") == [(1, "begins with two byte order marks")]


def test_halves_of_characters_in_json_are_none():
    assert values('{"\\ud83d\\ude00": "\\ud800x"}') == [{"\U0001f600": "\ufffdx"}]


def test_what_is_no_number_in_json_is_text_in_yaml():
    assert values('{"a": NaN}') == [{"a": "NaN"}]


def test_a_last_line_without_a_line_feed_has_one():
    assert values("a: |\n  x") == [{"a": "x\n"}]
    assert values("a: |\r\n  x\r\n  y\r\n") == [{"a": "x\ny\n"}]


def test_of_each_json_value_it_is_told_whether_a_key_is_repeated():
    values = json_values('{"a": 1}{"a": 1, "a": 2}{"b": 1}')
    assert [value.repeats for value in values] == [False, True, False]
