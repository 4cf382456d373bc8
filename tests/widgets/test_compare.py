"""Two variants of a cluster side by side: which connections differ, and why."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import ManifestError, NetpolError

SHOP = lab.load("three-tier")
DENY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  policyTypes: [Ingress]
"""


def test_a_text_of_policies_is_put_among_the_pods_of_a_cluster():
    found = lab.compare(DENY, SHOP, port=5432, cluster=SHOP)
    assert [arc.key for arc, _ in found.different] == [
        "flow:shop/backend>shop/db",
        "flow:shop/db>shop/backend",
    ]


def test_the_clusters_own_policies_do_not_count_beside_a_text():
    found = lab.compare(DENY, SHOP.with_policies([]), port=80, cluster=SHOP)
    assert all(arc.source.name != "shop/db" for arc, _ in found.different)


def test_without_pods_a_comparison_says_what_is_missing():
    with pytest.raises(NetpolError, match="cluster="):
        lab.compare(DENY, DENY, port=80)


def test_a_comparison_with_itself_finds_no_difference():
    found = lab.compare(SHOP, SHOP, port=5432)
    assert found.different == ()
    assert str(found).endswith("The same connections are allowed.")


def test_a_broken_text_raises_the_complaints():
    with pytest.raises(ManifestError, match="podSelectors"):
        lab.compare(DENY.replace("podSelector", "podSelectors"), SHOP, port=80, cluster=SHOP)


def test_each_difference_is_what_the_engine_says_of_both():
    found = lab.compare(SHOP.with_policies([]), SHOP, port=5432)
    for arc, other in found.different:
        ends = arc.source.name, arc.destination.name
        assert lab.evaluate(SHOP.with_policies([]), *ends, port=5432).allowed
        assert not lab.evaluate(SHOP, *ends, port=5432).allowed
        assert arc.key == other.key


def test_both_pictures_and_the_words_are_shown():
    data = lab.compare(DENY, SHOP, port=5432, cluster=SHOP)._repr_mimebundle_()
    assert data["text/html"].count("<svg") == 2
    assert data["text/plain"] in data["text/html"].replace("&gt;", ">")


def test_nothing_has_happened_between_two_variants():
    open_to_all = SHOP.with_policies([])
    for pair in ((open_to_all, SHOP), (SHOP, open_to_all)):
        found = lab.compare(*pair, port=5432)
        everything = "".join([found._repr_mimebundle_()["text/html"], found.right.text])
        assert "just " not in everything
        assert "changed" not in everything.replace("data-changed", "")
        assert "2 differ" in found.right.title
    assert "allowed  allowed only here" in found.right.text
    assert "allowed only here, blocked only here" in found._repr_mimebundle_()["text/html"]


def test_one_connection_differs():
    db_only = SHOP.with_policies(["db-access-ingress"])
    found = lab.compare(SHOP.with_policies([]), db_only, port=5432)
    assert found.right.title.endswith("1 blocked, 1 differs")
    assert "shop/web to shop/db, TCP 5432, blocked, blocked only here" in repr(
        found.right.arcs[1].label
    )


def test_what_is_undefined_is_not_said_to_be_blocked():
    found = lab.compare(SHOP, SHOP.with_policies([]), protocol="ICMP")
    remarks = {arc.state: arc.remark for arc in found.right.arcs if arc.remark}
    assert all(remark == f"{state} only here" for state, remark in remarks.items())


def test_both_pictures_are_of_the_same_height():
    found = lab.compare(SHOP.with_policies([]), SHOP, port=5432)
    assert found.left.sheet.height == found.right.sheet.height


def test_a_pod_that_only_one_variant_has_is_no_difference():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: new, namespace: shop}\n"
    assert lab.compare(SHOP, lab.load("three-tier", pod), port=5432).different == ()


def test_a_variant_may_be_a_file(tmp_path):
    path = tmp_path / "none.yaml"
    path.write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", encoding="utf-8")
    shop = lab.load("three-tier")
    found = lab.compare(path, shop, port=5432, cluster=shop)
    assert "Different for 2 connections" in repr(found)


def test_a_text_of_cluster_wide_policies_is_compared_with_its_effect():
    two = lab.load("two-teams")
    open_all = """
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: closed-by-default}
spec: {tier: Baseline, priority: 100, subject: {namespaces: {}}}
"""
    nothing = "{apiVersion: v1, kind: Namespace, metadata: {name: x}}"
    found = lab.compare(nothing, open_all, 80, cluster=two)
    assert any(now.destination.name == "blog/page" for _, now in found.different)
