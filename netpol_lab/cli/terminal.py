"""What goes to standard output and error: text that no terminal obeys, whatever manifests hold.

The same text goes to a terminal, a pipe and a file, so that `cat` and `less -R` are as safe.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from netpol_lab.harmless import harmless, harmless_json


class HarmlessStream:
    r"""A stream that writes escapes for what a terminal would obey in place of showing it.

    Parameters
    ----------
    stream : text file

    Examples
    --------
    >>> shown = io.StringIO()
    >>> print("a\x1b[2Jb", file=HarmlessStream(shown))
    >>> shown.getvalue()
    'a\\x1b[2Jb\n'
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        return self.stream.write(harmless(text))

    def writelines(self, texts: Iterable[str]) -> None:
        """Write texts one after the other."""
        self.stream.writelines(map(harmless, texts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def harmless_streams() -> Iterator[None]:
    """Make standard output and error harmless, open if they were closed, and able to take any name.

    It is the only way to a terminal: everything that a command says goes through it.
    """
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout, sys.stderr = (_opened(stream or nowhere) for stream in before)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


def _opened(stream: TextIO) -> Any:
    if isinstance(stream, io.TextIOWrapper):  # names may hold what the terminal cannot show
        stream.reconfigure(errors="backslashreplace")
    return stream if isinstance(stream, HarmlessStream) else HarmlessStream(stream)


def bare(stream: Any) -> Any:
    """Return a stream that a terminal obeys, for what draws on it and writes no names."""
    return stream.stream if isinstance(stream, HarmlessStream) else stream


def json_text(value: object, indent: int | None = None) -> str:
    r"""Return a value as JSON that no terminal obeys; read again, it is the same value.

    Examples
    --------
    >>> print(json_text({"name": "\x1b[31mä\x9b\u202e"}))
    {"name": "\u001b[31mä\u009b\u202e"}
    """
    import json

    return harmless_json(json.dumps(value, indent=indent, ensure_ascii=False))
