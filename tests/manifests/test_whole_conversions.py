"""Whole texts that are converted: each in `converted/`, and beside it what becomes of it.

After a change, write them anew by `python -m tests.manifests.test_whole_conversions`, and read what
has changed before you commit it.
"""

import pytest

from netpol_lab.manifests.conversion import convert
from netpol_lab.manifests.loader import read_all
from netpol_lab.manifests.text.files import ManifestText
from tests.helpers.places import ROOT

TEXTS = sorted((ROOT / "tests" / "manifests" / "converted").glob("*.yaml"))


def converted(text: str) -> tuple[str, str]:
    """What becomes of a text, and what is said of it."""
    cluster = read_all([("a.yaml", text)], channel="experimental")
    found = convert([ManifestText("a.yaml", text)], cluster.cluster_policies)
    lines = []
    for policy in found.policies:
        place = f"{policy.place.line}" if policy.place else "nowhere"
        lines.append(f"{policy.title}, {policy.tier}, line {place}:")
        lines += [f"  is {new.name} with priority {new.priority}" for new in policy.new]
        for name in ("remarks", "needs", "refused"):
            lines += [f"  {name}: {each}" for each in getattr(policy, name)]
    lines += [f"lost: {comment}" for each in found.lost for comment in each.comments]
    return found.texts[0].text, "\n".join(lines)


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_nothing_else_is_changed_and_all_is_told(file):
    said = "\n====\n".join(converted(file.read_text("utf-8")))
    assert said == file.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_a_text_keeps_the_breaks_of_its_lines_and_its_end(file):
    text = file.read_text("utf-8").removesuffix("\n")
    unix, said = converted(text)
    assert converted(text.replace("\n", "\r\n")) == (unix.replace("\n", "\r\n"), said)
    assert not unix.endswith("\n")


if __name__ == "__main__":
    for text in TEXTS:
        said = "\n====\n".join(converted(text.read_text("utf-8")))
        text.with_suffix(".txt").write_text(said, "utf-8")
