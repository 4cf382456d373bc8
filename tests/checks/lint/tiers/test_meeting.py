"""Where policies of different owners meet."""

import pytest

import netpol_lab as lab
from tests.helpers.tiers import CACHE, DB, WEB, cluster, policy, rule, tcp, wide

ADMITS = policy(
    "{podSelector: {matchLabels: {app: db}}, "
    "ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]}"
)
DENY = rule("Deny")


def found(code, *texts):
    return [one for one in lab.lint(cluster(*texts)) if one.code == code]


def test_a_rule_is_overridden_where_admin_denies_all_that_it_admits():
    (one,) = found("NP704", ADMITS, wide(ingress=[DENY]))
    assert (one.policy, one.path, one.witness.now, one.witness.then) == (
        "shop/own",
        "spec.ingress[0]",
        False,
        True,
    )


@pytest.mark.parametrize(
    "above",
    [
        wide(ingress=[rule("Pass", WEB), DENY]),
        wide(ingress=[rule("Deny", DB)]),
        wide(ingress=[rule("Deny", ports=tcp(80))]),
        wide(subject=WEB, ingress=[DENY]),
        wide(tier="Baseline", ingress=[DENY]),
        wide(ingress=[DENY]) + "---" + wide("b", priority=5, subject=DB, ingress=[rule("Accept")]),
    ],
)
def test_a_rule_that_still_admits_something_is_not_overridden(above):
    assert not found("NP704", ADMITS, above)


TWO_PEERS = ADMITS.replace("]", ", {podSelector: {matchLabels: {app: cache}}}]", 1)


def test_a_peer_is_overridden_where_admin_denies_all_that_it_admits():
    (one,) = found("NP704", TWO_PEERS, CACHE, wide(ingress=[rule("Pass", WEB), DENY]))
    assert one.path == "spec.ingress[0].from[1]"
    assert "denies all that peer 2 of ingress rule 1 admits" in one.message
    assert one.hint.startswith("take peer 2 out of rule 1, or ask the owner of")
    (whole,) = found("NP704", TWO_PEERS, CACHE, wide(ingress=[DENY]))
    assert whole.path == "spec.ingress[0]"


def test_a_rule_stays_overridden_where_another_cluster_wide_policy_denies_its_flows_as_well():
    for other in (
        wide("b", priority=20, egress=[rule("Deny", way="to")]),
        wide("b", priority=20, ingress=[DENY]),
        wide("b", priority=5, egress=[rule("Deny", 'networks: ["0.0.0.0/0"]', way="to")]),
    ):
        (one,) = found("NP704", ADMITS, wide(ingress=[DENY]), other)
        assert (one.path, one.witness.now, one.witness.then) == ("spec.ingress[0]", False, True)
        together = "without ClusterNetworkPolicy above and the other cluster-wide policies"
        assert one.witness.change == together
    (alone,) = found("NP704", ADMITS, wide(ingress=[DENY]))
    assert alone.witness.change == "without ClusterNetworkPolicy above"


def test_what_no_network_policy_lets_through_is_not_overridden_by_admin():
    shut = policy("{podSelector: {}, policyTypes: [Egress]}", "shut")
    assert not found("NP704", ADMITS, shut, wide(ingress=[DENY]))


def test_no_hint_takes_the_last_peer_out_of_a_rule():
    denied = [rule("Deny", WEB), rule("Deny", WEB.replace("web", "cache"))]
    both = found("NP704", TWO_PEERS, CACHE, wide(ingress=denied))
    assert [one.path for one in both] == ["spec.ingress[0].from[0]", "spec.ingress[0].from[1]"]
    assert all(one.hint.startswith("take rule 1 out, or ask") for one in both)


def test_an_exception_on_another_port_is_none():
    for action in ("Pass", "Accept"):
        elsewhere, here = (rule(action, WEB, ports=tcp(port)) for port in (80, 5432))
        assert found("NP704", ADMITS, wide(ingress=[elsewhere, DENY]))
        assert not found("NP704", ADMITS, wide(ingress=[here, DENY]))


def test_equal_priorities_are_told_with_a_flow_that_is_open():
    one, other = wide("a", ingress=[rule("Accept", WEB)]), wide("b", ingress=[DENY])
    (finding,) = found("NP705", one, other)
    assert (finding.policy, finding.path) == ("ClusterNetworkPolicy b", "spec.priority")
    assert finding.witness.now is None
    assert str(finding).startswith("<text>:")


@pytest.mark.parametrize(
    "texts",
    [
        [wide("a", ingress=[DENY]), wide("b", ingress=[DENY])],
        [wide("a", ingress=[rule("Accept", WEB)]), wide("b", priority=11, ingress=[DENY])],
        [wide("a", ingress=[rule("Accept", WEB)]), wide("b", tier="Baseline", ingress=[DENY])],
        [wide("a", subject=DB, ingress=[rule("Accept")]), wide("b", subject=WEB, ingress=[DENY])],
        [
            wide("a", ingress=[rule("Accept", ports=tcp(80))]),
            wide("b", ingress=[rule("Deny", ports=tcp(81))]),
        ],
    ],
)
def test_equal_priorities_that_do_not_meet_or_agree_are_fine(texts):
    assert not found("NP705", *texts)


def test_all_addresses_take_pods_unless_these_are_passed_on_before():
    deny = rule("Deny", 'networks: ["0.0.0.0/0"]', way="to")
    (one,) = found("NP706", wide(egress=[deny]))
    assert one.path == "spec.egress[0].to[0]"
    assert not found("NP706", wide(egress=[rule("Pass", way="to"), deny]))
    assert not found("NP706", wide(egress=[rule("Deny", 'networks: ["10.0.0.0/8"]', way="to")]))


def test_pods_that_a_cluster_wide_policy_limits_are_not_said_to_be_open():
    assert found("NP105", ADMITS, CACHE)
    assert not found("NP105", ADMITS, CACHE, wide(ingress=[DENY]))
    assert found("NP105", ADMITS, CACHE, wide(subject=DB, ingress=[DENY]))
