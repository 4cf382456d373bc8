"""Two variants side by side, and every way to write ingress, egress and policyTypes."""

from itertools import product

import naive
import pytest
import yaml
from boards import inside
from ipywidgets import HTML, Dropdown

import netpol_lab as lab
from netpol_lab.errors import ManifestError, NetpolError, UnknownNameError
from netpol_lab.model import Direction
from netpol_lab.variants import SECTIONS, TYPES, effect_of, policy_yaml, rule_of
from netpol_lab.verdict import resolution_of

SHOP = lab.load("three-tier")
DENY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec:
  podSelector: {matchLabels: {role: db}}
  policyTypes: [Ingress]
"""
WAYS = list(product(SECTIONS, SECTIONS, TYPES))

# --- comparing ------------------------------------------------------------------------------


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


# --- policyTypes ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def explorer():
    return lab.explore_types()


def pods_as_yaml(cluster):
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": p.name, "namespace": p.namespace, "labels": dict(p.labels)},
            "status": {"phase": "Running", "podIP": str(p.addresses[0])},
        }
        for p in cluster.pods
    ]


@pytest.mark.parametrize(("ingress", "egress", "types"), WAYS)
def test_every_way_of_writing_shows_what_an_independent_reader_says(
    explorer, ingress, egress, types
):
    explorer.set(ingress=ingress, egress=egress, types=types)
    documents = [*pods_as_yaml(explorer.cluster), yaml.safe_load(explorer.yaml)]
    states = dict(zip(("allowed", "blocked"), (True, False), strict=True))
    for line in explorer.flows().splitlines()[1:]:
        source, _, destination, state = line.split()[:4]
        assert naive.allowed(documents, source, destination, 80) is states[state]


@pytest.mark.parametrize(("ingress", "egress", "types"), WAYS)
def test_the_sentences_agree_with_the_isolation(ingress, egress, types):
    cluster = lab.load("one-way").with_policies(
        lab.load(policy_yaml(ingress, egress, types)).policies
    )
    (policy,) = cluster.policies
    for direction in Direction:
        isolated = bool(resolution_of(cluster).isolating(cluster.pod("app"), direction))
        assert ("isolated" in effect_of(policy, direction)) is isolated


@pytest.mark.parametrize(("ingress", "egress", "types"), WAYS)
def test_the_yaml_is_written_as_asked(ingress, egress, types):
    spec = yaml.safe_load(policy_yaml(ingress, egress, types))["spec"]
    for field, written in (("ingress", ingress), ("egress", egress), ("policyTypes", types)):
        assert (field in spec) is (written != "absent")
        assert (spec.get(field) == []) is (written == "empty")


def test_what_is_not_mentioned_stays(explorer):
    explorer.set(ingress="filled", egress="absent", types="[Egress]")
    explorer.set(egress="empty")
    assert explorer.written == {"ingress": "filled", "egress": "empty", "types": "[Egress]"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"ingres": "empty"}, "Did you mean ingress"),
        ({"egress": "fill"}, "Did you mean filled"),
        ({"types": "Egress"}, r"\[Egress\]"),
        ({"egress": "filled", "types": "nothing"}, "nothing"),
    ],
)
def test_a_wrong_choice_says_what_there_is_and_changes_nothing(explorer, written, message):
    before = explorer.written
    with pytest.raises(UnknownNameError, match=message):
        explorer.set(**written)
    assert explorer.written == before


def test_choosing_from_a_list_does_what_set_does(explorer):
    explorer.set(ingress="absent", egress="absent", types="absent")
    _, egress, types = inside(explorer, Dropdown)
    egress.value = "filled"
    types.value = "[Egress]"
    assert explorer.stored == "[Egress]"
    shown = [html.value for html in inside(explorer, HTML)]
    assert "policyTypes: [Egress]" in shown[0]
    assert "as stored: [Egress]" in shown[1]


def test_an_arrow_that_was_clicked_on_is_explained_and_stays_so(explorer):
    explorer.set(ingress="absent", egress="absent", types="absent")
    explorer._map.selected = "flow:lab/stranger>lab/app"
    assert "no ingress rule is listed" in explorer._map.explanation
    explorer.set(types="[Egress]")
    assert "lab/app is not isolated for ingress" in explorer._map.explanation


def test_a_pod_that_was_clicked_on_is_explained(explorer):
    explorer._map.selected = "pod:lab/app"
    assert explorer._map.explanation.startswith("lab/app  app=app")


def test_the_explorer_leaves_its_words_and_its_picture(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert data["text/plain"] == repr(explorer)
    assert " at 0x" not in data["text/plain"]
    assert data["image/svg+xml"].startswith("<svg")


def test_an_empty_list_of_types_counts_as_absent():
    policies = (
        lab.load(policy_yaml(types=types)).policies[0] for types in ("absent", "empty", "[Ingress]")
    )
    absent, empty, written = map(rule_of, policies)
    assert absent == empty != written


def test_the_table_is_the_one_of_the_engine(explorer):
    assert "absent             any      rules          ingress and egress" in str(explorer.table())
