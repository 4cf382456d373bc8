"""The way back: policies of the model as manifests, to read, to type and to load again.

What was defaulted is written out, except policyTypes that the server filled in.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Any

import yaml

from netpol_lab.manifests.yaml_scalars import Loader
from netpol_lab.model import objects as model
from netpol_lab.model.objects import Direction, Operator
from netpol_lab.model.policy_parts import list_of_peers


class _Dumper(yaml.SafeDumper):
    """Quotes what kubectl would not take for text; null is nothing, and nothing is an anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_dict(self, data: Any) -> yaml.MappingNode:
        """Put a mapping that holds null on lines of its own: between braces null needs a tag."""
        node = super().represent_dict(data)
        if None in data.values():
            node.flow_style = False
        return node


_Dumper.add_representer(dict, _Dumper.represent_dict)
_Dumper.add_representer(
    type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "")
)
for _first, _patterns in Loader.yaml_implicit_resolvers.items():
    for _tag, _pattern in _patterns:
        _Dumper.add_implicit_resolver(_tag, _pattern, [_first])


def as_yaml(*documents: Any, compact: bool = False) -> str:
    """Return plain values as YAML documents, in the order and the indentation people use.

    Parameters
    ----------
    *documents : dict or list
    compact : bool
        Write the innermost lists and mappings on one line, in brackets and braces.

    Returns
    -------
    str
        Without a line break at the end.

    Examples
    --------
    >>> print(as_yaml({"podSelector": None}, {"from": [{"podSelector": {}}]}))
    podSelector:
    ---
    from:
    - podSelector: {}
    >>> print(as_yaml({"ports": [{"protocol": "TCP", "port": 80}]}, compact=True))
    ports:
    - {protocol: TCP, port: 80}
    """
    flow_style = None if compact else False
    dumped = (
        yaml.dump(each, Dumper=_Dumper, sort_keys=False, default_flow_style=flow_style, width=1000)
        for each in documents
    )
    return "---\n".join(dumped).removesuffix("\n")


def manifest_of(policy: model.Policy) -> dict[str, Any]:
    """Return a policy as a manifest; loading it again gives an equal policy.

    Parameters
    ----------
    policy : Policy

    Returns
    -------
    dict
        Plain values, ready for YAML or JSON.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> policy = lab.load("one-way").policies[0]
    >>> print(as_yaml(manifest_of(policy)["spec"]))
    podSelector:
      matchLabels:
        app: app
    egress:
    - to:
      - podSelector:
          matchLabels:
            app: friend
    >>> lab.load(as_yaml(manifest_of(policy))).policies == (policy,)
    True
    """
    spec: dict[str, Any] = {"podSelector": selector(policy.pod_selector)}
    if policy.types_written:
        spec["policyTypes"] = [direction.value for direction in policy.policy_types]
    for direction, rules in (
        (Direction.INGRESS, policy.ingress),
        (Direction.EGRESS, policy.egress),
    ):
        if rules is not None:
            spec[str(direction)] = [rule(one) for one in rules]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": policy.name, "namespace": policy.namespace},
        "spec": spec,
    }


def rule(rule: model.Rule) -> dict[str, Any]:
    """Return one item of `ingress` or `egress`."""
    written = {list_of_peers(rule): [*map(peer, rule.peers)], "ports": [*map(port, rule.ports)]}
    return {field: items for field, items in written.items() if items}


def peer(peer: model.Peer) -> dict[str, Any]:
    """Return one item of `from` or `to`."""
    written: dict[str, Any] = {}
    if peer.namespace_selector is not None:
        written["namespaceSelector"] = selector(peer.namespace_selector)
    if peer.pod_selector is not None:
        written["podSelector"] = selector(peer.pod_selector)
    if peer.ip_block is not None:
        written["ipBlock"] = ip_block(peer.ip_block)
    return written


def port(port: model.PolicyPort) -> dict[str, Any]:
    """Return one item of `ports`."""
    written = {"protocol": str(port.protocol), "port": port.port, "endPort": port.end_port}
    return {field: value for field, value in written.items() if value is not None}


def ip_block(block: model.IPBlock) -> dict[str, Any]:
    """Return a block of addresses."""
    excepts = {"except": [*map(str, block.excepts)]} if block.excepts else {}
    return {"cidr": str(block.cidr), **excepts}


def selector(selector: model.Selector) -> dict[str, Any]:
    """Return a label selector, with matchLabels as far as they can say it in the same order."""
    labels = dict(_leading_labels(selector.requirements))
    rest = selector.requirements[len(labels) :]
    written = {"matchLabels": labels, "matchExpressions": [*map(_expression, rest)]}
    return {field: value for field, value in written.items() if value}


def _leading_labels(requirements: Iterable[model.Requirement]) -> Iterable[tuple[str, str]]:
    seen: set[str] = set()

    def is_label(one: model.Requirement) -> bool:
        new = one.key not in seen
        seen.add(one.key)
        return new and one.operator is Operator.IN and len(one.values) == 1

    return ((one.key, one.values[0]) for one in takewhile(is_label, requirements))


def _expression(requirement: model.Requirement) -> dict[str, Any]:
    values = {"values": [*requirement.values]} if requirement.values else {}
    return {"key": requirement.key, "operator": str(requirement.operator), **values}
