"""Expectations about a cluster that is at hand."""

import pytest

import netpol_lab as lab

SHOP = lab.load("three-tier")


def test_what_holds_is_counted():
    checked = lab.expect(SHOP, "expect: [{from: web, to: backend, port: 8080, allowed: true}]")
    assert checked.hold
    assert str(checked) == "1 case, 1 expectation: all hold"


def test_what_does_not_hold_is_told_with_its_line_and_reasons():
    checked = lab.expect(SHOP, "expect:\n- {from: web, to: db, port: 5432, allowed: true}")
    assert not checked.hold
    assert "FAIL <text>:2: shop/web -> shop/db  TCP 5432: expected allowed, got denied" in str(
        checked
    )
    assert "rule 1 wants role=backend" in str(checked)


def test_the_matrix_form_works_as_in_files():
    text = """
        probe_ports: [{port: 80}]
        expect_default: true
        expect:
        - {from: shop/web, to: shop/db, allowed: false}
        - {from: shop/db, to: shop/backend, allowed: false}
    """
    assert str(lab.expect(SHOP, text)) == "1 case, 6 expectations: all hold"


def test_expectations_about_a_cluster_with_a_cluster_wide_policy_do_not_hold():
    above = """
        apiVersion: policy.networking.k8s.io/v1alpha1
        kind: AdminNetworkPolicy
        metadata: {name: above}
    """
    pods = "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n"
    checked = lab.expect(
        lab.load(pods + pods.replace("a}}", "b}}") + above),
        "expect: [{from: a, to: b, port: 1, allowed: true}]",
    )
    assert not checked.hold
    assert "not run: AdminNetworkPolicy among the manifests" in str(checked)


def test_assumptions_are_taken_along():
    text = "expect: [{from: web, to: db, port: 1, allowed: true}]"
    assert lab.expect(SHOP, text, lab.Assumptions(enforced=False)).hold


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no test"),
        ("- web", "must be a mapping"),
        ("expect: [{from: web, to: db, alowed: true}]", "alowed"),
        ("expect: [{to: db, allowed: true}]", "from is missing"),
        ("about: nothing", "needs expect"),
    ],
)
def test_a_text_in_another_format_is_refused_with_a_complaint(text, said):
    with pytest.raises(lab.ManifestError, match=said):
        lab.expect(SHOP, text)


def test_a_pod_that_is_not_there_is_a_failure_with_a_suggestion():
    checked = lab.expect(SHOP, "expect: [{from: wep, to: db, port: 1, allowed: true}]")
    assert "web" in str(checked)
