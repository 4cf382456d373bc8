"""Clusters to predict: never trivial, always answerable, the same for the same seed."""

import subprocess
import sys

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.course.practice.chapters import THEMES
from netpol_lab.course.practice.deals import MOST_FLOWS, deal
from netpol_lab.errors import UnknownNameError
from tests.referee import naive

DEALT = [(chapter, level, seed) for chapter in THEMES for level in MOST_FLOWS for seed in range(8)]


@pytest.mark.parametrize(("chapter", "level", "seed"), DEALT)
def test_some_flows_are_allowed_and_some_blocked_says_an_independent_reader(chapter, level, seed):
    dealt = deal(chapter, level, seed)
    referee = naive.Cluster(list(yaml.safe_load_all(dealt.manifests)))
    answers = {flow: referee.allowed(*flow, dealt.port, dealt.protocol) for flow in dealt.flows}
    assert set(answers.values()) == {True, False}
    assert len(answers) == len(dealt.flows) <= MOST_FLOWS[level]
    for flow, answer in answers.items():
        assert lab.evaluate(dealt.cluster, *flow, dealt.port, dealt.protocol).allowed is answer


@pytest.mark.parametrize("level", MOST_FLOWS)
def test_what_makes_it_difficult_is_said_in_words(level):
    dealt = deal("04", level, seed=2)
    assert dealt.says.startswith(f"{level.title()}: {len(dealt.cluster.pods)} pods in ")
    assert dealt.says.endswith("wrong here.")


def test_the_reader_gets_every_pod_and_all_policies():
    dealt = deal("08", "hard", seed=1)
    assert all(str(pod) in dealt.pods for pod in dealt.cluster.pods)
    assert lab.load(dealt.policies).policies == dealt.cluster.policies
    assert lab.load(dealt.manifests).policies == dealt.cluster.policies


def test_outside_addresses_are_those_that_take_part():
    for seed in range(10):
        dealt = deal("08", "medium", seed)
        used = {end for flow in dealt.flows for end in flow if "/" not in end}
        assert {address for _, address in dealt.outside} == used


def test_the_same_seed_gives_the_same_deal_in_another_process_too():
    program = (
        "from netpol_lab.course.practice.deals import deal; print(deal('05', 'hard', 3).manifests)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.strip() == deal("05", "hard", 3).manifests
    assert deal("05", "hard", 3).flows == deal("05", "hard", 3).flows


def test_an_unknown_chapter_or_level_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="There are: 01, 02"):
        deal("xyz")
    with pytest.raises(UnknownNameError, match="Did you mean medium"):
        deal("01", "mediun")
