"""Two variants of a cluster side by side: which connections differ, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from netpol_lab.errors import NetpolError, counted
from netpol_lab.manifests.loader import load
from netpol_lab.model.assumptions import DEFAULTS, Assumptions
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.nodes import Outside
from netpol_lab.pictures.scene import Scene, compose, differing
from netpol_lab.pictures.svg import paint
from netpol_lab.pictures.traffic import Arc
from netpol_lab.pictures.traffic_words import BESIDE, reason
from netpol_lab.widgets.card import preformatted


def compare(
    a: str | Path | Cluster,
    b: str | Path | Cluster,
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
    a, b : str, pathlib.Path or Cluster
        Clusters, YAML texts, or files.
    port : int, optional
    protocol : str
    cluster : Cluster, optional
        Where the pods are, if the texts hold only policies; its own NetworkPolicies do not count
        then, its cluster-wide policies stay.
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
    NetpolError
        When there are no pods, or the question cannot be asked.

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


def _cluster_of(variant: str | Path | Cluster, cluster: Cluster | None) -> Cluster:
    """Return a variant as a cluster; even one word is text, and not the name of a file."""
    if isinstance(variant, str):
        variant = f"{variant}\n"
    given = variant if isinstance(variant, Cluster) else load(variant)
    if given.pods:
        return given
    if cluster is None:
        raise NetpolError("there are no pods in this text: say where they are, with cluster=...")
    wide = {str(one): one for one in (*cluster.cluster_policies, *given.cluster_policies)}
    found = cluster.with_policies(given.policies, given.other_policies)
    return replace(found, cluster_policies=tuple(wide.values()))


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

    @cached_property
    def different(self) -> tuple[tuple[Arc, Arc], ...]:
        """The connections that both variants have, with different verdicts."""
        return differing(self.left, self.right)

    @property
    def words(self) -> str:
        """The numbers of both variants, and each connection that differs."""
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        cells = "".join(
            f'<div style="flex: 1 1 600px; min-width: 0;">{paint(scene)}</div>'
            for scene in (self.left, self.right)
        )
        row = f'<div style="display: flex; flex-wrap: wrap; gap: 12px;">{cells}</div>'
        return {"text/plain": self.words, "text/html": row + preformatted(self.words, "note")}

    def _lines(self) -> Iterator[str]:
        width = max(map(len, self.names))
        names = [name.ljust(width) for name in self.names]
        sides = [*zip(names, (self.left, self.right), strict=True)]
        yield self.left.traffic.asked
        for name, scene in sides:
            yield f"  {name}  {', '.join(scene.traffic.counted)}"
        if not self.different:
            yield "The same connections are allowed."
            return
        yield f"Different for {counted(len(self.different), 'connection')}:"
        for pair in self.different:
            yield f"  {pair[0].source.name} -> {pair[0].destination.name}"
            for (name, scene), arc in zip(sides, pair, strict=True):
                yield f"    {name}  {arc.state}  {reason(scene.traffic.verdict(arc))}"
