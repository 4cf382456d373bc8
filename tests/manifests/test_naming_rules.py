"""What objects and labels may be called."""

import pytest

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.naming_rules import check_key, check_metadata, check_value


def test_a_generated_name_may_end_with_a_dash():
    assert list(check_metadata(api.ObjectMeta(generate_name="p-"))) == []
    assert list(check_metadata(api.ObjectMeta(generate_name="A-"))) == []  # as upstream
    assert len(list(check_metadata(api.ObjectMeta(generate_name="AB-")))) == 1
    assert len(list(check_metadata(api.ObjectMeta(generate_name="-")))) == 1


@pytest.mark.parametrize("key", ["app", "a.b/C_d", "kubernetes.io/metadata.name", "x" * 63])
def test_these_are_keys_of_labels(key):
    assert list(check_key(key, ())) == []


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("a/b/c", "a qualified name must"),
        ("/a", "prefix part must be non-empty"),
        ("A/a", "prefix part a lowercase RFC 1123 subdomain"),
        ("x" * 64, "name part must be no more than 63 characters"),
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
