"""Where a report goes: to a file, or to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from shutil import copyfileobj
from tempfile import TemporaryFile

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
        content = png(report.picture())
        if out:
            _write([content], out)
        elif sys.stdout.isatty():
            raise NetpolError("a terminal cannot show a PNG: write it to a file with --out FILE.")
        else:
            sys.stdout.buffer.write(content)
    elif out:
        save(progress.counting(report.lines(format), "writing lines"), out)
    else:
        for number, line in enumerate(progress.counting(report.lines(format), "printing lines")):
            if number == 0 and sys.stdout.isatty():
                progress.stop()  # it would be drawn between the lines
            print(line)


def save(lines: Iterable[str], path: str) -> None:
    """Write lines to a file; if one of them cannot be made, the file stays as it was."""
    # Lines may quote file names, and these may hold bytes that are not UTF-8.
    _write((f"{line}\n".encode("utf-8", "backslashreplace") for line in lines), path)


def _write(parts: Iterable[bytes], path: str) -> None:
    """Write to a file once all of its content is made; there may be more than fits in memory."""
    try:
        with TemporaryFile() as whole:
            whole.writelines(parts)
            whole.seek(0)
            with open(path, "wb") as file:
                copyfileobj(whole, file)
    except OSError as error:
        raise NetpolError(f"{path} cannot be written: {error.strerror}.") from error
