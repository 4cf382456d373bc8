"""What the command convert says: what became of each policy, what is proven, what is left to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from netpol_lab.errors import counted, some, visible

if TYPE_CHECKING:
    from netpol_lab.manifests.conversion import Conversion, ConvertedPolicy
    from netpol_lab.manifests.text.files import ManifestText
    from netpol_lab.reach.diff import Diff
    from netpol_lab.reach.reachability import Reachability

MOST_FLOWS = 40  # lines of a difference that are shown
MOST_NAMED = 10

OLDER_KINDS = ("AdminNetworkPolicy", "BaselineAdminNetworkPolicy")
NOTHING_OLDER = "there is no cluster-wide policy of an older version: nothing is converted"
_WORD = re.compile(r"\w+")

KNOWN_TO_ACT = (
    "kube-network-policies 1.1, Calico 3.32, GKE 1.36 with Dataplane V2, and where it is switched "
    "on Cilium 1.20 and Antrea 2.7"
)


def policy_lines(policy: ConvertedPolicy) -> Iterator[str]:
    """Yield what became of a policy, and what is written in another way in it."""
    where = f" ({visible(str(policy.place), 200)})" if policy.place else ""
    if policy.refused:
        yield f"not converted: {policy.title}{where}"
        yield from (f"  {words}" for words in policy.refused)
        return
    new = ", ".join(f"{visible(place.name)}" for place in policy.new)
    priorities = ", ".join(str(place.priority) for place in policy.new)
    noun = "priority" if len(policy.new) == 1 else "priorities"
    became = f"ClusterNetworkPolicy {new} in tier {policy.tier}, {noun} {priorities}"
    yield f"converted: {policy.title}{where} to {became}"
    yield from (f"  {words}" for words in (*_about_names(policy), *policy.remarks))


def _about_names(policy: ConvertedPolicy) -> Iterator[str]:
    name, first = policy.title.partition(" ")[2], policy.new[0]
    if len(policy.new) > 1:
        number = len(policy.new)
        yield f"it has more rules than one object may have, so they are divided among {number}"
    if visible(first.name) != name:
        yield f"a ClusterNetworkPolicy {name} is there already, so this one has another name"
    if policy.kind == "BaselineAdminNetworkPolicy":
        yield f"it had no priority; {_why(first.priority)}"


def _why(priority: int) -> str:
    if priority:
        return f"{priority} leaves room for others before it"
    return "0 puts it before the others of tier Baseline, which nothing said until now"


def builds(texts: Iterable[ManifestText]) -> Iterator[str]:
    """Yield that kustomizations are not applied, and which of them name what is converted."""
    for text in texts:
        named = [kind for kind in OLDER_KINDS if kind in _WORD.findall(text.text)]
        change = f"; it names {' and '.join(named)}, which you have to change" if named else ""
        file = visible(text.name, 200)
        yield f"{file}: nothing is built, its files are converted as they are{change}"


def ties(after: Reachability, conversion: Conversion) -> Iterator[str]:
    """Yield which policies have the same priority, where a converted one is among them (ANP-04)."""
    converted = {place.name for policy in conversion.policies for place in policy.new}
    alike: dict[tuple[str, int], list[str]] = {}
    for policy in after.cluster.cluster_policies:
        alike.setdefault((str(policy.tier), policy.priority), []).append(policy.name)
    for (tier, priority), names in alike.items():
        if len(names) > 1 and converted & set(names):
            yield (
                f"{some(map(visible, names), MOST_NAMED)} share priority {priority} of tier "
                f"{tier}: which of them goes first is left open, as before"
            )


def lost_comments(conversion: Conversion) -> Iterator[str]:
    """Yield the comments that are not in the text any more."""
    for lost in conversion.lost:
        shown = some((visible(comment) for comment in lost.comments), MOST_NAMED, "; ")
        yield f"{visible(lost.file, 200)}: comments that went with what they were about: {shown}"


def is_compared(difference: Diff) -> bool:
    """Say whether there was any traffic to compare."""
    return bool(difference or difference.after.cluster.pods)


def proof(difference: Diff) -> Iterator[str]:
    """Yield what is shown about the traffic before and after, undefined answers included."""
    cluster = difference.after.cluster
    if not is_compared(difference):
        yield (
            "nothing is compared, as there are no pods among the manifests: name what runs, as in "
            "--with deploy/"
        )
        return
    if not difference:
        yield (
            f"same traffic before and after: {counted(len(cluster.pods), 'pod')} and all addresses "
            "outside, every pair on every port"
        )
        return
    lines = str(difference).splitlines()
    yield "the traffic differs (+ allowed only afterwards, - allowed only before, ? undefined):"
    yield from (f"  {line}" for line in lines[:MOST_FLOWS])
    if len(lines) > MOST_FLOWS:
        yield f"  and {len(lines) - MOST_FLOWS:,} more lines"


def what_to_do(policies: Sequence[ConvertedPolicy]) -> Iterator[str]:
    """Yield what somebody has to do so that the new objects do what the old ones did."""
    converted = [policy for policy in policies if policy.new]
    if not converted:
        return
    needs = dict.fromkeys(field for policy in converted for field in policy.needs)
    yield "before you apply it:"
    yield (
        "- The cluster needs a definition of ClusterNetworkPolicy that has v1beta1: that of "
        "network-policy-api v0.3.0 or later."
    )
    if needs:
        yield (
            f"  Its experimental channel, for {' and '.join(needs)}: to the standard one these are "
            "unknown fields."
        )
    yield f"- The network plugin must act on it. These do: {KNOWN_TO_ACT}."
    yield "  They read these objects as v1alpha2, which the API server offers beside v1beta1."
    if {"nodes", "domainNames"} & needs.keys():
        yield "  Calico knows neither nodes nor domainNames, and blocks what such a rule is about."
    yield from _deletions(converted)


def _deletions(converted: Iterable[ConvertedPolicy]) -> Iterator[str]:
    old: dict[str, dict[str, None]] = {}
    for policy in converted:
        kind, _, name = policy.title.partition(" ")
        if kind != "ClusterNetworkPolicy":
            old.setdefault(kind.lower(), {})[name] = None
    if not old:
        return
    yield (
        "  OVN-Kubernetes acts on AdminNetworkPolicy and BaselineAdminNetworkPolicy only: keep the "
        "old ones there."
    )
    yield "- Apply the new ones first, then delete the old ones; until then both say the same:"
    for kind, names in old.items():
        yield f"  kubectl delete {kind} {' '.join(names)}"
