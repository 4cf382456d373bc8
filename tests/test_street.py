"""The architecture is a test: modules stand in one street, and imports only point back up it.

A new module must be given its place. Reading order is dependency order is teaching order.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "netpol_lab"

STREET = (
    # nouns
    "errors", "intervals", "bits", "addresses", "ports", "assumptions", "model", "cluster",
    "parts",
    # the door: manifests in, and out again
    "fields", "slips", "scalars", "positions", "reading", "sources", "api", "decoding", "workloads",
    "kinds", "validation", "defaulting", "manifests", "live", "writing",
    # meaning, and one flow with its reasons
    "ends", "resolve", "verdict", "nearmiss", "explain",
    # a policy as kubectl prints it, a text as the API server takes it, tests as data
    "described", "reviews", "expectations", "expecting", "junit",
    # every flow at once, and what changed
    "frame", "views", "grants", "port_classes", "planes", "overlay", "groups",
    "grids", "paths", "reach", "changes",
    # what to change, and the lines that decide
    "edits", "fixes", "excerpts", "reasons",
    # what is legal and probably not meant
    "linting.codes", "linting.survey", "linting.probes", "linting.witnesses", "linting.suspicions",
    "linting.dns", "linting.labels", "linting.coverage",
    "linting.isolation", "linting.selectors", "linting.wide_peers", "linting.peers",
    "linting.rules", "linting.listening", "linting.other_end", "linting.blocks",
    "linting.redundancy", "linting.generosity", "linting.findings",
    # the picture, as facts, then as shapes, then painted
    "columns", "traffic", "shapes", "captions", "layout", "diagram", "matrix", "scene",
    "svg", "figure", "policy_types",
    # explorers: one question each, as facts and as a picture
    "explorers.paper",
    "explorers.selector_yaml", "explorers.selection_sheet", "explorers.selection",
    "explorers.pins", "explorers.scale", "explorers.line_sheet", "explorers.number_line",
    "explorers.walk_sheet", "explorers.walk", "explorers.plugins",
    # charts of a whole cluster
    "plots.chart", "plots.facts", "plots.heat", "plots.bars",
    # what an exercise says and wants
    "scenario_fields", "scenario_complaints", "scenario", "goals", "astray", "deciding",
    "goal_tables", "scenario_checks",
    # answers in nine formats
    "reports.progress", "reports.tables", "reports.graphs", "reports.pages", "reports.report",
    "reports.reach", "reports.changes", "reports.findings", "reports.pictures",
    "reports.snapshots", "reports.delivery",
    # clusters and questions made from a seed
    "practice.written", "practice.misreadings", "practice.towns", "practice.first_steps",
    "practice.meant_peers", "practice.reached_ports", "practice.outer_world", "practice.whole",
    "practice.themes", "practice.deals", "practice.questions", "practice.variant_questions",
    "practice.open_questions", "practice.clinic", "practice.topics",
    # the course, and what a learner has done of it
    "display", "progress_file", "progress", "course",
    # boards: a live picture, and why
    "panel", "traffic_map", "still_map", "controls", "twin", "widgets",
    # tasks and explorers on a page
    "cards", "variants",
    "explorers.explorer", "explorers.types", "explorers.selectors", "explorers.blocks",
    "explorers.port_walk", "explorers.enforcement",
    "marking", "predictions", "exercises", "policy_cells", "quizzes",
    # the command line
    "setup_check", "command_options", "report_commands", "scenario_commands", "learners",
    "learner_commands", "cli",
)  # fmt: skip

# Imported inside a function, for display only: what prints itself may ask for its words.
DISPLAY_HOOKS = {("verdict", "explain"), ("svg", "figure")}
OUTSIDE_THE_STREET = {"__init__", "__main__"}  # the sign at its entrance

HEAVY = ("numpy", "matplotlib", "networkx", "ipywidgets", "anywidget", "IPython", "traitlets")
ONLY_LATE = STREET[: STREET.index("traffic_map")]  # these import the standard library and PyYAML


def imports_of(module):
    """Yield (imported module, whether at the top level) for a module of the package."""
    tree = ast.parse(file_of(module).read_text(encoding="utf-8"))
    top_level = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("netpol_lab"):
            _, _, name = (node.module or "").partition(".")
            inside = [f"{name}.{alias.name}".lstrip(".") for alias in node.names]
            for found in inside if (PACKAGE / name).is_dir() else [name]:
                yield found, id(node) in top_level
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            )
            for name in names:
                yield f"outside:{(name or '').partition('.')[0]}", id(node) in top_level


def file_of(module):
    return PACKAGE / f"{module.replace('.', '/')}.py"


def test_every_module_has_its_place_in_the_street():
    modules = {file for file in PACKAGE.rglob("*.py") if file.stem not in OUTSIDE_THE_STREET}
    assert modules == set(map(file_of, STREET))


@pytest.mark.parametrize("module", STREET)
def test_imports_only_point_back_up_the_street(module):
    for imported, at_top in imports_of(module):
        if imported.startswith("outside:") or imported not in STREET:
            continue
        if not at_top and (module, imported) in DISPLAY_HOOKS:
            continue
        assert STREET.index(imported) < STREET.index(module), f"{module} imports {imported}"


@pytest.mark.parametrize("module", ONLY_LATE)
def test_heavy_packages_are_imported_where_they_are_used(module):
    at_once = {imported for imported, at_top in imports_of(module) if at_top}
    assert at_once.isdisjoint(f"outside:{name}" for name in HEAVY)


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


def test_every_module_has_its_test_file():
    tested = {file.stem.removeprefix("test_") for file in Path(__file__).parent.glob("test_*.py")}
    assert {module.replace(".", "_") for module in STREET} - tested == set()
