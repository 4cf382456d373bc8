"""Which objects make the API server call a Service."""

import pytest

import netpol_lab as lab
from netpol_lab.manifests.services.callbacks import callbacks_in
from netpol_lab.model.callbacks import Callback

SERVICE = {"name": "hook", "namespace": "ops"}
HOOKS = "admissionregistration.k8s.io/v1"
CRD = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}


def webhook(service, kind="ValidatingWebhookConfiguration"):
    webhooks = [{"name": "a", "clientConfig": {"service": service}}]
    return {"apiVersion": HOOKS, "kind": kind, "metadata": {"name": "w"}, "webhooks": webhooks}


def called(value):
    return [(found.service, found.port) for found in callbacks_in(value)]


@pytest.mark.parametrize(
    "value",
    [
        webhook(SERVICE),
        webhook(SERVICE, "MutatingWebhookConfiguration"),
        {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService"}
        | {"spec": {"service": SERVICE}},
        CRD | {"spec": {"conversion": {"webhook": {"clientConfig": {"service": SERVICE}}}}},
        CRD | {"spec": {"conversion": {"webhookClientConfig": {"service": SERVICE}}}},
    ],
)
def test_each_kind_names_its_service(value):
    assert called(value) == [("ops/hook", 443)]


def test_another_port_than_443_is_written():
    assert called(webhook(SERVICE | {"port": 9443})) == [("ops/hook", 9443)]


@pytest.mark.parametrize(
    "value",
    [
        webhook(None),
        webhook({"name": "hook"}),
        webhook(SERVICE | {"port": "https"}),
        webhook([SERVICE]),
        {"apiVersion": HOOKS, "kind": "ValidatingAdmissionPolicy", "spec": {"service": SERVICE}},
        {"apiVersion": HOOKS, "kind": "ValidatingWebhookConfiguration", "webhooks": {"a": 1}},
        {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "spec": None},
        CRD,
        CRD | {"apiVersion": "example.com/v1", "spec": {"service": SERVICE}},
    ],
)
def test_what_names_no_service_is_passed_over(value):
    assert called(value) == []


def test_a_cluster_knows_them_once():
    text = "\n---\n".join(map(str, [webhook(SERVICE), webhook(SERVICE)]))
    expected = Callback("ValidatingWebhookConfiguration", "w", "ops/hook")
    assert lab.load(text).callbacks == (expected,)
