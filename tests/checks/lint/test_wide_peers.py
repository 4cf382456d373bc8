"""NP206 to NP208: what keeps these checks quiet."""

from tests.helpers.linted import codes, pod, policy

OPS = "namespaceSelector: {matchLabels: {team: ops}}"


def ingress(peers):
    return policy(f"ingress: [{{from: {peers}}}]")


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
