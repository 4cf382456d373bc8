"""Policies of other kinds: from what is written to the pods and directions they may concern.

They are not checked. Whatever is not written as expected is taken to concern everything.
"""

from __future__ import annotations

import json
from typing import Any

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.definitions import KINDS
from netpol_lab.manifests.decoding import Problem, decoder
from netpol_lab.manifests.field_paths import get
from netpol_lab.manifests.passed_over import group_of
from netpol_lab.manifests.rules.object_rules import check_selector
from netpol_lab.manifests.to_model import DEFAULT_NAMESPACE, selector_of
from netpol_lab.model.cluster_policies import EVERY_POD
from netpol_lab.model.objects import Direction, Peer
from netpol_lab.model.other_policies import EVERY_POD_OF_ITS_NAMESPACE, OtherPolicy, Rank
from netpol_lab.model.selectors import Selector

_STANDARD = "policy.networking.k8s.io"
_SERVED = {version for _, version in KINDS}  # of others nobody knows how they are written
_RANKS = {
    "ClusterNetworkPolicy": Rank.ADMIN,  # its tier may say otherwise
    "AdminNetworkPolicy": Rank.ADMIN,
    "BaselineAdminNetworkPolicy": Rank.BASELINE,
}
_NAMESPACED = {
    ("", "EgressNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("crd.antrea.io", "NetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("k8s.ovn.org", "EgressFirewall"),
    ("k8s.ovn.org", "UserDefinedNetwork"),
    ("network.openshift.io", "EgressNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
    ("vpcresources.k8s.aws", "SecurityGroupPolicy"),
}
_EGRESS_ONLY = ("EgressFirewall", "EgressNetworkPolicy")


def other_policy(value: dict[str, Any], usual: str = DEFAULT_NAMESPACE) -> OtherPolicy:
    """Return what is known of a policy of another kind.

    Parameters
    ----------
    value : dict
        An object with a kind and an apiVersion that are text.
    usual : str
        The namespace of objects that name none.

    Returns
    -------
    OtherPolicy

    Examples
    --------
    >>> written = {"apiVersion": "policy.networking.k8s.io/v1beta1", "kind": "ClusterNetworkPolicy"}
    >>> written["spec"] = {"tier": "Baseline", "subject": {"namespaces": {}}, "egress": [{}]}
    >>> found = other_policy(written)
    >>> found.rank.name, [str(direction) for direction in found.directions]
    ('BASELINE', ['egress'])
    """
    kind, group, spec = value["kind"], group_of(value), value.get("spec")
    written = get(value, "metadata", "name"), get(value, "metadata", "namespace")
    name, namespace = (text if isinstance(text, str) else "" for text in written)
    content = json.dumps({**value, "metadata": None, "status": None}, sort_keys=True, default=str)
    if group == _STANDARD and kind in _RANKS and value["apiVersion"] in _SERVED:
        below = get(spec, "tier") == "Baseline"
        return OtherPolicy(
            kind,
            name,
            rank=Rank.BASELINE if below else _RANKS[kind],
            directions=tuple(way for way in Direction if _has_rules(spec, str(way))),
            subject=_subject(get(spec, "subject")),
            content=content,
        )
    ways = (Direction.EGRESS,) if kind in _EGRESS_ONLY else tuple(Direction)
    if (group, kind) in _NAMESPACED:
        home, whom = namespace or usual, EVERY_POD_OF_ITS_NAMESPACE
        return OtherPolicy(kind, name, home, directions=ways, subject=whom, content=content)
    return OtherPolicy(kind, name, directions=ways, content=content)


def _has_rules(spec: Any, section: str) -> bool:
    """Say whether a direction has rules, or what is no list of any (ANP-21)."""
    if not isinstance(spec, dict):
        return spec is not None
    return spec.get(section) not in (None, [])


def _subject(subject: Any) -> Peer:
    """Return the pods that a policy may be about; every pod where that is not clear (ANP-10)."""
    match subject:
        case {"namespaces": dict() as namespaces, **others} if not any(others.values()):
            chosen = {"namespaceSelector": namespaces}
        case {"pods": dict() as pods, **others} if not any(others.values()):
            chosen = pods
        case _:
            return EVERY_POD
    return Peer(
        pod_selector=_selector(chosen.get("podSelector")),
        namespace_selector=_selector(chosen.get("namespaceSelector")),
    )


def _selector(written: Any) -> Selector:
    """Return a selector; one that matches everything where it is not valid."""
    labels = get(written, "matchLabels")
    if isinstance(labels, dict):  # unlike in a NetworkPolicy, a null value leaves its key out
        kept = {key: value for key, value in labels.items() if value is not None}
        written = {**written, "matchLabels": kept}
    problems: list[Problem] = []
    selector: api.LabelSelector = decoder(api.LabelSelector | None)(written, (), problems)
    if selector is None or problems or any(check_selector(selector, ())):
        return Selector()
    return selector_of(selector)
