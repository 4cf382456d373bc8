"""What the schema refuses, and how the server says it; tests/cases/invalid has 200 more."""

import pytest

from netpol_lab.errors import Reason
from netpol_lab.manifests.cluster_wide.schema import (
    A_PORT,
    TEXT,
    Schema,
    SchemaRule,
    a_list,
    a_set,
    an_object,
)
from netpol_lab.manifests.cluster_wide.violations import violations

NEVER = SchemaRule("never holds", lambda value: False)
SHORT = Schema("string", most=3, rules=(NEVER,))


def told(value, schema):
    return [
        (str(p.reason), p.message) for p in violations({"x": value}, an_object()({"x": schema}))
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, 'Invalid value: "null": x in body must be of type integer: "null"'),
        ("80", 'Invalid value: "string": x in body must be of type integer: "string"'),
        ([], 'Invalid value: "array": x in body must be of type integer: "array"'),
        (True, 'Invalid value: "": x in body must be of type int32: ""'),
        ({}, 'Invalid value: "": x in body must be of type int32: ""'),
        (1.5, 'Invalid value: "float64": x in body must be of type int32: "float64"'),
    ],
)
def test_a_wrong_type_is_told_by_its_name_or_by_that_of_its_format(value, said):
    assert ("Type", said) in told(value, A_PORT)


@pytest.mark.parametrize(
    ("value", "number"), [(0, 1), (1, 0), (65535, 0), (65536, 1), (2**31, 2), (1.5, 2)]
)
def test_numbers_have_limits_and_32_bits(value, number):
    assert len(told(value, A_PORT)) == number


def test_letters_are_counted_whatever_the_message_says():
    assert told("\u00fc\u00fc\u00fc", Schema("string", most=3)) == []
    assert told("abcd", Schema("string", most=3)) == [("TooLong", "may not be more than 3 bytes")]


def test_a_pattern_is_about_the_whole_text():
    schema = Schema("string", pattern="^[a-z]+$")
    assert told("abc", schema) == []
    assert told("abc\n", schema)[0][0] == "Invalid"


def test_the_second_of_two_equal_items_is_told_once():
    schema = an_object()({"x": a_set(TEXT, 25)})
    found = violations({"x": ["a", "b", "a", "a"]}, schema)
    assert [(p.path, p.reason) for p in found] == [(("x", 2), Reason.DUPLICATE_VALUE)]


def test_rules_are_asked_only_where_nothing_blocks_and_told_as_a_hint_otherwise():
    schema = an_object("y")({"x": SHORT, "y": TEXT, "z": a_list(TEXT, least=1)})
    assert [p.message for p in violations({"x": "a", "y": "b", "z": []}, schema)] == [
        '"a": never holds',
        "0: z in body should have at least 1 items",
    ]
    (problem,) = violations({"x": "a"}, schema)
    assert problem.reason is Reason.REQUIRED
    assert problem.hint == 'once this is right the server also refuses x: "a": never holds'


def test_a_rule_that_cannot_be_asked_is_passed_over():
    growing = SchemaRule("grows", lambda value: value["a"] < value["b"])
    schema = an_object("a", rules=(growing,))({"a": TEXT})
    assert [p.reason for p in violations({}, schema)] == [Reason.REQUIRED]
