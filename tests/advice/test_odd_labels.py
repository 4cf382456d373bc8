"""What was probably meant by a requirement that nobody meets, one requirement at a time."""

import pytest

from netpol_lab.advice.odd_labels import (
    Meant,
    change_for_namespace,
    change_for_pod,
    changed,
    speaks_for,
)
from netpol_lab.advice.telling import equal
from netpol_lab.engine.pod_sets import PodIndex
from netpol_lab.model.cluster import Cluster
from netpol_lab.model.objects import Namespace, Pod, Workload
from netpol_lab.model.selectors import Operator, Requirement, Selector

SPACE = {"a": Namespace("a", {"kubernetes.io/metadata.name": "a"})}
APP = equal({"app": "broker"})[0]


def pod(name="one", **labels):
    return Pod("a", name, {"app": "broker"} | labels)


def change(wanted, *others, may_lack=True, rest=(APP,), meant=None):
    meant = meant or pod(role="front", tier="web")
    index = PodIndex(Cluster(SPACE, (meant, *others)))
    selector = Selector((*rest, wanted))
    everybody = index.labelled(Selector())
    found = change_for_pod(selector, wanted, Meant(meant, meant.labels, everybody, may_lack))
    return found and (found.instead and str(found.instead), found.why)


def asks(**labels):
    return equal(labels)[0]


OTHER = pod("two", role="back")


def test_a_value_that_resembles_the_pods_own_becomes_it_whoever_else_is_there():
    assert change(asks(role="front-end"), OTHER)[0] == "role=front"
    assert change(asks(role="front-end"), OTHER, rest=())[0] == "role=front"


def test_a_value_becomes_that_of_all_whom_the_rest_means():
    assert change(asks(role="x"))[0] == "role=front"
    assert change(asks(role="x"), OTHER) is None
    assert change(asks(role="x"), Pod("a", "two", {"role": "back"}))[0] == "role=front"


def test_a_label_that_the_pod_lacks_is_taken_out_if_the_rest_speaks_for_the_pod():
    assert change(asks(team="blue")) == (None, "a/one has no label team")
    assert change(asks(team="blue"), may_lack=False) is None
    assert change(asks(team="blue"), rest=()) is None
    assert change(asks(team="blue"), rest=(Requirement("x", Operator.DOES_NOT_EXIST),)) is None
    assert change(Requirement("team", Operator.EXISTS))[0] is None


def test_a_key_becomes_that_under_which_the_pod_has_the_value():
    named = pod(**{"role": "front", "app.kubernetes.io/name": "front"})
    why = "a/one has no label name"
    found = change(asks(name="front"), meant=named, may_lack=False)
    assert found == ("app.kubernetes.io/name=front", why)
    assert change(asks(name="front"), rest=())[0] == "role=front"
    assert change(asks(name="front"), rest=equal({"role": "front"}), may_lack=False) is None
    assert change(asks(name="true"), meant=pod(trusted="true"), rest=()) is None
    either = Requirement("name", Operator.IN, ("front", "back"))
    assert change(either, rest=()) is None


def test_a_key_that_only_the_owner_has_becomes_that_of_its_pods_and_the_owner_is_named():
    owner = Workload("Deployment", "w", {"app": "web"})
    made = Pod("a", "w-1", {"app.kubernetes.io/name": "web"}, workload=owner)
    why = "Deployment w has this label, its pods do not"
    found = change(asks(app="web"), meant=made, rest=())
    assert found == ("app.kubernetes.io/name=web", why)


def test_a_version_is_taken_out_whatever_the_pod_has():
    assert change(asks(version="1"), may_lack=False)[0] is None
    assert change(asks(version="1"), may_lack=False, meant=pod(version="2"))[0] is None
    assert change(asks(version="1"), rest=()) is None


def test_a_label_that_only_the_owner_has_is_taken_out_and_the_owner_named():
    made = Pod(
        "a", "w-1", {"app": "broker"}, workload=Workload("Deployment", "w", {"team": "blue"})
    )
    why = "Deployment w has this label, its pods do not"
    assert change(asks(team="blue"), meant=made, may_lack=False) == (None, why)
    assert change(asks(team="red"), meant=made, may_lack=False) is None


@pytest.mark.parametrize(
    "wanted",
    [
        Requirement("role", Operator.NOT_IN, ("front",)),
        Requirement("role", Operator.DOES_NOT_EXIST),
        Requirement("role", Operator.IN, ("front-end", "front-end-2")),
        asks(**{"pod-template-hash": "1"}),
    ],
)
def test_what_is_ruled_out_left_to_choose_or_written_by_controllers_stays(wanted):
    assert change(wanted) is None


def test_a_selector_is_changed_in_its_place_and_asks_for_nothing_twice():
    selector = Selector((asks(team="x"), APP, asks(role="y")))
    taken = change_for_pod(
        selector,
        asks(team="x"),
        Meant(pod(), {"app": "broker"}, PodIndex(Cluster(SPACE)).labelled(Selector()), True),
    )
    assert changed(selector, [taken]) == Selector((APP, asks(role="y")))


def test_only_what_is_asked_for_speaks():
    assert speaks_for([APP], {"app": "broker"})
    assert not speaks_for([Requirement("app", Operator.NOT_IN, ("x",))], {"app": "broker"})


# ---------------------------------------------------------------- namespaces

SYSTEM = Namespace("kube-system", {"kubernetes.io/metadata.name": "kube-system", "env": "prod"})
OTHERS = [SYSTEM, Namespace("web", {"kubernetes.io/metadata.name": "web", "team": "x"})]


def namespace_change(wanted, means_pod=False):
    found = change_for_namespace(SYSTEM, OTHERS, wanted, means_pod)
    return found and str(found.instead)


BY_NAME = "kubernetes.io/metadata.name=kube-system"


def test_a_key_that_no_namespace_has_gives_way_to_the_name():
    assert namespace_change(asks(name="kube-system")) == BY_NAME
    assert namespace_change(asks(name="elsewhere")) is None
    assert namespace_change(asks(name="elsewhere"), means_pod=True) == BY_NAME
    assert namespace_change(Requirement("name", Operator.EXISTS), means_pod=True) == BY_NAME


def test_a_key_that_others_have_is_not_odd():
    assert namespace_change(asks(team="kube-system")) is None


def test_a_name_that_no_namespace_has_is_a_slip():
    key = "kubernetes.io/metadata.name"
    assert namespace_change(asks(**{key: "kube-sytem"})) == BY_NAME
    assert namespace_change(asks(**{key: "web"}), means_pod=True) is None
    assert namespace_change(asks(**{key: "elsewhere"}), means_pod=True) == BY_NAME


def test_a_slip_in_a_value_becomes_the_namespaces_own():
    assert namespace_change(asks(env="prod-eu")) == "env=prod"
    assert namespace_change(asks(env="dev")) is None
    assert namespace_change(Requirement("env", Operator.NOT_IN, ("prod",))) is None
