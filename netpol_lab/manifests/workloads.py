"""Workloads as sources of pods: what a Deployment and its like make, and which pod is whose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from netpol_lab.manifests import api_types as api

MOST_REPLICAS = 2  # enough to see what replicas of one workload may do to each other

# The labels that controllers add to those of the template.
POD_NAME, POD_INDEX = "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"
JOB_NAME, OLD_JOB_NAME = "batch.kubernetes.io/job-name", "job-name"
JOB_INDEX = "batch.kubernetes.io/job-completion-index"

KINDS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "ReplicationController": "v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
}
JOBS = ("Job", "CronJob")


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
        Objects of `netpol_lab.manifests.api_types` by kind, with their namespaces filled in.
    """

    def __init__(self, objects: Mapping[str, Iterable[Any]]) -> None:
        self._known: dict[Key, api.Workload] = {
            Key(found.metadata.namespace, kind, found.metadata.name): found
            for kind in KINDS
            for found in objects.get(kind, ())
        }
        self._selected = frozenset(_labels_selected(objects))

    def owner(self, meta: api.ObjectMeta) -> Key | None:
        """Return the workload at the top of a chain of owners: a Deployment, not its ReplicaSet.

        Where a dump lacks the ReplicaSet, its name without the pod's template hash is the
        Deployment's; where it lacks the Job, its name without the number is the CronJob's.
        """
        chain: list[Key] = []
        while (above := _controller(meta)) is not None and above not in chain:
            if above not in self._known:
                cron_job = Key(above.namespace, "CronJob", above.name.rpartition("-")[0])
                its_own = above.kind == "Job" and cron_job in self._known
                return cron_job if its_own else _without_hash(above, meta)
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
            make none. Only a CronJob makes its next pod wherever none of its pods runs.
        """
        pods = list(pods)
        owners = {self.owner(pod.metadata) for pod in pods}
        running = {self.owner(pod.metadata) for pod in pods if not is_finished(pod)}
        complete = any(pod.metadata.uid for pod in pods)
        taken = {(pod.metadata.namespace, pod.metadata.name) for pod in pods}
        for key, workload in self._known.items():
            top = self.owner(workload.metadata)
            below_another = top is not None and top in self._known and top != key
            listed = key in owners or (complete and workload.metadata.uid)
            if key.kind == "CronJob":  # it idles nearly always, and its policies are for its pods
                listed = key in running
            if not listed and not below_another and not _is_over(workload):
                yield from self._made_by(key, workload, taken)

    def _made_by(
        self, key: Key, workload: api.Workload, taken: set[tuple[str, str]]
    ) -> Iterator[api.Pod]:
        """Yield a workload's pods: a few that are alike, and those that a selector names."""
        spec = workload.spec
        job: api.JobSpec = spec.job_template.spec if key.kind == "CronJob" else spec
        template = job.template
        for i in self._numbers(key, spec, job):
            name = f"{key.name}-{i}"
            if (key.namespace, name) in taken:  # another workload of this name, or a pod
                name = f"{key.name}-{key.kind.lower()}-{i}"
            taken.add((key.namespace, name))
            meta = replace(
                template.metadata,
                name=name,
                namespace=key.namespace,
                labels={**(template.metadata.labels or {}), **_added_labels(key, job, i)},
                owner_references=(api.OwnerReference(key.kind, key.name, controller=True),),
            )
            yield api.Pod(metadata=meta, spec=template.spec)

    def _numbers(self, key: Key, spec: api.WorkloadSpec, job: api.JobSpec) -> Iterable[int]:
        """Return the numbers of a workload's pods: at most `MOST_REPLICAS` that are alike.

        Each pod of a StatefulSet has labels of its own, so those that a selector names are made
        too.
        """
        asked = job.parallelism if key.kind in JOBS else spec.replicas
        asked = 1 if asked is None or key.kind == "DaemonSet" else asked
        first = spec.ordinals.start if key.kind == "StatefulSet" else 1
        every = range(first, first + max(0, asked))
        if key.kind != "StatefulSet":
            return every[:MOST_REPLICAS]
        named = (_ordinal(key, *label) for label in self._selected)
        return sorted({*every[:MOST_REPLICAS], *(i for i in named if i in every)})


def is_finished(pod: api.Pod) -> bool:
    """Say whether a pod has come to its end, so that it owns no address any more (SEM-55).

    Examples
    --------
    >>> is_finished(api.Pod(status=api.PodStatus(phase="Succeeded")))
    True
    """
    return pod.status.phase in ("Succeeded", "Failed")


def _controller(meta: api.ObjectMeta) -> Key | None:
    # A static pod's owner is its node, which makes no pods and is nobody's workload.
    above = (ref for ref in meta.owner_references or () if ref.controller and ref.kind != "Node")
    return next((Key(meta.namespace, ref.kind, ref.name) for ref in above), None)


def _without_hash(owner: Key, meta: api.ObjectMeta) -> Key:
    """Return the Deployment of a ReplicaSet that is not known, by the hash its pods carry."""
    hashed = f"-{(meta.labels or {}).get('pod-template-hash', '')}"
    if owner.kind == "ReplicaSet" and len(hashed) > 1 and owner.name.endswith(hashed):
        return Key(owner.namespace, "Deployment", owner.name.removesuffix(hashed))
    return owner


def _is_over(workload: api.Workload) -> bool:
    """Say whether a Job is suspended, complete or failed."""
    true = {c.type for c in workload.status.conditions or () if c.status == "True"}
    return workload.spec.suspend or not true.isdisjoint(("Complete", "Failed"))


def _ordinal(key: Key, label: str, value: str) -> int | None:
    """Return the number of the pod of a StatefulSet that has a label; None where none may."""
    if label == POD_NAME and value.startswith(f"{key.name}-"):
        value = value.removeprefix(f"{key.name}-")
    elif label != POD_INDEX:
        return None
    return int(value) if re.fullmatch(r"0|[1-9][0-9]{0,9}", value) else None


def _added_labels(key: Key, job: api.JobSpec, i: int) -> dict[str, str]:
    """Return the labels that a controller adds to those of the template of its pod."""
    if key.kind == "StatefulSet":
        return {POD_INDEX: str(i), POD_NAME: f"{key.name}-{i}"}
    if key.kind not in JOBS:
        return {}
    name = f"{key.name}-{i}" if key.kind == "CronJob" else key.name  # its Jobs have numbers
    index = {JOB_INDEX: str(i - 1)} if job.completion_mode == "Indexed" else {}
    return {JOB_NAME: name, OLD_JOB_NAME: name, **index}


def _labels_selected(objects: Mapping[str, Iterable[Any]]) -> Iterator[tuple[str, str]]:
    """Yield the labels that policies and Services ask for, key and value."""
    for service in objects.get("Service", ()):
        yield from (service.spec.selector or {}).items()
    for policy in objects.get("NetworkPolicy", ()):
        spec: api.NetworkPolicySpec = policy.spec
        rules: tuple[api.Rule, ...] = (*(spec.ingress or ()), *(spec.egress or ()))
        peers = (peer for rule in rules for peer in rule.peers or ())
        for selector in filter(None, (spec.pod_selector, *(peer.pod_selector for peer in peers))):
            yield from (selector.match_labels or {}).items()
            for item in selector.match_expressions or ():
                yield from ((item.key, value) for value in item.values or ())
