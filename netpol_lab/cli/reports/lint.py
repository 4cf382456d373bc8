"""What lint has found, as a report: the findings, and the flows that prove them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from netpol_lab.checks.lint.codes import Severity
from netpol_lab.checks.lint.findings import Finding
from netpol_lab.cli.reports.dot_mermaid import OUTSIDE, EdgeKind, Graph, GraphEdge, GraphNode
from netpol_lab.cli.reports.report import Report, cautions_about
from netpol_lab.cli.reports.tables import Table
from netpol_lab.cli.terminal import json_text
from netpol_lab.engine.other_policies import listed
from netpol_lab.errors import counted
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.ports import spoken_port
from netpol_lab.pictures.svg import Picture, draw
from netpol_lab.pictures.traffic_words import Wording

WITHOUT = Wording(
    "{change} by what is found", "only as it is: allowed, blocked", "differs", "differ"
)


@dataclass(frozen=True, eq=False)
class LintReport(Report):
    """What lint has found.

    Parameters
    ----------
    cluster : Cluster
    findings : sequence of Finding
    assumptions : Assumptions

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.checks.lint.run import lint
    >>> shop = lab.load("one-way")
    >>> LintReport(shop, lint(shop)).summary()
    '2 warnings, 1 note'
    """

    cluster: Cluster
    findings: Sequence[Finding]
    assumptions: Assumptions = DEFAULTS
    title = "Legal, and probably not meant"

    def summary(self) -> str:
        """Say how many findings there are of each severity."""
        numbers = Counter(finding.severity for finding in self.findings)
        said = (counted(numbers[s], s) for s in Severity if numbers[s])
        seen = repr(self.cluster).removeprefix("Cluster: ")
        if not self.cluster.pods and self.cluster.policies:
            seen += "; without the pods most mistakes cannot be seen"
        others = self.cluster.other_policies
        if others and self.assumptions.only_network_policies is not True:
            seen += f"; no flow that {listed(others)} could decide proves anything"
        # Where nothing was found, what was read is named: it may be the wrong folder.
        return ", ".join(said) or f"no findings ({seen})"

    def cautions(self) -> list[str]:
        """Return what was passed over, and what was refused."""
        return [*cautions_about(self.cluster), *map(str, self.cluster.refused)]

    def text(self) -> Iterator[str]:
        """Yield each finding with its place, its hint and its witness."""
        for finding in self.findings:
            yield from (*str(finding).splitlines(), "")
        yield self.summary()

    def data(self) -> Iterator[str]:
        """Yield JSON: a list of findings, each with all its fields."""
        yield json_text([*map(_as_data, self.findings)], indent=2)

    def table(self) -> Table:
        """Return a row for each finding."""
        header = ("severity", "code", "about", "place", "finding", "hint", "witness", "chapter")
        return Table(header, map(_as_row, self.findings))

    def graph(self) -> Graph:
        """Return each finding as a node between its policy and its witness, an edge."""
        nodes: dict[str, GraphNode] = {}
        edges: dict[GraphEdge, None] = {}
        for finding in self.findings:
            key, witness = f"{finding.code} {finding.about}", finding.witness
            nodes[key] = GraphNode(key, f"{finding.code} {finding.title}", "findings")
            if finding.policy:
                policy = f"policy {finding.policy}"
                nodes[policy] = GraphNode(policy, finding.policy, "policies")
                edges[GraphEdge(policy, key, "")] = None
            if witness:
                ends = witness.source, witness.destination
                for name in ends:
                    group, _, caption = name.rpartition("/")
                    nodes[name] = GraphNode(name, caption, group or OUTSIDE)
                port = spoken_port(witness.port, witness.protocol)
                verdicts = str(witness).partition(": ")[2]
                label = f"{finding.code}, {port}: {verdicts}"
                edges[GraphEdge(key, witness.source, "", EdgeKind.WITNESS)] = None
                edges[GraphEdge(*ends, label, EdgeKind.WITNESS)] = None
        return Graph(f"{self.title}: {self.summary()}", tuple(nodes.values()), tuple(edges))

    def picture(self) -> Picture:
        """Return the picture of the most telling finding, with halos on what differs."""
        proved = min(self.findings, key=_says_little, default=None)
        if proved is None or proved.witness is None:
            title = f"{self.summary()}, none with a flow to show"
            return draw(self.cluster, assumptions=self.assumptions, title=title)
        witness = proved.witness
        ends = ((end, parse_address(end)) for end in (witness.source, witness.destination))
        return draw(
            self.cluster,
            witness.port,
            witness.protocol,
            outside=[end for end, address in ends if address and not self.cluster.owner(address)],
            before=witness.variant,
            wording=WITHOUT,
            assumptions=witness.assumptions,
            title=f"{proved.code} {proved.about}: {proved.title}",
        )


def _says_little(finding: Finding) -> tuple[bool, bool, int]:
    """Return a sort key: grave findings whose witness changes its verdict come first."""
    witness = finding.witness
    changes = witness is not None and witness.now != witness.then
    return not changes, witness is None, list(Severity).index(finding.severity)


def _as_data(finding: Finding) -> dict[str, object]:
    place, witness = finding.place, finding.witness
    return {
        **{field.name: getattr(finding, field.name) for field in fields(finding)},
        "place": place and place._asdict(),
        "witness": witness
        and {
            "from": witness.source,
            "to": witness.destination,
            "port": witness.port,
            "protocol": str(witness.protocol),
            "allowed": witness.now,
            "allowed_then": witness.then,
            "then": witness.change,
        },
    }


def _as_row(finding: Finding) -> tuple[str, ...]:
    return (
        str(finding.severity),
        finding.code,
        finding.about,
        str(finding.place or ""),
        f"{finding.title}: {finding.message}",
        finding.hint,
        str(finding.witness or ""),
        f"{finding.chapter:02}",
    )
