"""Who may make pods: workloads whose ServiceAccount some role lets create them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.field_paths import get, get_list, get_text
from netpol_lab.manifests.passed_over import group_of
from netpol_lab.manifests.pods.workloads import job_of
from netpol_lab.model.pod_makers import PodMaker

_GROUP = "rbac.authorization.k8s.io"
_ANY = "*"
_MAKING = {  # what makes pods, by group
    "": {"pods", "replicationcontrollers"},
    "apps": {"daemonsets", "deployments", "replicasets", "statefulsets"},
    "batch": {"cronjobs", "jobs"},
}
_BUILT_IN = {("", "cluster-admin"), ("", "admin"), ("", "edit")}  # every cluster has these
_Named = tuple[str, str]  # a namespace, empty for a ClusterRole, and a name


@dataclass
class PodRights:
    """Roles and bindings, as they are read.

    Parameters
    ----------
    with_kinds : bool
        Whether kinds of objects are defined beside them, so that somebody here is an operator.
    roles : set of (str, str)
        Those that let somebody make pods, by namespace and name; a ClusterRole has no namespace.
    bindings : list of (str, (str, str), list of (str, str))
        Where a binding holds, empty for everywhere; its role; and its ServiceAccounts.
    """

    with_kinds: bool = False
    roles: set[_Named] = field(default_factory=lambda: set(_BUILT_IN))
    bindings: list[tuple[str, _Named, list[_Named]]] = field(default_factory=list)

    def read(self, value: dict[str, Any], usual: str) -> None:
        """Take in an object if it is a role or a binding.

        Parameters
        ----------
        value : dict
            An object with a kind and an apiVersion that are text.
        usual : str
            The namespace of objects that name none.
        """
        kind, name = value["kind"], get(value, "metadata", "name")
        self.with_kinds |= kind == "CustomResourceDefinition"
        if group_of(value) != _GROUP or not isinstance(name, str):
            return
        own = get_text(value, "metadata", "namespace") or usual
        home = "" if kind.startswith("Cluster") else own
        if kind in ("Role", "ClusterRole") and any(map(_makes_pods, get_list(value, "rules"))):
            self.roles.add((home, name))
        elif kind in ("RoleBinding", "ClusterRoleBinding"):
            of = "" if get_text(value, "roleRef", "kind") == "ClusterRole" else home
            accounts = [
                (get_text(one, "namespace") or home, get_text(one, "name"))
                for one in get_list(value, "subjects")
                if get_text(one, "kind") == "ServiceAccount"
            ]
            self.bindings.append((home, (of, get_text(value, "roleRef", "name")), accounts))

    def makers(self, objects: Mapping[str, Mapping[Any, Any]]) -> Iterator[PodMaker]:
        """Yield the workloads among some objects that may make pods, for each namespace where.

        One that may do so anywhere is taken to do so in its own namespace, an operator anywhere.

        Parameters
        ----------
        objects : mapping
            Objects of `api_types` by kind, and by namespace and name.
        """
        workloads = (
            (kind, one)
            for kind, alike in objects.items()
            for one in alike.values()
            if isinstance(one, api.Workload)
        )
        for kind, one in workloads:
            home, account = one.metadata.namespace, _account(kind, one)
            found = (
                holds or ("" if self.with_kinds else home)
                for holds, role, accounts in self.bindings
                if role in self.roles and (home, account) in accounts
            )
            for namespace in dict.fromkeys(found):
                yield PodMaker(kind, one.metadata.name, namespace, permitted=True)


def _account(kind: str, workload: api.Workload) -> str:
    """Return the ServiceAccount of a workload's pods."""
    return job_of(kind, workload).template.spec.service_account_name or "default"


def _makes_pods(rule: Any) -> bool:
    """Say whether a rule of a role lets somebody create pods, or what makes them."""
    groups, resources = _texts(rule, "apiGroups"), _texts(rule, "resources")
    if not _texts(rule, "verbs") & {"create", _ANY}:
        return False
    known = (_MAKING[group] for group in _MAKING if groups & {group, _ANY})
    return any(resources & {*making, _ANY} for making in known)


def _texts(value: Any, name: str) -> set[str]:
    return {item for item in get_list(value, name) if isinstance(item, str)}
