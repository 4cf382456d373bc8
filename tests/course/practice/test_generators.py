"""Random clusters: legal, told by their seed, and as big as asked."""

import pytest

from netpol_lab.course.practice import generators, tier_clusters
from netpol_lab.course.practice.chapters import PRACTICE
from tests.referee.dealt_clusters import grows_with_its_level, is_legal, is_told_by_its_seed

DRAWS = (
    generators.isolation,
    generators.tiers,
    generators.directions,
    generators.peers,
    generators.rules,
    generators.ports,
    generators.egress,
    generators.blocks,
    generators.enforcement,
    generators.legal,
    generators.everything,
    tier_clusters.above,
)


def test_every_chapter_draws_from_one_of_them():
    assert tuple(practice.draw for practice in PRACTICE.values()) == DRAWS


@pytest.mark.parametrize("draw", DRAWS)
def test_every_cluster_is_legal_told_by_its_seed_and_as_big_as_asked(draw):
    assert is_legal(draw)
    assert is_told_by_its_seed(draw)
    assert grows_with_its_level(draw)
