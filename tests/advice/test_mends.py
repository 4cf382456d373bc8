"""What is odd in a policy that means a flow: mended in the policy, or left alone."""

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.advice.edit import Touch
from netpol_lab.advice.edits import edits

PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: edge}
---
apiVersion: v1
kind: Pod
metadata: {name: proxy, namespace: edge, labels: {app: proxy, part: controller}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db, role: main}}
spec: {containers: [{name: c, ports: [{name: sql-main, containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
"""
CLOSED = "podSelector: {}"


def policy(name, spec, namespace="shop"):
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{{spec}}}
"""


def mended(*specs, source="edge/proxy", more=""):
    """What is odd for a flow to the database on TCP 80: in words, and what to type."""
    policies = [policy(f"p{number}", spec) for number, spec in enumerate(specs, 1)]
    cluster = lab.load(PODS, *[more] * bool(more), *policies)
    side = lab.evaluate(cluster, source, "shop/db", 80).ingress
    odd = [edit for edit in edits(cluster, side) if edit.touch is Touch.ODD]
    return [(edit.words, edit.path, yaml.safe_load(edit.yaml)) for edit in odd]


def words(*specs, **keywords):
    return [found[0] for found in mended(*specs, **keywords)]


def item(labels, namespace="{matchLabels: {kubernetes.io/metadata.name: edge}}"):
    where = f"namespaceSelector: {namespace}, " if namespace else ""
    return f"{{{where}podSelector: {{matchLabels: {labels}}}}}"


def rule(*items, more=""):
    peers = ", ".join(items)
    return f"podSelector: {{matchLabels: {{app: db}}}}, ingress: [{{from: [{peers}]{more}}}]"


# ---------------------------------------------------------------- peers


def test_a_label_that_a_foreign_pod_lacks_is_taken_out_of_an_item_that_matches_nobody():
    assert mended(rule(item("{app: proxy, team: blue}"))) == [
        (
            "in shop/p1, take team=blue out of rule 1: edge/proxy has no label team",
            "spec.ingress[0].from[0]",
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}},
                "podSelector": {"matchLabels": {"app": "proxy"}},
            },
        )
    ]


def pod(namespace, labels):
    metadata = f"{{name: other, namespace: {namespace}, labels: {labels}}}"
    return f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\n"


def test_an_item_that_matches_somebody_is_not_odd():
    blue = pod("edge", "{app: proxy, team: blue}")
    assert words(rule(item("{app: proxy, team: blue}")), more=blue) == []


def test_a_pod_beside_it_should_get_the_label_unless_a_tool_wrote_it_everywhere():
    spec = rule(item("{app: web, team: blue}", ""))
    assert words(spec, source="shop/web") == []
    blue = pod("shop", "{app: db, team: blue}")
    stamped = spec.replace("app: db", "app: db, team: blue")
    cluster = lab.load(PODS, blue, policy("p1", stamped))
    side = lab.evaluate(cluster, "shop/web", "shop/other", 80).ingress
    found = [edit.words for edit in edits(cluster, side) if edit.touch is Touch.ODD]
    assert found == ["in shop/p1, take team=blue out of rule 1: shop/web has no label team"]


def test_the_only_label_asked_for_is_never_taken_out():
    assert words(rule(item("{team: blue}"))) == []
    assert words(rule(item("{version: 1.2.3}"))) == []


def test_a_version_is_taken_out_beside_a_label_that_is_there():
    assert words(rule(item("{app: proxy, version: 1.2.3}")))[0].startswith(
        "in shop/p1, take version=1.2.3 out of rule 1: "
    )


def test_a_value_that_no_pod_has_becomes_the_pods_own():
    for label in ("part: controllers", "part: sidecar"):  # a slip; or the one proxy there is
        ((said, _, typed),) = mended(rule(item(f"{{app: proxy, {label}}}")))
        assert said.startswith("in shop/p1, ask for part=controller in rule 1, not part=")
        assert typed["podSelector"] == {"matchLabels": {"app": "proxy", "part": "controller"}}


def test_a_label_alone_may_mean_a_pod_that_is_not_here():
    assert words(rule(item("{app: frontend}", "")), source="shop/web") == []
    assert words(rule(item("{app: webs}", "")), source="shop/web") != []


@pytest.mark.parametrize("key", ["name", "namespace", "kubernetes.io/metadata.name"])
def test_a_namespace_is_chosen_by_its_name(key):
    value = "edge" if key != "kubernetes.io/metadata.name" else "edges"
    ((said, path, typed),) = mended(
        rule(f"{{namespaceSelector: {{matchLabels: {{{key}: {value}}}}}}}")
    )
    assert said.startswith(
        f"in shop/p1, ask for kubernetes.io/metadata.name=edge in rule 1, not {key}={value}: "
    )
    assert path == "spec.ingress[0].from[0]"
    assert typed == {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}}}


def test_two_oddities_of_one_item_are_mended_at_once_or_not_at_all():
    by_name = "{matchLabels: {name: edge}}"
    ((said, _, _),) = mended(rule(item("{app: proxy, team: blue}", by_name)))
    assert said.count("; ") == 1
    assert words(rule(item("{app: other, team: blue}", by_name))) == []


def test_an_item_for_the_own_namespace_means_no_pod_of_another():
    assert words(rule(item("{app: proxy, team: blue}", ""))) == []


def test_a_selector_gets_the_namespace_beside_it_in_which_alone_such_pods_are():
    assert mended(rule(item("{part: controller}", ""))) == [
        (
            "in shop/p1, choose namespace edge beside part=controller in rule 1: without a "
            "namespaceSelector, such pods are looked for in shop alone",
            "spec.ingress[0].from[0]",
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}},
                "podSelector": {"matchLabels": {"part": "controller"}},
            },
        )
    ]


@pytest.mark.parametrize("namespace", ["shop", "third"])
def test_it_gets_none_where_such_pods_are_elsewhere_as_well(namespace):
    more = pod(namespace, "{part: controller}")
    assert words(rule(item("{part: controller}", "")), more=more) == []


def test_what_only_rules_pods_out_names_no_namespace():
    spec = rule(
        "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [db, web]}]}}"
    )
    assert words(spec) == []


def test_a_policy_that_selects_others_too_is_mended_all_the_same():
    spec = rule(item("{app: proxy, team: blue}")).replace("{app: db}", "{}")
    assert len(words(spec)) == 1


def test_an_item_whose_ports_do_not_fit_either_is_left_alone():
    assert words(rule(item("{app: proxy, team: blue}"), more=", ports: [{port: 81}]")) == []


# ---------------------------------------------------------------- port names

PROXY = item("{app: proxy}")


def test_a_dead_port_name_gives_way_to_the_ports_own():
    assert mended(rule(PROXY, more=", ports: [{port: 81}, {port: sql}]")) == [
        (
            "in shop/p1, write sql-main for sql in rule 1: no pod has a port called sql",
            "spec.ingress[0].ports[1]",
            {"protocol": "TCP", "port": "sql-main"},
        )
    ]


def test_a_port_without_a_name_is_written_as_its_number():
    bare = pod("bare", "{app: db}")
    cluster = lab.load(PODS, bare, policy("p", rule(PROXY, more=", ports: [{port: sql}]"), "bare"))
    side = lab.evaluate(cluster, "edge/proxy", "bare/other", 80).ingress
    assert yaml.safe_load(next(edits(cluster, side)).yaml)["port"] == 80


def test_of_two_dead_names_the_like_one_comes_first():
    ports = ", ports: [{port: other}, {port: sql}]"
    assert [said.split(" for ")[1][:5] for said in words(rule(PROXY, more=ports))] == [
        "sql i",
        "other",
    ]


@pytest.mark.parametrize(
    "port", ["{port: sql-main, protocol: UDP}", "{port: sql, protocol: UDP}", "{port: 81}"]
)
def test_a_name_of_another_protocol_and_a_number_stay(port):
    assert words(rule(PROXY, more=f", ports: [{port}]")) == []


def test_a_name_that_another_selected_pod_has_stays():
    more = """
apiVersion: v1
kind: Pod
metadata: {name: db-2, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, ports: [{name: sql, containerPort: 81}]}]}
"""
    assert words(rule(PROXY, more=", ports: [{port: sql}]"), more=more) == []


def test_in_egress_names_are_those_of_the_peers():
    spec = "podSelector: {}, policyTypes: [Egress], egress: [{to: [TO], ports: [{port: sql}]}]"
    to_db = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}"
    for to, expected in ((f"to: [{to_db}], ", 1), ("", 1)):
        cluster = lab.load(PODS, policy("p", spec.replace("to: [TO], ", to), "edge"))
        side = lab.evaluate(cluster, "edge/proxy", "shop/db", 80).egress
        odd = [edit for edit in edits(cluster, side) if edit.touch is Touch.ODD]
        assert len(odd) == expected


# ---------------------------------------------------------------- podSelectors

ADMITS = ", policyTypes: [Ingress], ingress: [{ports: [{port: 80}]}]"


@pytest.mark.parametrize(
    ("labels", "typed"),
    [
        ("{app: db, role: main-eligible}", {"app": "db", "role": "main"}),
        ("{app: db, role: x}", {"app": "db", "role": "main"}),
        ("{app: db, tier: back}", {"app": "db"}),
        ("{app: db, helm.sh/chart: db-1}", {"app": "db"}),
    ],
)
def test_a_selector_that_selects_nobody_is_mended_where_its_policy_would_admit(labels, typed):
    ((said, path, found),) = mended(CLOSED, f"podSelector: {{matchLabels: {labels}}}{ADMITS}")
    assert said.startswith("in shop/p2, ")
    assert (path, found) == ("spec.podSelector", {"matchLabels": typed})


def test_a_value_is_that_of_the_only_pods_that_no_other_policy_claims():
    claimed = "podSelector: {matchLabels: {app: web}}, ingress: [{}]"
    near = f"podSelector: {{matchLabels: {{app: store}}}}{ADMITS}"
    assert words(CLOSED, near) == []
    (only,) = words(CLOSED, near, claimed)
    assert only.startswith("in shop/p2, ask for app=db in podSelector, not app=store")


def test_a_selector_is_left_alone_where_its_policy_would_not_admit_or_selects_somebody():
    near = "podSelector: {matchLabels: {app: db, role: mains}}"
    assert words(CLOSED, f"{near}, ingress: [{{ports: [{{port: 81}}]}}]") == []
    assert words(CLOSED, f"{near}, policyTypes: [Egress], ingress: [{{}}]") == []
    assert words(CLOSED, f"podSelector: {{matchLabels: {{app: web}}}}{ADMITS}") == []


def test_a_selector_is_left_alone_where_it_would_cut_off_what_is_open():
    near = "podSelector: {matchLabels: {app: db, role: mains}}, ingress: [{ports: [{port: 80}]}]"
    assert words(CLOSED, f"{near}, policyTypes: [Ingress, Egress]") == []
    assert len(words(CLOSED, f"{near}, policyTypes: [Ingress, Egress], egress: [{{}}]")) == 1


def test_a_label_that_only_the_owner_has_is_named_as_the_cause():
    owner = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: flow, namespace: shop, labels: {chart-part: flows}}
spec: {template: {metadata: {labels: {app: flow}}}}
"""
    spec = f"podSelector: {{matchLabels: {{app: flow, chart-part: flows}}}}{ADMITS}"
    cluster = lab.load(PODS, owner, policy("closed", CLOSED), policy("p", spec))
    fix = lab.fix(lab.evaluate(cluster, "shop/web", "shop/flow", 80))
    assert [edit.words for edit in fix.changes] == [
        "in shop/p, take chart-part=flows out of podSelector: "
        "Deployment flow has this label, its pods do not"
    ]
