"""CONTRIBUTING.md and docs/architecture.md name places that exist."""

import ast
import doctest
import re

import pytest

from tests.helpers.places import DOCS, PACKAGE, ROOT

MAP = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?!I want|-)(?P<change>[^|]+) \| (?P<places>.+) \|$", re.MULTILINE)
PLACE = re.compile(r"`([\w/]+)(\.py|\.md|\.\w+|/)`")
ROWS = {row["change"]: PLACE.findall(row["places"]) for row in ROW.finditer(MAP)}
ARCHITECTURE = DOCS / "architecture.md"
MODULES = {str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py")}


def names_in(module):
    """Return the functions and classes that a module defines."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@pytest.mark.parametrize("change", ROWS)
def test_every_place_in_a_row_of_the_map_is_there(change):
    room = PACKAGE
    for path, end in ROWS[change]:
        if any(
            (folder / f"{path}{end}").exists() for folder in (ROOT, PACKAGE / "data" / "static")
        ):
            continue
        if end == "/":
            room = PACKAGE / path
            assert room.is_dir(), path
            continue
        *folders, name = path.split("/")
        if folders:  # what follows in a row without a folder is in the same one
            room = PACKAGE.joinpath(*folders)
        module = room / f"{name}.py"
        assert module.is_file(), path + end
        assert end == ".py" or end[1:] in names_in(module), f"{module.name} has no {end[1:]}"


def test_the_map_is_one_screen_of_many_rows():
    assert len(ROWS) >= 20
    assert len(MAP.splitlines()) <= 80


def test_every_room_is_on_both_pages():
    rooms = {module.partition("/")[0] for module in MODULES if "/" in module}
    assert all(re.search(rf"^  {room} ", MAP, re.MULTILINE) for room in rooms)
    assert all(f"| `{room}` |" in ARCHITECTURE.read_text(encoding="utf-8") for room in rooms)


def test_every_module_that_the_architecture_names_is_there():
    named = re.findall(r"`([\w/]+\.py)`", ARCHITECTURE.read_text(encoding="utf-8"))
    assert len(named) > 30
    known = {name for module in MODULES for name in (module, module.rpartition("/")[2])}
    assert [name for name in named if name not in known and not (ROOT / name).is_file()] == []


def test_the_example_of_the_architecture_prints_what_is_shown():
    assert doctest.testfile(str(ARCHITECTURE), module_relative=False).failed == 0


@pytest.mark.parametrize(
    "room", sorted(path.name for path in PACKAGE.glob("*/") if (path / "__init__.py").is_file())
)
def test_a_room_says_where_to_enter_it_and_what_it_may_import(room):
    said = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8")))
    entries = [name.split(".") for name in re.findall(r"`([a-z_]+(?:\.\w+)+)`", said)]
    inside = [
        entry
        for entry in entries
        if (PACKAGE / room / entry[0]).with_suffix(".py").is_file()
        or (PACKAGE / room / entry[0]).is_dir()
    ]
    assert inside
    assert "mport" in said
    for *module, name in inside:
        assert name in names_in(PACKAGE.joinpath(room, *module).with_suffix(".py")), name
