"""The commands about whole clusters, in nine formats: reach, diff, lint and draw."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from netpol_lab.cli.options import (
    Command,
    add_assume,
    add_format,
    add_namespace,
    add_paths,
    not_empty,
)
from netpol_lab.cli.reading import (
    assumptions_of,
    print_warnings,
    read_cluster,
    refuse_input_twice,
    refuse_to_overwrite,
)
from netpol_lab.cli.reports.formats import chosen_format

if TYPE_CHECKING:
    from netpol_lab.cli.reports.progress_bar import ProgressBar
    from netpol_lab.cli.reports.reach_query import ReachQuery
    from netpol_lab.cli.reports.report import Report
    from netpol_lab.errors import Complaint
    from netpol_lab.model.cluster import Cluster
    from netpol_lab.reach.diff import Diff
    from netpol_lab.reach.reachability import Reachability

SEVERITIES = ("error", "warning", "note")

# The most ends that output for people lists one by one; programs get them all.
_MOST_ENDS = {"text": 300, "md": 300, "html": 300, "dot": 60, "mermaid": 60, "svg": 40, "png": 40}
_MOST_IN_A_GRID = 60
_MOST_CHANGES = 300


class _Run(NamedTuple):
    """One run of a command: its options, the format it writes, and its progress bar."""

    options: argparse.Namespace
    format: str
    progress: ProgressBar

    def load(self, *paths: str, told: Cluster | None = None, partly: bool = False) -> Cluster:
        """Read manifests and print their warnings, except those that `told` had as well."""
        self.progress.now("reading manifests")
        cluster = read_cluster(self.options, *paths, partly=partly)
        print_warnings(cluster, told)
        return cluster

    def deliver(self, report: Report) -> None:
        """Write a report to the file that was named, or print it."""
        from netpol_lab.cli.reports.output import deliver

        deliver(report, self.format, self.options.out, self.progress)


@contextmanager
def _running(options: argparse.Namespace, paths: Iterable[str], out: str | None) -> Iterator[_Run]:
    """Check the output before anything is read, and show progress until it is written."""
    from netpol_lab.cli.reports.progress_bar import ProgressBar

    refuse_to_overwrite(paths, out)
    format = chosen_format(options.output, options.out)
    with ProgressBar() as progress:
        yield _Run(options, format, progress)


def _say(words: str) -> None:
    print(words, file=sys.stderr)


# ---------------------------------------------------------------- reach


def _reach_options(sub: argparse.ArgumentParser) -> None:
    words = "compare with a stored answer, a .json, .csv or .txt file"
    sub.add_argument("--expect", type=not_empty, metavar="SNAPSHOT", help=words)
    sub.add_argument("--update", action="store_true", help="write that file instead")


def _add_query(sub: argparse.ArgumentParser) -> None:
    words = "group pods; default: pod, or the finest that is still readable"
    sub.add_argument("--by", choices=("pod", "workload", "namespace"), help=words)
    _add_port(sub, "only this port")
    words = "only from a pod, workload, namespace (with --by namespace) or address"
    sub.add_argument("--from", dest="source", type=not_empty, metavar="END", help=words)
    words = "only to one"
    sub.add_argument("--to", dest="destination", type=not_empty, metavar="END", help=words)


def _add_port(sub: argparse.ArgumentParser, words: str) -> None:
    words = f"{words}: 80, 80/TCP or 53/UDP"
    sub.add_argument("--port", type=port_and_protocol, metavar="PORT", help=words)


def port_and_protocol(text: str) -> tuple[int, str]:
    """Parse a port with or without a protocol behind it.

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


def _reach(options: argparse.Namespace) -> bool:
    """Say who reaches whom, on exactly which ports.

    An end is a pod, or a range of addresses outside the cluster. With --port, the answer is a grid.
    For a large cluster, output for people groups pods by workload or namespace; JSON and CSV name
    every pod unless --by says otherwise.

    examples:
      netpol-lab reach shop.yaml
      netpol-lab reach shop.yaml --to shop/db                    who reaches db?
      netpol-lab reach shop.yaml --port 5432/TCP                 a grid at one port
      netpol-lab reach dump.json --by workload -o json
      netpol-lab reach shop.yaml --out shop.html                 a page with picture and table
      netpol-lab reach deploy/ policies/ --expect reach.csv --update    store the answer
      netpol-lab reach deploy/ policies/ --expect reach.csv             exit 1 if anything changed
    """
    from netpol_lab.cli.reports.reach import reach_report
    from netpol_lab.errors import NetpolError
    from netpol_lab.reach.reachability import reachability

    if options.expect and (options.output or options.out):
        raise NetpolError("--expect says what differs from a file: leave out -o and --out.")
    if options.update and not options.expect:
        raise NetpolError("--update has to know which file to write: --expect SNAPSHOT --update.")
    out = options.expect if options.update else options.out
    with _running(options, options.paths, out) as run:
        cluster = run.load()
        run.progress.now("finding every flow")
        reach = reachability(cluster, assumptions_of(options))
        if options.expect:
            return _expect(reach, options, run.progress)
        run.deliver(reach_report(reach, _readable_query(options, reach, run.format)))
    return False


def _query(options: argparse.Namespace) -> ReachQuery:
    """Return what was typed."""
    from netpol_lab.cli.reports.reach_query import Port, ReachQuery

    port = Port(*options.port) if options.port else None
    return ReachQuery(options.by or "pod", options.source or "", options.destination or "", port)


def _readable_query(options: argparse.Namespace, reach: Reachability, format: str) -> ReachQuery:
    """Return what was typed, grouped so that people can read the answer about all ends."""
    from netpol_lab.cli.reports.reach_query import readable_by

    query = _query(options)
    most = _MOST_ENDS.get(format)
    if options.by or most is None or query.source or query.destination:
        return query
    by = readable_by(reach, min(most, _MOST_IN_A_GRID) if query.is_grid else most)
    if by != "pod":
        number = len(reach.groups("pod").names)
        _say(f"{number:,} ends: grouped by {by}. --by pod lists every pod.")
    return query._replace(by=by)


_SIGNS = "+ allowed only now, - no longer, ? left open now or before"


def _expect(reach: Reachability, options: argparse.Namespace, progress: ProgressBar) -> bool:
    """Compare with a snapshot, or write one; by pod unless --by says otherwise."""
    from netpol_lab.cli.reports import snapshots
    from netpol_lab.cli.reports.output import save
    from netpol_lab.cli.reports.reach import ReachReport

    format = snapshots.format_of_snapshot(options.expect)
    report = ReachReport(reach, _query(options))
    if options.update:
        save(report.lines(format), options.expect)
        print(f"{options.expect}: {report.summary()}")
        return False
    then = snapshots.read(options.expect)
    now = snapshots.as_flows(report.connections())
    found = [*snapshots.differences(then, now, reach.index.ranges)]
    progress.stop()
    if not found:
        print(f"{options.expect}: as expected, {report.summary()}")
        return False
    print(f"{options.expect}: not as expected ({_SIGNS})")
    if other := snapshots.query_mismatch(then, reach, report.query):
        print(f"the question differs: {other}")
    print(*found, sep="\n")
    print("\nIf this is intended, write the file again: the same command with --update.")
    return True


REACH = Command(
    "reach",
    "who reaches whom, on exactly which ports?",
    (add_paths, _add_query, add_format, _reach_options, add_namespace, add_assume),
    _reach,
)

# ---------------------------------------------------------------- diff


def _diff_options(sub: argparse.ArgumentParser) -> None:
    words = "a file, a directory, a packaged scenario, or - for standard input"
    sub.add_argument("old", metavar="OLD", help=words)
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


def _diff(options: argparse.Namespace) -> bool:
    """Say which connections a change of manifests opens and closes, and which policies did it.

    Both sides need the pods. Where these are kept elsewhere, --with reads them for both.
    By workload or namespace, a change is one that all their pods share; ~ marks what only some of
    them gained or lost.

    exit status: 0 nothing changed, 1 something did, 2 wrong use or unreadable input

    examples:
      netpol-lab diff old.yaml new.yaml
      netpol-lab diff main/policies/ policies/ --with deploy/ --to shop/db
      kubectl get netpol -A -o yaml | netpol-lab diff - policies/ --with deploy/ -o md
    """
    from netpol_lab.cli.reports.diff import DiffReport
    from netpol_lab.reach.diff import diff

    shared = options.shared
    refuse_input_twice([options.old, options.new, *shared, *shared])  # both sides read these
    with _running(options, [options.old, options.new, *shared], options.out) as run:
        old = run.load(*shared, options.old)
        new = run.load(*shared, options.new, told=old)
        _refuse_without_pods(options, old, new)
        run.progress.now("comparing every flow")
        found = diff(old, new, assumptions_of(options))
        by = options.by or _by_workload_if_renamed(found)
        shown = found.put_together(by or _readable_by(found, options, run.format))
        decisive = shown if by else found  # grouping for readers must not hide a change
        report, changed = (
            DiffReport(of, _query(options)._replace(by=of.by)) for of in (shown, decisive)
        )
        run.deliver(report)
    return bool(changed)


def _refuse_without_pods(options: argparse.Namespace, *sides: Cluster) -> None:
    """Refuse to compare clusters without pods: "nothing changed" would mislead."""
    from netpol_lab.errors import NetpolError

    for name, cluster in zip((options.old, options.new), sides, strict=True):
        if not cluster.pods:
            raise NetpolError(
                f"{name} holds no pods, and without pods there are no connections to compare. Name "
                "what runs for both sides, as in --with deploy/."
            )


def _by_workload_if_renamed(diff: Diff) -> str:
    """Return "workload" where a rollout only gave pods new names, else an empty text."""
    if not (diff.added and diff.removed):
        return ""
    by_workload = diff.put_together("workload")
    if by_workload.added or by_workload.removed:
        return ""
    _say("pods have new names: compared by workload. --by pod compares every pod.")
    return "workload"


def _readable_by(diff: Diff, options: argparse.Namespace, format: str) -> str:
    """Return the grouping in which people can read what changed."""
    few = format not in _MOST_ENDS or len(diff.changes) <= _MOST_CHANGES
    if few or options.source or options.destination:
        return "pod"
    by_workload = diff.put_together("workload")
    if not (by_workload.changes or by_workload.added or by_workload.removed):
        return "pod"
    number = f"{len(diff.changes):,} connections"
    _say(f"{number} changed: grouped by workload. --by pod lists every pod.")
    return "workload"


DIFF = Command(
    "diff",
    "which connections does a change open or close?",
    (_diff_options, _add_query, add_format, add_namespace, add_assume),
    _diff,
)

# ---------------------------------------------------------------- lint


def _lint_options(sub: argparse.ArgumentParser) -> None:
    words = "the lowest severity that ends with 1; default: warning"
    choices = (*SEVERITIES, "never")
    sub.add_argument("--fail-on", choices=choices, default="warning", help=words)


def _lint(options: argparse.Namespace) -> bool:
    """Find what is legal and probably not meant, each with a flow that proves it.

    Pods and workloads of a directory that the API server would refuse are left out, with a word,
    and the exit status is 2; what is wrong elsewhere has to be mended first.

    exit status: 0 nothing of the chosen severity, 1 findings, 2 wrong use or unreadable input

    examples:
      netpol-lab lint deploy/ policies/
      netpol-lab lint shop.yaml --fail-on error -o json
    """
    from netpol_lab.checks.lint.run import lint
    from netpol_lab.cli.reports.lint import LintReport
    from netpol_lab.errors import ManifestError

    assumptions = assumptions_of(options)
    with _running(options, options.paths, options.out) as run:
        cluster = run.load(partly=True)
        run.progress.now("looking for what is not meant")
        findings = lint(cluster, assumptions, run.progress.at)
        run.deliver(LintReport(cluster, findings, assumptions))
    if cluster.refused:
        raise ManifestError([*cluster.refused, _without(cluster.refused)])
    least = options.fail_on
    failing = () if least == "never" else SEVERITIES[: SEVERITIES.index(least) + 1]
    return any(finding.severity in failing for finding in findings)


def _without(refused: Sequence[Complaint]) -> Complaint:
    """Return the last complaint: what the findings are without."""
    from netpol_lab.errors import Complaint, Reason, counted

    objects = counted(len({(one.file, one.document, one.object) for one in refused}), "object")
    said = f"the findings leave out {objects} that the API server would refuse"
    return Complaint("", Reason.NOT_READ, said, file="", document=0)


LINT = Command(
    "lint",
    "what is legal and probably not meant?",
    (add_paths, _lint_options, add_format, add_namespace, add_assume),
    _lint,
)

# ---------------------------------------------------------------- draw


def _draw_options(sub: argparse.ArgumentParser) -> None:
    _add_port(sub, "the port at the destination; by default 80")


def _draw(options: argparse.Namespace) -> bool:
    """Draw the traffic between all pods, on one port.

    examples:
      netpol-lab draw three-tier --port 5432 --out shop.svg
      netpol-lab draw shop.yaml --port 53/UDP -o mermaid
    """
    from netpol_lab.cli.reports.draw import DrawReport
    from netpol_lab.pictures.scene import compose

    with _running(options, options.paths, options.out) as run:
        cluster = run.load()
        run.progress.now("drawing")
        port, protocol = options.port or (None, "TCP")
        scene = compose(cluster, port, protocol, assumptions=assumptions_of(options))
        run.deliver(DrawReport(scene))
    return False


DRAW = Command(
    "draw",
    "a picture of all traffic on one port",
    (add_paths, _draw_options, add_format, add_namespace, add_assume),
    _draw,
)
