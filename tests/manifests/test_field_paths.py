"""Paths of fields."""

import pytest

from netpol_lab.manifests.field_paths import format_path, get, parse_path


def test_get_follows_mappings_only():
    assert get({"a": {"b": 1}}, "a", "b") == 1
    assert get({"a": [1]}, "a", "b") is None


@pytest.mark.parametrize("text", ["", "spec", "spec.ingress[0].from[11]", "a[0][1].b"])
def test_paths_are_read_as_they_are_written(text):
    assert format_path(parse_path(text)) == text
