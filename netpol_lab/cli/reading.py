"""What several commands read, and what they print about it: manifests, assumptions, warnings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TextIO

from netpol_lab.cli.grouped_warnings import grouped

if TYPE_CHECKING:
    from pathlib import Path

    from netpol_lab.errors import Complaint
    from netpol_lab.manifests.text.files import ManifestText
    from netpol_lab.model.addresses import Address
    from netpol_lab.model.assumptions import Assumptions
    from netpol_lab.model.cluster import Cluster

_VALUES = {"true": True, "false": False, "open": None}


def assumptions_of(options: argparse.Namespace) -> Assumptions:
    """Return the assumptions that were typed; the defaults for the rest.

    Raises
    ------
    NetpolError
        For an unknown name, or a value that it cannot have.

    Examples
    --------
    >>> options = argparse.Namespace(assume=["enforced=false"], pod_cidr=[], node_cidr=[], name=[])
    >>> assumptions_of(options).enforced
    False
    """
    from dataclasses import replace

    from netpol_lab.errors import NetpolError, did_you_mean
    from netpol_lab.model.assumptions import DEFAULTS, OPEN_QUESTIONS, RANGES, SETTLED

    usual = dict.fromkeys(SETTLED, True) | dict.fromkeys(OPEN_QUESTIONS)
    typed: dict[str, Any] = {}
    for text in options.assume:
        name, _, value = text.partition("=")
        name = name.replace("-", "_")
        if f"{name.removesuffix('s')}s" in RANGES:
            option = f"--{name.removesuffix('s').replace('_', '-')}"
            raise NetpolError(f"{name} is an option of its own: write {option} {value or 'CIDR'}")
        if name in ("domain_name", "domain_names"):
            raise NetpolError("names have an option of their own: write --name NAME=ADDRESS,…")
        if name not in usual:
            near = did_you_mean(name, usual)
            raise NetpolError(f'there is no assumption called "{name}". {near}')
        allowed = [word for word in _VALUES if word != "open" or usual[name] is None]
        if value not in allowed:
            raise NetpolError(f'--assume {name}= takes {" or ".join(allowed)}, not "{value}"')
        typed[name] = _VALUES[value]
    typed |= {"pod_cidrs": tuple(options.pod_cidr), "node_cidrs": tuple(options.node_cidr)}
    names: dict[str, tuple[Address, ...]] = {}
    for name, addresses in options.name:
        bare = name.lower().removesuffix(".")
        names[bare] = (*names.get(bare, ()), *addresses)
    return replace(DEFAULTS, **typed, domain_names=names)


def read_cluster(
    options: argparse.Namespace, *paths: str, older: bool = True, partly: bool = False
) -> Cluster:
    """Load the manifests that a command was given, or those at other paths.

    What only older servers take is in force in some clusters: a question about it has an answer,
    with a warning, unless `older` or an assumption that was typed says otherwise. `partly` goes on
    without pods and workloads in a folder that the server refuses.
    """
    from netpol_lab.manifests.loader import load_files

    paths = paths or tuple(options.paths)
    refuse_input_twice(paths)
    return load_files(*paths, **_ways(options, older), partly=partly)


def read_texts(
    options: argparse.Namespace, texts: Iterable[ManifestText], channel: str | None = None
) -> Cluster:
    """Read texts as `read_cluster` reads what is at paths; in a channel, if none was typed."""
    from netpol_lab.manifests.loader import read_all

    ways = _ways(options)
    return read_all(texts, **ways | {"channel": ways["channel"] or channel})


def _ways(options: argparse.Namespace, older: bool = True) -> dict[str, Any]:
    """Return how manifests are to be read."""
    typed = {text.partition("=")[0].replace("-", "_") for text in options.assume}
    return {
        "strict": not options.lenient,
        "assumptions": assumptions_of(options),
        "namespace": options.namespace,
        "older": older and "strict_cidr" not in typed,
        "channel": options.channel,
    }


def refuse_input_twice(paths: Iterable[str]) -> None:
    """Refuse to read standard input twice: nothing would be left in it.

    Examples
    --------
    >>> refuse_input_twice(["-", "policies/"])
    >>> refuse_input_twice(["-", "-"])
    Traceback (most recent call last):
    netpol_lab.errors.NetpolError: standard input can be read only once: save it to a file, ...
    """
    from netpol_lab.errors import NetpolError

    if [*paths].count("-") > 1:
        raise NetpolError(
            "standard input can be read only once: save it to a file, and name that file wherever "
            "it is meant."
        )


def refuse_to_overwrite(paths: Iterable[str | Path], out: str | None) -> None:
    """Refuse to overwrite an input, be it named or in a folder that is."""
    from pathlib import Path

    from netpol_lab.errors import NetpolError
    from netpol_lab.manifests.text.sources import is_input

    if out and any(is_input(Path(out), Path(path)) for path in paths):
        raise NetpolError(
            f"{out} is one of the inputs: writing there would lose it. Name another file."
        )


def print_complaints(
    complaints: Iterable[object], warnings: Iterable[Complaint | str], to: TextIO | None = None
) -> None:
    """Print complaints, then warnings, each followed by an empty line.

    Examples
    --------
    >>> print_complaints([], ["shop/db has no ports"])
    warning: shop/db has no ports
    <BLANKLINE>
    """
    for complaint in complaints:
        print(f"{complaint}\n", file=to)
    for warning in grouped(warnings):
        print(f"warning: {warning}\n", file=to)


def print_warnings(cluster: Cluster, told: Cluster | None = None) -> None:
    """Print on standard error what was dropped, and what the server would warn about.

    Parameters
    ----------
    cluster : Cluster
    told : Cluster, optional
        Another one, whose warnings were printed already.
    """
    known = {*_warnings(told)} if told else set()
    new = (warning for warning in _warnings(cluster) if warning not in known)
    print_complaints((), new, sys.stderr)


def _warnings(cluster: Cluster) -> Iterator[Complaint]:
    from netpol_lab.errors import Complaint, Reason

    yield from (*cluster.dropped, *cluster.warnings)
    if not cluster.pods:
        said = "there are no pods among the manifests, so no connection is judged: name what runs"
        yield Complaint("", Reason.WARNING, said, file="", document=0)


def passed_over(kind: str) -> str:
    """Return what to call a kind that is passed over; other APIs have a NetworkPolicy, too.

    Examples
    --------
    >>> passed_over("ConfigMap"), passed_over("NetworkPolicy")
    ('ConfigMap', 'NetworkPolicy of another apiVersion')
    """
    return f"{kind} of another apiVersion" if kind == "NetworkPolicy" else kind
