"""An ipBlock as a number line: in proportion, with a lens for each hole too narrow to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netpol_lab.engine.semantics import covers
from netpol_lab.errors import plural
from netpol_lab.model.addresses import Address, AddressRange, Network
from netpol_lab.model.objects import IPBlock
from netpol_lab.pictures.legend import MARGIN, Entry, legend, sign
from netpol_lab.pictures.palette import BLUE, EDGE, FAINT, MIST, MUTED, PAPER, VERMILLION, tinted
from netpol_lab.pictures.shapes import Box, Circle, Path, Rect, Shape, Sheet, Step, Style, Text
from netpol_lab.pictures.text_width import clipped, text_width
from netpol_lab.pictures.traffic import State
from netpol_lab.widgets.explorers.drawing import INNER, WIDTH, Page, part, straight

STUB = 64.0  # the room for addresses before and behind the block
BAR, LENS_BAR = 36.0, 28.0  # how high the bars are
NARROW = 12.0  # a hole of fewer pixels gets a lens
MOST_LENSES = 4
ROW = 24.0
FEW = 16  # so many addresses are drawn one by one
FULL = Style(tinted(BLUE, 0.3), BLUE, 1.5)
ENTRIES = (
    Entry(lambda x, y: [Rect(Box(x, y - 8, 30, 16), FULL, 3)], 30, "in the block"),
    Entry(lambda x, y: draw_hole(Box(x, y - 8, 30, 16)), 30, "excepted"),
)


@dataclass(frozen=True)
class Pin:
    """An address, and what a block makes of it.

    Parameters
    ----------
    caption : str
        What to call it; may be empty.
    address : IPv4Address or IPv6Address
    block : IPBlock
    """

    caption: str
    address: Address
    block: IPBlock

    @property
    def inside(self) -> bool:
        """Whether the block matches it."""
        return covers(self.block, self.address)

    @property
    def verdict(self) -> str:
        """In a few words."""
        return "in the block" if self.inside else "not in the block"

    @property
    def why(self) -> str:
        """The reason."""
        cidr, excepts = self.block.cidr, self.block.excepts
        if self.address.version != cidr.version:
            return f"an IPv{self.address.version} address, and a block has one family"
        if self.inside:
            return f"in {cidr}{', in no except' if excepts else ''}"
        outside = f"outside {cidr}"
        return next((f"in except {hole}" for hole in excepts if self.address in hole), outside)

    @property
    def name(self) -> str:
        """Caption and address."""
        return f"{self.caption} {self.address}".strip()

    @property
    def key(self) -> str:
        """What a redraw knows it by."""
        return f"address:{self.name}"

    @property
    def label(self) -> str:
        """The address in words."""
        return f"{self.name}, {self.verdict}: {self.why}"


def counted_addresses(number: int) -> str:
    """Return a number of addresses in words.

    Examples
    --------
    >>> counted_addresses(1), counted_addresses(65536), counted_addresses(2**96)
    ('1 address', '65,536 addresses', '2^96 addresses')
    """
    if number <= 10**12:
        return f"{number:,} {plural(number, 'address', 'addresses')}"
    if number.bit_count() == 1:
        return f"2^{number.bit_length() - 1} addresses"
    return f"{number:.2e} addresses".replace("e+", " x 10^")


def spanned(part: Network) -> str:
    """Return the first and the last address of a block.

    Examples
    --------
    >>> from ipaddress import ip_network
    >>> spanned(ip_network("10.0.0.0/24")), spanned(ip_network("10.0.0.1/32"))
    ('10.0.0.0 to 10.0.0.255', '10.0.0.1 alone')
    """
    first, last = AddressRange.of(part).first, AddressRange.of(part).last
    return f"{first} alone" if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class Scale:
    """A network as a bar: which number is where."""

    network: Network
    box: Box

    def x(self, number: int) -> float:
        """Return where the left edge of an address is; never far beyond the ends."""
        share = (number - int(self.network.network_address)) / self.network.num_addresses
        return self.box.x + self.box.width * min(max(share, 0.0), 1.0)

    def part(self, network: Network) -> Box:
        """Return the place of a part of it, wide enough to be seen."""
        first, last = AddressRange.of(network).numbers
        left, right = self.x(first), self.x(last + 1)
        if right - left < 3:
            middle = min(max((left + right) / 2, self.box.x + 1.5), self.box.right - 1.5)
            left, right = middle - 1.5, middle + 1.5
        return Box(left, self.box.y, right - left, self.box.height)

    def middle(self, number: int) -> float:
        """Return the middle of an address."""
        return (self.x(number) + self.x(number + 1)) / 2


# ---------------------------------------------------------------- the page


def lay_out(lines: Sequence[str], block: IPBlock, pins: Sequence[Pin]) -> Sheet:
    """Return the number line, and under it a list of its parts and of the addresses."""
    title = str(block)
    if text_width(title, 18, bold=True) > INNER:
        title = f"{block.cidr} without {len(block.excepts)} excepted blocks"
    page = Page(title, lines)
    line = Scale(block.cidr, Box(MARGIN + STUB, 0, INNER - 2 * STUB, BAR))
    placed = _staggered(line, pins)
    rows = 1 + max((row for *_, row in placed), default=-1)
    line = Scale(block.cidr, line.box._replace(y=page.top + 20 + 20 * rows))
    shapes = [*_stubs(line), *draw_bar(line, block), *_ends(line)]
    shapes += [shape for pin in placed for shape in _needle(line, pin)]
    shapes += [shape for pin in placed for shape in _name(line, pin)]
    lenses, bottom = _lenses(line, block, pins)
    listed, bottom = _list(block, pins, bottom + 18)
    keys, bottom = legend(ENTRIES if block.excepts else ENTRIES[:1], WIDTH, bottom + 4)
    return page.sheet(bottom, *lenses, *shapes, *listed, keys)


def _stubs(line: Scale) -> Iterator[Shape]:
    """Yield the addresses before and behind the block."""
    y = line.box.middle[1]
    for start, end in ((MARGIN, line.box.x - 4), (line.box.right + 4, WIDTH - MARGIN)):
        yield straight((start, y), (end, y), EDGE, 2, (3.0, 5.0))


def _ends(scale: Scale) -> Iterator[Shape]:
    first, last = AddressRange.of(scale.network).first, AddressRange.of(scale.network).last
    y = scale.box.bottom + 18
    if first == last:
        yield Text((scale.box.middle[0], y), str(first), 13, "middle")
    else:
        yield Text((scale.box.x, y), str(first), 13)
        yield Text((scale.box.right, y), str(last), 13, "end")


# ---------------------------------------------------------------- addresses

Placed = tuple[Pin, float, float, int]  # where it points, the middle of its name, and its row


def _staggered(line: Scale, pins: Sequence[Pin]) -> list[Placed]:
    """Return the addresses that can be shown on the line, their names in rows that do not meet."""
    shown = [pin for pin in pins if pin.address.version == line.network.version]
    ends: list[float] = []  # where the last name of each row ends
    placed = []
    for pin in sorted(shown, key=lambda pin: int(pin.address)):
        width = text_width(pin.name, 12)
        x = _along(line, pin)
        middle = min(max(x, MARGIN + width / 2), WIDTH - MARGIN - width / 2)
        row = next((i for i, end in enumerate(ends) if end + 10 < middle - width / 2), len(ends))
        ends[row : row + 1] = [middle + width / 2]
        placed.append((pin, x, middle, row))
    return placed


def _along(line: Scale, pin: Pin) -> float:
    """Return where an address is: on the bar, or in the room before or behind it."""
    (first, last), number = AddressRange.of(line.network).numbers, int(pin.address)
    if number < first:
        return MARGIN + STUB / 2
    return WIDTH - MARGIN - STUB / 2 if number > last else line.middle(number)


def _needle(line: Scale, placed: Placed) -> Iterator[Shape]:
    pin, x, _, row = placed
    at = (x, line.box.middle[1])
    yield straight((x, line.box.y - 10 - 20 * row), at)
    yield _dot(pin, *at)


def _name(line: Scale, placed: Placed) -> Iterator[Shape]:
    pin, _, middle, row = placed
    y = line.box.y - 14 - 20 * row
    box = Box(middle - text_width(pin.name) / 2 - 3, y - 11, text_width(pin.name) + 6, 15)
    yield Rect(box, Style(PAPER))
    yield Text((middle, y), pin.name, 12, "middle")


def _dot(pin: Pin, x: float, y: float) -> Shape:
    """Return a full circle for what is inside, a cross for what is not."""
    if pin.inside:
        return Circle((x, y), 6.5, Style(BLUE, PAPER, 1.5))
    return sign(State.BLOCKED, (x, y), 8)


# ---------------------------------------------------------------- lenses


def _lenses(line: Scale, block: IPBlock, pins: Sequence[Pin]) -> tuple[list[Shape], float]:
    """Return an enlarged piece of the line for each hole that is too narrow, and the bottom."""
    networks = list(_enlarged(line, block))[:MOST_LENSES]
    if not networks:
        return [], line.box.bottom + 26
    y, gap = line.box.bottom + 62, 20.0
    width = min(360.0, (INNER - gap * (len(networks) - 1)) / len(networks))
    places = _spread([line.part(network).middle[0] for network in networks], width, gap)
    shapes: list[Shape] = []
    for network, x in zip(networks, places, strict=True):
        shapes += _lens(line, Scale(network, Box(x, y, width, LENS_BAR)), block, pins)
    return shapes, y + LENS_BAR + 48


def _enlarged(line: Scale, block: IPBlock) -> Iterator[Network]:
    """Yield a network around each narrow hole, from left to right; one for those that are close."""
    found: list[Network] = []
    for hole in sorted(block.excepts, key=lambda hole: int(hole.network_address)):
        if line.part(hole).width >= NARROW or any(hole.overlaps(other) for other in found):
            continue
        around = max(line.network.prefixlen, hole.prefixlen - 2)
        found.append(hole.supernet(new_prefix=around))
        yield found[-1]


def _spread(middles: Sequence[float], width: float, gap: float) -> list[float]:
    """Return where boxes begin that stand near their middles and do not meet."""
    places: list[float] = []
    left, right = MARGIN, WIDTH - MARGIN - width - (len(middles) - 1) * (width + gap)
    for middle in middles:
        places.append(min(max(middle - width / 2, left), right))
        left, right = places[-1] + width + gap, right + width + gap
    return places


def _lens(line: Scale, lens: Scale, block: IPBlock, pins: Sequence[Pin]) -> Iterator[Shape]:
    part, y, box = line.part(lens.network), line.box.bottom, lens.box
    beam: list[Step] = [("M", part.x, y), ("L", box.x, box.y), ("L", box.right, box.y)]
    yield Path((*beam, ("L", part.right, y), ("Z",)), Style(MIST, FAINT))
    yield from draw_bar(lens, block)
    for pin in pins:
        if pin.address in lens.network:
            yield _dot(pin, lens.middle(int(pin.address)), box.middle[1])
    x, room = box.middle[0], box.width
    holes = ", ".join(str(hole) for hole in block.excepts if hole.overlaps(lens.network))
    yield Text((x, box.bottom + 17), clipped(holes, room, 12, bold=True), 12, "middle", bold=True)
    enlarged = clipped(f"enlarged: {lens.network}", room)
    yield Text((x, box.bottom + 33), enlarged, 12, "middle", MUTED)


# ---------------------------------------------------------------- the list


def _list(block: IPBlock, pins: Sequence[Pin], top: float) -> tuple[list[Shape], float]:
    shapes: list[Shape] = []
    y = top
    for hole in block.excepts:
        words = f"except {hole}: {spanned(hole)}, {counted_addresses(hole.num_addresses)}"
        shapes += draw_hole(Box(MARGIN + 2, y + 4, 20, 14))
        shapes.append(Text((MARGIN + 32, y + 15.5), clipped(words, INNER - 32, 13), 13))
        y += ROW
    for pin in pins:
        shapes.append(_listed(pin, y))
        y += ROW
    return shapes, y


def _listed(pin: Pin, y: float) -> Shape:
    words = clipped(f"{pin.name}: {pin.verdict} ({pin.why})", INNER - 40, 13)
    place, look = Box(MARGIN - 4, y + 1, INNER + 8, ROW - 3), Style(PAPER, PAPER)
    shapes = (
        Rect(place, look, 5, kind="nl-card nl-line"),
        _dot(pin, MARGIN + 12, y + 11),
        Text((MARGIN + 32, y + 15.5), words, 13, bold=pin.inside),
    )
    return part("nl-pin", shapes, key=pin.key, verdict=pin.verdict, label=pin.label)


# ---------------------------------------------------------------- bars and holes


def draw_bar(scale: Scale, block: IPBlock) -> Iterator[Shape]:
    """Yield a network that a block matches, without its holes."""
    yield Rect(scale.box, FULL, 3)
    if scale.network.num_addresses <= FEW:
        first, last = AddressRange.of(scale.network).numbers
        for x in map(scale.x, range(first + 1, last + 1)):  # between any two addresses
            yield straight((x, scale.box.y), (x, scale.box.bottom), BLUE)
    for hole in block.excepts:
        if hole.overlaps(scale.network):
            yield from draw_hole(scale.part(hole))


def draw_hole(box: Box) -> Iterator[Shape]:
    """Yield what is cut out: white, hatched where there is room."""
    yield Rect(box, Style(PAPER, VERMILLION, 1.5), 2)
    if box.width >= 8:
        yield Path(tuple(_hatching(box)), Style("none", VERMILLION, 1))


def _hatching(box: Box) -> Iterator[Step]:
    """Yield slanted lines that end at the edges of a box."""
    start = -int(box.height) + 6
    for offset in range(start, int(box.width), 8):
        left, right = max(0.0, offset), min(box.width, offset + box.height)
        yield ("M", box.x + left, box.bottom - (left - offset))
        yield ("L", box.x + right, box.bottom - (right - offset))
