"""The heat map of who reaches whom."""

import re

import pytest

import netpol_lab as lab
from netpol_lab.errors import FlowError, NetpolError
from netpol_lab.pictures.charts.matrix import plot_matrix
from netpol_lab.pictures.shapes import Path, Text
from tests.pictures.charts.test_counts import UNDEFINED

SHOP = lab.load("three-tier")


def words(picture):
    return [shape.words for shape in picture.scene.sheet.walk() if isinstance(shape, Text)]


def test_every_row_of_the_table_is_in_the_picture():
    assert {"shop/web", "shop/backend", "shop/db", "outside"} <= set(words(plot_matrix(SHOP)))


def test_two_maps_are_named_and_what_differs_is_said_twice():
    picture = plot_matrix(SHOP.with_policies([]), SHOP)
    assert {"before", "after"} <= set(words(picture))
    assert "100% -> 0%" in picture.text


def test_many_workloads_are_put_together_by_namespace():
    assert "to catalog" in plot_matrix(lab.load("market")).text
    assert "to catalog/api" in plot_matrix(lab.load("market"), by="workload").text


def test_one_port_counts_pods():
    picture = plot_matrix(SHOP, port=5432)
    assert "may reach on TCP 5432" in picture.text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"port": 99999}, "99999 is not a port: ports go from 1 to 65535"),
        ({"port": 0}, "0 is not a port"),
        ({"port": True}, "a number from 1 to 65535; got True"),
        ({"port": "api"}, "a number from 1 to 65535; got 'api'"),
        ({"port": 80, "protocol": "ICMP"}, "say nothing about ICMP: ask about a port of TCP, UDP"),
        ({"port": 80, "protocol": "TPC"}, 'no protocol "TPC". Did you mean TCP'),
        ({"protocol": "UDP"}, "UDP needs a port"),
        ({"protocol": "ESP"}, "say nothing about ESP"),
    ],
    ids=str,
)
def test_what_is_no_port_is_refused_in_words(asked, words):
    with pytest.raises(FlowError, match=re.escape(words)):
        plot_matrix(SHOP, **asked)


def test_a_protocol_may_be_written_in_small_letters():
    assert "may reach on UDP 53." in plot_matrix(SHOP, port=53, protocol="udp").text


def test_where_nobody_listens_the_port_is_asked_for():
    silent = lab.load("apiVersion: v1\nkind: Pod\nmetadata: {name: a}")
    with pytest.raises(NetpolError, match="name one, port=80"):
        plot_matrix(silent)


@pytest.mark.parametrize("by", ["node", 3])
def test_another_grouping_is_refused_in_words(by):
    with pytest.raises(NetpolError, match=rf'"{by}".*workload'):
        plot_matrix(SHOP, by=by)


def test_too_many_groups_are_refused_with_a_way_out():
    pods = "\n---\n".join(
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}}}\n"
        "spec: {containers: [{name: c, image: c, ports: [{containerPort: 80}]}]}"
        for i in range(50)
    )
    with pytest.raises(NetpolError, match='try by="namespace"'):
        plot_matrix(lab.load(pods), by="workload")


def test_nothing_is_written_outside_the_paper():
    for picture in (
        plot_matrix(lab.load("market"), SHOP),
        plot_matrix(lab.load("market"), by="workload"),
    ):
        sheet = picture.scene.sheet
        boxes = [shape.box for shape in sheet.walk() if isinstance(shape, Text)]
        assert all(b.x >= 0 and b.right <= sheet.width and b.bottom <= sheet.height for b in boxes)


def test_what_is_undefined_is_hatched_and_a_range():
    found = plot_matrix(lab.load(UNDEFINED))
    assert "a/job    50-100%" in found.text
    assert "50–100" in words(found)
    assert "Hatched: undefined." in found.text
    stripes = [shape for shape in found.scene.sheet.walk() if isinstance(shape, Path)]
    assert len(stripes) == 2  # the cell, and the sample that explains it
    assert not [shape for shape in plot_matrix(SHOP).scene.sheet.walk() if isinstance(shape, Path)]


def test_stripes_stay_inside_their_box_and_letters_stand_on_plain_ground():
    sheet = plot_matrix(lab.load(UNDEFINED)).scene.sheet
    steps = [step for shape in sheet.walk() if isinstance(shape, Path) for step in shape.steps]
    assert all(0 <= x <= sheet.width and 0 <= y <= sheet.height for _, x, y in steps)
