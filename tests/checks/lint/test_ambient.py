"""NP314: which rules are asked for the tunnel of a mesh."""

from tests.helpers.linted import codes, findings, policy

MESH = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {%s}}\n"
AMBIENT = MESH % ("shop", "istio.io/dataplane-mode: ambient")
FROM_DB = "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [%s], ports: [%s]}]}"
DB = "{podSelector: {matchLabels: {app: db}}}"


def test_a_rule_for_pods_outside_the_mesh_needs_no_tunnel():
    ops = "{namespaceSelector: {matchLabels: {team: ops}}}"
    assert codes(AMBIENT, policy(FROM_DB % (ops, "{port: 8080}"))) == []


def test_a_rule_on_every_port_admits_the_tunnel():
    every = f"{{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: [{DB}]}}]}}"
    assert codes(AMBIENT, policy(every)) == []


def test_only_tcp_is_carried():
    assert "NP314" not in codes(AMBIENT, policy(FROM_DB % (DB, "{port: 8080, protocol: UDP}")))


def test_the_rule_of_the_other_end_is_named_with_it():
    dns = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"
    to_web = "{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}"
    out = policy(f"policyTypes: [Egress], egress: [{to_web}, {dns}]", "out")
    found = findings(AMBIENT, policy(FROM_DB % (DB, "{port: 8080}"), "into"), out)
    assert [(f.code, f.policy) for f in found] == [("NP314", "shop/into"), ("NP314", "shop/out")]
    assert found[0].hint.endswith("and of egress rule 1 of shop/out")
    assert found[1].hint.endswith("and of ingress rule 1 of shop/into")
