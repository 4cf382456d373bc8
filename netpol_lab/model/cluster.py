"""Everything that was loaded: pods, policies and Services, found by their names.

Names become pods, workloads, Services and addresses here; nothing of NetworkPolicy is decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from netpol_lab.errors import (
    AmbiguousNameError,
    Complaint,
    FlowError,
    NetpolError,
    UnknownNameError,
    counted,
    visible,
)
from netpol_lab.model.addresses import Address, parse_address
from netpol_lab.model.callbacks import Callback
from netpol_lab.model.cluster_policies import ClusterPolicy
from netpol_lab.model.flows import Endpoint
from netpol_lab.model.lookup import find
from netpol_lab.model.named_services import Backend, Mention
from netpol_lab.model.objects import Namespace, Pod, Policy
from netpol_lab.model.other_policies import OtherPolicy
from netpol_lab.model.places import Place
from netpol_lab.model.pod_makers import PodMaker, UnreadFile
from netpol_lab.model.replicas import Replicas
from netpol_lab.model.selectors import Labels
from netpol_lab.model.services import Service


@dataclass(frozen=True, eq=False)
class Cluster:
    """Everything that was loaded.

    Parameters
    ----------
    namespaces : mapping of str to Namespace
        By name, including those that only pods or policies mention.
    pods : tuple of Pod
    policies : tuple of Policy
    services : tuple of Service
    nodes : mapping of str to tuple of IPv4Address or IPv6Address
        The addresses of each node that something names, as far as Nodes and pods tell.
    node_labels : mapping of str to mapping
        The labels of each node, as far as Nodes tell.
    cluster_policies : tuple of ClusterPolicy
        Those above and below NetworkPolicy, as they are written.
    other_policies : tuple of OtherPolicy
        Policies of other kinds: flows that they could decide are undefined.
    replicas : Replicas, optional
        How pods of workloads could be told apart further, where workloads make some.
    warnings : tuple of Complaint
        What the API server would accept with a warning.
    dropped, refused : tuple of Complaint
        What a lenient reader has dropped, and what was refused where only a part was asked for.
    ignored : mapping of str to int
        How many objects of each other kind were passed over.
    pod_makers, unread : tuple of PodMaker, tuple of UnreadFile
        What makes pods that are missing here; files that are not read and may speak of pods.
    replaced, unbuilt : frozenset of str
        Objects of which a folder has variants; namespaces of what could not be built whole.
    callbacks, backends : tuple of Callback, tuple of Backend
        The Services that the API server calls, and those that Ingresses lead to.
    mentions : tuple of Mention
        The hosts and ports that settings of containers name.
    sources : mapping of Policy or ClusterPolicy to function
        The way back to the place of each policy; ask `place_of` instead.
    texts : mapping of Policy or ClusterPolicy to str
        The YAML of each policy as somebody wrote it. Those from JSON, from a List or in a huge
        document are not in here: nobody would recognise them.
    originals : mapping of Policy or ClusterPolicy to str
        Of policies that Kustomize has built, the YAML that somebody wrote, with its comments.
    specs : mapping of Policy or ClusterPolicy to object
        The spec of each policy that was read, as it is written; ask `describe` instead.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> lab.load("three-tier")
    Cluster: 3 pods, 1 namespace, 2 policies
    """

    namespaces: Mapping[str, Namespace] = field(default_factory=dict)
    pods: tuple[Pod, ...] = ()
    policies: tuple[Policy, ...] = ()
    services: tuple[Service, ...] = ()
    nodes: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    node_labels: Mapping[str, Labels] = field(default_factory=dict)
    cluster_policies: tuple[ClusterPolicy, ...] = ()
    other_policies: tuple[OtherPolicy, ...] = ()
    replicas: Replicas | None = field(default=None, repr=False)
    warnings: tuple[Complaint, ...] = ()
    dropped: tuple[Complaint, ...] = ()
    refused: tuple[Complaint, ...] = ()
    ignored: Mapping[str, int] = field(default_factory=dict)
    pod_makers: tuple[PodMaker, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    replaced: frozenset[str] = frozenset()
    unbuilt: frozenset[str] = frozenset()
    callbacks: tuple[Callback, ...] = ()
    backends: tuple[Backend, ...] = ()
    mentions: tuple[Mention, ...] = ()
    sources: Mapping[Policy | ClusterPolicy, Callable[[str], Place | None]] = field(
        default_factory=dict
    )
    texts: Mapping[Policy | ClusterPolicy, str] = field(default_factory=dict)
    originals: Mapping[Policy | ClusterPolicy, str] = field(default_factory=dict)
    specs: Mapping[Policy | ClusterPolicy, object] = field(default_factory=dict)

    def __repr__(self) -> str:
        where = f"{counted(len(self.pods), 'pod')}, {counted(len(self.namespaces), 'namespace')}"
        policies = counted(len(self.policies), "policy", "policies")
        if above := len(self.cluster_policies):
            policies += f", {counted(above, 'cluster-wide policy', 'cluster-wide policies')}"
        warned = f", {counted(len(self.warnings), 'warning')}" if self.warnings else ""
        return f"Cluster: {where}, {policies}{warned}"

    def pod(self, name: str) -> Pod:
        """Return the pod called ``namespace/name``, or ``name`` where only one pod has it.

        Parameters
        ----------
        name : str

        Returns
        -------
        Pod

        Raises
        ------
        UnknownNameError, AmbiguousNameError

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.load("three-tier").pod("db").labels["role"]
        'db'
        """
        return find(self.pods_by_name, name, "pod")

    def policy(self, name: str) -> Policy:
        """Return the policy called ``namespace/name``, or ``name`` where only one has it.

        Parameters
        ----------
        name : str

        Returns
        -------
        Policy

        Raises
        ------
        UnknownNameError, AmbiguousNameError

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(lab.load("three-tier").policy("db-access-ingress"))
        shop/db-access-ingress
        """
        return find(self.policies_by_name, name, "policy")

    def with_policies(
        self, policies: Iterable[Policy | str], others: Iterable[OtherPolicy] = ()
    ) -> Cluster:
        """Return the same cluster with exactly these policies.

        Parameters
        ----------
        policies : iterable of Policy or str
            Policies, or names of policies of this cluster; a single name may stand alone.
        others : iterable of OtherPolicy
            Policies of other kinds, beside those of this cluster.

        Returns
        -------
        Cluster

        Raises
        ------
        UnknownNameError, AmbiguousNameError
            When no policy has this name, or several have it.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.load("three-tier").with_policies([])
        Cluster: 3 pods, 1 namespace, 0 policies
        """
        policies = [policies] if isinstance(policies, str) else policies
        chosen = (self.policy(p) if isinstance(p, str) else p for p in policies)
        together = tuple(dict.fromkeys((*self.other_policies, *others)))
        return replace(self, policies=tuple(chosen), other_policies=together)

    def place_of(self, policy: Policy | ClusterPolicy, path: str = "metadata.name") -> Place | None:
        """Return where a part of a policy is written, or None if it is not written anywhere.

        Parameters
        ----------
        policy : Policy or ClusterPolicy
            A policy of this cluster.
        path : str
            The part, as the API server writes it.

        Returns
        -------
        Place or None

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> db = shop.policy("db-access-ingress")
        >>> print(shop.place_of(db, "spec.ingress[0].from[0]"))
        three-tier.yaml:87:7
        >>> shop.place_of(db, "spec.policyTypes") is None
        True
        """
        find = self.sources.get(policy)
        return find(path) if find else None

    def owner(self, address: Address) -> Pod | None:
        """Return the running pod that owns an address (SEM-55).

        Parameters
        ----------
        address : ipaddress.IPv4Address or ipaddress.IPv6Address

        Returns
        -------
        Pod or None

        Examples
        --------
        >>> import netpol_lab as lab
        >>> print(lab.load("by-address").owner(parse_address("10.8.0.99")))
        None
        """
        return self.owners.get(address)

    def endpoint(self, text: str) -> Endpoint:
        """Return the end of a flow that a name or an address stands for.

        Parameters
        ----------
        text : str
            ``namespace/name`` of a pod, a workload (any of its pods) or a Service, in this
            order; the name alone where it is unique; or an IPv4 or IPv6 address. The address of
            a running pod means that pod. ``service:namespace/name`` and ``svc/namespace/name``
            always mean the Service; so does ``svc/name`` where it is unique, and ``svc`` is not
            the namespace of a pod of that name.

        Returns
        -------
        Endpoint

        Raises
        ------
        UnknownNameError, AmbiguousNameError
            When nothing, or more than one thing, has this name.
        FlowError
            When the pod has finished, so that it owns no address any more.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> print(shop.endpoint("db"), shop.endpoint("203.0.113.7"))
        shop/db 203.0.113.7
        """
        address = parse_address(text)
        if address is not None:
            node, is_node = self.node_names.get(address), address in self.node_names
            return Endpoint(self.owner(address), address, node, is_node=is_node)
        try:
            found = self._named(text)
        except UnknownNameError as error:
            raise UnknownNameError(self._meant_by(text) or str(error)) from None
        if isinstance(found, Service):
            return Endpoint(address=next(iter(found.inner_addresses), None), service=found)
        if found.finished:
            raise FlowError(
                f"{found} has finished (phase Succeeded or Failed), so it owns no address and "
                "takes no part in any connection."
            )
        meant = text in (str(found), found.name)
        return Endpoint(found, among=() if meant else self.replicas_beside(found))

    def _named(self, text: str) -> Pod | Service:
        prefixed = _SERVICE.fullmatch(text) if text not in self._ends_by_name else None
        if prefixed:
            return find(self._services_by_name, prefixed["name"] or prefixed["full"], "Service")
        found = find(self._ends_by_name, text, "pod, workload or Service")
        if isinstance(found, Pod) and text not in (str(found), found.name):
            self._refuse_namesakes(found)
        return found

    def _meant_by(self, text: str) -> str:
        """Return what somebody may have meant by a name that nothing has; empty if unclear."""
        said, bare = f'there is no pod, workload or Service "{visible(text)}"', text.strip("[]")
        if address := parse_address(bare):
            return f"{said}: write the address alone, {address}."
        if (found := _BLOCK.fullmatch(text)) and (address := parse_address(found["address"])):
            return f"{said}: an end is one address, not a block. Write {address}, for instance."
        if (found := _WITH_PORT.fullmatch(text)) and parse_address(found["address"]):
            return f"{said}: write the address alone, {found['address']}; give the port separately."
        if text in self.namespaces:
            inside = next((str(pod) for pod in self.pods if pod.namespace == text), None)
            example = f", such as {inside}" if inside else "; it has none here"
            return f"{text} is a namespace: name one of its pods{example}."
        name, _, domain = text.partition(".")
        service = f"{domain.partition('.')[0]}/{name}"
        if service in self._services_by_name:
            return f"{said}: for the Service of that name write svc/{service}."
        return ""

    def _refuse_namesakes(self, pod: Pod) -> None:
        """Refuse a workload's name that another kind of workload has as well."""
        made = {p.workload for p in self.pods if p.workload and p.namespace == pod.namespace}
        alike = sorted(str(w) for w in made if pod.workload and w.name == pod.workload.name)
        if len(alike) > 1:
            raise AmbiguousNameError(
                f"more than one workload has this name: {', '.join(alike)}. Name one of their pods."
            )

    def replicas_beside(self, pod: Pod) -> tuple[Pod, ...]:
        """Return the other running pods of the same workload.

        Parameters
        ----------
        pod : Pod

        Returns
        -------
        tuple of Pod

        Examples
        --------
        >>> import netpol_lab as lab
        >>> market = lab.load("market")
        >>> [str(other) for other in market.replicas_beside(market.pod("catalog/api-1"))]
        ['catalog/api-2']
        """
        made = (pod.namespace, pod.workload)
        alike = (p for p in self.pods if pod.workload and (p.namespace, p.workload) == made)
        return tuple(p for p in alike if p.name != pod.name and not p.finished)

    @cached_property
    def pods_by_name(self) -> dict[str, Pod]:
        """The pods by ``namespace/name``."""
        return {str(pod): pod for pod in self.pods}

    @cached_property
    def _ends_by_name(self) -> dict[str, Pod | Service]:
        """What a name means as an end of a flow: a pod before a workload before a Service.

        For a workload stands one of its pods, the first running one where there is any.
        """
        made: dict[str, Pod] = {}
        for pod in sorted(self.pods, key=lambda pod: pod.finished):
            if pod.workload:
                made.setdefault(f"{pod.namespace}/{pod.workload.name}", pod)
        return {**self._services_by_name, **made, **self.pods_by_name}

    @cached_property
    def _services_by_name(self) -> dict[str, Service]:
        return {str(service): service for service in self.services}

    @cached_property
    def policies_by_name(self) -> dict[str, Policy]:
        """The policies by ``namespace/name``."""
        return {str(policy): policy for policy in self.policies}

    def services_at(
        self, address: Address | None, port: int | None = None, protocol: str = "TCP"
    ) -> list[Service]:
        """Return the Services that an address leads to: one of theirs, or a port of a node.

        Parameters
        ----------
        address : ipaddress.IPv4Address, ipaddress.IPv6Address or None
        port, protocol : int or None, str
            What is asked for there; only at the address of a node it matters.

        Returns
        -------
        list of Service

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.load("three-tier").services_at(parse_address("10.96.0.1"))
        []
        """
        offered = (port, protocol) if port and address in self.node_names else None
        return [
            service
            for service in self.services
            if address in service.addresses or offered in service.node_ports
        ]

    @cached_property
    def owners(self) -> dict[Address, Pod]:
        """The running pod that owns each address."""
        running = (pod for pod in self.pods if not pod.finished and not pod.host_network)
        return {address: pod for pod in running for address in pod.addresses}

    @cached_property
    def node_names(self) -> dict[Address, str | None]:
        """The name of the node that has each known address of nodes; None where it has none."""
        found = {address: pod.node for pod in self.pods for address in pod.node_addresses}
        return found | {address: name for name, its in self.nodes.items() for address in its}


_SERVICE = re.compile(r"service:(?P<name>.+)|(?:service|svc)/(?P<full>[^/]+(?:/[^/]+)?)")
_BLOCK = re.compile(r"(?P<address>[\da-fA-F.:]+)/\d{1,3}")
_WITH_PORT = re.compile(r"\[?(?P<address>[\da-fA-F.:]+?)\]?:\d{1,5}")


def checked_cluster(given: Cluster) -> Cluster:
    """Return a cluster as it is; where something else was given, say how to get one.

    Parameters
    ----------
    given : Cluster

    Returns
    -------
    Cluster

    Raises
    ------
    NetpolError

    Examples
    --------
    >>> checked_cluster("three-tier")
    Traceback (most recent call last):
    netpol_lab.errors.NetpolError: 'three-tier' is not a cluster: load it first, ...
    """
    if not isinstance(given, Cluster):
        raise NetpolError(f"{given!r} is not a cluster: load it first, lab.load({given!r}).")
    return given
