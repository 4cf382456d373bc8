"""The benchmarks: their clusters are valid and always the same, answers are compared well."""

import json
import runpy
import sys

import pytest

from tests.helpers.places import ROOT

sys.path.append(str(ROOT / "benchmarks"))

import _generated
import growth
import rival

import netpol_lab as lab

THEIRS = """\
global: cluster has 3 unique endpoints, 1 namespaces
x/a[Deployment] => x/b[StatefulSet] : {protocols:TCP,dst_ports:80,90-99}
x/a[Deployment] => x/b[StatefulSet] : {protocols:TCP, UDP,dst_ports:53}
10.0.0.0-10.0.0.7 => x/b[StatefulSet] : All connections
10.0.0.8-126.255.255.255 => x/b[StatefulSet] : All connections
"""
TCP_AND_UDP = {"TCP": [[53, 53], [80, 80], [90, 99]], "UDP": [[53, 53]]}
ALL = {protocol: [[1, 65535]] for protocol in ("TCP", "UDP", "SCTP")}
OURS = [
    {"from": "x/a", "to": "x/b", "ports": TCP_AND_UDP},
    {"from": "10.0.0.0-126.255.255.255", "to": "x/b", "ports": ALL},
    {"from": "2001:db8::-2001:db8::ffff", "to": "x/b", "ports": ALL},
]


def test_the_same_cluster_is_generated_every_time():
    assert _generated.as_yaml(_generated.shop_floor(40, 44)) == _generated.as_yaml(
        _generated.shop_floor(40, 44)
    )


@pytest.mark.parametrize("make", [_generated.templates, _generated.all_different])
def test_clusters_that_grow_have_the_size_they_are_asked_for(make):
    cluster = lab.load(_generated.as_json(make(100, 50)))
    assert (len(cluster.pods), len(cluster.policies)) == (100, 50)


def test_cluster_wide_policies_that_are_measured_are_valid():
    made = runpy.run_path(str(ROOT / "benchmarks" / "tiers.py"))["cluster_policy"]
    objects = [*_generated.templates(100, 50), *map(made, range(100))]
    assert len(lab.load(_generated.as_json(objects)).cluster_policies) == 100


def test_manifests_for_both_programs_are_valid():
    cluster = lab.load(_generated.as_yaml(_generated.shop_floor(40, 44)))
    assert len({pod.workload for pod in cluster.pods}) == 40
    assert len(cluster.policies) == 44


def test_answers_that_say_the_same_in_other_words_do_not_differ():
    ours = rival.our_answer(json.dumps({"connections": OURS}))
    assert [*rival.differing(ours, rival.their_answer(THEIRS))] == []


@pytest.mark.parametrize("change", [("90-99", "90-98"), ("0.7 ", "0.6 "), ("=> x/b", "=> x/a")])
def test_answers_that_differ_are_told(change):
    ours = rival.our_answer(json.dumps({"connections": OURS}))
    assert [*rival.differing(ours, rival.their_answer(THEIRS.replace(*change)))]


def test_growth_is_measured():
    pytest.importorskip("resource", reason="memory is measured on Unix")
    measured = growth.measured("all different", "40x10")
    assert measured.loading > 0
    assert 1 < measured.megabytes < 5000
