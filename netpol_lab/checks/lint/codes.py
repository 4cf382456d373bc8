"""What lint looks for: every code with its severity, its title and the chapter that teaches it.

``docs/lint.md`` says of each which flow proves a finding, or why none can.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How sure it is that the author meant something else, and how much it matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    Parameters
    ----------
    code : str
        ``NP1xx`` is about isolation, ``NP2xx`` about selectors, ``NP3xx`` about rules and
        ports, ``NP4xx`` about addresses, ``NP5xx`` about what is useless or too generous,
        ``NP6xx`` about callers that are meant and cut off, ``NP7xx`` about cluster-wide policies.
    severity : Severity
    title : str
        What is the matter, in a few words.
    chapter : int
        The chapter of the course that teaches it.
    """

    code: str
    severity: Severity
    title: str
    chapter: int


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

_TABLE = (
    Code("NP101", _E, "rules of a direction that policyTypes does not list", 3),
    Code("NP102", _W, "egress rules without policyTypes isolate for ingress as well", 3),
    Code("NP103", _W, "an empty egress list that isolates nothing", 3),
    Code("NP104", _N, "a listed direction without a single rule, beside rules of the other", 3),
    Code("NP105", _N, "pods that no policy selects, in a namespace that has policies", 1),
    Code("NP106", _N, "a namespace without policies, where most have some", 1),
    Code("NP107", _W, "a policy in a namespace without pods", 1),
    Code("NP108", _N, "a policy selects a pod with hostNetwork", 8),
    Code("NP201", _E, "a selector that contradicts itself", 4),
    Code("NP202", _W, "a podSelector that selects no pod", 4),
    Code("NP203", _W, "a peer that matches nothing", 4),
    Code("NP204", _W, "a podSelector whose pods are all in other namespaces", 4),
    Code("NP205", _E, "a namespace chosen by a name label that it does not have", 4),
    Code("NP206", _W, "two peers where one with both selectors may be meant", 4),
    Code("NP207", _W, "NotIn admits what lacks the label altogether", 4),
    Code("NP208", _N, "a label that pods of several namespaces have, asked for in all of them", 4),
    Code("NP209", _W, "labels left out of a selector, which matches everything", 4),
    Code("NP210", _W, "an exclusion that another rule or peer lets in again", 4),
    Code("NP211", _N, "a value of a list that no pod has, where pods have others", 4),
    Code("NP301", _W, "a dash that splits peers and ports into two rules", 5),
    Code("NP302", _W, "the port of a Service instead of the port of its pods", 6),
    Code("NP303", _E, "a port name that no destination of the rule has", 6),
    Code("NP304", _W, "egress is restricted and names cannot be looked up", 7),
    Code("NP305", _W, "port 53 without UDP", 6),
    Code("NP306", _N, "port 53 without TCP", 6),
    Code("NP307", _W, "a rule whose every flow the other end denies", 7),
    Code("NP308", _N, "a rule without peers beside rules that name theirs", 5),
    Code("NP309", _N, "a rule for all pods whose every flow the other ends deny", 7),
    Code("NP310", _N, "a port that no pod of the rule declares, where all declare some", 6),
    Code("NP311", _N, "a rule that looks as if it were for replies", 3),
    Code("NP312", _W, "a rule without peers on a port that another rule has for its peers", 5),
    Code("NP313", _W, "a Service that the API server calls and cannot reach", 8),
    Code("NP314", _N, "pods of an ambient mesh whose tunnel is not admitted", 8),
    Code("NP315", _N, "a port name that only init or sidecar containers declare", 6),
    Code("NP401", _W, "an ipBlock that covers addresses of pods", 8),
    Code("NP402", _W, "an ipBlock that covers the address of a Service", 8),
    Code("NP403", _W, "an ipBlock of an address family that the pods do not have", 8),
    Code("NP404", _W, "an except that another rule or peer lets in again", 8),
    Code("NP501", _W, "the same policy twice", 5),
    Code("NP502", _N, "a policy that changes nothing", 5),
    Code("NP503", _N, "a rule that changes nothing", 5),
    Code("NP504", _N, "a peer or port that changes nothing", 5),
    Code("NP505", _W, "an empty rule beside others admits everything", 5),
    Code("NP506", _N, "an empty list of peers admits everybody", 5),
    Code("NP507", _W, "a policy that is called a ban and admits whom it names", 5),
    Code("NP508", _W, "an unknown field was dropped, and what is left says something else", 5),
    Code("NP601", _W, "a Service for clients outside, which no rule admits", 8),
    Code("NP602", _W, "a Service behind an Ingress, whose proxy no rule admits", 8),
    Code("NP603", _N, "a port of a Service that no pod can reach", 7),
    Code("NP604", _W, "a pod whose settings name a Service that it cannot reach", 7),
    Code("NP605", _N, "a port of the internet or the API server, open to pods alone", 8),
    Code("NP701", _W, "a rule of a cluster-wide policy that an earlier one covers", 12),
    Code("NP702", _W, "a rule of a cluster-wide policy that a lower priority covers", 12),
    Code("NP703", _N, "a Baseline policy whose pods are all isolated", 12),
    Code("NP704", _W, "a rule of a NetworkPolicy that tier Admin overrides", 12),
    Code("NP705", _W, "cluster-wide policies that contradict each other, in no order", 12),
    Code("NP706", _W, "a Deny of all addresses that takes pods, too", 12),
    Code("NP707", _N, "a subject or peer of a cluster-wide policy that matches no pod", 12),
)

CODES = {code.code: code for code in _TABLE}
