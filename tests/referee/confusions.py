"""What people get wrong about NetworkPolicy: where the course meets it, and what proves the truth.

A chapter meets a confusion in a code cell with the tag `confusion-NN`, whose stored output says the
truth. The proof is a conformance case; where no flow can tell, it is a row of `semantics.md`.
"""

from typing import NamedTuple


class Confusion(NamedTuple):
    """One row: the confusion, its chapters with what their cells show, and the proofs."""

    about: str
    shown: dict[str, str]  # by chapter: words in the output of its tagged cell
    proofs: tuple[str, ...]  # names of cases, or rows of semantics.md


LISTED_WITHOUT_RULES = """\
lab/app      -> lab/friend    blocked  egress: isolated by try-it
lab/app      -> lab/stranger  blocked  egress: isolated by try-it"""
RULES_NOT_LISTED = """\
lab/stranger -> lab/friend    allowed  neither end is isolated
lab/stranger -> lab/app       allowed  neither end is isolated"""

CONFUSIONS = {
    1: Confusion(
        "applied a policy, nothing happens",
        {"09": "the API server stores them, and nothing happens"},
        ("SEM-58", "invalid/163-ok-empty-everything"),
    ),
    2: Confusion(
        "egress deny breaks everything, that is DNS",
        {"07": "store/web -> kube-system/dns  UDP 53: denied"},
        ("194-recipe-egress-forgets-dns", "193-recipe-egress-dns-only"),
    ),
    3: Confusion(
        "AND or OR: one dash",
        {"04": "one peer   17 of 20 connections allowed, 3 blocked, 2 differ"},
        ("120-peer-and", "121-peer-or"),
    ),
    4: Confusion(
        "a dash before ports",
        {"05": "with the dash  allowed  ingress: rule 2 of db-stray-dash"},
        ("080-ports-split-over-two-rules-by-mistake",),
    ),
    5: Confusion(
        "the port of the Service in place of the pod's",
        {"06": "rule 1 wants TCP 80"},
        ("186-service-port-is-not-pod-port",),
    ),
    6: Confusion(
        "podSelector alone reaches other namespaces",
        {"04": "podSelector alone looks only in the policy's own namespace"},
        ("116-peer-podselector-is-local",),
    ),
    7: Confusion(
        "a namespace chosen by name:",
        {"04": "its namespace has no label name"},
        ("142-namespace-short-name-label-is-not-automatic", "072-docs-namespace-by-name"),
    ),
    8: Confusion(
        "allowing one side is enough",
        {"01": "shop/web -> shop/db  TCP 80: denied", "07": "store/api  TCP 8080: denied"},
        ("081-both-ends-egress-only-is-not-enough", "082-both-ends-in-different-namespaces"),
    ),
    9: Confusion(
        "[], [{}], missing",
        {"05": "ingress: [{}]  allowed"},
        ("093-ingress-empty-list", "095-ingress-one-empty-rule", "097-from-empty-list"),
    ),
    10: Confusion(
        "- {} means all pods only",
        {"05": "- {}                   allowed"},
        ("095-ingress-one-empty-rule", "197-recipe-external-clients-only-by-empty-rule"),
    ),
    11: Confusion(
        "policyTypes left out",
        {"03": "policyTypes absent     blocked  ingress"},
        ("106-policytypes-missing-egress-rules", "105-policytypes-missing-egress-missing"),
    ),
    12: Confusion(
        "rules present, type not listed, or the reverse",
        {"03": f"{LISTED_WITHOUT_RULES}\n{RULES_NOT_LISTED}"},
        (
            "111-policytypes-egress-ignores-ingress-rules",
            "112-policytypes-ingress-ignores-egress-rules",
        ),
    ),
    13: Confusion(
        "looking for deny, order, priority",
        {
            "02": "The same connections are allowed.",
            "05": "The same connections are allowed.",
            "12": "    20 guard-the-shop, rule 3 Deny       denies\n    30 let-monitoring-in",
        },
        (
            "076-union-order-independent-1",
            "077-union-order-independent-2",
            "255-rule-order-independent-1",
            "256-rule-order-independent-2",
        ),
    ),
    14: Confusion(
        "except as a deny",
        {"08": "allowed  ingress: rule 1 of web-from-printer"},
        ("167-ipblock-except-is-not-deny",),
    ),
    15: Confusion(
        "ipBlock for pods or Services",
        {"08": "which here does not match pods"},
        (
            "260-ipblock-of-a-pod-address-does-not-follow-the-pod",
            "187-service-address-in-egress-block",
        ),
    ),
    16: Confusion(
        "a policy covers the cluster",
        {"01": "not isolated: no policy that lists Ingress selects it"},
        ("074-policy-in-other-namespace-has-no-reach",),
    ),
    17: Confusion(
        "default deny closes everything",
        {"01": "Ingress             allowed", "02": "shop/db is not isolated for ingress"},
        ("064-docs-default-deny-ingress", "073-no-policy-default-allow"),
    ),
    18: Confusion(
        "empty or null podSelector",
        {"04": "podSelector: null", "10": "selects every pod"},
        ("084-podselector-null", "124-peer-null-namespaceselector-beside-podselector"),
    ),
    19: Confusion(
        "labels of the Deployment, a typo",
        {"02": "role: bd  allowed", "04": "has no label tier", "10": "NP202"},
        ("088-podselector-selects-nothing", "257-labels-of-the-deployment-are-not-the-pods"),
    ),
    20: Confusion(
        "a rule for replies",
        {
            "01": "isolated by shop/web-deny-egress\nblog/reader -> shop/web  TCP 80: allowed",
            "07": "store/web -> kube-system/dns  TCP 53; UDP 53",
        },
        ("190-reply-traffic-is-implied",),
    ),
    21: Confusion(
        "a change did not cut an open connection",
        {"09": "connections lost"},
        ("SEM-52", "022-e2e-updated-policy-after"),
    ),
    22: Confusion(
        "probes, nodes, hostNetwork",
        {"08": "undefined (most plugins: denied)"},
        ("179-node-to-own-pod", "181-hostnetwork-pod-as-peer", "183-hostnetwork-pod-as-subject"),
    ),
    23: Confusion(
        "reaching the API server",
        {"08": "ipBlock            allowed  egress"},
        ("128-egress-selector-does-not-match-external", "164-ipblock-single-address"),
    ),
    24: Confusion(
        "whose address arrives behind an ingress controller",
        {"08": "edge/proxy -> shop/web  TCP 80: denied"},
        ("254-ipblock-sees-the-address-that-arrives",),
    ),
    25: Confusion(
        "NotIn and DoesNotExist match what lacks the label",
        {"04": "what lacks the label altogether matches as well"},
        ("130-expr-notin-matches-missing-key", "132-expr-doesnotexist"),
    ),
    26: Confusion(
        "protocol left out is TCP",
        {"06": "protocol absent  blocked"},
        ("144-port-protocol-default-tcp",),
    ),
    27: Confusion(
        "DNS over TCP, and on other ports",
        {"07": "UDP only     blocked  egress"},
        ("145-port-dns-needs-both-protocols", "258-dns-pods-that-listen-on-5353"),
    ),
    28: Confusion(
        "a named port is looked up on the destination",
        {"06": "news/reader -> news/site-1  blocked"},
        ("153-named-port-differs-per-pod", "159-named-port-egress-on-destination"),
    ),
    29: Confusion(
        "endPort needs a number, and a plugin that knows it",
        {"06": "may not be specified when `port` is non-numeric"},
        ("150-endport-bounds", "invalid/052-endport-with-named-port", "SEM-42"),
    ),
    30: Confusion(
        "keys beside a selector in place of under it",
        {"10": 'unknown field "spec.matchLabels"'},
        ("invalid/189-labels-beside-the-selectors",),
    ),
    31: Confusion(
        "ping is not governed",
        {"09": "undefined"},
        ("189-icmp-is-undefined",),
    ),
    32: Confusion(
        "a pod reaching itself",
        {"01": "a pod cannot be cut off from itself"},
        ("178-pod-to-itself",),
    ),
    33: Confusion(
        "while a pod starts",
        {"09": "isolated, no rule yet  blocked"},
        ("SEM-59", "025-e2e-updated-pod-before", "026-e2e-updated-pod-after"),
    ),
    34: Confusion(
        "domain names as peers",
        {"09": "unknown field"},
        ("invalid/190-unknown-dnsname-in-peer",),
    ),
    35: Confusion(
        "kubectl describe misread",
        {"10": "PodSelector:     <none> (Allowing the specific traffic to all pods"},
        ("117-peer-podselector-empty", "064-docs-default-deny-ingress"),
    ),
    36: Confusion(
        "a rule with ports only admits everybody",
        {"05": "rule 2 admits 203.0.113.7"},
        ("098-from-missing", "080-ports-split-over-two-rules-by-mistake"),
    ),
}
