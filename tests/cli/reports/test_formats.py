"""The format of a report: named, or told by the end of the file's name."""

import pytest

from netpol_lab.cli.reports.formats import chosen_format
from netpol_lab.errors import NetpolError


def test_the_format_is_what_was_named_or_what_the_file_ends_in():
    assert chosen_format(None, None) == "text"
    assert chosen_format(None, "a.PNG") == "png"
    assert chosen_format("csv", "a.txt") == "csv"


def test_a_suffix_tells_the_format():
    suffixes = ("x.txt", "x.GV", "a.b/x.htm", "x.mmd")
    assert [chosen_format(None, name) for name in suffixes] == ["text", "dot", "html", "mermaid"]


def test_an_unknown_suffix_lists_the_known_ones():
    with pytest.raises(NetpolError, match=r"\.html.*-o"):
        chosen_format(None, "x.xlsx")


def test_a_command_with_fewer_formats_refuses_the_others():
    assert chosen_format(None, "x.md", ("text", "md")) == "md"
    with pytest.raises(NetpolError, match=r"\.md, \.txt.*-o"):
        chosen_format(None, "x.svg", ("text", "md"))
