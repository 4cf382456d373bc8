"""Where a report goes: to a file, or to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from netpol_lab.cli.reports.progress_bar import ProgressBar
from netpol_lab.cli.reports.report import Report, png
from netpol_lab.errors import NetpolError


def deliver(report: Report, format: str, out: str | None, progress: ProgressBar) -> None:
    """Write a report to a file, or print it where no file is named.

    Raises
    ------
    NetpolError
        When the file cannot be written, or the report has no such form.
    """
    if format == "png":
        _deliver_bytes(png(report.picture()), out)
    elif out:
        save(progress.counting(report.lines(format), "writing lines"), out)
    else:
        for number, line in enumerate(progress.counting(report.lines(format), "printing lines")):
            if number == 0 and sys.stdout.isatty():
                progress.stop()  # it would be drawn between the lines
            print(line)


def save(lines: Iterator[str], path: str) -> None:
    """Write lines to a file; if the first cannot be made, the file stays as it was."""
    first = [line for line in (next(lines, None),) if line is not None]
    # Lines may quote file names, and these may hold bytes that are not UTF-8.
    with (
        _writing(path),
        open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
    ):
        file.writelines(f"{line}\n" for line in chain(first, lines))


def _deliver_bytes(content: bytes, out: str | None) -> None:
    if out:
        with _writing(out):
            Path(out).write_bytes(content)
    elif sys.stdout.isatty():
        raise NetpolError("a terminal cannot show a PNG: write it to a file with --out FILE.")
    else:
        sys.stdout.buffer.write(content)


@contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NetpolError(f"{path} cannot be written: {error.strerror}.") from error
