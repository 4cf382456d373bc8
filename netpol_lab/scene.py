"""What a picture shows, as data: the connections, the words for them, and the drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netpol_lab import diagram
from netpol_lab.assumptions import Assumptions
from netpol_lab.model import Cluster
from netpol_lab.shapes import Sheet
from netpol_lab.traffic import Outside, Traffic, gather


@dataclass(frozen=True)
class Scene:
    traffic: Traffic
    sheet: Sheet
    title: str = ""
    desc: str = ""
    state: str = ""


def compose(
    cluster: Cluster,
    port: int | None = None,
    protocol: str = "TCP",
    *,
    outside: Iterable[Outside] = (),
    before: Cluster | None = None,
    assumptions: Assumptions = Assumptions(),  # noqa: B008 (frozen)
    title: str | None = None,
) -> Scene:
    traffic = gather(
        cluster, port, protocol, outside=outside, before=before, assumptions=assumptions
    )
    return Scene(traffic, diagram.lay_out(traffic, title))
