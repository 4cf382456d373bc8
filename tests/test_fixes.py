"""The smallest change that lets a flow through: it does, and it says what else it does."""

import copy
from ipaddress import ip_address
from itertools import product

import naive
import pytest
from hypothesis import given, settings
from random_clusters import (
    OUTSIDE,
    clusters_with_flows,
    mentioned_ports,
    name_of,
    of_kind,
    random_cluster,
    random_flows,
)
from soak import as_text

import netpol_lab as lab
from netpol_lab.fixes import as_data
from netpol_lab.model import Namespace, Pod, Policy
from netpol_lab.ports import Protocol
from netpol_lab.writing import manifest_of


def asked(cluster, flow):
    source, destination, port, protocol = flow
    return lab.evaluate(cluster, source, destination, port=port, protocol=protocol)


# ---------------------------------------------------------------- on random clusters

CLUSTERS, CHUNK = 300, 50


@pytest.mark.parametrize("first", range(0, CLUSTERS, CHUNK))
def test_every_flow_on_a_port_that_is_not_allowed_has_a_fix_that_allows_it(first):
    for seed in range(first, first + CHUNK):
        documents = random_cluster(seed)
        check_fixes(documents, random_flows(documents, seed, 6))


@given(clusters_with_flows(3))
def test_what_hypothesis_tries_has_a_fix_that_allows_it(cluster_and_flows):
    check_fixes(*cluster_and_flows)


def check_fixes(documents, flows):
    cluster = lab.load(as_text(documents))
    for flow in flows:
        verdict = asked(cluster, flow)
        fix = lab.fix(verdict)
        if verdict.allowed is True or flow[3] == "ICMP":
            assert fix is None
        else:
            assert asked(fix.apply(), flow).allowed is True
            assert naive.allowed(rewritten(documents, fix), *flow) is True


def rewritten(documents, fix):
    """The documents with the changes of a fix, as somebody would type them."""
    documents = copy.deepcopy(documents)
    for thing in (thing for edit in fix.changes for thing in edit.changed):
        if isinstance(thing, Policy):
            documents = [d for d in documents if key(d) != ("NetworkPolicy", str(thing))]
            documents.append(manifest_of(thing))
        elif isinstance(thing, Pod):
            labelled(next(d for d in documents if key(d) == ("Pod", str(thing))), thing)
        elif isinstance(thing, Namespace):
            new = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": thing.name}}
            documents = [d for d in documents if key(d) != ("Namespace", f"default/{thing.name}")]
            documents.append(labelled(new, thing))
    return documents


def key(document):
    return document["kind"], name_of(document)


def labelled(document, thing):
    document["metadata"]["labels"] = dict(thing.labels)
    return document


@settings(max_examples=15)
@given(clusters_with_flows(3))
def test_the_warning_names_exactly_what_else_is_opened_and_closed(cluster_and_flows):
    documents, flows = cluster_and_flows
    cluster = lab.load(as_text(documents))
    verdicts = (asked(cluster, flow) for flow in flows)
    for fix in filter(None, map(lab.fix, verdicts)):
        changed = fix.apply()
        for flow in cells(documents, fix):
            was, now = asked(cluster, flow).allowed, asked(changed, flow).allowed
            assert said(fix.also.opened, "ports", flow) is (now is True and was is not True)
            assert said(fix.also.opened, "undefined", flow) is (now is None and was is False)
            assert said(fix.also.closed, "ports", flow) is (was is True and now is not True)


def cells(documents, fix):
    """Every flow between two pods, or a pod and an address outside, but those of the fix."""
    pods = [name_of(d) for d in of_kind(documents, "Pod") if name_of(d) in names_of(fix)]
    ports = {*mentioned_ports(documents), fix.verdict.flow.port}
    done = {
        (flow.source.name, flow.destination.name, flow.port, flow.protocol)
        for flow in (outcome.arriving for outcome in fix.verdict.outcomes)
    }
    for source, destination in [*product(pods, pods + OUTSIDE), *product(OUTSIDE, pods)]:
        for flow in product([source], [destination], ports, Protocol):
            if source != destination and flow not in done:
                yield flow


def names_of(fix):
    return {str(pod) for pod in fix.verdict.cluster.pods if not pod.finished}


def said(rows, field, flow):
    source, destination, port, protocol = flow
    return any(
        means(row.source, source)
        and means(row.destination, destination)
        and (protocol, port) in getattr(row, field)
        for row in rows
    )


def means(name, end):
    """Is an end the pod, the address or in the range of this name?"""
    if name == end or "/" in name + end:
        return name == end
    first, _, last = name.partition("-")
    low, high, address = ip_address(first), ip_address(last or first), ip_address(end)
    return low.version == address.version and low <= address <= high


# ---------------------------------------------------------------- which change, and how it reads

PODS = """
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: shop, labels: {app: job}}
"""


def policy(name, spec, app="db"):
    subject = f"podSelector: {{matchLabels: {{app: {app}}}}}" if app else "podSelector: {}"
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec: {{{subject}, {spec}}}
"""


def fixed(*policies, source="shop/web", destination="shop/db", **assumed):
    cluster = lab.load(PODS, *policies)
    assumptions = lab.Assumptions(**assumed)
    return lab.fix(lab.evaluate(cluster, source, destination, 80, assumptions=assumptions))


def words(*arguments, **keywords):
    return [edit.words for edit in fixed(*arguments, **keywords).changes]


FROM_JOB = "ingress: [{from: [{podSelector: {matchLabels: {app: job}}}]}]"


def test_what_is_allowed_needs_no_fix():
    assert fixed() is None


def test_one_line_is_better_than_a_new_item_and_an_item_better_than_a_new_rule():
    listed = policy("listed", "policyTypes: [Egress], ingress: [{}]")
    assert words(policy("p", FROM_JOB), listed) == [
        "in shop/listed, list Ingress in policyTypes, so that rule 1 counts"
    ]
    assert words(policy("p", FROM_JOB), policy("deny", "ingress: []")) == [
        "in shop/p, let rule 1 also admit pods with app=web"
    ]
    assert words(policy("deny", "ingress: []")) == [
        "in shop/deny, add an ingress rule for pods with app=web on TCP 80"
    ]


def test_among_equals_the_one_that_opens_less_wins():
    wide, narrow = policy("a-wide", "ingress: []", app=None), policy("narrow", "ingress: []")
    assert words(wide, narrow)[0].startswith("in shop/narrow")
    any_port, one_port = FROM_JOB, FROM_JOB.replace("}]}]", "}], ports: [{port: 80}]}]")
    assert words(policy("a", any_port), policy("b", one_port))[0].startswith("in shop/b")


def test_the_narrowest_is_that_which_opens_least_however_long_it_is():
    verdict = fixed(policy("p", FROM_JOB), policy("wide", "ingress: []", app=None)).verdict
    found = lab.fix(verdict, narrow=True)
    assert repr(found) == ("<Fix: in shop/p, add an ingress rule for pods with app=web on TCP 80>")
    assert found.also == ((), ())


def test_both_sides_are_changed_where_both_deny():
    assert words(policy("out", "policyTypes: [Egress]", app="web"), policy("p", FROM_JOB)) == [
        "in shop/out, add an egress rule for pods with app=db on TCP 80",
        "in shop/p, let rule 1 also admit pods with app=web",
    ]


def test_a_fix_reads_as_words_what_to_type_and_a_warning():
    assert str(fixed(policy("p", FROM_JOB, app=None), destination="shop/job")).splitlines() == [
        "in shop/p, let rule 1 also admit pods with app=web",
        "  add to spec.ingress[0].from:",
        "    - podSelector:",
        "        matchLabels:",
        "          app: web",
        "this also opens other flows:",
        "  shop/web -> shop/db  all ports",
        "  shop/web -> shop/job  TCP 1-79, 81-65535; UDP (all); SCTP (all)",
    ]


def test_a_fix_that_opens_nothing_else_says_so():
    assert str(fixed(policy("p", "ingress: []"))).endswith("this opens nothing else")


def test_a_label_that_lets_a_policy_select_the_pod_closes_flows():
    wants = policy("p", "ingress: [{from: [{podSelector: {matchLabels: {trusted: x}}}]}]")
    shut = policy("shut", "ingress: []", app="x").replace("app: x", "trusted: x")
    fix = fixed(wants, shut)
    assert [edit.object for edit in fix.changes] == ["Pod shop/web"]
    assert ("shop/job", "shop/web") in [row[:2] for row in fix.also.closed]
    assert "this also closes other flows:" in str(fix)


def test_many_other_flows_are_counted():
    more = "".join(
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: n{i}, namespace: shop}}\n"
        for i in range(7)
    )
    text = str(fixed(policy("p", FROM_JOB, app=None), more))
    assert text.splitlines()[-1] == "  and 4 more connections"


def test_as_plain_values_it_has_the_documented_keys():
    data = as_data(fixed(policy("p", FROM_JOB)))
    assert set(data) == {"changes", "also"}
    assert set(data["changes"][0]) == {"object", "path", "words", "yaml"}
    ports = {"TCP": [[1, 79], [81, 65535]], "UDP": [[1, 65535]], "SCTP": [[1, 65535]]}
    assert data["also"] == {
        "opened": [{"from": "shop/web", "to": "shop/db", "ports": ports}],
        "closed": [],
    }


# ---------------------------------------------------------------- what is left open, and no fix

HOST = """
apiVersion: v1
kind: Pod
metadata: {name: host, namespace: shop}
spec: {hostNetwork: true}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: sql, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 5432, targetPort: 80}]}
"""


def test_a_pod_on_its_nodes_network_is_admitted_by_the_address_it_uses():
    known = f"{HOST}status: {{podIP: 192.0.2.1, hostIP: 192.0.2.1}}\n"
    assert words(policy("p", FROM_JOB), known, source="shop/host") == [
        "in shop/p, let rule 1 also admit addresses in 192.0.2.1/32"
    ]
    assert fixed(policy("p", FROM_JOB), HOST, source="shop/host") is None


@pytest.mark.parametrize("address", ["", "clusterIP: 10.96.0.1, "])
def test_a_service_is_admitted_by_its_address_and_by_its_pods(address):
    service = SERVICE.replace("{selector", f"{{{address}selector")
    cluster = lab.load(PODS, service, policy("out", "policyTypes: [Egress]", app="web"))
    fix = lab.fix(lab.evaluate(cluster, "shop/web", "shop/sql", 5432))
    if address:
        assert [edit.words.partition("rule for ")[2] for edit in fix.changes] == [
            "pods with app=db on TCP 80",
            "addresses in 10.96.0.1/32 on TCP 5432",
        ]
    else:
        assert fix is None


def test_what_is_undefined_gets_a_fix_that_settles_it():
    block = policy("p", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")
    fix = fixed(block)
    assert fix.verdict.allowed is None
    assert lab.evaluate(fix.apply(), "shop/web", "shop/db", 80).allowed is True


def test_a_plugin_that_knows_no_blocks_of_pods_gets_selectors():
    block = policy("p", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")
    (only,) = fixed(block, ip_block_matches_pods=False).changes
    assert "podSelector" in only.yaml


def test_a_fix_can_be_made_on_a_copy_of_the_cluster():
    fix = fixed(policy("p", FROM_JOB))
    other = lab.load(PODS, policy("p", FROM_JOB))
    assert lab.evaluate(fix.apply(other), "shop/web", "shop/db", 80).allowed is True
