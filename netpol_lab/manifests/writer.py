"""The way back: policies of the model as manifests, to read, to type and to load again.

What was defaulted is written out, except policyTypes that the server filled in.
"""

from __future__ import annotations

from typing import Any

import yaml

from netpol_lab.manifests.text.yaml_scalars import TAG, implicit_tag
from netpol_lab.model import objects as model
from netpol_lab.model.policy_parts import list_of_peers
from netpol_lab.model.selectors import Operator, Requirement, Selector

_TEXT = f"{TAG}str"


class _Dumper(yaml.SafeDumper):
    """Quotes what kubectl would not take for text; null is nothing, and nothing is an anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> Any:
        """Return the tag that a value has without being written, to kubectl or to PyYAML."""
        ours = implicit_tag(value) if kind is yaml.ScalarNode and implicit[0] else _TEXT
        if ours != _TEXT:
            return ours
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]

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


def on_one_line(value: Any) -> str:
    """Return a plain value as YAML on one line, in brackets and braces.

    Examples
    --------
    >>> on_one_line({"protocol": "TCP", "port": 80}), on_one_line("yes"), on_one_line("a")
    ('{protocol: TCP, port: 80}', "'yes'", 'a')
    """
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, default_flow_style=True, width=10**9)
    return text.removesuffix("\n").removesuffix("\n...")


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
    rules = {"ingress": policy.ingress, "egress": policy.egress}
    spec |= {section: [*map(rule, found)] for section, found in rules.items() if found is not None}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": policy.name, "namespace": policy.namespace},
        "spec": spec,
    }


def rule(rule: model.Rule) -> dict[str, Any]:
    """Return a rule as an entry of `ingress` or `egress`."""
    written = {
        list_of_peers(rule.direction): [*map(peer, rule.peers)],
        "ports": [*map(port, rule.ports)],
    }
    return {field: items for field, items in written.items() if items}


def peer(peer: model.Peer) -> dict[str, Any]:
    """Return a peer as an entry of `from` or `to`."""
    selectors = {"namespaceSelector": peer.namespace_selector, "podSelector": peer.pod_selector}
    written = {field: selector(one) for field, one in selectors.items() if one is not None}
    return written | ({"ipBlock": ip_block(peer.ip_block)} if peer.ip_block else {})


def port(port: model.PolicyPort) -> dict[str, Any]:
    """Return a port as an entry of `ports`."""
    written = {"protocol": str(port.protocol), "port": port.port, "endPort": port.end_port}
    return {field: value for field, value in written.items() if value is not None}


def ip_block(block: model.IPBlock) -> dict[str, Any]:
    """Return a block of addresses as `ipBlock`."""
    excepts = {"except": [*map(str, block.excepts)]} if block.excepts else {}
    return {"cidr": str(block.cidr), **excepts}


def selector(selector: Selector) -> dict[str, Any]:
    """Return a label selector, with matchLabels as far as they can say it in the same order."""
    labels: dict[str, str] = {}
    for one in selector.requirements:
        if one.key in labels or one.operator is not Operator.IN or len(one.values) != 1:
            break
        labels[one.key] = one.values[0]
    rest = [_expression(one) for one in selector.requirements[len(labels) :]]
    written = {"matchLabels": labels, "matchExpressions": rest}
    return {field: value for field, value in written.items() if value}


def _expression(requirement: Requirement) -> dict[str, Any]:
    values = {"values": [*requirement.values]} if requirement.values else {}
    return {"key": requirement.key, "operator": str(requirement.operator), **values}
