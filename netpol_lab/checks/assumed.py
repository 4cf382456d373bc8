"""What a file of tests takes for granted where plugins differ: the key ``assume``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from netpol_lab.errors import NetpolError, Reason, did_you_mean
from netpol_lab.manifests.decoding import Problem
from netpol_lab.manifests.field_paths import Path
from netpol_lab.model.assumptions import DEFAULTS, OPEN_QUESTIONS, RANGES, SETTLED, Assumptions

Assumed = Mapping[str, Any]  # names of assumptions, and what is assumed

READ_WITH = "strict_cidr"  # the one that is about reading manifests
NAMES = "domain_names"
_WORDS = {True: "true", False: "false", None: "null"}


def assumed_problems(assumed: Assumed | None, path: Path, read: bool) -> Iterator[Problem]:
    """Yield what is wrong with an ``assume``; `read` says that the manifests are read already."""
    for name, value in (assumed or {}).items():
        here = (*path, name)
        if name == NAMES and not _are_names(value):
            words = "must be names with lists of addresses"
            yield Problem(here, Reason.TYPE, words, "such as {api.example.com: [203.0.113.7]}")
        elif name in (*RANGES, NAMES):
            try:
                replace(DEFAULTS, **{name: value})
            except NetpolError as error:
                yield Problem(here, Reason.INVALID, str(error))
        elif name not in SETTLED and name not in OPEN_QUESTIONS:
            said = f'there is no assumption called "{name}"'
            known, meant = [*SETTLED, *OPEN_QUESTIONS, *RANGES, NAMES], str(name).replace("-", "_")
            near = did_you_mean(meant, [meant] if meant in known else known)
            yield Problem(here, Reason.UNKNOWN, said, near, of_key=True)
        elif name in SETTLED and not isinstance(value, bool):
            yield Problem(here, Reason.TYPE, "must be true or false")
        elif not isinstance(value, bool | None):
            hint = "write null for a question that stays open" if value == "open" else ""
            yield Problem(here, Reason.TYPE, "must be true, false or null", hint)
        elif read and name == READ_WITH:
            said = "cannot be assumed here: it is about reading manifests, and these are read"
            hint = "write it in the assume beside manifests" if len(path) > 1 else ""
            yield Problem(here, Reason.INVALID, said, hint, of_key=True)


def _are_names(value: Any) -> bool:
    """Say whether a value has the form of names with their addresses, whatever these are."""
    return isinstance(value, dict) and all(
        isinstance(name, str)
        and isinstance(addresses, list)
        and all(isinstance(address, str) for address in addresses)
        for name, addresses in value.items()
    )


def assuming(assumptions: Assumptions, assumed: Assumed | None) -> Assumptions:
    """Return assumptions with those that a file makes."""
    return replace(assumptions, **assumed) if assumed else assumptions


def assumed_in_words(assumed: Assumed) -> str:
    """Return what is assumed, to follow the words of a test; empty if that is nothing.

    Examples
    --------
    >>> assumed_in_words({"enforced": False, "own_node_egress": None})
    ', assuming enforced=false, own_node_egress=null'
    """
    each = (
        f"{name}={_WORDS[value] if isinstance(value, bool | None) else value}"
        for name, value in assumed.items()
    )
    return f", assuming {', '.join(each)}" if assumed else ""
