"""Workloads as sources of pods: what a Deployment and its like make, and which pod is whose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from netpol_lab import api

MOST_REPLICAS = 2  # enough to see what replicas of one workload may do to each other

KINDS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "ReplicationController": "v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
}


class Key(NamedTuple):
    """Namespace, kind and name of a workload."""

    namespace: str
    kind: str
    name: str


class Workloads:
    """The workloads among some objects.

    Parameters
    ----------
    objects : mapping of str to iterable
        Objects of `netpol_lab.api` by kind, with their namespaces filled in.
    """

    def __init__(self, objects: Mapping[str, Iterable[Any]]) -> None:
        self._known: dict[Key, api.Workload] = {
            Key(found.metadata.namespace, kind, found.metadata.name): found
            for kind in KINDS
            for found in objects.get(kind, ())
        }

    def owner(self, meta: api.ObjectMeta) -> Key | None:
        """Return the workload at the top of a chain of owners: a Deployment, not its ReplicaSet.

        Where a dump lacks the ReplicaSet, its name without the pod's template hash is the
        Deployment's.
        """
        above = next((ref for ref in meta.owner_references or () if ref.controller), None)
        if above is None:
            return None
        key = Key(meta.namespace, above.kind, above.name)
        if key in self._known:
            return self.owner(self._known[key].metadata) or key
        hashed = f"-{(meta.labels or {}).get('pod-template-hash', '')}"
        if above.kind == "ReplicaSet" and len(hashed) > 1 and above.name.endswith(hashed):
            return Key(meta.namespace, "Deployment", above.name.removesuffix(hashed))
        return key

    def missing_pods(self, pods: Iterable[api.Pod]) -> Iterator[api.Pod]:
        """Yield the pods that workloads would make and that are not among those given.

        Parameters
        ----------
        pods : iterable of api.Pod
            Pods that run already; a workload that owns one of them makes no more.
        """
        running = {self.owner(pod.metadata) for pod in pods}
        for key, workload in self._known.items():
            top = self.owner(workload.metadata)
            if key not in running and (top is None or top not in self._known):
                yield from _made_by(key, workload)


def _made_by(key: Key, workload: api.Workload) -> Iterator[api.Pod]:
    """Yield a workload's pods, as alike as they are: at most `MOST_REPLICAS`."""
    spec = workload.spec
    template = spec.job_template.spec.template if key.kind == "CronJob" else spec.template
    first = 0 if key.kind == "StatefulSet" else 1
    for i in range(first, first + min(_count(key.kind, spec), MOST_REPLICAS)):
        meta = replace(
            template.metadata,
            name=f"{key.name}-{i}",
            namespace=key.namespace,
            owner_references=(api.OwnerReference(key.kind, key.name, controller=True),),
        )
        yield api.Pod(metadata=meta, spec=template.spec)


def _count(kind: str, spec: api.WorkloadSpec) -> int:
    asked = {"Job": spec.parallelism, "CronJob": spec.job_template.spec.parallelism}
    number = asked.get(kind, spec.replicas) if kind != "DaemonSet" else None
    return 1 if number is None else number
