"""The metadata of every kind; the files of cases/invalid prove each rule, these the rest."""

import pytest

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.rules.metadata_rules import check_annotations, check_metadata


def problems(kind="NetworkPolicy", **fields):
    meta = api.ObjectMeta(**{"name": "p", **fields})
    return list(check_metadata(api.Object(kind=kind, metadata=meta)))


def paths(kind="NetworkPolicy", **fields):
    return [problem.path[1:] for problem in problems(kind, **fields)]


def test_a_generated_name_may_end_with_a_dash():
    assert paths(name="", generate_name="p-") == []
    assert paths(name="", generate_name="A-") == [("name",)]  # the letter before the dash is masked
    assert paths(name="", generate_name="AB-") == [("generateName",), ("name",)]
    assert paths(name="", generate_name="-") == [("generateName",), ("name",)]


def test_what_is_cut_off_a_generated_name_is_not_judged_in_the_name():
    assert paths(name="", generate_name="x" * 58 + "_") == [("generateName",)]
    assert paths(name="", generate_name="x" * 57 + "_") == [("generateName",), ("name",)]
    assert paths(name="", generate_name="x" * 254) == [("generateName",)]


@pytest.mark.parametrize(
    ("kind", "most"),
    [("NetworkPolicy", 253), ("Pod", 253), ("Node", 253), ("Deployment", 253), ("DaemonSet", 253),
     ("ReplicaSet", 253), ("Job", 253), ("StatefulSet", 63), ("Service", 63), ("CronJob", 52)],
)  # fmt: skip
def test_a_name_has_as_many_characters_as_its_kind_allows(kind, most):
    assert paths(kind, name="x" * most) == []
    (problem,) = problems(kind, name="x" * (most + 1))
    assert f"must be no more than {most} characters" in problem.message


def test_a_namespace_has_63_characters_wherever_it_is_named():
    assert paths("Namespace", name="x" * 63) == []
    assert paths(namespace="x" * 63) == []
    (problem,) = problems(namespace="x" * 64)
    assert "must be no more than 63 characters" in problem.message
    # Its name is the value of a label, too.
    assert paths("Namespace", name="x" * 64) == [("name",), ("labels",)]


@pytest.mark.parametrize("kind", ["Namespace", "Service", "StatefulSet"])
def test_some_names_have_no_dots(kind):
    assert [p.message for p in problems(kind, name="a.b")] == ['"a.b": must not contain dots']
    assert paths("Pod", name="a.b") == []


def test_the_namespace_of_what_lies_in_none_does_not_matter():
    assert paths("Namespace", namespace="A_b") == []
    assert paths("Pod", namespace="A_b") == [("namespace",)]


def test_annotations_have_262144_bytes_in_all():
    most = 256 * 1024
    assert list(check_annotations({"k": "x" * (most - 1)}, ())) == []
    assert list(check_annotations({"k": "é" * (most // 2 - 1), "a": ""}, ())) == []
    (problem,) = check_annotations({"k": "x" * most}, ())
    assert problem.message == "may not be more than 262144 bytes"


def test_generation_counts_only_where_it_is_kept():
    assert paths(generation=-1) == []
    assert paths("Service", generation=-1) == [("generation",)]
    assert paths("Service", generation=0) == []


def owner(**fields):
    return api.OwnerReference(
        **{"kind": "Pod", "name": "o", "api_version": "v1", "uid": "u", **fields}
    )


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"kind": ""}, "kind"),
        ({"name": ""}, "name"),
        ({"uid": ""}, "uid"),
        ({"api_version": ""}, "apiVersion"),
        ({"api_version": "a/b/c"}, "apiVersion"),
        ({"api_version": "apps/"}, "apiVersion"),
        ({"api_version": "/"}, "apiVersion"),
    ],
)
def test_an_owner_is_named_in_full(wrong, path):
    assert paths(owner_references=(owner(**wrong),)) == [("ownerReferences", 0, path)]
    assert paths(owner_references=(owner(),)) == []


def test_one_owner_is_the_controller():
    yes, no = owner(controller=True), owner(controller=False)
    assert paths(owner_references=(yes, no, owner())) == []
    assert paths(owner_references=(yes, no, yes, yes)) == [("ownerReferences",)] * 2


def test_no_event_owns_anything():
    event = owner(kind="Event", controller=True, block_owner_deletion=False)
    (problem,) = problems(owner_references=(event,))
    assert problem.message == (
        '{"apiVersion":"v1","kind":"Event","name":"o","uid":"u","controller":true,'
        '"blockOwnerDeletion":false}: /v1, Kind=Event is disallowed from being an owner'
    )
    assert paths(owner_references=(owner(kind="Event", api_version="events.k8s.io/v1"),)) == []


def test_finalizers_are_judged_twice_and_the_second_time_at_the_end():
    entry = api.ManagedFieldsEntry()
    found = paths(finalizers=("a b", "x/y", "orphan"), managed_fields=(entry,))
    assert found == [("finalizers",), ("managedFields", 0, "operation"), ("finalizers", 0)]


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"operation": ""}, "operation"),
        ({"operation": "apply"}, "operation"),
        ({"fields_type": "FieldsV2"}, "fieldsType"),
        ({"manager": "x" * 129}, "manager"),
        ({"manager": "a\tb"}, "manager"),
        ({"subresource": "x" * 257}, "subresource"),
    ],
)
def test_an_entry_of_managed_fields_is_the_servers_own(entry, path):
    good = {"operation": "Update", "fields_type": "FieldsV1", "manager": "x" * 128}
    good |= {"subresource": "x" * 256}
    assert paths(managed_fields=(api.ManagedFieldsEntry(**good),)) == []
    found = paths(managed_fields=(api.ManagedFieldsEntry(**{**good, **entry}),))
    assert found == [("managedFields", 0, path)]


def test_a_sign_that_cannot_be_printed_is_told_with_its_place_in_bytes():
    entry = api.ManagedFieldsEntry(operation="Apply", manager="é\x01")
    (problem,) = problems(managed_fields=(entry,))
    assert problem.message.endswith("invalid character U+0001 (at position 2)")
