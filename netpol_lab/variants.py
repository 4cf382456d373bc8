"""Two variants side by side, and every way to write ingress, egress and policyTypes.

Both only load YAML as any other manifest and show what the engine makes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from textwrap import fill
from typing import Any

import ipywidgets

from netpol_lab.assumptions import DEFAULTS, Assumptions
from netpol_lab.cards import Card, preformatted
from netpol_lab.cluster import Cluster
from netpol_lab.display import Words
from netpol_lab.errors import NetpolError, UnknownNameError, did_you_mean
from netpol_lab.manifests import load
from netpol_lab.model import Direction, Policy
from netpol_lab.scene import Scene, compose
from netpol_lab.svg import Picture, paint
from netpol_lab.traffic import BESIDE, Arc, Outside
from netpol_lab.traffic import reason as reason_of
from netpol_lab.traffic_map import TrafficMap

# ---------------------------------------------------------------- two variants


def compare(
    a: str | Cluster,
    b: str | Cluster,
    port: int | None = None,
    protocol: str = "TCP",
    *,
    cluster: Cluster | None = None,
    names: tuple[str, str] = ("A", "B"),
    outside: Iterable[Outside] = (),
    assumptions: Assumptions = DEFAULTS,
) -> Comparison:
    """Show two variants side by side, and in words which connections differ and why.

    Parameters
    ----------
    a, b : str or Cluster
        Clusters, or YAML texts.
    port : int, optional
    protocol : str
    cluster : Cluster, optional
        Where the pods are, if the texts hold only policies; its own policies do not count then.
    names : (str, str)
        What to call the variants.
    outside : iterable of str or (str, str)
        Addresses outside the cluster to draw as well, or (caption, address).
    assumptions : Assumptions
        What to take for granted where plugins differ.

    Returns
    -------
    Comparison

    Raises
    ------
    ManifestError
        When a text is no valid manifest.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> shop = lab.load("three-tier")
    >>> lab.compare(shop.with_policies([]), shop, port=5432, names=("before", "after"))
    TCP 5432
      before  6 of 6 connections allowed
      after   4 of 6 connections allowed, 2 blocked, 2 differ
    Different for 2 connections:
      shop/web -> shop/db
        before  allowed  neither end is isolated
        after   blocked  ingress: isolated by db-access-ingress
      shop/db -> shop/backend
        before  allowed  neither end is isolated
        after   blocked  ingress: isolated by backend-access-ingress
    """
    first, second = (_cluster_of(variant, cluster) for variant in (a, b))
    # Live, for two legends of the same height.
    draw = partial(
        compose, outside=tuple(outside), wording=BESIDE, assumptions=assumptions, live=True
    )
    left = draw(first, port, protocol, title=names[0])
    # `before` puts a halo on the connections that differ.
    return Comparison(names, left, draw(second, port, protocol, title=names[1], before=first))


def _cluster_of(variant: str | Cluster, cluster: Cluster | None) -> Cluster:
    given = load(f"{variant}\n") if isinstance(variant, str) else variant
    if given.pods:
        return given
    if cluster is None:
        raise NetpolError("there are no pods in this text: say where they are, with cluster=...")
    return cluster.with_policies(given.policies)


@dataclass(frozen=True)
class Comparison:
    """Two variants of a cluster, and how their traffic differs; made by `compare`.

    Parameters
    ----------
    names : (str, str)
    left, right : Scene
    """

    names: tuple[str, str]
    left: Scene
    right: Scene

    @property
    def different(self) -> tuple[tuple[Arc, Arc], ...]:
        """The connections that both variants have, with different verdicts."""
        others = {arc.key: arc for arc in self.right.traffic.arcs}
        pairs = ((arc, others[arc.key]) for arc in self.left.traffic.arcs if arc.key in others)
        return tuple((one, other) for one, other in pairs if one.state != other.state)

    @property
    def words(self) -> str:
        """The numbers of both variants, and each connection that differs."""
        return "\n".join([self.left.traffic.asked, *self._counts(), *self._differences()])

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        cells = "".join(
            f'<div style="flex: 1 1 600px; min-width: 0;">{paint(scene)}</div>'
            for scene in (self.left, self.right)
        )
        row = f'<div style="display: flex; flex-wrap: wrap; gap: 12px;">{cells}</div>'
        return {"text/plain": self.words, "text/html": row + preformatted(self.words, "note")}

    def _counts(self) -> Iterator[str]:
        width = max(map(len, self.names))
        for name, scene in zip(self.names, (self.left, self.right), strict=True):
            yield f"  {name:<{width}}  {', '.join(scene.traffic.counted)}"

    def _differences(self) -> Iterator[str]:
        count = len(self.different)
        if not count:
            yield "The same connections are allowed."
            return
        yield f"Different for {count} connection{'' if count == 1 else 's'}:"
        width = max(map(len, self.names))
        for pair in self.different:
            yield f"  {pair[0].source.name} -> {pair[0].destination.name}"
            for name, arc in zip(self.names, pair, strict=True):
                yield f"    {name:<{width}}  {arc.state}  {reason_of(arc.verdict)}"


# ---------------------------------------------------------------- policyTypes

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


def rule_of(policy: Policy) -> str:
    """Return which rule of policyTypes a policy meets, in one sentence.

    Parameters
    ----------
    policy : Policy

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(rule_of(lab.load("three-tier").policy("db-access-ingress")))
    policyTypes is absent or empty, so Kubernetes fills it in: Ingress always, and Egress if there \
is at least one egress rule. Here there is none.
    """
    if policy.types_written:
        return "policyTypes is there and not empty, so Kubernetes keeps it as it is."
    return (
        "policyTypes is absent or empty, so Kubernetes fills it in: Ingress always, and Egress if "
        f"there is at least one egress rule. Here there is {'one' if policy.egress else 'none'}."
    )


def effect_of(policy: Policy, direction: Direction) -> str:
    """Return what a policy does to its pods in one direction, in one sentence.

    Parameters
    ----------
    policy : Policy
    direction : Direction

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(effect_of(lab.load("three-tier").policy("db-access-ingress"), Direction.EGRESS))
    Egress is not listed: this policy leaves egress as it is.
    """
    name, written = direction.value, policy.ingress or ()
    if direction is Direction.EGRESS:
        written = policy.egress or ()
    if direction in policy.policy_types:
        admitted = "only what its rules admit is allowed" if written else "nothing is allowed"
        rules = "with rules" if written else "without a rule"
        return f"{name} is listed {rules}: the pod is isolated for {direction}, {admitted}."
    if written:
        return f"{name} is not listed: its {direction} rules are stored and ignored."
    return f"{name} is not listed: this policy leaves {direction} as it is."


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
        self._map = TrafficMap()
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
        for field, choice in written.items():
            if field not in self._lists:
                raise UnknownNameError(f'there is no "{field}". {did_you_mean(field, self._lists)}')
            if choice not in (options := self._lists[field].options):
                raise UnknownNameError(f'{field}="{choice}"? {did_you_mean(choice, options)}')
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
        from netpol_lab.policy_types import policy_types

        return policy_types()

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
