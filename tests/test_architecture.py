"""The house: ten rooms of a readable size, imports that point one way, a test file per module.

Who may import whom is in pyproject.toml (`[tool.importlinter]`); `make test` checks it.
"""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.places import PACKAGE, ROOT

ROOMS = (
    "model", "manifests", "engine", "reach", "advice", "checks", "pictures", "course", "widgets",
    "cli",
)  # fmt: skip
MODULES = sorted(file for file in PACKAGE.rglob("*.py") if not file.stem.startswith("__"))
HEAVY = ("numpy", "matplotlib", "networkx", "ipywidgets", "anywidget", "IPython", "traitlets")
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def follows_the_contract(folder):
    """Tell whether import-linter accepts the package in this folder."""
    run = subprocess.run([LINT_IMPORTS, "--no-cache"], cwd=folder, capture_output=True)
    return run.returncode == 0


@pytest.fixture
def copy(tmp_path):
    """A copy of the package and its contract."""
    shutil.copytree(PACKAGE, tmp_path / "netpol_lab", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_package_holds_ten_rooms_and_nothing_else():
    files = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*") if path.is_file())
    found = {file.parts[0] for file in files if "__pycache__" not in file.parts}
    base = {"harmless.py", "errors.py", "writing.py"}  # below all rooms
    assert found == {*ROOMS, *base, "data", "__init__.py", "__main__.py", "py.typed"}


@pytest.mark.parametrize("room", ROOMS)
def test_no_folder_of_a_room_has_more_than_24_modules(room):
    for folder in {file.parent for file in (PACKAGE / room).rglob("*.py")}:
        assert len(list(folder.glob("*.py"))) <= 24, folder


@pytest.mark.parametrize("module", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_module_is_over_450_lines(module):
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 450


def test_the_package_follows_the_contract(copy):
    assert follows_the_contract(copy)


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("engine/semantics.py", "from netpol_lab.reach.reachability import reachability"),
        ("model/objects.py", "from netpol_lab.manifests.loader import load"),
        ("pictures/svg.py", "from netpol_lab.widgets.board import explore"),
        ("checks/lint/codes.py", "from netpol_lab.checks.lint.run import lint"),
    ],
)
def test_an_import_that_points_the_wrong_way_is_refused(copy, module, planted):
    file = copy / "netpol_lab" / module
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{planted}\n", encoding="utf-8")
    assert not follows_the_contract(copy)


def test_a_room_that_the_contract_does_not_name_is_refused(copy):
    (copy / "netpol_lab" / "attic.py").write_text("")
    assert not follows_the_contract(copy)


def test_a_class_name_means_one_thing_but_for_the_wire_form_of_an_object():
    homes = {}
    for module in MODULES:
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, set()).add(str(module.relative_to(PACKAGE)))
    wire = "manifests/api_types.py"
    objects = ({"model/objects.py"}, {"model/services.py"}, {"pictures/nodes.py"})
    several = {name for name, places in homes.items() if len(places - {wire}) > 1}
    assert several == set()
    shared = [places - {wire} for places in homes.values() if len(places) > 1]
    assert all(places in objects for places in shared)


def test_asking_one_question_loads_no_heavy_package():
    program = (
        "import sys, netpol_lab as lab\n"
        "assert not lab.evaluate(lab.load('three-tier'), 'web', 'db', port=5432).allowed\n"
        f"print([name for name in {HEAVY} if name in sys.modules])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("module", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_every_module_has_its_test_file(module):
    place = module.relative_to(PACKAGE)
    assert (ROOT / "tests" / place.parent / f"test_{place.name}").is_file()
