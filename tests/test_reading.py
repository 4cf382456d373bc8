"""Text into documents: kubectl's scalars, hostile input, positions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.errors import Reason
from netpol_lab.reading import (
    MAX_DEPTH,
    MAX_FINDABLE,
    documents,
    format_path,
    get,
    parse_path,
)


def value(text):
    (document,), complaints = documents(text, "x.yaml")
    assert complaints == []
    return document.value


def complaint(text):
    _, (found,) = documents(text, "x.yaml")
    assert found.reason is Reason.SYNTAX
    return found


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("yes", True), ("y", True), ("N", False), ("off", False), ("On", True), ("True", True),
        ('"y"', "y"), ("yEs", "yEs"), ("~", None), ("Null", None), ("", None),
        ("010", 8), ("0o17", 15), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("-12", -12),
        ("+7", 7), ("0", 0), ("08", 8.0), ("12e5", 1_200_000.0), (".5", 0.5), ("1.", 1.0),
        ("-.inf", -math.inf), ("9" * 5000, "9" * 5000), ("123e456", "123e456"), ("0o", "0o"),
        ("0x" + "f" * 17, "0x" + "f" * 17), ("2026-01-31", "2026-01-31"),
        ("12:30", "12:30"), ("1.2.3", "1.2.3"), ("_1", "_1"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_kubectl_reads_them(text, read):
    assert value(f"k: {text}") == {"k": read}


def test_keys_are_text_again():
    assert value('on: 1\n"on": 2\n8: 3\nnull: 4') == {"true": 1, "on": 2, "8": 3, "null": 4}


def test_a_nan_is_a_number():
    assert math.isnan(value("k: .nan")["k"])


def test_anchors_and_merge_keys_work():
    assert value("base: &b {a: 1}\nmore: {<<: *b, c: 2}") == {
        "base": {"a": 1},
        "more": {"a": 1, "c": 2},
    }


def test_a_broken_document_does_not_hide_the_others():
    good, bad = documents("a: 1\n---\nb: [\n---\nc: 3\n---\nd: }\n", "x.yaml")
    assert [(d.number, d.value) for d in good] == [(1, {"a": 1}), (3, {"c": 3})]
    assert [(c.document, c.line) for c in bad] == [(2, 3), (4, 7)]


def test_directives_comments_and_empty_documents_are_no_objects():
    good, bad = documents("%YAML 1.1\n# hello\n---\na: 1\n--- # end\n", "x.yaml")
    assert [d.value for d in good if d.value is not None] == [{"a": 1}]
    assert bad == []


def test_byte_order_marks_and_windows_line_ends_are_fine():
    assert value("\ufeffa: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}


def test_json_is_read_as_json():
    assert value('{"a": [1, 2.5, null, "y"]}') == {"a": [1, 2.5, None, "y"]}


def test_json_values_one_after_another_are_documents():
    found, complaints = documents('{"a": 1}\n\n{"b": 2} [3]\n', "x")
    assert complaints == []
    assert [(d.number, d.value, d.first_line) for d in found] == [
        (1, {"a": 1}, 0), (2, {"b": 2}, 2), (3, [3], 2),
    ]  # fmt: skip


@pytest.mark.parametrize("odd", ['"\\ud83d\\ude00"', '"\\ud800"', f'"{"k" * 2000}"', '"\x7f"'])
def test_json_that_yaml_cannot_read_has_no_position_but_no_fault_either(odd):
    (document,), _ = documents(f'{{{odd}: {{"b": 1, "b": 2}}}}', "x")
    assert len(document.duplicates()) == 1
    assert document.locate(("a",)) is not None


def test_a_tab_is_called_a_tab():
    assert "tab" in complaint("a:\n\tb: 1").hint


def test_broken_json_is_shown_by_line():
    assert complaint('{"a": 1,\n "b": [}').line == 2


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, "{a: " * 50_000, "- " * 50_000, "? " * 50_000, '{"a":' * 50_000,
        "\n".join(" " * i + "a:" for i in range(2000)), LAUGHS, "a: &a [*a]", "a: &a {b: *a}",
        "a: *nobody", "\ta: 1", "a: b: c", '"', "a: !!python/object/apply:os.system [x]",
        "a: !custom 1", "? [a, b]\n: c", "a\x00b", "a: 'x\n  b: \"y",
    ],
)  # fmt: skip
def test_hostile_text_is_a_complaint_and_never_an_exception(text):
    assert complaint(text).message


def test_nesting_up_to_the_limit_is_read():
    assert value("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)) is not None


@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t01", max_size=60))
def test_any_text_gives_documents_or_complaints(text):
    good, bad = documents(text, "x")
    assert isinstance(good, list)
    assert all(found.reason is Reason.SYNTAX for found in bad)


TEXT = """\
# a comment
---
spec:
  ingress:
  - from:
    - podSelector: {}
      ports: [80]
  ingress: []
"""


def test_positions_are_those_of_the_key_or_of_the_value():
    (document,), _ = documents(TEXT.removeprefix("# a comment\n"), "x")
    path = ("spec", "ingress")
    assert document.locate(path, of_key=True)[:2] == (7, 3)
    assert document.locate(path)[:2] == (7, 12)
    assert document.locate(("spec", "nothing", 4))[:2] == (2, 1)


def test_lines_are_counted_through_the_whole_file():
    (document,) = documents("a: 1\n" + TEXT, "x")[0][1:]
    assert document.locate(("spec",), of_key=True) == (4, 1, "spec:")


def test_duplicate_keys_are_found_with_their_path():
    documents_found, _ = documents(TEXT, "x")
    assert [format_path(path) for path in documents_found[-1].duplicates()] == ["spec.ingress"]


def test_duplicate_keys_of_json_are_found_too():
    (document,), _ = documents('{"a": {"b": 1, "b": 2}}', "x")
    assert [format_path(path) for path in document.duplicates()] == ["a.b"]


def test_a_merge_key_is_no_duplicate():
    (document,), _ = documents("x: &x {a: 1}\ny: {<<: *x, a: 2}", "x")
    assert list(document.duplicates()) == []


def test_get_follows_mappings_only():
    assert get({"a": {"b": 1}}, "a", "b") == 1
    assert get({"a": [1]}, "a", "b") is None


def test_a_key_is_found_at_its_own_place_and_a_missing_one_nowhere():
    (document,), _ = documents("a:\n  b: [1, {c: 2}]\n", "x")
    assert document.find(("a", "b")) == (2, 3)
    assert document.find(("a", "b", 1, "c")) == (2, 11)
    assert document.find(("a", "c")) is None
    assert document.find(("a", "b", 2)) is None


def test_a_huge_document_is_not_kept_for_places():
    small, huge = (documents(f"a: 1\n# {'x' * n}\n", "x")[0][0] for n in (1, MAX_FINDABLE))
    assert small.for_places().find(("a",)) == (1, 1)
    assert huge.for_places().find(("a",)) is None


@pytest.mark.parametrize("text", ["", "spec", "spec.ingress[0].from[11]", "a[0][1].b"])
def test_paths_are_read_as_they_are_written(text):
    assert format_path(parse_path(text)) == text


INNER = "kind: Pod\n---\na: [1\n"
OUTER = "x: 1\ntext: |  # below\n    kind: Pod\n    ---\n    a: [1\ny: 2\n"


def test_a_text_within_a_text_knows_where_it_stands():
    (document,), _ = documents(OUTER, "f")
    inset = document.inset(("text",), INNER)
    (pod,), (broken,) = documents(INNER, "f", inset)
    assert inset == (2, 4)
    assert pod.locate(("kind",), of_key=True) == (3, 5, "    kind: Pod")
    assert broken.line in (5, 6)  # libyaml points behind the last line


@pytest.mark.parametrize("outer", ["text: >-\n  a: 1\n\n  b: 2\n", 'text: "a: 1\\nb: 2"\n'])
def test_a_text_that_is_folded_or_quoted_has_no_lines_in_the_other(outer):
    (document,), _ = documents(outer, "f")
    assert document.inset(("text",), document.value["text"]) is None
