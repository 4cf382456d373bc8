"""Text into documents: kubectl's scalars, hostile input, positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.errors import Complaint, Reason
from netpol_lab.manifests.text.yaml_reader import MAX_FINDABLE, all_documents, documents


def value(text):
    (document,), complaints = documents(text, "x.yaml")
    assert complaints == []
    return document.value


def complaint(text):
    _, (found,) = documents(text, "x.yaml")
    assert found.reason is Reason.SYNTAX
    return found


def test_a_broken_document_does_not_hide_the_others():
    good, bad = documents("a: 1\n---\nb: [\n---\nc: 3\n---\nd: }\n", "x.yaml")
    assert [(d.number, d.value) for d in good] == [(1, {"a": 1}), (3, {"c": 3})]
    assert [(c.document, c.line) for c in bad] == [(2, 3), (4, 7)]


def test_comments_and_empty_documents_are_no_objects():
    good, bad = documents("# hello\n---\na: 1\n--- # end\n", "x.yaml")
    assert [d.value for d in good if d.value is not None] == [{"a": 1}]
    assert bad == []


def test_comments_above_the_first_dashes_belong_to_the_first_document():
    (document,), _ = documents("# hello\n\n---\na: 1\n", "x.yaml")
    assert (document.number, document.text) == (1, "# hello\n\n---\na: 1\n")
    assert document.find(("a",)) == (4, 1)


def test_byte_order_marks_and_windows_line_ends_are_fine():
    assert value("\ufeffa: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}


def test_json_is_read_as_json():
    assert value('{"a": [1, 2.5, null, "y"]}') == {"a": [1, 2.5, None, "y"]}


def test_json_values_one_after_another_are_documents():
    found, complaints = documents('{"a": 1}\n\n{"b": 2} [3]\n', "x")
    assert complaints == []
    assert [(d.number, d.value, d.place.lines) for d in found] == [
        (1, {"a": 1}, 0), (2, {"b": 2}, 2), (3, [3], 2),
    ]  # fmt: skip


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
        "a: *nobody", "\ta: 1", "a: b: c", '"', "? [a, b]\n: c", "a\x00b", "a: 'x\n  b: \"y",
        "a: &a {<<: *a}", "<<: " * 50_000, '{"a": 1}' + "[" * 50_000,
    ],
)  # fmt: skip
def test_hostile_text_is_a_complaint_and_never_an_exception(text):
    assert complaint(text).message


@pytest.mark.parametrize("text", ["&a " * 50_000, "!" * 50_000, "{}" * 50_000, "---\n" * 50_000])
def test_hostile_text_may_hold_nothing(text):
    good, bad = documents(text, "x")
    assert not bad
    assert not any(document.value for document in good)


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


def test_lines_are_counted_through_the_whole_file():
    (document,) = documents("a: 1\n" + TEXT, "x")[0][1:]
    assert document.locate(("spec",), of_key=True) == (4, 1, "spec:")


def test_a_huge_document_is_not_kept_for_places():
    small, huge = (documents(f"a: 1\n# {'x' * n}\n", "x")[0][0] for n in (1, MAX_FINDABLE))
    assert small.for_places().find(("a",)) == (1, 1)
    assert huge.for_places().find(("a",)) is None


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


def test_what_kubectl_would_drop_is_a_complaint_in_files_of_our_own():
    good, bad = all_documents("a: 1\n...\nb: 2\n", "x")
    assert [document.value for document in good] == [{"a": 1}]
    assert [complaint.line for complaint in bad] == [3]


@pytest.mark.parametrize("empty", ["", "\n", "# x\n", "---\n", "---  \n \n  # x\n", "# é\n", "~\n"])
def test_documents_in_which_nothing_is_written_are_counted_and_hold_nothing(empty):
    good, bad = documents(f"{empty}---\n{empty}---\na: 1\n", "x.yaml")
    assert [document.value for document in good if document.value] == [{"a": 1}]
    assert bad == []


@pytest.mark.parametrize("text", ["# \x01\n", "\t- a\n", "---\n# \x7f\n"])
def test_what_yaml_forbids_is_forbidden_where_nothing_else_is_written(text):
    assert documents(text, "x.yaml")[1]


@pytest.mark.parametrize("part", ["", "# a\n", "{}\n", "[\n", "kind: Pod\n"])
def test_far_too_many_documents_are_not_read(part):
    good, bad = documents(f"{part}---\n" * 300_001, "x.yaml")
    assert good == []
    (complaint,) = bad
    assert complaint.message.startswith("the text has 300,00")
    assert complaint.message.endswith(" documents; at most 100,000 are read")


def test_far_too_many_values_of_json_are_not_read_to_the_end(monkeypatch):
    monkeypatch.setattr("netpol_lab.manifests.text.yaml_reader.MAX_DOCUMENTS", 10)
    _, bad = documents('{"a": 1}\n' * 20, "x.json")
    assert [complaint.message for complaint in bad] == [
        "the text has 11 documents; at most 10 are read"
    ]


def test_of_a_text_with_a_thousand_faults_the_rest_is_not_looked_at():
    _, bad = documents("[\n---\n" * 2_000, "x.yaml")
    assert len(bad) == 1_001


def test_of_a_text_with_too_many_documents_nothing_is_read():
    said = "the text has 100,001 documents; at most 100,000 are read"
    hint = "put the objects into a list, as kubectl get -o yaml does, or into several files"
    complaint = Complaint("", Reason.SYNTAX, said, hint, "f")
    assert documents("\n---" * 100_000, "f") == ([], [complaint])
