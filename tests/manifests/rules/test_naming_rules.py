"""What objects and labels may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lab.manifests.rules.naming_rules import (
    DNS_LABEL,
    SUBDOMAIN,
    check_key,
    check_labels,
    check_port_name,
    check_value,
    key_hint,
    name_faults,
    name_hint,
    value_hint,
)
from netpol_lab.manifests.text.yaml_reader import documents


@pytest.mark.parametrize("key", ["app", "a.b/C_d", "kubernetes.io/metadata.name", "x" * 63])
def test_these_are_keys_of_labels(key):
    assert list(check_key(key, ())) == []


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("a/b/c", "a valid label key must"),
        ("/a", "prefix part must be non-empty"),
        ("A/a", "prefix part a lowercase RFC 1123 subdomain"),
        ("x" * 64, "name part must be no more than 63 bytes"),
        ("-a", "name part must consist of"),
    ],
)
def test_what_is_no_key_is_refused_in_the_words_of_the_server(key, said):
    (problem,) = check_key(key, ())
    assert said in problem.message


def test_a_key_without_a_name_breaks_two_rules():
    assert len(list(check_key("a/", ()))) == 2


def test_the_value_of_a_label_may_be_empty():
    assert list(check_value("", ())) == []
    assert len(list(check_value("a b", ()))) == 1


@pytest.mark.parametrize(
    ("form", "most"), [(SUBDOMAIN, 253), (DNS_LABEL, 63)], ids=["subdomain", "label"]
)
def test_a_name_is_too_long_by_one_byte(form, most):
    assert list(name_faults(form, "x" * most)) == []
    assert list(name_faults(form, "x" * (most + 1))) == [f"must be no more than {most} characters"]
    accents = "é" * (most // 2 + 1)
    assert next(name_faults(form, accents)) == f"must be no more than {most} characters"


def test_a_key_and_a_value_are_too_long_by_one_byte():
    assert list(check_labels({"b" * 253 + "/" + "a" * 63: "c" * 63}, ())) == []
    for key, value in (("b" * 254 + "/a", ""), ("a" * 64, ""), ("a", "c" * 64)):
        assert len(list(check_labels({key: value}, ()))) == 1
    assert "63 bytes" in next(check_value("é" * 32, ())).message
    assert "63 bytes" not in next(check_value("é" * 31, ())).message


@pytest.mark.parametrize("name", ["-http", "http-", "-"])
def test_the_name_of_a_port_has_no_hyphen_at_either_end(name):
    said = [problem.message for problem in check_port_name(name, ())]
    assert any("must not begin or end with a hyphen" in words for words in said)


def test_the_name_of_a_port_has_15_characters():
    assert list(check_port_name("x" * 15, ())) == []
    (problem,) = check_port_name("x" * 16, ())
    assert problem.message == f'"{"x" * 16}": must be no more than 15 characters'


@pytest.mark.parametrize(
    ("name", "faults"),
    [("a.b", ["must not contain dots"]), ("a" * 64 + ".b", 2), (".", 1), ("A.b", 1)],
)
def test_dots_are_told_where_nothing_else_is_wrong(name, faults):
    found = list(name_faults(DNS_LABEL, name))
    assert found == faults or len(found) == faults


def test_a_key_in_another_writing_is_judged_in_that_and_shown_as_it_is():
    assert list(check_key("A/A", (), "a/a")) == []
    (problem,) = check_key("A_", (), "a_")
    assert problem.message.startswith('"A_": ')


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("My_App", "write my-app"),
        ("-web-", "write web"),
        ("My App 2", "write my-app-2"),
        ("ON", 'write "on"'),
        ("x" * 254, "shorten it to 253 characters"),
        ("___", "such as my-name: lower-case letters, digits and dashes"),
    ],
)
def test_a_name_that_is_none_has_a_likely_one(name, hint):
    assert name_hint(SUBDOMAIN, name) == hint


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("my app", "no label can have this value: write my-app"),
        ("web,api", "a label has one value, and each value of a list stands by itself: web"),
        ("web*", "labels are compared as a whole, and * is no pattern: spell the value out"),
        ("---", "a label's value has at most 63 letters, digits, dashes, dots and underscores"),
    ],
)  # fmt: skip
def test_a_value_that_is_none_has_a_likely_one(value, hint):
    assert value_hint(value) == hint


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("web,api", "for one of several values write matchExpressions: [{key: app, operator: In, "
         "values: [web, api]}]"),
        ("web | api", "for one of several values write matchExpressions: [{key: app, operator: "
         "In, values: [web, api]}]"),
        ("!web", "for any other value write matchExpressions: [{key: app, operator: NotIn, "
         "values: [web]}]"),
        ("*", "for any value write matchExpressions: [{key: app, operator: Exists}]"),
    ],
)  # fmt: skip
def test_a_selector_can_say_what_a_value_cannot(value, hint):
    assert value_hint(value, "app") == hint
    (problem, *_) = check_labels({"app": value}, ("spec", "podSelector", "matchLabels"))
    assert problem.hint == hint


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("my app", "write my-app"),
        ("app=web", "write app: web"),
        ("app: 1", 'write app: "1"'),
        ("Example.com/role", "write example.com/role"),
        ("a/b/c", "write a-b/c"),
        ("", "such as app or example.com/role: a key has at most 63 characters, its prefix 253"),
    ],
)
def test_a_key_that_is_none_has_a_likely_one(key, hint):
    assert key_hint(key) == hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("80", "such as http:"),
        ("80-90", "such as http:"),
        ("HTTP_alt", "such as http-alt"),
        ("-", "such as http:"),
        ("", "such as http:"),
    ],
)
def test_a_port_name_that_is_none_has_a_hint(name, hint):
    assert hint in next(check_port_name(name, ())).hint


def proposed(hint, sign="write "):
    """What a hint proposes to write, as YAML reads it; nothing where it is a general one."""
    written = hint.partition(sign)[2]
    (found,), _ = documents(written, "")
    return found.value


@given(st.text(max_size=80))
def test_no_hint_proposes_what_would_be_refused_as_well(text):
    for form in (SUBDOMAIN, DNS_LABEL):
        name = proposed(name_hint(form, text))
        assert name is None or not list(name_faults(form, name))
    value = proposed(value_hint(text))
    assert value is None or not list(check_value(value, ()))
    key = key_hint(text).partition("write ")[2]
    (labels,), _ = documents(f"{{{key}}}" if ": " in key else f"{{{key}: x}}" if key else "{}", "")
    assert not list(check_labels(labels.value, ()))
    for problem in check_port_name(text, ()):
        port = proposed(problem.hint, "a name such as ")
        assert port is None or not list(check_port_name(str(port), ()))
