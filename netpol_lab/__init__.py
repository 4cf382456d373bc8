"""Predict exactly what Kubernetes NetworkPolicies allow, and why.

One flow, with its reasons, and the smallest change that lets it through:

>>> import netpol_lab as lab
>>> shop = lab.load("three-tier")
>>> verdict = lab.evaluate(shop, "shop/web", "shop/db", port=5432)
>>> verdict.allowed
False
>>> print(verdict)
shop/web -> shop/db  TCP 5432: denied
  egress   shop/web is not isolated for egress
  ingress  shop/db is isolated by shop/db-access-ingress; no rule admits shop/web
           closest: rule 1 wants role=backend, shop/web has role=web
>>> lab.fix(verdict)
<Fix: in shop/db-access-ingress, let rule 1 also admit pods with app=myapp, role=web>

Every flow at once, what a change does, and what is legal and seldom meant:

>>> print(lab.draw(shop, port=5432).text.splitlines()[0])
TCP 5432: 4 of 6 connections allowed, 2 blocked
>>> print(str(lab.diff(shop.with_policies([]), shop)).splitlines()[0])
4 connections lost
>>> [finding.code for finding in lab.lint(shop)]
['NP105']

All of it works from code as well as by mouse:

>>> task = lab.exercise("two-tiers")
>>> task.check(task.file.answer).solved
True

The public names, as a learner meets them:

- read manifests: `load`, `from_kubectl`; what the API server and kubectl make of them: `review`,
  `describe`; what is refused: `ManifestError`; what plugins do differently: `Assumptions`
- one connection: `evaluate`, `fix`
- see it: `draw`, `explore` (live), `compare` (two variants)
- one question each, to play with: `explore_types`, `explore_selector`, `explore_ports`,
  `explore_block`, `explore_enforcement`, `explore_tiers`
- all connections: `reachability`, `diff`; as charts: `plot_matrix`, `plot_exposure`,
  `plot_coverage`
- check policies: `lint`, `expect`
- the course: `check_setup`, `course_map`, `predict`, `exercise`, `quiz`, `reset_progress`

Everything else is imported from its room: `netpol_lab.model.ports.PortSet`, for instance.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netpol_lab.advice.fix import fix
    from netpol_lab.checks.expectations import expect
    from netpol_lab.checks.lint.run import lint
    from netpol_lab.course.chapters import course_map, reset_progress
    from netpol_lab.engine.verdict import evaluate
    from netpol_lab.errors import ManifestError
    from netpol_lab.manifests.describe import describe
    from netpol_lab.manifests.kubectl import from_kubectl
    from netpol_lab.manifests.loader import load
    from netpol_lab.manifests.review import review
    from netpol_lab.model.assumptions import Assumptions
    from netpol_lab.pictures.charts.bars import plot_coverage, plot_exposure
    from netpol_lab.pictures.charts.matrix import plot_matrix
    from netpol_lab.pictures.svg import draw
    from netpol_lab.reach.diff import diff
    from netpol_lab.reach.reachability import reachability
    from netpol_lab.widgets.board import explore
    from netpol_lab.widgets.compare import compare
    from netpol_lab.widgets.explorers.enforcement import explore_enforcement
    from netpol_lab.widgets.explorers.ipblock import explore_block
    from netpol_lab.widgets.explorers.policy_types import explore_types
    from netpol_lab.widgets.explorers.selector import explore_selector
    from netpol_lab.widgets.explorers.service_port import explore_ports
    from netpol_lab.widgets.explorers.tiers import explore_tiers
    from netpol_lab.widgets.policy_cells import exercise
    from netpol_lab.widgets.prediction import predict
    from netpol_lab.widgets.quiz import quiz
    from netpol_lab.widgets.setup_check import check_setup

__version__ = "0.1.0"

# Where each public name lives; it is imported when it is first asked for.
_HOMES = {
    # manifests
    "load": "manifests.loader",
    "from_kubectl": "manifests.kubectl",
    "review": "manifests.review",
    "describe": "manifests.describe",
    "ManifestError": "errors",
    "Assumptions": "model.assumptions",
    # one connection
    "evaluate": "engine.verdict",
    "fix": "advice.fix",
    # pictures
    "draw": "pictures.svg",
    "explore": "widgets.board",
    "compare": "widgets.compare",
    # explorers: one question each
    "explore_types": "widgets.explorers.policy_types",
    "explore_selector": "widgets.explorers.selector",
    "explore_ports": "widgets.explorers.service_port",
    "explore_block": "widgets.explorers.ipblock",
    "explore_enforcement": "widgets.explorers.enforcement",
    "explore_tiers": "widgets.explorers.tiers",
    # all connections
    "reachability": "reach.reachability",
    "diff": "reach.diff",
    "plot_matrix": "pictures.charts.matrix",
    "plot_exposure": "pictures.charts.bars",
    "plot_coverage": "pictures.charts.bars",
    # checks
    "lint": "checks.lint.run",
    "expect": "checks.expectations",
    # the course
    "check_setup": "widgets.setup_check",
    "course_map": "course.chapters",
    "predict": "widgets.prediction",
    "exercise": "widgets.policy_cells",
    "quiz": "widgets.quiz",
    "reset_progress": "course.chapters",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])


if "IPython" in sys.modules:  # then cells may start with %%policy, and not just after an exercise
    import_module(f"{__name__}.widgets.policy_cells").offer_cells()
