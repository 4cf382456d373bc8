"""Which part of an attempt makes a connection other than it is wanted."""

from dataclasses import replace

import netpol_lab as lab
from netpol_lab.course.decisive_line import decisive
from netpol_lab.course.exercise_loader import read_exercise
from netpol_lab.course.goals import Goal
from netpol_lab.course.grading import Grader


def found_by(goal, attempt, answered):
    return decisive(goal, goal.judged(attempt), lab.reachability(answered))


def test_what_decides_is_the_item_that_admits_too_much():
    shop, goal = lab.load("three-tier"), Goal("backend", "db", 5432, "TCP", False)
    (found,) = found_by(goal, shop, shop)
    assert (str(found.policy), found.path) == ("shop/db-access-ingress", "spec.ingress[0].from[0]")
    assert found.does == "this means shop/backend as well"


def test_a_rule_without_peers_decides_as_a_whole():
    everybody = lab.load(OPEN).policies
    shop, goal = lab.load("three-tier"), Goal("web", "db", 5432, "TCP", False)
    (found,) = found_by(goal, shop.with_policies(everybody), shop)
    assert (found.path, found.does) == (
        "spec.ingress[0]",
        "a rule with no peers admits everybody",
    )


OPEN = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open, namespace: shop}
spec: {podSelector: {}, ingress: [{}]}
"""


def test_a_direction_that_was_filled_in_is_told_as_such():
    shop = lab.load("three-tier")
    goal = Goal("web", "db", 5432, "TCP", allowed=True)
    (found,) = found_by(goal, shop, shop.with_policies([]))
    assert found.does == "this isolates shop/db for ingress, as policyTypes is left out"


def test_a_policy_that_nearly_selects_the_pod_is_told_by_its_selector():
    deny = lab.load(OPEN.replace("ingress: [{}]", "ingress: []")).policies
    nearly = lab.load(OPEN.replace("{}, ", "{matchLabels: {role: dbs}}, ")).policies
    shop, goal = lab.load("three-tier"), Goal("web", "db", 5432, "TCP", True)
    both = (replace(deny[0], name="deny"), *nearly)
    (found,) = found_by(goal, shop.with_policies(both), shop)
    assert (str(found.policy), found.path) == ("shop/open", "spec.podSelector")
    assert found.does == "this does not select shop/db, and rule 1 would admit shop/web"


def test_a_stray_dash_before_ports_is_told_by_the_rule_and_not_by_its_right_peer():
    answered = lab.load("three-tier", ONLY_5432)
    attempt = lab.load("three-tier", ONLY_5432.replace("    ports:", "  - ports:"))
    goal = Goal("backend", "db", 80, "TCP", allowed=False)
    (found,) = found_by(goal, attempt, answered)
    assert (found.path, found.does) == (
        "spec.ingress[0]",
        "a rule without ports admits shop/backend on every port",
    )


ONLY_5432 = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db-access-ingress, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  ingress:
  - from:
    - podSelector: {matchLabels: {role: backend}}
    ports:
    - {port: 5432}
"""


ABOVE = """
title: Under a tier
story: One connection.
answer: |
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: any, namespace: shop}
  spec: {podSelector: {}, ingress: [{}]}
manifests: |
  apiVersion: v1
  kind: Pod
  metadata: {name: web, namespace: shop, labels: {app: web}}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: db, namespace: shop, labels: {app: db}}
  ---
  apiVersion: policy.networking.k8s.io/v1beta1
  kind: ClusterNetworkPolicy
  metadata: {name: default}
  spec:
    tier: TIER
    priority: 5
    subject: {namespaces: {}}
    ingress: [{action: ACTION, from: [{namespaces: {}}]}]
goal: [{from: web, to: db, port: 80, allowed: ALLOWED}]
"""
EGRESS = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mine, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}
"""


def told_under(tier, action, allowed):
    text = ABOVE.replace("TIER", tier).replace("ACTION", action).replace("ALLOWED", allowed)
    grade = Grader(read_exercise(text, "x.yaml")).grade(lab.load(EGRESS))
    return [found.does for found in grade.decisive()]


def test_under_a_baseline_rule_the_line_is_what_fails_to_isolate():
    said = "this does not isolate shop/db for ingress"
    assert told_under("Baseline", "Deny", "true") == [said]
    assert told_under("Baseline", "Accept", "false")[1:] == [said]  # after the egress rule


def test_what_tier_admin_decides_no_line_of_the_learner_does():
    assert told_under("Admin", "Deny", "true") == []
    said = ["a rule with no peers admits everybody"]  # the other side, which the learner decides
    assert told_under("Admin", "Accept", "false") == said
