"""Schemas as data."""

from netpol_lab.manifests.cluster_wide.schema import A_MAP, TEXT, a_list, a_set, an_object


def test_a_field_is_known_by_its_name_and_any_is_in_a_map():
    schema = an_object("a", least=1)({"a": TEXT})
    assert (schema.member("a"), schema.member("b")) == (TEXT, None)
    assert (schema.required, schema.least, schema.type) == (("a",), 1, "object")
    assert A_MAP.member("anything") is TEXT


def test_a_set_is_a_list_that_is_not_empty():
    assert (a_set(TEXT, 25).least, a_set(TEXT, 25).is_set) == (1, True)
    assert (a_list(TEXT).least, a_list(TEXT).is_set) == (None, False)
