"""JSON as the events of a parser, so that places in it are found as those in YAML are.

YAML cannot read every JSON text: it knows no halves of an emoji and no keys of 2,000 characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from yaml import events

from netpol_lab.manifests.text.yaml_composer import mark_at
from netpol_lab.manifests.text.yaml_scalars import without_surrogates

_TOKEN = re.compile(r'[ \t\r\n,:]*(?:([\[{])|([\]}])|("(?:[^"\\]|\\.)*"|[^\s\[\]{},:"]+))')
_OPENS = {"[": events.SequenceStartEvent, "{": events.MappingStartEvent}
_CLOSES = {"]": events.SequenceEndEvent, "}": events.MappingEndEvent}


def json_events(text: str) -> Callable[[], Any]:
    """Return a function that gives the next event of a text that is known to be JSON."""
    return _events(text).__next__


def _events(text: str) -> Iterator[Any]:
    yield events.StreamStartEvent()
    yield events.DocumentStartEvent()
    line, line_start, next_line, place = 0, 0, _line_after(text, 0), 0
    while match := _TOKEN.match(text, place):
        opens, closes, scalar = match.groups()
        start, place = match.span(match.lastindex or 0)
        while next_line <= start:
            line, line_start, next_line = line + 1, next_line, _line_after(text, next_line)
        begin = mark_at(line, start - line_start, start)
        end = mark_at(line, place - line_start, place)
        if opens:
            yield _OPENS[opens](None, None, True, begin, end, flow_style=True)
        elif closes:
            yield _CLOSES[closes](begin, end)
        else:
            value = _text(scalar)
            yield events.ScalarEvent(None, None, (False, True), value, begin, end, style='"')
    last = mark_at(line, place - line_start, place)
    yield events.DocumentEndEvent(last, last)


def _line_after(text: str, place: int) -> int:
    """Return where the next line starts, which may be behind the text."""
    return text.find("\n", place) + 1 or len(text) + 1


def _text(scalar: str) -> str:
    if scalar[0] == '"':
        return without_surrogates(json.loads(scalar)) if "\\" in scalar else scalar[1:-1]
    return scalar
