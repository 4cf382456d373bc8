"""Where things lie in the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "netpol_lab"
NOTEBOOKS = ROOT / "notebooks"
DOCS = ROOT / "docs"
CASES = ROOT / "tests" / "cases"
LINT_CASES = ROOT / "tests" / "checks" / "lint" / "cases"
