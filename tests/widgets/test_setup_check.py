"""The two-minute check: what it says when all is well, and when something is missing."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError

import netpol_lab as lab
from netpol_lab.widgets import setup_check
from tests.helpers.places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_here_all_is_well():
    assert lab.check_setup().endswith("This Python can run the course.")


def test_a_missing_package_is_named_with_what_to_do(monkeypatch):
    def version(name):
        if name == "anywidget":
            raise PackageNotFoundError(name)
        return "99.0"

    monkeypatch.setattr(setup_check, "version", version)
    said = str(lab.check_setup())
    assert "NO  anywidget 0.9 or newer: it is not installed" in said
    assert said.endswith("Run `make lab` again: it installs what is missing.")


def test_an_old_package_is_named_with_its_version(monkeypatch):
    monkeypatch.setattr(setup_check, "version", lambda name: "7.8.1")
    assert "NO  ipywidgets 8.1 or newer: here is 7.8" in lab.check_setup()


def test_a_version_that_is_no_number_counts_as_missing(monkeypatch):
    monkeypatch.setattr(setup_check, "version", lambda name: "unknown")
    assert "NO  pyyaml" in lab.check_setup()


def test_the_versions_asked_for_are_those_of_the_project():
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]]
    found = dict(re.fullmatch(r"([\w-]+)>=([\d.]+)", each).groups() for each in wanted)
    for name, least in setup_check.PACKAGES.items():
        assert tuple(map(int, found[name].split("."))) == least
    assert PROJECT["requires-python"] == ">=" + ".".join(map(str, setup_check.PYTHON))
