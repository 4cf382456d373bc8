"""The options that several commands have."""

import argparse

import pytest

from netpol_lab.cli.options import Command, add_assume, add_format, add_output, not_empty


def test_only_what_a_command_can_write_can_be_chosen():
    sub = argparse.ArgumentParser()
    add_output(sub, "junit")
    assert sub.parse_args([]).output == "text"
    assert sub.parse_args(["-o", "junit"]).output == "junit"
    with pytest.raises(SystemExit):
        sub.parse_args(["-o", "csv"])


def test_a_format_may_be_left_to_the_file():
    sub = argparse.ArgumentParser()
    add_format(sub)
    assert sub.parse_args(["--out", "x.md"]).output is None


def test_an_empty_name_is_refused():
    with pytest.raises(argparse.ArgumentTypeError, match="is empty"):
        not_empty("")


def test_what_help_says_is_the_docstring_of_what_runs():
    def run(options):
        """Say nothing.

        examples:
          netpol-lab nothing
        """
        return False

    description = Command("nothing", "is there anything?", (), run).description
    assert description == "Say nothing.\n\nexamples:\n  netpol-lab nothing\n"


def test_a_range_that_is_none_is_refused_with_what_to_write(capsys):
    sub = argparse.ArgumentParser()
    add_assume(sub)
    with pytest.raises(SystemExit):
        sub.parse_args(["--node-cidr", "10.0.0.7/24"])
    assert "argument --node-cidr: " in (said := capsys.readouterr().err)
    assert "inside the range, not its first one: write 10.0.0.0/24." in said
