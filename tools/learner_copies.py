"""From a chapter with its solutions (the master) make the copy that learners get.

Tags of the master's cells say what becomes of them:

    solution        a `%%policy NAME` cell with a worked answer: the learner gets an empty one, and
                    the answer folded away under it
    solution-note   the text right after it, about the answer: folded away with it
    solution-only   left out

Every other cell is copied, with its tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
from nbformat import NotebookNode

FOLDER = "solutions"
ALONE = "teaching"  # notebooks in here are as they are, for everybody
SOLUTION, NOTE, ONLY = "solution", "solution-note", "solution-only"
PLACEHOLDER = "# Write your policy here, under this line. Then run the cell."
BANNER = "> **You are among the pages with the answers.**"


def is_master(path: Path) -> bool:
    """Say whether a notebook is a master, by its folder."""
    return path.parent.name == FOLDER


def stands_alone(path: Path) -> bool:
    """Say whether a notebook has no copy for learners, by its folder."""
    return path.parent.name == ALONE


def master_of(path: Path) -> Path:
    """Return the master of a chapter, given either of its two notebooks."""
    if is_master(path) or stands_alone(path):
        return path
    return path.parent / FOLDER / path.name


def learner_path(master: Path) -> Path:
    """Return where the learner's copy of a master lies."""
    return master.parent.parent / master.name


def with_banner(master: NotebookNode, name: str) -> NotebookNode:
    """Return a master whose first cell says what this page is, and where the learner's is."""
    link = f"[{title_of(master)}](../{name}.ipynb)"
    text = f"{BANNER} The page to work on, without them, is {link}."
    cells = [cell for cell in master.cells if not cell.source.startswith(BANNER)]
    return notebook_of(master, [markdown(text, ONLY), *cells])


def title_of(master: NotebookNode) -> str:
    """Return the text of a notebook's first heading."""
    found = re.search(r"^# (.+)", "\n".join(cell.source for cell in master.cells), re.MULTILINE)
    return found[1] if found else "this chapter"


def learner_copy(master: NotebookNode, name: str) -> NotebookNode:
    """Return the learner's notebook; `name` is that of both files, without its ending."""
    return notebook_of(master, list(_copied(master.cells, name)))


def _copied(cells: list[NotebookNode], name: str) -> Iterator[NotebookNode]:
    """Yield the learner's cells."""
    for cell, following in pairwise([*cells, None]):
        if is_tagged(cell, SOLUTION):
            magic, answer = split_solution(cell)
            yield code(f"{magic}\n{PLACEHOLDER}", *_other_tags(cell))
            yield markdown(folded(answer, _note(following), name))
        elif not (is_tagged(cell, ONLY) or is_tagged(cell, NOTE)):
            yield (code if cell.cell_type == "code" else markdown)(cell.source, *tags(cell))


def split_solution(cell: NotebookNode) -> tuple[str, str]:
    """Return the line `%%policy NAME` and the answer under it."""
    magic, _, answer = cell.source.partition("\n")
    return magic, answer.strip()


def folded(answer: str, note: str, name: str) -> str:
    """Return the Markdown of a worked answer that one click unfolds."""
    whole = f"The whole page with its solutions: [{FOLDER}/{name}.ipynb]({FOLDER}/{name}.ipynb)"
    parts = [
        "<details>\n<summary>Worked answer</summary>",
        f"```yaml\n{answer}\n```",
        *([note] if note else []),
        whole,
        "</details>",
    ]
    return "\n\n".join(parts)


def _note(cell: NotebookNode | None) -> str:
    return str(cell.source).strip() if cell and is_tagged(cell, NOTE) else ""


# --- cells ----------------------------------------------------------------------------------


def tags(cell: NotebookNode) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def is_tagged(cell: NotebookNode, tag: str) -> bool:
    """Say whether a cell has a tag."""
    return tag in tags(cell)


def _other_tags(cell: NotebookNode) -> list[str]:
    return [tag for tag in tags(cell) if tag != SOLUTION]


def code(source: str, *marks: str) -> NotebookNode:
    """Return a code cell with tags."""
    return nbformat.v4.new_code_cell(source, metadata=_metadata(marks))


def markdown(source: str, *marks: str) -> NotebookNode:
    """Return a cell of prose with tags."""
    return nbformat.v4.new_markdown_cell(source, metadata=_metadata(marks))


def _metadata(marks: tuple[str, ...]) -> dict[str, list[str]]:
    return {"tags": list(marks)} if marks else {}


def notebook_of(master: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    """Return a notebook of these cells with the master's own metadata."""
    return nbformat.v4.new_notebook(cells=cells, metadata=master.metadata)
