"""What is wanted of the traffic: who is meant, what the rest should be, what is told first."""

from itertools import product

import pytest

import netpol_lab as lab
from netpol_lab.course.exercise_loader import read_exercise
from netpol_lab.course.goals import Goal, allowed_in, complexity, wrong
from netpol_lab.errors import ManifestError
from netpol_lab.model.addresses import parse_address
from tests.helpers.exercises import GOOD, UNGUARDED, goals

DEPLOYED = """\
  apiVersion: v1
  kind: Pod
  metadata:
    name: till-{n}
    namespace: bank
    labels: {{app: till}}
    ownerReferences:
    - {{apiVersion: apps/v1, kind: StatefulSet, name: till, uid: u, controller: true}}
  ---
"""
TWO_TILLS = "manifests: |\n" + DEPLOYED.format(n=0) + DEPLOYED.format(n=1)
FREE = GOOD.replace("layout: [[internet, clerk], [safe]]\n", "")


def flows(text):
    return {(goal.source, goal.destination): goal.allowed for goal in goals(text)}


def test_lists_mean_each_to_each_but_nobody_to_itself():
    text = FREE.replace("from: clerk, to: safe", "from: [clerk, internet], to: [safe, clerk]")
    text = text.replace("otherwise: unchanged\n", "").replace(
        "to: bank/safe, allowed: false", "to: bank/safe, allowed: true"
    )
    assert set(flows(text)) == {
        ("bank/clerk", "bank/safe"), ("203.0.113.7", "bank/safe"), ("203.0.113.7", "bank/clerk"),
    }  # fmt: skip


def test_the_rest_is_as_it_was_or_blocked_or_as_it_likes():
    assert sum(flows(GOOD).values()) == 5
    assert sum(flows(GOOD.replace("unchanged", "blocked")).values()) == 1
    assert len(flows(GOOD.replace("otherwise: unchanged\n", ""))) == 2


def test_the_rest_stands_for_the_ports_that_the_items_name_where_there_are_no_others():
    text = UNGUARDED.replace("port: 80\n", "").replace("allowed:", "port: 443, allowed:")
    assert [goal.port for goal in goals(text)] == [443] * 6


def test_what_is_not_listed_for_a_guarded_pod_is_as_in_the_answer():
    more = DEPLOYED.format(n=0).partition("    ownerR")[0] + "  ---\n"
    text = FREE.replace("manifests: |\n", f"manifests: |\n{more}")
    assert flows(text)["bank/till-0", "bank/safe"] is False
    assert flows(text)["bank/till-0", "bank/clerk"] is True
    assert flows(text.replace("[safe]", "[clerk]"))["bank/till-0", "bank/safe"] is True


def test_where_anything_may_be_only_the_list_counts():
    assert len(flows(GOOD.replace("unchanged", "anything"))) == 2


def test_all_pods_of_a_workload_are_one_end():
    text = FREE.replace("manifests: |\n", TWO_TILLS)
    assert ("bank/till", "bank/safe") in flows(text)
    assert not any("till-" in end for pair in flows(text) for end in pair)
    named = text.replace("{from: clerk,", "{from: [clerk, till-0],")
    assert {"bank/till-0", "bank/till-1"} <= {end for pair in flows(named) for end in pair}


def test_what_kubernetes_leaves_open_is_never_part_of_the_rest():
    node = DEPLOYED.format(n=0).replace("  ---\n", "  spec: {hostNetwork: true}\n  ---\n")
    node = node.replace("app: till", "app: clerk")  # admitted as a pod, and not as a node
    text = FREE.replace("manifests: |\n", f"manifests: |\n{node}").replace("unchanged", "blocked")
    assert ("bank/till", "bank/safe") not in flows(text)
    assert ("bank/safe", "bank/clerk") in flows(text)


def test_a_goal_that_contradicts_another_is_refused_with_both_lines():
    text = GOOD.replace("otherwise:", "- {from: clerk, to: safe, allowed: false}\notherwise:")
    with pytest.raises(
        ManifestError, match=r"safe.yaml:18:\d(.|\n)*blocked here, and allowed by line 16"
    ):
        goals(text)


def test_answers_read_from_reachability_are_those_of_the_verdicts():
    one = "labels: {app: till}"
    text = DEPLOYED.format(n=0).replace(one, "labels: {app: clerk}") + DEPLOYED.format(n=1)
    exercise = read_exercise(FREE.replace("manifests: |\n", f"manifests: |\n{text}"), "safe.yaml")
    allowed = allowed_in(exercise.answered)
    ends = ("bank/till", "bank/till-0", "bank/safe", "bank/clerk", "203.0.113.7", "192.0.2.1")
    asked = [
        Goal(*pair, port, protocol, True)
        for pair in product(ends, ends)
        for port, protocol in ((80, "TCP"), (53, "UDP"), (None, "ICMP"))
        if not all(map(parse_address, pair))
    ]
    found = [allowed(goal) for goal in asked]
    assert found == [goal.judged(exercise.answered).allowed for goal in asked]
    assert set(found) == {True, False, None}


def test_a_goal_for_a_service_is_judged_though_reachability_knows_no_services():
    shop = lab.load("three-tier", SERVICE)
    asked = [
        Goal(end, "service:shop/db", 5432, "TCP", True) for end in ("shop/web", "shop/backend")
    ]
    assert [allowed_in(shop)(goal) for goal in asked] == [False, True]


SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {role: db}, ports: [{port: 5432}]}
"""


def test_what_is_not_as_wanted_is_found_in_the_order_of_the_goals():
    shop = lab.load("three-tier")
    asked = [Goal("web", "db", 5432, "TCP", wanted) for wanted in (True, False)]
    assert wrong([*asked, *asked], shop) == [asked[0], asked[0]]


def test_an_outside_end_or_more_reasons_make_a_verdict_harder_to_read():
    shop = lab.load("three-tier")
    pairs = [("db", "web"), ("203.0.113.7", "web"), ("backend", "db")]
    asked = [Goal(*pair, 5432, "TCP", False) for pair in pairs]
    found = [complexity(goal, goal.judged(shop)) for goal in asked]
    assert found == sorted(found)
    assert len(set(found)) == 3
