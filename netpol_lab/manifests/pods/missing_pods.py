"""All that makes pods which are not among the manifests, as it comes along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.passed_over import PassedOver
from netpol_lab.manifests.pods.custom_kinds import maker_instead, makers_in
from netpol_lab.manifests.pods.left_out import said_of_pods, unread
from netpol_lab.manifests.pods.pod_rights import PodRights
from netpol_lab.manifests.pods.workloads import job_of
from netpol_lab.manifests.text.files import ManifestText
from netpol_lab.model.pod_makers import PodMaker, UnreadFile


@dataclass
class MissingPods:
    """What makes pods that are missing, and the files that may say more about them.

    Examples
    --------
    >>> missing = MissingPods()
    >>> missing.refuse({"kind": "Pod", "metadata": {"name": "A"}}, "shop")
    True
    >>> [(maker.kind, maker.namespace) for maker in missing.makers]
    [('Pod', 'shop')]
    """

    makers: list[PodMaker] = field(default_factory=list)
    unread: list[UnreadFile] = field(default_factory=list)
    rights: PodRights = field(default_factory=PodRights)

    def pass_over(self, value: dict[str, Any], kind: PassedOver, usual: str) -> None:
        """Take in an object that is not evaluated; where it names no namespace, that is `usual`."""
        self.makers += makers_in(value, kind, usual)
        self.rights.read(value, usual)

    def refuse(self, value: Any, usual: str) -> bool:
        """Take in an object that the server refuses; say whether it would make pods."""
        maker = maker_instead(value, usual)
        self.makers += [maker] if maker else []
        return maker is not None

    def leave_out(self, text: ManifestText) -> None:
        """Take in a text that no kustomization takes in."""
        makers, files = said_of_pods(text)
        self.makers += makers
        self.unread += files

    def pass_by(self, text: ManifestText) -> None:
        """Take in a text that is no manifest as it is."""
        self.unread += unread(text)

    def replace(self, kind: str, earlier: Any, later: Any) -> bool:
        """Take in an object that another of its name replaces; say whether what it says matters.

        Its pods are those of another variant, with their labels. A Service matters by its type.
        """
        if isinstance(earlier, api.Service):
            return bool(earlier.spec.type != later.spec.type)
        if not isinstance(earlier, api.Pod | api.Workload):
            return False
        labels, others = _labels(kind, earlier), _labels(kind, later)
        if labels != others:
            meta = earlier.metadata
            maker = PodMaker(kind, meta.name, meta.namespace, labels, complete=True)
            self.makers.append(maker)
        return True

    def all(self, objects: Mapping[str, Mapping[Any, Any]]) -> tuple[PodMaker, ...]:
        """Return what makes pods, the workloads among some objects included that may do so."""
        return (*self.makers, *self.rights.makers(objects))


def _labels(kind: str, thing: api.Pod | api.Workload) -> dict[str, str]:
    """Return the labels of a pod, or of the pods that a workload makes."""
    of = thing if isinstance(thing, api.Pod) else job_of(kind, thing).template
    return dict(of.metadata.labels or {})
