"""Text that a terminal shows and never obeys. The one list of what is unsafe; quick to import."""

from __future__ import annotations

import re

# What a terminal obeys in place of showing it (C0, DEL, C1), what turns the direction of the text
# around it, and the line breaks of Unicode: as a class of characters.
UNSAFE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_UNSAFE = re.compile(f"[{UNSAFE}]")


def harmless(text: str) -> str:
    r"""Return a text fit for a terminal, with its lines: escapes stand for what is no letter.

    Examples
    --------
    >>> harmless("a\x1b[31m\n\tb\u202e")
    'a\\x1b[31m\n\tb\\u202e'
    """
    return _UNSAFE.sub(lambda found: escaped(found[0]), text)


def harmless_json(text: str) -> str:
    r"""Return JSON fit for a terminal; read again, it gives the same value.

    Examples
    --------
    >>> harmless_json('["\x7f"]')
    '["\\u007f"]'
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def escaped(sign: str) -> str:
    r"""Return a character as Python writes it within quotes.

    Examples
    --------
    >>> escaped("\x1b"), escaped("\u202e")
    ('\\x1b', '\\u202e')
    """
    return sign.encode("unicode_escape").decode()
