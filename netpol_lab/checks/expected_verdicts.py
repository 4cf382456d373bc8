"""Which verdicts a case of a test file expects: of pods, workloads and all pods, port by port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from textwrap import indent

from netpol_lab.checks.assumed import assumed_in_words, assuming
from netpol_lab.checks.expectation_file import Case, Expectation
from netpol_lab.checks.named_port import port_number
from netpol_lab.engine.explain import explain
from netpol_lab.engine.left_open import ALLOWED_WORDS
from netpol_lab.engine.verdict import judge
from netpol_lab.errors import NetpolError, UnknownNameError, did_you_mean
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.flows import Flow
from netpol_lab.model.ports import Protocol

Port = int | str | None  # a number, the name of one, or none for a protocol without ports


def cannot_run(error: NetpolError) -> str:
    """Return why a test cannot be run."""
    return "cannot be run\n" + indent(str(error), "    ")


@dataclass(frozen=True, slots=True)
class ExpectedVerdict:
    """What one entry expects of one flow; the entry's index is -1 where it is the default."""

    source: str
    destination: str
    port: Port
    protocol: str
    entry: Expectation
    index: int

    @property
    def name(self) -> str:
        """What is expected, in words."""
        port = "" if self.port is None else f" {self.port}"
        expected = ALLOWED_WORDS[self.entry.allowed]
        flow = f"{self.source} -> {self.destination}  {self.protocol}{port}"
        return f"{flow}: {expected}{assumed_in_words(self.entry.assume or {})}"

    def difference(self, cluster: Cluster, assumptions: Assumptions) -> tuple[str, str]:
        """Return what is wrong with the expectation and the reasons; both empty if it holds."""
        assumptions = assuming(assumptions, self.entry.assume)
        try:
            port = _number(cluster, self.destination, self.port, self.protocol, assumptions)
            flow = Flow.between(cluster, self.source, self.destination, port, self.protocol)
            verdict = judge(cluster, flow, assumptions)
        except NetpolError as error:
            return cannot_run(error), ""
        allowed, common = self.entry.allowed, self.entry.common
        if allowed is not verdict.allowed:
            said = f"expected {ALLOWED_WORDS[allowed]}, got {ALLOWED_WORDS[verdict.allowed]}"
        elif common is not None and common is not verdict.common:
            expected, got = ALLOWED_WORDS[common], ALLOWED_WORDS[verdict.common]
            said = f"most plugins were expected to have it {expected}, got {got}"
        else:
            return "", ""
        named = f" ({self.port})" if isinstance(self.port, str) else ""
        said += assumed_in_words(self.entry.assume or {})
        return f"{verdict.flow}{named}: {said}", explain(verdict)


def expected_verdicts(
    case: Case, cluster: Cluster, assumptions: Assumptions
) -> Iterable[ExpectedVerdict]:
    """Return the expectations of a case; in the matrix form later entries replace earlier ones."""
    entries = case.expect or ()
    if case.probe_ports is None:
        return (
            ExpectedVerdict(e.from_, e.to, e.port, _spelt(e.protocol), e, i)
            for i, e in enumerate(entries)
        )
    probes = [(probe.port, _spelt(probe.protocol)) for probe in case.probe_ports]
    default = Expectation(from_="*", to="*", allowed=case.expect_default)
    cells: dict[tuple[str, str, Port, str], ExpectedVerdict] = {}
    for i, entry in enumerate((default, *entries), -1):
        here = assuming(assumptions, entry.assume)
        for ends, (port, protocol) in product(_pairs(entry, cluster), _ports(entry, probes)):
            number = port
            with suppress(NetpolError):  # which is told when the entry is tried
                number = _number(cluster, ends[1], port, protocol, here)
            cells[*ends, number, protocol] = ExpectedVerdict(*ends, port, protocol, entry, i)
    return cells.values()


def _number(
    cluster: Cluster, destination: str, port: Port, protocol: str, assumptions: Assumptions
) -> int | None:
    """Return the number of a port, which may be called by its name."""
    if isinstance(port, str):
        return port_number(cluster, destination, port, protocol, assumptions)
    return port


def _spelt(protocol: str | None) -> str:
    """Return a protocol as the API spells it: what is one to the verdict is one here."""
    return (protocol or Protocol.TCP).upper()


def _ports(entry: Expectation, probes: list[tuple[int, str]]) -> Sequence[tuple[Port, str]]:
    """Return what an entry is about: its port, else the probes, those of its protocol alone.

    A protocol that no probe has is asked about without a port, which is refused where it needs one.
    """
    protocol = _spelt(entry.protocol)
    if entry.port is not None:
        return [(entry.port, protocol)]
    if entry.protocol is None:
        return probes
    return [probe for probe in probes if probe[1] == protocol] or [(None, protocol)]


def _pairs(entry: Expectation, cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield the pairs of different ends that an entry means; of one with itself if it says so."""
    sources, destinations = _meant(entry.from_, cluster), _meant(entry.to, cluster)
    itself = "*" not in entry.from_ + entry.to and len(sources) == 1
    for source, destination in product(sources, destinations):
        if source != destination or itself:
            yield source, destination


def _meant(name: str, cluster: Cluster) -> list[str]:
    """Return the pods that a pod's or a workload's name means, or one with ``*`` at its end.

    What else a name may mean, or that it means nothing, is left to the verdict.
    """
    if name.endswith("*"):
        pods = [str(pod) for pod in cluster.pods if not pod.finished]
        if not (meant := [pod for pod in pods if pod.startswith(name[:-1])]):
            raise UnknownNameError(f'"{name}" means no pod. {did_you_mean(name, pods)}')
        return sorted(meant)
    try:
        end = cluster.endpoint(name)
    except NetpolError:
        return [name]
    if end.pod is None or end.address is not None:  # an address may be one of several of a pod
        return [name]
    return sorted(one.name for one in end.each)
