"""The drawing as SVG text: a few kilobytes, always the same bytes, and nothing from outside.

There are no ids, since one page may hold several pictures; so arrowheads are plain paths. Parts
that come and go are hidden, not left out: a redraw for other policies changes only attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path as FilePath
from typing import Any, NamedTuple, Protocol

from netpol_lab.errors import UnknownNameError
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.scene import compose
from netpol_lab.pictures.shapes import Circle, Group, Path, Rect, Shape, Sheet, Step, Style, Text
from netpol_lab.pictures.text_width import FONT, printable
from netpol_lab.writing import saving

KINDS = (".svg", ".png", ".pdf")  # of files


class Drawing(Protocol):
    """What can be painted: a sheet with its title and its words."""

    @property
    def sheet(self) -> Sheet:
        """The shapes."""

    @property
    def title(self) -> str:
        """The picture in one line."""

    @property
    def desc(self) -> str:
        """The picture in words."""

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it."""

    @property
    def text(self) -> str:
        """The same facts as text."""


class DrawnTable(NamedTuple):
    """A drawing of what a table says."""

    sheet: Sheet
    title: str
    desc: str
    state: str
    text: str


def draw(
    cluster: Cluster, port: int | None = None, protocol: str = "TCP", **options: Any
) -> Picture:
    """Return a picture of all traffic between the pods of a cluster, on one port.

    Parameters
    ----------
    cluster : Cluster
    port : int, optional
        The port at the destination; 80 when left out.
    protocol : str
    **options
        See `scene.compose` and `traffic.gather`: `outside`, `before`, `title`, `view` and so on.

    Returns
    -------
    Picture

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(lab.draw(lab.load("three-tier").with_policies(["db-access-ingress"]), port=5432))
    TCP 5432: 5 of 6 connections allowed, 1 blocked
    shop/web     -> shop/backend  allowed  neither end is isolated
    shop/web     -> shop/db       blocked  ingress: isolated by db-access-ingress
    shop/backend -> shop/web      allowed  neither end is isolated
    shop/backend -> shop/db       allowed  ingress: rule 1 of db-access-ingress
    shop/db      -> shop/web      allowed  neither end is isolated
    shop/db      -> shop/backend  allowed  neither end is isolated
    """
    return Picture(compose(cluster, port, protocol, **options))


@dataclass(frozen=True)
class Picture:
    """A picture that a notebook shows, that prints as a table, and that can be saved.

    Parameters
    ----------
    scene : Scene or another Drawing

    Examples
    --------
    >>> import netpol_lab as lab
    >>> picture = lab.draw(lab.load("three-tier"), port=5432)
    >>> picture.svg.startswith("<svg"), sorted(picture._repr_mimebundle_())
    (True, ['image/svg+xml', 'text/plain'])
    """

    scene: Drawing

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        return paint(self.scene)

    @property
    def text(self) -> str:
        """The same facts as text."""
        return self.scene.text

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        return {"text/plain": self.text, "image/svg+xml": paint(self.scene, fluid=True)}

    def save(self, path: str | FilePath) -> FilePath:
        """Write the picture to a file: .svg, or .png and .pdf with the help of matplotlib.

        Parameters
        ----------
        path : str or pathlib.Path

        Returns
        -------
        pathlib.Path
            Where it is.

        Raises
        ------
        UnknownNameError
            For another kind of file.
        NetpolError
            When matplotlib is needed and not there, or the file cannot be written.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> picture = lab.draw(lab.load("three-tier"), port=5432)
        >>> picture.save("shop.gif")
        Traceback (most recent call last):
        netpol_lab.errors.UnknownNameError: a picture cannot be saved as "shop.gif": ...
        """
        path = FilePath(path)
        if path.suffix not in KINDS:
            raise UnknownNameError(
                f'a picture cannot be saved as "{path.name}": the name has to end in '
                f"{', '.join(KINDS[:-1])} or {KINDS[-1]}."
            )
        content = self._as_bytes(path.suffix)
        with saving(path) as file:
            file.write(content)
        return path

    def _as_bytes(self, suffix: str) -> bytes:
        if suffix == ".svg":
            return self.svg.encode()
        from netpol_lab.pictures.matplotlib_painter import painted

        return painted(self.scene, suffix)


# ---------------------------------------------------------------- painting


def paint(scene: Drawing, fluid: bool = False) -> str:
    """Return a scene as SVG.

    Parameters
    ----------
    scene : Scene or another Drawing
    fluid : bool
        As wide as there is room, for JupyterLab: its <img> cuts off what has a width of its own.

    Returns
    -------
    str
        One ``<svg>`` element. Every connection is a ``g.nl-flow`` and every endpoint a
        ``g.nl-pod``, with a ``data-key`` that stays the same from picture to picture.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> svg = paint(compose(lab.load("three-tier"), port=5432))
    >>> svg.count('data-verdict="allowed"'), svg.count('data-verdict="blocked"')
    (4, 2)
    """
    width, height = _number(scene.sheet.width), _number(scene.sheet.height)
    size = f' width="{width}" height="{height}"' if not fluid else ""
    most = f"{width}px" if fluid else "100%"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="nl-map" role="img"'
            f' data-state="{_escaped(scene.state)}" aria-label="{_escaped(scene.title)}"'
            f'{size} viewBox="0 0 {width} {height}"'
            f' style="max-width:{most};height:auto" font-family="{FONT}" fill="none">',
            f"<title>{_escaped(scene.title)}</title>",
            f"<desc>{_escaped(scene.desc)}</desc>",
            *map(_shape, scene.sheet.shapes),
            "</svg>",
        ]
    )


def _shape(shape: Shape, shown: bool = True) -> str:
    """Return one element; of what is hidden only that it is there, to keep the text small."""
    shown = shown and shape.shown
    match shape:
        case Group():
            return _group(shape, shown)
        case Text():
            return _text(shape)
        case Path(steps, style):
            place, tag = f' d="{"".join(map(_step, steps))}"', "path"
        case Rect(box, style, radius):
            place, tag = _pairs(**box._asdict(), rx=radius), "rect"
        case Circle((x, y), radius, style):
            place, tag = _pairs(cx=x, cy=y, r=radius), "circle"
    return f"<{tag}{_kind(shape)}{place}{_look(style)}/>" if shown else f"<{tag}{_kind(shape)}/>"


@lru_cache(maxsize=8192)  # most cells of a grid stay as they are from picture to picture
def _group(group: Group, shown: bool) -> str:
    data = "".join(f' data-{name}="{_escaped(value)}"' for name, value in group.data)
    tooltip = f"<title>{_escaped(group.tooltip)}</title>" if group.tooltip else ""
    inside = "".join(_shape(shape, shown) for shape in group.shapes)
    return f"<g{_kind(group)}{data}>{tooltip}{inside}</g>"


def _text(text: Text) -> str:
    x, y = map(_number, text.at)
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    bold = ' font-weight="bold"' if text.bold else ""
    turned = f' transform="rotate(-90 {x} {y})"' if text.turned else ""
    look = f'font-size="{_number(text.size)}" fill="{text.colour}"{anchor}{bold}{turned}'
    return f'<text{_kind(text)} x="{x}" y="{y}" {look}>{_escaped(text.words)}</text>'


def _kind(shape: Shape) -> str:
    kind = f' class="{shape.kind}"' if shape.kind else ""
    return kind if shape.shown else f'{kind} visibility="hidden"'


@lru_cache(maxsize=256)
def _look(style: Style) -> str:
    """Return the attributes that differ from what the root and SVG itself set."""
    look = f' fill="{style.fill}"' if style.fill != "none" else ""
    if style.stroke != "none" or style.catches == "stroke":
        look += f' stroke="{style.stroke}"{_pairs(**{"stroke-width": style.width})}'
        look += f' stroke-dasharray="{" ".join(map(_number, style.dash))}"' if style.dash else ""
        look += ' stroke-linecap="round" stroke-linejoin="round"' if style.round_ends else ""
    look += f' pointer-events="{style.catches}"' if style.catches else ""
    return look + (f' opacity="{style.opacity:g}"' if style.opacity < 1 else "")


def _step(step: Step) -> str:
    command, *numbers = step
    return command + " ".join(map(_number, numbers))


def _pairs(**numbers: float) -> str:
    return "".join(f' {name}="{_number(value)}"' for name, value in numbers.items() if value)


@lru_cache(maxsize=8192)  # a redraw asks for the same numbers again
def _number(number: float) -> str:
    """Return at most one decimal, and never -0."""
    return f"{round(number, 1) + 0:.1f}".removesuffix(".0")


@lru_cache(maxsize=2048)
def _escaped(words: str) -> str:
    return escape(printable(words))
