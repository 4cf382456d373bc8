"""The walk through a Service, against verdicts on the pods themselves; boxes that do not meet."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import FlowError
from netpol_lab.pictures.shapes import Group
from netpol_lab.widgets.explorers.service_port_walk import ServicePortInput, ask, offers
from tests.helpers.explored import SHOP, faults, texts


def walk(service="shop/api", port=80, client="shop/web"):
    return ask(SHOP, ServicePortInput(service, port, "TCP", client))


def test_a_named_target_port_is_another_number_in_each_pod():
    assert [(stop.pod.name, stop.port) for stop in walk().stops] == [
        ("api-1", 8080),
        ("api-2", 3000),
    ]


@pytest.mark.parametrize("service", ["shop/api", "shop/api-headless"])
def test_each_pod_fares_as_if_it_were_called_itself(service):
    for stop in walk(service).stops:
        direct = lab.evaluate(SHOP, "web", stop.pod.name, port=stop.port)
        assert stop.verdict.allowed is direct.allowed


def test_the_policy_that_asks_for_the_services_port_blocks_and_says_so():
    first, _ = walk().stops
    assert first.state == "blocked"
    assert "rule 1 wants TCP 80" in walk().text
    assert "80 is the port of Service shop/api" in walk().why("pod:shop/api-1")


def test_a_pod_without_the_named_port_is_no_endpoint():
    first, second = walk(port=90).stops
    assert (first.port, second.port, second.state) == (9000, None, "no endpoint")
    assert "has no port called admin" in walk(port=90).why("pod:shop/api-2")


def test_a_headless_service_rewrites_nothing():
    found = walk("shop/api-headless")
    assert [stop.port for stop in found.stops] == [80, 80]
    assert "nothing is rewritten" in found.text
    assert "no container declares TCP 80: does one listen there?" in found.text


def test_a_service_that_selects_nobody_leads_nowhere():
    found = walk("shop/ghost")
    assert found.stops == ()
    assert found.nowhere == "No running pod has app=apii: the Service has no endpoints."


def test_a_service_without_a_selector_leads_nowhere():
    manifest = "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}"
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}}"
    found = ask(lab.load(manifest, pod), ServicePortInput("default/s", 80, "TCP", "default/a"))
    assert "no selector" in found.nowhere


def test_an_address_can_call_as_well_and_may_arrive_with_another():
    assert {stop.state for stop in walk(client="203.0.113.7").stops} == {"undefined"}  # SEM-60


def test_a_service_opens_no_connections():
    with pytest.raises(FlowError, match="opens no connections"):
        walk(client="service:shop/api")


def test_a_headless_service_is_asked_for_the_ports_of_its_pods():
    headless = SHOP.endpoint("service:shop/api-headless").service
    assert offers(SHOP, headless) == ((80, "TCP"), (8080, "TCP"), (9000, "TCP"), (3000, "TCP"))


def test_the_state_tells_who_calls_what():
    assert walk().state == "shop/web|shop/api|TCP 80"


DNS = lab.load("""
apiVersion: v1
kind: Service
metadata: {name: dns}
spec:
  clusterIP: None
  selector: {app: dns}
  ports: [{name: t, port: 53}, {name: u, port: 53, protocol: UDP}]
---
apiVersion: v1
kind: Pod
metadata: {name: dns, labels: {app: dns}}
spec:
  initContainers:
  - {name: setup, image: i, ports: [{containerPort: 81}]}
  - {name: side, image: i, restartPolicy: Always, ports: [{containerPort: 82}]}
  containers: [{name: c, image: c, ports: [{name: dns, containerPort: 53, protocol: UDP}]}]
---
{apiVersion: v1, kind: Pod, metadata: {name: web}}
""")


def listening(port, protocol="TCP"):
    (stop,) = ask(DNS, ServicePortInput("default/dns", port, protocol, "default/web")).stops
    return stop.listening


def test_a_port_is_declared_over_one_protocol():
    assert listening(53, "UDP") == "a container declares it as dns"
    assert listening(53, "TCP") == "no container declares TCP 53: does one listen there?"


def test_what_an_init_container_declares_is_not_listened_on_unless_it_keeps_running():
    assert listening(81).startswith("no container")
    assert listening(82) == "a container declares it"
    headless = DNS.endpoint("service:dns").service
    assert offers(DNS, headless) == ((53, "TCP"), (53, "UDP"), (82, "TCP"))


# ---------------------------------------------------------------- the picture

MARKET = lab.load("market")
WALKS = [
    *(
        ask(SHOP, ServicePortInput(f"shop/{name}", 80, "TCP", "shop/web"))
        for name in ("api", "ghost")
    ),
    ask(SHOP, ServicePortInput("shop/api-headless", 80, "TCP", "203.0.113.7")),
    ask(SHOP, ServicePortInput("shop/api", 90, "TCP", "shop/web")),
    *(
        ask(MARKET, ServicePortInput(str(s), s.ports[0].port, s.ports[0].protocol, "front/web-1"))
        for s in MARKET.services
    ),
]


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.title)
def test_no_text_meets_another(walk):
    assert faults(walk) == []


def groups(walk):
    return [dict(g.data) for g in walk.sheet.shapes if isinstance(g, Group) and g.data]


def test_each_pod_is_a_part_with_its_verdict():
    verdicts = [(data["key"], data["verdict"]) for data in groups(WALKS[0])]
    assert verdicts == [("pod:shop/api-1", "blocked"), ("pod:shop/api-2", "allowed")]


def test_where_nobody_is_behind_the_service_a_box_says_so():
    words = [text.words for text in texts(WALKS[1].sheet)]
    assert "nowhere" in words
    assert groups(WALKS[1]) == []


def test_a_pod_that_is_no_endpoint_has_no_verdict_box():
    words = [text.words for text in texts(WALKS[3].sheet)]
    assert words.count("TCP 9000") == 1
    assert "has no port called admin" in words


def test_the_pods_address_and_port_stand_in_its_box():
    words = [text.words for text in texts(WALKS[0].sheet)]
    assert "10.1.0.6:8080" in words
    assert "10.1.0.7:3000" in words
