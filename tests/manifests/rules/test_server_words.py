"""Problems as the API server words them."""

from netpol_lab.errors import Reason
from netpol_lab.manifests.rules.server_words import (
    Problem,
    forbidden,
    invalid,
    repeated,
    required,
    too_long,
    unsupported,
)
from netpol_lab.manifests.text.yaml_reader import documents

AT = ("spec", "port")


def test_the_value_stands_before_what_is_wrong_with_it():
    assert invalid(AT, 0, "must be more").message == "0: must be more"
    assert invalid(AT, "a\n", "must be less").message == '"a\\n": must be less'
    assert invalid(AT, {"a": "b"}, "").message == '{"a":"b"}'


def test_the_nearest_of_the_values_that_there_are_is_the_hint():
    found = unsupported(AT, "tcp", ["TCP", "UDP"])
    assert found.message == '"tcp": supported values: "TCP", "UDP"'
    assert found.hint == "did you mean TCP?"
    assert unsupported(AT, "xxxx", ["TCP", "UDP"]).hint == "write TCP or UDP"
    assert unsupported(AT, "tcp", ["TCP"], "no").hint == "no"


def test_each_kind_of_problem_has_the_reason_of_the_server():
    found = (required(AT, "x"), forbidden(AT, "m", "x"), repeated(AT, "v", "x"))
    assert [(p.reason, p.message) for p in (*found, too_long(AT, 3, "x"))] == [
        (Reason.REQUIRED, ""),
        (Reason.FORBIDDEN, "m"),
        (Reason.DUPLICATE_VALUE, '"v"'),
        (Reason.TOO_LONG, "may not be more than 3 bytes"),
    ]


def test_what_the_server_calls_otherwise_is_shown_where_it_is_written():
    (document,), _ = documents("spec:\n  here: 1\n", "x.yaml")
    problem = Problem(AT, Reason.INVALID, "no", written_at=("spec", "here"))
    found = problem.complaint(document)
    assert (found.path, found.line) == ("spec.port", 2)
