"""Paints a sheet as SVG: a few kilobytes, always the same bytes, no ids, nothing from outside."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from netpol_lab.scene import Scene
from netpol_lab.shapes import FONT, Circle, Group, Path, Rect, Shape, Style, Text


def paint(scene: Scene) -> str:
    sheet = scene.sheet
    w, h = _n(sheet.width), _n(sheet.height)
    body = "\n".join(map(_paint, sheet.shapes))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nl-map" role="img" width="{w}" height="{h}" '
        f'viewBox="0 0 {w} {h}" font-family="{FONT}">\n{body}\n</svg>\n'
    )


def _n(number: float) -> str:
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text


@lru_cache(maxsize=256)
def _style(style: Style) -> str:
    parts = [f'fill="{style.fill}"']
    parts.append(f'stroke="{style.stroke}" stroke-width="{_n(style.width)}"')
    if style.dash: parts.append(f'stroke-dasharray="{" ".join(map(_n, style.dash))}"')
    if style.opacity != 1: parts.append(f'opacity="{style.opacity:g}"')
    if style.round_ends: parts.append('stroke-linecap="round"')
    return " ".join(parts)


def _kind(shape):
    return (f' class="{shape.kind}"' if shape.kind else "") + ("" if shape.shown else ' visibility="hidden"')

def _paint(shape: Shape) -> str:
    if isinstance(shape, Group):
        data = "".join(f' data-{k}="{escape(v)}"' for k, v in shape.data)
        tip = f"<title>{escape(shape.tooltip)}</title>" if shape.tooltip else ""
        return f"<g{_kind(shape)}{data}>{tip}{''.join(map(_paint, shape.shapes))}</g>"
    if isinstance(shape, Rect):
        b = shape.box
        return f'<rect{_kind(shape)} x="{_n(b.x)}" y="{_n(b.y)}" width="{_n(b.width)}" height="{_n(b.height)}" rx="{_n(shape.radius)}" {_style(shape.style)}/>'
    if isinstance(shape, Circle):
        return f'<circle{_kind(shape)} cx="{_n(shape.centre[0])}" cy="{_n(shape.centre[1])}" r="{_n(shape.radius)}" {_style(shape.style)}/>'
    if isinstance(shape, Path):
        d = "".join(s[0] + " ".join(map(_n, s[1:])) for s in shape.steps)
        return f'<path{_kind(shape)} d="{d}" {_style(shape.style)}/>'
    x, y = map(_n, shape.at)
    turn = f' transform="rotate(-90 {x} {y})"' if shape.turned else ""
    bold = ' font-weight="bold"' if shape.bold else ""
    return f'<text{_kind(shape)} x="{x}" y="{y}" font-size="{_n(shape.size)}" text-anchor="{shape.anchor}" fill="{shape.colour}"{bold}{turn}>{escape(shape.words)}</text>'
