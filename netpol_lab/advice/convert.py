"""Older cluster-wide policies as ClusterNetworkPolicy v1beta1, with all traffic compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lab.advice.conversion_words import (
    NOTHING_OLDER,
    is_compared,
    lost_comments,
    policy_lines,
    proof,
    ties,
)
from netpol_lab.manifests import conversion
from netpol_lab.manifests.conversion import Conversion
from netpol_lab.manifests.loader import read_all
from netpol_lab.manifests.text.sources import texts_of
from netpol_lab.reach.diff import Diff, diff


@dataclass(frozen=True)
class Converted:
    """The answer of `convert`.

    Parameters
    ----------
    conversion : Conversion
        What became of each policy.
    difference : Diff
        Of all traffic, before and after.
    """

    conversion: Conversion
    difference: Diff

    @property
    def differs(self) -> bool:
        """Whether some traffic is not as before, or a policy could not be converted."""
        refused = any(policy.refused for policy in self.conversion.policies)
        return bool(self.difference) or refused

    @property
    def is_equal(self) -> bool:
        """Whether every policy was converted and all traffic is as before.

        Without pods nothing is compared, and what is converted is not shown to be equal.
        """
        shown = is_compared(self.difference) or not self.conversion.policies
        return shown and not self.differs

    @property
    def manifests(self) -> str:
        """The text with the new policies; all else as it was written."""
        return "".join(text.text for text in self.conversion.texts)

    @property
    def text(self) -> str:
        """What became of each policy, and whether all traffic is as before."""
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Yield the lines of the text."""
        policies = self.conversion.policies
        if not policies:
            yield NOTHING_OLDER
            return
        yield from (line for policy in policies for line in policy_lines(policy))
        yield from lost_comments(self.conversion)
        yield from ties(self.difference.after, self.conversion)
        if any(policy.new for policy in policies):
            yield from proof(self.difference)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def convert(source: str, beside: str, channel: str | None = None) -> Converted:
    """Convert the older cluster-wide policies of a text, and compare all traffic.

    Parameters
    ----------
    source : str
        A text or a file, as for `load`.
    beside : str
        What stays as it is, above all the pods: a scenario, a file or a text.
    channel : str, optional
        Of the definitions by which the older policies are read, as for `load`.

    Returns
    -------
    Converted

    Raises
    ------
    ManifestError, UnknownNameError, NetpolError
        As for `load`.

    Examples
    --------
    >>> old = '''
    ... apiVersion: policy.networking.k8s.io/v1alpha1
    ... kind: AdminNetworkPolicy
    ... metadata: {name: no-telnet}
    ... spec:
    ...   priority: 5
    ...   subject: {namespaces: {}}
    ...   ingress:
    ...   - action: Deny
    ...     from: [{namespaces: {}}]
    ...     ports: [{portNumber: {port: 23, protocol: TCP}}]
    ... '''
    >>> print(convert(old, "three-tier").text.splitlines()[-1])
    same traffic before and after: 3 pods and all addresses outside, every pair on every port
    """
    texts, others = [*texts_of(source)], [*texts_of(beside)]
    old = read_all([*others, *texts], channel=channel)
    converted = conversion.convert(texts, old.cluster_policies, others)
    new = read_all([*others, *converted.texts], channel=converted.channel)
    return Converted(converted, diff(old, new))
