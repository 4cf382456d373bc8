"""Where reports go: files, standard output, never half a file."""

import io
import sys

import pytest

import netpol_lab as lab
from netpol_lab.cli.reports.draw import DrawReport
from netpol_lab.cli.reports.output import deliver, save
from netpol_lab.cli.reports.progress_bar import ProgressBar
from netpol_lab.errors import NetpolError
from netpol_lab.pictures.scene import compose

REPORT = DrawReport(compose(lab.load("three-tier"), 5432))


def failing(*before):
    yield from before
    raise NetpolError("too large")


@pytest.mark.parametrize(
    ("format", "start"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("csv", b"fr")]
)
def test_a_report_is_written_to_a_file(tmp_path, format, start):
    file = tmp_path / "x"
    deliver(REPORT, format, str(file), ProgressBar())
    assert file.read_bytes().startswith(start)


def test_lines_end_alike_everywhere(tmp_path):
    save(iter(["a", "ü"]), str(tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == b"a\n\xc3\xbc\n"


@pytest.mark.parametrize("before", [0, 1, 50_000])
def test_what_cannot_be_made_leaves_the_file_as_it_was(tmp_path, before):
    (tmp_path / "x").write_text("precious")
    with pytest.raises(NetpolError, match="too large"):
        save(failing(*["a line"] * before), str(tmp_path / "x"))
    assert (tmp_path / "x").read_text() == "precious"


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    for place in (tmp_path, tmp_path / "none" / "x"):
        with pytest.raises(NetpolError, match="cannot be written"):
            deliver(REPORT, "png", str(place), ProgressBar())


def test_a_terminal_gets_no_png(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    with pytest.raises(NetpolError, match="--out FILE"):
        deliver(REPORT, "png", None, ProgressBar())


def test_names_that_are_no_text_are_written_as_escapes(tmp_path):
    save(iter(["caf\udce9.yaml"]), str(tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == b"caf\\udce9.yaml\n"
