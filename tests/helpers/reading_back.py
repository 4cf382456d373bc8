"""Real readers of what netpol-lab writes: Graphviz, and Mermaid's own parser.

Where they are not installed, tests that need them are skipped; with REQUIRE_READERS=1 they fail.
`npm ci --prefix tests/readers` installs Mermaid.
"""

import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from functools import cache

import pytest

from tests.helpers.places import ROOT

READERS = ROOT / "tests" / "readers"
SVG = "{http://www.w3.org/2000/svg}"


def need(there, what):
    """Skip the test where a reader is not installed; fail where it has to be."""
    if not there and os.environ.get("REQUIRE_READERS") == "1":
        pytest.fail(f"{what} is not installed")
    if not there:
        pytest.skip(f"{what} is not installed")


def read_dot(text):
    """Return what Graphviz draws: the words on nodes, edges and clusters."""
    need(shutil.which("dot"), "Graphviz")
    run = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr.decode()
    assert not run.stderr, run.stderr.decode()
    drawn = ElementTree.fromstring(run.stdout)
    return {kind: _words(drawn, kind) for kind in ("graph", "cluster", "node", "edge")}


def _words(drawn, kind):
    groups = [group for group in drawn.iter(f"{SVG}g") if group.get("class") == kind]
    return [
        " ".join("".join(text.itertext()) for text in group.findall(f"{SVG}text"))
        for group in groups
    ]


@cache
def _read_mermaid(texts):
    need((READERS / "node_modules" / "mermaid").is_dir(), "Mermaid")
    run = subprocess.run(
        ["node", READERS / "mermaid.mjs"],
        input=json.dumps(texts).encode(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    return json.loads(run.stdout)


def read_mermaid(*texts):
    """Return what Mermaid understands of each text: nodes, edges and groups."""
    found = _read_mermaid(texts)
    errors = [reading["error"] for reading in found if "error" in reading]
    assert not errors, errors
    return found
