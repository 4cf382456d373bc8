"""The API server's rules for decoded objects: which of them an object of each kind is held to."""

from __future__ import annotations

from netpol_lab.errors import Reason
from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.rules.endpoint_rules import check_endpoint_slice, check_endpoints
from netpol_lab.manifests.rules.metadata_rules import check_metadata
from netpol_lab.manifests.rules.object_rules import (
    check_pod,
    check_service,
    check_workload,
    repeated_port_names,
)
from netpol_lab.manifests.rules.server_words import Problem, Problems
from netpol_lab.manifests.services import endpoint_types
from netpol_lab.manifests.validation.network_policies import check_policy, policy_warnings


def check_object(thing: api.Object, strict_cidr: bool = True) -> Problems:
    """Yield everything the API server would refuse (VAL-03 to VAL-49).

    Of pods, Services and workloads only what policies depend on is checked.

    Parameters
    ----------
    thing : Object
        Of one of the types in `kinds.KINDS`.
    strict_cidr : bool
        Refuse CIDRs with host bits or leading zeros, as servers since v1.36 do.

    Yields
    ------
    Problem

    Examples
    --------
    >>> [problem.message for problem in check_object(api.NetworkPolicy())]
    ['name or generateName is required']
    """
    yield from check_metadata(thing)
    match thing:
        case api.NetworkPolicy():
            yield from check_policy(thing.spec, strict_cidr)
        case api.Pod():
            yield from check_pod(thing)
        case api.Service():
            yield from check_service(thing)
        case endpoint_types.Endpoints():
            yield from check_endpoints(thing)
        case endpoint_types.EndpointSlice():
            yield from check_endpoint_slice(thing)
        case api.Workload():
            yield from check_workload(thing)


def warnings(thing: api.Object, strict_cidr: bool = True) -> Problems:
    """Yield what is taken with a warning: by the server, or only here.

    Parameters
    ----------
    thing : Object
        One that `check_object` finds no fault with.
    strict_cidr : bool
        As for `check_object`.

    Yields
    ------
    Problem

    Examples
    --------
    >>> policy = api.NetworkPolicy(metadata=api.ObjectMeta(generate_name="p-"))
    >>> [problem.message for problem in warnings(policy)]
    ['from p-: cannot use generate name with apply']
    """
    match thing:
        case api.NetworkPolicy():
            yield from policy_warnings(thing, strict_cidr)
        case api.Namespace():
            yield from _namespace_warnings(thing)
        case api.Pod():
            yield from repeated_port_names(thing.spec, ("spec",))
        case api.Workload():
            yield from repeated_port_names(thing.spec.template.spec, ("spec", "template", "spec"))


_FORMER_DEFAULT = "net.beta.kubernetes.io/network-policy"


def _namespace_warnings(namespace: api.Namespace) -> Problems:
    """Yield that a namespace is isolated in the way of the API's first draft, which is gone."""
    if _FORMER_DEFAULT in (namespace.metadata.annotations or {}):
        message = "has had no effect since Kubernetes v1.7: this annotation isolates no pod"
        hint = "a default deny is a NetworkPolicy with podSelector: {} and policyTypes: [Ingress]"
        path = ("metadata", "annotations", _FORMER_DEFAULT)
        yield Problem(path, Reason.WARNING, message, hint, of_key=True)
