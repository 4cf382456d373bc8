"""What the author of unreadable YAML probably meant: which line is at fault, and what to type.

Only for the words of a complaint. Nothing in here decides whether a text is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from netpol_lab.errors import visible

# What belongs to the page, the mail or the program that a text was copied from.
_TEMPLATE = "{{ }} is a template: render it first, for instance with helm template"
_WRAPPINGS = (
    (r"(<{7}|={7}|>{7}|\|{7})( |$)", "this is the mark of a merge conflict: keep one of the two "
     "sides, and leave out the lines with marks"),
    (r"\s*```", "leave out the lines with ```: they belong to a page, not to the YAML"),
    (r"> ", "leave out the > at the beginning of each line"),
    (r"[$%]? ?(kubectl|cat|helm|oc) |\$ |.*<<-?\s*['\"]?\w+['\"]?$|EOF\s*$",
     "this is a command for a shell: keep only the YAML"),
    (r".*\{\{", _TEMPLATE),
    (r"\s*\{[%#]", "{% %} is a template: render it first"),
    (r"\s*(//|/\*|<!--)", "a comment begins with #"),
    (r" +---\s*(#.*)?$", "--- must begin in the first column"),
    (r"(\*{3,}|={3,}|_{3,}|~{3,})\s*$", "write three dashes to begin another object: ---"),
    (r".*[^\s]:\s+-(\s|$)", "the first item of a list stands on a line of its own, below its name"),
    (r".*[^\s]:\s+\*\s*(#.*)?$", "* has a meaning of its own in YAML: for all pods write {}, for "
     "everybody leave the list out, for every IPv4 address write 0.0.0.0/0"),
    (r"\s*\.\.\.\s*$", "... stands for what was left out: leave this line out"),
    (r".*[^\s#-]-{3}\s*(#.*)?$", "--- must begin a line of its own: a line break is missing "
     "before it"),
    (r".*[^\s{,\"'-]apiVersion:", "a line break is missing before apiVersion, and a "
     "line with --- if another object begins there"),
    (r"%(YAML|TAG)\b", "kubectl refuses directives: leave this line out"),
)  # fmt: skip
# Signs that are left out or doubled.
_SIGNS = (
    (r"(-{4,}|--|[–—]+)\s*$", "write three dashes to begin another object: ---"),
    (r"\s*(- +)*[A-Za-z][\w.-]*:[^\s:/]", "write a space after the colon"),
    (r"\s*-[A-Za-z]", "write a space after the dash"),
    (r"\s*(?P<name>[A-Za-z]\w*)\s*$", "is a colon missing after {name}?"),
    (r"\s*(- +)*(?P<name>[A-Za-z]\w*)\s*[\[{\"']", "is a colon missing after {name}?"),
)
_MESSAGES = (
    ("a nested mapping|mapping values are not allowed", "is the line above indented differently, "
     "or does a text with a colon need quotes?"),
    ("expected key|<block end>|expected '-'", "this line is indented differently from its "
     "neighbours: what belongs side by side starts in the same column"),
    ("end of stream", "a quotation mark is opened here and not closed"),
    ("unexpected ':'", "write a space after the colon, or put the text in quotes"),
    ("expected ',' or|expected ':'", "a bracket is opened and not closed, or a comma or a colon is "
     "missing"),
    ("cannot start any token", "text that begins with this character needs quotes"),
    ("invalid map key", "text that begins with a brace needs quotes"),
    ("Yaml document separator", "a line that begins with --- holds nothing else but a comment: put "
     "the rest on a line of its own"),
    ("unknown escape", "in double quotes \\ begins an escape such as \\n: write / and ' as "
     "they are, and \\ itself as \\\\"),
    ("<nil>", 'null is no key: write "null" in quotes, or the name that is missing'),
    ("type: uint64", "write the number in quotes"),
    ("keys that differ", "kubectl keeps one of them, no matter which: write the key once"),
    ("unsupported value", "JSON has no such number: write it in quotes, if it is text"),
    ("cannot decode", "leave out the tag, which begins with !!, or write a value of its type"),
    ("unknown anchor", "text that begins with * needs quotes: without, it stands for what an & has "
     "named"),
    ("map merge", "<< takes the alias of a mapping, as in <<: *name, or some in brackets"),
)  # fmt: skip

_LOOKALIKES = {
    "“”„‟«»": 'a typographic quotation mark: type " instead',
    "‘’‚‛´`": "a typographic quotation mark: type ' instead",
    "–—−‐‑": "a dash other than the keyboard's: type - instead",
    "：": "a wide colon: type : instead",
    "\u00a0\u2007\u202f\u2002\u2003\u2009\u3000": "a space other than the keyboard's: "
    "type it again",
    "\u200b\u200c\u200d\u2060\ufeff\u00ad": "an invisible character: type the line again",
}


# Texts that are to be filled in, each with the program or person that does it.
_PLACEHOLDERS = (
    (r"\{\{.*\}\}", _TEMPLATE),
    (r"\$\{\w.*?\}|\$\(\w+\)|\$[A-Za-z_]\w*", "{} is a variable: fill it in first, for instance "
     "with envsubst"),
    (r"<[A-Za-z][^<>]*>|%[A-Z_]+%|__[A-Za-z_]+__", "write a value in the place of {}"),
)  # fmt: skip


def placeholder(text: str) -> str:
    """Return what to do about a text that is still to be filled in; nothing where it is none.

    Examples
    --------
    >>> placeholder("${NAMESPACE}"), placeholder("shop-{{ .Release.Name }}")
    ('${NAMESPACE} is a variable: fill it in first, for instance with envsubst', '{{ }} is a \
template: render it first, for instance with helm template')
    >>> placeholder("shop")
    ''
    """
    for pattern, words in _PLACEHOLDERS:
        if found := re.search(pattern, text[:1000]):
            return words.replace("{}", visible(found[0], 40)) if "{}" in words else words
    return ""


_GLUED = re.compile(r"^[ \t-]*([^\s#\"':]*\w)apiVersion:[ \t]", re.MULTILINE)


@lru_cache(maxsize=1)  # every object of a text may ask
def glued(text: str) -> str:
    r"""Return what to do where the end of an object and the next one's apiVersion are one word.

    Examples
    --------
    >>> glued("policyTypes:\n- IngressapiVersion: v1\nkind: Pod")
    'another object begins in IngressapiVersion: put a line with --- between Ingress and apiVersion'
    >>> glued("apiVersion: v1\nkind: Pod")
    ''
    """
    if found := _GLUED.search(text):
        end = visible(found[1], 40)
        both = f"between {end} and apiVersion"
        return f"another object begins in {end}apiVersion: put a line with --- {both}"
    return ""


def slip(lines: Sequence[str], at: int, opened: int | None, problem: str) -> tuple[int, str]:
    """Return what is probably wrong with a text that is no YAML.

    Parameters
    ----------
    lines : sequence of str
    at : int
        The line, from 0, at which reading stopped; it may lie past the last one.
    opened : int or None
        The line where what was being read begins.
    problem : str
        The reader's own words.

    Returns
    -------
    (int, str)
        The line that is probably at fault, from 0, and what to do about it; may be empty.

    Examples
    --------
    >>> slip(["kind:NetworkPolicy", "metadata:"], 1, None, "mapping values are not allowed")
    (0, 'write a space after the colon')
    >>> slip(["a:", "  b: 1", " c: 2"], 2, 0, "did not find expected key")[0]
    2
    """
    last = max((i for i, line in enumerate(lines) if line.strip()), default=0)
    if at > last:  # nothing is there: the trouble began where something was opened
        at = last if opened is None else min(opened, last)
    above = next((i for i in range(at - 1, -1, -1) if lines[i].strip()), at)
    for line in dict.fromkeys((at, above)):
        if hint := _hint(lines[line] if lines else ""):
            return line, hint
    if hint := _item_after_a_key(lines, at):
        return at, hint
    return at, next((hint for words, hint in _MESSAGES if re.search(words, problem)), "")


def _hint(line: str) -> str:
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "there is a tab here: YAML is indented with spaces"
    for pattern, hint in _WRAPPINGS:
        if re.match(pattern, line):
            return hint
    if found := lookalike(line):
        return found
    for pattern, hint in _SIGNS:
        if match := re.match(pattern, line):
            return hint.format_map(match.groupdict())
    return ""


def _item_after_a_key(lines: Sequence[str], at: int) -> str:
    """Say so where an item of a list follows a field of the same column, after its value."""
    column = re.match(r" *(?=- )", lines[at] if lines else "")
    if column is None:
        return ""
    for line in reversed(lines[:at]):
        depth = len(line) - len(line.lstrip())
        if line.strip() and depth <= column.end():
            name = re.match(r" *([A-Za-z]\w*):", line)
            if name is None or depth < column.end():
                return ""
            return (
                f"this item cannot follow {name[1]}: move it up to the items of its own list, or "
                "begin another rule, with a dash before its to or from"
            )
    return ""


def lookalike(line: str) -> str:
    """Return which sign of a line only looks like one of YAML's, and what to type; or nothing.

    Examples
    --------
    >>> lookalike("app: “desk”")
    'here is “, a typographic quotation mark: type " instead'
    >>> lookalike("app: desk")
    ''
    """
    line = line.partition(" #")[0]  # comments may be in any language
    for sign in line:
        for signs, words in _LOOKALIKES.items():
            if sign in signs:
                shown = sign if sign.isprintable() else f"U+{ord(sign):04X}"
                return f"here is {shown}, {words}"
    return _foreign_letter(line)


def _foreign_letter(line: str) -> str:
    """Return which letter of a word of Latin letters is from another alphabet."""
    for word in re.findall(r"[^\W\d_]+", line):
        foreign = [letter for letter in word if not letter.isascii()]
        if foreign and len(foreign) < len(word):
            letter = foreign[0]
            return f"the {letter} in {word} is not one of the letters a to z (U+{ord(letter):04X})"
    return ""
