"""What decides, found in the YAML: each kind of verdict, pods, and random clusters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

import netpol_lab as lab
from netpol_lab.advice.deciding_lines import (
    MOST_POLICIES,
    NOBODY,
    Passage,
    Reasons,
    reasons_of,
    reasons_of_pod,
)
from netpol_lab.engine.explain import describe_pod
from netpol_lab.engine.verdict import Verdict
from netpol_lab.manifests.excerpts import GAP, MOST_LINES, policy_document
from netpol_lab.manifests.writer import as_yaml
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster import Cluster
from tests.referee.random_clusters import clusters_with_flows

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {role: web}}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {role: db}}
spec: {nodeName: n1}
status: {podIP: 10.0.0.2, hostIP: 192.168.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: node-agent, namespace: shop}
spec: {hostNetwork: true, nodeName: n2}
status: {hostIP: 192.168.0.2, podIP: 192.168.0.2}
"""


def policy(name: str, spec: str) -> str:
    spec = "\n".join(f"  {line}" for line in spec.strip().splitlines())
    return (
        "\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: {name}, namespace: shop}}\nspec:\n{spec}\n"
    )


def cluster_with(*specs: str) -> Cluster:
    return lab.load(PODS + "".join(policy(f"p{n}", spec) for n, spec in enumerate(specs, 1)))


def why(
    cluster: Cluster, source: str = "web", destination: str = "db", port: int = 80, **more: Any
) -> Reasons:
    return reasons_of(lab.evaluate(cluster, source, destination, port=port, **more))


def marked(passage: Passage) -> list[str]:
    return [line.text.strip() for line in passage.excerpt.lines if line.marked]


def captions(found: Reasons) -> list[str]:
    return [passage.caption for passage in found.passages]


# ---------------------------------------------------------------- allowed


def test_the_items_that_admit_are_marked_and_no_others() -> None:
    found = why(
        cluster_with("""
podSelector: {}
ingress:
- from:
  - podSelector: {matchLabels: {role: batch}}
  - podSelector: {matchLabels: {role: web}}
  ports:
  - port: 443
  - port: 80
""")
    )
    assert captions(found) == ["ingress: rule 1 of shop/p1 admits shop/web"]
    assert marked(found.passages[0]) == [
        "- podSelector: {matchLabels: {role: web}}",
        "- port: 80",
    ]
    assert found.change is None
    assert found.remark == ""


def test_a_rule_that_restricts_nothing_is_marked_itself() -> None:
    found = why(cluster_with("podSelector: {}\ningress:\n- {}"))
    assert marked(found.passages[0]) == ["- {}"]


def test_of_a_rule_without_peers_the_port_is_marked() -> None:
    found = why(cluster_with("podSelector: {}\ningress:\n- ports:\n  - port: 80\n  - port: 81"))
    assert marked(found.passages[0]) == ["- port: 80"]


def test_a_named_port_and_a_range_are_found_as_they_are_meant() -> None:
    found = why(
        cluster_with("podSelector: {}\ningress:\n- ports: [{port: 1, endPort: 100}, {port: 443}]")
    )
    assert marked(found.passages[0]) == ["- ports: [{port: 1, endPort: 100}, {port: 443}]"]


def test_every_policy_of_a_union_that_admits_is_shown_and_two_rules_of_one_together() -> None:
    both = "podSelector: {}\ningress:\n- ports:\n  - port: 80\n- from:\n  - podSelector: {}"
    found = why(
        cluster_with(both, "podSelector: {}\ningress: []", "podSelector: {}\ningress: [{}]")
    )
    assert captions(found) == [
        "ingress: rules 1 and 2 of shop/p1 admit shop/web",
        "ingress: rule 1 of shop/p3 admits shop/web",
    ]


def test_both_sides_are_shown() -> None:
    open_both_ways = "podSelector: {}\npolicyTypes: [Ingress, Egress]\ningress: [{}]\negress: [{}]"
    assert captions(why(cluster_with(open_both_ways))) == [
        "egress: rule 1 of shop/p1 admits shop/db",
        "ingress: rule 1 of shop/p1 admits shop/web",
    ]


NOBODY_ISOLATED = "podSelector: {matchLabels: {role: nobody}}"
SHUT = "podSelector: {}\npolicyTypes: [Ingress, Egress]"


@pytest.mark.parametrize(
    ("spec", "question"),
    [
        (NOBODY_ISOLATED, {}),
        (SHUT, {"destination": "web"}),  # itself
        ("podSelector: {}", {"source": "192.168.0.1"}),  # its own node
        (SHUT, {"assumptions": Assumptions(enforced=False)}),
        ("podSelector: {}", {"destination": "203.0.113.7"}),
    ],
)
def test_where_no_policy_decides_that_is_said(spec: str, question: dict[str, Any]) -> None:
    found = why(cluster_with(spec), **question)
    assert (found.passages, found.note, found.change) == ((), NOBODY, None)


# ---------------------------------------------------------------- denied


def test_what_the_nearest_rule_wants_is_marked_and_whom_its_policy_selects() -> None:
    found = why(
        cluster_with("""
podSelector: {matchLabels: {role: db}}
policyTypes: [Ingress]
ingress:
- from:
  - podSelector:
      matchExpressions:
      - {key: role, operator: Exists}
      - {key: role, operator: In, values: [api]}
""")
    )
    assert captions(found) == ["ingress: shop/p1 isolates shop/db; its rule 1 comes closest"]
    assert marked(found.passages[0]) == [
        "podSelector: {matchLabels: {role: db}}",
        "policyTypes: [Ingress]",
        "- {key: role, operator: In, values: [api]}",
    ]
    assert found.change


FROM = "podSelector: {}\ningress:\n- from:\n  - "


@pytest.mark.parametrize(
    ("rule", "source", "wanted"),
    [
        ("namespaceSelector: {matchLabels: {team: x}}", "web", "- namespaceSelector"),
        ("ipBlock: {cidr: 203.0.113.0/24}", "198.51.100.7", "- ipBlock"),
        (
            "ipBlock:\n      cidr: 203.0.113.0/24\n      except:\n"
            "      - 203.0.113.128/25\n      - 203.0.113.7/32",
            "203.0.113.7",
            "- 203.0.113.7/32",
        ),
        ("ipBlock:\n      cidr: 203.0.113.0/24", "198.51.100.7", "cidr: 203.0.113.0/24"),
        ("podSelector: {matchLabels: {role: web}}", "198.51.100.7", "- podSelector"),
        ("podSelector: {}\n  ports: [{port: 81}]", "web", "ports: [{port: 81}]"),
        ("podSelector: {}\n  ports: [{port: http}]", "web", "ports: [{port: http}]"),
        ("podSelector: {}\n  ports: [{port: 80, protocol: UDP}]", "web", "ports: [{port: 80"),
    ],
)
def test_each_kind_of_miss_is_marked_where_it_is_written(
    rule: str, source: str, wanted: str
) -> None:
    (passage,) = why(cluster_with(FROM + rule), source).passages
    assert any(line.startswith(wanted) for line in marked(passage))
    assert "closest" in passage.caption


def test_the_label_is_marked_by_which_a_policy_fails_to_select_the_pod() -> None:
    nearly = policy("p2", "podSelector: {matchLabels: {role: dbs}}\ningress: [{}]")
    found = why(lab.load(PODS + policy("p1", "podSelector: {}") + nearly))
    assert captions(found) == [
        "ingress: rule 1 of shop/p2 fits, but it does not select shop/db",
        "ingress: shop/p1 isolates shop/db; it lists no ingress rule",
    ]
    assert marked(found.passages[0]) == ["podSelector: {matchLabels: {role: dbs}}"]


def test_a_pod_of_another_namespace_misses_the_whole_item() -> None:
    other = PODS.replace("namespace: shop", "namespace: lab") + "\n---\n"
    cluster = lab.load(other + PODS + policy("p1", FROM + "podSelector: {}"))
    (passage,) = why(cluster, "lab/web", "shop/db").passages
    assert "- podSelector: {}" in marked(passage)


def test_a_rule_whose_direction_is_not_listed_is_marked_with_the_policy_types() -> None:
    found = why(
        cluster_with(
            "podSelector: {}\npolicyTypes: [Egress]\ningress: [{}]\negress: [{}]", "podSelector: {}"
        )
    )
    caption = "ingress: rule 1 of shop/p1 fits, but its policyTypes do not list Ingress"
    denying = [one for one in found.passages if one.caption.startswith("ingress")]
    assert denying[0].caption == caption
    assert "policyTypes: [Egress]" in marked(denying[0])
    assert denying[1].caption.startswith("ingress: shop/p2 isolates shop/db")


def test_a_policy_without_rules_is_marked_where_it_selects_and_where_it_lists_none() -> None:
    (passage,) = why(cluster_with("podSelector: {}\ningress: []")).passages
    assert passage.caption == "ingress: shop/p1 isolates shop/db; it lists no ingress rule"
    assert marked(passage) == ["podSelector: {}", "ingress: []"]


def test_of_many_policies_three_are_shown_and_the_others_are_named() -> None:
    found = why(cluster_with(*["podSelector: {}"] * 10))
    assert len(found.passages) == MOST_POLICIES
    assert found.note == "And 7 more: shop/p4, shop/p5, shop/p6, shop/p7, shop/p8, …."


def test_where_all_policies_are_shown_nobody_is_said_to_be_left_out() -> None:
    assert why(cluster_with("podSelector: {}")).note == ""


def test_no_side_is_left_out_where_the_other_has_many_policies() -> None:
    found = why(cluster_with(*[SHUT] * 4))
    assert [caption.split(":")[0] for caption in captions(found)] == ["egress", "egress", "ingress"]
    assert found.note.startswith("And 5 more")


def test_the_change_is_looked_for_only_where_it_is_wanted() -> None:
    cluster = cluster_with("podSelector: {}")
    verdict = lab.evaluate(cluster, "web", "db", port=80)
    assert reasons_of(verdict).change == lab.fix(verdict)
    assert reasons_of(verdict, with_change=False).change is None
    assert reasons_of(verdict, with_change=False).remark == ""


def test_icmp_that_is_filtered_misses_a_rule_by_its_ports_and_needs_one_without() -> None:
    found = why(
        cluster_with("podSelector: {}\ningress: [{ports: [{port: 80}]}]"),
        protocol="ICMP",
        assumptions=Assumptions(icmp_filtered=True),
    )
    assert captions(found) == ["ingress: shop/p1 isolates shop/db; its rule 1 comes closest"]
    assert found.change is not None
    assert "ports" not in found.change.changes[0].yaml


def test_whom_nothing_in_the_manifests_tells_no_change_admits_but_a_block_of_the_nodes() -> None:
    host = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: h, namespace: shop}\n"
    shut = policy("p", "podSelector: {}\ningress: []")
    cluster = lab.load(PODS + host + "spec: {hostNetwork: true}\n" + shut)
    assert why(cluster, "h").remark == (
        "The manifests do not give the address of the node whose network shop/h uses: admit the "
        "addresses of the nodes by an ipBlock, or anyone by a rule without from."
    )


# ---------------------------------------------------------------- undefined


def test_an_undefined_flow_shows_what_the_other_reading_makes_of_it() -> None:
    found = why(cluster_with(FROM + "podSelector: {}"), "node-agent")
    assert captions(found) == [
        "ingress: shop/p1 isolates shop/db; its rule 1 comes closest",
        "ingress, otherwise: rule 1 of shop/p1 admits shop/node-agent",
    ]
    assert found.change


def test_of_what_most_plugins_allow_it_is_said_that_no_change_is_needed() -> None:
    found = why(cluster_with("podSelector: {}"), "web", "node-agent")
    assert captions(found) == [
        "ingress, otherwise: shop/p1 isolates shop/node-agent; it lists no ingress rule"
    ]
    assert found.change is None
    assert found.remark == "Most plugins allow it already, so nothing is proposed."


# ---------------------------------------------------------------- pods


def test_a_pod_shows_the_policies_that_select_it_and_for_what_it_is_isolated() -> None:
    cluster = cluster_with(SHUT, "podSelector: {matchLabels: {role: db}}", NOBODY_ISOLATED)
    found = reasons_of_pod(cluster, cluster.pod("db"))
    assert found.words == describe_pod(cluster, cluster.pod("db"))
    assert captions(found) == [
        "shop/p1 selects shop/db and isolates it for ingress and egress",
        "shop/p2 selects shop/db and isolates it for ingress, as policyTypes is left out",
    ]
    assert marked(found.passages[0]) == ["podSelector: {}", "policyTypes: [Ingress, Egress]"]
    assert marked(found.passages[1]) == ["podSelector: {matchLabels: {role: db}}"]


def test_a_finished_pod_has_no_policies() -> None:
    cluster = lab.load(PODS.replace("{podIP: 10.0.0.1}", "{phase: Succeeded}") + policy("p", SHUT))
    assert reasons_of_pod(cluster, cluster.pod("web")) == Reasons(
        describe_pod(cluster, cluster.pod("web"))
    )


# ---------------------------------------------------------------- as text


def test_the_place_is_a_line_of_the_file_or_of_the_text_that_was_given() -> None:
    shop = lab.load("three-tier")
    assert reasons_of_pod(shop, shop.pod("db")).passages[0].place == "three-tier.yaml:78"
    assert why(cluster_with("podSelector: {}")).passages[0].place == "line 22"


OWN_RULE = FROM.replace("{}", "{matchLabels: {role: db}}", 1)


def test_the_text_has_the_words_the_lines_and_the_change_with_plus_signs() -> None:
    text = str(why(cluster_with(OWN_RULE + "podSelector: {matchLabels: {role: api}}")))
    assert text.startswith("shop/web -> shop/db  TCP 80: denied\n")
    assert "\n  >     - podSelector: {matchLabels: {role: api}}\n" in text
    assert "\n  + - podSelector:\n" in text


def test_what_takes_the_place_of_other_lines_has_no_plus() -> None:
    block = "ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.7/32]}"
    text = str(why(cluster_with(OWN_RULE + block), "203.0.113.7"))
    assert "spec.ingress[0].from[0].ipBlock becomes:" in text
    assert "+ cidr" not in text


# ---------------------------------------------------------------- random clusters


@settings(max_examples=30)
@given(clusters_with_flows(3))
def test_marked_lines_are_lines_of_the_policy_and_of_the_rules_that_admit(
    cluster_and_flows,
) -> None:  # type: ignore[no-untyped-def]
    documents, flows = cluster_and_flows
    cluster = lab.load("\n---\n".join(as_yaml(document) for document in documents))
    for source, destination, port, protocol in flows:
        verdict = lab.evaluate(cluster, source, destination, port=port, protocol=protocol)
        found = reasons_of(verdict, with_change=False)
        assert len(found.passages) <= MOST_POLICIES
        for passage in found.passages:
            check_lines(cluster, passage)
        if verdict.allowed and len(verdict.outcomes) == 1:
            assert marked_rules(cluster, found) <= set(admitting(verdict))


def check_lines(cluster: Cluster, passage: Passage) -> None:
    text = policy_document(cluster, passage.excerpt.policy).text.splitlines()
    lines = passage.excerpt.lines
    assert 0 < len(lines) <= MOST_LINES
    assert any(line.marked for line in lines) or not any(line.startswith("spec:") for line in text)
    for line in lines:
        assert line.text.strip() == GAP if not line.number else line.text == text[line.number - 1]


def admitting(verdict: Verdict) -> Iterator[tuple[str, str, int]]:
    for side in verdict.sides:
        for policy, rule in side.admitted_by:
            yield str(policy), str(rule.direction), rule.index


def marked_rules(cluster: Cluster, found: Reasons) -> set[tuple[str, str, int]]:
    """Return the rules that marked lines stand in, as PyYAML sees it."""
    rules = set()
    for passage in found.passages:
        policy = passage.excerpt.policy
        root = yaml.compose(policy_document(cluster, policy).text)
        lines = [line.number - 1 for line in passage.excerpt.lines if line.marked]
        for section in ("ingress", "egress"):
            for i, rule in enumerate(below(root, "spec", section)):
                within = range(
                    rule.start_mark.line, max(rule.end_mark.line, rule.start_mark.line + 1)
                )
                if any(line in within for line in lines):
                    rules.add((str(policy), section, i))
    return rules


def below(node: Any, *keys: str) -> Any:
    for key in keys:
        found = [value for name, value in node.value if name.value == key]
        node = found[0] if found else yaml.SequenceNode("", [])
    return node.value if isinstance(node, yaml.SequenceNode) else ()
