"""The reasons as HTML: what a board shows under its picture, and what `board.why()` gives.

Whatever comes from manifests is escaped. Marked lines have a sign and are bold, not only coloured.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files
from itertools import groupby
from operator import attrgetter

from netpol_lab.advice.deciding_lines import CHANGE, Passage, Reasons
from netpol_lab.advice.edit import Edit
from netpol_lab.advice.fix import Fix
from netpol_lab.pictures.notebook_text import Words

STYLE = (files("netpol_lab") / "data" / "static" / "panel.css").read_text("utf-8")


class Why(Words):
    """The reasons of a flow or a pod: text that a notebook shows with the deciding lines marked.

    Parameters
    ----------
    reasons : Reasons

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.advice.deciding_lines import reasons_of
    >>> why = Why(reasons_of(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432)))
    >>> print(why.splitlines()[0])
    shop/web -> shop/db  TCP 5432: denied
    >>> "<mark>" in why._repr_html_()
    True
    """

    __slots__ = ("_reasons",)
    _reasons: Reasons

    def __new__(cls, reasons: Reasons) -> Why:
        """Keep the reasons beside their text."""
        self = super().__new__(cls, reasons)
        self._reasons = reasons
        return self

    def _repr_html_(self) -> str:
        words = f"<pre class='nl-plain'>{escape(self._reasons.words)}</pre>"
        return f"<style>{STYLE}</style><div class='nl-reasons'>{words}{panel(self._reasons)}</div>"


def panel(reasons: Reasons) -> str:
    """Return what is to be shown below the words: the policies, and the smallest change.

    Examples
    --------
    >>> panel(Reasons("shop/web", note="No policy selects it."))
    "<p class='nl-note'>No policy selects it.</p>"
    """
    parts = [*map(_passage, reasons.passages), _note(reasons.note), _note(reasons.remark)]
    return "".join((*parts, _change(reasons.change) if reasons.change else ""))


def _note(words: str) -> str:
    return f"<p class='nl-note'>{escape(words)}</p>" if words else ""


def _passage(passage: Passage) -> str:
    place = f" <span class='nl-place'>{escape(passage.place)}</span>" if passage.place else ""
    runs = groupby(passage.excerpt.lines, key=attrgetter("marked"))
    lines = ""
    for marked, run in runs:
        texts = [line.text for line in run]
        lines += _signed("mark", ">", "decides", texts) if marked else _plain(texts)
    title = f"{passage.excerpt.policy} in YAML, marked where it decides"
    return f"<p class='nl-caption'>{escape(passage.caption)}{place}</p>{_yaml(lines, title)}"


def _yaml(lines: str, title: str) -> str:
    """Return lines in a box that the keyboard can scroll, too."""
    box = f"role='region' tabindex='0' aria-label='{escape(title)}'"
    return f"<pre class='nl-yaml' {box}>{lines}</pre>"


def _plain(texts: list[str]) -> str:
    return "".join(f"<span>  {escape(text)}\n</span>" for text in texts)


def _signed(tag: str, sign: str, spoken: str, texts: list[str]) -> str:
    """Return lines with a sign before each for the eyes, and one word before all for ears."""
    heard = f"<span class='nl-said'>{spoken}: </span>"
    before = f"<span class='nl-sign' aria-hidden='true'>{escape(sign)}</span>"
    lines = "".join(f"<{tag}>{before} {escape(text)}\n</{tag}>" for text in texts)
    return lines.replace(before, heard + before, 1)


def _change(change: Fix) -> str:
    edits = "".join(map(_edit, change.changes))
    beside = "\n".join((*change.owners, change.besides))
    also = f"<pre class='nl-plain'>{escape(beside)}</pre>"
    return f"<p class='nl-caption'>{CHANGE}</p>{edits}{also}"


def _edit(edit: Edit) -> str:
    texts = edit.yaml.splitlines()
    lines = _signed("ins", "+", "new", texts) if edit.adds else _plain(texts)
    todo = escape(f"{edit.words}; {edit.what_to_do}:")
    return f"<p class='nl-note'>{todo}</p>{_yaml(lines, 'YAML to write')}"
