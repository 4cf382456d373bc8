"""Whoever follows a hint about cluster-wide policies is rid of the finding, and has no new one."""

from collections import Counter

from netpol_lab.checks.lint.tiers import meeting
from tests.referee.followed_tier_hints import FOLLOWED, first_broken

CLUSTERS = 60


def test_hints_about_cluster_wide_policies_keep_what_they_promise():
    seen = Counter()
    for seed in range(CLUSTERS):
        assert not first_broken(seed, seen)
    assert seen.keys() == FOLLOWED.keys()


def test_a_hint_that_hides_a_rule_without_a_word_is_noticed(monkeypatch):
    monkeypatch.setattr(meeting, "_hides", lambda *_: False)
    assert any(first_broken(seed, Counter()) for seed in range(CLUSTERS))
