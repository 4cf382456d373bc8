"""tools/learner_copies.py: what learners get of a chapter with its solutions."""

from pathlib import Path

from learner_copies import (
    PLACEHOLDER,
    code,
    is_master,
    learner_copy,
    learner_path,
    markdown,
    master_of,
    tags,
    with_banner,
)
from make_notebooks import find_masters, jobs_of, normalise
from nbformat import v4, write

TITLE = markdown("# 4. Who is meant?")
ANSWER = code("%%policy one-door\nkind: NetworkPolicy\n", "solution")
NOTE = markdown("One line is enough.", "solution-note")


def copied(*cells):
    return learner_copy(v4.new_notebook(cells=[TITLE, *cells]), "04-who").cells[1:]


def test_a_worked_answer_becomes_an_empty_cell_and_a_folded_text():
    task, folded = copied(ANSWER, NOTE)
    assert task.source == f"%%policy one-door\n{PLACEHOLDER}"
    assert folded.source == (
        "<details>\n<summary>Worked answer</summary>\n\n"
        "```yaml\nkind: NetworkPolicy\n```\n\n"
        "One line is enough.\n\n"
        "The whole page with its solutions: [solutions/04-who.ipynb](solutions/04-who.ipynb)\n\n"
        "</details>"
    )


def test_a_worked_answer_without_a_note_is_followed_by_what_comes_next():
    _, folded, after = copied(ANSWER, markdown("## Check yourself"))
    assert "Check yourself" not in folded.source
    assert after.source == "## Check yourself"


def test_what_is_for_solutions_only_is_left_out():
    assert copied(code("guess.check()", "solution-only"), NOTE) == []


def test_other_cells_are_copied_with_their_tags_and_without_their_outputs():
    shown = code("town", "confusion-08")
    shown.outputs = [v4.new_output("execute_result", data={"text/plain": "3 pods"})]
    (cell,) = copied(shown)
    assert (cell.source, tags(cell), cell.outputs) == ("town", ["confusion-08"], [])


def test_the_empty_cell_keeps_the_other_tags_of_the_answer():
    task, _ = copied(code("%%policy x\na: 1", "solution", "confusion-08"))
    assert tags(task) == ["confusion-08"]


def test_the_master_itself_is_not_changed():
    master = v4.new_notebook(cells=[TITLE, ANSWER])
    learner_copy(master, "04-who")
    assert master.cells == [TITLE, ANSWER]


def test_a_master_says_what_it_is_and_says_it_once():
    master = v4.new_notebook(cells=[TITLE])
    twice = with_banner(with_banner(master, "04-who"), "04-who")
    assert [tags(cell) for cell in twice.cells] == [["solution-only"], []]
    assert "[4. Who is meant?](../04-who.ipynb)" in twice.cells[0].source


def test_both_notebooks_of_a_chapter_know_each_other():
    learner, master = Path("notebooks/04-who.ipynb"), Path("notebooks/solutions/04-who.ipynb")
    assert (master_of(learner), master_of(master), learner_path(master)) == (
        *(master, master),
        learner,
    )
    assert is_master(master)
    assert not is_master(learner)


def test_naming_either_notebook_names_the_chapter(tmp_path):
    learner, master = tmp_path / "04-who.ipynb", tmp_path / "solutions" / "04-who.ipynb"
    assert find_masters([learner, master]) == [master]


def test_a_learner_s_copy_is_made_for_a_new_master(tmp_path):
    (tmp_path / "solutions").mkdir()
    master = tmp_path / "solutions" / "04-who.ipynb"
    write(normalise(v4.new_notebook(cells=[TITLE, ANSWER]), "04-who"), master)
    made = {job.path: len(job.notebook.cells) for job in jobs_of(master)}
    assert made == {master: 3, tmp_path / "04-who.ipynb": 3}
