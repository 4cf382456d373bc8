"""What is taken in of lists and documents, and in which order complaints come."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import MOST_COMPLAINTS, Complaint, ManifestError, Reason
from netpol_lab.manifests import reader
from netpol_lab.manifests.decoding import decoder
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.text.sources import SCENARIOS
from netpol_lab.model.assumptions import Assumptions
from netpol_lab.model.cluster_policies import EVERY_POD
from netpol_lab.model.objects import Direction
from tests.helpers.loaded import HEAD, complaints


def test_lists_within_lists_come_to_an_end():
    text = '{"apiVersion": "v1", "kind": "List", "items": [' * 25 + '{"kind": 1}' + "]}" * 25
    assert "lists within lists" in complaints(text)[0].message


def test_ten_lists_within_each_other_are_read_and_eleven_are_not():
    head = '{"apiVersion": "v1", "kind": "List", "items": ['
    pod = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}'
    assert len(load(head * 10 + pod + "]}" * 10).pods) == 1
    (complaint,) = complaints(head * 11 + pod + "]}" * 11)
    assert complaint.message == "lists within lists within lists"


def test_a_list_whose_kind_is_no_text_is_told():
    (complaint,) = complaints("apiVersion: v1\nkind: [List]\nitems: []")
    assert (complaint.path, complaint.message) == ("kind", "must be text")


def test_items_that_are_no_list_are_told():
    (complaint,) = complaints("apiVersion: v1\nkind: List\nitems: {a: b}")
    assert (complaint.path, complaint.message) == ("items", "must be a list")


def test_typed_lists_lend_their_kind_to_their_items():
    text = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicyList
items:
- {metadata: {name: a}}
- null
- {metadata: {name: b}}
"""
    assert [p.name for p in load(text).policies] == ["a", "b"]


def test_the_same_object_twice_is_one_and_the_last_stands():
    found = load(f"{HEAD}spec: {{policyTypes: [Egress]}}\n---\n{HEAD}spec: {{}}")
    assert [p.policy_types for p in found.policies] == [(Direction.INGRESS,)]


def test_other_kinds_are_counted():
    found = load("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}")
    assert found.ignored == {"ConfigMap": 1}


def test_a_calico_policy_is_another_kind_not_a_mistake():
    found = load("apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a}")
    assert found.ignored == {"NetworkPolicy": 1}


ABOVE = """apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: above%s}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  egress:
  - action: Deny
    to: [%s]
"""
DEFINITION = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {annotations: {policy.networking.k8s.io/channel: experimental}}
spec: {group: policy.networking.k8s.io, names: {kind: ClusterNetworkPolicy}}
"""


def test_a_cluster_wide_policy_is_no_other_policy_and_knows_where_it_is_written():
    found = load(ABOVE % ("", "{namespaces: {}}"))
    (policy,) = found.cluster_policies
    assert (found.other_policies, found.ignored, found.warnings) == ((), {}, ())
    assert str(found.place_of(policy, "spec.egress[0].to[0]")) == "<text>:10:10"
    assert found.texts[policy].startswith("apiVersion")
    assert found.specs[policy]["priority"] == 1


def test_the_channel_is_told_or_read_in_a_definition_wherever_that_stands():
    text = ABOVE % ("", "{nodes: {}}")
    assert "experimental channel" in str(complaints(text)[0].hint)
    for found in (load(text, channel="experimental"), load(f"{text}---\n{DEFINITION}")):
        assert len(found.cluster_policies) == 1
    with pytest.raises(ManifestError):
        load(f"{text}---\n{DEFINITION}", channel="standard")


def test_what_a_server_has_stored_may_have_the_fields_of_either_channel():
    assert len(load(ABOVE % (", uid: 1b", "{nodes: {}}")).cluster_policies) == 1


@pytest.mark.parametrize("peer", ["{}", "{namespaces: {}, tls: {}}"])
def test_what_a_server_has_stored_is_in_force_but_undefined_if_it_cannot_be_read(peer):
    found = load(ABOVE % (", uid: 1b", peer))
    assert [*map(str, found.other_policies)] == ["ClusterNetworkPolicy above"]
    assert "what the policy could decide is undefined" in found.warnings[0].message
    assert found.warnings[-1].message.startswith(
        "1 ClusterNetworkPolicy (policy.networking.k8s.io)"
    )


def test_what_a_later_definition_knows_may_be_about_everybody():
    text = (ABOVE % (", uid: 1b", "{namespaces: {}}")).replace("egress:", "rules:")
    (policy,) = load(text).other_policies
    assert (policy.directions, policy.subject) == (tuple(Direction), EVERY_POD)


def test_a_version_of_a_later_server_is_passed_over_and_may_be_about_everybody():
    text = (ABOVE % (", uid: 1b", "{namespaces: {}}")).replace("v1beta1", "v1")
    (policy,) = load(text).other_policies
    assert (policy.directions, policy.subject) == (tuple(Direction), EVERY_POD)
    assert "passed over" in load(text).warnings[0].message
    assert complaints(text.replace(", uid: 1b", ""))[0].reason is Reason.NO_MATCH


def test_what_a_later_server_writes_besides_the_spec_does_not_matter():
    text = ABOVE % (", uid: 1b, later: 1", "{namespaces: {}}") + "status: {later: 1}\n"
    assert (len(load(text).cluster_policies), load(text).warnings) == (1, ())


def test_a_lenient_server_drops_ports_of_another_version_so_that_a_rule_covers_all():
    text = ABOVE % ("", "{namespaces: {}}") + "    ports: [{portNumber: {port: 80}}]\n"
    assert complaints(text)[0].message == 'unknown field "spec.egress[0].ports"'
    found = load(text, strict=False)
    assert found.cluster_policies[0].egress[0].ports == ()
    assert "the rule covers every port" in found.dropped[0].hint


def test_host_bits_are_taken_where_older_definitions_are_in_force():
    text = ABOVE % ("", "{networks: [10.0.0.1/8]}")
    assert complaints(text)[0].hint.startswith("write 10.0.0.0/8")
    found = load(text, assumptions=Assumptions(strict_cidr=False))
    assert "since v0.3.0" in found.warnings[0].message
    assert str(found.cluster_policies[0].egress[0].peers[0].networks[0]) == "10.0.0.0/8"


ODD = "{matchExpressions: [{key: a, operator: %s}]}"
TWO_PODS = """---
{apiVersion: v1, kind: Pod, metadata: {name: web}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db}}
"""


@pytest.mark.parametrize("operator", ["Is", "In"])
@pytest.mark.parametrize("part", ["peer", "subject"])
def test_what_a_selector_that_nobody_can_use_could_match_is_undefined(operator, part):
    odd = ODD % operator
    text = ABOVE % ("", f"{{namespaces: {odd if part == 'peer' else '{}'}}}")
    if part == "subject":
        text = text.replace("subject: {namespaces: {}}", f"subject: {{namespaces: {odd}}}")
    found = load(text + TWO_PODS)
    assert [policy.is_usable for policy in found.cluster_policies] == [False]
    assert (found.other_policies, found.ignored) == ((), {})
    warning, told = found.warnings
    assert str(told).startswith("1 ClusterNetworkPolicy (policy.networking.k8s.io): a")
    what = "this rule could match" if part == "peer" else "the policy could decide"
    assert warning.message.endswith(f"stores it even so, and what {what} is undefined")
    assert lab.evaluate(found, "web", "db", port=80).allowed is None
    assert lab.evaluate(found, "203.0.113.7", "db", port=80).allowed is True


def test_items_of_a_list_are_found_in_it():
    text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: 1}}"
    (found,) = complaints(text)
    assert (found.line, found.path) == (4, "metadata.name")
    assert complaints("apiVersion: v1\nkind: List\nitems: 3")[0].path == "items"


def test_an_exercise_is_loaded_as_the_cluster_it_is_about():
    cluster = lab.load(SCENARIOS / "exercises" / "two-tiers.yaml")
    assert repr(cluster) == "Cluster: 4 pods, 1 namespace, 0 policies"


def test_a_scenario_that_an_exercise_names_is_read_from_its_own_file():
    cluster = lab.load("story: x\nscenario: three-tier")
    (policy, *_) = cluster.policies
    assert cluster.place_of(policy).file == "three-tier.yaml"
    (complaint,) = complaints("story: x\nscenario: three-teir")
    assert complaint.message == 'there is no packaged scenario "three-teir"'
    assert complaint.hint.startswith("Did you mean three-tier")


def test_a_complaint_about_a_manifest_in_an_exercise_is_about_the_line_of_its_file():
    text = "story: x\nmanifests: |\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: [web]}\n"
    with pytest.raises(ManifestError) as caught:
        lab.load(text)
    (found,) = caught.value.complaints
    assert (found.line, found.column) == (5, 20)
    assert found.excerpt == "  metadata: {name: [web]}"


def test_an_object_that_stands_twice_is_warned_about():
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\n---\n"
    (warning,) = load(policy * 2).warnings
    assert (warning.line, warning.path) == (7, "metadata.name")
    assert "the last one replaces the other" in warning.message


def test_an_object_with_items_is_a_list_to_kubectl():
    (complaint,) = complaints(f"{HEAD}items: []\n")
    assert (complaint.path, complaint.message) == ("items", "no objects passed to create")
    cluster = load(f"{HEAD}items:\n- apiVersion: v1\n  kind: Pod\n  metadata: {{name: a}}\n")
    assert (len(cluster.pods), len(cluster.policies)) == (1, 0)
    assert cluster.warnings[0].message == "the rest of this object is passed over"


def test_an_empty_list_is_an_empty_cluster():
    assert load("apiVersion: v1\nkind: List\nitems: []\n").warnings == ()


def test_only_items_without_kind_and_version_have_those_of_their_list():
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n"
    assert len(load(f"{head}- metadata: {{name: p}}\n").policies) == 1
    (complaint,) = complaints(f"{head}- kind: NetworkPolicy\n  metadata: {{name: p}}\n")
    assert complaint.message == "apiVersion not set"


def test_what_kubectl_drops_behind_a_document_is_a_warning():
    cluster = load(f"{HEAD}...\n{HEAD}")
    assert len(cluster.policies) == 1
    assert [(warning.line, warning.reason) for warning in cluster.warnings] == [(5, Reason.SYNTAX)]


def test_unknown_fields_come_as_kubectl_sorts_them_and_not_as_they_are_written():
    text = HEAD + "spec:\n  ingress: [{zz: 1, aa: 2}]\n  b.c: 1\n  b: 2\nBb: 1\n"
    assert [c.path for c in complaints(text)] == [
        "Bb", "spec.b", "spec.b.c", "spec.ingress[0].aa", "spec.ingress[0].zz",
    ]  # fmt: skip


def test_unknown_fields_of_later_items_come_in_the_order_of_the_items():
    rules = "".join(f"  - {{x{i}: 1}}\n" for i in range(12))
    found = complaints(f"{HEAD}spec:\n  ingress:\n{rules}")
    assert [c.path for c in found] == [f"spec.ingress[{i}].x{i}" for i in range(12)]


def test_the_same_complaint_is_made_once():
    labels = "spec: {podSelector: {matchLabels: {a: '-', b: '-'}}}\n"
    assert len(complaints(HEAD + labels)) == 1


def test_the_spec_of_a_policy_is_kept_as_it_is_written():
    block = "spec: {ingress: [{from: [{ipBlock: {cidr: '2001:DB8::/32'}}]}]}\n"
    cluster = load(HEAD + block)
    (spec,) = cluster.specs.values()
    assert spec.ingress[0].peers[0].ip_block.cidr == "2001:DB8::/32"


def test_after_a_thousand_complaints_all_others_are_counted():
    port = "{containerPort: 0}"
    ports = f"{{containers: [{{ports: [{', '.join([port] * 30)}]}}]}}"
    bad = f"- {{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {ports}}}\n"
    *first, last = complaints(f"apiVersion: v1\nkind: List\nitems:\n{bad * 41}")
    assert len(first) == MOST_COMPLAINTS
    said = "20 more complaints and 7 more objects: reading ends after 1,000 complaints"
    assert last == Complaint("", Reason.NOT_READ, said, document=0)


def test_what_is_read_after_a_thousand_complaints_is_counted_in_documents_too(monkeypatch):
    decoded = []
    monkeypatch.setattr(reader, "decoder", lambda cls: decoded.append(cls) or decoder(cls))
    texts = [f"apiVersion: v1\nkind: Pod\nmetadata: {{name: A{n}}}\n" for n in range(1_200)]
    *first, last = complaints("---\n".join(texts))
    assert (len(first), len(decoded)) == (MOST_COMPLAINTS, MOST_COMPLAINTS)
    assert last.message == "200 more objects: reading ends after 1,000 complaints"
