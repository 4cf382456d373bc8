"""Two ends stand for a change between groups: the same two before and after where there are."""

import pytest

import netpol_lab as lab
from netpol_lab.reach.changed_pairs import changed_pair
from tests.helpers.changes import isolating, load, replicas


def pairs(old, new, by="workload"):
    """Return the names of the ends that stand for each change."""
    found = lab.diff(load(old), load(new), by=by)
    index = found.after.index
    named = {}
    for change in (*found.changes, *found.partial):
        kind = next(ports for ports in change.kinds.values() if ports)
        pair = changed_pair(found, change, *next(iter(kind)))
        named[change.source, change.destination] = pair and tuple(
            tuple(index.names[place] for place in places) for places in pair
        )
    return named


PODS = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]


def test_the_two_ends_are_the_same_before_and_after():
    found = pairs([*PODS, isolating("db", {"number": "0"})], [*PODS, isolating("db", {})])
    assert found["shop/web", "shop/db"] == (("shop/web-x1", "shop/db-x0"),) * 2


def test_a_pod_that_was_replaced_is_compared_with_one_of_the_same_labels():
    moved = [*replicas("web", 2, "y"), *replicas("db", 1, "y")]
    found = pairs(
        [*PODS, isolating("db", {"number": "1"})], [*moved, isolating("db", {"number": "7"})]
    )
    assert found["shop/web", "shop/db"] == (
        ("shop/web-x1", "shop/db-x0"),
        ("shop/web-y1", "shop/db-y0"),
    )


def test_labels_that_controllers_add_tell_no_replicas_apart():
    moved = [*replicas("web", 2, "y"), *replicas("db", 1, "y")]
    for one in moved:
        one["metadata"]["labels"]["pod-template-hash"] = "y"
    found = pairs(
        [*PODS, isolating("db", {"number": "1"})], [*moved, isolating("db", {"number": "7"})]
    )
    before, after = found["shop/web", "shop/db"]
    assert (before[0], after[0]) == ("shop/web-x1", "shop/web-y1")


def test_a_pod_that_only_one_side_has_stands_for_nobody():
    more = [*replicas("web", 3, "x"), *replicas("db", 1, "x")]
    third = isolating("db", {"number": "2"})
    assert pairs([*PODS, third], [*more, third])["shop/web", "shop/db"] is None


def test_then_the_new_pod_itself_is_the_cause():
    more = [*replicas("web", 3, "x"), *replicas("db", 1, "x")]
    third = isolating("db", {"number": "2"})
    found = lab.diff(load([*PODS, third]), load([*more, third]), by="workload")
    (change,) = (c for c in found.changes if c.destination == "shop/db")
    assert change.causes == ("shop/web-x2 is new",)


def test_a_pod_that_went_without_such_a_connection_is_no_cause():
    old = [*replicas("web", 2, "x"), *replicas("job", 1, "x"), *replicas("db", 1, "x")]
    new = [*replicas("web", 3, "x"), *replicas("db", 1, "x")]
    only = isolating("db", {"number": "2"})
    only["spec"]["podSelector"] = {}
    found = lab.diff(load([*old, only]), load([*new, only]), by="namespace")
    (change,) = (c for c in found.changes if c.source == c.destination)
    assert change.causes == ("shop/web-x2 is new",)


def test_a_pod_that_was_replaced_is_called_by_both_names():
    moved = [*replicas("web", 2, "y"), *replicas("db", 1, "y")]
    shut, elsewhere = isolating("db", {"number": "7"}), isolating("cache", {"number": "7"})
    both = "shop/db-y0 (before: shop/db-x0)"
    for old, new, words in (
        ([*PODS, shut], [*moved, elsewhere], f"ingress: shop/only no longer isolates {both}"),
        ([*PODS, elsewhere], [*moved, shut], f"ingress: shop/only now isolates {both}"),
        ([*PODS, shut], moved, "ingress: shop/only is gone; it isolated shop/db-x0"),
    ):
        found = lab.diff(load(old), load(new), by="workload")
        (change,) = (
            c for c in found.changes if (c.source, c.destination) == ("shop/web", "shop/db")
        )
        assert change.causes == (words,)


@pytest.mark.parametrize(
    ("number", "last"),
    [(5, "shop/web-x6 is new"), (6, "1 more pod: new"), (150, "145 more pods: new")],
)
def test_many_new_pods_are_counted(number, last):
    new = [*replicas("web", 2 + number, "x"), *replicas("db", 1, "x")]
    only = isolating("db", {})
    only["spec"]["ingress"][0]["from"][0]["podSelector"] = {
        "matchExpressions": [{"key": "number", "operator": "NotIn", "values": ["0", "1"]}]
    }
    found = lab.diff(load([*PODS, only]), load([*new, only]), by="workload")
    (change,) = (c for c in found.changes if c.destination == "shop/db" and c.source == "shop/web")
    assert change.causes[-1] == last


@pytest.mark.parametrize("others", [99, 100])
def test_of_many_pairs_a_hundred_are_tried(others):
    """The last of them is of a pod that has been replaced; the others are gone."""
    old = [*in_store(replicas("gone", others, "x")), *in_store(replicas("w", 1, "x"))]
    new = in_store([*replicas("w", 1, "y"), isolating("w", {})])
    found = pairs([*replicas("a", 1, "x"), *old], [*replicas("a", 1, "y"), *new], "namespace")
    pair = ("shop/a-x0", "store/w-x0"), ("shop/a-y0", "store/w-y0")
    assert found["shop", "store"] == (pair if others == 99 else None)


def in_store(documents):
    return [{**one, "metadata": one["metadata"] | {"namespace": "store"}} for one in documents]
