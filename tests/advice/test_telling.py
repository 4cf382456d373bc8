"""Who is told from others by what: by labels that last, with a namespace, or by an address."""

import pytest
import yaml

from tests.helpers.proposed import first, proposals


def test_a_pod_is_told_by_its_fewest_labels():
    part = "{matchExpressions: [{key: part, operator: In, values: [a, b]}]}"
    assert first(f"{{ingress: [{{from: [{{podSelector: {part}}}]}}]}}") == (
        "in shop/p, let rule 1 also admit pods with tier=web",
        "NetworkPolicy shop/p",
        "spec.ingress[0].from",
        [{"podSelector": {"matchLabels": {"tier": "web"}}}],
    )


@pytest.mark.parametrize(
    ("peers", "told"),
    [
        ("[{podSelector: {matchLabels: {app: db}}}]", {"app": "shop", "tier": "web"}),
        ("[{podSelector: {matchLabels: {tier: db}}}]", {"tier": "web"}),
        (
            "[{podSelector: {matchExpressions: [{key: tier, operator: In, values: [a, b]}]}}]",
            {"tier": "web"},
        ),
        ("[{podSelector: {matchLabels: {part: x}}}]", {"tier": "web"}),
        (
            "[{podSelector: {matchLabels: {app: db, part: x}}},"
            " {podSelector: {matchLabels: {tier: db}}}]",
            {"tier": "web"},
        ),
    ],
)
def test_a_new_peer_takes_over_the_keys_of_those_beside_it(peers, told):
    edits = proposals(f"{{ingress: [{{from: {peers}, ports: [{{port: 80}}]}}]}}")
    (item,) = next(yaml.safe_load(edit.yaml) for edit in edits if " also admit " in edit.words)
    assert item == {"podSelector": {"matchLabels": told}}


def test_a_new_rule_takes_over_the_keys_of_the_other_rules():
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 81}]}]}"
    rule = next(edit for edit in proposals(spec) if "add an ingress rule" in edit.words)
    assert rule.words.endswith("for pods with app=shop, tier=web on TCP 80")


def test_a_pod_of_another_namespace_is_told_with_its_namespace():
    spec = "{ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]}"
    words, _, _, (item,) = first(spec, "other/client")
    assert words == "in shop/p, let rule 1 also admit pods with app=client of namespace other"
    assert item["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": "other"}}


def test_a_replica_is_told_by_what_its_workload_keeps():
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}"
    *_, typed = first(spec, "shop/api-1")
    assert typed == [{"podSelector": {"matchLabels": {"app": "api"}}}]


def test_labels_that_controllers_renew_tell_nobody():
    labels = "{pod-template-hash: x, statefulset.kubernetes.io/pod-name: sts-0, app: sts}"
    pod = (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: sts-0, namespace: shop, labels: {labels}}}\n"
    )
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}"
    *_, typed = first(spec, "shop/sts-0", pod)
    assert typed == [{"podSelector": {"matchLabels": {"app": "sts"}}}]


@pytest.mark.parametrize(
    ("source", "cidr"), [("203.0.113.7", "203.0.113.7/32"), ("2001:db8::1", "2001:db8::1/128")]
)
def test_an_outside_address_is_told_by_a_block_of_its_own(source, cidr):
    spec = "{ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]}"
    assert first(spec, source)[3] == [{"ipBlock": {"cidr": cidr}}]


def test_a_pod_without_labels_is_told_as_every_pod_of_its_namespace():
    bare = "apiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: shop}\n"
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]}"
    words = [edit.words for edit in proposals(spec, "shop/bare", bare)]
    assert "in shop/p, let rule 1 also admit every pod of the namespace" in words


def test_a_job_is_told_by_its_name_and_a_cron_job_is_not_told_by_one_run():
    jobs = """
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: shop}
spec: {template: {spec: {}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: shop}
spec: {jobTemplate: {spec: {template: {metadata: {labels: {tier: night}}}}}}
"""
    job, nightly = (
        "".join(
            edit.words
            for edit in proposals(
                "{ingress: [{from: [{podSelector: {matchLabels: {app: nobody}}}]}]}", source, jobs
            )
        )
        for source in ("shop/migrate", "shop/nightly")
    )
    assert "pods with batch.kubernetes.io/job-name=migrate" in job
    assert "pods with tier=night" in nightly


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("{version: 1.2.3, app: v}", {"app": "v"}),
        ("{helm.sh/chart: v-3, app.kubernetes.io/version: '3', part: v}", {"part": "v"}),
        ("{version: 1.2.3}", {"version": "1.2.3"}),  # better than everybody
    ],
)
def test_a_version_tells_a_pod_only_where_nothing_else_does(labels, told):
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: v, namespace: shop, labels: {labels}}}\n"
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]}"
    rule = proposals(spec, "shop/v", pod)
    assert yaml.safe_load(rule[-1].yaml)[0]["from"] == [{"podSelector": {"matchLabels": told}}]
