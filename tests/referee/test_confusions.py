"""Each of the 36 confusions is met in a cell of the course, and its truth is proved."""

from functools import cache

import nbformat
import pytest

import netpol_lab as lab
from tests.helpers.places import CASES, DOCS, NOTEBOOKS
from tests.referee.confusions import CONFUSIONS

MASTERS = NOTEBOOKS / "solutions"
ROWS = {
    (n, chapter): words for n, row in CONFUSIONS.items() for chapter, words in row.shown.items()
}
PROOFS = sorted({proof for row in CONFUSIONS.values() for proof in row.proofs})


@cache
def tagged_cells(folder):
    """Return the texts that the tagged cells of all notebooks of a folder show."""
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for tag in cell.metadata.get("tags", ()):
                if tag.startswith("confusion-") and cell.cell_type == "code":
                    key = int(tag.removeprefix("confusion-")), path.name[:2]
                    found.setdefault(key, []).append(shown_by(cell))
    return found


def shown_by(cell):
    return "\n".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    )


def test_all_36_are_in_the_table():
    assert sorted(CONFUSIONS) == list(range(1, 37))


@pytest.mark.parametrize("folder", [MASTERS, MASTERS.parent], ids=["solutions", "learners"])
def test_the_table_and_the_tags_of_the_course_are_the_same(folder):
    assert set(tagged_cells(folder)) == set(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]:02}-in-chapter-{row[1]}")
def test_a_cell_of_the_chapter_shows_the_truth(row):
    shown = tagged_cells(MASTERS)[row]
    assert any(ROWS[row] in text for text in shown), shown


@pytest.mark.parametrize("proof", PROOFS)
def test_the_proof_exists(proof):
    rows = (DOCS / "semantics.md").read_text("utf-8")
    assert f"| {proof} |" in rows or (CASES / f"{proof}.yaml").exists()


def test_without_a_plugin_no_policy_closes_anything():
    town, nobody = lab.load("neighbours"), lab.Assumptions(enforced=False)
    assert lab.evaluate(town, "web", "db", 80).allowed is False
    assert lab.evaluate(town, "web", "db", 80, assumptions=nobody).allowed is True
