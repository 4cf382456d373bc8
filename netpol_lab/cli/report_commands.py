"""The commands that answer about everybody, in nine formats: reach, diff, lint and draw."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from netpol_lab.cli.options import (
    FINDINGS,
    GOOD,
    add_assume,
    add_format,
    add_lenient,
    add_paths,
    assumptions_of,
    not_empty,
    print_warnings,
    read_cluster,
    refuse_input_twice,
    refuse_to_overwrite,
)

if TYPE_CHECKING:
    from netpol_lab.cli.reports.progress_bar import Progress
    from netpol_lab.cli.reports.reach import Question
    from netpol_lab.model.cluster import Cluster
    from netpol_lab.reach.diff import Diff
    from netpol_lab.reach.reachability import Reachability

FORMATS = ("text", "json", "csv", "md", "dot", "mermaid", "svg", "png", "html")
SEVERITIES = ("error", "warning", "note")

REACH = """\
Say who reaches whom, on exactly which ports.

Allowed is what every end may open to another, pods and ranges of addresses outside the cluster.
With --port, the answer is a grid. Of a large cluster, what is made for people puts pods together
by workload or namespace; JSON and CSV name every pod unless --by says otherwise.

examples:
  netpol-lab reach shop.yaml
  netpol-lab reach shop.yaml --to shop/db                    who reaches db?
  netpol-lab reach shop.yaml --port 5432/TCP                 a grid at one port
  netpol-lab reach dump.json --by workload -o json
  netpol-lab reach shop.yaml --out shop.html                 a page with picture and table
  netpol-lab reach deploy/ policies/ --expect reach.csv --update    store the answer
  netpol-lab reach deploy/ policies/ --expect reach.csv             exit 1 if anything changed
"""

DIFF = """\
Say which connections a change of manifests opens and closes, and which policies did it.

Both sides need the pods. Where these lie beside the policies, --with reads them for both.
By workload or namespace, a change is one of all its pods; ~ tells what only some lost or gained.

exit status: 0 nothing changed, 1 something did, 2 wrong use or unreadable input

examples:
  netpol-lab diff old.yaml new.yaml
  netpol-lab diff main/policies/ policies/ --with deploy/ --to shop/db
  kubectl get netpol -A -o yaml | netpol-lab diff - policies/ --with deploy/ -o md
"""

LINT = """\
Find what is legal and probably not meant, each with a flow that proves it.

exit status: 0 nothing of the chosen severity, 1 findings, 2 wrong use or unreadable input

examples:
  netpol-lab lint deploy/ policies/
  netpol-lab lint shop.yaml --fail-on error -o json
"""

DRAW = """\
Draw the traffic between all pods, on one port.

examples:
  netpol-lab draw three-tier --port 5432 --out shop.svg
  netpol-lab draw shop.yaml --port 53/UDP -o mermaid
"""


# ---------------------------------------------------------------- options


def add_reach(sub: argparse.ArgumentParser) -> None:
    """Let `reach` be asked."""
    add_paths(sub)
    _add_question(sub)
    _add_format(sub)
    sub.add_argument(
        "--expect",
        type=not_empty,
        metavar="SNAPSHOT",
        help="compare with a stored answer, a .json, .csv or .txt file",
    )
    sub.add_argument("--update", action="store_true", help="write that file instead")
    add_lenient(sub)
    add_assume(sub)


def add_diff(sub: argparse.ArgumentParser) -> None:
    """Let `diff` be asked."""
    paths = "a file, a directory, a packaged scenario, or - for standard input"
    sub.add_argument("old", metavar="OLD", help=paths)
    sub.add_argument("new", metavar="NEW", help="likewise")
    sub.add_argument(
        "--with",
        dest="shared",
        action="append",
        default=[],
        type=not_empty,
        metavar="PATH",
        help="manifests that belong to both sides, such as the pods; may be repeated",
    )
    for add in (_add_question, _add_format, add_lenient, add_assume):
        add(sub)


def add_lint(sub: argparse.ArgumentParser) -> None:
    """Let `lint` be asked."""
    add_paths(sub)
    sub.add_argument(
        "--fail-on",
        choices=(*SEVERITIES, "never"),
        default="warning",
        help="the least severity that ends with 1; default: warning",
    )
    for add in (_add_format, add_lenient, add_assume):
        add(sub)


def add_draw(sub: argparse.ArgumentParser) -> None:
    """Let `draw` be asked."""
    add_paths(sub)
    _add_port(sub, "the port at the destination; by default 80")
    for add in (_add_format, add_lenient, add_assume):
        add(sub)


def _add_question(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--by",
        choices=("pod", "workload", "namespace"),
        help="put pods together; default: pod, or what can be read",
    )
    _add_port(sub, "only this port")
    ends = "pod, workload, namespace (with --by namespace) or address"
    for option, name, words in (
        ("--from", "source", f"only from a {ends}"),
        ("--to", "destination", "only to one"),
    ):
        sub.add_argument(option, dest=name, type=not_empty, metavar="END", help=words)


def _add_port(sub: argparse.ArgumentParser, words: str) -> None:
    sub.add_argument(
        "--port", type=port_and_protocol, metavar="PORT", help=f"{words}: 80, 80/TCP or 53/UDP"
    )


def _add_format(sub: argparse.ArgumentParser) -> None:
    add_format(sub, FORMATS)


def port_and_protocol(text: str) -> tuple[int, str]:
    """Read a port with or without its protocol.

    Examples
    --------
    >>> port_and_protocol("53/udp"), port_and_protocol("80")
    ((53, 'UDP'), (80, 'TCP'))
    """
    number, _, protocol = text.partition("/")
    protocol = protocol.upper() or "TCP"
    if not number.isascii() or not number.isdigit() or not 1 <= int(number[:9]) <= 65535:
        raise argparse.ArgumentTypeError(f'"{text}": a port is 80, 80/TCP, 53/UDP; from 1 to 65535')
    if protocol not in ("TCP", "UDP", "SCTP"):
        raise argparse.ArgumentTypeError(f'"{text}": the protocol is TCP, UDP or SCTP')
    return int(number), protocol


# ---------------------------------------------------------------- commands


def run_reach(options: argparse.Namespace) -> int:
    """Say who reaches whom."""
    from netpol_lab.cli.reports.output import chosen_format, deliver
    from netpol_lab.cli.reports.progress_bar import Progress
    from netpol_lab.cli.reports.reach import report
    from netpol_lab.reach.reachability import reachability

    _refuse_odd_pairs(options)
    refuse_to_overwrite(options.paths, options.expect if options.update else options.out)
    format = chosen_format(options.output, options.out)
    with Progress() as progress:
        cluster = _loaded(options, progress, *options.paths)
        progress.now("finding every flow")
        reach = reachability(cluster, assumptions_of(options))
        if options.expect:
            return _expect(reach, options, progress)
        deliver(report(reach, _question(options, reach, format)), format, options.out, progress)
    return GOOD


def run_diff(options: argparse.Namespace) -> int:
    """Say what changed."""
    from netpol_lab.cli.reports.diff import Changes
    from netpol_lab.cli.reports.output import chosen_format, deliver
    from netpol_lab.cli.reports.progress_bar import Progress
    from netpol_lab.reach.diff import diff

    shared = options.shared
    refuse_to_overwrite([options.old, options.new, *shared], options.out)
    refuse_input_twice([options.old, options.new, *shared, *shared])  # both sides read these
    format = chosen_format(options.output, options.out)
    with Progress() as progress:
        old = _loaded(options, progress, *shared, options.old)
        new = _loaded(options, progress, *shared, options.new, but=old)
        _refuse_without_pods(options, old, new)
        progress.now("comparing every flow")
        both = diff(old, new, assumptions_of(options))
        by = options.by or _by_workload_if_renamed(both)
        shown = both.put_together(by or _readable_by(both, options, format))
        question = _asked(options)._replace(by=shown.by)
        deliver(Changes(shown, question), format, options.out, progress)
    decisive = shown if by else both  # putting pods together to be read must hide nothing
    return FINDINGS if Changes(decisive, question._replace(by=decisive.by)) else GOOD


def _refuse_without_pods(options: argparse.Namespace, *sides: Cluster) -> None:
    """Refuse to compare where there is nobody to connect: "nothing changed" would be no answer."""
    from netpol_lab.errors import NetpolError

    for name, cluster in zip((options.old, options.new), sides, strict=True):
        if not cluster.pods:
            raise NetpolError(
                f"{name} holds no pods, and without pods there are no connections to compare. Name "
                "what runs for both sides, as in --with deploy/."
            )


def _by_workload_if_renamed(diff: Diff) -> str:
    """Return how to compare where a rollout has only given pods new names; else nothing."""
    if not (diff.added and diff.removed):
        return ""
    by_workload = diff.put_together("workload")
    if by_workload.added or by_workload.removed:
        return ""
    _say("pods have new names: compared by workload. --by pod tells all apart.")
    return "workload"


def _readable_by(diff: Diff, options: argparse.Namespace, format: str) -> str:
    """Return how to put pods together so that people can read what changed."""
    few = format not in _MOST_ENDS or len(diff.changes) <= _MOST_CHANGES
    if few or options.source or options.destination or not diff.put_together("workload"):
        return "pod"
    number = f"{len(diff.changes):,} connections"
    _say(f"{number} changed: put together by workload. --by pod tells all apart.")
    return "workload"


def _say(words: str) -> None:
    print(words, file=sys.stderr)


def run_lint(options: argparse.Namespace) -> int:
    """Say what is probably not meant."""
    from netpol_lab.checks.lint.run import lint
    from netpol_lab.cli.reports.lint import Findings
    from netpol_lab.cli.reports.output import chosen_format, deliver
    from netpol_lab.cli.reports.progress_bar import Progress

    refuse_to_overwrite(options.paths, options.out)
    format = chosen_format(options.output, options.out)
    with Progress() as progress:
        cluster = _loaded(options, progress, *options.paths)
        progress.now("looking for what is not meant")
        findings = lint(cluster, assumptions_of(options), progress.at)
        deliver(Findings(cluster, findings, assumptions_of(options)), format, options.out, progress)
    failing = _at_least(options.fail_on)
    return FINDINGS if any(finding.severity in failing for finding in findings) else GOOD


def _at_least(severity: str) -> tuple[str, ...]:
    """Return a severity and the worse ones."""
    return () if severity == "never" else SEVERITIES[: SEVERITIES.index(severity) + 1]


def run_draw(options: argparse.Namespace) -> int:
    """Draw all traffic on one port."""
    from netpol_lab.cli.reports.draw import Pictured
    from netpol_lab.cli.reports.output import chosen_format, deliver
    from netpol_lab.cli.reports.progress_bar import Progress
    from netpol_lab.pictures.scene import compose

    refuse_to_overwrite(options.paths, options.out)
    format = chosen_format(options.output, options.out)
    with Progress() as progress:
        cluster = _loaded(options, progress, *options.paths)
        progress.now("drawing")
        port, protocol = options.port or (None, "TCP")
        scene = compose(cluster, port, protocol, assumptions=assumptions_of(options))
        deliver(Pictured(scene), format, options.out, progress)
    return GOOD


def _loaded(
    options: argparse.Namespace, progress: Progress, *paths: str, but: Cluster | None = None
) -> Cluster:
    """Read manifests, and print their warnings but those that another cluster had as well."""
    progress.now("reading manifests")
    cluster = read_cluster(options, *paths)
    print_warnings(cluster, but)
    return cluster


# ---------------------------------------------------------------- what is asked

# So many ends are told apart where people read the answer; programs get them all.
_MOST_ENDS = {"text": 300, "md": 300, "html": 300, "dot": 60, "mermaid": 60}
_MOST_IN_A_GRID = 60
_MOST_CHANGES = 300


def _asked(options: argparse.Namespace) -> Question:
    """Return what was typed."""
    from netpol_lab.cli.reports.reach import Port, Question

    port = Port(*options.port) if options.port else None
    ends = options.source or "", options.destination or ""
    return Question(options.by or "pod", *ends, port)


def _question(options: argparse.Namespace, reach: Reachability, format: str) -> Question:
    from netpol_lab.cli.reports.reach import readable_by

    question = _asked(options)
    most = _MOST_ENDS.get(format)
    if options.by or most is None or options.source or options.destination:
        return question
    by = readable_by(reach, min(most, _MOST_IN_A_GRID) if question.is_grid else most)
    if by != "pod":
        number = len(reach.groups("pod").names)
        _say(f"{number:,} ends: put together by {by}. --by pod tells all apart.")
    return question._replace(by=by)


# ---------------------------------------------------------------- stored answers


def _refuse_odd_pairs(options: argparse.Namespace) -> None:
    from netpol_lab.errors import NetpolError

    if options.expect and (options.output or options.out):
        raise NetpolError("--expect says what differs from a file: leave -o and --out away.")
    if options.update and not options.expect:
        raise NetpolError("--update has to know which file to write: --expect SNAPSHOT --update.")


def _expect(reach: Reachability, options: argparse.Namespace, progress: Progress) -> int:
    """Compare with a stored answer, always by pod unless said otherwise, or store the answer."""
    from netpol_lab.cli.reports.output import save
    from netpol_lab.cli.reports.reach import Listing
    from netpol_lab.cli.reports.snapshots import (
        as_flows,
        asked_otherwise,
        differences,
        format_of_snapshot,
        read,
    )

    format = format_of_snapshot(options.expect)
    listing = Listing(reach, _question(options, reach, "json"))
    if options.update:
        save(listing.lines(format), options.expect)
        print(f"{options.expect}: {listing.summary()}")
        return GOOD
    then = read(options.expect)
    found = [*differences(then, as_flows(listing.connections()), reach.index.ranges)]
    progress.stop()
    if not found:
        print(f"{options.expect}: as expected, {listing.summary()}")
        return GOOD
    print(f"{options.expect}: not as expected (+ allowed only now, - no longer, ? left open)")
    if other := asked_otherwise(then, reach, listing.question):
        print(f"the question differs: {other}")
    print(*found, sep="\n")
    print("\nIf this is meant, write the file anew: the same command with --update.")
    return FINDINGS
