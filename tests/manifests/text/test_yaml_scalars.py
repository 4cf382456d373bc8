"""Scalars of YAML 1.1, as kubectl turns them into JSON."""

import math

import pytest

from netpol_lab.manifests.text.yaml_reader import documents


def value(text):
    (document,), complaints = documents(text, "x.yaml")
    assert complaints == []
    return document.value


def message(text):
    _, (complaint,) = documents(text, "x.yaml")
    return complaint.message


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("yes", True), ("y", True), ("N", False), ("off", False), ("On", True), ("True", True),
        ('"y"', "y"), ("yEs", "yEs"), ("~", None), ("Null", None), ("", None), ("nULL", "nULL"),
        ("010", 8), ("0o17", 15), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("-12", -12),
        ("0X50", 80), ("0O120", 80), ("0B11", 3), ("-0B11", -3), ("+0X1f", 31), ("0_7", 7),
        ("+7", 7), ("0", 0), ("-0", 0), ("00", 0), ("1_", 1), ("9" * 5000, "9" * 5000),
        ("18446744073709551615", 2**64 - 1), ("18446744073709551616", 2.0**64),
        ("0x" + "f" * 16, 2**64 - 1), ("0x" + "f" * 17, "0x" + "f" * 17),
        ("0b" + "1" * 65, "0b" + "1" * 65), ("0" * 400 + "17", 15),
        ("08", 8), ("12e5", 1_200_000), (".5", 0.5), ("1.", 1), ("8_0.0", 80), ("1.e3", 1000),
        (".5_0", 0.5), ("._5", "._5"), ("1_0e0_1", 100), ("1e-400", 0), ("123e456", "123e456"),
        ("0o", "0o"), ("0x", "0x"), ("0b", "0b"), ("0o8", "0o8"), ("+", "+"), ("-", [None]),
        ("+Inf", "+Inf"), ("1e", "1e"), ("0x1p2", "0x1p2"), ("+.nan", "+.nan"),
        ("2026-01-31", "2026-01-31"), ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("12:30", "12:30"), ("190:20:30", "190:20:30"), ("1.2.3", "1.2.3"), ("_1", "_1"),
        ("<<", "<<"), ("=", "="), ("٣", "٣"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_kubectl_reads_them(text, read):
    found = value(f"k: {text}") if text != "-" else {"k": value(text)}
    assert found == {"k": read}


def test_a_whole_float_is_a_whole_number_in_json():
    assert isinstance(value("k: 80.0")["k"], int)
    assert isinstance(value('{"k": 80.0}')["k"], int)


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("on", "true"), ('"on"', "on"), ("8", "8"), ("0x10", "16"), ("-0B11", "-3"),
        ("1.0", "1"), ("1e3", "1000"), ("1e5", "100000"), ("1e6", "1e+06"), ("1.5", "1.5"),
        ("16777217.0", "1.6777216e+07"), ("0.0001", "0.0001"), ("1e-5", "1e-05"), ("-0.0", "-0"),
        ("123456.7", "123456.7"), ("3e10", "3e+10"), ("1e39", ".inf"), ("-.inf", "-.inf"),
        (".nan", ".nan"), ("2026-01-31", "2026-01-31"), ("!!str 1", "1"), ("!!float 1", "1"),
        ("'null'", "null"), ("<< ", "<<"),
    ],
)  # fmt: skip
def test_keys_become_text_as_go_prints_them(key, read):
    assert value(f"? {key}\n: x\n" if key != "<< " else '"<<": x') == {read: "x"}


@pytest.mark.parametrize("key", ["null", "~", "", "!!null ''"])
def test_null_is_refused_as_a_key(key):
    assert message(f"? {key}\n: 1\n") == "unsupported map key of type: %!s(<nil>), key: <nil>"


def test_a_number_beyond_63_bits_is_refused_as_a_key():
    assert "type: uint64, key: 0xffffffffffffffff" in message("18446744073709551615: x")
    assert value("9223372036854775807: x") == {"9223372036854775807": "x"}


@pytest.mark.parametrize(
    ("number", "go"), [(".nan", "NaN"), (".Inf", "+Inf"), ("+.inf", "+Inf"), ("-.INF", "-Inf")]
)
def test_what_json_has_no_number_for_is_refused(number, go):
    assert message(f"a: [{{b: {number}}}]") == f"json: unsupported value: {go}"


def test_what_json_cannot_hold_may_be_overwritten_before_it_is_converted():
    assert value("a: .inf\na: {null: 1}\na: 2") == {"a": 2}
    assert value("base: &b {a: 1}\nc: {<<: [*b, {a: .inf}]}")["c"] == {"a": 1}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("!!str 80", "80"), ("!!str", ""), ("!!int '80'", 80), ('!!int "0X50"', 80),
        ("!!float 1", 1), ("!!float 0b11", 3), ("!!bool 'yes'", True), ("!!null ''", None),
        ("!!timestamp 2026-01-31", "2026-01-31"), ("!<tag:yaml.org,2002:int> '8'", 8),
        ("!shop 80", "80"), ("!shop", ""), ("!!merge x", "x"), ("!!python/name:os.system x", "x"),
        ("! 80", "80"), ("! yes", "yes"), ("! '80'", "80"), ("!", ""), ("&a ! 80", "80"),
        ("! &a 80", "80"), ("!!binary d2Vi", "web"), ('!!binary "d2\\nVi"', "web"),
        ("!!binary gICA", "\ufffd\ufffd\ufffd"), ("!shop {b: 1}", {"b": 1}), ("!!str [1]", [1]),
        ("!!set {a, b}", {"a": None, "b": None}), ("!!omap [a: 1]", [{"a": 1}]),
        ("!!python/object/apply:os.system [x]", ["x"]), ("!!null {b: 1}", {"b": 1}),
    ],
)  # fmt: skip
def test_tags_are_those_that_go_yaml_knows_and_others_make_text(written, read):
    assert value(f"k: {written}\n") == {"k": read}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("!!int x", "cannot decode !!str `x` as a !!int"),
        ("!!int 1.5", "cannot decode !!float `1.5` as a !!int"),
        ("!!int", "cannot decode !!null `` as a !!int"),
        ("!!bool 1", "cannot decode !!int `1` as a !!bool"),
        ("!!null x", "cannot decode !!str `x` as a !!null"),
        ("!!timestamp x", "cannot decode !!str `x` as a !!timestamp"),
        ("!!float 18446744073709551615",
         "cannot decode !!int `18446744073709551615` as a !!float"),
        ("!!int <<", "cannot decode !!str `<<` as a !!int"),
        ("!!binary d2ViXXX==", "!!binary value contains invalid base64 data"),
        ("!!binary d2ViZGI==", "!!binary value contains invalid base64 data"),
        ("!!binary x", "!!binary value contains invalid base64 data"),
    ],
)  # fmt: skip
def test_a_scalar_that_is_not_what_its_tag_says_is_refused(written, words):
    assert message(f"k: {written}") == words


def test_a_value_read_twice_is_the_same():
    assert [value(f"k: {text}") for text in ("0X50", "0X50")] == [{"k": 80}] * 2
    assert not any(isinstance(value("k: 1")["k"], bool) for _ in range(2))
    assert math.isclose(value("k: 1.5")["k"], 1.5)


def test_a_comma_right_behind_a_tag_between_brackets_belongs_to_it():
    assert message("[!shop, a]") == "did not find expected ',' or ']'"
    assert value("[!shop , &b ! 'c', !shop &d , a]") == ["", "c", "", "a"]
