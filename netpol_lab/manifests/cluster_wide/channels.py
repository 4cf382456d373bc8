"""The two channels in which the definitions of cluster-wide policies are released."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from netpol_lab.errors import NetpolError, visible
from netpol_lab.manifests.field_paths import get, get_text

GROUP = "policy.networking.k8s.io"
_ANNOTATION = f"{GROUP}/channel"


class Channel(StrEnum):
    """Which definitions a cluster has: the experimental ones know more fields."""

    STANDARD = "standard"
    EXPERIMENTAL = "experimental"


def checked_channel(given: str) -> Channel:
    """Return the channel of a name.

    Raises
    ------
    NetpolError
        When there is no such channel.

    Examples
    --------
    >>> checked_channel("experimental").name
    'EXPERIMENTAL'
    >>> checked_channel("alpha")
    Traceback (most recent call last):
    netpol_lab.errors.NetpolError: there is no channel "alpha": write standard or experimental
    """
    try:
        return Channel(given)
    except ValueError:
        said = f'there is no channel "{visible(str(given))}": write standard or experimental'
        raise NetpolError(said) from None


def channel_told(value: dict[str, Any]) -> dict[str, Channel]:
    """Return which channel a definition in a dump of a cluster is of, by its kind.

    Examples
    --------
    >>> meta = {"annotations": {"policy.networking.k8s.io/channel": "experimental"}}
    >>> spec = {"group": "policy.networking.k8s.io", "names": {"kind": "AdminNetworkPolicy"}}
    >>> print(*channel_told({"metadata": meta, "spec": spec}))
    AdminNetworkPolicy
    """
    told = get_text(value, "metadata", "annotations", _ANNOTATION)
    if get(value, "spec", "group") != GROUP or told not in [*Channel]:
        return {}
    return {get_text(value, "spec", "names", "kind"): Channel(told)}
