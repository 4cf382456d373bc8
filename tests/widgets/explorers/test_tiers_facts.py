"""A flow falls through the lanes: what each gate says, rule by rule, as the engine has it."""

from pathlib import Path

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.model.cluster_policies import Tier
from netpol_lab.widgets.board_controls import switches
from netpol_lab.widgets.explorers.tiers_facts import GateAnswer, TiersInput, fall

TWO = lab.load("two-teams")
CASES = sorted(Path("tests/cases").glob("2[0-4]*np-*.yaml"))
ACCEPTED, DENIED, PASSED, NOTHING, NOT_ASKED, LEFT_OPEN = GateAnswer


def falling(cluster, source, destination, port=80, protocol="TCP", **changed):
    on = tuple(switches(cluster))
    return fall(cluster, TiersInput(source, destination, port, protocol, on, **changed))


def answers(gates):
    return [gate.answer for gate in gates]


def rows(gate):
    return {row.words: row.says for row in gate.rows}


def test_an_admin_deny_ends_the_fall_and_nothing_below_it_is_asked():
    found = falling(TWO, "blog/page", "shop/db", 5432)
    assert answers(found.egress) == [NOTHING, NOTHING, NOTHING, ACCEPTED]
    assert answers(found.ingress) == [DENIED, NOT_ASKED, NOT_ASKED, NOT_ASKED]
    assert rows(found.ingress[0]) == {
        "10 let-monitoring-in, rule 1 Accept": "no match",
        "20 guard-the-shop, rule 1 Pass": "no match",
        "20 guard-the-shop, rule 2 Pass": "no match",
        "20 guard-the-shop, rule 3 Deny": "denies",
    }
    assert {*rows(found.ingress[1]).values()} == {"not asked"}


def test_a_pass_hands_the_flow_to_the_network_policies():
    found = falling(TWO, "blog/page", "shop/web", 8080)
    assert answers(found.ingress) == [PASSED, ACCEPTED, NOT_ASKED, NOT_ASKED]
    assert rows(found.ingress[0])["20 guard-the-shop, rule 3 Deny"] == "not asked"
    assert rows(found.ingress[1]) == {"api-for-the-blog, rule 1": "admits"}


def test_baseline_is_asked_where_no_network_policy_isolates():
    found = falling(TWO, "blog/page", "blog/store", 6379)
    assert answers(found.ingress) == [NOTHING, NOTHING, DENIED, NOT_ASKED]
    assert found.ingress[1].note == "no NetworkPolicy isolates blog/store"


def test_an_isolated_pod_that_admits_nothing_denies_before_baseline():
    found = falling(TWO, "shop/db", "shop/web", 8080)
    assert answers(found.ingress) == [PASSED, DENIED, NOT_ASKED, NOT_ASKED]
    assert rows(found.ingress[1]) == {"api-for-the-blog, rule 1": "does not admit"}


def test_equal_priorities_that_conflict_leave_the_gate_open():
    moved = {"ClusterNetworkPolicy let-monitoring-in": 20}
    found = falling(TWO, "monitoring/prometheus", "shop/db", 9100, priorities=moved)
    assert found.ingress[0].answer is LEFT_OPEN
    assert rows(found.ingress[0]) == {
        "20 let-monitoring-in, rule 1 Accept": "accepts",
        "20 guard-the-shop, rule 1 Pass": "no match",
        "20 guard-the-shop, rule 2 Pass": "no match",
        "20 guard-the-shop, rule 3 Deny": "matches",
    }
    assert "both with priority 20 in tier Admin" in found.remarks[0]


def test_an_end_without_policies_says_why():
    found = falling(TWO, "blog/page", "203.0.113.7")
    assert answers(found.ingress) == [NOT_ASKED, NOT_ASKED, NOT_ASKED, ACCEPTED]
    assert found.ingress[3].note == "an address outside the cluster has no policy"


def test_where_the_source_is_stopped_the_other_gates_say_what_they_would():
    found = falling(lab.load("neighbours"), "shop/web", "blog/reader")
    assert answers(found.egress)[:2] == [NOTHING, DENIED]
    assert "ingress of blog/reader, not reached: this is what they would say" in found.text


def test_a_chosen_gate_tells_its_rules():
    found = falling(TWO, "blog/page", "shop/db", 5432)
    assert found.why("gate:ingress Admin").splitlines()[-1].endswith("denies")
    assert found.why("gate:egress open").endswith("what no gate decides is allowed")
    assert found.why("pod:shop/db") == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_gates_agree_with_the_verdict_in_every_case_of_cluster_wide_policies(case):
    told = yaml.safe_load(case.read_text())
    cluster = lab.load(told["manifests"], channel=told.get("channel", "standard"))
    assert cluster.cluster_policies
    for asked in told["expect"]:
        if any(part in asked for part in ("assume", "given")) or asked["allowed"] == "error":
            continue
        ends = asked["from"], asked["to"], asked.get("port"), asked.get("protocol", "TCP")
        if cluster.endpoint(asked["to"]).service is not None:
            continue
        found = falling(cluster, *ends)
        for gates, allowed in ((found.egress, found.leaves), (found.ingress, found.arrives)):
            last = next(one for one in gates if one.answer.is_last or one.answer is LEFT_OPEN)
            expected = {ACCEPTED: "allowed", DENIED: "blocked", LEFT_OPEN: allowed}
            assert expected[last.answer] == allowed
            for gate in gates:
                deciding = [row for row in gate.rows if row.decides]
                assert len(deciding) <= 1
                is_tier = gate.name in map(str, Tier)
                if is_tier and gate.answer in (ACCEPTED, DENIED, PASSED):
                    assert len(deciding) == 1
