"""All that is read from wide manifests: each text in `read/`, and beside it the cluster it makes.

After a change, write them anew by `python -m tests.manifests.test_whole_clusters`, and read what
has changed before you commit it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path

import pytest

from netpol_lab.errors import ManifestError
from netpol_lab.manifests.loader import read_all
from tests.helpers.places import ROOT
from tests.helpers.tables import lines_of, write_lines

TEXTS = sorted((ROOT / "tests" / "manifests" / "read").glob("*.yaml"))
SKIPPED = ("replicas", "sources", "specs", "texts", "originals")


def brief(thing) -> str:
    """A value without what is as usual."""
    if isinstance(thing, Enum):
        return str(thing)
    if isinstance(thing, str | int | None):
        return repr(thing)
    if is_dataclass(thing):
        given = [(each.name, getattr(thing, each.name), each.default) for each in fields(thing)]
    elif hasattr(thing, "_fields"):
        usual = thing._field_defaults
        given = [(each, getattr(thing, each), usual.get(each, MISSING)) for each in thing._fields]
    elif isinstance(thing, Mapping):
        return f"{{{', '.join(f'{key}: {brief(part)}' for key, part in thing.items())}}}"
    elif isinstance(thing, tuple | list):
        return f"[{', '.join(map(brief, thing))}]"
    elif isinstance(thing, frozenset | set):
        return f"<{' '.join(sorted(map(str, thing)))}>"
    else:
        return str(thing)
    told = (f"{name}={brief(part)}" for name, part, usual in given if part not in (usual, {}))
    return f"{type(thing).__name__}({', '.join(told)})"


def read(file: Path) -> Iterator[str]:
    """All that a text makes."""
    try:
        cluster = read_all([("<text>", file.read_text("utf-8"))])
    except ManifestError as error:
        yield str(error)
        return
    for each in fields(cluster):
        held = getattr(cluster, each.name)
        if held and each.name not in SKIPPED:
            yield f"{each.name}:"
            parts = held.items() if isinstance(held, Mapping) else held
            yield from (f"  {brief(part)}" for part in parts)


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_nothing_more_and_nothing_less_is_read(file):
    assert [*read(file)] == lines_of(file.with_suffix(".txt"))


if __name__ == "__main__":
    for text in TEXTS:
        write_lines(text.with_suffix(".txt"), read(text))
