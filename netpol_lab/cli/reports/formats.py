"""The formats of reports, and which one a file name asks for; every start imports this."""

from __future__ import annotations

from collections.abc import Sequence

SUFFIXES = {
    ".txt": "text",
    ".json": "json",
    ".csv": "csv",
    ".md": "md",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".svg": "svg",
    ".png": "png",
    ".html": "html",
    ".htm": "html",
}
FORMATS = tuple(dict.fromkeys(SUFFIXES.values()))


def chosen_format(named: str | None, out: str | None, formats: Sequence[str] = FORMATS) -> str:
    """Return the format that was named, else the one that the file's name tells, else text.

    Parameters
    ----------
    named : str, optional
        What was typed behind ``-o``.
    out : str, optional
        The file to write; only its suffix counts, and may be the name of a format, too.
    formats : sequence of str
        Those that the command can write.

    Returns
    -------
    str
        One of `formats`.

    Raises
    ------
    NetpolError
        For a suffix that tells none of them.

    Examples
    --------
    >>> chosen_format(None, "reports/shop.mmd"), chosen_format("json", "shop.html")
    ('mermaid', 'json')
    """
    if named or not out:
        return named or "text"
    from pathlib import Path

    from netpol_lab.errors import NetpolError, did_you_mean

    suffix = Path(out).suffix.lower()
    format = SUFFIXES.get(suffix, suffix.removeprefix("."))
    if format not in formats:
        known = [suffix for suffix, format in SUFFIXES.items() if format in formats]
        raise NetpolError(
            f'the suffix of "{out}" does not tell its format: {did_you_mean(suffix, known)} '
            "Or say it with -o."
        )
    return format
