"""What lint says is true: every witness, and every hint as somebody follows it in the YAML."""

from collections import Counter
from dataclasses import replace

import pytest

import netpol_lab as lab
from netpol_lab.checks.lint.codes import CODES
from tests.referee import naive
from tests.referee.followed_hints import CODES as FOLLOWED
from tests.referee.followed_hints import Change, changes
from tests.referee.lint_search import broken_promise, false_witness, first_untruth, load
from tests.referee.linted_clusters import linted_cluster

ONLY_TO_LOOK = {"NP107", "NP604"}  # asks to check a name; quotes a fix (typed_fixes)
ONLY_TO_LOOK |= {code for code in CODES if code.startswith("NP7")}  # test_tier_lint
OFTEN = 20  # hints of a code that are followed


def found(code, seeds=range(500)):
    """The first finding of a code, with the documents."""
    for seed in seeds:
        documents = linted_cluster(seed)
        for finding in lab.lint(load(documents)):
            if finding.code == code and finding.witness is not None:
                return documents, finding
    raise AssertionError(code)


@pytest.mark.slow
def test_every_witness_and_every_hint_holds_on_1000_random_clusters():
    seen = Counter()
    assert first_untruth(range(1000), OFTEN, seen) is None
    assert set(seen) == set(FOLLOWED) == set(CODES) - ONLY_TO_LOOK
    assert min(seen.values()) >= 3, seen


def test_a_false_witness_is_noticed():
    documents, finding = found("NP301")
    cluster, referee = load(documents), naive.Cluster(documents)
    assert false_witness(cluster, referee, finding) == ""
    turned = replace(finding, witness=replace(finding.witness, now=finding.witness.then))
    assert "not" in false_witness(cluster, referee, turned)


def test_a_hint_that_promises_too_much_is_noticed():
    documents, finding = found("NP301")
    cluster = load(documents)
    nothing_done = Change(documents)
    assert broken_promise(cluster, documents, finding, nothing_done) == (
        "the finding is still there"
    )
    (change,) = changes(documents, finding)
    assert broken_promise(cluster, documents, finding, change) == ""
    kept = change._replace(keeps=True)
    assert broken_promise(cluster, documents, finding, kept).startswith("not the same")


def test_a_hint_that_the_server_refuses_is_noticed():
    documents, finding = found("NP301")
    bad = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {}}
    refused = broken_promise(load(documents), documents, finding, Change([*documents, bad]))
    assert refused.startswith("refused")


def test_a_seed_gives_the_same_cluster_again():
    assert linted_cluster(5) == linted_cluster(5)
