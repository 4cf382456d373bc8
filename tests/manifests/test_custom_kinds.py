"""Custom resources that make pods: what is known of those pods."""

import pytest

import netpol_lab as lab

PROMETHEUS = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s}\n"


def makers(text, **options):
    return lab.load(text, **options).pod_makers


def test_an_operator_makes_pods_in_the_namespace_of_its_object():
    (maker,) = makers(PROMETHEUS, namespace="mon")
    assert (str(maker), maker.name, maker.namespace) == (
        "Prometheus (monitoring.coreos.com)",
        "k8s",
        "mon",
    )
    assert maker.certain
    assert not maker.complete


@pytest.mark.parametrize("spec", ["{podMetadata: {labels: {a: b, c: 3}}}",
                                  "{template: {metadata: {labels: {a: b}}}}",
                                  "{inheritedMetadata: {labels: {a: b}}}"])  # fmt: skip
def test_labels_that_it_is_told_of_are_known(spec):
    (maker,) = makers(f"{PROMETHEUS}spec: {spec}\n")
    assert maker.labels == {"a": "b"}


@pytest.mark.parametrize("spec", ["3", "[]", "{podMetadata: 3}", "{podMetadata: {labels: [a]}}"])
def test_what_is_not_written_as_expected_tells_no_labels(spec):
    (maker,) = makers(f"{PROMETHEUS}spec: {spec}\n")
    assert maker.labels == {}


def test_a_kind_that_nobody_knows_is_not_certain_to_make_pods():
    (maker,) = makers("apiVersion: example.com/v1\nkind: Crane\nmetadata: {name: [a]}\n")
    assert (maker.name, maker.namespace, maker.certain) == ("", "", False)


def test_a_kind_that_makes_no_pods_is_no_maker():
    assert makers("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n") == ()
