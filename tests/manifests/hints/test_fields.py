"""Where a field belongs that is unknown where it stands, or what it is called there."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import ManifestError, Reason
from netpol_lab.manifests import api_types as api
from tests.helpers.decoded import decode, problem

SPEC, SELECTOR, PEER, PORT = (
    api.NetworkPolicySpec, api.LabelSelector, api.NetworkPolicyPeer, api.NetworkPolicyPort,
)  # fmt: skip
RULE, OUT, BLOCK = api.NetworkPolicyIngressRule, api.NetworkPolicyEgressRule, api.IPBlock
ITEM = api.LabelSelectorRequirement


@pytest.mark.parametrize(
    ("kind", "value", "hint"),
    [
        # called otherwise
        (PORT, {"containerPort": 80}, "did you mean port?"),
        (PORT, {"name": "http"}, "did you mean port?"),
        (PORT, {"endport": 80}, "did you mean endPort?"),
        (SPEC, {"podselector": {}}, "did you mean podSelector?"),
        (SPEC, {"selector": {}}, "did you mean podSelector?"),
        (SPEC, {"types": ["Ingress"]}, "did you mean policyTypes?"),
        (BLOCK, {"CIDR": "10.0.0.0/8"}, "did you mean cidr?"),
        (ITEM, {"op": "In"}, "did you mean operator?"),
        (PEER, {"ipBlocks": {"cidr": "10.0.0.0/8"}}, "did you mean ipBlock?"),
        # inside
        (SPEC, {"matchLabels": {}}, "did you mean podSelector.matchLabels? Indent it by two, "
         "under podSelector"),
        (api.NetworkPolicy, {"ingress": []}, "did you mean spec.ingress? Indent it by two, under "
         "spec"),
        (PEER, {"namespaceSelector": None, "matchLabels": {}}, "did you mean "
         "namespaceSelector.matchLabels? Indent it by two, under namespaceSelector"),
        (PEER, {"cidr": "10.0.0.0/8"}, "did you mean ipBlock.cidr? Indent it by two, under "
         "ipBlock"),
        # in a list
        (RULE, {"podSelector": {}}, "podSelector belongs to a peer: write from: above it, and a "
         "dash before it"),
        (OUT, {"namespaceSelector": {}}, "namespaceSelector belongs to a peer: write to: above "
         "it, and a dash before it"),
        (RULE, {"from": None, "podSelector": {}}, "podSelector belongs to a peer: write a dash "
         "before it, and indent it by two, under from"),
        (RULE, {"protocol": "TCP"}, "protocol belongs to an item of ports: write ports: above it, "
         "and a dash before it"),
        (SPEC, {"from": []}, "from belongs to an ingress rule: write ingress: above it, and a "
         "dash before it"),
        (SPEC, {"ports": []}, "ports belongs to an ingress rule: write ingress: or egress: above "
         "it, and a dash before it"),
        (SELECTOR, {"key": "app"}, "key belongs to an item of matchExpressions: write "
         "matchExpressions: above it, and a dash before it"),
        # written out
        (RULE, {"port": 80}, "write ports: [{port: 80}]"),
        (RULE, {"port": [80, 443]}, "write ports: [{port: 80}, {port: 443}]"),
        (OUT, {"cidr": "10.0.0.1"}, "write to: [{ipBlock: {cidr: 10.0.0.1/32}}]"),
        (PORT, {"portRange": "80-90"}, "a range is written as port: 80 and endPort: 90"),
        (PORT, {"portRange": {"start": 8, "end": 9}}, "a range is written as port: 8 and "
         "endPort: 9"),
        (PORT, {"range": ["80", "http"]}, "a range is written as port: 80 and endPort: 90"),
        (SELECTOR, {"app": "web"}, "labels go under matchLabels: write matchLabels: {app: web}"),
        (SELECTOR, {"name": "web"}, "labels go under matchLabels: write matchLabels: {name: web}"),
        (SELECTOR, {"app": ["a", "b"]}, "one of several values is chosen: write "
         "matchExpressions: [{key: app, operator: In, values: [a, b]}]"),
        (SELECTOR, {"matchNames": ["shop"]}, "namespaces are chosen by their labels: write "
         "matchLabels: {kubernetes.io/metadata.name: shop}"),
        (SELECTOR, {"any": True}, "leave any out: a selector that wants nothing selects all"),
        (ITEM, {"app": "web"}, "write {key: app, operator: In, values: [web]}"),
        (PEER, {"app": "web"}, "labels go under podSelector: write podSelector: {matchLabels: "
         "{app: web}}"),
        (PEER, {"labels": {"app": "web"}}, "labels go under podSelector: write podSelector: "
         "{matchLabels: {app: web}}"),
        (PEER, {"pod": "web"}, "pods are chosen by their labels: for instance podSelector: "
         "{matchLabels: {app: web}}"),
        (PEER, {"namespace": "shop"}, "namespaces are chosen by their labels, in "
         "namespaceSelector: write namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "
         "shop}}"),
        (RULE, {"to": []}, "write from here, or move it to a rule under egress: what leads out is "
         "listed there"),
        (OUT, {"from": []}, "write to here, or move it to a rule under ingress: what comes in is "
         "listed there"),
        # nowhere
        (SELECTOR, {"zzzzzzzz": 1.5}, "the top level knows matchLabels, matchExpressions"),
        (BLOCK, {"ports": []}, "ports is a field of an ingress rule or an egress rule, not of the "
         "top level: check the indentation"),
    ],
)  # fmt: skip
def test_an_unknown_field_is_sent_home(kind, value, hint):
    found = problem(kind, value)
    assert (found.reason, found.hint) == (Reason.UNKNOWN, hint)


@pytest.mark.parametrize(
    ("kind", "value", "hint"),
    [
        (SPEC, {"podSelector": {}, "selector": {}}, "podSelector is there already: leave selector "
         "out, or write both as one"),
        (SPEC, {"ingress": [], "Ingress": []}, "ingress is there already: leave Ingress out, or "
         "write both as one"),
        (SPEC, {"podSelector": {"matchLabels": {}}, "matchLabels": {}}, "podSelector.matchLabels "
         "is there already: leave one out, or write both as one"),
        (RULE, {"ports": [], "port": 80}, "port belongs to an item of ports: write a dash before "
         "it, and indent it by two, under ports"),
        (RULE, {"from": [], "to": []}, "move it to a rule under egress: what leads out is listed "
         "there"),
        (SELECTOR, {"matchLabels": {}, "app": "web"}, "labels go under matchLabels: add app: web "
         "to matchLabels"),
        (PEER, {"namespaceSelector": {}, "namespace": "a"}, "namespaces are chosen by their "
         "labels, in namespaceSelector: leave namespace out"),
        (PEER, {"podSelector": {}, "app": "web"}, "labels go under matchLabels, under "
         "podSelector"),
        (PEER, {"podSelector": {}, "pod": "web"}, "pods are chosen by their labels: leave pod "
         "out"),
        (PEER, {"podSelector": {}, "cidr": "10.0.0.0/8"}, "ipBlock belongs into an item of its "
         "own, with a dash: not beside podSelector"),
        (PEER, {"ipBlock": {}, "podSelectors": {}}, "podSelector belongs into an item of its own, "
         "with a dash: not beside ipBlock"),
        (PEER, {"ipBlock": {}, "namespace": "a"}, "namespaces are chosen by their labels, in "
         "namespaceSelector: in an item of its own, not beside ipBlock"),
    ],
)  # fmt: skip
def test_nothing_is_proposed_that_is_there_or_may_not_stand_beside_it(kind, value, hint):
    found = [one.hint for one in decode(kind, value)[1] if one.reason is Reason.UNKNOWN]
    assert found == [hint]


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("{ingress: [{from: [{ports: []}]}]}", "ports is a field of an ingress rule: write it "
         "beside from, not under it"),
        ("{podSelector: {policyTypes: []}}", "policyTypes is a field of spec: write it beside "
         "podSelector, not under it"),
        ("{egress: [{policyTypes: []}]}", "policyTypes is a field of spec: write it beside "
         "egress, not under it"),
        ("{metadata: {}}", "metadata is a field of the object itself: write it beside spec, not "
         "under it"),
        ("{ingress: [{from: [{from: []}]}]}", "from is there already, around this one: leave one "
         "of the two out"),
    ],
)  # fmt: skip
def test_a_field_that_is_indented_too_far_is_sent_out(spec, hint):
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n"
    with pytest.raises(ManifestError) as caught:
        lab.load(f"{head}spec: {spec}")
    assert [one.hint for one in caught.value.complaints] == [hint]


@pytest.mark.parametrize(("around", "direction"), [("from", "ingress"), ("to", "egress")])
def test_a_rule_among_the_peers_is_sent_to_the_rules(around, direction):
    inner = f"{{{around}: [{{podSelector: {{}}}}], ports: [{{port: 80}}]}}"
    with pytest.raises(ManifestError) as error:
        lab.load(f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p}}
spec: {{podSelector: {{}}, {direction}: [{{{around}: [{{podSelector: {{}}}}, {inner}]}}]}}
""")
    hint = f"this is a rule of its own: move it out of {around}, to the items of {direction}"
    assert [one.hint for one in error.value.complaints] == [hint, hint]


def test_a_field_in_the_wrong_place_tells_the_faults_inside_it_as_well():
    rules = [{"from": [{"podSelector": None, "matchLabels": {}}]}]
    found = problem(api.NetworkPolicy, {"ingress": rules})
    assert found.hint == (
        "did you mean spec.ingress? Indent it by two, under spec; then "
        "spec.ingress[0].from[0].matchLabels: did you mean podSelector.matchLabels? "
        "Indent it by two, under podSelector"
    )


def test_a_field_of_another_name_tells_what_else_its_value_wants():
    found = problem(SPEC, {"policyType": "ingress"})
    assert found.hint == "did you mean policyTypes? Then policyTypes: write it as a list: [Ingress]"
