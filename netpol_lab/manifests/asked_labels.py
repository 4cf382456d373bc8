"""The labels that policies and Services ask for, and so the pods that have to be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from netpol_lab.manifests import api_types as api
from netpol_lab.model.objects import ADDED_LABELS


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
        for question in _questions(objects):
            if question.key in ADDED_LABELS:
                self._about.setdefault(question.key, []).append(question)

    def __or__(self, other: AskedLabels) -> AskedLabels:
        both = AskedLabels({})
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
                label in ADDED_LABELS or written.get(label) == value
                for label, value in question.equal.items()
            )
        ]
        return tuple(dict.fromkeys(chain.from_iterable(found))) if found else None


def _questions(objects: Mapping[str, Iterable[Any]]) -> Iterator[_Question]:
    for namespace, selector in _selectors(objects):
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
    for policy in objects.get("NetworkPolicy", ()):
        home, spec = policy.metadata.namespace, policy.spec
        yield home, spec.pod_selector
        rules: tuple[api.Rule, ...] = (*(spec.ingress or ()), *(spec.egress or ()))
        for peer in (peer for rule in rules for peer in rule.peers or ()):
            if peer.pod_selector is not None:
                yield (home if peer.namespace_selector is None else None), peer.pod_selector
