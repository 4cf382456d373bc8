"""Merges, keys, anchors and limits: documents composed as go-yaml composes them."""

import pytest

from netpol_lab.manifests.text.yaml_composer import MAX_DEPTH, MAX_EXPANSION
from netpol_lab.manifests.text.yaml_reader import documents


def value(text):
    (document,), complaints = documents(text, "x.yaml")
    assert complaints == []
    return document.value


def complaint(text):
    _, (found,) = documents(text, "x.yaml")
    return found


BASE = "base: &b {a: 1}\nmore: &m {a: 2, c: 3}\n"


@pytest.mark.parametrize(
    ("mapping", "read"),
    [
        ("{<<: *b, c: 2}", {"a": 1, "c": 2}),
        ("{<<: *b, a: 9}", {"a": 9}),
        ("{a: 9, <<: *b}", {"a": 1}),
        ("{a: 9, <<: *b, a: 8}", {"a": 8}),
        ("{<<: *b, <<: *m}", {"a": 2, "c": 3}),
        ("{<<: [*b, *m]}", {"a": 1, "c": 3}),
        ("{a: 9, <<: [*m, *b]}", {"a": 2, "c": 3}),
        ("{<<: {d: 4}}", {"d": 4}),
        ("{! <<: *b}", {"a": 1}),
        ("{&k <<: *b, c: *k}", {"a": 1, "c": "<<"}),
        ('{"<<": *b}', {"<<": {"a": 1}}),
        ("{<<: []}", {}),
    ],
)
def test_a_merge_counts_where_it_is_written(mapping, read):
    assert value(f"{BASE}x: {mapping}\n")["x"] == read


@pytest.mark.parametrize("merged", ["1", "", "*s", "[1]", "[[*b]]", "*l", "[*l]"])
def test_only_mappings_and_a_written_list_of_them_are_merged(merged):
    found = complaint(f"{BASE}s: &s x\nl: &l [*b]\nx:\n  <<: {merged}\n")
    assert found.message == "map merge requires map or sequence of maps as the value"
    assert found.line == 6


def test_keys_that_are_equal_in_python_are_two_keys():
    assert value("{1: a, yes: b}") == {"1": "a", "true": "b"}
    assert value("{0: a, off: b, 0.5: c}") == {"0": "a", "false": "b", "0.5": "c"}
    assert value("{yes: a, on: b, true: c}") == {"true": "c"}
    assert value("{16: a, 0x10: b}") == {"16": "b"}


@pytest.mark.parametrize(
    "keys", [("1", '"1"'), ("yes", '"true"'), ("1", "1.0"), ("1000", "1e3"), ('".inf"', ".inf")]
)
def test_keys_that_become_one_in_json_are_refused_since_kubectl_keeps_either(keys):
    found = complaint(f"{keys[0]}: a\nx: 1\n{keys[1]}: b\n")
    assert "two keys that differ in YAML" in found.message
    assert "no matter which" in found.hint


def test_a_merge_can_bring_the_other_of_two_keys_that_become_one():
    assert "two keys" in complaint('a: &a {1: x}\nb: {"1": y, <<: *a}').message
    assert value("a: &a {1: x}\nb: {1: y, <<: *a}")["b"] == {"1": "x"}


def test_an_anchor_may_be_defined_again_and_the_last_one_before_an_alias_counts():
    assert value("[&x 1, *x, &x 2, *x]") == [1, 1, 2, 2]
    assert value("[&x [&x 1, *x], *x]") == [[1, 1], 1]


def test_aliases_are_keys_and_keys_have_anchors():
    assert value("&k 1.0: a\nb: *k\n*k : c") == {"1": "c", "b": 1}


@pytest.mark.parametrize("key", ["[a]", "{a: 1}", "&x [a]", "*l"])
def test_lists_and_mappings_are_no_keys(key):
    assert complaint(f"l: &l [a]\n? {key}\n: 1").message == "invalid map key"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: *nobody", "unknown anchor 'nobody' referenced"),
        ("a: &a [*a]", "anchor 'a' value contains itself"),
        ("a: &a {b: *a}", "anchor 'a' value contains itself"),
        ("a: &a {<<: *a}", "anchor 'a' value contains itself"),
        ("&a a: 1\nb: &b {*b : 1}", "anchor 'b' value contains itself"),
    ],
)
def test_an_alias_needs_a_value_that_is_complete(text, words):
    assert complaint(text).message == words


def test_nesting_up_to_the_limit_is_read_and_no_deeper():
    assert value("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    deeper = MAX_DEPTH + 1
    assert "nested" in complaint("[" * deeper + "]" * deeper).message
    assert "nested" in complaint("- " * deeper + "x").message


def test_aliases_expand_up_to_the_limit_and_no_further():
    hundred = f"a: &a [{', '.join('x' * 99)}]\n"
    times = MAX_EXPANSION // 100
    assert len(value(f"{hundred}b: [{', '.join(['*a'] * times)}]")["b"]) == times
    assert "expand" in complaint(f"{hundred}b: [{', '.join(['*a'] * (times + 1))}]").message


def test_a_slash_needs_no_backslash_in_yaml():
    found = complaint('a:\n- {"b": "x", "c\\\\\\n": "y\\/z"}')
    assert (found.message, found.line, found.column) == ("found unknown escape character", 2, 25)
    assert value('"\\\\/"') == "\\/"
    assert value("'\\/'") == "\\/"


def test_a_question_mark_in_a_plain_text_between_brackets_is_refused():
    assert complaint("a: [b?c]").message == "did not find expected ',' or ']'"
    assert value("a: b?c\nd: ['e?f']") == {"a": "b?c", "d": ["e?f"]}


def test_a_byte_order_mark_within_a_document_is_a_letter():
    assert value("a: 1\n\ufeffb: 2") == {"a": 1, "\ufeffb": 2}
