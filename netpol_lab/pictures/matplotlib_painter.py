"""The drawing as a matplotlib figure, for files: print, slides, and pictures in a README.

matplotlib is imported only when a figure is asked for, and its state (pyplot) is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from netpol_lab.errors import NetpolError
from netpol_lab.pictures.shapes import Circle, Path, Rect, Step, Style, Text
from netpol_lab.pictures.svg import Drawing
from netpol_lab.pictures.text_width import printable

INCH = 96  # pixels
POINT = 72 / INCH  # points a pixel
SHARP = 192  # dots an inch in a saved file: two for each pixel

# A reader's own settings must not change the pictures.
_SETTINGS: Any = {
    "font.family": ["DejaVu Sans"],
    "lines.scale_dashes": True,
    "path.simplify": False,
    "svg.hashsalt": "netpol-lab",
    "text.hinting": "no_autohint",
    "text.usetex": False,
}
_ANCHORS: Any = {"start": "left", "middle": "center", "end": "right"}
# No dates and no versions, so that the same picture is the same bytes.
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def figure(scene: Drawing) -> Any:
    """Return a scene as a matplotlib figure that shows the same shapes as the SVG.

    Parameters
    ----------
    scene : Scene or another Drawing

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    NetpolError
        When matplotlib is not installed.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> from netpol_lab.pictures.scene import compose
    >>> figure(compose(lab.load("three-tier"), port=5432))
    <Figure size 760x400 with 1 Axes>
    """
    with _matplotlib():
        from matplotlib.figure import Figure

        width, height = scene.sheet.width, scene.sheet.height
        made = Figure(figsize=(width / INCH, height / INCH), dpi=INCH)
        axes = made.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        axes.set_axis_off()
        for shape in scene.sheet.walk():
            if not isinstance(shape, Text) and shape.style.catches:
                continue  # only for the pointer
            artist = _artist(shape)
            artist.set_label(shape.kind)
            axes.add_artist(artist)
        return made


def painted(scene: Drawing, suffix: str) -> bytes:
    """Return a scene as the content of a .png or .pdf file; it is always the same bytes."""
    made, content = figure(scene), BytesIO()
    metadata = {**_METADATA[suffix], "Title": printable(scene.title)}
    with _matplotlib():
        made.savefig(content, format=suffix[1:], dpi=SHARP, metadata=metadata)
    return content.getvalue()


@contextmanager
def _matplotlib() -> Iterator[None]:
    """Use our own settings, or say which package is missing."""
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        raise NetpolError(
            f"this needs the package {error.name}, which is not installed: "
            "pip install matplotlib. A .svg file needs no package."
        ) from error
    with matplotlib.rc_context(_SETTINGS):
        yield


def _artist(shape: Rect | Circle | Path | Text) -> Any:
    from matplotlib import patches, path, text

    match shape:
        case Rect((x, y, width, height), style, radius):
            radius = min(radius, width / 2, height / 2)  # as SVG does
            inner = (x + radius, y + radius), width - 2 * radius, height - 2 * radius
            round_box = f"round,pad={radius},rounding_size={radius}"
            kind = round_box if radius else "square,pad=0"
            return patches.FancyBboxPatch(*inner, boxstyle=kind, **_look(style))
        case Circle(centre, radius, style):
            return patches.Circle(centre, radius, **_look(style))
        case Path(steps, style):
            return patches.PathPatch(path.Path(*_vertices(steps)), **_look(style))
        case Text((x, y), words, size):
            return text.Text(
                *(x, y, printable(words)),
                fontsize=size * POINT,
                color=shape.colour,
                weight="bold" if shape.bold else "normal",
                horizontalalignment=_ANCHORS[shape.anchor],
                verticalalignment="baseline",
                rotation=90 if shape.turned else 0,
                rotation_mode="anchor",
                parse_math=False,  # a label may hold dollars
            )


def _look(style: Style) -> dict[str, Any]:
    return {
        "facecolor": style.fill,
        "edgecolor": style.stroke,
        "linewidth": 0 if style.stroke == "none" else style.width * POINT,
        # matplotlib counts dashes in line widths.
        "linestyle": (0, [dash / style.width for dash in style.dash]) if style.dash else "solid",
        "alpha": style.opacity,
        "capstyle": "round" if style.round_ends else "butt",
        "joinstyle": "round" if style.round_ends else "miter",
    }


def _vertices(steps: tuple[Step, ...]) -> tuple[list[tuple[float, float]], list[int]]:
    """Return what matplotlib calls vertices and codes."""
    from matplotlib.path import Path as MplPath

    codes = {
        "M": MplPath.MOVETO,
        "L": MplPath.LINETO,
        "C": MplPath.CURVE4,
        "Z": MplPath.CLOSEPOLY,
    }
    vertices: list[tuple[float, float]] = []
    kinds: list[int] = []
    for command, *numbers in steps:
        points = [*zip(numbers[::2], numbers[1::2], strict=True)] or vertices[:1]
        vertices += points
        kinds += [int(codes[command])] * len(points)
    return vertices, kinds
