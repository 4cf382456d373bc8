"""Every way to write ingress, egress and policyTypes of one policy, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from textwrap import fill
from typing import Any

import ipywidgets

from netpol_lab.manifests.loader import load
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction
from netpol_lab.pictures.notebook_text import Words
from netpol_lab.pictures.policy_types_table import effect_of, policy_types, policy_yaml, rule_of
from netpol_lab.pictures.scene import Scene, compose
from netpol_lab.pictures.svg import Picture
from netpol_lab.widgets.card import preformatted
from netpol_lab.widgets.explorers.base import Explorer, Field, choice

SECTIONS = ("absent", "empty", "filled")
TYPES = ("absent", "empty", "[Ingress]", "[Egress]", "[Ingress, Egress]")
OPTIONS = {"ingress": SECTIONS, "egress": SECTIONS, "types": TYPES}


@dataclass(frozen=True)
class PolicyTypesInput:
    """How the three fields are written: as one of `SECTIONS` each, and as one of `TYPES`.

    Parameters
    ----------
    ingress, egress, types : str
    """

    ingress: str = "absent"
    egress: str = "absent"
    types: str = "absent"

    @property
    def yaml(self) -> str:
        """The policy."""
        return policy_yaml(**asdict(self))


def _stored(cluster: Cluster) -> str:
    (policy,) = cluster.policies
    return f"[{', '.join(direction.value for direction in policy.policy_types)}]"


def _drawn(cluster: Cluster, before: Cluster | None = None) -> Scene:
    """Return a picture that marks what is different from `before`."""
    title = f"policyTypes: {_stored(cluster)}"
    return compose(cluster, 80, before=before, title=title, live=True)


def explore_types() -> TypesExplorer:
    """Return three lists to choose how ingress, egress and policyTypes are written.

    Returns
    -------
    TypesExplorer

    Examples
    --------
    >>> import netpol_lab as lab
    >>> explorer = lab.explore_types()
    >>> explorer.set(egress="filled")
    >>> explorer.stored
    '[Ingress, Egress]'
    """
    return TypesExplorer()


class TypesExplorer(Explorer[PolicyTypesInput, Scene]):
    """One policy in all its spellings: the YAML, what is stored, the picture, and the rule.

    Made by `explore_types`.

    Examples
    --------
    >>> explorer = TypesExplorer()
    >>> explorer.set(egress="empty", types="absent")
    >>> print(explorer.summary)
    policyTypes as stored: [Ingress]
    <BLANKLINE>
    policyTypes is absent or empty, so Kubernetes fills it in: Ingress always, and Egress if
    there is at least one egress rule. Here there is none.
    <BLANKLINE>
    Ingress is listed without a rule: the pod is isolated for ingress, nothing is allowed.
    <BLANKLINE>
    Egress is not listed: this policy leaves egress as it is.
    """

    def __init__(self) -> None:
        self._pods = load("one-way")
        captions = {"types": "policyTypes"}
        fields = {
            name: Field(choice(captions.get(name, name), options))
            for name, options in OPTIONS.items()
        }
        self._yaml = ipywidgets.HTML(layout=ipywidgets.Layout(flex="1 1 300px"))
        self._sentences = ipywidgets.HTML(layout=ipywidgets.Layout(flex="2 1 400px"))
        super().__init__(fields, PolicyTypesInput())

    def set(self, **written: str) -> None:
        """Choose how fields are written; what is not mentioned stays.

        Parameters
        ----------
        **written : str
            ``ingress`` and ``egress``: absent, empty or filled. ``types``: absent, empty, or a
            list such as ``[Ingress, Egress]``.

        Raises
        ------
        UnknownNameError
            And then nothing has changed.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_types()
        >>> explorer.set(ingress="filled", types="[Egress]")
        >>> print(explorer.summary.splitlines()[4])
        Ingress is not listed: its ingress rules are stored and ignored.
        """
        self._choose(written, OPTIONS)

    @property
    def written(self) -> dict[str, str]:
        """How the fields are written now."""
        return asdict(self._inputs)

    @property
    def yaml(self) -> str:
        """The policy as written."""
        return self._inputs.yaml

    @property
    def cluster(self) -> Cluster:
        """Three pods, and the policy that is shown."""
        return self._shown.traffic.answers.cluster

    @property
    def stored(self) -> str:
        """The policyTypes that Kubernetes stores."""
        return _stored(self.cluster)

    @property
    def summary(self) -> str:
        """What is stored, which rule says so, and what it does in each direction."""
        return "\n\n".join(fill(line, 88) for line in self._effects())

    def flows(self) -> Words:
        """Return every connection of the picture as a table of text.

        Returns
        -------
        Words

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.explore_types().flows().splitlines()[0]
        'policyTypes: [Ingress], TCP 80: 4 of 6 connections allowed, 2 blocked'
        """
        return Words(self._shown.text)

    def table(self) -> Picture:
        """Return every way to write the three fields at once, as a picture and as text.

        Returns
        -------
        Picture

        Examples
        --------
        >>> import netpol_lab as lab
        >>> lab.explore_types().table().text.splitlines()[0]
        'Which directions does a policy isolate?'
        """
        return policy_types()

    def draw(self) -> Picture:
        """Return the picture as it is now, without marks on what has changed.

        Returns
        -------
        Picture

        Examples
        --------
        >>> import netpol_lab as lab
        >>> explorer = lab.explore_types()
        >>> explorer.set(types="[Egress]")
        >>> explorer.draw().text.splitlines()[0]
        'policyTypes: [Egress], TCP 80: 4 of 6 connections allowed, 2 blocked'
        """
        return Picture(_drawn(self.cluster))

    @property
    def words(self) -> str:  # type: ignore[override]
        """The policy, the summary and the flows as text."""
        return "\n\n".join([self.yaml, self.summary, self.flows()])

    def _view(self, inputs: PolicyTypesInput) -> Scene:
        cluster = self._pods.with_policies(load(f"{inputs.yaml}\n").policies)
        return _drawn(cluster, self.cluster if hasattr(self, "_shown") else None)

    def _effects(self) -> Iterator[str]:
        """Yield what is stored, which rule says so, and what it does in each direction."""
        (policy,) = self.cluster.policies
        yield f"policyTypes as stored: {self.stored}"
        yield rule_of(policy)
        yield from (effect_of(policy, direction) for direction in Direction)

    def _fill(self) -> None:
        super()._fill()
        self._yaml.value = preformatted(self.yaml)
        self._sentences.value = preformatted("\n\n".join(self._effects()))

    def _between(self) -> Iterable[Any]:
        texts = ipywidgets.HBox([self._yaml, self._sentences])
        texts.layout.flex_flow = "row wrap"
        return (texts,)
