"""What a build puts into a peer: labels of a kustomization, which pods elsewhere hardly have."""

from __future__ import annotations

from typing import Any

from netpol_lab.checks.lint.context import Context
from netpol_lab.errors import some
from netpol_lab.manifests.field_paths import get, get_list, parse_path
from netpol_lab.manifests.text.yaml_reader import documents
from netpol_lab.model.objects import Peer, Policy


def labels_put_in(context: Context, policy: Policy, peer: Peer, path: str) -> str:
    """Return what is asked of pods elsewhere since a build has put it in; nothing if it has not.

    Parameters
    ----------
    context : Context
    policy : Policy
    peer : Peer
    path : str
        Of the peer in the policy.
    """
    text = context.cluster.originals.get(policy, "")
    if not text or peer.pod_selector is None or peer.namespace_selector is None:
        return ""
    before = get(_at(documents(text, "")[0][0].value, path), "podSelector")
    written = {*(get(before, "matchLabels") or {})}
    written |= {get(term, "key") for term in get_list(before, "matchExpressions")}
    return some(r for r in peer.pod_selector.requirements if before and r.key not in written)


def _at(value: Any, path: str) -> Any:
    """Return what is written at a path, or None."""
    for step in parse_path(path):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
