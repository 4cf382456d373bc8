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
<Fix: in shop/db-access-ingress, let rule 1 also admit pods with role=web>

Every flow at once: as sets (`reachability`), as a picture (`draw`), as numbers (`plot_matrix`),
and what changes between two clusters (`diff`). `lint` tells what is legal and seldom meant:

>>> print(lab.draw(shop, port=5432).text.splitlines()[0])
TCP 5432: 4 of 6 connections allowed, 2 blocked
>>> print(str(lab.diff(shop.with_policies([]), shop)).splitlines()[0])
4 connections lost
>>> [finding.code for finding in lab.lint(shop)]
['NP105']

To play with in a notebook: `explore` and its kin. To learn with: `course_map`, `predict`,
`exercise` and `quiz`. All of them work from code as well as by mouse:

>>> task = lab.exercise("two-tiers")
>>> task.check(task.file.answer).solved
True
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netpol_lab.assumptions import Assumptions
    from netpol_lab.changes import diff
    from netpol_lab.cluster import Cluster, Flow
    from netpol_lab.course import course_map, reset_progress
    from netpol_lab.described import describe
    from netpol_lab.errors import ManifestError, NetpolError
    from netpol_lab.expecting import expect
    from netpol_lab.explorers.blocks import explore_block
    from netpol_lab.explorers.enforcement import explore_enforcement
    from netpol_lab.explorers.port_walk import explore_ports
    from netpol_lab.explorers.selectors import explore_selector
    from netpol_lab.explorers.types import explore_types
    from netpol_lab.fixes import fix
    from netpol_lab.linting.findings import Finding, lint
    from netpol_lab.live import from_kubectl
    from netpol_lab.manifests import load
    from netpol_lab.model import Pod, Policy
    from netpol_lab.plots.bars import plot_coverage, plot_exposure
    from netpol_lab.plots.heat import plot_matrix
    from netpol_lab.policy_cells import exercise
    from netpol_lab.ports import PortSet
    from netpol_lab.predictions import predict
    from netpol_lab.quizzes import quiz
    from netpol_lab.reach import reachability
    from netpol_lab.reviews import review
    from netpol_lab.setup_check import check_setup
    from netpol_lab.svg import draw
    from netpol_lab.variants import compare
    from netpol_lab.verdict import Verdict, evaluate
    from netpol_lab.widgets import explore

__version__ = "0.1.0"

_HOMES = {
    # what there is
    "Cluster": "cluster",
    "Flow": "cluster",
    "Pod": "model",
    "Policy": "model",
    "PortSet": "ports",
    "Assumptions": "assumptions",
    "NetpolError": "errors",
    "ManifestError": "errors",
    # manifests in, and how an API server and kubectl see them
    "load": "manifests",
    "from_kubectl": "live",
    "review": "reviews",
    "describe": "described",
    # questions
    "evaluate": "verdict",
    "Verdict": "verdict",
    "fix": "fixes",
    "reachability": "reach",
    "diff": "changes",
    "expect": "expecting",
    "lint": "linting.findings",
    "Finding": "linting.findings",
    # pictures
    "draw": "svg",
    "compare": "variants",
    "plot_matrix": "plots.heat",
    "plot_exposure": "plots.bars",
    "plot_coverage": "plots.bars",
    # to play with
    "explore": "widgets",
    "explore_types": "explorers.types",
    "explore_selector": "explorers.selectors",
    "explore_ports": "explorers.port_walk",
    "explore_block": "explorers.blocks",
    "explore_enforcement": "explorers.enforcement",
    # the course
    "check_setup": "setup_check",
    "course_map": "course",
    "reset_progress": "course",
    "predict": "predictions",
    "exercise": "policy_cells",
    "quiz": "quizzes",
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
    import_module(f"{__name__}.policy_cells").offer_cells()
