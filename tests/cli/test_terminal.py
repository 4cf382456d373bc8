"""Whatever manifests, names and programs hold, no terminal is told what to do."""

import io
import json
import sys

import pytest

from netpol_lab.cli.terminal import HarmlessStream, bare, harmless_streams, json_text


def test_everything_that_is_written_is_harmless():
    shown = io.StringIO()
    stream = HarmlessStream(shown)
    print("a\x1b[2J", "b\u202e", sep="\x9b", end="\x07\n", file=stream)
    stream.writelines(["c\x7f\n", "d\r\n"])
    assert shown.getvalue() == "a\\x1b[2J\\x9bb\\u202e\\x07\nc\\x7f\nd\\r\n"


def test_the_rest_of_a_stream_is_as_it_was():
    shown = io.StringIO()
    assert HarmlessStream(shown).isatty() is False
    assert bare(HarmlessStream(shown)) is bare(shown) is shown


def fail_with_colours():
    print("\x1b[31m", file=sys.stderr)
    print("\x1b[32m")
    raise KeyError


def test_streams_are_harmless_only_while_a_command_runs(capsys):
    before = sys.stdout, sys.stderr
    with pytest.raises(KeyError), harmless_streams(), harmless_streams():
        fail_with_colours()
    assert (sys.stdout, sys.stderr) == before
    assert capsys.readouterr() == ("\\x1b[32m\n", "\\x1b[31m\n")


def test_closed_streams_take_everything(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with harmless_streams():
        print("to nobody")


def test_json_keeps_its_value_and_its_layout():
    value = {"a": ["\x1b\x7f\x9b\u2028\u202eé"], "b": 1}
    assert json.loads(json_text(value)) == value
    assert json_text(value, indent=2).count("\n") == 5
    assert json_text(["é"]) == '["é"]'
