"""One change to a manifest: in words, as YAML to type, and as the objects that it gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from textwrap import indent
from typing import Any, TypeAlias

from netpol_lab.manifests import writer as writing
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.objects import Namespace, Peer, Pod, Policy

Changed: TypeAlias = Policy | Pod | Namespace | ClusterPolicy


class Touch(IntEnum):
    """Whose object a change touches: what comes first here is preferred (see `fix.fix`)."""

    ODD = 0  # what a policy says for this flow, and says so that it has no effect
    OWN = 1  # a policy of the pod in question, a new one, or a label that peers here are told by
    FOREIGN = 2  # labels of a namespace, or of pods in another one
    ORDER = 3  # the priority of a cluster-wide policy, where nothing says which of two goes first
    ABOVE = 4  # all else of a cluster-wide policy, which is for its owner to change


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to one object.

    Parameters
    ----------
    words : str
        What to change, in a sentence.
    object : str
        Kind and ``namespace/name`` of the manifest to change.
    path : str
        The field in it; empty where the manifest itself is new.
    yaml : str
        What to type there.
    lines : int
        How many lines of the manifest are new, changed or gone.
    changed : tuple of Policy, Pod, Namespace or ClusterPolicy
        The objects as they are afterwards.
    adds : bool
        Whether `yaml` joins what is there already, or stands in its place.
    touch : Touch
        Whose object it changes.
    joins : Peer, optional
        Where it adds a peer to a list, or a rule with one, whom it admits besides.
    before : int
        The number of the rule before which a new one is to stand; 0 where the order is free.
    """

    words: str
    object: str
    path: str
    yaml: str
    lines: int
    changed: tuple[Changed, ...]
    adds: bool = True
    touch: Touch = Touch.OWN
    joins: Peer | None = None
    before: int = 0

    def apply(self, cluster: Cluster) -> Cluster:
        """Return the cluster with the changed objects in the place of those of the same name.

        Parameters
        ----------
        cluster : Cluster

        Returns
        -------
        Cluster
            A policy of a new name is added.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> policy = replace(shop.policy("db-access-ingress"), ingress=())
        >>> edit = of_policy(policy, "admit nobody", "spec.ingress", [], adds=False)
        >>> lab.evaluate(edit.apply(shop), "backend", "db", port=5432).allowed
        False
        """
        pods = {str(thing): thing for thing in self.changed if isinstance(thing, Pod)}
        policies = {str(thing): thing for thing in self.changed if isinstance(thing, Policy)}
        spaces = {thing.name: thing for thing in self.changed if isinstance(thing, Namespace)}
        wide = {str(thing): thing for thing in self.changed if isinstance(thing, ClusterPolicy)}
        known = {str(policy): policy for policy in cluster.cluster_policies}
        return replace(
            cluster,
            pods=tuple(pods.get(str(pod), pod) for pod in cluster.pods),
            policies=tuple({**cluster.policies_by_name, **policies}.values()),
            namespaces={**cluster.namespaces, **spaces},
            cluster_policies=tuple({**known, **wide}.values()),
        )

    @property
    def what_to_do(self) -> str:
        """What to do with the lines of `yaml`."""
        if not self.path:
            return "apply"
        if self.before:
            return f"add to {self.path}, before rule {self.before}"
        return f"add to {self.path}" if self.adds else f"{self.path} becomes"

    def __str__(self) -> str:
        return f"{self.words}\n  {self.what_to_do}:\n{indent(self.yaml, ' ' * 4)}"


def of_policy(
    policy: Policy, words: str, path: str, typed: Any, adds: bool = True, touch: Touch = Touch.OWN
) -> Edit:
    """Return a change to a policy, which is given as it is afterwards.

    Parameters
    ----------
    policy : Policy
    words, path : str
        As for `Edit`; the policy is named before the words.
    typed : dict or list
        What to type, as plain values.
    adds : bool
    touch : Touch

    Returns
    -------
    Edit

    Examples
    --------
    >>> print(of_policy(Policy("shop", "p"), "select everybody", "spec.podSelector", {}, False))
    in shop/p, select everybody
      spec.podSelector becomes:
        {}
    """
    title = f"NetworkPolicy {policy}"
    return of_object(f"in {policy}, {words}", title, path, typed, policy, adds=adds, touch=touch)


def of_object(
    words: str,
    title: str,
    path: str,
    typed: Any,
    *changed: Changed,
    adds: bool = True,
    touch: Touch = Touch.OWN,
) -> Edit:
    """Return a change to any object; the parameters are those of `Edit`, its YAML as values."""
    text = writing.as_yaml(typed).rstrip("\n").removesuffix("\n...")  # which ends a bare value
    return Edit(words, title, path, text, len(text.splitlines()), changed, adds, touch)
