"""What an API server says about a text, and what its policies mean as they are printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lab.errors import Complaint, ManifestError, Reason
from netpol_lab.manifests.cluster_wide.summary import cluster_policy_words
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.repeated_fields import MERGED
from netpol_lab.manifests.summary import policy_words
from netpol_lab.manifests.text.yaml_reader import documents
from netpol_lab.model.cluster import Cluster


@dataclass(frozen=True)
class Review:
    """The answer of `review`.

    Parameters
    ----------
    complaints : tuple of Complaint
        Why it is refused; empty when it is accepted.
    cluster : Cluster or None
        What is stored; None when it is refused.
    documents : int
        How many documents the text has; kubectl sends each by itself.
    """

    complaints: tuple[Complaint, ...]
    cluster: Cluster | None
    documents: int = 1

    @property
    def accepted(self) -> bool:
        """Whether the text is stored."""
        return self.cluster is not None

    @property
    def text(self) -> str:
        """The answer in words."""
        return "\n".join(self._accepted(self.cluster) if self.cluster else self._refused())

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _refused(self) -> Iterator[str]:
        refused = sorted({complaint.document for complaint in self.complaints})
        if len(refused) < self.documents:
            which = f"document {' and '.join(map(str, refused))} of {self.documents}"
            yield f"Refused: {which}. kubectl sends each by itself, so the others are stored:"
        else:
            yield "Refused. Nothing of it is stored:"
        yield "\n\n".join(map(str, self.complaints))

    def _accepted(self, cluster: Cluster) -> Iterator[str]:
        stored = (cluster.pods, cluster.policies, cluster.namespaces, cluster.services)
        if not any((*stored, cluster.cluster_policies, cluster.other_policies)):
            yield "Nothing to store: there is no object in this text that the engine knows."
            return
        yield "Accepted, but not as it is written:" if cluster.dropped else "Accepted."
        yield from map(_dropped, cluster.dropped)
        yield from (f"warning: {warning}" for warning in cluster.warnings)
        for policy in cluster.policies:
            yield f"{policy} selects {policy_words(policy)}"
        for above in cluster.cluster_policies:
            yield f"{above}: {cluster_policy_words(above)}"


def _dropped(complaint: Complaint) -> str:
    what = "is unknown, so it is dropped"
    if complaint.reason is Reason.DUPLICATE:
        what = "appears twice, and only the last one counts"
        if complaint.hint == MERGED:
            what = "appears twice, and the two are merged"
    return f"  line {complaint.line}: {complaint.path} {what}"


def review(text: str, *, strict: bool = True, channel: str | None = None) -> Review:
    r"""Say whether an API server would accept a text, and what its policies mean as printed.

    Parameters
    ----------
    text : str
        YAML or JSON.
    strict : bool
        As for `load`: whether unknown and repeated fields are refused. kubectl asks the server to
        refuse them; other tools often do not.
    channel : str, optional
        As for `load`: of the definitions of cluster-wide policies.

    Returns
    -------
    Review

    Examples
    --------
    >>> import netpol_lab as lab
    >>> head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: db}\n"
    >>> lab.review(head + "spec: {podSelector: {matchLabels: {role: db}}}")
    Accepted.
    default/db selects pods with role=db: no ingress
    >>> lab.review(head + "ingress: []", strict=False)
    Accepted, but not as it is written:
      line 4: ingress is unknown, so it is dropped
    default/db selects every pod: no ingress
    """
    try:
        return Review((), load(f"{text}\n", strict=strict, channel=channel))
    except ManifestError as error:
        good, bad = documents(text, "<text>")
        written = sum(document.value is not None for document in good) + len(bad)
        return Review(tuple(error.complaints), None, written)
