"""What README.md and pages in docs/ show is what happens: their examples are run and compared.

- A ```python block is run; one with `>>>` also has its answers compared. The blocks are read as one
  session, from top to bottom.
- In a ```console block every `$ netpol-lab ...` line is run, at the top of the checkout (for
  docs/testing.md in the folder it speaks of), and must print exactly the lines under it (`...`
  stands for any text). A command with no lines under it only has to end well. Other commands
  (`$ make lab`) are not run.
- A ```yaml block that begins with `# a/file` is that file, word for word.
- `<!-- not run: reason -->` in the line above a block leaves it out.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.helpers.places import DOCS, ROOT

README = ROOT / "README.md"
TESTING = DOCS / "testing.md"
CONVERTING = DOCS / "converting.md"
EXAMPLE = ROOT / "examples" / "policy-tests"  # the repository that docs/testing.md speaks of
FENCE = re.compile(
    r"^(?P<not_run><!-- not run: .+ -->\n+)?```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
CHECKER = doctest.OutputChecker()


class Block(NamedTuple):
    """A fenced block: the line it starts at, its language and its text."""

    line: int
    language: str
    text: str


class Command(NamedTuple):
    """A command in a console block, and the output shown under it."""

    line: int
    words: list[str]
    shown: str


def blocks(markdown: str) -> list[Block]:
    """Return the fenced blocks that are to be run."""
    return [
        Block(markdown.count("\n", 0, found.start("text")) + 1, found["language"], found["text"])
        for found in FENCE.finditer(markdown)
        if not found["not_run"]
    ]


def run_python(text: str, session: dict[str, object], line: int) -> None:
    """Run a block of Python in the session, as a doctest where it has prompts."""
    if ">>>" not in text:
        exec(compile("\n" * (line - 1) + text, README.name, "exec"), session)
        return
    example = doctest.DocTestParser().get_doctest(text, session, README.name, README.name, line - 1)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    report: list[str] = []
    # The test keeps the session's own dictionary, so that later blocks see its names.
    example.globs = session
    runner.run(example, out=report.append, clear_globs=False)
    assert not runner.failures, "".join(report)


def commands(block: Block) -> list[Command]:
    """Return the `$ netpol-lab` commands of a console block, each with what is shown under it."""
    text = block.text.replace("\\\n", "")
    found = re.findall(r"^\$ (?P<command>[^\n]*)\n(?P<shown>(?:(?!\$ )[^\n]*\n)*)", text, re.M)
    read = [
        Command(block.line, shlex.split(command, comments=True), shown) for command, shown in found
    ]
    return [command for command in read if command.words[:1] == ["netpol-lab"]]


def run_command(command: Command, folder: Path = ROOT) -> None:
    """Run a command of ours and compare its output with what is shown."""
    pipes = [word for word in command.words if word in {"|", ">", "<", "&&", ";"}]
    assert not pipes, f"line {command.line}: {pipes[0]} needs a shell; show it without"
    done = subprocess.run(
        [str(our_program()), *command.words[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    if command.shown.strip():
        assert_same_text(command.shown, done.stdout.replace(os.sep, "/"))
    else:
        assert done.returncode == 0, done.stdout


def our_program() -> Path:
    """Return the installed `netpol-lab`, which lies beside the Python that runs this."""
    return Path(sys.executable).with_name("netpol-lab.exe" if os.name == "nt" else "netpol-lab")


def assert_same_text(shown: str, printed: str) -> None:
    """Compare without the spaces at the ends of lines; `...` stands for any text."""
    want, got = (without_trailing_space(text) for text in (shown, printed))
    if not CHECKER.check_output(want, got, doctest.ELLIPSIS):
        assert got == want


def without_trailing_space(text: str) -> str:
    """Return the text with line ends and the end tidied."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()).rstrip() + "\n"


def blocks_of(page: Path, *languages: str) -> list[Block]:
    """Return a page's blocks in one of these languages."""
    return [block for block in blocks(page.read_text("utf-8")) if block.language in languages]


def file_of(block: Block) -> Path | None:
    """Return the file of the example that a block shows, by its first line."""
    named = re.match(r"# (\S+\.ya?ml)\n", block.text)
    return EXAMPLE / named[1] if named else None


# --- the README -----------------------------------------------------------------------------


def test_readme_python_examples_say_what_happens():
    examples = blocks_of(README, "python", "pycon")
    assert examples, "README.md shows no Python"
    session: dict[str, object] = {"__name__": "readme"}
    for block in examples:
        run_python(block.text, session, block.line)


@pytest.mark.parametrize(
    ("page", "folder"),
    [(README, ROOT), (TESTING, EXAMPLE), (CONVERTING, ROOT)],
    ids=["README", "TESTING", "CONVERTING"],
)
def test_commands_print_what_is_shown(page, folder):
    shown = [command for block in blocks_of(page, "console") for command in commands(block)]
    assert shown, f"{page.name} shows no `$ netpol-lab` command"
    for command in shown:
        run_command(command, folder)


# --- docs/testing.md and its example -------------------------------------------------------------


def test_files_are_shown_as_they_are():
    shown = {file_of(block): block.text for block in blocks_of(TESTING, "yaml")}
    assert shown == {file: file.read_text("utf-8") for file in shown if file}


def test_the_snapshot_is_shown_as_it_is():
    (shown,) = blocks_of(TESTING, "csv")
    assert shown.text == (EXAMPLE / "reach.csv").read_text("utf-8")


def test_all_tests_and_workflows_of_the_example_are_shown():
    shown = {file_of(block) for block in blocks_of(TESTING, "yaml")}
    hidden = [*EXAMPLE.glob(".*.yml"), *EXAMPLE.glob(".*.yaml"), *EXAMPLE.glob(".github/*/*.yml")]
    assert shown == {*hidden, *(EXAMPLE / "tests").iterdir()}


def test_commands_of_the_workflows_end_well(tmp_path):
    copy = tmp_path / "repository"
    shutil.copytree(EXAMPLE, copy)
    jobs = yaml.safe_load((copy / ".github/workflows/netpol.yml").read_text("utf-8"))["jobs"]
    gitlab = yaml.safe_load((copy / ".gitlab-ci.yml").read_text("utf-8"))["network policies"]
    steps = [step["run"] for step in jobs["test"]["steps"] if "run" in step]
    ours = [line for line in (*steps, *gitlab["script"]) if line.startswith("netpol-lab ")]
    assert len(ours) == 6
    for line in ours:
        run_command(Command(0, shlex.split(line), ""), copy)
    assert (copy / gitlab["artifacts"]["reports"]["junit"]).exists()


def test_hooks_are_those_that_we_offer_and_end_well():
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    config = yaml.safe_load((EXAMPLE / ".pre-commit-config.yaml").read_text("utf-8"))
    (repository,) = config["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in offered]
    for asked, hook in zip(repository["hooks"], offered, strict=True):
        files = [str(path.relative_to(EXAMPLE).as_posix()) for path in EXAMPLE.rglob("*.yaml")]
        chosen = [name for name in files if re.search(asked.get("files", "$^"), name)]
        words = [*shlex.split(hook["entry"]), *hook.get("args", ()), *chosen]
        run_command(Command(0, words, ""), EXAMPLE)


# --- the readers themselves -----------------------------------------------------------------


def test_a_block_is_found_with_its_line_and_can_be_left_out():
    text = (
        "# Title\n\n```python\nx = 1\n```\n<!-- not run: needs a cluster -->\n```python\ny\n```\n"
    )
    assert blocks(text) == [Block(4, "python", "x = 1\n")]


def test_names_of_one_block_are_known_in_the_next():
    session: dict[str, object] = {}
    run_python("x = 1\n", session, 1)
    run_python(">>> y = x + 1\n>>> y\n2\n", session, 5)
    run_python("assert y == 2\n", session, 9)


def test_a_wrong_answer_fails():
    with pytest.raises(AssertionError, match="Expected"):
        run_python(">>> 1 + 1\n3\n", {}, 1)


def test_only_our_commands_are_run_each_with_the_lines_under_it():
    ours = "$ netpol-lab lint a.yaml  # look\nNP101 here\n\nmore\n$ netpol-lab x \\\n  y\n"
    text = "$ make lab\nStarting\n" + ours
    assert [command[1:] for command in commands(Block(1, "console", text))] == [
        (["netpol-lab", "lint", "a.yaml"], "NP101 here\n\nmore\n"),
        (["netpol-lab", "x", "y"], ""),
    ]


def test_shown_output_may_leave_text_out_but_may_not_differ():
    assert_same_text("one\n...\nthree\n", "one\ntwo\nthree\n")
    with pytest.raises(AssertionError):
        assert_same_text("allowed\n", "denied\n")
