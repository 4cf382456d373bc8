"""Which flows an entry of a test is about, and what is told where the verdict is another."""

import pytest

from tests.helpers.expected import outcome


def test_what_most_plugins_do_is_compared_too(tmp_path):
    report = outcome(
        tmp_path, "expect: [{from: x/a, to: x/b, port: 1, allowed: false, common: true}]"
    )
    assert "most plugins were expected to have it allowed" in report.failures[0].message


def test_in_a_matrix_later_entries_win_and_self_pairs_are_left_out(tmp_path):
    report = outcome(
        tmp_path,
        "probe_ports: [{port: 1, protocol: TCP}, {port: 2, protocol: UDP}]\nexpect_default: true\n"
        "expect:\n- {from: '*', to: '*', allowed: true}\n- {from: x/*, to: x/*, allowed: false}\n",
    )
    assert (report.expectations, report.failures) == (4, [])


# A Deployment web, another whose name begins the same, and a pod that nobody may call.
TOWN = """\
manifests: |
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web, namespace: x}
  spec: {replicas: 2, template: {metadata: {labels: {app: web}}}}
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web-admin, namespace: x}
  spec: {replicas: 1, template: {metadata: {labels: {app: admin}}}}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: db, namespace: x, labels: {app: db}}
  ---
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: db, namespace: x}
  spec:
    podSelector: {matchLabels: {app: db}}
    ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 1}]}]
expect_default: true
probe_ports: [{port: 1}, {port: 2, protocol: udp}]
expect:
- {from: "*", to: x/db, allowed: false}
"""


def test_in_a_matrix_a_workload_stands_for_its_pods_and_replaces_their_cells(tmp_path):
    report = outcome(tmp_path, "- {from: x/web, to: x/db, port: 1, allowed: true}", TOWN)
    assert report.failures == []
    assert report.expectations == 4 * 3 * 2


def test_in_a_matrix_a_name_alone_stands_for_what_a_verdict_would_take_it_for(tmp_path):
    report = outcome(tmp_path, "- {from: web, to: db, port: 1, allowed: true}", TOWN)
    assert (report.failures, report.expectations) == ([], 24)


def test_in_a_matrix_a_star_means_all_names_that_begin_so(tmp_path):
    report = outcome(tmp_path, "- {from: x/web-*, to: x/db, port: 1, allowed: true}", TOWN)
    (failure,) = report.failures
    assert "x/web-admin-1 -> x/db  TCP 1: expected allowed, got denied" in failure.message


def test_in_a_matrix_an_entry_with_a_protocol_is_not_about_the_other_probes(tmp_path):
    rest = """\
- {from: x/web, to: x/db, protocol: tcp, allowed: true}
- {from: x/db, to: x/web, protocol: UDP, allowed: false}
"""
    report = outcome(tmp_path, rest, TOWN)
    assert {failure.message for failure in report.failures} == {
        f"x/db -> x/web-{n}  UDP 2: expected denied, got allowed" for n in (1, 2)
    }
    assert report.expectations == 24


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{from: x/wep, to: x/db, port: 1, allowed: true}", "Did you mean x/web"),
        ("{from: x/web, to: x/db, protocol: SCTP, allowed: true}", "SCTP needs a port"),
        ("{from: x/web, to: x/db, protocol: TPC, allowed: true}", "Did you mean TCP"),
        ("{from: x/web, to: x/db, port: 0, allowed: true}", "0 is not a port"),
    ],
)
def test_in_a_matrix_what_cannot_be_asked_is_told_with_its_line(tmp_path, entry, words):
    report = outcome(tmp_path, f"- {entry}\n", TOWN)
    told = [failure for failure in report.failures if words in failure.message]
    assert told
    assert {failure.line for failure in told} == {26}
