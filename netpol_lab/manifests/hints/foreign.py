"""Fields that a NetworkPolicy does not have: those of other objects, and what people make up.

A table: of which type, which names, and what to say of them.
"""

from __future__ import annotations

from typing import NamedTuple

from netpol_lab.manifests import api_types as api

INGRESS, EGRESS = api.NetworkPolicyIngressRule, api.NetworkPolicyEgressRule
_RULE = (INGRESS, EGRESS)
_SPEC = (api.NetworkPolicySpec,)
_TOP = (api.NetworkPolicy,)
_PEER = (api.NetworkPolicyPeer,)
_PORT = (api.NetworkPolicyPort,)


class Foreign(NamedTuple):
    """Some names of fields, and what to do where they stand in one of some types.

    The words may name the field ({key}) and the rule's list of peers ({peers}).
    """

    types: tuple[type, ...]
    names: str
    words: str


_NO_HOSTS = (
    "a NetworkPolicy knows pods and addresses, not names of hosts: write an ipBlock, or use a "
    "policy of your network plugin"
)
_IN_CILIUM = "{key} is a field of CiliumNetworkPolicy: "
_IN_CALICO = "{key} is a field of Calico's policies: "
_IN_CLUSTER = "{key} is a field of the policies of cluster administrators: "
_PEERS = "write {peers}:, with a podSelector or a namespaceSelector in each item"
_BLOCKS = "write {peers}:, with an ipBlock in each item"
_NO_PATHS = "a NetworkPolicy knows ports, not what is said on them: leave it out"
_ONE_SELECTOR = "a policy chooses its pods by podSelector"

TABLE = (
    Foreign(_RULE, "action type policy effect",
            "a rule of a NetworkPolicy has no action, it only admits: leave {key} out, or to block "
            "something the whole rule, since what no rule admits is blocked"),
    Foreign(_SPEC, "action effect defaultAction default",
            "a NetworkPolicy has no action: list a direction in policyTypes, and what no rule of "
            "it admits is blocked"),
    Foreign((*_RULE, *_SPEC, *_TOP), "order priority precedence weight tier",
            "policies and rules have no order: what any of them admits is allowed; leave {key} "
            "out"),
    Foreign((*_RULE, *_PEER, *_SPEC), "description comment notes",
            "there is no {key} here: write a comment, which begins with #"),
    Foreign(_RULE, "name id", "a rule has no {key}: write a comment, which begins with #"),
    Foreign((*_RULE, *_SPEC), "log logging logs", "a NetworkPolicy logs nothing: leave {key} out"),
    Foreign((*_SPEC, *_TOP), "status", "a NetworkPolicy has no status: leave it out"),
    # Ends
    Foreign(_PEER, "fqdn fqdns dns dnsName dnsNames domain domains domainName domainNames host "
            "hosts hostname hostnames url toFQDNs matchName matchPattern", _NO_HOSTS),
    Foreign(_RULE, "fqdn fqdns dnsNames domains domainNames host hosts hostname hostnames",
            _NO_HOSTS),
    Foreign((*_PEER, *_RULE), "service services serviceName serviceSelector toServices k8sService",
            "a Service cannot be named in a policy: choose the pods behind it, by a podSelector"),
    Foreign(_PEER, "serviceAccount serviceAccounts serviceAccountName serviceAccountSelector "
            "principal principals",
            "service accounts cannot be named in a policy: choose pods by their labels, in a "
            "podSelector"),
    Foreign((*_PEER, *_RULE), "node nodes nodeSelector nodeName",
            "nodes cannot be named in a policy: write their addresses, as ipBlocks"),
    Foreign(_PEER, "entity entities", "there are no entities: for outside addresses write an "
            "ipBlock, for pods a podSelector or a namespaceSelector"),
    Foreign(_PEER, "port protocol endPort",
            "{key} belongs to an item of ports, which stands beside the list of peers"),
    Foreign(_SPEC, "namespaceSelector namespaces",
            "a policy is for pods of its own namespace, metadata.namespace: leave {key} out; "
            "namespaces of peers are chosen inside from and to"),
    # Cilium
    Foreign(_RULE, "fromEndpoints toEndpoints fromNodes toNodes fromGroups toGroups fromRequires "
            "toRequires", _IN_CILIUM + _PEERS),
    Foreign(_RULE, "fromEntities toEntities", _IN_CILIUM + "for outside addresses " + _BLOCKS),
    Foreign(_RULE, "fromCIDR toCIDR fromCIDRSet toCIDRSet", _IN_CILIUM + _BLOCKS),
    Foreign(_RULE, "toFQDNs", _IN_CILIUM + _NO_HOSTS),
    Foreign(_RULE, "toPorts", _IN_CILIUM + "write ports:, with a port and a protocol in each item"),
    Foreign(_RULE, "icmps icmp notICMP", "a NetworkPolicy cannot speak of ICMP: leave {key} out"),
    Foreign(_SPEC, "endpointSelector", _IN_CILIUM + _ONE_SELECTOR),
    Foreign(_SPEC, "ingressDeny egressDeny", _IN_CILIUM + "a NetworkPolicy cannot deny; what no "
            "rule admits is blocked"),
    Foreign(_SPEC, "enableDefaultDeny", _IN_CILIUM + "list the directions to isolate in "
            "policyTypes"),
    # Calico
    Foreign((INGRESS,), "source", _IN_CALICO + _PEERS),
    Foreign((EGRESS,), "destination", _IN_CALICO + _PEERS),
    Foreign((INGRESS,), "destination", _IN_CALICO + "the pods are those of the podSelector, the "
            "ports go under ports"),
    Foreign((EGRESS,), "source", _IN_CALICO + "the pods are those of the podSelector"),
    Foreign((*_RULE, *_PORT), "notProtocol notPorts notNets notSelector",
            _IN_CALICO + "a NetworkPolicy can only list what is admitted"),
    Foreign(_PEER, "nets", _IN_CALICO + "write an ipBlock, in an item of its own for each"),
    Foreign((*_RULE, *_PORT), "http methods paths rules headers", _NO_PATHS),
    Foreign(_SPEC, "serviceAccountSelector nodeSelector", _ONE_SELECTOR + ": leave {key} out"),
    # AdminNetworkPolicy, ClusterNetworkPolicy
    Foreign(_SPEC, "subject", _IN_CLUSTER + _ONE_SELECTOR),
    Foreign(_PEER, "pods", _IN_CLUSTER + "write its podSelector and namespaceSelector here"),
    Foreign(_PEER, "networks", _IN_CLUSTER + "write an ipBlock, in an item of its own for each"),
    Foreign(_PORT, "portNumber namedPort", _IN_CLUSTER + "write port and protocol here"),
    # Pods and Services
    Foreign(_PORT, "targetPort nodePort hostPort",
            "there is no {key} here: a policy names the port of the pod, as port"),
)  # fmt: skip

_OF = {
    (kind, name.lower()): row.words
    for row in TABLE
    for kind in row.types
    for name in row.names.split()
}


def words_of(cls: type, key: str) -> str:
    """Return what to say of a field in a type that does not have it; nothing where it is unknown.

    Examples
    --------
    >>> words_of(api.NetworkPolicy, "status")
    'a NetworkPolicy has no status: leave it out'
    """
    peers = "to" if cls is EGRESS else "from"
    return _OF.get((cls, key.lower()), "").format(key=key, peers=peers)
