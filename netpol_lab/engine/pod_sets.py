"""Sets of pods, kept as the bits of one integer, and the pods that selectors match in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import chain
from operator import and_

from netpol_lab.engine.semantics import holds
from netpol_lab.model.bitsets import bits_of, ones, union
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Pod
from netpol_lab.model.selectors import Labels, Requirement, Selector


@dataclass(slots=True, eq=False, repr=False)
class PodSet:
    """A set of pods of one cluster, kept as the bits of one integer.

    Supports ``|``, ``&``, ``-``, ``in``, ``len`` and iteration; prints names.

    Parameters
    ----------
    pod_index : PodIndex
        What the bits stand for; sets can be combined where they share it.
    bits : int

    Examples
    --------
    >>> import netpol_lab as lab
    >>> index = PodIndex(lab.load("three-tier"))
    >>> everyone = index.labelled(Selector())
    >>> everyone, len(everyone - everyone)
    ({shop/web, shop/backend, shop/db}, 0)
    """

    pod_index: PodIndex
    bits: int = 0

    def __or__(self, other: PodSet) -> PodSet:
        return PodSet(self.pod_index, self.bits | other.bits)

    def __and__(self, other: PodSet) -> PodSet:
        return PodSet(self.pod_index, self.bits & other.bits)

    def __sub__(self, other: PodSet) -> PodSet:
        return PodSet(self.pod_index, self.bits & ~other.bits)

    def __contains__(self, pod: Pod) -> bool:
        place = self.pod_index.place_of.get(str(pod))  # a finished pod has none
        return place is not None and bool(self.bits >> place & 1)

    def __iter__(self) -> Iterator[Pod]:
        return (self.pod_index.pods[place] for place in ones(self.bits))

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __repr__(self) -> str:
        return f"{{{', '.join(map(str, self))}}}"


class LabelIndex:
    """Things found by their labels; sets of them are bits.

    Asks `holds` once for each value that a requirement lists, once for a value that it does not
    list and once for no value: no other question can have another answer.
    """

    def __init__(self, things: Mapping[int, Labels]) -> None:
        self._places: dict[str, dict[str, list[int]]] = {}
        for place, labels in things.items():
            for key, value in labels.items():
                self._places.setdefault(key, {}).setdefault(value, []).append(place)
        self._everyone = bits_of(things)
        self.matching = cache(self._matching)
        self._satisfying = cache(self._asked)
        self._carrying = cache(self._present)

    def _matching(self, selector: Selector) -> int:
        return reduce(and_, map(self._satisfying, selector.requirements), self._everyone)

    def _asked(self, requirement: Requirement) -> int:
        key, present = requirement.key, self._carrying(requirement.key)
        places = self._places.get(key, {})
        listed = {value: bits_of(places.get(value, ())) for value in requirement.values}
        unlisted = present & ~union(listed.values())
        answers = (
            *((found, {key: value}) for value, found in listed.items()),
            (unlisted, {key: _UNLISTED}),
            (self._everyone & ~present, {}),
        )
        return union(found for found, labels in answers if holds(requirement, labels))

    def _present(self, key: str) -> int:
        return bits_of(chain.from_iterable(self._places.get(key, {}).values()))


_UNLISTED = "\0"  # no label has this value, and no requirement lists it


class PodIndex:
    """The running pods of one cluster, one bit each, and the sets of them that come up again.

    Parameters
    ----------
    cluster : Cluster
    names : sequence of str, optional
        The names that the bits stand for, where several clusters have to agree on them.

    Attributes
    ----------
    place_of : dict of str to int
        The bit of each running pod, by ``namespace/name`` (a finished pod has none, SEM-55).
    pods : dict of int to Pod
        The running pods by their bits.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> PodIndex(lab.load("three-tier")).place_of
    {'shop/web': 0, 'shop/backend': 1, 'shop/db': 2}
    """

    def __init__(self, cluster: Cluster, names: Sequence[str] | None = None) -> None:
        running = {str(pod): pod for pod in cluster.pods if not pod.finished}  # SEM-55
        order = running if names is None else names
        self.place_of = {name: place for place, name in enumerate(order) if name in running}
        self.pods = {place: running[name] for name, place in self.place_of.items()}
        self._by_labels = LabelIndex({place: pod.labels for place, pod in self.pods.items()})
        self._by_namespace = LabelIndex(
            {place: cluster.namespaces[pod.namespace].labels for place, pod in self.pods.items()}
        )

    def labelled(self, selector: Selector) -> PodSet:
        """Return the pods whose labels match (SEM-26).

        Parameters
        ----------
        selector : Selector

        Returns
        -------
        PodSet

        Examples
        --------
        >>> import netpol_lab as lab
        >>> shop = lab.load("three-tier")
        >>> PodIndex(shop).labelled(shop.policy("db-access-ingress").pod_selector)
        {shop/db}
        """
        return PodSet(self, self._by_labels.matching(selector))

    def in_namespaces(self, selector: Selector) -> PodSet:
        """Return the pods in namespaces whose labels match (SEM-18).

        Parameters
        ----------
        selector : Selector

        Returns
        -------
        PodSet

        Examples
        --------
        >>> import netpol_lab as lab
        >>> len(PodIndex(lab.load("three-tier")).in_namespaces(Selector()))
        3
        """
        return PodSet(self, self._by_namespace.matching(selector))
