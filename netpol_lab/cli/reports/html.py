"""One self-contained HTML file: a heading, a picture and a table, in light and dark.

It asks no server for anything: its policy forbids it, and only its own script may run.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import islice

from netpol_lab.cli.reports.tables import Table
from netpol_lab.errors import counted
from netpol_lab.pictures.text_width import printable

MOST_ROWS = 5000  # with many more, browsers get slow
LONGEST_NAME = 40  # characters; longer names, and lists, may be broken into lines


def page(
    title: str,
    svg: str,
    table: Table,
    summary: Callable[[], str],
    cautions: Iterable[str] = (),
) -> Iterator[str]:
    """Yield the lines of a page.

    Parameters
    ----------
    title : str
    svg : str
        The picture; an ``<svg>`` element.
    table : Table
    summary : callable
        Asked for after the rows.
    cautions : iterable of str
        Sentences below it.

    Examples
    --------
    >>> lines = [*page("A & B", "<svg/>", Table(("from", "to"), [("<a>", "b")]), lambda: "1 row")]
    >>> [line for line in lines if "&" in line]
    ['<title>A &amp; B</title>', '<h1>A &amp; B</h1>', '<tr><td>&lt;a&gt;</td><td>b</td></tr>']
    """
    rows = iter(table.rows)
    shown = [*islice(rows, MOST_ROWS)]
    left_out = sum(1 for _ in rows)
    telling = [k for k in range(len(table.header)) if not shown or any(row[k] for row in shown)]
    style, script = _static("page.css"), _static("page.js")
    script_hash = b64encode(sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script_hash}'"
    yield from (
        "<!DOCTYPE html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{_text(title)}</title>",
        f"<style>{style}</style>",
        "<main>",
        f"<h1>{_text(title)}</h1>",
        f"<p>{_text(summary())}</p>",
        *(f"<p><strong>Warning:</strong> {_text(words)}</p>" for words in cautions),
        f'<figure role="group" aria-label="Picture" tabindex="0">{svg}</figure>',
    )
    if left_out:
        yield (
            f"<p>The table has the first {len(shown):,} of {len(shown) + left_out:,} rows; -o csv "
            "writes all of them.</p>"
        )
    number = counted(len(shown), "row")
    yield '<p><label>Show only rows with <input type="search" id="filter"></label>'
    yield f'<output for="filter" id="count">{number}</output></p>'
    yield '<div class="wide" role="group" aria-label="Table" tabindex="0"><table>'
    names = (_text(table.header[k]) for k in telling)
    heads = (f'<th scope="col"><button type="button">{name}</button></th>' for name in names)
    yield f"<thead><tr>{''.join(heads)}</tr></thead><tbody>"
    yield from (f"<tr>{''.join(_cell(row[k]) for k in telling)}</tr>" for row in shown)
    yield from ("</tbody></table></div>", "</main>", f"<script>{script}</script>", "</html>")


def _static(name: str) -> str:
    return (files("netpol_lab") / "data" / "static" / name).read_text("utf-8")


def _text(words: str) -> str:
    return escape(printable(words))


def _cell(words: str) -> str:
    long = ' class="words"' if len(words) > LONGEST_NAME or "; " in words else ""
    return f"<td{long}>{_text(words).replace('-&gt;', '→')}</td>"
