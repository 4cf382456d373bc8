"""Where things are written, and what is written twice."""

import gc

import pytest

from netpol_lab.manifests.field_paths import format_path
from netpol_lab.manifests.text import yaml_positions
from netpol_lab.manifests.text.yaml_positions import duplicates
from netpol_lab.manifests.text.yaml_reader import documents
from tests.helpers.loaded import complaints

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


def test_duplicate_keys_are_found_with_their_path():
    documents_found, _ = documents(TEXT, "x")
    assert [format_path(path) for path in documents_found[-1].duplicates()] == ["spec.ingress"]


def test_duplicate_keys_of_json_are_found_too():
    (document,), _ = documents('{"a": {"b": 1, "b": 2}}', "x")
    assert [format_path(path) for path in document.duplicates()] == ["a.b"]


def test_a_merge_key_is_no_duplicate():
    (document,), _ = documents("x: &x {a: 1}\ny: {<<: *x, a: 2}", "x")
    assert list(document.duplicates()) == []


def test_a_key_beside_a_merge_is_found_twice_however_many_keys_are_merged():
    (document,), _ = documents("x: &x {a: 1, b: 1}\nz: {<<: *x, c: 2, c: 3}", "x")
    assert [format_path(path) for path in document.duplicates()] == ["z.c"]


def test_positions_are_those_of_the_key_or_of_the_value():
    (document,), _ = documents(TEXT.removeprefix("# a comment\n"), "x")
    path = ("spec", "ingress")
    assert document.locate(path, of_key=True)[:2] == (7, 3)
    assert document.locate(path)[:2] == (7, 12)
    assert document.locate(("spec", "nothing", 4))[:2] == (2, 1)


def test_a_key_is_found_at_its_own_place_and_a_missing_one_nowhere():
    (document,), _ = documents("a:\n  b: [1, {c: 2}]\n", "x")
    assert document.find(("a", "b")) == (2, 3)
    assert document.find(("a", "b", 1, "c")) == (2, 11)
    assert document.find(("a", "c")) is None
    assert document.find(("a", "b", 2)) is None


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_is_collected_after_reading_as_it_was_before(enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        (document,), _ = documents("a: [1]", "x")
        document.span(("a", 0))
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


def test_keys_are_looked_through_once_for_all_objects_of_a_list(monkeypatch):
    looked = []
    search = yaml_positions._again
    monkeypatch.setattr(yaml_positions, "_again", lambda *at: looked.append(at[1]) or search(*at))
    pod = "- {apiVersion: v1, kind: Pod, metadata: {name: a, name: b}}\n"
    found = complaints(f"apiVersion: v1\nkind: List\nitems:\n{pod * 9}")
    assert [one.path for one in found] == ["metadata.name"] * 9
    assert looked.count(()) == 1


def test_a_repeated_key_is_told_of_the_object_that_it_stands_in():
    text = "items:\n- {a: 1, a: 2}\n- items: [{b: 1}, {b: {c: 1, c: 2}}]\n"
    (document,), _ = documents(text, "x")
    assert [*document.duplicates(("items", 0))] == [("a",)]
    assert [*document.duplicates(("items", 1, "items", 1))] == [("b", "c")]
    assert [*document.duplicates(("items", 1))] == [("items", 1, "b", "c")]
    assert [*document.duplicates(("items", 1, "items", 0))] == []
    assert len(document.duplicates()) == 2


def test_items_that_are_written_twice_are_a_key_like_any_other():
    assert duplicates("items: 1\nitems: 2\n", False) == {(): [("items",)]}
