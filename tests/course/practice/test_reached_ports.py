"""The clusters of `practice.reached_ports`: legal, told by their seed, and as big as asked."""

import pytest

from netpol_lab.course.practice.reached_ports import leaving, ported
from tests.referee.dealt_clusters import grows_with_its_level, is_legal, is_told_by_its_seed

DRAWS = (ported, leaving)


@pytest.mark.parametrize("draw", DRAWS)
def test_every_cluster_is_legal_told_by_its_seed_and_as_big_as_asked(draw):
    assert is_legal(draw)
    assert is_told_by_its_seed(draw)
    assert grows_with_its_level(draw)
