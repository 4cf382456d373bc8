"""Whole complaints, word for word: what is said of each text in `complaints/`, and where.

Beside each YAML file stands what `load` says of it; `hints.txt` has the place and the hint of each
complaint about `tests/cases/invalid`, whose messages stand there. After a change of words, write
them anew by `python -m tests.manifests.test_whole_complaints`, and read what has changed before you
commit it.
"""

from pathlib import Path

import pytest
import yaml

from netpol_lab.errors import ManifestError
from netpol_lab.manifests.loader import read_all
from tests.helpers.places import CASES, ROOT

FOLDER = ROOT / "tests" / "manifests" / "complaints"
TEXTS = sorted(FOLDER.glob("*.yaml"))
HINTS = FOLDER / "hints.txt"
QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def complaints(text, channel=None):
    """What is refused in a text, or else warned of."""
    try:
        return read_all([("<text>", text)], channel=channel).warnings
    except ManifestError as error:
        return error.complaints


def said(file: Path) -> str:
    """What is said of a text."""
    return "\n\n".join(map(str, complaints(file.read_text("utf-8")))) + "\n"


def hints() -> str:
    """What is proposed for each case, and where."""
    lines = []
    for file in sorted((CASES / "invalid").glob("*.yaml")):
        case = yaml.load(file.read_text("utf-8"), QUICK)
        found = complaints(case["manifest"], case.get("channel"))
        lines += [f"{file.stem} {each.line}:{each.column} {each.hint}\n" for each in found]
    return "".join(lines)


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_nothing_more_and_nothing_less_is_said(file):
    assert said(file) == file.with_suffix(".txt").read_text("utf-8")


def test_the_hints_of_all_cases_are_these():
    assert hints().splitlines() == HINTS.read_text("utf-8").splitlines()


if __name__ == "__main__":
    HINTS.write_text(hints(), "utf-8")
    for text in TEXTS:
        text.with_suffix(".txt").write_text(said(text), "utf-8")
