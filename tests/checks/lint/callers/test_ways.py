"""Where Services lead, as callers that are cut off see it."""

from netpol_lab.checks.lint.callers.ways import INGRESS, Way, closest, shut_ways
from netpol_lab.model.ports import Protocol
from netpol_lab.model.selectors import Selector
from netpol_lab.model.services import Service, ServicePort
from tests.helpers.linted import context, policy

HTTP = ServicePort(80, "http")
TO_WEB = "{podSelector: {matchLabels: {app: web}}, ingress: [%s]}"


def service(seen):
    return next(s for s in seen.cluster.services if s.name == "web")


def test_a_way_ends_at_the_port_of_the_pod():
    seen = context(policy(TO_WEB % ""))
    (way,) = shut_ways(seen, service(seen), [HTTP])
    assert (str(way.pod), str(way.port)) == ("shop/web", "TCP 8080")


def test_a_pod_that_nothing_isolates_is_open():
    seen = context()
    assert shut_ways(seen, service(seen), [HTTP]) == []


def test_a_headless_service_means_the_port_that_is_asked_for():
    seen = context(policy(TO_WEB % ""))
    headless = Service("shop", "web", Selector(), headless=True)
    web_only = Service("shop", "web", service(seen).selector, headless=headless.headless)
    assert [way.number for way in shut_ways(seen, web_only, [HTTP])] == [80]


def test_the_closest_rule_is_that_which_opens_the_port_to_most():
    db = "{from: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 8080}]}"
    every = "{from: [{podSelector: {}}], ports: [{port: 8080}]}"
    other = "{ports: [{port: 8081}]}"
    seen = context(policy(TO_WEB % f"{other}, {db}, {every}"), policy("{podSelector: {}}", "deny"))
    pod = seen.cluster.pod("shop/web")
    found, path = closest(seen, pod, INGRESS, Way(pod, Protocol.TCP, 8080))
    assert (found.name, path) == ("p", "spec.ingress[2]")


def test_without_such_a_rule_the_policy_that_selects_fewest_is_closest():
    seen = context(policy("{podSelector: {}}", "deny"), policy(TO_WEB % "{ports: [{port: 1}]}"))
    pod = seen.cluster.pod("shop/web")
    found, path = closest(seen, pod, INGRESS, Way(pod, Protocol.TCP, 8080))
    assert (found.name, path) == ("p", "spec.ingress")
