"""Scalars of YAML 1.1, as kubectl turns them into JSON."""

import math

import pytest

from netpol_lab.manifests.text.yaml_reader import documents


def value(text):
    (document,), complaints = documents(text, "x.yaml")
    assert complaints == []
    return document.value


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("yes", True), ("y", True), ("N", False), ("off", False), ("On", True), ("True", True),
        ('"y"', "y"), ("yEs", "yEs"), ("~", None), ("Null", None), ("", None),
        ("010", 8), ("0o17", 15), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("-12", -12),
        ("+7", 7), ("0", 0), ("08", 8.0), ("12e5", 1_200_000.0), (".5", 0.5), ("1.", 1.0),
        ("-.inf", -math.inf), ("9" * 5000, "9" * 5000), ("123e456", "123e456"), ("0o", "0o"),
        ("0x" + "f" * 17, "0x" + "f" * 17), ("2026-01-31", "2026-01-31"),
        ("12:30", "12:30"), ("1.2.3", "1.2.3"), ("_1", "_1"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_kubectl_reads_them(text, read):
    assert value(f"k: {text}") == {"k": read}


def test_keys_are_text_again():
    assert value('on: 1\n"on": 2\n8: 3\nnull: 4') == {"true": 1, "on": 2, "8": 3, "null": 4}


def test_a_nan_is_a_number():
    assert math.isnan(value("k: .nan")["k"])


def test_anchors_and_merge_keys_work():
    assert value("base: &b {a: 1}\nmore: {<<: *b, c: 2}") == {
        "base": {"a": 1},
        "more": {"a": 1, "c": 2},
    }
