"""The house rules for notebooks; that their outputs are true is strict nbval's part.

The rules are small functions that take a notebook and return complaints, so that they can be
tried on made-up notebooks (at the end of this file) as well as on the real ones.
"""

import ast
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from learner_copies import (
    PLACEHOLDER,
    is_master,
    is_tagged,
    master_of,
    split_solution,
    stands_alone,
    tags,
)
from make_notebooks import as_text, cell_id, find_notebooks, jobs_of, normalise
from nbformat import NotebookNode

from netpol_lab.course.exercise_loader import exercises, find_exercise
from netpol_lab.widgets.attempt import NOT_SOLVED
from tests.helpers.places import ROOT

NOTEBOOKS = find_notebooks([])
MASTERS = [path for path in NOTEBOOKS if is_master(path)]
LEARNERS = [path for path in NOTEBOOKS if not is_master(path) and not stands_alone(path)]

# A cell loads, calls or shows. If it wants one of these, a function is missing in the package.
PROGRAMMING = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While),
    *(ast.comprehension, ast.Try, ast.With),
)
# nbval cannot see what these show (messages to a widget), or it changes from run to run.
UNSTABLE = frozenset(
    ["Output", "interact", "interactive", "interactive_output", "interact_manual", "random", "time"]
)
WIDGET_BACKEND = re.compile(r"^\s*%matplotlib\s+(widget|ipympl|notebook)", re.MULTILINE)
# What another machine or another run would print differently.
PLACES = re.compile(
    r"(?: at 0x[0-9a-f]{4,}|/home/|/Users/|/tmp/|[A-Z]:\\Users\\)" + f"|{re.escape(str(ROOT))}"
)
MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(")
HTML_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
HTML_ALT = re.compile(r"""\balt\s*=\s*["'][^"']*\w""", re.IGNORECASE)
HEADING = re.compile(r"^(#{1,6})\s+\S", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

# --- the rules ------------------------------------------------------------------------------


def rule_no_programming(notebook: NotebookNode) -> Iterator[str]:
    """Cells have no def, class, lambda or loop."""
    for place, node in nodes(notebook):
        if isinstance(node, PROGRAMMING):
            yield f"{place}: {type(node).__name__} in a cell; put it into the package"


def rule_nothing_unstable(notebook: NotebookNode) -> Iterator[str]:
    """Nothing that nbval can't see or that changes from run to run."""
    for place, node in nodes(notebook):
        for name in sorted(names_in(node) & UNSTABLE):
            yield f"{place}: {name} can't be tested strictly"
    for place, cell in code_cells(notebook):
        if WIDGET_BACKEND.search(cell.source):
            yield f"{place}: the widget backend of matplotlib can't be tested strictly"


def rule_no_semicolon_at_a_line_end(notebook: NotebookNode) -> Iterator[str]:
    """A trailing `;` hides an output in the stored notebook but not from nbval."""
    for place, cell in code_cells(notebook):
        if any(line.rstrip().endswith(";") for line in python_of(cell).splitlines()):
            yield f"{place}: a line ends in `;`; write `_ = ...`"


def rule_headings_in_order(notebook: NotebookNode) -> Iterator[str]:
    """One H1, before every other heading, and no level left out."""
    levels = [len(found) for _, text in prose(notebook) for found in HEADING.findall(text)]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"there must be one H1, and it comes first; heading levels here: {levels}"
    for before, level in pairwise(levels):
        if level > before + 1:
            yield f"a heading of level {level} comes after one of level {before}"


def rule_images_have_alt_text(notebook: NotebookNode) -> Iterator[str]:
    """Whoever can't see a picture is told what it shows."""
    for place, text in prose(notebook):
        if any(not alt.strip() for alt in MARKDOWN_IMAGE.findall(text)):
            yield f"{place}: an image without alt text"
        if not all(HTML_ALT.search(tag) for tag in HTML_IMAGE.findall(text)):
            yield f"{place}: an <img> without alt text"
    for place, output in outputs(notebook):
        if "<title" not in svg_of(output):
            yield f"{place}: a picture in the output without a <title>"


def rule_outputs_are_stored(notebook: NotebookNode) -> Iterator[str]:
    """The notebook was run from top to bottom in a fresh kernel and stored as it was then."""
    ran = [(place, cell) for place, cell in code_cells(notebook) if cell.source.strip()]
    if not any(cell.outputs for _, cell in ran):
        yield "no outputs are stored"
    for expected, (place, cell) in enumerate(ran, start=1):
        if cell.execution_count != expected:
            yield f"{place}: execution count {cell.execution_count} instead of {expected}"


def rule_no_errors_are_stored(notebook: NotebookNode) -> Iterator[str]:
    """An error is shown only where it is the lesson; nothing is left on stderr."""
    for place, cell in code_cells(notebook):
        wanted = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.outputs:
            if output.output_type == "error" and not wanted:
                yield f"{place}: stops with {output.ename}"
            if output.get("name") == "stderr":
                yield f"{place}: writes to stderr: {output.text[:60]!r}"


def rule_nothing_is_left_unchecked(notebook: NotebookNode) -> Iterator[str]:
    """No tag and no comment tells nbval to look away."""
    for place, cell in code_cells(notebook):
        marks = [*cell.metadata.get("tags", []), *re.findall(r"#\s*(NBVAL\w+)", cell.source)]
        if any(mark.lower().replace("_", "-").startswith("nbval-") for mark in marks):
            yield f"{place}: {marks} tells nbval not to compare"


def rule_nothing_of_this_machine(notebook: NotebookNode) -> Iterator[str]:
    """Outputs hold no memory address and no folder of the person who ran it."""
    for place, output in outputs(notebook):
        found = PLACES.search(json.dumps(output, ensure_ascii=False).replace("\\\\", "\\"))
        if found:
            yield f"{place}: the output holds {found.group()!r}"


def rule_stored_in_the_one_shape(notebook: NotebookNode) -> Iterator[str]:
    """No widget state, no timings, fixed cell ids: as `make notebooks` writes it."""
    if "widgets" in notebook.metadata:
        yield "holds the saved state of widgets"
    name = notebook.cells[0].get("id", "").rpartition("-")[0]
    if as_text(notebook) != as_text(normalise(deepcopy(notebook), name)):
        yield "is not in the shape that `make notebooks` writes"


RULES = [rule for name, rule in list(globals().items()) if name.startswith("rule_")]

# --- reading a notebook ---------------------------------------------------------------------


def code_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Give each code cell with words for where it is."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            yield f"cell {index}", cell


def prose(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Give the text of each Markdown cell without its fenced examples."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            yield f"cell {index}", FENCED.sub("", cell.source)


def outputs(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Give each stored output with words for where it is."""
    for place, cell in code_cells(notebook):
        for output in cell.outputs:
            yield place, output


def svg_of(output: NotebookNode) -> str:
    """Return the picture in an output; an output without one has nothing to be named."""
    return str(output.get("data", {}).get("image/svg+xml", "<title"))


def python_of(cell: NotebookNode) -> str:
    """Return the Python of a cell, without magics; a `%%policy` cell has none."""
    if cell.source.lstrip().startswith("%%"):
        return ""
    return re.sub(r"^\s*[%!].*$", "pass", cell.source, flags=re.MULTILINE)


def nodes(notebook: NotebookNode) -> Iterator[tuple[str, ast.AST]]:
    """Give every part of the Python in the cells."""
    for place, cell in code_cells(notebook):
        for node in ast.walk(ast.parse(python_of(cell))):
            yield place, node


def names_in(node: ast.AST) -> set[str]:
    """Return what a part of the program uses or imports by name."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0], *(alias.name for alias in node.names)}
    if isinstance(node, ast.Attribute) and node.attr not in {"random", "time"}:
        return {node.attr}
    return {node.id} if isinstance(node, ast.Name) else set()


# --- the notebooks --------------------------------------------------------------------------


def place_of(path: Path) -> str:
    """Return a notebook's folder and name, for the names of tests."""
    return f"{path.parent.name}/{path.stem}"


def test_there_are_notebooks():
    assert NOTEBOOKS, "notebooks/ holds no notebook"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=place_of)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.removeprefix("rule_"))
def test_notebook_keeps_the_rule(path, rule):
    complaints = list(rule(nbformat.read(path, as_version=4)))
    assert not complaints, "\n".join([f"{place_of(path)}: {rule.__doc__}", *complaints])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=place_of)
def test_cell_ids_come_from_the_file_name(path):
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.id for cell in cells] == [cell_id(path.stem, index) for index in range(len(cells))]


# --- masters, and what learners get of them --------------------------------------------------


def test_every_notebook_has_a_master_and_every_master_a_learner_s_copy():
    assert {master_of(path) for path in LEARNERS} == set(MASTERS)
    assert [path.name for path in LEARNERS] == [path.name for path in MASTERS]


@pytest.mark.parametrize("master", MASTERS, ids=lambda path: path.stem)
def test_both_notebooks_are_what_is_made_of_the_master(master):
    for job in jobs_of(master):
        stored = nbformat.read(job.path, as_version=4)
        assert list(map(written, stored.cells)) == list(map(written, job.notebook.cells))


def written(cell: NotebookNode) -> tuple[str, str, list[str]]:
    """Return what somebody wrote of a cell."""
    return cell.cell_type, cell.source, tags(cell)


def policy_cells(path: Path) -> list[NotebookNode]:
    """Return the cells of a notebook in which policies are written."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.source.startswith("%%policy")]


@pytest.mark.parametrize("master", MASTERS, ids=lambda path: path.stem)
def test_every_worked_answer_is_that_of_the_exercise_and_solves_it(master):
    for cell in policy_cells(master):
        magic, answer = split_solution(cell)
        assert is_tagged(cell, "solution")
        assert answer == find_exercise(magic.removeprefix("%%policy ")).file.answer.strip()
        assert said(cell).startswith("solved:")


@pytest.mark.parametrize("path", LEARNERS, ids=lambda path: path.stem)
def test_an_exercise_that_nobody_has_begun_says_so(path):
    for cell in policy_cells(path):
        assert cell.source.endswith(PLACEHOLDER)
        assert said(cell).startswith(NOT_SOLVED)


def said(cell: NotebookNode) -> str:
    """Return the words under a cell."""
    return str(cell.outputs[0].data["text/plain"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=place_of)
def test_every_exercise_in_a_notebook_exists(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    named = re.findall(r"""(?m)^%%policy (\S+)|lab\.exercise\(["']([\w-]+)["']\)""", text)
    assert {name or opened for name, opened in named} <= set(exercises())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=place_of)
def test_every_link_beside_a_notebook_leads_somewhere(path):
    text = "\n".join(source for _, source in prose(nbformat.read(path, as_version=4)))
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
        assert (path.parent / target).exists(), target


OPPOSITE = {
    **{"allowed": "denied", "denied": "allowed", "blocked": "allowed", "open": "closed"},
    **{"True": "False", "False": "True", "yes": "no", "no": "yes"},
}
VERDICT = re.compile(rf"\b({'|'.join(OPPOSITE)}|\d+)\b")


def turned_round(found: re.Match[str]) -> str:
    """Return another verdict than the one that was found, or another number."""
    word = found.group()
    return OPPOSITE[word] if word in OPPOSITE else str(int(word) + 1)


def turn_one_verdict(notebook: NotebookNode) -> int:
    """Change one stored verdict in place, and return which code cell (from 0) holds it."""
    for index, (_, cell) in enumerate(code_cells(notebook)):
        for output in cell.outputs:
            holder = output.get("data", output)
            key = "text/plain" if "data" in output else "text"
            changed, times = VERDICT.subn(turned_round, str(holder.get(key, "")), count=1)
            if times:
                holder[key] = changed
                return index
    raise AssertionError("this notebook stores no verdict that could be changed")


@pytest.mark.kernel
def test_a_changed_verdict_in_chapter_02_fails_that_cell_and_no_other(tmp_path):
    chapter = next(path for path in LEARNERS if path.name.startswith("02"))
    copy = tmp_path / chapter.name
    notebook = nbformat.read(chapter, as_version=4)
    changed = turn_one_verdict(notebook)
    nbformat.write(notebook, copy)
    assert failing_cells(copy) == [f"Cell {changed}"]


def failing_cells(path: Path) -> list[str]:
    """Run strict nbval on one notebook and return the names of the cells that fail."""
    report = path.with_suffix(".xml")
    nbval = ["--nbval", "--nbval-current-env", f"--rootdir={path.parent}", "-c", "pyproject.toml"]
    (path.parent / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", "utf-8")
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *nbval, f"--junit-xml={report}", path.name],
        cwd=path.parent,
        capture_output=True,
        timeout=300,
    )
    cases = xml.parse(report).getroot().iter("testcase")
    return [
        str(case.get("name")).rpartition("::")[2]
        for case in cases
        if case.find("failure") is not None
    ]


# --- the rules themselves, on a made-up notebook ---------------------------------------------


def made_up(*cells: NotebookNode) -> NotebookNode:
    """Return a small notebook that keeps every rule, with more cells at its end."""
    title = nbformat.v4.new_markdown_cell("# Who may talk?\n\n## Look\n\n![Two pods](pods.svg)")
    notebook = nbformat.v4.new_notebook(cells=[title, shown("web.allowed", "True"), *cells])
    return normalise(notebook, "notebook")


def shown(source: str, text: str = "", **more: object) -> NotebookNode:
    """Return a code cell that was run and showed a text."""
    output = nbformat.v4.new_output("execute_result", data={"text/plain": text, **more})
    return nbformat.v4.new_code_cell(source, outputs=[output] if text else [])


def printed(source: str, text: str, stream: str) -> NotebookNode:
    """Return a code cell that printed a text."""
    output = nbformat.v4.new_output("stream", name=stream, text=text)
    return nbformat.v4.new_code_cell(source, outputs=[output])


def failed(source: str, *tags: str) -> NotebookNode:
    """Return a code cell that stopped with an error."""
    output = nbformat.v4.new_output("error", ename="ManifestError", evalue="no", traceback=[])
    return nbformat.v4.new_code_cell(source, outputs=[output], metadata={"tags": list(tags)})


def markdown(source: str) -> NotebookNode:
    """Return a cell of prose."""
    return nbformat.v4.new_markdown_cell(source)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_good_notebook_has_no_complaints(rule):
    good = made_up(
        shown("%%policy\nfor: me;"),
        shown("%load_ext netpol_lab"),
        shown("board.set(time=3)"),
        shown("flow.time"),
        failed("load('broken')", "raises-exception"),
        markdown("### Deeper\n\n```\n# no heading\n![](no.png)\n```"),
    )
    assert list(rule(good)) == []


@pytest.mark.parametrize(
    ("rule", "cell"),
    [
        (rule_no_programming, shown("def f(): pass")),
        (rule_no_programming, shown("for pod in pods: show(pod)")),
        (rule_no_programming, shown("[show(pod) for pod in pods]")),
        (rule_nothing_unstable, shown("import random")),
        (rule_nothing_unstable, shown("from time import sleep")),
        (rule_nothing_unstable, shown("widgets.Output()")),
        (rule_nothing_unstable, shown("interact(f)")),
        (rule_nothing_unstable, shown("%matplotlib widget")),
        (rule_no_semicolon_at_a_line_end, shown("plot(x);")),
        (rule_headings_in_order, markdown("# A second title")),
        (rule_headings_in_order, markdown("#### Too deep")),
        (rule_images_have_alt_text, markdown("![ ](x.png)")),
        (rule_images_have_alt_text, markdown("<img src='x.png'>")),
        (rule_images_have_alt_text, markdown("<img src='x.png' alt=''>")),
        (rule_images_have_alt_text, shown("b", "b", **{"image/svg+xml": "<svg></svg>"})),
        (rule_no_errors_are_stored, failed("load('broken')")),
        (rule_no_errors_are_stored, printed("x", "Warning: old", "stderr")),
        (rule_nothing_is_left_unchecked, shown("# NBVAL_IGNORE_OUTPUT\nx")),
        (rule_nothing_of_this_machine, shown("x", "<Graph object at 0x7f3a90>")),
        (rule_nothing_of_this_machine, printed("x", str(ROOT / "shop.yaml"), "stdout")),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_broken_rule_is_noticed(rule, cell):
    assert list(rule(made_up(cell)))


def test_a_tag_that_hides_an_output_is_noticed():
    hidden = shown("x", "1")
    hidden.metadata["tags"] = ["nbval-ignore-output"]
    assert list(rule_nothing_is_left_unchecked(made_up(hidden)))


def test_an_execution_count_out_of_order_is_noticed():
    notebook = made_up(shown("x", "1"))
    notebook.cells[-1].execution_count = 7
    assert list(rule_outputs_are_stored(notebook))


def test_saved_widget_state_and_timings_are_noticed_and_taken_out():
    notebook = made_up()
    notebook.metadata["widgets"] = {"state": {}}
    notebook.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    assert len(list(rule_stored_in_the_one_shape(notebook))) == 2
    assert list(rule_stored_in_the_one_shape(normalise(notebook, "notebook"))) == []


def test_the_random_id_of_a_live_widget_is_left_out_where_there_is_something_else():
    live = {"application/vnd.jupyter.widget-view+json": {"model_id": "5f3a"}}
    notebook = made_up(shown("board", "web -> db allowed", **live))
    assert list(notebook.cells[-1].outputs[0].data) == ["text/plain"]


def test_one_verdict_is_turned_round_where_the_first_one_is():
    notebook = made_up()
    assert turn_one_verdict(notebook) == 0
    assert notebook.cells[1].outputs[0].data["text/plain"] == "False"
