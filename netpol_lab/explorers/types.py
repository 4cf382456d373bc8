"""Every way to write ingress, egress and policyTypes of one policy, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill
from typing import Any

import ipywidgets

from netpol_lab.cards import Card, preformatted
from netpol_lab.cluster import Cluster
from netpol_lab.display import Words
from netpol_lab.explorers.explorer import chosen_from, one_of, refuse_unknown
from netpol_lab.manifests import load
from netpol_lab.model import Direction
from netpol_lab.policy_types import effect_of, policy_types, rule_of
from netpol_lab.scene import Scene, compose
from netpol_lab.svg import Picture, paint

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


class TypesExplorer(Card):
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
        options = {"ingress": SECTIONS, "egress": SECTIONS, "types": TYPES}
        self._lists = {field: _list(field, choices) for field, choices in options.items()}
        self._yaml = ipywidgets.HTML(layout=ipywidgets.Layout(flex="1 1 300px"))
        self._summary = ipywidgets.HTML(layout=ipywidgets.Layout(flex="2 1 400px"))
        self._map = chosen_from()
        self._quiet = False
        self._shown: Cluster | None = None
        self._show()
        controls = ipywidgets.HBox(list(self._lists.values()))
        controls.layout.flex_flow = "row wrap"
        texts = ipywidgets.HBox([self._yaml, self._summary])
        texts.layout.flex_flow = "row wrap"
        super().__init__([controls, texts, self._map])
        self.add_class("nl-board")
        for choice in self._lists.values():
            choice.observe(self._on_choice, "value")
        self._map.observe(self._on_pick, "selected")

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
        """
        refuse_unknown(written, self._lists)
        for field, choice in written.items():
            one_of(field, choice, self._lists[field].options)
        self._quiet = True
        for field, choice in written.items():
            self._lists[field].value = choice
        self._quiet = False
        self._show()

    @property
    def written(self) -> dict[str, str]:
        """How the fields are written now."""
        return {field: choice.value for field, choice in self._lists.items()}

    @property
    def yaml(self) -> str:
        """The policy as written."""
        return policy_yaml(**self.written)

    @property
    def cluster(self) -> Cluster:
        """Three pods, and the policy that is shown."""
        return self._pods.with_policies(load(f"{self.yaml}\n").policies)

    @property
    def stored(self) -> str:
        """The policyTypes that Kubernetes stores."""
        (policy,) = self.cluster.policies
        return f"[{', '.join(direction.value for direction in policy.policy_types)}]"

    @property
    def summary(self) -> str:
        """What is stored, which rule says so, and what it does in each direction."""
        return "\n\n".join(fill(line, 88) for line in self._lines())

    def flows(self) -> Words:
        """Return every connection of the picture as a table of text."""
        return Words(self._map.words)

    def table(self) -> Picture:
        """Return every way to write the three fields at once, as a picture and as text."""
        return policy_types()

    def draw(self) -> Picture:
        """Return the picture as it is now."""
        return Picture(self._scene())

    @property
    def words(self) -> str:  # type: ignore[override]
        """The policy, the summary and the flows as text."""
        return "\n\n".join([self.yaml, self.summary, self._map.words])

    @property
    def svg(self) -> str:  # type: ignore[override]
        """The picture."""
        return str(self._map.svg)

    def _lines(self) -> Iterator[str]:
        (policy,) = self.cluster.policies
        yield f"policyTypes as stored: {self.stored}"
        yield rule_of(policy)
        yield from (effect_of(policy, direction) for direction in Direction)

    def _on_choice(self, _: object) -> None:
        if not self._quiet:
            self._show()

    def _on_pick(self, _: object) -> None:
        self._map.explanation = self._scene().traffic.why(self.cluster, self._map.selected)

    def _scene(self, before: Cluster | None = None) -> Scene:
        title = f"policyTypes: {self.stored}"
        return compose(self.cluster, 80, before=before, title=title, live=True)

    def _show(self) -> None:
        scene = self._scene(self._shown)
        self._shown = self.cluster
        self._yaml.value = preformatted(self.yaml)
        self._summary.value = preformatted("\n\n".join(self._lines()))
        why = scene.traffic.why(self.cluster, self._map.selected)
        self._map.show(paint(scene), scene.text, why)


def _list(field: str, options: tuple[str, ...]) -> Any:
    return ipywidgets.Dropdown(
        options=options,
        description={"types": "policyTypes"}.get(field, field),
        layout=ipywidgets.Layout(width="260px"),
    )
