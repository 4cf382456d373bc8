"""The nouns: pods, namespaces, policies and Services, as frozen data.

Names are those of the Kubernetes API in snake_case. Everything here is already defaulted and
valid: `manifests` is the only way in, and behind it nobody sees a dict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from netpol_lab.model.addresses import Address, Network
from netpol_lab.model.ports import Protocol
from netpol_lab.model.selectors import ANYTHING, REVISION_KEYS, Labels, Selector


class Direction(Enum):
    """One of the two questions that a policy answers; the values are the API's policyTypes."""

    INGRESS = "Ingress"
    EGRESS = "Egress"

    @property
    def opposite(self) -> Direction:
        """The direction that the other end's policies are asked about.

        Examples
        --------
        >>> print(Direction.INGRESS.opposite)
        egress
        """
        return Direction.EGRESS if self is Direction.INGRESS else Direction.INGRESS

    def __str__(self) -> str:
        return self.value.lower()


@dataclass(frozen=True, slots=True)
class Namespaced:
    """What lies in a namespace; as text ``namespace/name``.

    Parameters
    ----------
    namespace, name : str
    """

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


# ---------------------------------------------------------------- peers, ports


@dataclass(frozen=True, slots=True)
class IPBlock:
    """A range of addresses without the excepted parts of it (SEM-44, SEM-45).

    Parameters
    ----------
    cidr : IPv4Network or IPv6Network
    excepts : tuple of IPv4Network or IPv6Network
        Inside `cidr`, in the order they are written.
    """

    cidr: Network
    excepts: tuple[Network, ...] = ()

    def __str__(self) -> str:
        but = f" except {', '.join(map(str, self.excepts))}" if self.excepts else ""
        return f"{self.cidr}{but}"


@dataclass(frozen=True, slots=True)
class Peer:
    """One item of `from` or `to`: an address block, or selectors that must both match.

    Parameters
    ----------
    pod_selector : Selector, optional
        Without a namespace selector it matches pods of the policy's own namespace (SEM-17).
    namespace_selector : Selector, optional
        Without a pod selector it matches every pod of the namespaces (SEM-18).
    ip_block : IPBlock, optional
        Only where there is no selector.
    """

    pod_selector: Selector | None = None
    namespace_selector: Selector | None = None
    ip_block: IPBlock | None = None


@dataclass(frozen=True, slots=True)
class PolicyPort:
    """One item of `ports`.

    Parameters
    ----------
    protocol : Protocol
        TCP where none is written (SEM-35).
    port : int, str or None
        A number, or the name of a port of the destination (SEM-39); None is any (SEM-36).
    end_port : int, optional
        The last port of a range that begins at `port` (SEM-42).
    """

    protocol: Protocol = Protocol.TCP
    port: int | str | None = None
    end_port: int | None = None

    def __str__(self) -> str:
        if self.port is None:
            return f"{self.protocol} (any port)"
        end = f"-{self.end_port}" if self.end_port is not None else ""
        return f"{self.protocol} {self.port}{end}"


# ---------------------------------------------------------------- policies


@dataclass(frozen=True, slots=True)
class Rule:
    """One item of `ingress` or `egress`: peers and ports, where empty means any.

    A missing, null and empty list all mean "no restriction" here (SEM-12, SEM-13), so an empty
    tuple stands for the three.

    Parameters
    ----------
    direction : Direction
    index : int
        Its place among the rules of its direction, from 0.
    peers : tuple of Peer
        Any of them will do (SEM-20).
    ports : tuple of PolicyPort
        Any of them will do (SEM-14).
    """

    direction: Direction
    index: int
    peers: tuple[Peer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()

    @property
    def number(self) -> int:
        """The rule's place among those of its direction, from 1, as people count."""
        return self.index + 1

    @property
    def path(self) -> str:
        """The rule's place in the manifest."""
        return f"spec.{self.direction}[{self.index}]"


@dataclass(frozen=True, slots=True)
class Policy(Namespaced):
    """A NetworkPolicy with its defaults filled in.

    Parameters
    ----------
    namespace, name : str
    pod_selector : Selector
        The pods it selects, within its own namespace only.
    policy_types : tuple of Direction
        The directions it isolates, after defaulting (DEF-01).
    ingress, egress : tuple of Rule, or None
        None when the section is absent or null, ``()`` when it is an empty list; both allow
        nothing in a listed direction.
    types_written : bool
        Whether the manifest lists `policyTypes`, or the default was taken.
    """

    pod_selector: Selector = ANYTHING
    policy_types: tuple[Direction, ...] = (Direction.INGRESS,)
    ingress: tuple[Rule, ...] | None = None
    egress: tuple[Rule, ...] | None = None
    types_written: bool = True

    def rules(self, direction: Direction) -> tuple[Rule, ...]:
        """Return the rules of one section; they count only if its type is listed (SEM-16).

        Parameters
        ----------
        direction : Direction

        Returns
        -------
        tuple of Rule

        Examples
        --------
        >>> import netpol_lab as lab
        >>> policy = lab.load("three-tier").policy("db-access-ingress")
        >>> [rule.path for rule in policy.rules(Direction.INGRESS)]
        ['spec.ingress[0]']
        """
        return (self.ingress if direction is Direction.INGRESS else self.egress) or ()


# ---------------------------------------------------------------- what runs in a cluster


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A named port of a container; only its name matters to policies (SEM-66).

    Parameters
    ----------
    name : str
    port : int
        1 to 65535.
    protocol : Protocol
    in_init_container : bool
        Whether an init container declares it, or a sidecar (SEM-56).
    in_sidecar : bool
        Whether a sidecar does: an init container that keeps running.
    """

    name: str
    port: int
    protocol: Protocol = Protocol.TCP
    in_init_container: bool = False
    in_sidecar: bool = False

    @property
    def listens(self) -> bool:
        """Whether its container runs as long as the pod does: an init container has ended.

        Examples
        --------
        >>> ContainerPort("setup", 81, in_init_container=True).listens
        False
        """
        return self.in_sidecar or not self.in_init_container


@dataclass(frozen=True, slots=True)
class Workload:
    """What made a pod: its kind and name, and its own labels, which policies never see."""

    kind: str
    name: str
    labels: Labels = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Pod(Namespaced):
    """A pod.

    Parameters
    ----------
    namespace, name : str
    labels : mapping
    addresses : tuple of IPv4Address or IPv6Address
        The pod's own addresses, the primary one first; empty when the manifests give none.
    ports : tuple of ContainerPort
        Its named ports.
    node : str, optional
        The node it runs on.
    node_addresses : tuple of IPv4Address or IPv6Address
        The addresses of that node, as far as the manifests tell.
    host_network : bool
        Whether it shares its node's network, which policies leave undefined (SEM-54).
    finished : bool
        Whether its phase is Succeeded or Failed, so that it owns no address (SEM-55).
    workload : Workload, optional
        What made it.
    supposed : bool
        Whether it was made up for a label that only the cluster knows, and may not exist (SEM-68).
    replica : int
        Which of the replicas it is, where several pods stand for one (SEM-78); otherwise 0.
    all_declare : bool
        Whether none of its containers, those for its start apart, goes without a port.
    """

    labels: Labels = field(default_factory=dict, hash=False)
    addresses: tuple[Address, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    node: str | None = None
    node_addresses: tuple[Address, ...] = ()
    host_network: bool = False
    finished: bool = False
    workload: Workload | None = None
    supposed: bool = False
    replica: int = 0
    all_declare: bool = True

    @property
    def known_addresses(self) -> tuple[Address, ...]:
        """Where it can be reached: its own addresses, or its node's if it shares them."""
        return self.addresses or (self.node_addresses if self.host_network else ())

    def is_beside(self, other: Pod) -> bool:
        """Say whether both can exist at once.

        All pods of a workload are of one revision (SEM-68); one of several is a replica (SEM-78).

        Parameters
        ----------
        other : Pod

        Returns
        -------
        bool

        Examples
        --------
        >>> Pod("shop", "web").is_beside(Pod("shop", "db"))
        True
        """
        alike = (self.namespace, self.workload) == (other.namespace, other.workload)
        if not (self.supposed and alike):
            return True
        if self.replica and self.replica == other.replica:
            return self.name == other.name
        return all(self.labels.get(key) == other.labels.get(key) for key in REVISION_KEYS)


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace.

    Parameters
    ----------
    name : str
    labels : mapping
        They always hold ``kubernetes.io/metadata.name`` (SEM-25).
    listed : bool
        Whether a manifest tells its labels; otherwise it may have others (DEF-09).
    """

    name: str
    labels: Labels = field(default_factory=dict, hash=False)
    listed: bool = field(default=True, compare=False, repr=False)
