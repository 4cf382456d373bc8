"""Workloads as sources of pods: what a Deployment and its like make, and which pod is whose."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, combinations, count, islice, product
from typing import Any, NamedTuple

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.pods.asked_labels import AskedLabels
from netpol_lab.model.objects import Workload
from netpol_lab.model.pod_makers import PodMaker
from netpol_lab.model.selectors import DEPLOYMENT_LABEL

MOST_REPLICAS = (
    2  # of those alike: enough to see what replicas of one workload may do to each other
)
MOST_VARIANTS = 150  # of the pods of one template: where selectors ask for more, there are none

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
# Custom kinds, with their groups, of which all labels of pods are known.
KNOWN_CUSTOM_KINDS = (
    ("Rollout", "argoproj.io"),
    ("DeploymentConfig", "apps.openshift.io"),
    ("DeploymentConfig", ""),
)
_WELL_KNOWN = {*KINDS, *(kind for kind, _ in KNOWN_CUSTOM_KINDS)}
_TAKEN = {"Endpoints", "EndpointSlice", "Namespace", "NetworkPolicy", "Node", "Pod", "Service"}


def kind_of_custom(kind: str, group: str) -> str:
    """Return what workloads of a custom kind are called: by their kind, unless it is another's.

    Examples
    --------
    >>> kind_of_custom("Rollout", "argoproj.io"), kind_of_custom("DaemonSet", "apps.kruise.io")
    ('Rollout', 'DaemonSet.apps.kruise.io')
    """
    is_another = (kind, group) not in KNOWN_CUSTOM_KINDS and kind in _WELL_KNOWN | _TAKEN
    return f"{kind}.{group}" if is_another else kind


# The labels of controllers whose value only the cluster knows; those in one line have the same.
_UIDS, _JOB_NAMES, _DEPLOYMENT_NAMES = (
    ("batch.kubernetes.io/controller-uid", "controller-uid"),
    (JOB_NAME, OLD_JOB_NAME),
    (DEPLOYMENT_LABEL,),
)
_UNKNOWN: dict[str, tuple[tuple[str, ...], ...]] = {
    "Deployment": (("pod-template-hash",),),
    "StatefulSet": (("controller-revision-hash",),),
    "DaemonSet": (("controller-revision-hash",), ("pod-template-generation",)),
    "Job": (_UIDS,),
    "CronJob": (_UIDS, _JOB_NAMES),
    "Rollout": (("rollouts-pod-template-hash",),),
    "DeploymentConfig": (_DEPLOYMENT_NAMES,),
}
_NUMBERED_NAMES = (_JOB_NAMES, _DEPLOYMENT_NAMES)


class Key(NamedTuple):
    """Namespace, kind and name of a workload."""

    namespace: str
    kind: str
    name: str


class MadePod(NamedTuple):
    """A pod that a workload would make.

    Parameters
    ----------
    pod : api.Pod
    supposed : bool
        Whether it has a label that selectors ask for and whose value only the cluster knows, so
        that there may be no such pod (SEM-68).
    replica : int
        Which of the replicas it is, where several pods stand for one (SEM-78); otherwise 0.
    """

    pod: api.Pod
    supposed: bool
    replica: int


class _Variant(NamedTuple):
    """Labels that only the cluster knows, and those of their values that a selector asks for."""

    labels: Mapping[str, str]
    asked: tuple[str, ...]


_Asked = Callable[[str], tuple[str, ...] | None]  # what selectors want of a controller's label


class Workloads:
    """The workloads among some objects.

    Parameters
    ----------
    objects : mapping of str to iterable
        Objects of `netpol_lab.manifests.api_types` by kind, with their namespaces filled in.
    asked : AskedLabels
        What tells their pods apart.
    """

    def __init__(self, objects: Mapping[str, Iterable[Any]], asked: AskedLabels) -> None:
        custom = (kind for kind in objects if kind not in KINDS)
        self._known: dict[Key, api.Workload] = {
            Key(found.metadata.namespace, kind, found.metadata.name): found
            for kind in (*KINDS, *custom)
            for found in objects.get(kind, ())
            if isinstance(found, api.Workload)
        }
        self._asked = asked

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
                return cron_job if its_own else _maker_of(above, meta)
            chain.append(above)
            meta = self._known[above].metadata
        return chain[-1] if chain else None

    def of(self, pod: api.Pod) -> Workload | None:
        """Return the workload at the top of a pod's owners, with its own labels.

        Those of a CronJob's Jobs are among them: its pods have neither.
        """
        key = self.owner(pod.metadata)
        if key is None:
            return None
        if key not in self._known:
            return Workload(key.kind, key.name)
        known = self._known[key]
        of_jobs = known.spec.job_template.metadata.labels or {}
        return Workload(key.kind, key.name, {**of_jobs, **(known.metadata.labels or {})})

    def missing_pods(self, pods: Iterable[api.Pod]) -> Iterator[MadePod]:
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
        for key, workload in self._top:
            listed = key in owners or (complete and workload.metadata.uid)
            if key.kind == "CronJob":  # it idles nearly always, and its policies are for its pods
                listed = key in running
            if not listed and not _is_over(workload):
                yield from self._made_by(key, workload, taken)

    def at_rest(self, running: Container[tuple[str, Workload | None]]) -> Iterator[PodMaker]:
        """Yield the workloads that none of the running pods belongs to: scaled down, suspended.

        Parameters
        ----------
        running : container of (str, Workload or None)
            The namespace and the workload of each pod that runs.
        """
        for key, workload in self._top:
            if (key.namespace, Workload(key.kind, key.name)) not in running:
                labels = dict(job_of(key.kind, workload).template.metadata.labels or {})
                known = _is_well_known(key)
                yield PodMaker(key.kind, key.name, key.namespace, labels, complete=known)

    @property
    def _top(self) -> Iterator[tuple[Key, api.Workload]]:
        """The workloads that belong to no other."""
        for key, workload in self._known.items():
            top = self.owner(workload.metadata)
            if top is None or top not in self._known or top == key:
                yield key, workload

    def _made_by(
        self, key: Key, workload: api.Workload, taken: set[tuple[str, str]]
    ) -> Iterator[MadePod]:
        """Yield a workload's pods: a few that are alike, and those that selectors tell apart."""
        spec = workload.spec
        job = job_of(key.kind, workload)
        template = job.template
        asked = partial(
            self._asked.values, namespace=key.namespace, written=template.metadata.labels or {}
        )
        variants = [*_variants(key, asked)]
        if not _is_well_known(key):
            variants += [*self._with_more_labels(key, template)]
            if len(variants) > MOST_VARIANTS:
                return
        for i, variant in product(_numbers(key, spec, job, asked), variants):
            name = "-".join((key.name, *variant.asked, str(i)))
            if (key.namespace, name) in taken:  # another workload of this name, or a pod
                name = "-".join((key.name, key.kind.lower(), *variant.asked, str(i)))
            taken.add((key.namespace, name))
            added = {**_added_labels(key, job, i), **variant.labels}
            meta = replace(
                template.metadata,
                name=name,
                namespace=key.namespace,
                labels={**(template.metadata.labels or {}), **added},
                owner_references=(api.OwnerReference(key.kind, key.name, controller=True),),
            )
            replica = 0 if _is_well_known(key) else i
            pod = api.Pod(metadata=meta, spec=template.spec)
            yield MadePod(pod, supposed=len(variants) > 1, replica=replica)

    def _with_more_labels(self, key: Key, template: api.PodTemplate) -> Iterator[_Variant]:
        """Yield the labels that an unknown controller may add, as far as selectors ask (SEM-78)."""
        written = template.metadata.labels or {}
        more = [*islice(self._asked.more(key.namespace, written), MOST_VARIANTS)]
        alone: list[tuple[Mapping[str, str], Mapping[str, str]]] = [(one, {}) for one in more]
        for first, second in chain(alone, combinations(more, 2)):
            if all(first.get(label, value) == value for label, value in second.items()):
                both = {**first, **second}
                yield _Variant(both, tuple(both.values()))


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


def _maker_of(owner: Key, meta: api.ObjectMeta) -> Key:
    """Return whose ReplicaSet or ReplicationController one is that is not known, by its pods."""
    labels = meta.labels or {}
    name = labels.get("deploymentconfig")
    if owner.kind == "ReplicationController" and name and labels.get("deployment") == owner.name:
        return Key(owner.namespace, "DeploymentConfig", name)
    if owner.kind == "ReplicaSet":
        for kind, label in _HASHES.items():
            hashed = f"-{labels.get(label, '')}"
            if len(hashed) > 1 and owner.name.endswith(hashed):
                return Key(owner.namespace, kind, owner.name.removesuffix(hashed))
    return owner


_HASHES = {"Deployment": "pod-template-hash", "Rollout": "rollouts-pod-template-hash"}


def job_of(kind: str, workload: api.Workload) -> api.JobSpec:
    """Return what holds the template of a workload's pods: for a CronJob that of its Jobs."""
    return workload.spec.job_template.spec if kind == "CronJob" else workload.spec


def _is_over(workload: api.Workload) -> bool:
    """Say whether a Job is suspended, complete or failed."""
    true = {c.type for c in workload.status.conditions or () if c.status == "True"}
    return workload.spec.suspend or not true.isdisjoint(("Complete", "Failed"))


def _numbers(key: Key, spec: api.WorkloadSpec, job: api.JobSpec, asked: _Asked) -> list[int]:
    """Return the numbers of a workload's pods, which may be very many (SEM-67).

    Those that a selector names, and a few more that are alike, as most replicas are.
    """
    every = _replicas(key, spec, job)
    named = {
        number
        for label, number_of in _NUMBERED.get(key.kind, {}).items()
        if label != JOB_INDEX or job.completion_mode == "Indexed"
        for value in asked(label) or ()
        if (number := number_of(key.name, value)) is not None and number in every
    }
    alike = islice((i for i in every if i not in named), MOST_REPLICAS)
    return sorted({*named, *alike})


def _variants(key: Key, asked: _Asked) -> Iterator[_Variant]:
    """Yield the labels that only the cluster knows, in every way that selectors tell apart."""
    choices = []
    for labels in _UNKNOWN.get(key.kind, ()):
        found = [asked(label) for label in labels]
        if any(values is not None for values in found):
            every = dict.fromkeys(value for values in found for value in values or ())
            named = [value for value in every if _may_be(key, labels, value)]
            other = _another(key, labels, every)
            choices.append([(labels, value, value != other) for value in (other, *named)])
    for chosen in product(*choices):
        yield _Variant(
            {label: value for labels, value, _ in chosen for label in labels},
            tuple(value for _, value, is_asked in chosen if is_asked),
        )


def _is_well_known(key: Key) -> bool:
    """Say whether it is known which labels pods of a kind have besides those of their template."""
    return key.kind in _WELL_KNOWN


def _replicas(key: Key, spec: api.WorkloadSpec, job: api.JobSpec) -> range:
    """Return the numbers that pods of a workload can have.

    The pods of an indexed Job that runs them one after another are different pods all the same.
    """
    if key.kind == "DaemonSet":  # one on each node, and nobody says how many nodes there are
        return range(1, 1 + MOST_REPLICAS)
    if key.kind in JOBS:
        at_once = max(0, 1 if job.parallelism is None else job.parallelism)
        done = at_once if job.completions is None else job.completions
        is_indexed = job.completion_mode == "Indexed" and at_once
        return range(1, 1 + (done if is_indexed else min(at_once, done)))
    first = spec.ordinals.start if key.kind == "StatefulSet" else 1
    replicas = max(0, 1 if spec.replicas is None else spec.replicas)
    return range(first, first + replicas)


def _number(name: str, value: str, first: int = 0) -> int | None:
    """Return the number of the pod whose index has this text; None where it is no index."""
    return first + int(value) if re.fullmatch(r"0|[1-9][0-9]{0,9}", value) else None


def _number_in_name(name: str, value: str) -> int | None:
    """Return the number of the pod of a StatefulSet that has this name; None where it is not."""
    return _number(name, value.removeprefix(f"{name}-")) if value.startswith(f"{name}-") else None


_NUMBERED: dict[str, dict[str, Callable[[str, str], int | None]]] = {
    "StatefulSet": {POD_INDEX: _number, POD_NAME: _number_in_name},
    "Job": {JOB_INDEX: partial(_number, first=1)},
    "CronJob": {JOB_INDEX: partial(_number, first=1)},
}


def _may_be(key: Key, labels: tuple[str, ...], value: str) -> bool:
    """Say whether labels that only the cluster knows may have a value."""
    if labels in _NUMBERED_NAMES:
        return re.fullmatch(rf"{re.escape(key.name)}-[0-9]+", value) is not None
    return bool(value)


def _another(key: Key, labels: tuple[str, ...], asked: Container[str]) -> str:
    """Return a value that these labels may have and that no selector asks for."""
    stem = key.name if labels in _NUMBERED_NAMES else "other"
    return next(value for i in count(1) if (value := f"{stem}-{i}") not in asked)


def _added_labels(key: Key, job: api.JobSpec, i: int) -> dict[str, str]:
    """Return the labels that a controller adds to those of the template of its pod."""
    if key.kind == "StatefulSet":
        return {POD_INDEX: str(i), POD_NAME: f"{key.name}-{i}"}
    if key.kind not in JOBS:
        return {}
    name = f"{key.name}-{i}" if key.kind == "CronJob" else key.name  # its Jobs have numbers
    index = {JOB_INDEX: str(i - 1)} if job.completion_mode == "Indexed" else {}
    return {JOB_NAME: name, OLD_JOB_NAME: name, **index}
