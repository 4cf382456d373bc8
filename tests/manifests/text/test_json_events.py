"""Places in JSON."""

import pytest

from netpol_lab.manifests.text.yaml_reader import documents


def test_places_in_json_are_found():
    text = '\n{"a": [1, {"b":\n  "\\u00e9"}],\n "c": null}\n{"d": {}}'
    (first, second), _ = documents(text, "x")
    assert first.locate(("a", 1, "b"))[:2] == (3, 3)
    assert first.locate(("a", 1, "b"), of_key=True)[:2] == (2, 12)
    assert first.find(("c",)) == (4, 2)
    assert first.span(("a",)) == (0, 1)
    assert second.locate(("d",))[:2] == (5, 7)


@pytest.mark.parametrize(
    "odd", ['"\\ud83d\\ude00"', '"\\ud800"', f'"{"k" * 2000}"', '"\x7f"', '"\\/"']
)
def test_places_are_found_in_json_that_yaml_cannot_read(odd):
    (document,), _ = documents(f'{{{odd}: {{"b": 1, "b": 2}},\n"c": 3}}', "x")
    assert len(document.duplicates()) == 1
    assert document.find(("c",)) == (2, 1)


def test_signs_within_texts_are_no_signs():
    (document,), _ = documents('{"a{": "}],:", "b": {"c": "\\"{"}}', "x")
    assert document.find(("b", "c")) == (1, 22)
