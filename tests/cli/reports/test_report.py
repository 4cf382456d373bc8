"""Every command can write every format, and each is read by a reader of its own."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image

import netpol_lab as lab
from netpol_lab.checks.lint.run import lint
from netpol_lab.cli.reports.diff import DiffReport
from netpol_lab.cli.reports.draw import DrawReport
from netpol_lab.cli.reports.lint import LintReport
from netpol_lab.cli.reports.reach import reach_report
from netpol_lab.cli.reports.reach_query import Port, ReachQuery
from netpol_lab.cli.reports.report import as_json, png
from netpol_lab.model.ports import PortSet
from netpol_lab.pictures.scene import compose
from netpol_lab.reach.diff import diff
from netpol_lab.reach.reachability import reachability
from tests.helpers.reading_back import read_dot, read_mermaid

SHOP, ONE_WAY = lab.load("three-tier"), lab.load("one-way")
REPORTS = {
    "reach": reach_report(reachability(SHOP), ReachQuery()),
    "grid": reach_report(reachability(SHOP), ReachQuery(port=Port(5432))),
    "diff": DiffReport(diff(SHOP, SHOP.with_policies([])), ReachQuery()),
    "no-diff": DiffReport(diff(SHOP, SHOP), ReachQuery()),
    "lint": LintReport(ONE_WAY, lint(ONE_WAY)),
    "no-lint": LintReport(SHOP, ()),
    "draw": DrawReport(compose(SHOP, 5432)),
}
each = pytest.mark.parametrize("name", REPORTS)


def written(name, format):
    return "\n".join(REPORTS[name].lines(format))


@each
def test_json_is_json(name):
    assert isinstance(json.loads(written(name, "json")), dict | list)


@each
def test_csv_has_as_many_cells_in_every_row(name):
    rows = list(csv.reader(io.StringIO(written(name, "csv")), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows[0]) > 3


@each
def test_markdown_is_a_heading_a_table_and_a_summary(name):
    heading, *_, summary = written(name, "md").splitlines()
    assert heading.startswith("# ")
    assert summary


@each
def test_graphviz_and_mermaid_read_the_same_graph(name):
    drawn = read_dot(written(name, "dot"))
    # All at once, since Mermaid takes a second to start; then the answer is remembered.
    everything = read_mermaid(*(written(other, "mermaid") for other in REPORTS))
    read = everything[[*REPORTS].index(name)]
    assert sorted(drawn["node"]) == sorted(read["nodes"].values())
    assert len(drawn["edge"]) == len(read["edges"])


@each
def test_the_picture_is_one_svg_element_and_a_png(name):
    drawn = ElementTree.fromstring(written(name, "svg"))
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    image = Image.open(io.BytesIO(png(REPORTS[name].picture())))
    assert image.width == 2 * float(drawn.get("width"))


@each
def test_text_says_something(name):
    assert written(name, "text").strip()


def test_names_that_are_no_ascii_stay_as_they_are_in_json():
    assert as_json("ünï") == '"ünï"'
    assert json.loads(as_json(PortSet.every("SCTP"))) == {"SCTP": [[1, 65535]]}
