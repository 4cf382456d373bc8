"""The command line, ``netpol-lab``: no rules here, only words and exit statuses."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, NamedTuple

from netpol_lab import __version__
from netpol_lab.assumptions import DEFAULTS, OPEN_QUESTIONS, SETTLED, Assumptions
from netpol_lab.errors import Complaint, ManifestError, NetpolError, did_you_mean

GOOD, FINDINGS, WRONG_USE = 0, 1, 2

EXAMPLES = """\
examples:
  netpol-lab check policies/                          is it valid, and if not, what to type?
  kubectl get ns,pods,netpol,svc -A -o yaml | netpol-lab check -
  netpol-lab verdict shop.yaml --from shop/web --to shop/db --port 5432
  netpol-lab test tests/                              do the expected verdicts hold?

exit status: 0 good (verdict: whatever the answer), 1 complaints or failed expectations,
2 wrong use or unreadable input
"""

CHECK = """\
Say everything the API server would say about manifests, with places and hints.

examples:
  netpol-lab check db-policy.yaml
  netpol-lab check policies/ namespaces.yaml -o json
  helm template shop/ | netpol-lab check -
"""

VERDICT = """\
Say whether a connection is allowed, and why.

Both ends are namespace/name of a pod, a workload or a Service, or an IP address. A port of a
Service is the Service's own; of everything else it is the pod's.

examples:
  netpol-lab verdict shop.yaml --from shop/web --to shop/db --port 5432
  netpol-lab verdict shop.yaml --from 203.0.113.7 --to shop/web --port 8080
  netpol-lab verdict dump.json --from shop/web --to kube-system/dns --port 53 --protocol UDP
  netpol-lab verdict three-tier --from web --to db --port 5432 --assume enforced=false
"""

TEST = """\
Check files that hold manifests and the verdicts expected of them.

A file looks like this:
  name: db-is-private
  manifests: |
    ...pods, namespaces and policies, as for kubectl apply...
  expect:
  - {from: shop/backend, to: shop/db, port: 5432, allowed: true}
  - {from: 203.0.113.7, to: shop/db, port: 5432, allowed: false}

examples:
  netpol-lab test tests/
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process when left out.

    Returns
    -------
    int
        0 good, 1 complaints or failed expectations, 2 wrong use or unreadable input.

    Examples
    --------
    >>> main(["check", "three-tier"])
    3 pods, 1 namespace, 2 policies: no complaints
    0
    """
    for stream in (sys.stdout, sys.stderr):  # a name may hold what the terminal cannot show
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except NetpolError as error:
        print(f"netpol-lab: {error}", file=sys.stderr)
        return WRONG_USE
    except BrokenPipeError:  # the reader has seen enough
        sys.stderr.close()
        return GOOD


# ---------------------------------------------------------------- what can be typed


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = _parser("Predict what Kubernetes NetworkPolicies allow, and why.\n\n" + EXAMPLES)
    top.prog = "netpol-lab"
    top.add_argument("--version", action="version", version=f"netpol-lab {__version__}")
    verbs = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for verb in _VERBS:
        sub = verbs.add_parser(
            verb.name,
            help=verb.help,
            description=verb.description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        verb.options(sub)
        sub.set_defaults(run=verb.run)
    return top


def _parser(description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _paths(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="files, directories, packaged scenarios, or - for standard input",
    )


def _output(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "-o", "--output", choices=("text", "json"), default="text", help="default: text"
    )


def _lenient(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--lenient",
        action="store_true",
        help="drop unknown and repeated fields, as an old or non-strict server would",
    )


def _assume(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what to take for granted, see below",
    )
    sub.epilog = _ASSUMPTIONS_HELP


def _assumptions_help() -> Iterator[str]:
    """Yield what can be assumed, for people who have only --help."""
    yield "--assume NAME=VALUE; the rows (SEM-..) are in tests/semantics.md of the project"
    yield "\n true or false, true by default:"
    yield from (f"  {name:<28} {words}" for name, words in SETTLED.items())
    yield "\n true, false or open, open by default (then both are tried):"
    for name, question in OPEN_QUESTIONS.items():
        yield f"  {name:<28} {question.words} ({question.row})"


_ASSUMPTIONS_HELP = "\n".join(_assumptions_help())
_ASSUMABLE = [field.name for field in fields(Assumptions)]
_VALUES = {"true": True, "false": False, "open": None}


def _assumptions(options: argparse.Namespace) -> Assumptions:
    assumed: dict[str, Any] = {}
    for text in options.assume:
        name, _, value = text.partition("=")
        name = name.replace("-", "_")
        if name not in _ASSUMABLE:
            near = did_you_mean(name, _ASSUMABLE)
            raise NetpolError(f'nothing called "{name}" can be assumed. {near}')
        allowed = [word for word in _VALUES if word != "open" or getattr(DEFAULTS, name) is None]
        if value not in allowed:
            raise NetpolError(f'--assume {name}= takes {" or ".join(allowed)}, not "{value}"')
        assumed[name] = _VALUES[value]
    return replace(DEFAULTS, **assumed)


# ---------------------------------------------------------------- check


def _check_options(sub: argparse.ArgumentParser) -> None:
    for add in (_paths, _output, _lenient, _assume):
        add(sub)


def _check(options: argparse.Namespace) -> int:
    from netpol_lab.manifests import load_files

    complaints: Iterable[Complaint] = ()
    warnings: Iterable[Complaint] = ()
    found = ""
    try:
        cluster = load_files(
            *options.paths, strict=not options.lenient, assumptions=_assumptions(options)
        )
        warnings = (*cluster.dropped, *cluster.warnings)
        found = repr(cluster).removeprefix("Cluster: ")
        others = ", ".join(f"{number} {kind}" for kind, number in sorted(cluster.ignored.items()))
        found += f" (passed over: {others})" if others else ""
    except ManifestError as error:
        complaints = error.complaints
    if options.output == "json":
        _print_json({"complaints": _plain(complaints), "warnings": _plain(warnings)})
    else:
        _print_findings(complaints, warnings, found)
    return FINDINGS if complaints else GOOD


def _plain(complaints: Iterable[Complaint]) -> list[dict[str, Any]]:
    return [{k: v for k, v in asdict(c).items() if k != "excerpt"} for c in complaints]


def _print_findings(
    complaints: Iterable[Complaint], warnings: Iterable[Complaint], found: str
) -> None:
    for complaint in complaints:
        print(f"{complaint}\n")
    for warning in warnings:
        print(f"warning: {warning}\n")
    number = len(tuple(complaints))
    if number:
        print(f"{number} complaint{'s' if number > 1 else ''}")
    else:
        print(f"{found}: no complaints")


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


# ---------------------------------------------------------------- verdict


def _verdict_options(sub: argparse.ArgumentParser) -> None:
    _paths(sub)
    sub.add_argument("--from", dest="source", required=True, metavar="END", help="who connects")
    sub.add_argument("--to", dest="destination", required=True, metavar="END", help="to whom")
    sub.add_argument("--port", type=_port, metavar="PORT", help="the destination port")
    sub.add_argument("--protocol", default="TCP", help="TCP (the default), UDP, SCTP, or ICMP")
    for add in (_output, _lenient, _assume):
        add(sub)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f'"{text}" is no number: a port is one from 1 to 65535')
    return int(text[:9])


def _verdict(options: argparse.Namespace) -> int:
    from netpol_lab.manifests import load_files
    from netpol_lab.verdict import evaluate

    assumptions = _assumptions(options)
    cluster = load_files(*options.paths, strict=not options.lenient, assumptions=assumptions)
    verdict = evaluate(
        cluster,
        options.source,
        options.destination,
        options.port,
        options.protocol,
        assumptions,
    )
    if options.output == "json":
        from netpol_lab.explain import as_data

        _print_json(as_data(verdict))
    else:
        for warning in (*cluster.dropped, *cluster.warnings):
            print(f"warning: {warning}\n", file=sys.stderr)
        print(verdict)
    return GOOD


# ---------------------------------------------------------------- test


def _test_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("paths", nargs="+", metavar="PATH", help="files, or directories of them")
    for add in (_output, _lenient, _assume):
        add(sub)


def _test(options: argparse.Namespace) -> int:
    from netpol_lab.expectations import run

    report = run(options.paths, _assumptions(options), strict=not options.lenient)
    if options.output == "json":
        _print_json(asdict(report))
        return FINDINGS if report.failures else GOOD
    for failure in report.failures:
        print(failure)
    for file in report.waiting:
        print(f"waits for cluster-wide policies: {file}")
    print(report.summary)
    return FINDINGS if report.failures else GOOD


# ---------------------------------------------------------------- completion


def _completion_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("shell", choices=("bash", "zsh", "tcsh"))


def _completion(options: argparse.Namespace) -> int:
    try:
        import shtab
    except ImportError:
        raise NetpolError("completion needs the package shtab: pip install shtab") from None
    print(shtab.complete(parser(), options.shell))
    return GOOD


class _Verb(NamedTuple):
    name: str
    help: str
    description: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


_VERBS = (
    _Verb("check", "are the manifests valid, and if not, what to type?", CHECK, _check_options,
          _check),
    _Verb("verdict", "is a connection allowed, and why?", VERDICT, _verdict_options, _verdict),
    _Verb("test", "do the expected verdicts hold?", TEST, _test_options, _test),
    _Verb("completion", "print the completion script of a shell",
          'For instance: eval "$(netpol-lab completion bash)"', _completion_options, _completion),
)  # fmt: skip
