"""Settings for every test: how hypothesis searches."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.helpers.places import CASES

# No deadlines: a slow machine is not a fault. `ci` makes the same choices on every run, so that a
# failure can be repeated by anyone; the search for new ones is `make soak`.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile(
    "soak",
    deadline=None,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def case_directory():
    """The conformance cases."""
    return CASES
