"""What people reported, or what was found in public manifests: the right answer to each.

Every folder of `tests/reports/` has manifests. The file beside it, of the same name, has the
commands that are typed there: the exit status, what the answer says (regular expressions), and
what it never says. What is still wrong is marked `later`: whoever mends it takes the mark away.
"""

import re
import shlex
from pathlib import Path

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.cli.main import main
from tests.helpers.places import ROOT

REPORTS = sorted((ROOT / "tests" / "reports").glob("*.yaml"))
KEYS = {"run", "status", "says", "never", "later"}
CHARTS = {"plot_matrix": lab.plot_matrix, "plot_exposure": lab.plot_exposure}


def checks():
    for report in REPORTS:
        held = yaml.safe_load(report.read_text(encoding="utf-8"))
        for number, check in enumerate(held["commands"], 1):
            waits = pytest.mark.xfail(reason="advice and lint come later", strict=True)
            marks = [waits] if check.get("later") else []
            yield pytest.param(report, check, id=f"{report.stem}-{number}", marks=marks)


def answer(check, capsys):
    """The exit status of a command, or None for a chart, and all that was said."""
    command, *words = shlex.split(check["run"])
    if command in CHARTS:
        return None, CHARTS[command](lab.load(Path(*words))).text
    status = main([command, *words])
    return status, "\n".join(capsys.readouterr())


@pytest.mark.parametrize(("report", "check"), [*checks()])
def test_the_answer_is_right(report, check, capsys, monkeypatch):
    monkeypatch.chdir(report.with_suffix(""))
    status, said = answer(check, capsys)
    assert "status" not in check or status == check["status"], said
    for words in check.get("says", ()):
        assert re.search(words, said), said
    for words in check.get("never", ()):
        assert not re.search(words, said), said


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.stem)
def test_a_report_is_a_sentence_and_what_to_type(report):
    held = yaml.safe_load(report.read_text(encoding="utf-8"))
    assert set(held) <= {"proves", "source", "commands"}
    assert held["proves"][0].isupper()
    assert all({"run"} <= check.keys() <= KEYS for check in held["commands"])


def test_every_report_is_here():
    assert [int(report.name[:2]) for report in REPORTS] == [*range(1, 71)]
