"""The reader gives every spelling its value and its places; more of it in `make soak`."""

import pytest

from tests.referee.yaml_spellings import first_misreading, spelling


def test_a_spelling_is_read_as_what_it_means_at_its_places():
    assert first_misreading(300, 0) is None


@pytest.mark.parametrize(
    "sign", ["<<", "&", "*", "!", "? ", "|", ">-", "---#c", "...", "\ufeff", "\r"]
)
def test_there_are_spellings_with_each_sign(sign):
    assert any(sign in spelling(seed).text for seed in range(300))


def test_the_same_seed_makes_the_same_spelling():
    assert spelling(7) == spelling(7)
