"""Whole policies: how they are described, summed up, written anew, and cut to what matters.

Beside the texts in `described/` stands what is said. After a change, write it anew by
`python -m tests.manifests.test_whole_policies`, and read what has changed before you commit it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from netpol_lab.manifests.cluster_wide import writer
from netpol_lab.manifests.describe import describe
from netpol_lab.manifests.excerpts import excerpt
from netpol_lab.manifests.field_paths import format_path
from netpol_lab.manifests.review import review
from netpol_lab.manifests.writer import as_yaml, manifest_of
from netpol_lab.model.cluster_policies import ClusterPolicy
from tests.helpers.places import ROOT
from tests.helpers.tables import lines_of, write_lines

TEXTS = sorted((ROOT / "tests" / "manifests" / "described").glob("*.yaml"))
MOST_CUT = 40  # places of a policy


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """All places in a value, and one that is not there."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key)
            yield from places(part, (*path, key))
        yield (*path, "x" if isinstance(value, dict) else len(value))


def cut(cluster, policy, paths) -> str:
    """The lines of an excerpt by their numbers, those with a mark after an asterisk."""
    lines = excerpt(cluster, policy, paths).lines
    return " ".join(
        f"{'*' if line.marked else ''}{line.number or repr(line.text)}" for line in lines
    )


def said(file: Path) -> Iterator[str]:
    """What is said of each policy of a text."""
    found = review(file.read_text("utf-8"), channel="experimental")
    yield from found.text.splitlines()
    values = list(yaml.safe_load_all(file.read_text("utf-8")))
    for policy in (*found.cluster.policies, *found.cluster.cluster_policies):
        yield f"==== {policy}"
        yield from describe(found.cluster, policy).splitlines()
        yield "----"
        above = isinstance(policy, ClusterPolicy)
        yield from as_yaml((writer.manifest_of if above else manifest_of)(policy)).splitlines()
        yield "----"
        (value,) = (
            each
            for each in values
            if (each["kind"] if above else "NetworkPolicy") == each["kind"]
            and each["metadata"]["name"] == policy.name
            and (not above or each["kind"] == policy.kind)
        )
        paths = [*places(value)][:MOST_CUT]
        for path in paths:
            yield f"{format_path(path)}: {cut(found.cluster, policy, [path])}"
        for step in (2, 5, 9):
            yield f"each of {step}: {cut(found.cluster, policy, paths[::step])}"


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_all_is_said_in_these_words(file):
    assert [*said(file)] == lines_of(file.with_suffix(".txt"))


if __name__ == "__main__":
    for text in TEXTS:
        write_lines(text.with_suffix(".txt"), said(text))
