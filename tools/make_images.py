"""Draw the pictures in images/: `make images`, or `python tools/make_images.py [FOLDER]`.

Running it again changes nothing: the same course gives the same bytes. It ends with the lines that
a README needs, alternative text included.
"""

from __future__ import annotations

import sys
from pathlib import Path

import netpol_lab as lab
from netpol_lab.pictures.policy_types_table import policy_types
from netpol_lab.pictures.scene import Scene
from netpol_lab.pictures.svg import Picture

ROOT = Path(__file__).resolve().parent.parent
PORT = 5432  # db's; the policies of the shop admit every port or none
INTERNET = [("internet", "203.0.113.7")]
SUFFIXES = (".svg", ".png")

DEFAULT_DENY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
"""


def pictures() -> dict[str, Picture]:
    """Return the pictures by name."""
    shop = lab.load("three-tier")
    every_policy = lab.load("three-tier", DEFAULT_DENY)
    clusters = {
        "no-network-policy": ("No network policy", shop.with_policies([])),
        "network-policy": ("Two network policies", shop),
        "default-deny": ("Default deny", every_policy.with_policies(["default-deny"])),
    }
    drawn = {
        name: lab.draw(cluster, PORT, title=title, outside=INTERNET)
        for name, (title, cluster) in clusters.items()
    }
    return {**drawn, "policy-types": policy_types()}


def make_images(folder: Path) -> list[Path]:
    """Write every picture in every format, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        picture.save(folder / f"{name}{suffix}")
        for name, picture in pictures().items()
        for suffix in SUFFIXES
    ]


def readme_lines() -> list[str]:
    """Return the pictures as Markdown with alternative text."""
    return [f"![{alt_text(p)}](images/{name}.svg)" for name, p in pictures().items()]


def alt_text(picture: Picture) -> str:
    """Return the picture in a sentence or two; the SVG's own description says everything."""
    if not isinstance(picture.scene, Scene):
        return f"{picture.scene.title} {picture.scene.desc}"
    refused = [arc for arc in picture.scene.arcs if arc.state != "allowed"]
    names = ", ".join(f"{arc.source.caption} to {arc.destination.caption}" for arc in refused)
    listed = 0 < len(refused) < len(picture.scene.arcs)
    return f"{picture.scene.title}{f': {names}' if listed else ''}."


def main(arguments: list[str]) -> int:
    """Write the pictures, then print what a README needs."""
    folder = Path(arguments[0]) if arguments else ROOT / "images"
    for path in make_images(folder):
        print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    print("", *readme_lines(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
