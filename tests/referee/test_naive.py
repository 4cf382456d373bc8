"""The referee agrees with every conformance case, so it may judge the package."""

import itertools
from fnmatch import fnmatch

import pytest
import yaml

from netpol_lab.manifests.text.yaml_reader import documents
from tests.helpers import places
from tests.referee import naive
from tests.referee.random_clusters import random_cluster, random_flows

CASES = sorted(places.CASES.glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_referee_agrees_with_the_case(path):
    case = yaml.safe_load(path.read_text())
    objects = manifests_of(case)
    expected = expand(case, objects)
    assert {flow: naive.allowed(objects, *flow) for flow in expected} == expected


def manifests_of(case):
    """The objects of a case; PyYAML reads them, but where the case is about its differences."""
    if "VAL-11" in case["semantics"]:
        return [document.value for document in documents(case["manifests"], case["name"])[0]]
    return list(yaml.safe_load_all(case["manifests"]))


def expand(case, objects):
    """The expected answer of every flow, with the matrix form written out."""
    pods = ["{namespace}/{name}".format(**each["metadata"]) for each in objects if is_pod(each)]
    probes = [(probe["port"], probe["protocol"]) for probe in case.get("probe_ports", [])]
    pairs = itertools.permutations(pods, 2)
    expected = {(*pair, *probe): case["expect_default"] for pair in pairs for probe in probes}
    for entry in case["expect"]:
        for flow in flows_of(entry, pods, probes):
            expected[flow] = entry["allowed"]
    return expected


def flows_of(entry, pods, probes):
    sources, destinations = (
        [pod for pod in pods if fnmatch(pod, entry[end])] if "*" in entry[end] else [entry[end]]
        for end in ("from", "to")
    )
    whole_matrix = probes and "port" not in entry
    ports = probes if whole_matrix else [(entry.get("port"), entry["protocol"])]
    pairs = [
        pair
        for pair in itertools.product(sources, destinations)
        if pair[0] != pair[1] or not probes
    ]
    return [(*pair, *port) for pair in pairs for port in ports]


def is_pod(value):
    return (value or {}).get("kind") == "Pod"


@pytest.mark.parametrize("seed", range(150))
def test_readings_that_are_left_out_to_save_time_do_not_matter(seed):
    objects = random_cluster(seed)
    referee = naive.Cluster(objects)
    for flow in random_flows(objects, seed, 10):
        assert referee.allowed(*flow) == referee.allowed(*flow, every_reading=True)
