"""Which Services an Ingress leads to, and which the environment of containers names."""

import pytest

import netpol_lab as lab
from netpol_lab.manifests.services.named_services import backends_in, mentions_in

INGRESS = {"kind": "Ingress", "apiVersion": "networking.k8s.io/v1", "metadata": {"name": "front"}}


def backends(spec, **more):
    return [(b.service, b.port) for b in backends_in({**INGRESS, **more, "spec": spec}, "shop")]


def mentions(*env, kind="Pod", **spec):
    value = {"spec": {"containers": [{"name": "web", "env": [*env]}], **spec}}
    found = mentions_in(value, kind, "shop", "web")
    return [(mention.variable, mention.host, mention.port) for mention in found]


def named(text, variable="URL"):
    found = mentions({"name": variable, "value": text})
    return [(host, port) for _, host, port in found]


def test_every_path_of_an_ingress_is_a_backend():
    service = {"name": "web", "port": {"name": "http"}}
    paths = [{"backend": {"service": service}}, {"backend": {"serviceName": "b", "servicePort": 1}}]
    assert backends({"rules": [{"http": {"paths": paths}}]}) == [
        ("shop/web", "http"),
        ("shop/b", 1),
    ]


def test_the_default_backend_is_one_of_the_namespace_that_is_written():
    service = {"service": {"name": "web", "port": {"number": 80}}}
    more = {"metadata": {"name": "front", "namespace": "ops"}}
    assert backends({"defaultBackend": service}, **more) == [("ops/web", 80)]


@pytest.mark.parametrize("spec", [None, [], {"rules": 3}, {"rules": [None]}, {"backend": "web"}])
def test_an_ingress_that_is_malformed_leads_nowhere(spec):
    assert backends(spec) == []


def test_an_ingress_of_another_group_is_another_kind():
    spec = {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}
    assert backends(spec, apiVersion="config.openshift.io/v1") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("db:5432", [("db", 5432)]),
        ("http://web", [("web", 80)]),
        ("https://web.shop.svc:8443/a?b=c", [("web.shop.svc", 8443)]),
        ("jdbc:postgresql://db:5432/shop", [("db", 5432)]),
        ("amqp://me:secret@queue:5672", [("queue", 5672)]),
        ("a:1,b:2", [("a", 1), ("b", 2)]),
        ("db", []),
        ("postgres://db/shop", []),
        ("http://$(WEB_HOST):80", []),
        ("12:30:45", []),
        ("a" * 2000 + ":80", []),
    ],
)
def test_a_url_or_a_host_with_its_port_is_named(text, found):
    assert named(text) == found


def test_a_host_and_its_port_may_stand_in_two_variables():
    env = {"name": "DB_HOST", "value": "db"}, {"name": "DB_PORT", "value": "5432"}
    assert mentions(*env) == [("DB_HOST", "db", 5432)]
    assert mentions(*env[:1]) == []


@pytest.mark.parametrize("variable", ["CORS_ORIGINS", "PUBLIC_URL", "no_proxy", "REDIRECT_URI"])
def test_what_is_told_to_others_is_called_by_nobody_here(variable):
    assert named("http://web:80", variable) == []


def test_only_values_that_are_written_there_count():
    env = {"name": "URL", "valueFrom": {"configMapKeyRef": {"name": "all", "key": "URL"}}}
    assert mentions(env, {"name": "N", "value": 80}, None) == []


def test_init_containers_and_the_templates_of_workloads_are_read():
    env = {"env": [{"name": "URL", "value": "db:1"}]}
    pods = {"template": {"spec": {"initContainers": [env]}}}
    for kind, spec in (("Deployment", pods), ("CronJob", {"jobTemplate": {"spec": pods}})):
        found = list(mentions_in({"spec": spec}, kind, "shop", "web"))
        assert [(f.kind, f.host, f.port) for f in found] == [(kind, "db", 1)]


def test_what_replaces_an_object_is_all_that_counts():
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
        "spec: {containers: [{name: a, env: [{name: URL, value: '%s:80'}]}]}\n"
    )
    cluster = lab.load(text % "old", text % "new")
    assert [found.host for found in cluster.mentions] == ["new"]
