"""Text as a notebook shows it."""

from __future__ import annotations

import re
from html import escape


class Words(str):
    r"""Text that a notebook shows as it is, not as a literal in quotes.

    Examples
    --------
    >>> Words("two\nlines")
    two
    lines
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def with_code(html: str) -> str:
    """Show what stands between backticks as code, as Markdown does.

    Examples
    --------
    >>> with_code("write `{}` here")
    'write <code>{}</code> here'
    """
    return re.sub("`([^`]+)`", r"<code>\1</code>", html)


def breakable(words: str) -> str:
    """Return a text as HTML in which a long name may break after its namespace.

    Examples
    --------
    >>> breakable("shop/web & more")
    'shop/<wbr>web &amp; more'
    """
    return escape(words).replace("/", "/<wbr>")
