"""Policies of other kinds: the pods and directions that they may concern.

They are not checked, and what is written in them is not read.
"""

from __future__ import annotations

import json
from typing import Any

from netpol_lab.manifests.field_paths import get
from netpol_lab.manifests.passed_over import group_of
from netpol_lab.manifests.to_model import DEFAULT_NAMESPACE
from netpol_lab.model.objects import Direction
from netpol_lab.model.other_policies import EVERY_POD_OF_ITS_NAMESPACE, OtherPolicy

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
    >>> found = other_policy({"apiVersion": "k8s.ovn.org/v1", "kind": "EgressFirewall"})
    >>> found.namespace, [str(direction) for direction in found.directions]
    ('default', ['egress'])
    """
    kind, group = value["kind"], group_of(value)
    written = get(value, "metadata", "name"), get(value, "metadata", "namespace")
    name, namespace = (text if isinstance(text, str) else "" for text in written)
    content = json.dumps({**value, "metadata": None, "status": None}, sort_keys=True, default=str)
    ways = (Direction.EGRESS,) if kind in _EGRESS_ONLY else tuple(Direction)
    if (group, kind) in _NAMESPACED:
        home, whom = namespace or usual, EVERY_POD_OF_ITS_NAMESPACE
        return OtherPolicy(kind, name, home, directions=ways, subject=whom, content=content)
    return OtherPolicy(kind, name, directions=ways, content=content)
