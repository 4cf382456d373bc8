"""The clusters of `practice.outer_world`: legal, told by their seed, and as big as asked."""

from random import Random

import pytest

import netpol_lab as lab
from netpol_lab.practice.outer_world import enforced, outside
from netpol_lab.practice.towns import LEVELS

DRAWS = (outside, enforced)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("level", LEVELS)
def test_every_cluster_is_legal_and_read_as_it_is_written(draw, level):
    for seed in range(15):
        situation = draw(Random(seed), level)
        assert lab.load(situation.manifests).policies == situation.cluster.policies
        assert situation.policies


@pytest.mark.parametrize("draw", DRAWS)
def test_the_same_seed_gives_the_same_cluster_and_others_another(draw):
    texts = [draw(Random(f"s{seed}"), "medium").manifests for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


@pytest.mark.parametrize("draw", DRAWS)
def test_harder_means_more_pods_and_no_fewer_policies(draw):
    sizes = [sum(len(draw(Random(seed), level).pods) for seed in range(12)) for level in LEVELS]
    assert sizes == sorted(set(sizes))
