"""Fixes and findings beside cluster-wide policies, on so many random clusters.

python -m tests.referee.beside_tiers 40
"""

import sys
from collections import Counter

from tests.referee.tier_lint import first_untruth
from tests.referee.typed_fixes import wrong_fix_beside_tiers


def first_wrong(seeds):
    """What is wrong with a finding or a fix of the first cluster of which any is."""
    for seed in seeds:
        if said := first_untruth(seed, Counter()) or wrong_fix_beside_tiers(seed):
            return said
    return ""


if __name__ == "__main__":
    wrong = first_wrong(range(int(sys.argv[1])))
    print(wrong)
    sys.exit(bool(wrong))
