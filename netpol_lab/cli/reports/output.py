"""Where a report goes: to a file, or to standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from netpol_lab.cli.reports.progress_bar import ProgressBar
from netpol_lab.cli.reports.report import Report, png
from netpol_lab.errors import NetpolError
from netpol_lab.harmless import harmless
from netpol_lab.writing import saving


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
            with saving(out) as file:
                file.write(content)
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
    with saving(path) as file:
        file.writelines(f"{harmless(line)}\n".encode("utf-8", "backslashreplace") for line in lines)
