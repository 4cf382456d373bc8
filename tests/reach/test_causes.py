"""Which policies and rules made a difference."""

import json
import random
import re
from dataclasses import replace

import pytest

import netpol_lab as lab
from netpol_lab.engine.resolution import resolution_of
from netpol_lab.model.objects import Direction
from tests.helpers.changes import changed_documents, edited, isolating, load, replicas
from tests.referee.random_clusters import random_cluster


@pytest.fixture(scope="module")
def shop():
    return lab.load("three-tier")


def causes(old, new, **options):
    return {f"{c.source}>{c.destination}": c.causes for c in lab.diff(old, new, **options).changes}


def test_a_new_policy_is_named_where_it_isolates(shop):
    found = causes(shop.with_policies([]), shop)
    assert found["shop/web>shop/db"] == ("ingress: shop/db-access-ingress now isolates shop/db",)


def test_a_removed_policy_is_named_where_it_isolated(shop):
    found = causes(shop, shop.with_policies([]))
    assert found["shop/web>shop/db"] == (
        "ingress: shop/db-access-ingress is gone; it isolated shop/db",
    )


def test_a_rule_is_named_where_it_admits_now_and_where_it_no_longer_does(shop):
    others = [shop.policy("backend-access-ingress")]
    web = edited("[{from: [{podSelector: {matchLabels: {role: web}}}], ports: [{port: 5432}]}]")
    found = causes(shop, shop.with_policies([*others, *web]))
    assert found["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress now admits shop/web",
    )
    assert found["shop/backend>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress no longer admits shop/backend",
    )


def test_changed_labels_are_told_from_changed_policies(shop):
    moved = [
        replace(p, labels={**p.labels, "role": "backend"}) for p in shop.pods if p.name == "web"
    ]
    new = replace(shop, pods=(*moved, *(p for p in shop.pods if p.name != "web")))
    assert causes(shop, new)["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/db-access-ingress now admits shop/web (itself unchanged)",
    )


def test_by_workload_the_cause_is_found_in_a_pod_that_changed():
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]
    old = load([*pods, isolating("db", {"number": "0"})])
    new = load([*pods, isolating("db", {"number": "5"})])
    found = causes(old, new, by="workload")
    assert found["shop/web>shop/db"] == (
        "ingress: rule 1 of shop/only no longer admits shop/web-x0",
    )


@pytest.mark.parametrize("by", ["workload", "namespace"])
def test_a_group_that_is_left_with_one_pod_has_nobody_of_its_own_to_reach(by):
    several, one = (load(replicas("web", count, "x")) for count in (2, 1))
    name = {"workload": "shop/web", "namespace": "shop"}[by]
    assert causes(several, one, by=by) == {f"{name}>{name}": (f"{name} has one pod only now",)}
    assert causes(one, several, by=by) == {f"{name}>{name}": (f"{name} had one pod only",)}
    assert "has one pod only now" in str(lab.diff(several, one).put_together(by))


def test_new_and_gone_pods_are_said_to_be_so(shop):
    fewer = replace(shop, pods=tuple(p for p in shop.pods if p.name != "web"))
    found = lab.diff(fewer, shop)
    assert (found.added, found.removed) == (("shop/web",), ())
    assert causes(fewer, shop)["shop/web>shop/backend"] == ("shop/web is new",)
    assert lab.diff(shop, fewer).removed == ("shop/web",)
    assert "gone: shop/web" in str(lab.diff(shop, fewer))


# ---------------------------------------------------------------- only true causes

NAMED = re.compile(
    r"(?P<way>ingress|egress): (rule (?P<rule>\d+) of )?(?P<policy>[\w./-]+?)"
    r"(?P<same> \(itself unchanged\))? "
    r"(?P<what>is gone; it isolated|is gone; its rule (?P<gone_rule>\d+) admitted"
    r"|no longer isolates|now isolates|now admits|no longer admits|no longer selects) "
    r"(?P<whom>\S+?)(?P<same_too> \(itself unchanged\))?(; its rule \d+ admitted \S+)?"
)
WAYS = {"ingress": Direction.INGRESS, "egress": Direction.EGRESS}


def isolates(cluster, policy, pod, way):
    named = {str(p) for p in resolution_of(cluster).isolating(cluster.pod(pod), WAYS[way])}
    return policy in named


@pytest.mark.parametrize("by", ["pod", "namespace"])
@pytest.mark.parametrize("seed", range(60))
def test_a_named_policy_selected_an_involved_pod_on_the_side_it_is_said_of(seed, by):
    documents = random_cluster(seed)
    changed = changed_documents(json.loads(json.dumps(documents)), random.Random(seed))
    old, new = load(documents), load(changed)
    found = lab.diff(old, new, by=by)
    owner = {
        str(pod): pod.namespace if by == "namespace" else str(pod)
        for cluster in (old, new)
        for pod in cluster.pods
    }
    for change in (*found.joined, *found.partial):
        assert change.causes
        for words in change.causes:
            if cause := NAMED.fullmatch(words):
                check(cause, change, owner, old, new)
            else:
                assert re.search(r"left open: |before, |is new$|is gone$|one pod only", words), (
                    words
                )


def check(cause, change, owner, old, new):
    """Check what one cause says of a policy against the two clusters."""
    policy, way, what, whom = cause["policy"], cause["way"], cause["what"], cause["whom"]
    group = change.destination if way == "ingress" else change.source
    own = {name for name, its in owner.items() if its == group}
    there, here = ({str(p): p for p in side.policies} for side in (old, new))
    unchanged = there.get(policy) == here.get(policy)
    assert bool(cause["same"] or cause["same_too"]) == unchanged, cause[0]
    if what in ("now admits", "no longer admits") or cause["gone_rule"]:
        side = new if what == "now admits" else old
        number = int(cause["rule"] or cause["gone_rule"])
        assert len(side.policy(policy).rules(WAYS[way])) >= number
        assert any(isolates(side, policy, pod, way) for pod in own if pod in names(side))
        assert ("is gone" in what) == (policy not in here)
    else:
        assert whom in own
        was = policy in there and isolates(old, policy, whom, way)
        now = policy in here and isolates(new, policy, whom, way)
        assert (was, now) == ((False, True) if what == "now isolates" else (True, False)), cause[0]


def names(cluster):
    return {str(pod) for pod in cluster.pods}


def test_a_policy_of_another_pod_in_the_group_is_no_cause():
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]
    deny = isolating("web", {})
    deny["metadata"]["name"], deny["spec"] = (
        "deny",
        {
            "podSelector": {"matchLabels": {"number": "0", "app": "web"}},
            "policyTypes": ["Egress"],
        },
    )
    narrow, wide = isolating("db", {"number": "1"}), isolating("db", {"number": "1"})
    narrow["spec"]["ingress"][0]["ports"] = [{"port": 80}]
    wide["spec"]["ingress"][0]["ports"] = [{"port": 80}, {"port": 90}]
    for by in ("workload", "namespace"):
        found = lab.diff(load([*pods, deny, narrow]), load([*pods, deny, wide]), by=by)
        (change,) = (c for c in (*found.changes, *found.partial) if "0.0" not in c.source)
        assert change.causes == ("ingress: rule 1 of shop/only now admits shop/web-x1",)


def test_what_changed_in_part_has_a_cause():
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x")]
    some = [*pods, isolating("db", {"number": "0", "app": "web"})]
    lines = str(lab.diff(load(pods), load(some), by="workload")).splitlines()
    at = lines.index("~ some of shop/web -> shop/db lost all ports")
    assert lines[at + 1] == "    ingress: shop/only now isolates shop/db-x0"


def test_of_many_new_pods_the_first_five_are_named():
    pods = [*replicas("web", 2, "x"), *replicas("db", 1, "x"), isolating("db", {"new": "yes"})]
    more = [*replicas("web", 7, "y")]
    for pod in more:
        pod["metadata"]["labels"]["new"] = "yes"
    found = causes(load(pods), load([*pods, *more]), by="workload")
    new = [f"shop/web-y{i} is new" for i in range(5)]
    assert found["shop/web>shop/db"] == (*new, "2 more pods: new")


def test_each_range_of_ports_has_its_cause():
    pods = [*replicas("web", 1, "x"), *replicas("db", 1, "x")]
    deny = isolating("db", {})
    deny["spec"]["ingress"] = []
    first, second = isolating("db", {}), isolating("db", {})
    first["spec"]["ingress"][0]["ports"] = [{"port": 80}]
    second["metadata"]["name"] = "second"
    second["spec"]["ingress"][0]["ports"] = [{"port": 90}]
    found = causes(load([*pods, deny]), load([*pods, first, second]))
    assert found["shop/web-x0>shop/db-x0"] == (
        "ingress: rule 1 of shop/only now admits shop/web-x0",
        "ingress: rule 1 of shop/second now admits shop/web-x0",
    )


def test_a_policy_that_turns_to_other_pods_is_said_not_to_select_this_one():
    pods = [*replicas("web", 1, "x"), *replicas("db", 1, "x")]
    deny, away = isolating("db", {}), isolating("db", {})
    deny["metadata"]["name"] = "deny"
    deny["spec"]["ingress"] = []
    away["spec"]["podSelector"] = {"matchLabels": {"app": "cache"}}
    found = causes(load([*pods, deny, isolating("db", {})]), load([*pods, deny, away]))
    assert found["shop/web-x0>shop/db-x0"] == (
        "ingress: shop/only no longer selects shop/db-x0; its rule 1 admitted shop/web-x0",
    )
