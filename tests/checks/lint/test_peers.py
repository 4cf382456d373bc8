"""NP203 to NP205: what keeps these checks quiet, and what they suggest."""

from tests.helpers.linted import codes, findings, policy

OPS = "namespaceSelector: {matchLabels: {team: ops}}"


def ingress(peers, ports=""):
    return policy(f"ingress: [{{from: {peers}{ports}}}]")


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
