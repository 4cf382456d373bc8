"""What objects and labels may be called."""

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.naming_rules import check_metadata


def test_a_generated_name_may_end_with_a_dash():
    assert list(check_metadata(api.ObjectMeta(generate_name="p-"))) == []
    assert list(check_metadata(api.ObjectMeta(generate_name="A-"))) == []  # as upstream
    assert len(list(check_metadata(api.ObjectMeta(generate_name="AB-")))) == 1
    assert len(list(check_metadata(api.ObjectMeta(generate_name="-")))) == 1
