"""A cluster-wide policy as a server decodes, checks and stores it, in either channel."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple, get_type_hints

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.channels import Channel
from netpol_lab.manifests.cluster_wide.coercion import coerced, unknown_fields
from netpol_lab.manifests.cluster_wide.definitions import definition
from netpol_lab.manifests.cluster_wide.unknown_hints import unknown_hint
from netpol_lab.manifests.cluster_wide.value_hints import hinted
from netpol_lab.manifests.cluster_wide.violations import violations
from netpol_lab.manifests.decoding import MOST_HINTS, decoder
from netpol_lab.manifests.field_paths import Path, format_path
from netpol_lab.manifests.rules.metadata_rules import check_metadata
from netpol_lab.manifests.rules.server_words import Problem


@dataclass(frozen=True, slots=True)
class StoredPolicy(api.Object):
    """A cluster-wide policy as the server stores it: its spec holds known and valid fields only."""

    spec: dict[str, Any] = field(default_factory=dict)

    @property
    def plain(self) -> dict[str, Any]:
        """The object as it can be written, as far as its spec goes."""
        meta = {"name": self.metadata.name}
        head = {"apiVersion": self.api_version, "kind": self.kind}
        return {**head, "metadata": meta, "spec": self.spec}


class Admission(NamedTuple):
    """What becomes of an object at the server.

    Parameters
    ----------
    policy : StoredPolicy
        Valid only if nothing is refused.
    unknown : list of Problem
        Fields that are unknown: a strict server refuses the object for them, others drop them.
    refused : list of Problem
        What is wrong with the rest.
    """

    policy: StoredPolicy
    unknown: list[Problem]
    refused: list[Problem]


def stored(
    value: dict[str, Any], channel: Channel = Channel.STANDARD, older: bool = False
) -> Admission:
    """Return what a server makes of an object of one of the three kinds.

    Parameters
    ----------
    value : dict
    channel : Channel
    older : bool
        Take what definitions before v0.3.0 took: CIDRs with host bits.

    Returns
    -------
    Admission

    Examples
    --------
    >>> head = {"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy"}
    >>> found = stored({**head, "metadata": {"name": "a"}, "spec": {"priority": 1, "tier": "x"}})
    >>> [problem.message for problem in found.unknown]
    ['unknown field "spec.tier"']
    >>> [format_path(problem.path) for problem in found.refused]
    ['spec.subject']
    """
    kind, schema = value["kind"], definition(value["kind"], channel, older)
    problems: list[Problem] = []
    meta: api.ObjectMeta = decoder(api.ObjectMeta)(value.get("metadata"), ("metadata",), problems)
    body = {key: part for key, part in value.items() if key != "metadata"}
    unknown = [problem for problem in problems if problem.reason is Reason.UNKNOWN]
    paths = sorted(unknown_fields(body, schema), key=format_path)
    unknown += (
        _unknown(path, value, channel, hints=i < MOST_HINTS) for i, path in enumerate(paths)
    )
    whole = coerced({key: part for key, part in body.items() if key != "status"}, schema)
    # An object of the whole cluster is in no namespace, whatever it says.
    policy = StoredPolicy(
        value["apiVersion"], kind, replace(meta, namespace=""), whole.get("spec") or {}
    )
    if wrong := [problem for problem in problems if problem.reason is not Reason.UNKNOWN]:
        return Admission(policy, unknown, [_in_words_of_go(wrong[0], value)])
    refused = violations({**whole, "metadata": {"name": meta.name}}, schema)
    refused[:MOST_HINTS] = [hinted(problem, value) for problem in refused[:MOST_HINTS]]
    refused = [*check_metadata(policy), *refused]
    return Admission(policy, _with_more(unknown, refused), refused)


def _with_more(unknown: list[Problem], refused: list[Problem]) -> list[Problem]:
    """Return unknown fields; the last one says what is refused besides, which nobody sees yet."""
    paths = [problem.path for problem in unknown]
    told = " ".join(problem.hint for problem in unknown)
    besides = [
        ": ".join(filter(None, (format_path(p.path), p.reason.words, p.message)))
        for p in refused
        if not any(path[: len(p.path)] == p.path for path in paths)  # it lacks what is unknown
        and not (p.reason is Reason.REQUIRED and str(p.path[-1]) in told)
    ]
    if not (unknown and besides):
        return unknown
    hint = f"once this is right the server also refuses {'; '.join(besides[:3])}"
    last = unknown[-1]
    both = "; ".join(filter(None, (last.hint, hint)))
    return [*unknown[:-1], last._replace(hint=both)]


def _unknown(path: Path, value: dict[str, Any], channel: Channel, hints: bool) -> Problem:
    message = f'unknown field "{format_path(path)}"'
    hint = unknown_hint(value, path, channel) if hints else ""
    return Problem(path, Reason.UNKNOWN, message, hint, of_key=True)


# ---------------------------------------------------------------- metadata


_GO_NAMES = {bool: "bool", int: "number", float: "number", str: "string", list: "array"}
_GO_TYPES = {str: "string", bool: "bool", int: "int32", api.Int64: "int64"}
_KINDS_OF_METADATA = {
    api.wire_name(each): get_type_hints(api.ObjectMeta)[each.name]
    for each in fields(api.ObjectMeta)
}


def _in_words_of_go(problem: Problem, value: dict[str, Any]) -> Problem:
    """Return a fault in metadata as Go's decoder tells it, which knows no place of it."""
    part = value
    for step in problem.path:
        part = part[step]  # type: ignore[index]
    found = _GO_NAMES.get(type(part), "object")
    said = f"json: cannot unmarshal {found} into Go "
    if len(problem.path) == 1:
        said += "value of type v1.ObjectMeta"
    elif problem.path[1] == "creationTimestamp" or len(problem.path) > 3:
        return problem
    else:
        name = str(problem.path[1])
        said += f"struct field ObjectMeta.{name} of type {_go_type(name, len(problem.path))}"
    return problem._replace(path=(), message=said, written_at=problem.path)


def _go_type(name: str, steps: int) -> str:
    """Return what Go calls the type of a field, or of what is in it."""
    kind = _KINDS_OF_METADATA[name]
    for plain, go_name in _GO_TYPES.items():
        if plain in (kind, *getattr(kind, "__args__", ())):
            return go_name
    if steps == 3:
        return "string"
    if name == "ownerReferences":
        return "[]v1.OwnerReference"
    return "map[string]string" if name in ("labels", "annotations") else "[]string"
