"""The lines of a policy: as they were written, marked, and cut."""

from __future__ import annotations

import json

import netpol_lab as lab
from netpol_lab.manifests.excerpts import (
    GAP,
    MOST_LINES,
    Excerpt,
    excerpt,
    path_of_requirement,
    policy_document,
)
from netpol_lab.manifests.field_paths import Path
from netpol_lab.manifests.text.yaml_reader import Document
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Policy

OWN_WORDS = """\
# the door of the database
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: door, namespace: shop}
spec:
  podSelector: {matchLabels: {app.kubernetes.io/name: db}}   # who
  ingress:
    - from:
        - podSelector:
            matchLabels: {role: a}
            matchExpressions:
              - {key: role, operator: Exists}
              - key: "y"
                operator: In
                values: ["no", maybe]

# the end
"""


def loaded(text: str) -> tuple[Cluster, Policy]:
    cluster = lab.load(text)
    return cluster, cluster.policies[0]


def marked(found: Excerpt) -> list[str]:
    return [line.text.strip() for line in found.lines if line.marked]


def shown(text: str, *paths: Path) -> Excerpt:
    return excerpt(*loaded(text), paths)


def test_a_policy_is_shown_as_it_was_written_without_the_comments_around_it() -> None:
    lines = [line.text for line in shown(OWN_WORDS).lines]
    assert lines == OWN_WORDS.splitlines()[1:-2]


def test_a_block_is_marked_from_its_key_to_its_last_value() -> None:
    item = ("spec", "ingress", 0, "from", 0)
    assert marked(shown(OWN_WORDS, item))[0] == "- podSelector:"
    assert marked(shown(OWN_WORDS, item))[-1] == 'values: ["no", maybe]'


def test_a_key_with_dots_is_found() -> None:
    path = ("spec", "podSelector", "matchLabels", "app.kubernetes.io/name")
    assert marked(shown(OWN_WORDS, path)) == [
        "podSelector: {matchLabels: {app.kubernetes.io/name: db}}   # who"
    ]


def test_what_is_not_written_means_what_it_would_stand_in() -> None:
    assert marked(shown(OWN_WORDS, ("spec", "policyTypes"))) == ["spec:"]


def test_each_requirement_is_found_in_labels_or_expressions() -> None:
    cluster, policy = loaded(OWN_WORDS)
    assert policy.ingress
    rule = policy.ingress[0]
    selector = rule.peers[0].pod_selector
    assert selector
    at = ("spec", "ingress", 0, "from", 0, "podSelector")
    document = policy_document(cluster, policy)
    paths = [path_of_requirement(document, selector, one, at) for one in selector.requirements]
    assert [path[5 + 1 :] for path in paths] == [
        ("matchLabels", "role"),
        ("matchExpressions", 0),
        ("matchExpressions", 1),
    ]


def test_json_is_shown_as_yaml() -> None:
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "door", "namespace": "shop"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }
    found = shown(json.dumps(policy), ("spec", "policyTypes"))
    assert marked(found) == ["policyTypes:", "- Ingress"]
    assert found.place is not None


def test_items_of_a_list_are_shown_alone() -> None:
    item = "\n".join(f"  {line}" for line in OWN_WORDS.splitlines()[2:-2])
    text = f"apiVersion: v1\nkind: List\nitems:\n- kind: NetworkPolicy\n{item}\n"
    assert shown(text).lines[0].text == "apiVersion: networking.k8s.io/v1"


def test_a_policy_that_nobody_wrote_is_shown_too() -> None:
    found = excerpt(Cluster(), Policy("shop", "door"), [("spec", "podSelector")])
    assert marked(found) == ["podSelector: {}"]
    assert found.place is None


def test_an_alias_is_marked_where_its_anchor_is_written() -> None:
    text = OWN_WORDS.replace("- from:", "- from: &same").replace("# the end", "    - from: *same")
    item = ("spec", "ingress", 1, "from", 0)
    assert marked(shown(text, item))[0] == "- podSelector:"


def long_policy(peers: int) -> str:
    items = "".join(f"    - ipBlock: {{cidr: 10.0.{n}.0/24}}\n" for n in range(peers))
    return OWN_WORDS.split("    - from:")[0] + f"  - from:\n{items}    ports:\n    - port: 80\n"


def test_a_long_policy_is_cut_to_the_lines_and_the_keys_above_them() -> None:
    found = shown(long_policy(60), ("spec", "ingress", 0, "from", 40))
    assert [line.text.strip() for line in found.lines] == [
        GAP,
        "metadata: {name: door, namespace: shop}",
        "spec:",
        "podSelector: {matchLabels: {app.kubernetes.io/name: db}}   # who",  # no shorter as a gap
        "ingress:",
        "- from:",
        GAP,
        "- ipBlock: {cidr: 10.0.40.0/24}",
        GAP,
    ]


def test_what_is_marked_is_cut_too_where_it_is_too_long() -> None:
    found = shown(long_policy(60), ("spec", "ingress"))
    assert len(found.lines) <= MOST_LINES
    assert len(marked(found)) > 20


def test_where_lines_are_few_the_outer_keys_come_first() -> None:
    text = long_policy(60) + "  - from:\n    - podSelector:\n        matchLabels: {a: b}\n"
    paths: list[Path] = [("spec", "ingress", 0, "from", i) for i in range(21)]
    last = ("spec", "ingress", 1, "from", 0, "podSelector", "matchLabels", "a")
    found = [line.text.strip() for line in shown(text, *paths, last).lines]
    assert found[-3:] == [GAP, "- from:", GAP]


def test_the_first_of_many_paths_is_surely_there() -> None:
    paths: list[Path] = [("spec", "ingress", 0, "ports"), ("spec", "ingress", 0, "from")]
    assert {"ports:", "- port: 80"} <= set(marked(shown(long_policy(60), *paths)))


def test_a_very_long_document_is_not_searched_again() -> None:
    text = OWN_WORDS + "# and so on\n" * 10_000
    assert shown(text).lines[0].text == "apiVersion: networking.k8s.io/v1"


def test_a_sign_tells_the_marked_lines_in_text() -> None:
    text = str(shown(OWN_WORDS, ("metadata",)))
    assert "> metadata: {name: door, namespace: shop}" in text.splitlines()
    assert "  spec:" in text.splitlines()


def test_a_span_ends_before_the_blank_lines_and_comments_after_it() -> None:
    document = Document("", 1, None, False, "a:\n- b: 1\n  c:\n\n# c\nd: {e: [1,\n  2]}\n")
    assert document.span(("a",)) == (0, 2)
    assert document.span(("d", "e")) == (5, 6)


def test_a_cluster_wide_policy_of_a_list_is_shown_as_it_would_be_written() -> None:
    cluster = lab.load("""
apiVersion: v1
kind: List
items:
- apiVersion: policy.networking.k8s.io/v1beta1
  kind: ClusterNetworkPolicy
  metadata: {name: a}
  spec: {tier: Admin, priority: 1, subject: {namespaces: {}}}
""")
    (policy,) = cluster.cluster_policies
    found = excerpt(cluster, policy, [("spec", "tier")])
    assert [line.text for line in found.lines][1] == "kind: ClusterNetworkPolicy"
    assert [line.text for line in found.lines if line.marked] == ["  tier: Admin"]
