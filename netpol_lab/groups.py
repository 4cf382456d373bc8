"""Connections, and whom they are between: pods, or pods put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from netpol_lab.bits import bits_of, ones
from netpol_lab.frame import Frame
from netpol_lab.model import Pod
from netpol_lab.ports import PortSet

BY = ("pod", "workload", "namespace")


class Connection(NamedTuple):
    """What one end may open to another.

    Parameters
    ----------
    source, destination : str
    ports : PortSet
        Allowed under every permitted reading.
    undefined : PortSet
        Where Kubernetes or the manifests leave the answer open.
    """

    source: str
    destination: str
    ports: PortSet = PortSet()
    undefined: PortSet = PortSet()


class Groups:
    """The names that connections are between, and the ends that each stands for.

    Parameters
    ----------
    by : str
        ``"pod"``, ``"workload"`` or ``"namespace"``. Addresses outside stand for themselves.
    pods : iterable of Pod
    frame : Frame
    """

    def __init__(self, by: str, pods: Iterable[Pod], frame: Frame) -> None:
        self._within = by == "namespace"
        naming = {"pod": _pod_names, "workload": workload_names, "namespace": _namespaces}[by]
        self.owner = {frame.index[pod]: group for pod, group in naming([*pods]).items()}
        self.owner |= {frame.index[str(range_)]: str(range_) for range_ in frame.ranges}
        places: dict[str, list[int]] = {}
        for place, group in self.owner.items():
            places.setdefault(group, []).append(place)
        self.members = {group: bits_of(found) for group, found in places.items()}
        self.order = {group: number for number, group in enumerate(self.members)}

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, in the cluster's order."""
        return tuple(self.members)

    def within(self, ends: int) -> tuple[str, ...]:
        """Return the groups that some ends are in."""
        return tuple(dict.fromkeys(self.owner[place] for place in ones(ends)))

    def touched(self, source: str, among: int, ends: int) -> Iterator[str]:
        """Yield the groups that some ends are in, as seen from members of a group.

        Its own group only where namespaces are asked for, and where somebody else is in it.
        """
        for group in self.within(ends):
            own = ends & self.members[group]
            if group != source or (self._within and not (own == among and own.bit_count() == 1)):
                yield group


def workload_names(pods: Iterable[Pod]) -> dict[str, str]:
    """Return what the workload of each pod is called; with its kind where the name is not enough.

    Examples
    --------
    >>> from netpol_lab.model import Pod, Workload
    >>> web = Workload("Deployment", "web")
    >>> workload_names([Pod("shop", "web-1", workload=web), Pod("shop", "db")])
    {'shop/web-1': 'shop/web', 'shop/db': 'shop/db'}
    """
    made = {str(pod): (f"{pod.namespace}/{_name(pod)}", _kind(pod)) for pod in pods}
    kinds: dict[str, set[str]] = {}
    for name, kind in made.values():
        kinds.setdefault(name, set()).add(kind)
    return {
        pod: f"{name}[{kind}]" if len(kinds[name]) > 1 else name
        for pod, (name, kind) in made.items()
    }


def _name(pod: Pod) -> str:
    return pod.workload.name if pod.workload else pod.name


def _kind(pod: Pod) -> str:
    return pod.workload.kind if pod.workload else "Pod"


def _pod_names(pods: Iterable[Pod]) -> dict[str, str]:
    return {str(pod): str(pod) for pod in pods}


def _namespaces(pods: Iterable[Pod]) -> dict[str, str]:
    return {str(pod): pod.namespace for pod in pods}
