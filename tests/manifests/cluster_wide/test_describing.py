"""What kubectl prints of an object of a kind that it does not know."""

import pytest

from netpol_lab.manifests.cluster_wide.describing import described, heading_of


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        ("matchExpressions", "Match Expressions"),
        ("destinationNamedPort", "Destination Named Port"),
        ("apiVersion", "API Version"),
        ("tcp", "Tcp"),
        ("app-name", "App - Name"),
        ("app1", "app1"),
        ("kubernetes.io/metadata.name", "kubernetes.io/metadata.name"),
    ],
)
def test_a_heading_is_made_of_the_name_of_a_field(key, heading):
    assert heading_of(key) == heading


def test_neighbouring_values_are_aligned_and_items_follow_one_another():
    fields = {"a": 1, "longer": True, "list": [{"b": "x"}, {"b": "y"}, "z"], "to": {}}
    assert [*described(fields)] == [
        "A:  1",
        "List:",
        "  B:  x",
        "  B:  y",
        "  z",
        "Longer:  true",
        "To:",
    ]
