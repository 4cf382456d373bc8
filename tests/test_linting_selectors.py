"""NP2xx: what keeps these checks quiet, and what they suggest."""

import pytest
from linted import codes, findings, pod, policy

OPS = "namespaceSelector: {matchLabels: {team: ops}}"


def ingress(peers, ports=""):
    return policy(f"ingress: [{{from: {peers}{ports}}}]")


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("{app: dbb}", "did you mean app=db?"),
        ("{role: db}", "did you mean app=db?"),
        ("{appp: x}", "did you mean the key app?"),
        ("{app: prometheus}", "pods with app=prometheus run in namespace monitoring"),
        ("{zone: north}", "the pods there have app=web, app=db"),
    ],
)
def test_labels_that_are_near_are_suggested(selector, hint):
    found = findings(policy(f"{{podSelector: {{matchLabels: {selector}}}}}"))
    assert [(f.code, f.hint) for f in found] == [("NP202", hint)]


def test_name_servers_that_the_manifests_lack_are_not_missed():
    peers = "[{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: other-dns}}}]"
    assert codes(ingress(peers, ", ports: [{port: 53}]")) == []
    assert codes(ingress(peers)) == ["NP203"]


def test_a_namespace_chosen_by_its_name_may_be_elsewhere_unless_it_looks_like_a_typo():
    by_name = "[{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {}}}}}}}]"
    assert codes(ingress(by_name.format("vault"))) == []
    assert codes(ingress(by_name.format("monitorin"))) == ["NP203"]


def test_labels_of_the_other_kind_are_recognised():
    of_pods = findings(ingress("[{namespaceSelector: {matchLabels: {app: web}}}]"))
    of_namespaces = findings(ingress("[{podSelector: {matchLabels: {team: ops}}}]"))
    assert of_pods[0].hint.endswith("use podSelector")
    assert of_namespaces[0].hint.endswith("use namespaceSelector")


def test_both_selectors_that_match_only_apart_suggest_a_dash():
    peers = f"[{{{OPS}, podSelector: {{matchLabels: {{app: web}}}}}}]"
    assert "dash" in findings(ingress(peers))[0].hint


def test_two_items_are_no_suspicion_where_one_would_match_nothing():
    peers = f"[{{{OPS}}}, {{podSelector: {{matchLabels: {{app: web}}}}}}]"
    assert codes(ingress(peers)) == []


def test_two_items_are_no_suspicion_where_all_pods_at_home_are_meant():
    peers = f"[{{{OPS}}}, {{podSelector: {{}}}}]"
    assert codes(ingress(peers)) == []


def test_not_in_is_no_suspicion_where_nothing_lacks_the_label():
    peers = "[{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db]}]}}]"
    assert codes(ingress(peers)) == []
    assert codes(ingress(peers), pod("bare")) == ["NP207"]


def test_everything_outside_of_a_namespace_by_name_is_no_surprise():
    peers = ("[{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, "
             "operator: NotIn, values: [shop]}]}}]")  # fmt: skip
    assert codes(ingress(peers)) == []
