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
        chain: list[Key] = []
        while (above := _controller(meta)) is not None and above not in chain:
            if above not in self._known:
                return _without_hash(above, meta)
            chain.append(above)
            meta = self._known[above].metadata
        return chain[-1] if chain else None

    def missing_pods(self, pods: Iterable[api.Pod]) -> Iterator[api.Pod]:
        """Yield the pods that workloads would make and that are not among those given.

        Parameters
        ----------
        pods : iterable of api.Pod
            Pods that exist already; a workload that owns one of them makes no more. Where they
            come from a live cluster, so that nothing is missing, workloads that come from there
            make none.
        """
        pods = list(pods)
        owners = {self.owner(pod.metadata) for pod in pods}
        complete = any(pod.metadata.uid for pod in pods)
        taken = {(pod.metadata.namespace, pod.metadata.name) for pod in pods}
        for key, workload in self._known.items():
            top = self.owner(workload.metadata)
            below_another = top is not None and top in self._known and top != key
            listed = key in owners or (complete and workload.metadata.uid)
            if not listed and not below_another and not _is_over(workload):
                yield from _made_by(key, workload, taken)


def _controller(meta: api.ObjectMeta) -> Key | None:
    above = (ref for ref in meta.owner_references or () if ref.controller)
    return next((Key(meta.namespace, ref.kind, ref.name) for ref in above), None)


def _without_hash(owner: Key, meta: api.ObjectMeta) -> Key:
    """Return the Deployment of a ReplicaSet that is not known, by the hash its pods carry."""
    hashed = f"-{(meta.labels or {}).get('pod-template-hash', '')}"
    if owner.kind == "ReplicaSet" and len(hashed) > 1 and owner.name.endswith(hashed):
        return Key(owner.namespace, "Deployment", owner.name.removesuffix(hashed))
    return owner


def _is_over(workload: api.Workload) -> bool:
    """Say whether a Job is suspended, complete or failed."""
    ended = (c.type in ("Complete", "Failed") and c.status == "True"
             for c in workload.status.conditions or ())  # fmt: skip
    return workload.spec.suspend or any(ended)


def _made_by(key: Key, workload: api.Workload, taken: set[tuple[str, str]]) -> Iterator[api.Pod]:
    """Yield a workload's pods, as alike as they are: at most `MOST_REPLICAS`."""
    spec = workload.spec
    template = spec.job_template.spec.template if key.kind == "CronJob" else spec.template
    first = 0 if key.kind == "StatefulSet" else 1
    for i in range(first, first + min(_count(key.kind, spec), MOST_REPLICAS)):
        name = f"{key.name}-{i}"
        if (key.namespace, name) in taken:  # another workload of this name, or a pod
            name = f"{key.name}-{key.kind.lower()}-{i}"
        taken.add((key.namespace, name))
        meta = replace(
            template.metadata,
            name=name,
            namespace=key.namespace,
            owner_references=(api.OwnerReference(key.kind, key.name, controller=True),),
        )
        yield api.Pod(metadata=meta, spec=template.spec)


def _count(kind: str, spec: api.WorkloadSpec) -> int:
    asked = {"Job": spec.parallelism, "CronJob": spec.job_template.spec.parallelism}
    number = asked.get(kind, spec.replicas) if kind != "DaemonSet" else None
    return 1 if number is None else number
