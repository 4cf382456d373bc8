"""Which pods match: two selectors as text, and the pods of a cluster that light up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import ipywidgets

from netpol_lab.errors import Complaint, ManifestError, NetpolError, UnknownNameError, did_you_mean
from netpol_lab.manifests.text.yaml_reader import quoted
from netpol_lab.model.cluster import Cluster, checked_cluster
from netpol_lab.model.selectors import NAME_LABEL, Labels
from netpol_lab.widgets.board_controls import UNCHANGED
from netpol_lab.widgets.explorers.base import AUTO, Explorer, Field, choice, one_of
from netpol_lab.widgets.explorers.selector_facts import PEER, SUBJECT, Selection, SelectorInput, ask

OWN_TEXT = "as written below"
ITEMS = {"one peer (AND)": 1, "two peers (OR)": 2}


def explore_selector(
    cluster: Cluster,
    *,
    pods: str | None = "{}",
    namespaces: str | None = None,
    home: str | None = None,
    items: int = 1,
    role: str = PEER,
) -> SelectorExplorer:
    """Return two fields for selectors, and a picture of the pods they match.

    Parameters
    ----------
    cluster : Cluster
    pods, namespaces : str, optional
        podSelector and namespaceSelector of one peer of `from` or `to`, as YAML; None where the
        field is absent.
    home : str, optional
        The policy's namespace; that of the first pod when left out.
    items : int
        1 for both selectors in one peer, 2 for a peer each.
    role : str
        ``"peer"``, or ``"subject"`` for the podSelector of the policy itself: which pods it
        selects.

    Returns
    -------
    SelectorExplorer

    Raises
    ------
    ManifestError
        With the API server's words, when it would refuse a selector.
    UnknownNameError
        For a namespace that the cluster does not have.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> explorer = lab.explore_selector(lab.load("neighbours"), home="shop")
    >>> explorer.chosen
    ('shop/web', 'shop/db')
    >>> explorer.set(pods=None, namespaces="{}")
    >>> explorer.chosen
    ('shop/web', 'shop/db', 'blog/reader')
    """
    if home is None:
        home = next((pod.namespace for pod in checked_cluster(cluster).pods), "default")
    return SelectorExplorer(cluster, SelectorInput(pods, namespaces, home, items, role))


class SelectorExplorer(Explorer[SelectorInput, Selection]):
    """Selectors as text, and which pods match; made by `explore_selector`.

    Parameters
    ----------
    cluster : Cluster
    inputs : SelectorInput

    Examples
    --------
    >>> import netpol_lab as lab
    >>> explorer = lab.explore_selector(lab.load("neighbours"), home="shop")
    >>> explorer.set(pods="{matchLabels: {role: reader}}")
    >>> print(explorer.summary)
    A policy in namespace shop: 0 of 3 pods match.
      from:
      - podSelector: {matchLabels: {role: reader}}
    podSelector alone looks only in the policy's own namespace, shop.
      shop/web     not matched  wants role=reader, has role=web
      shop/db      not matched  wants role=reader, has role=db
      blog/reader  not matched  is in blog, the policy is in shop
    """

    def __init__(self, cluster: Cluster, inputs: SelectorInput) -> None:
        one_of("role", inputs.role, (PEER, SUBJECT))
        self._cluster = cluster
        everywhere = (namespace.labels for namespace in cluster.namespaces.values())
        fields = {
            "pods": SelectorField("podSelector", (pod.labels for pod in cluster.pods)),
            "namespaces": SelectorField("namespaceSelector", everywhere),
            "home": Field(choice("Policy's namespace", cluster.namespaces)),
            "items": Field(choice("Both selectors in", ITEMS.items())),
        }
        if inputs.role == SUBJECT:
            del fields["namespaces"], fields["items"]
        super().__init__(fields, inputs)

    def set(
        self,
        *,
        pods: str | None = UNCHANGED,
        namespaces: str | None = UNCHANGED,
        home: str = UNCHANGED,
        items: int = UNCHANGED,
    ) -> None:
        """Write the selectors otherwise; what is not mentioned stays.

        Parameters
        ----------
        pods, namespaces : str, optional
            As YAML; None removes the field.
        home : str
            The policy's namespace.
        items : int
            1 for both selectors in one peer, 2 for a peer each.

        Raises
        ------
        ManifestError, UnknownNameError
            And then nothing has changed.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_selector(lab.load("neighbours"), home="shop")
        >>> explorer.set(namespaces="{}", pods="{matchLabels: {role: reader}}")
        >>> explorer.chosen
        ('blog/reader',)
        """
        self._change(pods=pods, namespaces=namespaces, home=home, items=items)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The full names of the pods that match."""
        return self._shown.chosen

    @property
    def yaml(self) -> str:
        """The part of the policy that is asked about."""
        return self._inputs.yaml

    def _view(self, inputs: SelectorInput) -> Selection:
        if inputs.home not in list(self._cluster.namespaces):  # None has no hash to ask with
            known = did_you_mean(str(inputs.home), self._cluster.namespaces)
            raise UnknownNameError(f'there is no namespace "{inputs.home}". {known}')
        one_of("items", inputs.items, list(ITEMS.values()))
        return ask(self._cluster, inputs)

    def _complaints(self, error: NetpolError, edited: str) -> list[tuple[str, str]]:
        if not isinstance(error, ManifestError):
            return super()._complaints(error, edited)
        return [(_field_of(made, edited), complaint_words(made)) for made in error.complaints]


def _field_of(complaint: Complaint, edited: str) -> str:
    """Return the name of the field that a complaint is about."""
    where = complaint.path or complaint.file
    return next((name for name, signs in _SIGNS.items() if re.search(signs, where)), edited)


# What a complaint's path has in it that is about a field.
_SIGNS = {"namespaces": r"namespaceSelector|from\[1\]$", "pods": "podSelector"}


def complaint_words(complaint: Complaint) -> str:
    """Return a complaint about a selector in short: its field, the server's words and the hint."""
    whole = complaint.path
    path = whole.partition("Selector")[2].removeprefix(".")
    message, hint = complaint.message, complaint.hint.rstrip("?")
    if path:
        message = f"{path}: {message.replace(whole, path)}"
        hint = hint.replace(whole.removesuffix(f".{path}"), "a selector")
    return f"{complaint.reason.words}: {message}.{f' Hint: {hint}.' if hint else ''}"


class SelectorField(Field):
    """A selector as text, and a list of texts to begin with.

    Parameters
    ----------
    name : str
        The field's name in a policy.
    labels : iterable of mappings
        What to make the examples of.
    """

    def __init__(self, name: str, labels: Iterable[Labels]) -> None:
        self._texts = [None, "null", "{}", *_examples(labels)]
        options = [(text or "absent", text or "absent") for text in self._texts]
        self._list = choice(name, [*options, (OWN_TEXT, OWN_TEXT)])
        self._area = ipywidgets.Textarea(description=f"{name} as YAML", rows=3, layout=AUTO)
        self._area.add_class("nl-code")
        super().__init__(self._list, self._area, wide=True)

    @property
    def value(self) -> str | None:
        """The selector as it is written; None while it is absent."""
        return None if self._area.disabled else str(self._area.value)

    @value.setter
    def value(self, text: str | None) -> None:
        self._area.disabled = text is None
        self._area.value = text or ""
        self._list.value = (text or "absent") if text in self._texts else OWN_TEXT

    def listen(self, call: Any) -> None:
        """Call back when somebody picks a text or types one."""
        self._call, self._quiet = call, False
        self._list.observe(self._on_list, "value")
        self._area.observe(lambda _: self._take(self.value), "value")

    def _on_list(self, _: object) -> None:
        picked = self._list.value
        if picked != OWN_TEXT or self._area.disabled:  # where there was no text, one to begin with
            self._take({"absent": None, OWN_TEXT: "{}"}.get(picked, picked))

    def _take(self, text: str | None) -> None:
        """Bring the list and the text in step, and call back once."""
        if self._quiet:
            return
        self._quiet = True
        try:
            self.value = text
        finally:
            self._quiet = False
        self._call()


def _examples(labels: Iterable[Labels]) -> Iterator[str]:
    """Yield selectors of each kind, about the label that tells most of these things apart."""
    everyone = list(labels)
    keys = dict.fromkeys(key for one in everyone for key in one)
    values = {key: list(dict.fromkeys(one[key] for one in everyone if key in one)) for key in keys}
    if not keys:
        return
    key = max(keys, key=lambda key: (key != NAME_LABEL, len(values[key])))
    if NAME_LABEL in keys:
        yield _labelled(NAME_LABEL, values[NAME_LABEL][0])
    if key != NAME_LABEL:
        yield _labelled(key, values[key][0])
    some = ", ".join(map(quoted, values[key][:2]))
    for rest in (f"In, values: [{some}]", f"NotIn, values: [{some}]", "Exists", "DoesNotExist"):
        yield f"{{matchExpressions: [{{key: {quoted(key)}, operator: {rest}}}]}}"


def _labelled(key: str, value: str) -> str:
    return f"{{matchLabels: {{{quoted(key, as_key=True)}: {quoted(value)}}}}}"
