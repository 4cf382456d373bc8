"""The reasons as HTML: no manifest can put markup in, and marks are seen without colour."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

import netpol_lab as lab
from netpol_lab.advice.deciding_lines import Passage, Reasons, reasons_of
from netpol_lab.manifests.excerpts import Excerpt, Line
from netpol_lab.model.objects import Policy
from netpol_lab.widgets.reasons_panel import STYLE, Why, panel

EVIL = "</pre><img src=x onerror='alert(1)' title=\"\">&"


@pytest.fixture
def denied() -> Reasons:
    return reasons_of(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))


def tree(found: Reasons) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{panel(found)}</div>")


def texts(found: Reasons, tag: str) -> list[str]:
    return ["".join(node.itertext()) for node in tree(found).iter(tag)]


def test_marked_lines_have_a_sign_and_new_lines_a_plus(denied: Reasons) -> None:
    assert texts(denied, "mark")[-1] == "decides: >           role: backend\n"
    assert texts(denied, "ins") == [
        "new: + - podSelector:\n",
        "+     matchLabels:\n",
        "+       app: myapp\n",
        "+       role: web\n",
    ]


def test_lines_that_stand_together_are_announced_once(denied: Reasons) -> None:
    assert panel(denied).count("decides: ") == 2


def test_the_yaml_is_a_named_region_that_the_keyboard_can_scroll(denied: Reasons) -> None:
    for box in tree(denied).iter("pre"):
        if box.get("class") == "nl-yaml":
            assert (box.get("tabindex"), box.get("role")) == ("0", "region")
            assert box.get("aria-label")


def test_the_yaml_can_be_read_back_without_its_signs(denied: Reasons) -> None:
    (passage, *_) = denied.passages
    shown = "".join(node for node in tree(denied).find("pre").itertext())  # type: ignore[union-attr]
    shown = shown.replace("decides: ", "").replace("> ", "  ")
    assert shown.splitlines() == [f"  {line.text}" for line in passage.excerpt.lines]


def test_whatever_a_manifest_says_stays_text() -> None:
    policy = Policy("shop", EVIL)
    evil = Passage(EVIL, Excerpt(policy, (Line(EVIL, marked=True), Line(EVIL))))
    found = Reasons(EVIL, (evil,), note=EVIL, remark=EVIL)
    assert {node.tag for node in tree(found).iter()} == {"div", "p", "pre", "mark", "span"}
    assert texts(found, "p") == [EVIL] * 3
    assert "<img" not in Why(found)._repr_html_()


def test_labels_and_comments_of_the_users_yaml_stay_text() -> None:
    text = """
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop, labels: {role: web}}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata:
  name: door
  namespace: shop
  annotations: {note: "<script>alert(1)</script>"}
spec:  # </pre><script>alert(2)</script>
  podSelector: {}
"""
    board = lab.explore(lab.load(text), port=80)
    board.choose("web")
    assert "alert(2)" in board.why()
    assert "<script" not in board.why()._repr_html_()


def test_a_change_that_takes_the_place_of_lines_has_no_plus() -> None:
    text = """
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop, labels: {role: web}}
---
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: door, namespace: shop}
spec:
  podSelector: {matchLabels: {role: web}}
  ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.7/32]}}]}]
"""
    found = reasons_of(lab.evaluate(lab.load(text), "203.0.113.7", "web", port=80))
    assert texts(found, "ins") == []
    assert "becomes:" in panel(found)


def test_its_words_are_text_and_its_html_brings_its_own_style(denied: Reasons) -> None:
    why = Why(denied)
    assert why == repr(why) == str(denied)
    assert why._repr_html_().startswith(f"<style>{STYLE}</style>")
    assert "TCP 5432: denied" in why._repr_html_()


def test_it_is_the_same_every_time(denied: Reasons) -> None:
    again = reasons_of(lab.evaluate(lab.load("three-tier"), "web", "db", port=5432))
    assert Why(again)._repr_html_() == Why(denied)._repr_html_()


def test_the_style_asks_nothing_of_other_computers() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE
