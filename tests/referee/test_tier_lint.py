"""What lint says beside cluster-wide policies is true, on random clusters."""

from collections import Counter

from tests.referee.tier_lint import first_untruth

CLUSTERS = 60


def test_findings_beside_cluster_wide_policies_are_true():
    seen = Counter()
    for seed in range(CLUSTERS):
        assert not first_untruth(seed, seen)
    assert {code for code in seen if code.startswith("NP7")} == {f"NP70{n}" for n in range(1, 8)}
