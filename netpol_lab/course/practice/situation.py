"""Small clusters as people write them: plain values, their YAML, and lines for a reader.

Everything is written first and then loaded, so that the reader sees what the engine was asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import permutations

from netpol_lab.course.practice.objects import Object, full_name
from netpol_lab.engine.verdict import Verdict, evaluate
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.writer import as_yaml
from netpol_lab.model.cluster import Cluster

Pair = tuple[str, str]


def spoken(labels: Mapping[str, str], without: str = "no labels") -> str:
    """Return labels in one line.

    Examples
    --------
    >>> spoken({"app": "web", "tier": "front"})
    'app=web, tier=front'
    """
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or without


def read(*things: Object) -> Cluster:
    """Return what the engine makes of objects; JSON is YAML too, and quicker to write."""
    return load("\n---\n".join(map(json.dumps, things)) + "\n")


@dataclass(frozen=True)
class Situation:
    """A small cluster as it is written, and the port that is asked about.

    Parameters
    ----------
    things : tuple of dict
        Namespaces, pods, Services and Nodes.
    policies : tuple of dict
    port : int
    protocol : str
    outside : tuple of (str, str)
        Addresses outside the cluster with their captions.
    """

    things: tuple[Object, ...]
    policies: tuple[Object, ...]
    port: int = 80
    protocol: str = "TCP"
    outside: tuple[Pair, ...] = ()
    _known: dict[Pair, Verdict] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def manifests(self) -> str:
        """All of it as YAML."""
        return as_yaml(*self.things, *self.policies, compact=True)

    @cached_property
    def cluster(self) -> Cluster:
        """What the engine makes of it."""
        return read(*self.things, *self.policies)

    @property
    def policies_text(self) -> str:
        """The policies as YAML."""
        return as_yaml(*self.policies, compact=True)

    @property
    def pods_text(self) -> str:
        """Pods, and whatever else matters, one line each."""
        return "\n".join(_lines(self))

    @property
    def texts(self) -> tuple[str, str, str]:
        """All of it as YAML, and the same for a reader: pods one line each, policies as YAML."""
        return self.manifests, self.pods_text, self.policies_text

    @property
    def pods(self) -> tuple[str, ...]:
        """The full names of the pods."""
        return tuple(full_name(thing) for thing in self.of_kind("Pod"))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Everything that may be asked: between pods, and both ways with outside addresses."""
        addresses = [address for _, address in self.outside]
        into = ((address, pod) for address in addresses for pod in self.pods)
        out = ((pod, address) for address in addresses for pod in self.pods)
        return (*permutations(self.pods, 2), *into, *out)

    def of_kind(self, kind: str) -> list[Object]:
        """Return the things of a kind."""
        return [thing for thing in self.things if thing["kind"] == kind]

    def with_policies(self, policies: Iterable[Object]) -> Situation:
        """Return the same with other policies."""
        return replace(self, policies=tuple(deepcopy([*policies])))

    def verdict(self, source: str, destination: str) -> Verdict:
        """Return the engine's verdict on a connection to the port that is asked about."""
        pair = source, destination
        if pair not in self._known:
            self._known[pair] = self.verdict_in(self.cluster, pair)
        return self._known[pair]

    def verdict_in(self, cluster: Cluster, pair: Pair) -> Verdict:
        """Return the verdict on the same connection in another cluster."""
        return evaluate(cluster, *pair, self.port, self.protocol)

    @cached_property
    def verdicts(self) -> dict[Pair, Verdict]:
        """The verdicts on all pairs."""
        return {pair: self.verdict(*pair) for pair in self.pairs}


def _lines(situation: Situation) -> Iterator[str]:
    homes = [one["metadata"] for one in situation.of_kind("Namespace")]
    if any("labels" in one for one in homes):
        # Each has one more label, its name, which nobody gives it.
        rows = [
            (one["name"], spoken(one.get("labels", {}), "no label of its own")) for one in homes
        ]
        yield from _aligned("Namespace", rows)
    addressed = bool(situation.outside)
    rows = [(full_name(pod), _described(pod, addressed)) for pod in situation.of_kind("Pod")]
    yield from _aligned("Pod", rows)
    rows = [(full_name(one), _served(one["spec"])) for one in situation.of_kind("Service")]
    yield from _aligned("Service", rows)
    yield from _aligned("Outside", [(address, caption) for caption, address in situation.outside])


def _aligned(kind: str, rows: Sequence[Pair]) -> Iterator[str]:
    width = max((len(name) for name, _ in rows), default=0)
    yield from (f"{kind:<9}  {name:<{width}}  {words}".rstrip() for name, words in rows)


def _described(pod: Object, addressed: bool) -> str:
    spec = pod["spec"]
    ports = (
        f"port {port['name']} = {port.get('protocol', 'TCP')} {port['containerPort']}"
        for port in spec["containers"][0]["ports"]
    )
    parts = [spoken(pod["metadata"]["labels"]), ", ".join(ports)]
    parts += [f"address {pod['status']['podIP']}"] if addressed else []
    parts += [f"on node {spec['nodeName']}"] if "nodeName" in spec else []
    parts += ["uses its node's network"] if spec.get("hostNetwork") else []
    return "; ".join(filter(None, parts))


def _served(spec: Object) -> str:
    ports = (
        f"{one.get('protocol', 'TCP')} {one['port']} -> pod port {one['targetPort']}"
        for one in spec["ports"]
    )
    return f"{', '.join(ports)} of pods with {spoken(spec['selector'])}"
