"""What lint looks for: every code with its severity, its words and the chapter that teaches it."""

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
        ``NP1xx`` is about isolation, ``NP2xx`` about who is meant, ``NP3xx`` about rules and
        ports, ``NP4xx`` about addresses, ``NP5xx`` about what is useless or too generous.
    severity : Severity
    title : str
        What is the matter, in a few words.
    chapter : int
        The chapter of the course that teaches it.
    proof : str
        Which flow proves a finding; where none can exist, why.
    """

    code: str
    severity: Severity
    title: str
    chapter: int
    proof: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

_TABLE = (
    Code("NP101", _E, "rules of a direction that policyTypes does not list", 3,
         "a flow that listing the direction would change"),
    Code("NP102", _W, "egress rules without policyTypes isolate for ingress as well", 3,
         "a flow that comes in once policyTypes is [Egress]"),
    Code("NP103", _W, "an empty egress list that isolates nothing", 3,
         "a flow that goes out, and would not if Egress were listed"),
    Code("NP104", _N, "a listed direction without a single rule, beside rules of the other", 3,
         "a flow that is denied, and would not be if the direction were not listed"),
    Code("NP105", _N, "pods that no policy selects, in a namespace that has policies", 1,
         "a flow into such a pod that a default deny would stop"),
    Code("NP106", _N, "a namespace without policies, where most have some", 1,
         "a flow into it that a default deny would stop"),
    Code("NP107", _W, "a policy in a namespace without pods", 1,
         "none: a policy that selects no pod changes no flow"),
    Code("NP108", _N, "a policy selects a pod with hostNetwork", 8,
         "a flow whose verdict is undefined because of that"),
    Code("NP201", _E, "a selector that contradicts itself", 4,
         "none: the selector can match nothing, whatever is in the cluster"),
    Code("NP202", _W, "a podSelector that selects no pod", 4,
         "none: a policy that selects no pod changes no flow"),
    Code("NP203", _W, "a peer that matches nothing", 4,
         "none: the peer admits no flow"),
    Code("NP204", _W, "a podSelector whose pods are all in other namespaces", 4,
         "a flow from or to such a pod that a namespaceSelector beside it would admit"),
    Code("NP205", _E, "a namespace chosen by a name label that it does not have", 4,
         "a flow that kubernetes.io/metadata.name would admit"),
    Code("NP206", _W, "two peers where one with both selectors may be meant", 4,
         "a flow that OR admits and AND would not; of those meant where nobody else runs there"),
    Code("NP207", _W, "NotIn admits what lacks the label altogether", 4,
         "a flow of something without the label, denied once the label has to exist"),
    Code("NP208", _N, "a label that pods of several namespaces have, asked for in all of them", 4,
         "a flow of such a pod elsewhere, denied without the namespaceSelector"),
    Code("NP301", _W, "a dash that splits peers and ports into two rules", 5,
         "a flow that the two rules admit and one rule with both would not"),
    Code("NP302", _W, "the port of a Service instead of the port of its pods", 6,
         "a flow to the pods' port that is denied, and would not be with that port in the rule, "
         "or in the rules of both ends"),
    Code("NP303", _E, "a port name that no destination of the rule has", 6,
         "a flow to the port that may be meant; none where no pod has a like name"),
    Code("NP304", _W, "egress is restricted and names cannot be looked up", 7,
         "a flow to port 53 that is denied, and would not be with a rule for DNS"),
    Code("NP305", _W, "port 53 without UDP", 6,
         "a flow to UDP 53 that is denied, and would not be with UDP in the rule"),
    Code("NP306", _N, "port 53 without TCP", 6,
         "a flow to TCP 53 that is denied, and would not be with TCP in the rule"),
    Code("NP307", _W, "a rule whose every flow the other end denies", 7,
         "a flow that the rule admits and the other end's policies deny"),
    Code("NP308", _N, "a rule without peers beside rules that name theirs", 5,
         "a flow from outside that is denied without the rule"),
    Code("NP309", _N, "a rule for all pods whose every flow the other ends deny", 7,
         "a flow that the rule admits and the other end's policies deny"),
    Code("NP310", _N, "a port that no pod of the rule declares, where all declare some", 6,
         "a flow to a declared port that is denied, and would not be with that port in the rule"),
    Code("NP311", _N, "a rule that looks as if it were for replies", 3,
         "a flow the other way round that stays as it is without the rule"),
    Code("NP401", _W, "an ipBlock that covers addresses of pods", 8,
         "a flow of such a pod that only the block admits"),
    Code("NP402", _W, "an ipBlock that covers the address of a Service", 8,
         "a flow to the Service whose verdict is undefined, and is not with its pods selected; "
         "where it has no selector, one that only the block admits"),
    Code("NP403", _W, "an ipBlock of an address family that the pods do not have", 8,
         "none: no connection uses an address of another family than its pod's"),
    Code("NP404", _W, "an except that another rule or peer lets in again", 8,
         "a flow of an excepted address that is allowed, and would not be without the other"),
    Code("NP501", _W, "the same policy twice", 5,
         "a flow that stays as it is without the second"),
    Code("NP502", _N, "a policy that changes nothing", 5,
         "a flow that stays as it is without the policy"),
    Code("NP503", _N, "a rule that changes nothing", 5,
         "a flow that stays as it is without the rule"),
    Code("NP504", _N, "a peer or port that changes nothing", 5,
         "a flow that stays as it is without the item"),
    Code("NP505", _W, "an empty rule beside others admits everything", 5,
         "a flow that is denied without the empty rule"),
    Code("NP506", _N, "an empty list of peers admits everybody", 5,
         "a flow that is denied without the rule"),
    Code("NP507", _W, "a policy that is called a ban and admits whom it names", 5,
         "a flow of whom the name speaks, denied without the rule"),
)  # fmt: skip

CODES = {code.code: code for code in _TABLE}


def table() -> str:
    """Return all codes as a Markdown table.

    Examples
    --------
    >>> print(table().splitlines()[2])
    | NP101 | error | rules of a direction that policyTypes does not list | 03 | a flow that ...
    """
    rows = (
        f"| {code.code} | {code.severity} | {code.title} | {code.chapter:02} | {code.proof} |"
        for code in CODES.values()
    )
    head = ("| code | severity | what is the matter | chapter | the flow that proves it |",
            "|---|---|---|---|---|")  # fmt: skip
    return "\n".join((*head, *rows))
