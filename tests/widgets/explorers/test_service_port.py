"""The explorer of ports: lists and code take the same walk."""

import pytest
from ipywidgets import Dropdown

import netpol_lab as lab
from netpol_lab.errors import AmbiguousNameError, FlowError, UnknownNameError
from tests.helpers.boards import inside
from tests.helpers.explored import SHOP

# A Service without ports, one with a port over two protocols, and a workload of two pods.
TOWN = lab.load("""
apiVersion: v1
kind: Service
metadata: {name: dns, namespace: town}
spec:
  clusterIP: 10.96.0.10
  selector: {app: dns}
  ports: [{name: u, port: 53, protocol: UDP}, {name: t, port: 53}, {name: m, port: 9153}]
---
apiVersion: v1
kind: Service
metadata: {name: bare, namespace: town}
spec: {clusterIP: None, selector: {app: nobody}}
---
apiVersion: v1
kind: Service
metadata: {name: store, namespace: town}
spec: {clusterIP: 10.96.0.11, selector: {app: dns}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: dns-1, namespace: town, labels: {app: dns}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: town}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: many, namespace: town}
spec:
  replicas: 2
  selector: {matchLabels: {app: many}}
  template: {metadata: {labels: {app: many}}, spec: {containers: [{name: c, image: c}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: store, namespace: town}
spec:
  replicas: 1
  selector: {matchLabels: {app: store}}
  template: {metadata: {labels: {app: store}}, spec: {containers: [{name: c, image: c}]}}
""")


@pytest.fixture
def explorer():
    return lab.explore_ports(SHOP, "api")


def lists(explorer):
    return {made.description: made for made in inside(explorer, Dropdown)}


def test_what_is_left_out_is_the_first_that_fits(explorer):
    assert explorer.walk.title == "shop/web calls shop/api on TCP 80"
    assert lab.explore_ports(SHOP).walk.title == explorer.walk.title


def test_what_is_not_mentioned_stays(explorer):
    explorer.set(port=90)
    explorer.set(client="api-2")
    assert explorer.walk.title == "shop/api-2 calls shop/api on TCP 90"


def test_another_service_begins_with_its_first_port(explorer):
    explorer.set(port=90)
    explorer.set(service="ghost")
    assert explorer.walk.asked == "TCP 80"


@pytest.mark.parametrize("wrong", [{"port": 81}, {"service": "apo"}, {"client": "wub"}])
def test_a_wrong_question_raises_and_changes_nothing(explorer, wrong):
    before = explorer.summary
    with pytest.raises(UnknownNameError):
        explorer.set(**wrong)
    assert explorer.summary == before


def test_choosing_from_the_lists_does_what_set_does(explorer):
    lists(explorer)["Port of the Service"].value = (90, "TCP")
    assert "TCP 90" in explorer.summary
    lists(explorer)["Service"].value = "shop/api-headless"
    assert "headless" in explorer.summary
    lists(explorer)["Client"].value = "shop/api-1"
    assert explorer.walk.title.startswith("shop/api-1 calls")


def test_a_client_that_is_an_address_is_listed_too(explorer):
    explorer.set(client="203.0.113.7")
    assert lists(explorer)["Client"].value == "203.0.113.7"


def test_without_a_service_or_a_client_it_says_so():
    with pytest.raises(UnknownNameError, match="no Service"):
        lab.explore_ports(lab.load("three-tier"))
    alone = "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}"
    with pytest.raises(UnknownNameError, match="no pod"):
        lab.explore_ports(lab.load(alone))


@pytest.fixture
def walk():
    return lab.explore_ports(TOWN, "dns", client="web")


def complaints(explorer):
    return {name: field._said.value for name, field in explorer._fields.items()}


def test_a_service_that_offers_no_port_is_refused_in_words(walk):
    for ask in (walk.set, lambda service: lab.explore_ports(TOWN, service)):
        with pytest.raises(UnknownNameError, match="town/bare offers no port: choose another"):
            ask(service="bare")


def test_after_a_service_without_ports_another_client_does_not_ask_it_for_another_services_port(
    walk,
):
    before = walk._inputs, walk.summary, walk.svg
    lists(walk)["Service"].value = "town/bare"
    lists(walk)["Client"].value = "town/dns-1"
    assert "offers no port" in complaints(walk)["client"]
    assert (walk._inputs, walk.summary, walk.svg) == before


def test_after_a_service_without_ports_the_lists_lead_on(walk):
    lists(walk)["Service"].value = "town/bare"
    lists(walk)["Service"].value = "town/store"
    assert walk.walk.title == "town/web calls town/store on TCP 80"
    assert set(complaints(walk).values()) == {""}


def test_the_protocol_that_was_chosen_stays(walk):
    assert walk.walk.asked == "UDP 53"
    lists(walk)["Port of the Service"].value = (53, "TCP")
    walk.set(client="dns-1")
    assert walk.walk.title == "town/dns-1 calls town/dns on TCP 53"
    walk.set(port=53)
    assert walk.walk.asked == "UDP 53"


def test_code_can_choose_the_protocol(walk):
    walk.set(protocol="tcp")
    assert walk.walk.asked == "TCP 53"
    walk.set(port=53, protocol="UDP")
    assert walk.walk.asked == "UDP 53"
    walk.set(service="dns", protocol="TCP")
    assert walk.walk.asked == "TCP 53"
    assert lab.explore_ports(TOWN, "dns", 53, protocol="TCP").walk.asked == "TCP 53"


def test_a_protocol_that_is_not_offered_is_refused_with_those_that_are(walk):
    with pytest.raises(UnknownNameError, match=r'no port "UDP 9153".*TCP 9153'):
        walk.set(port=9153, protocol="UDP")
    with pytest.raises(UnknownNameError, match='no port "SCTP 53"'):
        walk.set(protocol="SCTP")
    assert walk.walk.asked == "UDP 53"


def test_a_service_is_no_client_even_where_a_workload_is_called_like_it(walk):
    for client in ("svc/town/store", "service:town/store"):
        with pytest.raises(FlowError, match="is a Service, which opens no connections"):
            walk.set(client=client)


def test_a_workload_of_one_pod_calls_and_one_of_several_does_not(walk):
    walk.set(client="store")
    assert walk.walk.client.pod.workload.name == "store"
    with pytest.raises(AmbiguousNameError, match="many has 2 pods: name the one that calls"):
        walk.set(client="many")
