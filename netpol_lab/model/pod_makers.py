"""What makes pods that the manifests do not show, as far as these can be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netpol_lab.model.selectors import Labels


@dataclass(frozen=True, slots=True)
class PodMaker:
    """An object whose pods are missing: of a kind that is passed over, or a workload at rest.

    Parameters
    ----------
    kind : str
        With its group where that is not Kubernetes' own.
    name : str
    namespace : str
        Where its pods run; empty where that may be anywhere.
    labels : mapping
        Those of its pods that are known.
    complete : bool
        Whether its pods have no other labels.
    certain : bool
        Whether it is known at all that this kind makes pods.
    permitted : bool
        Whether all that is known is that it has the right to make some: pods of its own too.

    Examples
    --------
    >>> print(PodMaker("Prometheus (monitoring.coreos.com)", "k8s", "monitoring"))
    Prometheus (monitoring.coreos.com)
    """

    kind: str
    name: str
    namespace: str
    labels: Labels = field(default_factory=dict, hash=False)
    complete: bool = False
    certain: bool = True
    permitted: bool = False

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file of a folder that is not read, though it may say what labels there are.

    Parameters
    ----------
    name : str
    words : frozenset of str
        What is written in it, and the names of its folders.

    Examples
    --------
    >>> UnreadFile("chart/values.yaml", frozenset({"app", "web"})).mentions("app", ["db", "web"])
    True
    >>> UnreadFile("chart/values.yaml", frozenset({"app", "web"})).mentions("app", ["db"])
    False
    """

    name: str
    words: frozenset[str]

    def mentions(self, key: str, values: Iterable[str]) -> bool:
        """Say whether one of some values of a label is in it; without values, the key."""
        return not self.words.isdisjoint([*values] or [key])
