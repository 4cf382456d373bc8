"""The API server's rules for `metadata`, the same for every kind, in its order (VAL-03 to VAL-07).

The rows VAL-44 to VAL-47 are about the fields that only controllers write as a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.rules.naming_rules import (
    DNS_LABEL,
    SUBDOMAIN,
    NameForm,
    check_key,
    check_labels,
    key_faults,
    key_hint,
    name_faults,
    name_hint,
)
from netpol_lab.manifests.rules.server_words import (
    Problem,
    Problems,
    invalid,
    required,
    too_long,
    unsupported,
)
from netpol_lab.manifests.text.go_text import size
from netpol_lab.model.selectors import NAME_LABEL

_CLUSTER_SCOPED = ("Namespace", "Node")
_COUNTED_AS_WRITTEN = (*_CLUSTER_SCOPED, "Service")  # others begin at generation 1 in any case
_FORMS = dict.fromkeys(("Namespace", "Service", "StatefulSet"), DNS_LABEL)
_KEPT_OF_GENERATE_NAME = 58  # bytes: with the five that are added, 63
_ADDED_TO_GENERATE_NAME = "xxxxx"  # in place of the five that the server makes up
_MOST_OF_ANNOTATIONS = 256 * 2**10
_MOST_OF_A_CRON_JOB = 52

_EITHER = ("orphan", "foregroundDeletion")
_STANDARD_FINALIZERS = ("kubernetes", *_EITHER)


def check_metadata(thing: api.Object) -> Problems:
    """Yield what is wrong with an object's metadata.

    Parameters
    ----------
    thing : Object
        Its kind decides what it may be called.

    Yields
    ------
    Problem

    Examples
    --------
    >>> [problem.message for problem in check_metadata(api.Object())]
    ['name or generateName is required']
    """
    meta, path = thing.metadata, ("metadata",)
    yield from _names(thing)
    if thing.kind not in _CLUSTER_SCOPED and meta.namespace:
        yield from check_namespace(meta.namespace)
    if thing.kind in _COUNTED_AS_WRITTEN and (meta.generation or 0) < 0:
        fault = "must be greater than or equal to 0"
        yield invalid((*path, "generation"), meta.generation, fault, "leave it out: it is counted")
    yield from check_labels(_own_labels(thing), (*path, "labels"))
    yield from check_annotations(meta.annotations, (*path, "annotations"))
    yield from _owners(meta.owner_references or (), (*path, "ownerReferences"))
    yield from _finalizers(meta.finalizers or (), (*path, "finalizers"))
    for i, entry in enumerate(meta.managed_fields or ()):
        yield from _managed(entry, (*path, "managedFields", i))
    yield from _unqualified_finalizers(meta.finalizers or (), (*path, "finalizers"))


def check_namespace(name: str) -> Problems:
    """Yield why a namespace cannot have a name (VAL-06)."""
    return _name(DNS_LABEL, name, name, ("metadata", "namespace"))


def _names(thing: api.Object) -> Problems:
    meta, form = thing.metadata, _FORMS.get(thing.kind, SUBDOMAIN)
    if base := meta.generate_name:
        # "maskTrailingDash" of the server takes the dash and the letter before it for an a.
        masked = f"{base[:-2]}a" if len(base) > 1 and base.endswith("-") else base
        yield from _name(form, meta.generate_name, masked, ("metadata", "generateName"))
    if not meta.name and not base:
        hint = "write metadata: {name: my-name}"
        yield required(("metadata", "name"), hint, "name or generateName is required")
    name = meta.name or (base and f"{base[:_KEPT_OF_GENERATE_NAME]}{_ADDED_TO_GENERATE_NAME}")
    if name:
        yield from _name(form, name, name, ("metadata", "name"))
    if thing.kind == "CronJob" and size(name) > _MOST_OF_A_CRON_JOB:
        fault = f"must be no more than {_MOST_OF_A_CRON_JOB} characters"
        yield invalid(("metadata", "name"), name, fault, "its jobs add 11 characters to it")


def _name(form: NameForm, name: str, judged: str, path: Path) -> Problems:
    return (
        invalid(path, name, fault, name_hint(form, name)) for fault in name_faults(form, judged)
    )


def _own_labels(thing: api.Object) -> Mapping[str, str]:
    """Return the labels with that of a namespace's name, which is never what is written there."""
    labels, name = thing.metadata.labels or {}, thing.metadata.name
    return {**labels, NAME_LABEL: name} if thing.kind == "Namespace" and name else labels


def check_annotations(annotations: Mapping[str, str] | None, path: Path) -> Problems:
    """Yield what is wrong with annotations: their keys in lower case, and their size in all."""
    written = annotations or {}
    for key in written:
        # Go's lower case is one letter for one; Python makes two of the Turkish I.
        yield from check_key(key, path, key.replace("\u0130", "i").lower())
    if sum(size(key) + size(value) for key, value in written.items()) > _MOST_OF_ANNOTATIONS:
        yield too_long(path, _MOST_OF_ANNOTATIONS, "keep large texts in a ConfigMap")


# ---------------------------------------------------------------- what controllers write


def _owners(owners: tuple[api.OwnerReference, ...], path: Path) -> Problems:
    first = ""
    for i, owner in enumerate(owners):
        yield from _owner(owner, (*path, i))
        name = f"{owner.kind}/{owner.name}"
        if owner.controller and first:
            fault = (
                "Only one reference can have Controller set to true. "
                f'Found "true" in references for {first} and {name}'
            )
            shown = [_as_json(each) for each in owners]
            yield invalid(path, shown, fault, "leave controller out of all but one")
        elif owner.controller:
            first = name


def _owner(owner: api.OwnerReference, path: Path) -> Problems:
    group, _, version = owner.api_version.rpartition("/")
    if not owner.api_version:
        yield _missing(path, "apiVersion", "that of the owner, such as apps/v1")
    elif "/" in group or not version:
        fault = "must be <group>/<version> or <version>"
        yield invalid((*path, "apiVersion"), owner.api_version, fault, "such as apps/v1")
    if not owner.kind:
        yield _missing(path, "kind", "that of the owner, such as ReplicaSet")
    if not owner.name:
        yield _missing(path, "name", "the owner's name")
    if not owner.uid:
        yield _missing(path, "uid", "the owner's uid: kubectl get -o yaml shows it")
    if (group, version, owner.kind) == ("", "v1", "Event"):
        fault = "/v1, Kind=Event is disallowed from being an owner"
        yield invalid(path, _as_json(owner), fault, "leave this reference out")


def _missing(path: Path, name: str, what: str) -> Problem:
    return required((*path, name), f"write {name}: {what}", "must not be empty")


def _as_json(owner: api.OwnerReference) -> Mapping[str, Any]:
    names = {"apiVersion": owner.api_version, "kind": owner.kind, "name": owner.name}
    names["uid"] = owner.uid
    flags = {"controller": owner.controller, "blockOwnerDeletion": owner.block_owner_deletion}
    given = {name: flag for name, flag in flags.items() if flag is not None}
    return {**names, **given}


def _finalizers(finalizers: tuple[str, ...], path: Path) -> Problems:
    for finalizer in finalizers:
        for fault in key_faults(finalizer):
            yield invalid(path, finalizer, fault, key_hint(finalizer))
    if set(_EITHER) <= set(finalizers):
        fault = "finalizer orphan and foregroundDeletion cannot be both set"
        yield invalid(path, list(finalizers), fault, "leave one of the two out")


def _unqualified_finalizers(finalizers: tuple[str, ...], path: Path) -> Problems:
    for i, finalizer in enumerate(finalizers):
        if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
            fault = "name is neither a standard finalizer name nor is it fully qualified"
            likely = f"example.com/{finalizer}"
            likely = "example.com/cleanup" if any(key_faults(likely)) else likely
            hint = f"write it with the domain of whoever removes it: {likely}"
            yield invalid((*path, i), finalizer, fault, hint)


def _managed(entry: api.ManagedFieldsEntry, path: Path) -> Problems:
    """Yield what is wrong with a note of who wrote which fields (VAL-46)."""
    out = "leave managedFields out: the server keeps them"
    if not entry.operation:
        yield required((*path, "operation"), out, "must not be empty")
    elif entry.operation not in ("Apply", "Update"):
        yield unsupported((*path, "operation"), entry.operation, ("Apply", "Update"), out)
    if entry.fields_type not in ("", "FieldsV1"):
        yield invalid((*path, "fieldsType"), entry.fields_type, "must be `FieldsV1`", out)
    if size(entry.manager) > 128:
        yield too_long((*path, "manager"), 128, out)
    for place, sign in enumerate(entry.manager):
        if not sign.isprintable():
            at = size(entry.manager[:place])
            fault = f"invalid character U+{ord(sign):04X} (at position {at})"
            yield invalid((*path, "manager"), entry.manager, fault, out)
    if size(entry.subresource) > 256:
        yield too_long((*path, "subresource"), 256, out)
