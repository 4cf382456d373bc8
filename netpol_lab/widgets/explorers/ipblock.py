"""An ipBlock on a number line: its CIDR, what `except` cuts out of it, and some addresses."""

from __future__ import annotations

from collections.abc import Iterable

from netpol_lab.errors import Complaint, ManifestError, NetpolError
from netpol_lab.model.cluster import Cluster
from netpol_lab.pictures.nodes import Outside
from netpol_lab.widgets.board_controls import UNCHANGED
from netpol_lab.widgets.explorers.base import Explorer, TextField
from netpol_lab.widgets.explorers.ipblock_facts import IPBlockFacts, IPBlockInput, ask


def explore_block(
    cidr: str,
    except_: Iterable[str] | str | None = (),
    *,
    addresses: Iterable[Outside] | Cluster = (),
) -> BlockExplorer:
    """Return an ipBlock as a number line, and fields to write it otherwise.

    Parameters
    ----------
    cidr : str
    except_ : iterable of str, optional
        The blocks to cut out of it; None for none.
    addresses : iterable of str or (str, str), or Cluster
        Addresses to mark, or (caption, address); those of the pods of a cluster.

    Returns
    -------
    BlockExplorer

    Raises
    ------
    ManifestError
        With the API server's words, when it would refuse the block.
    FlowError
        For an address that is none.

    Examples
    --------
    >>> import netpol_lab as lab
    >>> block = lab.explore_block("10.0.0.0/8", ["10.1.0.0/16"], addresses=["10.1.2.3"])
    >>> block.inside
    {'10.1.2.3': False}
    >>> block.set(except_=[])
    >>> block.inside
    {'10.1.2.3': True}
    """
    return BlockExplorer(IPBlockInput(cidr, _listed(except_), "", _pairs(addresses)))


def _listed(except_: Iterable[str] | str | None) -> tuple[str, ...]:
    return (except_,) if isinstance(except_, str) else tuple(except_ or ())


def _pairs(addresses: Iterable[Outside] | Cluster) -> tuple[tuple[str, str], ...]:
    if isinstance(addresses, Cluster):
        running = (pod for pod in addresses.pods if not pod.finished)  # others own none (SEM-55)
        return tuple((pod.name, str(own)) for pod in running for own in pod.addresses)
    return tuple((item, item) if isinstance(item, str) else item for item in addresses)


class BlockExplorer(Explorer[IPBlockInput, IPBlockFacts]):
    """A CIDR with its exceptions on a number line; made by `explore_block`.

    Parameters
    ----------
    inputs : IPBlockInput

    Examples
    --------
    >>> import netpol_lab as lab
    >>> print(lab.explore_block("10.0.0.0/30", ["10.0.0.1/32"]).summary)
    10.0.0.0/30 except 10.0.0.1/32
      cidr    10.0.0.0/30  10.0.0.0 to 10.0.0.3  4 addresses
      except  10.0.0.1/32  10.0.0.1 alone        1 address
      left                                       3 addresses
    """

    def __init__(self, inputs: IPBlockInput) -> None:
        fields = {
            "cidr": TextField("cidr"),
            "except_": TextField("except", "10.1.0.0/16, 10.2.0.0/16", several=True),
            "address": TextField("An address to look for", "203.0.113.7"),
        }
        super().__init__(fields, inputs)

    def set(
        self,
        *,
        cidr: str = UNCHANGED,
        except_: Iterable[str] | str | None = UNCHANGED,
        address: str | None = UNCHANGED,
    ) -> None:
        """Write the block otherwise, or look for an address; what is not mentioned stays.

        Parameters
        ----------
        cidr : str
        except_ : iterable of str, optional
            None for none.
        address : str, optional
            None for no address.

        Raises
        ------
        ManifestError, FlowError
            And then nothing has changed.

        Examples
        --------
        >>> import netpol_lab as lab
        >>> block = lab.explore_block("10.0.0.0/8")
        >>> block.set(except_="10.1.0.0/16", address="10.1.2.3")
        >>> block.inside
        {'10.1.2.3': False}
        """
        blocks = except_ if except_ is UNCHANGED else _listed(except_)
        self._change(cidr=cidr, except_=blocks, address=address or "")

    @property
    def inside(self) -> dict[str, bool]:
        """Whether the block matches each of the addresses."""
        return {str(pin.address): pin.inside for pin in self._shown.pins}

    def _view(self, inputs: IPBlockInput) -> IPBlockFacts:
        return ask(inputs)

    def _complaints(self, error: NetpolError, edited: str) -> list[tuple[str, str]]:
        if not isinstance(error, ManifestError):
            return [("address", str(error))]
        return [
            ("except_" if ".except" in complaint.path else "cidr", complaint_words(complaint))
            for complaint in error.complaints
        ]


def complaint_words(complaint: Complaint) -> str:
    """Return the server's words on a block, and the hint."""
    hint = f" Hint: {complaint.hint}." if complaint.hint else ""
    return f"{complaint.reason.words}: {complaint.message or 'write an address block'}.{hint}"
