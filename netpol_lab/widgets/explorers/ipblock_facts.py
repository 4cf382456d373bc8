"""An ipBlock as it is written: what the API server says, what it means, and some addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from netpol_lab.engine.semantics import addresses_of
from netpol_lab.errors import FlowError
from netpol_lab.manifests.loader import read_all
from netpol_lab.model.addresses import parse_address
from netpol_lab.model.objects import IPBlock
from netpol_lab.pictures.shapes import Sheet
from netpol_lab.pictures.text_table import in_columns
from netpol_lab.widgets.explorers.ipblock_drawing import Pin, counted_addresses, lay_out, spanned


@dataclass(frozen=True)
class IPBlockInput:
    """A block as it is written, and addresses to look for.

    Parameters
    ----------
    cidr : str
    except_ : tuple of str
    address : str
        One more address; may be empty.
    pairs : tuple of (str, str)
        Captions and addresses.
    """

    cidr: str
    except_: tuple[str, ...] = ()
    address: str = ""
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def manifest(self) -> str:
        """A policy with this block."""
        holes = {"except": self.except_} if self.except_ else {}
        peer = {"ipBlock": {"cidr": self.cidr, **holes}}
        return json.dumps(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "try-it", "namespace": "default"},
                "spec": {"podSelector": {}, "ingress": [{"from": [peer]}]},
            }
        )


def ask(inputs: IPBlockInput) -> IPBlockFacts:
    """Return the block, or raise what the API server would say (ManifestError)."""
    (policy,) = read_all([("policy.yaml", inputs.manifest)]).policies
    block = (policy.ingress or ())[0].peers[0].ip_block
    assert block is not None
    return IPBlockFacts(inputs, block, tuple(_pins(inputs, block)))


def _pins(inputs: IPBlockInput, block: IPBlock) -> Iterator[Pin]:
    looked_for = [("", inputs.address)] if inputs.address else []
    for caption, text in (*inputs.pairs, *looked_for):
        address = parse_address(text)
        if address is None:
            raise FlowError(f'"{text}" is not an IP address; one looks like 203.0.113.7.')
        yield Pin("" if caption == text else caption, address, block)


@dataclass(frozen=True)
class IPBlockFacts:
    """A block with its holes and some addresses; made by `ask`.

    Parameters
    ----------
    inputs : IPBlockInput
    block : IPBlock
    pins : tuple of Pin
    """

    inputs: IPBlockInput
    block: IPBlock
    pins: tuple[Pin, ...]

    @property
    def left(self) -> int:
        """How many addresses the block matches."""
        ends = (part.numbers for part in addresses_of(self.block))
        return sum(last - first + 1 for first, last in ends)

    @property
    def state(self) -> str:
        """What is shown, for programs that wait for it."""
        return f"{self.block}|{self.inputs.address}"

    @property
    def title(self) -> str:
        """The block in one line."""
        return str(self.block)

    @property
    def desc(self) -> str:
        """The picture in sentences."""
        parts = (" ".join(filter(None, row)) for row in self._rows())
        return " ".join(f"{words}." for words in (*parts, *(pin.label for pin in self.pins)))

    def _rows(self) -> Iterator[tuple[str, str, str, str]]:
        parts = [("cidr", self.block.cidr), *(("except", hole) for hole in self.block.excepts)]
        for name, part in parts:
            yield name, str(part), spanned(part), counted_addresses(part.num_addresses)
        if self.block.excepts:
            yield "left", "", "", counted_addresses(self.left)

    @property
    def text(self) -> str:
        """The block, its parts, and the addresses."""
        width = max((len(pin.name) for pin in self.pins), default=0)
        return "\n".join(
            [
                self.title,
                *(f"  {line}" for line in in_columns([*self._rows()])),
                *(f"  {pin.name:<{width}}  {pin.verdict:<16}  {pin.why}" for pin in self.pins),
            ]
        )

    @property
    def brief(self) -> str:
        """How to ask for more."""
        return "Choose an address to read why." if self.pins else self.title

    def why(self, key: str) -> str:
        """Return the reason for one address; nothing for anything else."""
        pin = next((pin for pin in self.pins if pin.key == key), None)
        return f"{pin.name}\n  {pin.verdict}: {pin.why}" if pin else ""

    @cached_property
    def sheet(self) -> Sheet:
        """The number line."""
        whole = f"{spanned(self.block.cidr)}: {counted_addresses(self.block.cidr.num_addresses)}"
        rest = [f"the block matches {counted_addresses(self.left)}"] if self.block.excepts else []
        return lay_out([whole, *rest], self.block, self.pins)
