"""NP301 to NP303 and NP308: what keeps these checks quiet, and what they suggest."""

from netpol_lab.model.assumptions import Assumptions
from tests.helpers.linted import codes, findings, pod, policy

DNS = "{ports: [{port: 53}, {port: 53, protocol: UDP}]}"
WEB = "{from: [{podSelector: {matchLabels: {app: web}}}]}"


def test_a_rule_for_names_beside_others_is_no_stray_dash():
    to_web = "{to: [{podSelector: {matchLabels: {app: web}}}]}"
    assert codes(policy(f"policyTypes: [Egress], egress: [{to_web}, {DNS}]")) == []


def test_ports_before_peers_are_a_stray_dash_as_well():
    assert codes(policy(f"ingress: [{{ports: [{{port: 5432}}]}}, {WEB}]")) == ["NP301"]


def test_all_pods_at_home_and_a_public_port_may_stand_side_by_side():
    assert codes(policy("ingress: [{from: [{podSelector: {}}]}, {ports: [{port: 22}]}]")) == []


def test_a_list_that_is_written_already_is_no_stray_dash():
    empty = "{from: [], ports: [{port: 5432}]}"
    found = findings(policy(f"ingress: [{WEB}, {empty}]"))
    assert [f.code for f in found] == ["NP308"]
    assert found[0].message.startswith("this rule has an empty from")


def test_the_name_of_a_port_is_proposed_where_all_destinations_have_it():
    more = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: v, namespace: shop}\n"
    ends = "spec: {containers: [{name: c, ports: [{name: odd, containerPort: 8080}]}]}\n"
    to_web = "{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 80}]}]}"
    assert [f.hint for f in findings(policy(to_web))] == ["write port: 8080 or http"]
    everybody = policy("{podSelector: {}, ingress: [{ports: [{port: 80}]}]}")
    assert [f.hint for f in findings(everybody, more + ends)] == ["write port: 8080"]


def test_the_witness_of_a_service_port_arrives_behind_that_service():
    everybody = findings(policy("{podSelector: {}, ingress: [{ports: [{port: 80}]}]}"))
    assert [f.witness.destination for f in everybody] == ["shop/web"]


def test_a_service_port_that_is_also_a_pods_port_is_right_somewhere():
    spec = "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}"
    other = pod("old", spec="containers: [{name: a, ports: [{containerPort: 80}]}]")
    assert codes(policy(spec)) == ["NP302"]
    assert "NP302" not in codes(policy(spec), other)


def test_the_service_port_is_told_for_egress_too():
    to_web = "{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}"
    found = findings(policy(f"policyTypes: [Egress], egress: [{to_web}, {DNS}]"))
    assert [(f.code, f.witness.destination) for f in found] == [("NP302", "shop/web")]


def test_a_like_name_or_the_right_protocol_is_suggested():
    named = findings(policy("ingress: [{ports: [{port: postgress}]}]"))
    spec = "{podSelector: {}, ingress: [{ports: [{port: web-u, protocol: UDP}]}]}"
    other = pod("v", spec="containers: [{name: a, ports: [{name: web-u, containerPort: 80}]}]")
    assert [f.hint for f in named] == ["did you mean TCP postgres?"]
    assert [f.hint for f in findings(policy(spec), other)] == ["did you mean TCP web-u?"]


def test_addresses_have_no_port_names():
    outside = "{to: [{ipBlock: {cidr: 198.51.100.0/24}}], ports: [{port: https}]}"
    found = findings(policy(f"policyTypes: [Egress], egress: [{outside}, {DNS}]"))
    assert [f.code for f in found] == ["NP303"]
    assert "addresses have no port names" in found[0].message


def test_a_name_in_an_init_container_may_count():
    init = "initContainers: [{name: i, ports: [{name: mesh, containerPort: 4191}]}]"
    spec = "{podSelector: {matchLabels: {app: m}}, ingress: [{ports: [{port: mesh}]}]}"
    texts = pod("m", labels="app: m", spec=init), policy(spec)
    (found,) = findings(*texts)
    assert (found.code, found.witness.now, found.witness.then) == ("NP315", None, True)
    assert found.hint.startswith("write port: 4191")
    assert codes(*texts, assumptions=Assumptions(init_port_names=True)) == []
    assert codes(*texts, assumptions=Assumptions(init_port_names=False)) == ["NP315"]
    numbered = policy(spec.replace("{port: mesh}", "{port: mesh}, {port: 4191}"))
    assert codes(texts[0], numbered) == []


def test_a_name_that_another_pod_declares_as_usual_is_no_name_of_init_containers():
    init = "initContainers: [{name: i, ports: [{name: mesh, containerPort: 4191}]}]"
    usual = init.replace("initContainers", "containers")
    spec = "{podSelector: {matchLabels: {app: m}}, ingress: [{ports: [{port: mesh}]}]}"
    pods = pod("m", labels="app: m", spec=init), pod("other", labels="app: m", spec=usual)
    assert codes(*pods, policy(spec)) == []


# ---------------------------------------------------------------- what is there already is no hint


def test_where_the_right_protocol_is_listed_too_the_number_is_meant():
    for beside in ("{port: postgres}, ", ""):
        ports = f"[{beside}{{port: postgres, protocol: UDP}}]"
        (found,) = findings(policy(f"ingress: [{{ports: {ports}}}]"))
        assert found.code == "NP303"
        assert ("{port: 5432, protocol: UDP}" in found.hint) == bool(beside)
        assert ("did you mean TCP postgres?" in found.hint) == (not beside)


def test_a_name_that_the_rule_lists_already_is_not_what_was_meant():
    (found,) = findings(policy("ingress: [{ports: [{port: postgres}, {port: postgress}]}]"))
    assert found.hint == (
        "declare this name at the pods, or write the number of the port; "
        "their named ports: postgres (TCP 5432)"
    )


def test_another_name_is_only_meant_if_it_is_like_it():
    (found,) = findings(policy("ingress: [{ports: [{port: prometheus}]}]"))
    assert found.hint.startswith("declare this name at the pods, or write the number of the port")
    (found,) = findings(policy("ingress: [{ports: [{port: postgress}]}]"))
    assert found.hint == "did you mean TCP postgres?"


def test_all_rules_that_one_makes_void_are_told_at_once():
    to_web = "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}"
    to_ops = "{from: [{namespaceSelector: {matchLabels: {team: ops}}}], ports: [%s]}"
    both = to_ops % "{port: 5432}, {port: 9187}"
    (found,) = findings(policy(f"ingress: [{{ports: [{{port: 5432}}]}}, {to_web}, {both}]"))[:1]
    assert "rule 2 and rule 3" in found.message
    assert found.hint.endswith("remove rule 2 and take TCP 5432 out of rule 3")


def test_everybody_in_the_cluster_on_every_port_beside_ports_alone_is_a_stray_dash():
    everybody = "{from: [{namespaceSelector: {}}]}"
    assert codes(policy(f"ingress: [{everybody}, {{ports: [{{port: 5432}}]}}]")) == ["NP301"]


def test_a_port_that_the_api_server_calls_is_no_stray_dash():
    hook = (
        "---\napiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: a}\n"
        "spec: {service: {name: web, namespace: shop, port: 80}}\n"
    )
    from_db = "{from: [{podSelector: {matchLabels: {app: db}}}]}"
    spec = f"{{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{from_db}, %s]}}"
    assert codes(policy(spec % "{ports: [{port: 8080}]}")) == ["NP301"]
    assert codes(hook, policy(spec % "{ports: [{port: 8080}]}")) == []
