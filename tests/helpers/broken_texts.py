"""Manifests broken at random: characters, tokens and lines put in, taken out and doubled.

Shared by the tests and by `make soak`: whatever a text is, `load` answers or complains.
"""

import random
import time

import yaml

from netpol_lab import load
from netpol_lab.errors import NetpolError
from tests.helpers.places import CASES

SLOWEST = 2.0  # seconds that one text may take at most

TOKENS = (
    "-", ":", "{", "}", "[", "]", "&a", "*a", "|", ">", '"', "'", "\n", "  ", "\t", "#", "null",
    "~", "yes", "0", "-1", "1e9", "99999999999", ".nan", ".inf", "!!binary", "!!set", "!!omap",
    "!x", "<<: *a", "? ", "---\n", "...\n", "%", "@", "`", "\ufeff", "\x00", "\u2028", "\x85", "é",
    "{}", "[]", "[{}]", '"y": 1', "kind: List", "items: 3", "metadata: 3", "labels: [1]", "=",
    "spec: x", "2026-01-01", "!!timestamp 2026-01-01", "!!float x", "!!int x", "!!null 1", "0x",
    "!!bool x", "!!str 1", "!!merge x", "0b", "0o9", "+", "-.", "replicas: -1", "kind: CronJob",
)  # fmt: skip


def texts():
    """Return the manifests of all conformance cases, cut to a size that is quick to break."""
    found = (yaml.safe_load(file.read_text("utf-8")) for file in sorted(CASES.rglob("*.yaml")))
    return [(case.get("manifests") or case.get("manifest"))[-3000:] for case in found]


def broken(text, dice):
    """Return a text with a few random faults."""
    letters = list(text)
    for _ in range(dice.randint(1, 6)):
        place, kind = dice.randrange(len(letters) + 1), dice.random()
        if kind < 0.4:
            letters[place:place] = dice.choice(TOKENS)
        elif kind < 0.7:
            del letters[place : place + dice.randint(1, 8)]
        elif kind < 0.85:
            start = dice.randrange(len(letters) + 1)
            letters[place:place] = letters[start : start + dice.randint(1, 60)]
        else:
            letters[place : place + 1] = chr(
                dice.choice((dice.randrange(128), dice.randrange(0xD000)))
            )
    return "".join(letters) + "\n"


def first_surprise(number, seed):
    """Return the first text that `load` neither takes nor complains about in time, or None."""
    dice, whole = random.Random(seed), texts()
    for _ in range(number):
        text = broken(dice.choice(whole), dice)
        start = time.perf_counter()
        try:
            load(text, strict=dice.random() < 0.5)
        except NetpolError as error:
            str(error)
        except Exception as error:
            return text, f"{type(error).__name__}: {error}"
        if time.perf_counter() - start > SLOWEST:
            return text, f"took {time.perf_counter() - start:.1f} s"
    return None
