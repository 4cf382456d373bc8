"""Unknown fields and nulls go before a server looks at a custom resource."""

import pytest

from netpol_lab.manifests.cluster_wide.coercion import coerced, unknown_fields
from netpol_lab.manifests.cluster_wide.definitions import SELECTOR
from netpol_lab.manifests.cluster_wide.schema import TEXT, Schema, a_list, an_object

SCHEMA = an_object()({"name": TEXT, "items": a_list(an_object()({"a": TEXT}))})


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({"nam": {"deep": 1}}, [("nam",)]),
        ({"items": [{"a": "x", "b": 1}]}, [("items", 0, "b")]),
        ({"items": {"a": 1}}, [("items", "a")]),  # where a list is wanted nothing is known
        ({"name": {"a": 1}}, [("name", "a")]),
        ({"name": [[{"a": 1}]]}, [("name", 0, 0, "a")]),
        ({"name": None}, []),
    ],
)
def test_the_outermost_unknown_fields_are_told(value, paths):
    assert [*unknown_fields(value, SCHEMA)] == paths


def test_a_null_is_nothing_also_in_labels_but_not_in_a_list():
    assert coerced({"matchLabels": {"a": None, "b": "c"}}, SELECTOR) == {"matchLabels": {"b": "c"}}
    assert coerced({"items": [None, {"a": None}], "name": None}, SCHEMA) == {"items": [None, {}]}


def test_a_default_stands_where_nothing_or_null_is_written():
    schema = an_object()({"protocol": Schema("string", default="TCP")})
    assert coerced({}, schema) == coerced({"protocol": None}, schema) == {"protocol": "TCP"}
    assert coerced({"protocol": "UDP"}, schema) == {"protocol": "UDP"}


@pytest.mark.parametrize(("written", "read"), [(5.0, 5), (5.5, 5.5), (2**63, float(2**63))])
def test_numbers_are_those_of_go(written, read):
    assert coerced(written, TEXT) == read
    assert type(coerced(written, TEXT)) is type(read)
    assert coerced(10**400, TEXT) > 2**63
    assert coerced(True, TEXT) is True
