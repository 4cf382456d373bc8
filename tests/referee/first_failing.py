"""Run the conformance cases in a shuffled order and end with 1 at the first that fails.

    python -m tests.referee.first_failing FOLDER

`netpol-lab test` runs them all; to see that a fault is caught, one is enough, and neighbours in
the alphabet are about the same thing.
"""

import random
import sys
from pathlib import Path

from netpol_lab.checks.expectations import run
from netpol_lab.errors import NetpolError


def fails(file):
    """Whether a case fails, or cannot even be read."""
    try:
        return not run([file]).hold
    except NetpolError:
        return True


def main(folder):
    files = sorted(Path(folder).rglob("*.yaml"))
    random.Random(1).shuffle(files)
    assert files, f"no cases in {folder}"
    return int(any(map(fails, files)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
