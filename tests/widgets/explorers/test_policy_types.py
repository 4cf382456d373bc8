"""Every way to write ingress, egress and policyTypes of one policy, and what comes of it."""

from itertools import product

import pytest
import yaml
from ipywidgets import HTML, Dropdown

import netpol_lab as lab
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.errors import UnknownNameError
from netpol_lab.model.objects import Direction
from netpol_lab.pictures.policy_types_table import effect_of, policy_yaml, rule_of
from netpol_lab.widgets.explorers import policy_types as types
from netpol_lab.widgets.explorers.policy_types import SECTIONS, TYPES
from tests.helpers.boards import inside
from tests.referee import naive

WAYS = list(product(SECTIONS, SECTIONS, TYPES))


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
    shown = [html.value for html in inside(explorer, HTML) if "<pre" in html.value]
    assert "policyTypes: [Egress]" in shown[0]
    assert "as stored: [Egress]" in shown[1]


def test_the_policy_is_read_once_for_each_question(explorer, monkeypatch):
    texts = []
    monkeypatch.setattr(types, "load", lambda text: texts.append(text) or lab.load(text))
    explorer.set(ingress="empty", egress="empty", types="empty")
    assert explorer.cluster is explorer.cluster
    assert texts == [f"{explorer.yaml}\n"]


def test_only_the_live_picture_marks_what_has_changed(explorer):
    explorer.set(ingress="absent", egress="absent", types="[Ingress]")
    explorer.set(types="[Egress]")
    assert 'data-changed="opened"' in explorer.svg
    assert 'data-changed="opened"' not in explorer.draw().svg


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
