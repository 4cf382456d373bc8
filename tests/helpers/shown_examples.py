"""What --help shows, to be typed in a folder that holds what its examples name."""

import io
import shlex
import shutil

from netpol_lab.cli.main import main
from tests.helpers.places import PACKAGE, ROOT

POLICY_TESTS = ROOT / "examples" / "policy-tests"
SHOP = PACKAGE / "data" / "scenarios" / "three-tier.yaml"
FILES = ("shop.yaml", "old.yaml", "new.yaml", "dump.json", "db-policy.yaml", "namespaces.yaml")


def examples_in(text):
    """The words of each command that a help text shows, without netpol-lab and what is said of it.

    The first word is "|" where the command reads what another one prints.
    """
    found = []
    for line in text.splitlines():
        before, name, rest = line.partition("netpol-lab ")
        if name and line.startswith("  "):
            words = shlex.split(rest.partition("   ")[0])
            found.append([*(["|"] if "|" in before else []), *words])
    return found


def repository_of(folder):
    """Return a folder with deployments, policies, tests, and one file under many names."""
    for name in ("deploy", "policies", "tests"):
        shutil.copytree(POLICY_TESTS / name, folder / name)
    for name in ("main/policies", "old", "new"):
        shutil.copytree(POLICY_TESTS / "policies", folder / name)
    dns = "{apiVersion: v1, kind: Pod, metadata: {name: dns, namespace: kube-system}}"
    for name in FILES:
        (folder / name).write_text(f"{SHOP.read_text('utf-8')}\n---\n{dns}\n", "utf-8")
    return folder


def typed(words, folder, monkeypatch):
    """Run a command in a folder; what it reads from another one are the policies."""
    monkeypatch.chdir(folder)
    if words[0] == "|":
        piped = (folder / "policies" / "tiers.yaml").read_bytes()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped)))
        words = words[1:]
    status = main(words)
    assert status in (0, 1), (words, status)
    return status
