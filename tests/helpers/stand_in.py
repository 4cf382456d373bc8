"""Programs that stand in for kubectl and kustomize: real executables on a PATH of their own."""

import json
import os
import stat
import sys

import pytest

on_unix = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a Unix executable")

PROGRAM = """#!{python}
import json, os, sys, time
with open({log!r}, "a", encoding="utf-8") as log:
    log.write(json.dumps([sys.argv, dict(os.environ)]) + "\\n")
{behaviour}
"""


def install(folder, monkeypatch, name, behaviour):
    """Put a program on PATH, alone; return a function that tells how it was called, each time."""
    folder.mkdir(exist_ok=True)
    program, log = folder / name, folder / f"{name}.log"
    text = PROGRAM.format(python=sys.executable, log=str(log), behaviour=behaviour)
    program.write_text(text, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))
    return lambda: (
        [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    )
