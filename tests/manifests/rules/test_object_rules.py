"""Selectors, pods, Services and workloads; the files of cases/invalid prove the rest."""

import pytest

from netpol_lab.manifests import api_types as api
from netpol_lab.manifests.rules.object_rules import (
    check_address,
    check_pod,
    check_port_number,
    check_protocol,
    check_selector,
    check_service,
    check_workload,
    repeated_port_names,
)


def requirement(operator, *values):
    return api.LabelSelectorRequirement("app", operator, values or None)


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        (requirement("in", "a"), "operator"),
        (requirement("In"), "values"),
        (requirement("NotIn"), "values"),
        (requirement("Exists", "a"), "values"),
        (requirement("DoesNotExist", "a"), "values"),
        (api.LabelSelectorRequirement("", "Exists"), "key"),
    ],
)
def test_an_expression_is_refused_where_it_is_wrong(expression, path):
    selector = api.LabelSelector(match_expressions=(expression,))
    found = {problem.path for problem in check_selector(selector, ())}
    assert found == {("matchExpressions", 0, path)}


@pytest.mark.parametrize("number", [1, 65535])
def test_these_are_ports(number):
    assert list(check_port_number(number, ())) == []


@pytest.mark.parametrize("number", [0, -1, 65536])
def test_these_are_no_ports(number):
    (problem,) = check_port_number(number, ())
    assert problem.message == f"{number}: must be between 1 and 65535, inclusive"


def test_icmp_is_no_protocol_of_a_port_and_its_hint_does_not_propose_another():
    (problem,) = check_protocol("ICMP", ())
    assert "did you mean" not in problem.hint
    assert "ICMP has no ports" in problem.hint


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("x", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)", "such as"),
        ("10.0.0.1/32", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)", "such as"),
        ("010.0.0.1", "must not have leading 0s", "write 10.0.0.1"),
        ("::00001", "must not have leading 0s", "write ::1"),
        ("::ffff:10.0.0.1", "must not be an IPv4-mapped IPv6 address", "write 10.0.0.1"),
    ],
)
def test_what_is_no_address_is_refused(text, said, hint):
    (problem,) = check_address(text, ())
    assert said in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize("text", ["10.0.0.1", "::", "FD00::0001"])
def test_these_are_addresses(text):
    assert list(check_address(text, ())) == []


def containers(*ports):
    return api.PodSpec(containers=(api.Container(ports),))


def test_the_ports_of_containers_are_checked():
    pod = api.Pod(spec=containers(api.ContainerPort("A", 0, "tcp")))
    path = ("spec", "containers", 0, "ports", 0)
    assert [problem.path for problem in check_pod(pod)] == [
        (*path, "name"),
        (*path, "name"),
        (*path, "containerPort"),
        (*path, "protocol"),
    ]


def test_a_name_that_two_ports_of_one_container_have_is_taken_with_a_warning():
    web, again, other = (api.ContainerPort("web", number) for number in (80, 81, 82))
    (warning,) = repeated_port_names(containers(web, again), ("spec",))
    assert warning.path == ("spec", "containers", 0, "ports", 1, "name")
    assert 'Duplicate value: "web"' in warning.message
    both = api.PodSpec(containers=(api.Container((web,)), api.Container((other,))))
    assert list(repeated_port_names(both, ())) == []
    assert list(repeated_port_names(containers(api.ContainerPort(), api.ContainerPort()), ())) == []


def service(**fields):
    spec = api.ServiceSpec(**{"ports": (api.ServicePort("", 80),), **fields})
    return [(p.path[1:], p.message) for p in check_service(api.Service(spec=spec))]


def test_a_cluster_ip_is_called_the_first_of_its_addresses_and_shown_where_it_is_written():
    spec = api.ServiceSpec(cluster_ip="x", ports=(api.ServicePort("", 80),))
    (problem,) = check_service(api.Service(spec=spec))
    assert problem.path == ("spec", "clusterIPs", 0)
    assert problem.written_at == ("spec", "clusterIP")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"cluster_ips": ("10.0.0.1",)}, "must be empty when `clusterIP` is not specified"),
        ({"cluster_ip": "10.0.0.1", "cluster_ips": ("10.0.0.2",)}, "first value must match"),
        ({"cluster_ip": "None", "cluster_ips": ("None", "10.0.0.2")}, "the first and only value"),
        ({"cluster_ip": "10.0.0.1", "cluster_ips": ("10.0.0.1", "10.0.0.2")}, "no more than one"),
        ({"cluster_ip": "None", "type": "LoadBalancer"}, "may not be set to 'None' for LoadB"),
        ({"type": "clusterip"}, 'supported values: "ClusterIP", "ExternalName", "LoadBalancer"'),
        ({"external_ips": ("x",)}, "must be a valid IP address"),
        ({"selector": {"a": "-"}}, "a valid label must be an empty string"),
        ({"type": "ExternalName", "external_name": "A"}, "a lowercase RFC 1123 subdomain"),
        ({"type": "ExternalName", "external_name": "a", "cluster_ip": "None"}, "may not be set"),
    ],
)
def test_what_is_wrong_with_a_service_is_told(fields, fault):
    assert any(fault in message for _, message in service(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"cluster_ip": "None", "ports": None},
        {"cluster_ip": "10.0.0.1", "cluster_ips": ("10.0.0.1", "fd00::1")},
        {"type": "ExternalName", "external_name": "example.com.", "ports": None},
        {"ports": (api.ServicePort("a", 53, "dns"), api.ServicePort("b", 53, 53, protocol="UDP"))},
    ],
)
def test_these_services_are_taken(fields):
    assert service(**fields) == []


def workload(selector, labels, kind="Deployment"):
    template = api.PodTemplate(api.ObjectMeta(labels=labels))
    spec = api.WorkloadSpec(selector=selector, template=template)
    found = check_workload(api.Workload(kind=kind, spec=spec))
    return [(".".join(map(str, p.path)), p.message) for p in found]


@pytest.mark.parametrize(
    ("selector", "labels", "matches"),
    [
        (api.LabelSelector({"app": "web"}), {"app": "web", "b": "c"}, True),
        (api.LabelSelector({"app": "web"}), {"app": "api"}, False),
        (api.LabelSelector({"app": "web"}), None, False),
        (api.LabelSelector(None, (requirement("In", "a", "web"),)), {"app": "web"}, True),
        (api.LabelSelector(None, (requirement("In", "a"),)), {"app": "web"}, False),
        (api.LabelSelector(None, (requirement("In", "a"),)), {}, False),
        (api.LabelSelector(None, (requirement("NotIn", "a"),)), {"app": "web"}, True),
        (api.LabelSelector(None, (requirement("NotIn", "a"),)), {}, True),
        (api.LabelSelector(None, (requirement("NotIn", "a"),)), {"app": "a"}, False),
        (api.LabelSelector(None, (requirement("Exists"),)), {"app": ""}, True),
        (api.LabelSelector(None, (requirement("Exists"),)), {}, False),
        (api.LabelSelector(None, (requirement("DoesNotExist"),)), {}, True),
        (api.LabelSelector(None, (requirement("DoesNotExist"),)), {"app": ""}, False),
    ],
)
def test_a_workload_selects_the_labels_of_its_template(selector, labels, matches):
    found = workload(selector, labels)
    assert (found == []) is matches
    assert all(path == "spec.template.metadata.labels" for path, _ in found)


def test_a_selector_that_cannot_be_read_hides_the_template():
    bad = api.LabelSelector({"a": "-"})
    assert [path for path, _ in workload(bad, {"a": "-"})] == ["spec.selector.matchLabels",
                                                              "spec.selector"]  # fmt: skip
    as_daemons = [path for path, _ in workload(bad, {"a": "-"}, "DaemonSet")]
    assert as_daemons == ["spec.selector.matchLabels", "spec.template.labels"]


def test_a_workload_without_a_selector_is_taken():
    assert workload(None, {"app": "web"}) == []
    assert workload(api.LabelSelector(), {}, "Job") == []
    assert workload(api.LabelSelector(), {}, "DaemonSet") != []
