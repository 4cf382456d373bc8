"""What a file of tests takes for granted: names and values are checked, and it is told."""

import pytest

import netpol_lab as lab
from netpol_lab.checks.expectation_file import read_cases
from netpol_lab.checks.expectations import run
from netpol_lab.checks.junit import junit
from netpol_lab.errors import ManifestError
from netpol_lab.model.assumptions import Assumptions
from tests.helpers.expected import outcome

BLOCKED = "{from: x/a, to: x/b, port: 1, allowed: false}"
OPEN = "{from: x/a, to: x/b, port: 1, allowed: true}"


def test_a_case_holds_under_what_it_assumes(tmp_path):
    assert outcome(tmp_path, f"expect: [{BLOCKED}]\n").hold
    assert outcome(tmp_path, f"assume: {{enforced: false}}\nexpect: [{OPEN}]\n").hold


def test_an_entry_may_assume_more_than_its_case(tmp_path):
    entries = f"- {OPEN}\n- {BLOCKED[:-1]}, assume: {{enforced: true}}}}\n"
    report = outcome(tmp_path, f"assume: {{enforced: false}}\nexpect:\n{entries}")
    assert (report.expectations, report.failures) == (2, [])


def test_what_a_file_assumes_counts_before_what_its_reader_assumes(tmp_path):
    file = tmp_path / "case.yaml"
    outcome(tmp_path, f"assume: {{enforced: true}}\nexpect: [{BLOCKED}]\n")
    assert run([file], Assumptions(enforced=False)).hold


def test_a_question_may_be_left_open_again(tmp_path):
    icmp = "{from: x/a, to: x/b, protocol: ICMP, allowed: "
    assumed = outcome(tmp_path, f"assume: {{icmp_filtered: true}}\nexpect: [{icmp}false}}]\n")
    assert assumed.hold
    entry = f"{icmp}null, assume: {{icmp_filtered: null}}}}"
    assert outcome(tmp_path, f"assume: {{icmp_filtered: true}}\nexpect: [{entry}]\n").hold


def test_the_names_of_tests_and_their_failures_say_what_is_assumed(tmp_path):
    report = outcome(tmp_path, f"expect: [{OPEN[:-1]}, assume: {{enforced: true}}}}]\n")
    words = "expected allowed, got denied, assuming enforced=true"
    assert report.as_data()["failures"][0]["message"].endswith(words)
    assert 'name="x/a -&gt; x/b  TCP 1: allowed, assuming enforced=true"' in junit(report)


def test_manifests_are_read_as_the_case_assumes(tmp_path):
    start = "manifests: |\n" + POLICY.replace("CIDR", "10.0.0.1/8")
    assert "cannot be run" in str(outcome(tmp_path, f"expect: [{OPEN}]\n", start))
    lax = (
        "assume: {strict_cidr: false}\nexpect: [{from: 10.9.9.9, to: x/b, port: 1, allowed: true}]"
    )
    assert outcome(tmp_path, lax, start).hold
    refused = "manifest: |\n" + POLICY.partition("  ---\n")[2].replace("CIDR", "10.0.0.1/8")
    path = "spec.ingress[0].from[0].ipBlock.cidr"
    error = f"errors: [{{path: '{path}', reason: Invalid, message: host}}]\n"
    assert not outcome(tmp_path, f"assume: {{strict_cidr: false}}\n{error}", refused).hold


POLICY = """\
  apiVersion: v1
  kind: Pod
  metadata: {name: b, namespace: x}
  ---
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: p, namespace: x}
  spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: CIDR}}]}]}
"""


@pytest.mark.parametrize(
    ("assumed", "line", "words"),
    [
        ("enforcd: false", 2, "Did you mean enforced"),
        ("own-node-egress: true", 2, "Did you mean own_node_egress?"),
        ("enforced: null", 2, "must be true or false"),
        ("icmp_filtered: maybe", 2, "must be true, false or null"),
        ("icmp_filtered: open", 2, "write null for a question that stays open"),
    ],
)
def test_what_cannot_be_assumed_is_told_where_it_stands(assumed, line, words):
    with pytest.raises(ManifestError) as caught:
        read_cases(f"assume:\n  {assumed}\nmanifests: ''\nexpect: [{BLOCKED}]\n", "x.yaml")
    (complaint,) = caught.value.complaints
    assert complaint.line == line
    assert words in str(complaint)


def test_everything_that_cannot_be_assumed_is_told_at_once():
    entry = f"{BLOCKED[:-1]}, assume: {{stict_cidr: false, strict_cidr: false}}}}"
    with pytest.raises(ManifestError) as caught:
        read_cases(f"assume: {{a: 1, enforced: 2}}\nmanifests: ''\nexpect: [{entry}]\n", "x.yaml")
    assert [complaint.path for complaint in caught.value.complaints] == [
        "assume.a", "assume.enforced", "expect[0].assume.stict_cidr",
        "expect[0].assume.strict_cidr",
    ]  # fmt: skip
    assert "write it in the assume beside manifests" in str(caught.value)


def test_what_a_list_about_a_cluster_at_hand_assumes_is_taken_along():
    shop = lab.load("three-tier")
    text = "assume: {enforced: false}\nexpect: [{from: web, to: db, port: 5432, allowed: true}]"
    assert lab.expect(shop, text).hold
    with pytest.raises(ManifestError, match="these are read"):
        lab.expect(shop, text.replace("enforced", "strict_cidr"))


def test_a_case_may_say_where_unknown_addresses_lie(tmp_path):
    both = POLICY.partition("---\n")[0].replace("name: b", "name: a") + "---\n" + POLICY
    start = "manifests: |\n" + both.replace("CIDR", "10.0.0.0/8")
    asked = "expect: [{from: x/a, to: x/b, port: 1, allowed: ANSWER}]\n"
    near = "assume: {pod_cidrs: [10.1.0.0/16]}\n"
    assert outcome(tmp_path, near + asked.replace("ANSWER", "true"), start).hold
    far = near.replace("[10.1.0.0/16]", "192.168.0.0/16")
    assert outcome(tmp_path, far + asked.replace("ANSWER", "false"), start).hold
    entry = asked.replace("ANSWER", "false, assume: {pod_cidrs: [10.1.0.0/16]}")
    assert "assuming pod_cidrs=['10.1.0.0/16']" in str(outcome(tmp_path, entry, start))
    bad = outcome(tmp_path, near.replace("/16", "") + asked.replace("ANSWER", "true"), start)
    assert '"10.1.0.0" is no range of addresses: write it as a CIDR' in str(bad)


NAMES = """
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {name: names}
spec:
  tier: Admin
  priority: 5
  subject: {namespaces: {}}
  egress:
  - {action: Accept, to: [{domainNames: [api.example.com]}]}
  - {action: Deny, to: [{networks: [0.0.0.0/0]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: x}
"""


def test_addresses_of_names_may_be_assumed():
    cluster = lab.load(NAMES, channel="experimental")
    case = "expect: [{from: x/a, to: 192.0.2.1, port: 1, allowed: true}]\n"
    names = "assume: {domain_names: {api.example.com: [192.0.2.1]}}\n"
    assert lab.expect(cluster, names + case).hold
    assert not lab.expect(cluster, case).hold


@pytest.mark.parametrize("value", ["1", "[a]", "{a: 1}", "{a: b}", "{a: [1]}", "{a: [b]}"])
def test_names_need_lists_of_addresses(value):
    with pytest.raises(ManifestError, match="domain_names"):
        lab.expect(lab.load("three-tier"), f"assume: {{domain_names: {value}}}\nexpect: [{OPEN}]\n")
