"""What people take cluster-wide policies for, each as a way to rewrite them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, ip_network

from netpol_lab.course.practice.misconceptions import Misconception
from netpol_lab.course.practice.objects import PEERS_OF, Object
from netpol_lab.course.practice.rewrites import Rewrite
from netpol_lab.course.practice.situation import Situation
from netpol_lab.model.cluster_policies import LAST_PRIORITY

PODS = ip_network("10.0.0.0/8")  # where the pods of drawn clusters have their addresses
EVERYWHERE = "0.0.0.0/0"


def _each(change: Callable[[Object], object]) -> Rewrite:
    """Return a rewrite that changes the spec of each cluster-wide policy in place."""

    def rewrite(situation: Situation) -> Iterator[Object]:
        for one in situation.policies:
            if one["kind"] == "ClusterNetworkPolicy":
                change(one["spec"])
            yield one

    return rewrite


def _sections(spec: Object) -> Iterator[tuple[str, list[Object]]]:
    return ((field, spec[section]) for section, field in PEERS_OF.items() if section in spec)


def _upside_down(spec: Object) -> None:
    spec["priority"] = LAST_PRIORITY - spec["priority"]


def _pass_accepts(spec: Object) -> None:
    for _, rules in _sections(spec):
        for rule in rules:
            rule["action"] = "Accept" if rule["action"] == "Pass" else rule["action"]


def _pass_goes_on(spec: Object) -> None:
    for _, rules in _sections(spec):
        rules[:] = [rule for rule in rules if rule["action"] != "Pass"]


def _own_first(spec: Object) -> None:
    """Move tier Admin below NetworkPolicy, still before what is there already."""
    spec["priority"] += 0 if spec["tier"] == "Admin" else LAST_PRIORITY // 2
    spec["tier"] = "Baseline"


def _baseline_first(spec: Object) -> None:
    spec["priority"] += 0 if spec["tier"] == "Admin" else LAST_PRIORITY // 2
    spec["tier"] = "Admin"


def _deny_first(spec: Object) -> None:
    for _, rules in _sections(spec):
        rules.sort(key=lambda rule: rule["action"] != "Deny")


def _isolates(spec: Object) -> None:
    """Deny what no rule of a policy matches."""
    for field, rules in _sections(spec):
        peers: list[Object] = [{"namespaces": {}}]
        rules.append({"action": "Deny", field: peers})


def _outside_only(spec: Object) -> None:
    assert isinstance(PODS, IPv4Network)
    outside = sorted(map(str, IPv4Network(EVERYWHERE).address_exclude(PODS)))
    for _, rules in _sections(spec):
        for rule in rules:
            for peer in rule.get("to", ()):
                if EVERYWHERE in peer.get("networks", ()):
                    peer["networks"] = outside


UPSIDE_DOWN = Misconception(
    "41", "the policy with the highest priority number went first", _each(_upside_down)
)
PASS_ACCEPTS = Misconception("42", "Pass let the connection through", _each(_pass_accepts))
PASS_GOES_ON = Misconception(
    "48", "Pass only went on to the next rule of its tier", _each(_pass_goes_on)
)
OWN_FIRST = Misconception(
    "43", "a NetworkPolicy could allow what an Admin policy denies", _each(_own_first)
)
BASELINE_FIRST = Misconception(
    "44", "tier Baseline also held for pods that a NetworkPolicy isolates", _each(_baseline_first)
)
DENY_FIRST = Misconception("45", "a Deny won over the rules before it", _each(_deny_first))
ISOLATES = Misconception(
    "46", "a cluster-wide policy denied all that its rules do not mention", _each(_isolates)
)
OUTSIDE_ONLY = Misconception(
    "47", "0.0.0.0/0 meant addresses outside the cluster, and no pods", _each(_outside_only)
)
EVERYONE = (
    UPSIDE_DOWN, PASS_ACCEPTS, PASS_GOES_ON, OWN_FIRST, BASELINE_FIRST, DENY_FIRST, ISOLATES,
    OUTSIDE_ONLY,
)  # fmt: skip
