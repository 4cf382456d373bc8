"""A value in the place of another: lines and comments around it stay, and it reads back."""

import random

import pytest
import yaml

from netpol_lab.manifests.rewriting import Instead, plain, rewritten
from netpol_lab.manifests.text.yaml_reader import documents
from netpol_lab.manifests.writer import as_yaml


def read(text):
    (document,), _ = documents(text, "x.yaml")
    return document.value


def changed(text, change):
    """The text after a function has changed its value."""
    new = read(text)
    change(new)
    found = rewritten(text, read(text), new)
    assert read(found.text) == plain(new)
    return found


def test_a_scalar_changes_in_its_place_and_keeps_its_quotes():
    text = 'a: "1"   # one\n\nb: {c: d, e: [f]}  # more\n'
    found = changed(text, lambda value: value.update(a="2"))
    assert found.text == 'a: "2"   # one\n\nb: {c: d, e: [f]}  # more\n'


def test_a_text_that_would_be_a_number_is_quoted():
    assert changed("a: b\n", lambda value: value.update(a="1")).text == "a: '1'\n"


def test_a_key_changes_its_name_and_its_comment_stays():
    def change(value):
        value["protocols"] = value.pop("ports")

    assert (
        changed("ports:  # which\n- 1  # one\n", change).text == "protocols:  # which\n- 1  # one\n"
    )


def test_a_new_key_goes_before_the_first_and_above_its_comment():
    def change(value):
        value["spec"] = {"tier": "Admin", **value["spec"]}

    text = "spec:\n  # how soon\n  priority: 1\n"
    assert changed(text, change).text == "spec:\n  tier: Admin\n  # how soon\n  priority: 1\n"
    assert changed("spec: {priority: 1}\n", change).text == "spec: {tier: Admin, priority: 1}\n"
    assert changed("spec: {}\n", change).text == "spec: {tier: Admin}\n"


def test_a_new_key_behind_a_dash_moves_the_others_down():
    text = "- # which\n  priority: 1\n- priority: 2\n"
    found = rewritten(text, read(text), [{"a": 1, **one} for one in read(text)])
    assert found.text == "- # which\n  a: 1\n  priority: 1\n- a: 1\n  priority: 2\n"


def test_a_key_goes_with_its_lines_and_its_comments_are_told():
    text = "a: 1\nb:  # its\n  c: 2\n\nd: 3\n"
    found = changed(text, lambda value: value.pop("b"))
    assert found.text == "a: 1\n\nd: 3\n"
    assert found.lost == ("# its",)


def test_several_items_stand_in_the_place_of_one():
    text = "a:\n# first\n- b: 1\n- b: 2\n# last\n- b: 3\n"
    new = {"a": [{"b": 1}, Instead([{"b": 4}, {"b": 5, "c": [6]}]), {"b": 3}]}
    found = rewritten(text, read(text), new)
    assert found.text == "a:\n# first\n- b: 1\n- b: 4\n- b: 5\n  c:\n  - 6\n# last\n- b: 3\n"
    flow = rewritten("a: [{b: 1}, {b: 2}, {b: 3}] # all\n", read(text), new)
    assert flow.text == "a: [{b: 1}, {b: 4}, {b: 5, c: [6]}, {b: 3}] # all\n"


def test_an_item_may_have_nothing_in_its_place():
    text = "# top\na:\n- 1\n- 2\n"
    found = rewritten(text, read(text), {"a": [Instead(), 2]})
    assert found.text == "# top\na:\n- 2\n"


def test_comments_in_what_is_written_anew_stand_behind_its_first_line():
    text = "a:\n- b:   # one\n    # two\n    c: 'no # comment'  # three\n"
    found = changed(text, lambda value: value["a"].__setitem__(0, {"d": [1, 2]}))
    assert found.text == "a:\n- d:  # one # two\n  - 1\n  - 2  # three\n"
    assert not found.lost


def test_comments_within_braces_cannot_stay_and_are_told():
    text = "a: {b: 1,  # one\n  c: 2}\nd: 3\n"
    found = changed(text, lambda value: value.update(a={"e": 1, "f": 2, "g": 3}))
    assert found.text == "a: {e: 1, f: 2, g: 3}\nd: 3\n"
    assert found.lost == ("# one",)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {b: 1}\nc: *x\n",
        "x: &x {b: 1}\na:\n  <<: *x\n",
        "? a\n: {b: 1}\n",
        "a: |\n  text\n",
        "a: >-\n  text\n\n  more\n",
        "a:\n",
        "a: !!str 1\n",
        '{"a": "b", "c": [1, 2]}\n',
        "--- # top\na: {b: 1}\n...\n",
        "a: \U0001f600 \ufeffmark\nb: 1\n",
        "'a': [b, {c: d}]\n",
    ],
)
@pytest.mark.parametrize("new", ["text", 5, None, {"e": {"f": 1}}, [1, {"g": 2}], "a: b # c", ""])
def test_whatever_is_written_it_reads_back(text, new):
    changed(text, lambda value: value.update(a=new))


def test_of_a_large_text_only_what_changes_is_looked_at_and_it_says_the_same(monkeypatch):
    monkeypatch.setattr("netpol_lab.manifests.rewriting.MAX_WHOLE", 0)
    text = "a:  # one\n- {b: 1}  # two\n- c: |\n    # no comment\n\n  d: [1,\n    2]\n"
    text += "# three\n- e: 2\n"
    old = read(text)
    new = {"a": [old["a"][0], old["a"][1], {"e": 3}]}
    assert rewritten(text, old, new).text == text.replace("e: 2", "e: 3")
    new = {"a": [old["a"][0], Instead([{**old["a"][1], "x": 5}, 6]), old["a"][2]]}
    assert read(rewritten(text, old, new).text) == plain(new)


def some_value(rng, depth=0):
    kinds = ["text", "number", "text"] + ["map", "list"] * (depth < 4)
    kind = rng.choice(kinds)
    if kind == "map":
        keys = rng.sample("abcdefg", rng.randint(0, 4))
        return {key: some_value(rng, depth + 1) for key in keys}
    if kind == "list":
        return [some_value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    return (
        rng.choice([1, 443, True, None])
        if kind == "number"
        else rng.choice(["x", "1", "# y", "a: b"])
    )


def with_changes(rng, value):
    if rng.random() < 0.15:
        return some_value(rng, 2)
    if isinstance(value, dict):
        found = {key: with_changes(rng, part) for key, part in value.items() if rng.random() < 0.9}
        return {**({"new": some_value(rng, 3)} if rng.random() < 0.2 else {}), **found}
    if isinstance(value, list):
        several = (Instead(some_value(rng, 3) for _ in range(rng.randint(0, 3))) for _ in value)
        return [
            s if rng.random() < 0.15 else with_changes(rng, v)
            for v, s in zip(value, several, strict=True)
        ]
    return value


@pytest.mark.parametrize("most", [0, 2**20])
def test_random_changes_of_random_texts_read_back(monkeypatch, most):
    monkeypatch.setattr("netpol_lab.manifests.rewriting.MAX_WHOLE", most)
    rng = random.Random(3)
    for _ in range(300):
        old = {"top": some_value(rng)}
        text = rng.choice([as_yaml(old), as_yaml(old, compact=True), yaml.safe_dump(old)])
        text = "\n".join(f"{line}  # {n}" for n, line in enumerate(text.split("\n")))
        if read(f"{text}\n") != old:
            continue  # a comment went into a text
        new = {"top": with_changes(rng, old["top"]), "end": 1}
        found = rewritten(f"{text}\n", old, new)
        assert read(found.text) == plain(new)
