"""NP307 and NP309 to NP311: what keeps these checks quiet."""

import pytest

from tests.helpers.linted import codes, findings, pod, policy

WEB = "podSelector: {matchLabels: {app: web}}"
DNS = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"


def from_web(*ports):
    return f"{{from: [{{{WEB}}}], ports: [{', '.join(f'{{port: {port}}}' for port in ports)}]}}"


def to_web(port, peers=f"{{{WEB}}}"):
    return f"{{to: [{peers}], ports: [{{port: {port}}}]}}"


def egress(*rules):
    return policy(f"policyTypes: [Egress], egress: [{', '.join([*rules, DNS])}]")


def test_a_port_that_nobody_declares_may_still_be_right_beside_one_that_is():
    assert codes(policy(f"ingress: [{from_web(9187)}]")) == ["NP310"]
    assert codes(policy(f"ingress: [{from_web(9187, 5432)}]")) == []
    assert codes(policy(f"ingress: [{from_web(9187)}, {from_web('postgres')}]")) == []


def test_pods_that_declare_nothing_may_listen_anywhere():
    spec = f"{{podSelector: {{}}, ingress: [{from_web(3306)}]}}"
    assert codes(policy(spec)) == ["NP310"]
    assert "NP310" not in codes(policy(spec), pod("bare"))


def test_a_port_may_be_that_of_an_address_outside():
    assert codes(egress(to_web(3306))) == ["NP310"]
    outside = f"{{{WEB}}}, {{ipBlock: {{cidr: 192.0.2.0/24}}}}"
    assert codes(egress(to_web(3306, outside))) == []


def test_the_ports_that_pods_declare_are_told():
    (found,) = findings(policy(f"ingress: [{from_web(3306)}]"))
    assert found.hint == "check the number; they declare TCP 5432"
    assert "need not declare" in found.message


@pytest.mark.parametrize("port", [8080, 80])
def test_a_port_at_which_the_destination_listens_is_no_rule_for_replies(port):
    assert "NP311" not in codes(egress(to_web(port)))


def test_replies_are_those_to_a_connection_that_is_allowed():
    shut = policy("ingress: []", "shut")
    assert codes(egress(to_web(5432))) == ["NP311"]
    assert codes(egress(to_web(5432)), shut) == ["NP310"]


def test_a_rule_for_replies_can_stand_at_the_other_end_too():
    at_web = f"{{{WEB}, ingress: [{from_web(5432).replace('app: web', 'app: db')}]}}"
    assert "NP311" in codes(policy(at_web))


def test_the_other_end_may_answer_with_any_rule_that_fits():
    to_web = policy(
        "policyTypes: [Egress], egress: ["
        f"{{to: [{{podSelector: {{matchLabels: {{app: web}}}}}}], ports: [{{port: 8080}}]}}, {DNS}]"
    )
    web = "{{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{ports: [{{port: {}}}]}}]}}"
    assert codes(to_web, policy(web.format("http"), "web")) == []
    assert codes(to_web, policy(web.format(9999), "web")) == ["NP310", "NP307"]


def test_a_rule_for_a_namespace_that_is_not_here_is_about_others():
    elsewhere = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}}"
    deny = policy("{podSelector: {}}", "deny", "monitoring")
    there = egress(f"{{to: [{elsewhere % 'monitoring'}], ports: [{{port: 9090}}]}}")
    assert "NP307" in codes(there, deny)
    both = f"{elsewhere % 'monitoring'}, {elsewhere % 'away'}"
    assert "NP307" not in codes(egress(f"{{to: [{both}], ports: [{{port: 9090}}]}}"), deny)


def test_a_container_that_declares_no_port_may_listen_anywhere():
    exporter = "{name: e, ports: [{name: metrics, containerPort: 9187}]}"
    rule = "{podSelector: {matchLabels: {app: own}}, ingress: [{ports: [{port: 8080}]}]}"
    both = pod("own", labels="app: own", spec=f"containers: [{{name: c}}, {exporter}]")
    alone = pod("own", labels="app: own", spec=f"containers: [{exporter}]")
    assert (codes(alone, policy(rule)), codes(both, policy(rule))) == (["NP310"], [])


def test_a_port_to_which_a_service_leads_is_expected_to_listen():
    service = (
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\n"
        "spec: {clusterIP: 10.96.0.77, selector: {app: db}, ports: [{port: 1, targetPort: 9187}]}\n"
    )
    assert "NP310" not in codes(service, policy(f"ingress: [{from_web(9187)}]"))


def told_of_metrics(port="name: metrics, containerPort: 8889", label="watches: others", deny=""):
    """The codes of a rule for whole namespaces, where only a gateway for traces runs."""
    space = f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: far, labels: {{{label}}}}}\n"
    traces = pod("traces", "far", "app: traces", "containers: [{name: c}]")
    own = pod("own", labels="app: own", spec=f"containers: [{{name: c, ports: [{{{port}}}]}}]")
    peer = f"{{namespaceSelector: {{matchLabels: {{{label}}}}}}}"
    rule = f"[{{from: [{peer}], ports: [{{port: 8889}}]}}]"
    scraped = policy(f"{{podSelector: {{matchLabels: {{app: own}}}}, ingress: {rule}}}", "own")
    spec = f"policyTypes: [Egress], egress: [{DNS}]"
    its_own = policy(f"{{podSelector: {{matchLabels: {{app: traces}}}}, {spec}}}", "traces", "far")
    shut = policy("{podSelector: {}, policyTypes: [Egress]}", "deny", "far")
    return codes(space, traces, own, scraped, shut if deny else its_own)


def test_a_rule_for_metrics_is_not_about_a_gateway_that_has_its_own_list():
    assert told_of_metrics() == []
    assert told_of_metrics(port="containerPort: 8889", label="zone: monitoring") == []


def test_a_rule_for_anything_else_may_be():
    assert told_of_metrics(port="name: http, containerPort: 8889") == ["NP307"]


def test_a_ban_for_all_of_the_namespace_holds_for_what_scrapes_as_well():
    assert told_of_metrics(deny="all") == ["NP307"]
