"""Fixes of some hundred random clusters, typed into their text; `make soak` tries more."""

from collections import Counter

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.advice import fix as fixes
from netpol_lab.advice.edit import Touch, of_policy
from tests.referee.odd_clusters import ODDITIES, odd_cluster
from tests.referee.typed_edits import as_text, typed
from tests.referee.typed_fixes import (
    first_wrong_fix,
    weighed,
    wrong_fix_beside_tiers,
    wrong_fix_of,
)

CLUSTERS, MIXED, CHUNK = 700, 200, 50


@pytest.mark.parametrize("first", range(0, CLUSTERS, CHUNK))
def test_fixes_do_what_they_say_when_they_are_typed(first):
    for seed in range(first, first + CHUNK):
        assert not wrong_fix_of(seed), seed


@pytest.mark.parametrize("first", range(0, MIXED, CHUNK))
def test_fixes_beside_cluster_wide_policies_do_what_they_say(first):
    for seed in range(first, first + CHUNK):
        assert not wrong_fix_beside_tiers(seed), seed


def test_every_kind_of_change_was_typed():
    kinds = Counter()
    for seed in range(150):
        documents, (source, destination, port, protocol) = odd_cluster(seed)
        cluster = lab.load(as_text(documents))
        verdict = lab.evaluate(cluster, source, destination, port=port, protocol=protocol)
        kinds.update(kind(edit) for edit in weighed(verdict))
    assert kinds.keys() >= KINDS, KINDS - kinds.keys()


def kind(edit):
    """Whose object is changed, in which field, and whether something joins it."""
    field = edit.path.rpartition(".")[2].partition("[")[0]
    return edit.touch, edit.object.split()[0], field, edit.adds


KINDS = {
    (Touch.ODD, "NetworkPolicy", "from", False),
    (Touch.ODD, "NetworkPolicy", "ports", False),
    (Touch.ODD, "NetworkPolicy", "podSelector", False),
    (Touch.ODD, "NetworkPolicy", "policyTypes", False),
    (Touch.OWN, "NetworkPolicy", "", True),
    (Touch.OWN, "NetworkPolicy", "from", True),
    (Touch.OWN, "NetworkPolicy", "ports", True),
    (Touch.OWN, "NetworkPolicy", "ingress", True),
    (Touch.OWN, "NetworkPolicy", "ingress", False),
    (Touch.OWN, "NetworkPolicy", "ipBlock", False),
    (Touch.OWN, "Pod", "labels", True),
    (Touch.FOREIGN, "Pod", "labels", True),
    (Touch.FOREIGN, "Namespace", "labels", False),
}


# ---------------------------------------------------------------- the typist


POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}
"""


def spec_after(path, value, adds):
    (policy,) = lab.load(POLICY).policies
    text = typed(POLICY, of_policy(policy, "", path, value, adds))
    (document,) = yaml.safe_load_all(text)
    return document["spec"]


def test_the_typist_puts_lines_where_they_belong():
    assert spec_after("spec.ingress[0].from", [{"a": 1}], True)["ingress"] == [
        {"from": [{"podSelector": {}}, {"a": 1}]}
    ]
    assert spec_after("spec.ingress[0].from[0]", {"a": {"b": 1}}, False)["ingress"] == [
        {"from": [{"a": {"b": 1}}]}
    ]
    assert spec_after("spec.egress", [{}], False)["egress"] == [{}]
    assert spec_after("spec", {"egress": []}, True)["egress"] == []


def test_the_typist_writes_no_key_twice():
    with pytest.raises(AssertionError):
        spec_after("spec", {"ingress": []}, True)


def test_oddities_are_odd():
    said = []
    for seed in range(60):
        documents, (source, destination, port, protocol) = odd_cluster(seed)
        cluster = lab.load(as_text(documents))
        said.append(lab.evaluate(cluster, source, destination, port, protocol).allowed)
    assert said.count(False) > len(said) / 2
    assert len(ODDITIES) == 12


def test_a_wrong_fix_is_found(monkeypatch):
    questions = [(*odd_cluster(seed), seed) for seed in range(8)]
    assert not any(first_wrong_fix(*question) for question in questions)
    monkeypatch.setattr(fixes, "also_of", lambda *_: fixes.Also((), ()))
    assert any("says opens: False" in first_wrong_fix(*question) for question in questions)
