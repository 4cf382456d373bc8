"""Every way to write ingress, egress and policyTypes of one policy, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from textwrap import fill
from typing import Any

import ipywidgets

from netpol_lab.manifests.loader import load
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Direction
from netpol_lab.pictures.notebook_text import Words
from netpol_lab.pictures.policy_types_table import effect_of, policy_types, rule_of
from netpol_lab.pictures.scene import Scene, compose
from netpol_lab.pictures.shapes import Sheet
from netpol_lab.pictures.svg import Picture
from netpol_lab.widgets.card import preformatted
from netpol_lab.widgets.explorers.base import Explorer, Field, choice, one_of, refuse_unknown

SECTIONS = ("absent", "empty", "filled")
TYPES = ("absent", "empty", "[Ingress]", "[Egress]", "[Ingress, Egress]")

_HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: try-it
  namespace: lab
spec:
  podSelector:
    matchLabels:
      app: app"""
_RULE = """
  - {preposition}:
    - podSelector:
        matchLabels:
          app: friend"""


def policy_yaml(ingress: str = "absent", egress: str = "absent", types: str = "absent") -> str:
    """Return the explorer's policy with its three fields written as asked.

    Examples
    --------
    >>> print(policy_yaml(egress="empty", types="[Egress]").partition("spec:")[2])
    <BLANKLINE>
      podSelector:
        matchLabels:
          app: app
      policyTypes: [Egress]
      egress: []
    """
    listed = {"absent": "", "empty": "\n  policyTypes: []"}
    return "".join(
        [
            _HEAD,
            listed.get(types, f"\n  policyTypes: {types}"),
            _section("ingress", "from", ingress),
            _section("egress", "to", egress),
        ]
    )


def _section(field: str, preposition: str, written: str) -> str:
    filled = f"\n  {field}:{_RULE.format(preposition=preposition)}"
    return {"absent": "", "empty": f"\n  {field}: []", "filled": filled}[written]


@dataclass(frozen=True)
class Question:
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


@dataclass(frozen=True)
class Spelling:
    """What comes of one way to write the policy.

    Parameters
    ----------
    cluster : Cluster
        Three pods, and the policy.
    before : Cluster, optional
        What was shown before; the picture marks what has changed since.
    """

    cluster: Cluster
    before: Cluster | None = None

    @property
    def stored(self) -> str:
        """The policyTypes that Kubernetes stores."""
        (policy,) = self.cluster.policies
        return f"[{', '.join(direction.value for direction in policy.policy_types)}]"

    @property
    def sentences(self) -> Iterator[str]:
        """What is stored, which rule says so, and what it does in each direction."""
        (policy,) = self.cluster.policies
        yield f"policyTypes as stored: {self.stored}"
        yield rule_of(policy)
        yield from (effect_of(policy, direction) for direction in Direction)

    @cached_property
    def scene(self) -> Scene:
        """The picture."""
        title = f"policyTypes: {self.stored}"
        return compose(self.cluster, 80, before=self.before, title=title, live=True)

    @property
    def sheet(self) -> Sheet:
        """The shapes."""
        return self.scene.sheet

    @property
    def title(self) -> str:
        """The picture in one line."""
        return self.scene.title

    @property
    def desc(self) -> str:
        """The picture in words."""
        return self.scene.desc

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it."""
        return self.scene.state

    @property
    def text(self) -> str:
        """Every connection as a table of text."""
        return self.scene.text

    brief = ""  # the sentences stand above the picture

    def why(self, key: str) -> str:
        """Return the reasons behind an arrow or a pod."""
        return self.scene.traffic.why(self.cluster, key)


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


class TypesExplorer(Explorer):
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
        self._lists = {
            "ingress": choice("ingress", SECTIONS),
            "egress": choice("egress", SECTIONS),
            "types": choice("policyTypes", TYPES),
        }
        self._yaml = ipywidgets.HTML(layout=ipywidgets.Layout(flex="1 1 300px"))
        self._sentences = ipywidgets.HTML(layout=ipywidgets.Layout(flex="2 1 400px"))
        super().__init__({name: Field(made) for name, made in self._lists.items()}, Question())

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
        refuse_unknown(written, self._lists)
        for field, chosen in written.items():
            one_of(field, chosen, self._lists[field].options)
        self._ask(replace(self._question, **written))

    @property
    def written(self) -> dict[str, str]:
        """How the fields are written now."""
        return asdict(self._question)

    @property
    def yaml(self) -> str:
        """The policy as written."""
        return str(self._question.yaml)

    @property
    def cluster(self) -> Cluster:
        """Three pods, and the policy that is shown."""
        return self._spelling.cluster

    @property
    def stored(self) -> str:
        """The policyTypes that Kubernetes stores."""
        return self._spelling.stored

    @property
    def summary(self) -> str:
        """What is stored, which rule says so, and what it does in each direction."""
        return "\n\n".join(fill(line, 88) for line in self._spelling.sentences)

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
        return Words(self._spelling.text)

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
        return Picture(replace(self._spelling, before=None))

    @property
    def words(self) -> str:  # type: ignore[override]
        """The policy, the summary and the flows as text."""
        return "\n\n".join([self.yaml, self.summary, self.flows()])

    @property
    def _spelling(self) -> Spelling:
        spelling: Spelling = self._shown
        return spelling

    def _view(self, question: Question) -> Spelling:
        cluster = self._pods.with_policies(load(f"{question.yaml}\n").policies)
        return Spelling(cluster, self._shown and self._shown.cluster)

    def _typed(self, edited: str) -> Question:
        return Question(**{field: made.value for field, made in self._lists.items()})

    def _fill(self) -> None:
        for field, written in self.written.items():
            self._lists[field].value = written
        self._yaml.value = preformatted(self.yaml)
        self._sentences.value = preformatted("\n\n".join(self._spelling.sentences))

    def _between(self) -> Iterable[Any]:
        texts = ipywidgets.HBox([self._yaml, self._sentences])
        texts.layout.flex_flow = "row wrap"
        return (texts,)
