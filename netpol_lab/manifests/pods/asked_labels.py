"""The labels that policies and Services ask for, and so the pods that have to be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.cluster_wide.definitions import VERSIONS
from netpol_lab.manifests.cluster_wide.policies import pod_selectors
from netpol_lab.model.selectors import ADDED_LABELS, DEPLOYMENT_LABEL

_OF_CONTROLLERS = {*ADDED_LABELS, DEPLOYMENT_LABEL}
_OF_KNOWN_CONTROLLERS = {*_OF_CONTROLLERS, "deploymentconfig"}


class _Question(NamedTuple):
    """A selector that asks for a key; without a namespace where it may be about pods of any."""

    namespace: str | None
    equal: Mapping[str, str]
    key: str
    values: tuple[str, ...]


class AskedLabels:
    """The labels that policies and Services ask pods for, in subjects and peers, by any operator.

    Parameters
    ----------
    objects : mapping of str to iterable
        Objects of `netpol_lab.manifests.api_types` by kind, with their namespaces filled in.

    Examples
    --------
    >>> meta = api.ObjectMeta(name="db", namespace="shop")
    >>> selector = {"app": "db", "apps.kubernetes.io/pod-index": "0"}
    >>> service = api.Service(metadata=meta, spec=api.ServiceSpec(selector=selector))
    >>> asked = AskedLabels({"Service": [service]})
    >>> asked.values("apps.kubernetes.io/pod-index", "shop", {"app": "db"})
    ('0',)
    >>> print(asked.values("apps.kubernetes.io/pod-index", "shop", {"app": "web"}))
    None
    """

    def __init__(self, objects: Mapping[str, Iterable[Any]]) -> None:
        self._about: dict[str, list[_Question]] = {}
        self._selectors = tuple(_selectors(objects))
        for question in _questions(self._selectors):
            if question.key in _OF_CONTROLLERS:
                self._about.setdefault(question.key, []).append(question)

    def __or__(self, other: AskedLabels) -> AskedLabels:
        both = AskedLabels({})
        both._selectors = (*self._selectors, *other._selectors)
        for key in {**self._about, **other._about}:
            both._about[key] = [*self._about.get(key, ()), *other._about.get(key, ())]
        return both

    def values(
        self, key: str, namespace: str, written: Mapping[str, str]
    ) -> tuple[str, ...] | None:
        """Return the values of a controller's label that some pods are asked for; None if not.

        Parameters
        ----------
        key : str
            One of those that controllers add.
        namespace : str
            Where the pods are.
        written : mapping of str to str
            Their other labels: who wants other values of those does not mean these pods.
        """
        found = [
            question.values
            for question in self._about.get(key, ())
            if question.namespace in (namespace, None)
            if all(
                label in (key, *ADDED_LABELS) or written.get(label) == value
                for label, value in question.equal.items()
            )
        ]
        return tuple(dict.fromkeys(chain.from_iterable(found))) if found else None

    def more(self, namespace: str, written: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Yield labels besides those written with which some selector would say something else.

        For pods of which it is not known what other labels they have (SEM-78). The labels of one
        selector, and of two together, are enough: one may speak of each end of a flow.

        Parameters
        ----------
        namespace : str
            Where the pods are.
        written : mapping of str to str
            The labels that they surely have.
        """
        told = set()
        for home, selector in self._selectors:
            if home in (namespace, None):
                for labels in _turning(selector, written):
                    if labels and (found := frozenset(labels.items())) not in told:
                        told.add(found)
                        yield labels


def _turning(selector: api.LabelSelector, written: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield labels of which one makes a selector match and each other makes it fail."""
    wanted = _requirements(selector)
    if any(key in written and not _meets(written[key], op, values) for key, op, values in wanted):
        return
    open_ones = [(key, op, values) for key, op, values in wanted if key not in written]
    if any(key in _OF_KNOWN_CONTROLLERS for key, op, _ in open_ones if op in ("In", "Exists")):
        return  # these are labels of other kinds' pods
    needed = dict.fromkeys(key for key, op, _ in open_ones if op in ("In", "Exists"))
    found = {key: _meeting(key, open_ones) for key in needed}
    if None not in found.values():
        yield {key: value for key, value in found.items() if value is not None}
    for key, op, values in open_ones:
        if op in ("NotIn", "DoesNotExist"):
            yield {key: values[0] if values else "other"}


def _meeting(key: str, wanted: list[tuple[str, str, tuple[str, ...]]]) -> str | None:
    """Return a value of a label that meets all that is wanted of it; None where there is none."""
    about = [(op, values) for name, op, values in wanted if name == key]
    listed = [value for op, values in about if op == "In" for value in values]
    others = (f"other-{i}" for i in range(1 + sum(len(values) for _, values in about)))
    return next(
        (v for v in listed or others if all(_meets(v, op, values) for op, values in about)), None
    )


def _requirements(selector: api.LabelSelector) -> list[tuple[str, str, tuple[str, ...]]]:
    equal = ((key, "In", (value,)) for key, value in (selector.match_labels or {}).items())
    items = ((e.key, e.operator, tuple(e.values or ())) for e in selector.match_expressions or ())
    return [*equal, *items]


def _meets(label: str, operator: str, values: tuple[str, ...]) -> bool:
    return {
        "In": label in values,
        "NotIn": label not in values,
        "Exists": True,
        "DoesNotExist": False,
    }[operator]


def _questions(
    selectors: Iterable[tuple[str | None, api.LabelSelector]],
) -> Iterator[_Question]:
    for namespace, selector in selectors:
        equal = selector.match_labels or {}
        for key, value in equal.items():
            yield _Question(namespace, equal, key, (value,))
        for item in selector.match_expressions or ():
            yield _Question(namespace, equal, item.key, tuple(item.values or ()))


def _selectors(
    objects: Mapping[str, Iterable[Any]],
) -> Iterator[tuple[str | None, api.LabelSelector]]:
    """Yield the selectors of pods, each with the namespace of these pods if there is only one."""
    for service in objects.get("Service", ()):
        yield service.metadata.namespace, api.LabelSelector(service.spec.selector)
    for kind in VERSIONS:
        for above in objects.get(kind, ()):
            yield from ((None, selector) for selector in pod_selectors(above))
    for policy in objects.get("NetworkPolicy", ()):
        home, spec = policy.metadata.namespace, policy.spec
        yield home, spec.pod_selector
        rules: tuple[api.Rule, ...] = (*(spec.ingress or ()), *(spec.egress or ()))
        for peer in (peer for rule in rules for peer in rule.peers or ()):
            if peer.pod_selector is not None:
                yield (home if peer.namespace_selector is None else None), peer.pod_selector
