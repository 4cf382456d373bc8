"""Random clusters with cluster-wide policies: nothing in them is left open."""

from random import Random

from netpol_lab.course.practice.generators import LEVELS
from netpol_lab.course.practice.tier_clusters import above


def drawn():
    for level in LEVELS.values():
        for seed in range(12):
            yield above(Random(seed), level)


def test_no_two_admin_policies_have_one_priority():
    for situation in drawn():
        found = [p.priority for p in situation.cluster.cluster_policies if str(p.tier) == "Admin"]
        assert len(set(found)) == len(found)


def test_kubernetes_answers_every_question_about_them():
    for situation in drawn():
        assert all(verdict.allowed is not None for verdict in situation.verdicts.values())


def test_whoever_is_asked_about_all_addresses_sees_one_outside():
    for situation in drawn():
        assert bool(situation.outside) == ("0.0.0.0/0" in situation.policies_text)
