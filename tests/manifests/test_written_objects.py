"""Where a policy and its parts are written, and what is said of them there."""

import pytest

from netpol_lab.manifests.loader import load
from tests.helpers.loaded import HEAD, complaints

PLACED = f"""{HEAD}spec:
  podSelector: {{}}
  ingress:
  - from:
    - podSelector: {{}}
    - namespaceSelector: {{}}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("metadata.name", "<text>:3:12"),
        ("spec.ingress[0].from[1]", "<text>:9:7"),
        ("spec.ingress[0].from", "<text>:7:5"),
    ],
)
def test_a_part_of_a_policy_is_found_in_the_text(path, place):
    cluster = load(PLACED)
    assert str(cluster.place_of(cluster.policies[0], path)) == place


@pytest.mark.parametrize("path", ["spec.egress", "spec.ingress[1]", "spec.ingress[0].from[2]"])
def test_what_is_not_written_has_no_place(path):
    cluster = load(PLACED)
    assert cluster.place_of(cluster.policies[0], path) is None


def test_places_are_found_in_lists_and_later_documents():
    items = indent_of(PLACED, "  ")
    cluster = load(f"{HEAD.replace('name: p', 'name: q')}---\nkind: List\napiVersion: v1\n{items}")
    place = cluster.place_of(cluster.policy("shop/p"), "spec.ingress[0].from[0]")
    assert place is not None
    assert place.line == 5 + 2 + 8


def indent_of(text, by):
    """One item of a List with the text in it."""
    first, *rest = text.splitlines()
    return "\n".join(["items:", f"- {first}", *(by + line for line in rest)])


def test_places_stay_with_a_cluster_of_fewer_policies():
    shop = load("three-tier").with_policies(["db-access-ingress"])
    assert shop.place_of(shop.policies[0]).file == "three-tier.yaml"
    assert load(PLACED).place_of(shop.policies[0]) is None


def test_two_objects_without_dashes_between_them_are_told_so_once():
    found = complaints(HEAD + HEAD)
    assert len(found) == 3
    assert ["---" in complaint.hint for complaint in found] == [True, False, False]
