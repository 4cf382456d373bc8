"""The command line, ``netpol-lab``: no rules here, only words and exit statuses."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from textwrap import indent
from typing import TYPE_CHECKING, Any, NamedTuple

from netpol_lab import __version__
from netpol_lab.cli.class_commands import PROGRESS, add_progress, run_progress
from netpol_lab.cli.exercise_commands import SCENARIO, add_scenario, run_scenario
from netpol_lab.cli.options import (
    FINDINGS,
    GOOD,
    WRONG_USE,
    add_assume,
    add_lenient,
    add_output,
    add_paths,
    assumptions_of,
    not_empty,
    passed_over,
    port_with_protocol,
    print_json,
    print_warnings,
    read_cluster,
)
from netpol_lab.cli.report_commands import (
    DIFF,
    DRAW,
    LINT,
    REACH,
    add_diff,
    add_draw,
    add_lint,
    add_reach,
    run_diff,
    run_draw,
    run_lint,
    run_reach,
)

if TYPE_CHECKING:
    from netpol_lab.checks.expectation_report import ExpectationReport
    from netpol_lab.errors import Complaint

INTERRUPTED, CUT_OFF = 130, 141  # as shells have it

EXAMPLES = """\
examples:
  netpol-lab check policies/                          is it valid, and if not, what to type?
  kubectl get ns,pods,netpol,svc -A -o yaml | netpol-lab check -
  netpol-lab verdict shop.yaml --from shop/web --to shop/db --port 5432
  netpol-lab reach shop.yaml --to shop/db             who reaches db, on which ports?
  netpol-lab diff old/ new/ --with deploy/            what does the change open and close?
  netpol-lab lint deploy/ policies/                   what is probably not meant?
  netpol-lab draw shop.yaml --out shop.svg
  netpol-lab test tests/                              do the expected verdicts hold?
  netpol-lab scenario check my-shop.yaml              for teachers: is an exercise fit to be given?
  netpol-lab progress collected/                      how far is each learner of a class?

exit status: 0 good (verdict: whatever the answer), 1 complaints, failed expectations, findings
or changes, 2 wrong use or unreadable input
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
Service is the Service's own; of everything else it is the pod's. What is not allowed comes with the
smallest change to the manifests that would allow it, and with what else that change opens.

examples:
  netpol-lab verdict shop.yaml --from shop/web --to shop/db --port 5432
  netpol-lab verdict shop.yaml --from 203.0.113.7 --to shop/web --port 8080
  netpol-lab verdict dump.json --from shop/web --to kube-system/dns --port 53 --protocol UDP
  netpol-lab verdict three-tier --from web --to db --port 5432 --assume enforced=false
"""

TEST = """\
Check files that hold the verdicts expected of manifests, which they hold too, or name.

A file looks like this:
  name: db-is-private
  manifests_from: [../policies/]
  manifests: |
    ...pods, namespaces and policies, as for kubectl apply...
  expect:
  - {from: shop/backend, to: shop/db, port: 5432, allowed: true}
  - {from: 203.0.113.7, to: shop/db, port: 5432, allowed: false}

examples:
  netpol-lab test tests/
  netpol-lab test tests/ --junit report.xml           for a CI system
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
        0 good, 1 complaints, failed expectations, findings or changes, 2 wrong use or
        unreadable input.

    Examples
    --------
    >>> main(["check", "three-tier"])
    3 pods, 1 namespace, 2 policies: no complaints
    0
    """
    _open_streams()
    words = sys.argv[1:] if arguments is None else [*arguments]
    chosen = next((verb.name for word in words for verb in _VERBS if verb.name == word), "none")
    return _run(parser(chosen).parse_args(words))


def _open_streams() -> None:
    """Make standard output and error fit for every name, and there even if they were closed."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):  # a name may hold what the terminal cannot show
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(options: argparse.Namespace) -> int:
    """Run a command; what is wrong with its input is said in words."""
    from netpol_lab.errors import NetpolError

    try:
        status = int(options.run(options))
        sys.stdout.flush()  # here, where it can still be said what went wrong
        return status
    except NetpolError as error:
        print(f"netpol-lab: {error}", file=sys.stderr)
        return WRONG_USE
    except BrokenPipeError:  # the reader has seen enough
        _give_up_output()
        return CUT_OFF
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        where = error.filename or "standard output"
        print(f"netpol-lab: {where} cannot be written: {error.strerror}.", file=sys.stderr)
        _give_up_output()
        return WRONG_USE


def _give_up_output() -> None:
    """Send the rest nowhere: Python would try to write it again when it ends, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# ---------------------------------------------------------------- what can be typed


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of all commands, with the options of `only` one for a quick start."""
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
        if only in (None, verb.name):
            verb.options(sub)
        sub.set_defaults(run=verb.run)
    return top


def _parser(description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


# ---------------------------------------------------------------- check


def _check_options(sub: argparse.ArgumentParser) -> None:
    for add in (add_paths, add_output, add_lenient, add_assume):
        add(sub)


def _check(options: argparse.Namespace) -> int:
    from netpol_lab.errors import ManifestError

    complaints: Iterable[Complaint] = ()
    warnings: Iterable[Complaint] = ()
    ignored: dict[str, int] = {}
    found = ""
    try:
        cluster = read_cluster(options)
        warnings = (*cluster.dropped, *cluster.warnings)
        found = repr(cluster).removeprefix("Cluster: ")
        ignored = dict(sorted(cluster.ignored.items()))
        others = ", ".join(f"{number} {passed_over(kind)}" for kind, number in ignored.items())
        found += f" (passed over: {others})" if others else ""
    except ManifestError as error:
        complaints = error.complaints
    if options.output == "json":
        print_json(
            {
                "complaints": _plain(complaints),
                "warnings": _plain(warnings),
                "ignored": ignored,
            }
        )
    else:
        _print_findings(complaints, warnings, found)
    return FINDINGS if complaints else GOOD


def _plain(complaints: Iterable[Complaint]) -> list[dict[str, Any]]:
    from dataclasses import asdict

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


# ---------------------------------------------------------------- verdict


def _verdict_options(sub: argparse.ArgumentParser) -> None:
    add_paths(sub)
    sub.add_argument("--from", dest="source", required=True, metavar="END", help="who connects")
    sub.add_argument("--to", dest="destination", required=True, metavar="END", help="to whom")
    sub.add_argument(
        "--port",
        type=port_with_protocol,
        metavar="PORT",
        help="the destination port: 80, or 53/UDP",
    )
    sub.add_argument("--protocol", type=not_empty, help="TCP (the default), UDP, SCTP, or ICMP")
    sub.add_argument(
        "--narrow", action="store_true", help="of all fixes prefer what opens the least else"
    )
    for add in (add_output, add_lenient, add_assume):
        add(sub)


def _verdict(options: argparse.Namespace) -> int:
    from netpol_lab.advice.fix import fix, needless
    from netpol_lab.engine.verdict import evaluate

    port, protocol = _asked_port(options)
    cluster = read_cluster(options)
    ends = options.source, options.destination
    verdict = evaluate(cluster, *ends, port, protocol, assumptions_of(options))
    if port is not None and verdict.flow.port is None:
        said = f"{verdict.flow.protocol} has no ports: --port {port} makes no difference"
        print(f"note: {said}\n", file=sys.stderr)
    found = fix(verdict, options.narrow)
    if options.output == "json":
        from netpol_lab.advice import fix as fixes
        from netpol_lab.engine import explain

        print_json({**explain.as_data(verdict), "fix": found and fixes.as_data(found)})
    else:
        print_warnings(cluster)
        print(verdict)
        if verdict.allowed is not True:
            surely = "" if verdict.allowed is False else " for sure"
            print(f"to allow it{surely}:", end="")
            none = needless(verdict) or "found no change that surely does"
            print(f"\n{indent(str(found), '  ')}" if found else f" {none}")
    return GOOD


def _asked_port(options: argparse.Namespace) -> tuple[int | None, str]:
    """Return the port and the protocol, which either option may name."""
    from netpol_lab.errors import NetpolError

    port, beside = options.port or (None, "")
    if beside and options.protocol and options.protocol.upper() != beside:
        raise NetpolError(
            f"--port {port}/{beside} and --protocol {options.protocol} name two protocols: "
            "leave one of them away."
        )
    return port, options.protocol or beside or "TCP"


# ---------------------------------------------------------------- test


def _test_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("paths", nargs="+", metavar="PATH", help="files, or directories of them")
    sub.add_argument(
        "-o", "--output", choices=("text", "json", "junit"), default="text", help="default: text"
    )
    sub.add_argument(
        "--junit", type=not_empty, metavar="FILE", help="write JUnit XML, too, for a CI system"
    )
    for add in (add_lenient, add_assume):
        add(sub)


def _test(options: argparse.Namespace) -> int:
    from netpol_lab.checks.expectations import run

    report = run(options.paths, assumptions_of(options), strict=not options.lenient)
    if options.junit:
        _write_junit(report, options.junit)
    _print_report(report, options.output)
    return FINDINGS if report.failures else GOOD


def _print_report(report: ExpectationReport, output: str) -> None:
    if output == "json":
        print_json(report.as_data())
    elif output == "junit":
        from netpol_lab.checks.junit import junit

        print(junit(report))
    else:
        for failure in report.failures:
            print(failure)
        for file in report.waiting:
            print(f"waits for cluster-wide policies: {file}")
        print(report.summary)


def _write_junit(report: ExpectationReport, file: str) -> None:
    from netpol_lab.checks.junit import junit
    from netpol_lab.cli.reports.output import save

    save(iter([junit(report)]), file)


# ---------------------------------------------------------------- completion


def _completion_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("shell", choices=("bash", "zsh", "tcsh"))


def _completion(options: argparse.Namespace) -> int:
    try:
        import shtab
    except ImportError:
        from netpol_lab.errors import NetpolError

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
    _Verb("reach", "who reaches whom, on exactly which ports?", REACH, add_reach, run_reach),
    _Verb("diff", "which connections does a change open or close?", DIFF, add_diff, run_diff),
    _Verb("lint", "what is legal and probably not meant?", LINT, add_lint, run_lint),
    _Verb("draw", "a picture of all traffic on one port", DRAW, add_draw, run_draw),
    _Verb("test", "do the expected verdicts hold?", TEST, _test_options, _test),
    _Verb("progress", "how far is each learner of a class?", PROGRESS, add_progress, run_progress),
    _Verb("scenario", "for teachers: is an exercise fit to be given?", SCENARIO, add_scenario,
          run_scenario),
    _Verb("completion", "print the completion script of a shell",
          'For instance: eval "$(netpol-lab completion bash)"', _completion_options, _completion),
)  # fmt: skip
