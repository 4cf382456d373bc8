"""The smallest change that lets a flow through: it does, and it says what else it does."""

import copy
from itertools import product

import pytest
from hypothesis import given, settings

import netpol_lab as lab
from netpol_lab.advice.besides import as_selectors_see_it
from netpol_lab.advice.edits import edits
from netpol_lab.advice.fix import Fix, as_data, needless
from netpol_lab.engine.service_paths import without_answer
from netpol_lab.manifests.writer import manifest_of
from netpol_lab.model.objects import Namespace, Pod, Policy
from netpol_lab.model.ports import PortSet, Protocol
from tests.referee import naive
from tests.referee.random_clusters import (
    OUTSIDE,
    clusters_with_flows,
    mentioned_ports,
    name_of,
    of_kind,
    random_cluster,
    random_flows,
)
from tests.referee.soak import as_text
from tests.referee.typed_fixes import said


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
        if needless(verdict):
            assert fix is None
        elif fix is None:  # only by an address that the manifests do not give
            ends = [end for outcome in verdict.outcomes for end in outcome.arriving.ends]
            hosts = [end for end in ends if end.pod and end.pod.host_network]
            assert any(end.address is None for end in hosts)
        else:
            reached = asked(fix.apply(), flow)
            if fix.remarks:  # what no rule for the two ends can settle
                reached = as_selectors_see_it(reached)
            assert reached.allowed is True
            said = naive.allowed(rewritten(documents, fix), *flow)
            assert said is True or (said is None and fix.remarks)


@pytest.mark.parametrize("seed", range(40))
def test_no_fix_is_needless_unless_it_cannot_help_or_most_plugins_allow_the_flow(seed):
    documents = random_cluster(seed)
    cluster = lab.load(as_text(documents))
    for flow in random_flows(documents, seed, 6):
        verdict = asked(cluster, flow)
        mixed = all(families(outcome) == {4, 6} for outcome in verdict.outcomes)
        nowhere = mixed or without_answer(cluster, verdict.flow) is not None
        nowhere |= any(outcome.missing for outcome in verdict.outcomes)
        beside = any(side.other_policies for one in verdict.outcomes for side in one.sides)
        assert bool(needless(verdict)) is (verdict.common is True or nowhere or beside)


def families(outcome):
    return {end.address and end.address.version for end in outcome.arriving.ends}


@pytest.mark.parametrize("seed", range(30))
def test_no_change_of_a_fix_is_useless(seed):
    documents = random_cluster(seed)
    cluster = lab.load(as_text(documents))
    for flow in random_flows(documents, seed, 4):
        fix = lab.fix(asked(cluster, flow))
        changed = [cluster]
        for edit in fix.changes if fix else ():
            changed.append(edit.apply(changed[-1]))
        denials = [denying_sides(asked(one, flow)) for one in changed]
        assert denials == sorted({*denials}, reverse=True), flow


def test_a_change_that_shuts_another_door_is_no_help():
    wants = policy("p", "ingress: [{from: [{podSelector: {matchLabels: {trusted: x}}}]}]")
    shut = policy("shut", "policyTypes: [Egress]", app="x").replace("app: x", "trusted: x")
    assert words(wants) == ["give Pod shop/web the label trusted=x, which rule 1 of shop/p wants"]
    assert words(wants, shut) == ["in shop/p, let rule 1 also admit pods with app=web"]


def denying_sides(verdict):
    """How many sides deny a flow, in all readings."""
    return sum(not side.allowed for one in verdict.outcomes for side in one.sides)


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
    ports = {*mentioned_ports(documents), fix.verdict.flow.port} - {None}  # of ICMP
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


PORT = PortSet.of("TCP", 80)
FROM_JOB = "ingress: [{from: [{podSelector: {matchLabels: {app: job}}}]}]"
FROM_DB = FROM_JOB.replace("job", "db")
FROM_JOB_ON_81 = FROM_JOB.replace("}]}]", "}], ports: [{port: 81}]}]")


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
    assert words(policy("p", FROM_JOB_ON_81)) == [
        "in shop/p, add an ingress rule for pods with app=web on TCP 80"
    ]


@pytest.mark.parametrize(
    ("peers", "joined"),
    [
        ("[{podSelector: {matchLabels: {app: job}}}]", True),
        ("[{podSelector: {matchLabels: {app: job}}, namespaceSelector: {}}]", True),
        ("[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: "
         "{matchLabels: {app: job}}}]", True),
        ("[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: x}}}]", False),
        ("[{ipBlock: {cidr: 203.0.113.0/24}}]", False),
    ],
)  # fmt: skip
def test_a_rule_without_ports_is_joined_only_by_pods_of_namespaces_that_it_means(peers, joined):
    into = "let rule 1 also admit" if joined else "add an ingress rule for"
    (only,) = words(policy("p", f"ingress: [{{from: {peers}}}]"))
    assert only.startswith(f"in shop/p, {into} pods with app=web")


def test_an_address_gets_a_rule_with_its_port_beside_a_block_on_every_port():
    blocks = policy("p", "ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]")
    assert words(blocks, source="198.51.100.7") == [
        "in shop/p, add an ingress rule for addresses in 198.51.100.7/32 on TCP 80"
    ]


FROM_JOB_ON_80 = FROM_JOB_ON_81.replace("81", "80")


def test_a_rule_with_the_port_is_better_than_one_without_ports():
    rules = FROM_JOB[:-1] + FROM_JOB_ON_80.replace("ingress: [", ", ")
    assert words(policy("p", rules)) == ["in shop/p, let rule 2 also admit pods with app=web"]


def test_a_slip_in_the_rule_with_the_port_is_mended_though_one_without_ports_would_do():
    slip = FROM_JOB_ON_80.replace("ingress: [", ", ").replace("app: job", "app: wbe")
    (only,) = words(policy("p", FROM_JOB[:-1] + slip))
    assert only.startswith("in shop/p, ask for app=web in rule 2, not app=wbe")
    other_key = slip.replace("app: wbe", "name: web")
    (only,) = words(policy("p", FROM_JOB[:-1] + other_key))
    assert only == (
        "in shop/p, ask for app=web in rule 2, not name=web: shop/web has no label name"
    )


NEW = (
    "add the new NetworkPolicy shop/db-ingress-from-web "
    "(pods with app=db: ingress only from pods with app=web on TCP 80)"
)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(
    "others",
    [
        [policy("deny", "ingress: []")],
        [policy("deny", "ingress: []", app=None)],
        [policy("all", FROM_JOB, app=None), policy("deny", "ingress: []", app=None)],
    ],
)
def test_a_default_deny_and_what_selects_others_are_left_alone_and_a_new_policy_is_written(
    others, narrow
):
    found = lab.fix(fixed(*others).verdict, narrow)
    assert [edit.words for edit in found.changes] == [NEW]
    assert found.also == ((), ())


@pytest.mark.parametrize("narrow", [False, True])
def test_a_rule_goes_into_the_policy_that_selects_no_other_pods(narrow):
    wide = policy("a-wide", FROM_JOB_ON_81, app=None), policy("b-deny", "ingress: []", app=None)
    own = policy("z-own", FROM_JOB_ON_81)
    found = lab.fix(fixed(*wide, own).verdict, narrow)
    assert [edit.words.partition(",")[0] for edit in found.changes] == ["in shop/z-own"]


def test_a_new_policy_can_be_applied_as_it_is_printed():
    fix = fixed(policy("deny", "ingress: []", app=None))
    (only,) = fix.changes
    cluster = lab.load(PODS, policy("deny", "ingress: []", app=None), f"{only.yaml}\n")
    assert (only.object, only.path) == ("NetworkPolicy shop/db-ingress-from-web", "")
    assert "\n  apply:\n    apiVersion: networking.k8s.io/v1\n" in str(fix)
    assert set(cluster.policies) == set(fix.apply().policies)


def test_a_new_policy_gets_a_name_that_is_free():
    taken = policy("db-ingress-from-web", "ingress: []")
    assert "shop/db-ingress-from-web-2 (" in words(taken)[0]
    assert "shop/db-ingress-from-2001-0db8-" in words(taken, source="2001:db8::7")[0]


def test_a_policy_for_the_other_direction_takes_the_rule():
    both = policy("both", "policyTypes: [Ingress, Egress], egress: [{}]")
    assert words(both) == ["in shop/both, add an ingress rule for pods with app=web on TCP 80"]


def test_where_nothing_means_the_other_end_a_shared_rule_is_changed():
    shared = policy("p", "ingress: [{ports: [{port: 81}]}]", app=None)
    assert words(shared, HOST, source="shop/host") == ["in shop/p, let rule 1 also admit TCP 80"]


def test_among_equals_the_one_that_opens_less_wins():
    any_port, one_port = FROM_JOB, FROM_JOB.replace("}]}]", "}], ports: [{port: 80}]}]")
    assert words(policy("a", any_port), policy("b", one_port))[0].startswith("in shop/b")


def test_the_narrowest_is_that_which_opens_least_however_long_it_is():
    verdict = fixed(policy("p", FROM_JOB)).verdict
    found = lab.fix(verdict, narrow=True)
    assert repr(found) == ("<Fix: in shop/p, add an ingress rule for pods with app=web on TCP 80>")
    assert found.also == ((), ())


def test_both_sides_are_changed_where_both_deny():
    assert words(policy("out", "policyTypes: [Egress]", app="web"), policy("p", FROM_JOB)) == [
        "add the new NetworkPolicy shop/web-egress-to-db "
        "(pods with app=web: egress only to pods with app=db on TCP 80)",
        "in shop/p, let rule 1 also admit pods with app=web",
    ]


def test_a_fix_reads_as_words_what_to_type_and_a_warning():
    assert str(fixed(policy("p", FROM_DB, app="job"), destination="shop/job")).splitlines() == [
        "in shop/p, let rule 1 also admit pods with app=web",
        "  add to spec.ingress[0].from:",
        "    - podSelector:",
        "        matchLabels:",
        "          app: web",
        "this also opens other flows:",
        "  shop/web -> shop/job  TCP 1-79, 81-65535; UDP (all); SCTP (all)",
    ]


def test_a_fix_that_opens_nothing_else_says_so():
    assert str(fixed(policy("p", "ingress: []"))).endswith("this opens nothing else")


def test_a_label_that_lets_a_policy_select_the_pod_closes_flows():
    wants = policy("p", "ingress: [{from: [{podSelector: {matchLabels: {trusted: x}}}]}]")
    shut = policy("shut", "ingress: []", app="x").replace("app: x", "trusted: x")
    verdict = fixed(wants, shut).verdict
    fix = Fix(verdict, (next(edits(verdict.cluster, verdict.sides[1])),))
    assert [edit.object for edit in fix.changes] == ["Pod shop/web"]
    assert ("shop/job", "shop/web") in [row[:2] for row in fix.also.closed]
    assert "this also closes other flows:" in str(fix)


def test_many_other_flows_are_counted():
    more = "".join(
        f"---\napiVersion: v1\nkind: Pod\n"
        f"metadata: {{name: n{i}, namespace: shop, labels: {{app: db, n: n{i}}}}}\n"
        for i in range(7)
    )
    text = str(fixed(policy("p", FROM_JOB), more))
    assert text.splitlines()[-1] == "  and 3 more connections"


def test_as_plain_values_it_has_the_documented_keys():
    data = as_data(fixed(policy("p", FROM_JOB)))
    assert set(data) == {"changes", "also", "remarks", "owners"}
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
        "in shop/p, add an ingress rule for addresses in 192.0.2.1/32 on TCP 80"
    ]
    assert fixed(policy("p", FROM_JOB), HOST, source="shop/host") is None


@pytest.mark.parametrize("address", ["", "clusterIP: 10.96.0.1, "])
def test_a_service_is_admitted_by_its_pods_and_a_remark_says_who_wants_its_address(address):
    service = SERVICE.replace("{selector", f"{{{address}selector")
    cluster = lab.load(PODS, service, policy("out", "policyTypes: [Egress]", app="web"))
    fix = lab.fix(lab.evaluate(cluster, "shop/web", "shop/sql", 5432))
    assert [edit.words for edit in fix.changes] == [
        "add the new NetworkPolicy shop/web-egress-to-db "
        "(pods with app=web: egress only to pods with app=db on TCP 80)"
    ]
    after = lab.evaluate(fix.apply(), "shop/web", "shop/sql", 5432)
    assert (after.allowed, after.common) == (None, True)
    assert str(fix).splitlines()[-1].startswith("note: most plugins allow it then; ")
    assert lab.fix(after) is None


def test_a_plugin_that_sees_the_address_of_a_service_gets_a_block_for_it():
    service = SERVICE.replace("{selector", "{clusterIP: 10.96.0.1, selector")
    cluster = lab.load(PODS, service, policy("out", "policyTypes: [Egress]", app="web"))
    sees_it = lab.Assumptions(service_rewritten_first=False)
    fix = lab.fix(lab.evaluate(cluster, "shop/web", "shop/sql", 5432, assumptions=sees_it))
    assert "10.96.0.1/32" in str(fix)
    assert fix.remarks == ()


LOAD_BALANCED = SERVICE.replace("{selector", "{type: NodePort, clusterIP: 10.96.0.1, selector")


def test_a_client_that_may_arrive_with_another_address_gets_a_remark():
    cluster = lab.load(PODS, LOAD_BALANCED, policy("p", FROM_JOB))
    fix = lab.fix(lab.evaluate(cluster, "203.0.113.7", "shop/sql", 5432))
    assert [edit.words for edit in fix.changes] == [
        "in shop/p, add an ingress rule for addresses in 203.0.113.7/32 on TCP 80"
    ]
    (remark,) = fix.remarks
    assert remark.startswith("this holds if the client arrives with its own address; else set ")
    after = lab.evaluate(fix.apply(), "203.0.113.7", "shop/sql", 5432)
    assert lab.fix(after) is None
    assert needless(after).startswith("it is allowed if the client arrives with its own address; ")


def test_what_is_undefined_gets_a_fix_that_settles_it():
    block = policy("p", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")
    fix = fixed(block)
    assert fix.verdict.allowed is None
    assert lab.evaluate(fix.apply(), "shop/web", "shop/db", 80).allowed is True


def test_what_most_plugins_allow_gets_no_fix():
    service = SERVICE.replace("{selector", "{clusterIP: 10.96.0.1, selector")
    to_db = "policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]"
    cluster = lab.load(PODS, service, policy("out", to_db, app="web"))
    verdict = lab.evaluate(cluster, "shop/web", "shop/sql", 5432)
    assert (verdict.allowed, verdict.common, lab.fix(verdict)) == (None, True, None)
    assert needless(verdict) == "most plugins allow it already, so nothing is proposed"


def test_ends_without_a_common_address_family_get_no_fix():
    status = "status: {podIP: 10.0.0.9, podIPs: [{ip: 10.0.0.9}]}"
    four = (
        f"{PODS}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: v4, namespace: shop}}\n{status}\n"
    )
    cluster = lab.load(four, policy("out", "policyTypes: [Egress]", app=None))
    there, not_there = (lab.evaluate(cluster, "v4", to, 53) for to in ("192.0.2.1", "2001:db8::7"))
    assert lab.fix(there) is not None
    assert lab.fix(not_there) is None
    assert "no address family" in needless(not_there)


def test_a_plugin_that_knows_no_blocks_of_pods_gets_selectors():
    block = policy("p", "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]")
    (only,) = fixed(block, ip_block_matches_pods=False).changes
    assert "podSelector" in only.yaml


def test_a_fix_can_be_made_on_a_copy_of_the_cluster():
    fix = fixed(policy("p", FROM_JOB))
    other = lab.load(PODS, policy("p", FROM_JOB))
    assert lab.evaluate(fix.apply(other), "shop/web", "shop/db", 80).allowed is True
