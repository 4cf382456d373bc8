"""What must hold of everything that draws clusters from a seed; the tests of `practice` ask it."""

from random import Random

import netpol_lab as lab
from netpol_lab.course.practice.generators import LEVELS


def is_legal(draw):
    """Say whether every cluster is accepted, and is what its YAML says."""
    drawn = [draw(Random(seed), level) for level in LEVELS.values() for seed in range(15)]
    return all(
        one.policies and lab.load(one.manifests).policies == one.cluster.policies for one in drawn
    )


def is_told_by_its_seed(draw):
    """Say whether the same seed gives the same cluster, and others give others."""
    texts = [draw(Random(f"s{seed}"), LEVELS["medium"]).manifests for seed in (1, 1, 2, 3)]
    return texts[0] == texts[1] and len(set(texts)) > 1


def grows_with_its_level(draw):
    """Say whether harder means more pods."""
    sizes = [
        sum(len(draw(Random(seed), level).pods) for seed in range(12)) for level in LEVELS.values()
    ]
    return sizes == sorted(set(sizes))
