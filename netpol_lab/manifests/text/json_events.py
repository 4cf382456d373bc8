"""JSON as the events of a parser, so that places in it are found as those in YAML are.

YAML cannot read every JSON text: it knows no halves of an emoji and no keys of 2,000 characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml import events

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
    line, line_start, place, start = 0, 0, 0, None
    while match := _TOKEN.match(text, place):
        opens, closes, scalar = match.groups()
        for found in re.finditer("\n", text[place : match.start(match.lastindex or 0)]):
            line, line_start = line + 1, place + found.end()
        start = match.start(match.lastindex or 0)
        place = match.end()
        marks = (_mark(line, start - line_start, start), _mark(line, place - line_start, place))
        if opens:
            yield _OPENS[opens](None, None, True, *marks, flow_style=True)
        elif closes:
            yield _CLOSES[closes](*marks)
        else:
            yield events.ScalarEvent(None, None, (False, True), _text(scalar), *marks, style='"')
    end = _mark(line, place - line_start, place)
    yield events.DocumentEndEvent(end, end)


def _mark(line: int, column: int, index: int) -> yaml.Mark:
    return yaml.Mark("", index, line, column, None, 0)


def _text(scalar: str) -> str:
    return without_surrogates(json.loads(scalar)) if scalar[0] == '"' else scalar
