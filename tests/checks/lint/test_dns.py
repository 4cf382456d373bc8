"""NP304 to NP306: what keeps these checks quiet."""

import pytest

import netpol_lab as lab
from netpol_lab.checks.lint.dns import SYSTEM, is_for_dns
from netpol_lab.model.objects import PolicyPort
from netpol_lab.model.selectors import NAME_LABEL
from tests.helpers.linted import WORLD, codes, findings, pod, policy

TO_WEB = "{to: [{podSelector: {matchLabels: {app: web}}}]}"
DNS_CODES = {"NP304", "NP305", "NP306"}
PORTS = "ports: [{port: 53}, {port: 53, protocol: UDP}]"
NO_NAME_SERVERS = "---".join(part for part in WORLD.split("---") if "dns" not in part)


def egress(*rules):
    return policy(f"policyTypes: [Egress], egress: [{', '.join(rules)}]")


@pytest.mark.parametrize(
    "rule",
    [
        f"{{{PORTS}}}",
        "{to: [{namespaceSelector: {}}]}",
        "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]}",
        f"{{to: [{{ipBlock: {{cidr: 169.254.20.10/32}}}}], {PORTS}}}",
        "{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}]}",
        "{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], "
        "ports: [{port: dns-tcp}, {port: dns, protocol: UDP}]}",
    ],
)
def test_names_can_be_looked_up_in_many_ways(rule):
    assert not DNS_CODES & set(codes(egress(TO_WEB, rule)))


@pytest.mark.parametrize(
    "rule",
    [
        "{to: [{namespaceSelector: {}}]}",
        "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]}",
        f"{{to: [{{namespaceSelector: {{matchLabels: {{a: b}}}}}}], {PORTS}}}",
    ],
)
def test_name_servers_may_be_out_of_sight(rule):
    found = lab.lint(lab.load(NO_NAME_SERVERS, egress(TO_WEB, rule)))
    assert not DNS_CODES & {f.code for f in found}


def test_a_wrong_peer_for_port_53_is_found_where_the_name_servers_are_known():
    rule = f"{{to: [{{podSelector: {{}}}}], {PORTS}}}"
    assert "NP304" in codes(egress(rule))


def test_a_ban_on_all_egress_needs_no_names():
    assert codes(policy("policyTypes: [Egress]")) == []


def test_another_policy_may_bring_the_names():
    names = policy(f"{{podSelector: {{}}, policyTypes: [Egress], egress: [{{{PORTS}}}]}}", "names")
    assert codes(egress(TO_WEB), names) == []


def test_each_pod_is_told_once():
    again = egress("{to: [{podSelector: {}}], ports: [{port: 80}]}").replace("name: p", "name: q")
    assert codes(egress(TO_WEB), again) == ["NP304"]


def at_the_servers(ports, name="p"):
    spec = f"{{podSelector: {{matchLabels: {{k8s-app: kube-dns}}}}, ingress: [{{ports: {ports}}}]}}"
    return policy(spec, name, "kube-system")


def test_name_servers_may_be_asked_over_both_protocols_by_several_policies():
    tcp, udp = at_the_servers("[{port: 53}]"), at_the_servers("[{port: dns, protocol: UDP}]", "q")
    assert (codes(tcp), codes(udp), codes(tcp, udp)) == (["NP305"], ["NP306"], [])
    assert codes(at_the_servers("[{port: 9153}]")) == ["NP310"]


def test_ports_of_name_servers_are_known_by_number_or_name():
    assert is_for_dns([PolicyPort(port=53), PolicyPort(port="dns-tcp")])
    assert not is_for_dns([PolicyPort(port=53), PolicyPort(port=80)])
    assert not is_for_dns([])


def out_of_sight(peer, *more):
    """What is found of DNS for a peer with port 53, where no name server is in the manifests."""
    rule = f"{{to: [{peer}], {PORTS}}}"
    known = "---".join(part for part in NO_NAME_SERVERS.split("---") if SYSTEM not in part)
    found = lab.lint(lab.load(known, egress(TO_WEB, rule), *more))
    return [finding for finding in found if finding.code in DNS_CODES]


@pytest.mark.parametrize(
    ("peer", "whom"),
    [
        ("{podSelector: {}}", "pods of namespace shop"),
        ("{podSelector: {matchLabels: {k8s-app: kube-dns}}}", "pods of namespace shop"),
        ("{namespaceSelector: {matchLabels: {name: kube-system}}}", "name=kube-system, which no"),
        (
            "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}",
            "pods of namespace monitoring",
        ),
    ],
)
def test_peers_that_can_be_no_name_servers_are_told(peer, whom):
    (finding,) = out_of_sight(peer)
    assert (finding.code, finding.path) == ("NP304", "spec.egress[1].to")
    assert whom in finding.message
    assert "kubernetes.io/metadata.name: kube-system" in finding.hint


@pytest.mark.parametrize(
    "peer",
    [
        "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}}",
        "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}",
        "{namespaceSelector: {matchLabels: {name: dns-of-ours}}}",
        "{ipBlock: {cidr: 10.96.0.10/32}}",
    ],
)
def test_peers_that_may_be_name_servers_are_not(peer):
    assert out_of_sight(peer) == []


def test_a_name_server_of_ones_own_is_known_by_its_port():
    own = (
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: own, namespace: shop, labels: {a: b}}\n"
        "spec: {containers: [{name: c, ports: [{containerPort: 53, protocol: UDP}]}]}\n"
    )
    assert out_of_sight("{podSelector: {matchLabels: {a: b}}}", own) == []


def test_a_namespace_may_have_the_label_name():
    labelled = (
        "---\napiVersion: v1\nkind: Namespace\n"
        "metadata: {name: kube-system, labels: {name: kube-system}}\n"
    )
    peer = "{namespaceSelector: {matchLabels: {name: kube-system}}}"
    assert out_of_sight(peer, labelled) == []


def test_the_port_of_the_name_servers_themselves_is_told():
    moved = WORLD.replace("containerPort: 53", "containerPort: 1053")
    moved = moved.replace("port: 53, protocol", "port: 53, targetPort: 1053, protocol")
    (finding,) = (f for f in lab.lint(lab.load(moved, egress(TO_WEB))) if f.code in DNS_CODES)
    assert "UDP and TCP 1053" in finding.hint
    assert finding.witness.port == 1053


def test_a_block_with_the_name_servers_excepted_does_not_reach_them():
    outside = "{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}"
    assert codes(egress(outside)) == ["NP304"]


def name_service(name, namespace, label):
    """A pod that is asked for names, and its Service."""
    declared = "containers: [{name: c, ports: [{containerPort: 53, protocol: UDP}]}]"
    service = (
        f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec: {{selector: {{{label}}}, ports: [{{port: 53, protocol: UDP}}]}}\n"
    )
    return pod(name, namespace, label, declared) + service


FOR_NAMES = (
    f"{{to: [{{namespaceSelector: {{matchLabels: {{{NAME_LABEL}: kube-system}}}}}}], {PORTS}}}"
)


@pytest.mark.parametrize(
    ("name", "namespace", "label", "codes_found"),
    [
        ("consul-dns", "shop", "app: consul", []),
        ("pihole", "ops", "app: pihole", []),
        ("names", "ops", "k8s-app: coredns", ["NP304"]),
        ("coredns", "ops", "app: coredns", ["NP304"]),
        ("dns-default", "openshift-dns", "app: dns", ["NP304"]),
    ],
)
def test_not_every_server_of_names_is_that_of_the_cluster(name, namespace, label, codes_found):
    world = NO_NAME_SERVERS + name_service(name, namespace, label)
    found = lab.lint(lab.load(world, egress(TO_WEB, FOR_NAMES)))
    assert [f.code for f in found if f.code in DNS_CODES] == codes_found


def test_that_tcp_is_missing_is_told_once_of_all_policies():
    udp = "{ports: [{port: 53, protocol: UDP}]}"
    one = egress(TO_WEB, udp)
    other = one.replace("name: p", "name: q").replace("app: db", "app: web")
    (alone,), (both,) = findings(one), findings(one, other)
    assert (both.policy, both.code) == (alone.policy, "NP306")
    assert both.message == f"{alone.message} The same goes for shop/q."


TO_API = "{ports: [{port: 6443}]}"


def test_another_policy_for_the_same_pods_may_need_names():
    api = egress(TO_API)
    assert codes(api) == []
    (found,) = findings(api, egress(TO_WEB).replace("name: p", "name: q"))
    assert (found.code, found.policy) == ("NP304", "shop/q")


@pytest.mark.parametrize(
    ("rule", "name", "found"),
    [
        ("{to: [{ipBlock: {cidr: 192.0.2.1/32}}], ports: [{port: 6443}]}", "p", []),
        ("{ports: [{port: 443}, {port: 6443}]}", "to-kube-apiserver", []),
        ("{ports: [{port: 443}, {port: 6443}]}", "p", ["NP304"]),
        ("{ports: [{port: 6443}, {port: 8443}]}", "p", ["NP304"]),
        ("{}", "api-server", []),
        ("{to: [{podSelector: {}}], ports: [{port: 6443}]}", "p", ["NP304"]),
        ("{to: [{ipBlock: {cidr: 192.0.2.1/32}}]}", "api-server", ["NP304"]),
    ],
)
def test_only_a_policy_for_the_api_server_alone_needs_no_names(rule, name, found):
    told = codes(egress(rule).replace("name: p,", f"name: {name},"))
    assert [code for code in told if code in DNS_CODES] == found


def test_the_name_servers_of_openshift_listen_elsewhere():
    world = (
        NO_NAME_SERVERS + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: openshift-x}\n"
    )
    found = [f for f in lab.lint(lab.load(world, egress(TO_WEB))) if f.code in DNS_CODES]
    assert "UDP and TCP 5353, with to: [{namespaceSelector" in found[0].hint
    assert "kubernetes.io/metadata.name: openshift-dns" in found[0].hint
    assert found[0].witness.port == 5353


def test_a_peer_in_openshift_monitoring_speaks_of_openshift_too():
    there = f"{{namespaceSelector: {{matchLabels: {{{NAME_LABEL}: openshift-monitoring}}}}}}"
    found = lab.lint(lab.load(NO_NAME_SERVERS, egress(f"{{to: [{there}]}}")))
    assert ["5353" in f.hint for f in found if f.code == "NP304"] == [True]


def for_names_with(labels):
    home = f"namespaceSelector: {{matchLabels: {{{NAME_LABEL}: kube-system}}}}"
    return f"{{{home}, podSelector: {{matchLabels: {{{labels}}}}}}}"


def test_a_label_of_ones_own_in_a_peer_for_name_servers_is_told():
    (found,) = out_of_sight(for_names_with("k8s-app: kube-dns, app: web"))
    assert (found.code, found.path) == ("NP304", "spec.egress[1].to")
    assert "only to pods with app=web, a label of the pods of namespace shop" in found.message


@pytest.mark.parametrize(
    "labels", ["k8s-app: kube-dns", "k8s-app: kube-dns, tier: system", "app: web", "app: dns"]
)
def test_other_labels_may_be_those_of_name_servers(labels):
    assert out_of_sight(for_names_with(labels)) == []


def test_a_rule_for_names_over_udp_alone_may_have_the_wrong_peers_too():
    misnamed = "{namespaceSelector: {matchLabels: {name: kube-system}}}"
    udp = f"{{to: [{misnamed}], ports: [{{port: 53, protocol: UDP}}]}}"
    known = "---".join(part for part in NO_NAME_SERVERS.split("---") if SYSTEM not in part)
    found = [f for f in lab.lint(lab.load(known, egress(TO_WEB, udp))) if f.code in DNS_CODES]
    assert [(f.code, f.path) for f in found] == [("NP304", "spec.egress[1].to")]
    assert "kubernetes.io/metadata.name: kube-system}}} to the list" in found[0].hint


def test_the_rule_for_names_that_has_the_wrong_peers_is_told_in_place_of_policies_without_one():
    astray = "namespaceSelector: {matchLabels: {name: kube-system}}"
    names = "ports: [{port: 53, protocol: UDP}]"
    rules = f"egress: [{{to: [{{{astray}}}], {names}}}]"
    for_all = policy(f"{{podSelector: {{}}, policyTypes: [Egress], {rules}}}", name="z-names")
    web = "egress: [{to: [{podSelector: {matchLabels: {app: web}}}]}]"
    own = policy(f"policyTypes: [Egress], {web}", name="a-db")
    assert [f.policy for f in findings(own) if f.code == "NP304"] == ["shop/a-db"]
    assert {f.policy for f in findings(own, for_all) if f.code in ("NP304", "NP205")} == {
        "shop/z-names"
    }
