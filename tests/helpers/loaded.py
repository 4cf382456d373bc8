"""Short manifests, and what loading them complains about."""

import pytest

from netpol_lab.errors import ManifestError
from netpol_lab.manifests.loader import load

HEAD = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
)


def complaints(text):
    """Return what is wrong with a text, which must be something."""
    with pytest.raises(ManifestError) as error:
        load(text)
    return error.value.complaints
