"""The definitions of the three kinds, as tables: those of network-policy-api v0.3.0 and v0.1.7.

Where the channels differ, the experimental one has fields that the standard one does not know.
"""

from __future__ import annotations

from functools import cache

from netpol_lab.manifests.cluster_wide import cel_rules as rules
from netpol_lab.manifests.cluster_wide.channels import GROUP, Channel
from netpol_lab.manifests.cluster_wide.schema import (
    A_MAP,
    A_PORT,
    TEXT,
    Schema,
    SchemaRule,
    a_list,
    a_set,
    an_object,
)

VERSIONS = {
    "ClusterNetworkPolicy": ("v1beta1", "v1alpha2"),  # of one schema; the first one is stored
    "AdminNetworkPolicy": ("v1alpha1",),
    "BaselineAdminNetworkPolicy": ("v1alpha1",),
}
KINDS = {(kind, f"{GROUP}/{v}"): kind for kind, versions in VERSIONS.items() for v in versions}

_MOST, _MOST_V1ALPHA1 = 25, 100  # rules of a direction, peers and ports of a rule
_NAME = Schema("string", most=100)
_PRIORITY = Schema("integer", least=0, most=1000)
_DOMAIN_NAME = (
    r"^(\*\.)?([a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+"
    r"[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$"
)
_DOMAIN_NAME_V1ALPHA1 = _DOMAIN_NAME.replace("a-zA-Z0-9](", "a-zA-z0-9](")  # with a slip

SELECTOR = an_object()(
    {
        "matchExpressions": a_list(
            an_object("key", "operator")({"key": TEXT, "operator": TEXT, "values": a_list(TEXT)})
        ),
        "matchLabels": A_MAP,
    }
)
_TIME = TEXT
_STATUS = an_object("conditions")(
    {
        "conditions": a_list(
            an_object()(
                {
                    "lastTransitionTime": _TIME,
                    "message": TEXT,
                    "observedGeneration": Schema("integer"),
                    "reason": TEXT,
                    "status": TEXT,
                    "type": TEXT,
                }
            )
        )
    }
)


@cache
def definition(kind: str, channel: Channel, older: bool = False) -> Schema:
    """Return the schema of a kind; that before v0.3.0, which took CIDRs with host bits, if asked.

    Examples
    --------
    >>> spec = definition("AdminNetworkPolicy", Channel.STANDARD).properties["spec"]
    >>> [*spec.properties]
    ['egress', 'ingress', 'priority', 'subject']
    """
    experimental = channel is Channel.EXPERIMENTAL
    match kind:
        case "AdminNetworkPolicy":
            return _admin_network_policy(experimental)
        case "BaselineAdminNetworkPolicy":
            return _baseline_admin_network_policy(experimental)
    return _cluster_network_policy(experimental, rules.A_CIDR if older else rules.A_CANONICAL_CIDR)


def _whole(spec: Schema, *of_all: SchemaRule) -> Schema:
    members = {"apiVersion": TEXT, "kind": TEXT, "spec": spec, "status": _STATUS}
    return an_object("spec", rules=of_all)(members)


def _one_of(properties: dict[str, Schema]) -> Schema:
    return an_object(least=1, most=1)(properties)


# ---------------------------------------------------------------- ClusterNetworkPolicy


def _cluster_network_policy(experimental: bool, network: SchemaRule) -> Schema:
    pods = an_object("podSelector")({"namespaceSelector": SELECTOR, "podSelector": SELECTOR})
    told = {"namespaces": SELECTOR, "pods": pods}
    protocols = a_list(_protocol(experimental), least=1, most=_MOST)
    cidr = Schema("string", most=43, rules=(network,))
    out = {**told, "networks": a_set(cidr, _MOST)}
    if experimental:
        names = Schema("string", pattern=_DOMAIN_NAME)
        out |= {"domainNames": a_set(names, _MOST), "nodes": SELECTOR}
    actions = Schema("string", enum=("Accept", "Deny", "Pass"))

    def rule(peers: str, peer: dict[str, Schema], *of_rule: SchemaRule) -> Schema:
        members = {"action": actions, "name": _NAME, "protocols": protocols}
        members[peers] = a_list(_one_of(peer), least=1, most=_MOST)
        return an_object("action", peers, rules=of_rule)(members)

    of_names = (rules.NAMES_OF_PODS,) if experimental else ()
    return _whole(
        an_object("priority", "subject", "tier")(
            {
                "egress": a_list(rule("to", out, *of_names), most=_MOST),
                "ingress": a_list(rule("from", told), most=_MOST),
                "priority": _PRIORITY,
                "subject": _one_of(told),
                "tier": Schema("string", enum=("Admin", "Baseline")),
            }
        )
    )


def _protocol(experimental: bool) -> Schema:
    growing = an_object("end", "start", rules=(rules.GROWING,))({"end": A_PORT, "start": A_PORT})
    ports = an_object(least=1)({"destinationPort": _one_of({"number": A_PORT, "range": growing})})
    named = {"destinationNamedPort": TEXT} if experimental else {}
    return _one_of({**named, "sctp": ports, "tcp": ports, "udp": ports})


# ---------------------------------------------------------------- v1alpha1


def _admin_network_policy(experimental: bool) -> Schema:
    names = Schema("string", pattern=_DOMAIN_NAME_V1ALPHA1)
    more = {"domainNames": a_set(names, _MOST)} if experimental else {}
    spec = _v1alpha1(experimental, ("Allow", "Deny", "Pass"), more, rules.NAMES_OF_PODS_V1ALPHA1)
    properties = {**spec, "priority": _PRIORITY}
    properties["subject"] = properties.pop("subject")
    return _whole(an_object("priority", "subject")(properties))


def _baseline_admin_network_policy(experimental: bool) -> Schema:
    spec = _v1alpha1(experimental, ("Allow", "Deny"), {}, rules.NAMES_OF_PODS_BASELINE)
    return _whole(an_object("subject")(spec), rules.CALLED_DEFAULT)


def _v1alpha1(
    experimental: bool, actions: tuple[str, ...], more: dict[str, Schema], of_names: SchemaRule
) -> dict[str, Schema]:
    pods = an_object("namespaceSelector", "podSelector")(
        {"namespaceSelector": SELECTOR, "podSelector": SELECTOR}
    )
    told = {"namespaces": SELECTOR, "pods": pods}
    cidr = Schema("string", most=43, rules=(rules.A_CIDR,))
    out = {**told, **more, "networks": a_set(cidr, _MOST)}
    out |= {"nodes": SELECTOR} if experimental else {}
    ports = a_list(_port_v1alpha1(experimental), least=1, most=_MOST_V1ALPHA1)

    def rule(peers: str, peer: dict[str, Schema], *of_rule: SchemaRule) -> Schema:
        members = {"action": Schema("string", enum=actions), "name": _NAME, "ports": ports}
        members[peers] = a_list(_one_of(peer), least=1, most=_MOST_V1ALPHA1)
        return an_object("action", peers, rules=of_rule)(members)

    return {
        "egress": a_list(
            rule("to", out, *((of_names,) if experimental else ())), most=_MOST_V1ALPHA1
        ),
        "ingress": a_list(rule("from", told), most=_MOST_V1ALPHA1),
        "subject": _one_of(told),
    }


def _port_v1alpha1(experimental: bool) -> Schema:
    protocol = Schema("string", default="TCP")
    named = {"namedPort": TEXT} if experimental else {}
    number = an_object("port", "protocol")({"port": A_PORT, "protocol": protocol})
    span = {"end": A_PORT, "protocol": protocol, "start": A_PORT}
    return _one_of({**named, "portNumber": number, "portRange": an_object("end", "start")(span)})
