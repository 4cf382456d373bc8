"""The command line, ``netpol-lab``: it reads words and sets exit statuses, and decides nothing."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from textwrap import indent
from typing import TYPE_CHECKING, Any

from netpol_lab import __version__
from netpol_lab.cli.convert_command import CONVERT
from netpol_lab.cli.options import (
    Command,
    add_assume,
    add_namespace,
    add_output,
    add_paths,
    not_empty,
)
from netpol_lab.cli.reading import (
    assumptions_of,
    passed_over,
    print_complaints,
    print_warnings,
    read_cluster,
    refuse_to_overwrite,
)
from netpol_lab.cli.report_commands import DIFF, DRAW, LINT, REACH
from netpol_lab.cli.teacher_commands import PROGRESS, SCENARIO
from netpol_lab.cli.terminal import harmless_streams, json_text

if TYPE_CHECKING:
    from netpol_lab.errors import Complaint

# What functions of the package are called here.
FUNCTIONS = {
    "load": "check",
    "review": "check",
    "from_kubectl": "check",
    "evaluate": "verdict",
    "fix": "verdict",
    "reachability": "reach",
    "blast_radius": "reach",
    "plot_matrix": "reach",
    "plot_exposure": "reach",
    "compare": "diff",
    "explore": "draw",
    "expect": "test",
    "exercise": "scenario",
    "course_map": "progress",
}

GOOD, FINDINGS, WRONG_USE = 0, 1, 2
INTERRUPTED, CUT_OFF = 130, 141  # as shells have it

EXAMPLES = """\
examples:
  netpol-lab check policies/                          is it valid, and if not, what to type?
  kubectl get ns,pods,netpol,svc,endpointslices -A -o yaml | netpol-lab check -
  netpol-lab verdict shop.yaml --from shop/web --to shop/db --port 5432
  netpol-lab reach shop.yaml --to shop/db             who reaches db, on which ports?
  netpol-lab diff old/ new/ --with deploy/            what does the change open and close?
  netpol-lab lint deploy/ policies/                   what is probably not meant?
  netpol-lab draw shop.yaml --out shop.svg
  netpol-lab test tests/                              do the expected verdicts hold?
  netpol-lab convert policies/ --with deploy/         AdminNetworkPolicy as ClusterNetworkPolicy
  netpol-lab scenario check my-shop.yaml              for teachers: is an exercise ready to be used?
  netpol-lab progress collected/                      how far is each learner of a class?

exit status: 0 good (verdict: whatever the answer), 1 complaints, failed expectations, findings
or changes, 2 wrong use or unreadable input
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
    with harmless_streams():
        try:
            return _run(sys.argv[1:] if arguments is None else [*arguments])
        except BrokenPipeError:  # the reader has seen enough
            _give_up_output()
            return CUT_OFF
        except KeyboardInterrupt:
            return INTERRUPTED
        except OSError as error:
            where = error.filename or "standard output"
            _complain(f"{where} cannot be written: {error.strerror}.")
            _give_up_output()
            return WRONG_USE
        except MemoryError:
            _complain("there is not enough memory for this.")
            return WRONG_USE


def _run(words: list[str]) -> int:
    """Run a command; an error that was foreseen becomes a sentence and an exit status."""
    chosen = next((one.name for word in words for one in _COMMANDS if one.name == word), "none")
    commands = parser(chosen)
    _refuse_unknown(commands, words)
    try:
        options = commands.parse_args(words)
    finally:
        sys.stdout.flush()  # here, where a failure can still be reported
    from netpol_lab.errors import NetpolError

    try:
        found = options.run(options)
        sys.stdout.flush()
        return FINDINGS if found else GOOD
    except NetpolError as error:
        _complain(str(error))
        return WRONG_USE


def _refuse_unknown(commands: CommandParser, words: Sequence[str]) -> None:
    """End with what was meant, where the first word is no command."""
    word = next(iter(words), "-")
    known = {one.name for one in _COMMANDS}
    if word in known or word.startswith("-"):
        return
    from netpol_lab.errors import did_you_mean, visible

    meant = FUNCTIONS.get(word)
    near = f"Did you mean {meant}?" if meant else did_you_mean(word, known)
    commands.error(f'there is no command "{visible(word)}". {near}')


def _complain(words: str) -> None:
    print(f"netpol-lab: {words}", file=sys.stderr)


def _give_up_output() -> None:
    """Discard further output: Python would try to flush it at exit, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class CommandParser(argparse.ArgumentParser):
    """A parser that keeps the line breaks of its description and takes no abbreviated options."""

    def __init__(self, **options: Any) -> None:
        options["formatter_class"] = argparse.RawDescriptionHelpFormatter
        super().__init__(allow_abbrev=False, **options)
        self.color = False  # Python 3.14 would paint its words


def parser(only: str | None = None) -> CommandParser:
    """Return the parser of all commands; for a quick start, with the options of `only` one."""
    words = "Predict what Kubernetes NetworkPolicies allow, and why.\n\n" + EXAMPLES
    top = CommandParser(prog="netpol-lab", description=words)
    top.add_argument("--version", action="version", version=f"netpol-lab {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for one in _COMMANDS:
        sub = commands.add_parser(one.name, help=one.help, description=one.description)
        for add in one.options if only in (None, one.name) else ():
            add(sub)
        sub.set_defaults(run=one.run)
    return top


# ---------------------------------------------------------------- check


def _check(options: argparse.Namespace) -> bool:
    """Say everything the API server would say about manifests, with places and hints.

    examples:
      netpol-lab check db-policy.yaml
      netpol-lab check policies/ namespaces.yaml -o json
      helm template shop/ | netpol-lab check -
    """
    from netpol_lab.advice.conversion_words import OLDER_KINDS
    from netpol_lab.errors import ManifestError

    complaints: tuple[Complaint, ...] = ()
    warnings: tuple[Complaint, ...] = ()
    ignored: dict[str, int] = {}
    is_old = False
    try:
        cluster = read_cluster(options, older=False)
        warnings = (*cluster.dropped, *cluster.warnings)
        is_old = any(one.kind in OLDER_KINDS for one in cluster.cluster_policies)
        ignored = dict(sorted(cluster.ignored.items()))
        others = ", ".join(f"{number} {passed_over(kind)}" for kind, number in ignored.items())
        others = f" (passed over: {others})" if others else ""
        summary = f"{repr(cluster).removeprefix('Cluster: ')}{others}: no complaints"
    except ManifestError as error:
        complaints = error.complaints
        summary = _number_of(complaints)
    if options.output == "json":
        found = {"complaints": _as_data(complaints), "warnings": _as_data(warnings)}
        _print_json({**found, "ignored": ignored})
    else:
        print_complaints(complaints, warnings)
        if is_old:
            convert = "netpol-lab convert turns them into it"
            print(
                f"note: {' and '.join(OLDER_KINDS)} came before ClusterNetworkPolicy: {convert}\n"
            )
        print(summary)
    return bool(complaints)


def _number_of(complaints: Sequence[Complaint]) -> str:
    from netpol_lab.errors import MOST_COMPLAINTS, counted

    if len(complaints) > MOST_COMPLAINTS:  # the last one says that the rest is not read
        return f"{MOST_COMPLAINTS:,} complaints or more"
    return counted(len(complaints), "complaint")


def _print_json(value: object) -> None:
    print(json_text(value, indent=2))


def _as_data(complaints: Iterable[Complaint]) -> list[dict[str, Any]]:
    from dataclasses import asdict

    return [{k: v for k, v in asdict(c).items() if k != "excerpt"} for c in complaints]


CHECK = Command(
    "check",
    "are the manifests valid, and if not, what to type?",
    (add_paths, add_output, add_namespace, add_assume),
    _check,
)

# ---------------------------------------------------------------- verdict


def _verdict_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--from", dest="source", required=True, metavar="END", help="who connects")
    sub.add_argument("--to", dest="destination", required=True, metavar="END", help="to whom")
    words = "the destination port: 80, or 53/UDP"
    sub.add_argument("--port", type=port_with_protocol, metavar="PORT", help=words)
    sub.add_argument("--protocol", type=not_empty, help="TCP (the default), UDP, SCTP, or ICMP")
    words = "prefer the fix that opens the least besides"
    sub.add_argument("--narrow", action="store_true", help=words)


def _verdict(options: argparse.Namespace) -> bool:
    """Say whether a connection is allowed, and why.

    Both ends are namespace/name of a pod, a workload or a Service, or an IP address. To a Service,
    the port is the Service's own; to everything else, the pod's. What is not allowed comes with the
    smallest change to the manifests that would allow it, and with all that this change opens
    besides.

    examples:
      netpol-lab verdict shop.yaml --from shop/web --to shop/db --port 5432
      netpol-lab verdict shop.yaml --from 203.0.113.7 --to shop/web --port 8080
      netpol-lab verdict dump.json --from shop/web --to kube-system/dns --port 53 --protocol UDP
      netpol-lab verdict three-tier --from web --to db --port 5432 --assume enforced=false
    """
    from netpol_lab.advice import fix as fixes
    from netpol_lab.engine import explain
    from netpol_lab.engine.verdict import evaluate

    port, protocol = _asked_port(options)
    cluster = read_cluster(options)
    print_warnings(cluster)
    ends = options.source, options.destination
    verdict = evaluate(cluster, *ends, port, protocol, assumptions_of(options))
    if port is not None and verdict.flow.port is None:
        said = f"{verdict.flow.protocol} has no ports: --port {port} makes no difference"
        print(f"note: {said}\n", file=sys.stderr)
    fix = fixes.fix(verdict, options.narrow)
    if options.output == "json":
        _print_json({**explain.as_data(verdict), "fix": fix and fixes.as_data(fix)})
        return False
    print(verdict)
    if verdict.allowed is not True:
        surely = "" if verdict.allowed is False or (fix and fix.remarks) else " for sure"
        none = fixes.why_none(verdict) or "found no change that surely does"
        change = "\n" + indent(str(fix), "  ") if fix else f" {none}"
        print(f"to allow it{surely}:{change}")
    return False


def port_with_protocol(text: str) -> tuple[int, str]:
    """Parse a port with or without a protocol; whether there are such is checked in evaluation.

    Examples
    --------
    >>> port_with_protocol("53/udp"), port_with_protocol("80")
    ((53, 'UDP'), (80, ''))
    """
    number, _, protocol = text.partition("/")
    if not number.isascii() or not number.isdigit():
        raise argparse.ArgumentTypeError(
            f'"{number}" is not a number: a port is one from 1 to 65535'
        )
    return int(number[:9]), protocol.upper()


def _asked_port(options: argparse.Namespace) -> tuple[int | None, str]:
    """Return the port and the protocol, which either option may name."""
    from netpol_lab.errors import NetpolError

    port, protocol = options.port or (None, "")
    if protocol and options.protocol and options.protocol.upper() != protocol:
        raise NetpolError(
            f"--port {port}/{protocol} and --protocol {options.protocol} name two protocols: "
            "leave one of them out."
        )
    return port, options.protocol or protocol or "TCP"


VERDICT = Command(
    "verdict",
    "is a connection allowed, and why?",
    (add_paths, _verdict_options, add_output, add_namespace, add_assume),
    _verdict,
)

# ---------------------------------------------------------------- test


def _test_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("paths", nargs="+", metavar="PATH", help="files, or directories of them")
    add_output(sub, "junit")
    words = "also write JUnit XML, for a CI system"
    sub.add_argument("--junit", type=not_empty, metavar="FILE", help=words)


def _test(options: argparse.Namespace) -> bool:
    """Check files of expected verdicts.

    A file holds the manifests that these are about, or names them. A file looks like this:
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
    from netpol_lab.checks.expectations import run
    from netpol_lab.checks.junit import junit
    from netpol_lab.cli.reports.output import save

    refuse_to_overwrite(options.paths, options.junit)
    report = run(
        options.paths,
        assumptions_of(options),
        not options.lenient,
        options.namespace,
        options.channel,
    )
    print_complaints((), report.warnings, sys.stderr)
    if options.junit:
        save([junit(report)], options.junit)
    if options.output == "json":
        _print_json(report.as_data())
    elif options.output == "junit":
        print(junit(report))
    else:
        print(*report.failures, report.summary, sep="\n")
    return bool(report.failures)


TEST = Command(
    "test", "do the expected verdicts hold?", (_test_options, add_namespace, add_assume), _test
)

# ---------------------------------------------------------------- completion


def _completion_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("shell", choices=("bash", "zsh", "tcsh"))


def _completion(options: argparse.Namespace) -> bool:
    """Print the completion script of a shell.

    For instance: eval "$(netpol-lab completion bash)"
    """
    try:
        import shtab
    except ImportError:
        from netpol_lab.errors import NetpolError

        raise NetpolError("completion needs the package shtab: pip install shtab") from None
    print(shtab.complete(parser(), options.shell))
    return False


COMPLETION = Command(
    "completion", "print the completion script of a shell", (_completion_options,), _completion
)

_COMMANDS = (CHECK, VERDICT, REACH, DIFF, LINT, DRAW, TEST, CONVERT, PROGRESS, SCENARIO, COMPLETION)
