"""Single changes: each kind says what to type, where, and what it changes."""

import pytest
import yaml

import netpol_lab as lab
from netpol_lab.advice.edits import edits

PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: other, labels: {env: x}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: shop, tier: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: worker, namespace: shop, labels: {app: shop, tier: worker}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: other, labels: {app: client}}
status: {podIP: 10.0.0.9}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  replicas: 2
  template: {metadata: {labels: {app: api}}}
"""


def proposals(spec, source="shop/web", more=""):
    policy = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: shop}}
spec: {spec}
"""
    selected = policy.replace("spec: {", "spec: {podSelector: {matchLabels: {app: db}}, ")
    cluster = lab.load(PODS, selected, *[more] * bool(more))
    return list(edits(cluster, lab.evaluate(cluster, source, "shop/db", 80).ingress))


def test_a_new_policy_isolates_no_pod_that_is_open():
    replicas = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cache, namespace: shop}
spec: {replicas: 2, template: {metadata: {labels: {app: cache}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: primary, namespace: shop}
spec: {podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: cache-0}}}
"""
    cluster = lab.load(PODS, replicas)
    (new,) = edits(cluster, lab.evaluate(cluster, "shop/web", "shop/cache-0", 80).ingress)
    assert "(pods with statefulset.kubernetes.io/pod-name=cache-0: ingress only" in new.words
    after = new.apply(cluster)
    assert lab.evaluate(after, "shop/db", "shop/cache-1", 80).allowed is True


def first(*arguments, **keywords):
    edit = proposals(*arguments, **keywords)[0]
    return edit.words, edit.object, edit.path, yaml.safe_load(edit.yaml)


def test_a_port_is_added_where_the_peer_fits():
    assert first("{ingress: [{ports: [{port: 81}]}]}") == (
        "in shop/p, let rule 1 also admit TCP 80",
        "NetworkPolicy shop/p",
        "spec.ingress[0].ports",
        [{"protocol": "TCP", "port": 80}],
    )


def test_a_pod_is_told_by_its_fewest_labels():
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]}"
    assert first(spec) == (
        "in shop/p, let rule 1 also admit pods with tier=web",
        "NetworkPolicy shop/p",
        "spec.ingress[0].from",
        [{"podSelector": {"matchLabels": {"tier": "web"}}}],
    )


def test_a_pod_of_another_namespace_is_told_with_its_namespace():
    spec = "{ingress: [{from: [{podSelector: {}}]}]}"
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
    spec = "{ingress: [{from: [{podSelector: {}}]}]}"
    assert first(spec, source)[3] == [{"ipBlock": {"cidr": cidr}}]


def test_a_pod_without_labels_is_told_as_every_pod_of_its_namespace():
    bare = "apiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: shop}\n"
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]}"
    words = [edit.words for edit in proposals(spec, "shop/bare", bare)]
    assert "in shop/p, let rule 1 also admit every pod of the namespace" in words


def test_a_policy_without_a_rule_in_one_direction_gets_the_whole_section():
    rule = {
        "from": [{"podSelector": {"matchLabels": {"tier": "web"}}}],
        "ports": [{"protocol": "TCP", "port": 80}],
    }
    assert first("{policyTypes: [Ingress, Egress], egress: [{}]}") == (
        "in shop/p, add an ingress rule for pods with tier=web on TCP 80",
        "NetworkPolicy shop/p",
        "spec",
        {"ingress": [rule]},
    )


def test_a_rule_is_added_where_both_parts_are_missing():
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 81}]}]}"
    (only,) = proposals(spec)
    assert only.path == "spec.ingress"
    assert [rule.number for rule in only.changed[0].ingress] == [1, 2]


def test_beside_a_default_deny_a_whole_policy_is_proposed():
    (only,) = proposals("{}")
    assert yaml.safe_load(only.yaml)["spec"] == {
        "podSelector": {"matchLabels": {"app": "db"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"podSelector": {"matchLabels": {"tier": "web"}}}],
                "ports": [{"protocol": "TCP", "port": 80}],
            }
        ],
    }
    assert only.lines == len(only.yaml.splitlines())


UNLISTED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: q, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], ingress: [{}]}
"""


def test_a_direction_is_listed_where_the_rule_is_there_already():
    assert first("{}", more=UNLISTED) == (
        "in shop/q, list Ingress in policyTypes, so that rule 1 counts",
        "NetworkPolicy shop/q",
        "spec.policyTypes",
        ["Ingress"],
    )


def test_a_pod_gets_the_one_label_it_lacks():
    spec = "{ingress: [{from: [{podSelector: {matchLabels: {app: shop, trusted: 'yes'}}}]}]}"
    assert first(spec) == (
        "give Pod shop/web the label trusted=yes, which rule 1 of shop/p wants",
        "Pod shop/web",
        "metadata.labels",
        {"trusted": "yes"},
    )


def test_a_namespace_gets_the_one_label_it_lacks():
    spec = "{ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]}"
    assert first(spec, "other/client")[1:] == ("Namespace other", "metadata.labels", {"team": "x"})
    assert first(spec)[1:] == ("Namespace shop", "metadata", {"labels": {"team": "x"}})


@pytest.mark.parametrize(
    ("kind", "spec", "path"),
    [
        ("Deployment", "{template: TEMPLATE}", "spec.template.metadata.labels"),
        ("CronJob", "{schedule: '* * * * *', jobTemplate: {spec: {template: TEMPLATE}}}",
         "spec.jobTemplate.spec.template.metadata.labels"),
    ],
)  # fmt: skip
def test_the_label_of_a_replica_belongs_into_the_template_of_its_workload(kind, spec, path):
    version = "apps/v1" if kind == "Deployment" else "batch/v1"
    spec = spec.replace("TEMPLATE", "{metadata: {labels: {app: job}}}")
    workload = (
        f"apiVersion: {version}\nkind: {kind}\n"
        f"metadata: {{name: w, namespace: shop}}\nspec: {spec}\n"
    )
    rule = "{ingress: [{from: [{podSelector: {matchExpressions: [{key: t, operator: Exists}]}}]}]}"
    _, title, place, typed = first(rule, "shop/w", workload)
    assert (title, place, typed) == (f"{kind} shop/w", path, {"t": ""})


def test_all_replicas_get_the_label():
    rule = "{ingress: [{from: [{podSelector: {matchExpressions: [{key: t, operator: Exists}]}}]}]}"
    assert [pod.name for pod in proposals(rule, "shop/api")[0].changed] == ["api-1", "api-2"]


def test_a_label_with_another_value_is_left_alone():
    rule = "{ingress: [{from: [{podSelector: {matchLabels: {tier: backend}}}]}]}"
    assert not any(edit.words.startswith("give") for edit in proposals(rule))


@pytest.mark.parametrize(
    ("excepted", "left", "lines"),
    [
        ("10.0.0.9/32", [], 1),
        ("10.0.0.8/31", ["10.0.0.8/32"], 1),
        ("10.0.0.8/30", ["10.0.0.8/32", "10.0.0.10/31"], 2),
    ],
)
def test_an_exception_is_narrowed_by_one_address(excepted, left, lines):
    rule = f"{{ingress: [{{from: [{{ipBlock: {{cidr: 10.0.0.0/8, except: [{excepted}]}}}}]}}]}}"
    edit = proposals(rule, "other/client")[0]
    assert edit.words == "in shop/p, take 10.0.0.9 out of the except of rule 1"
    assert yaml.safe_load(edit.yaml).get("except", []) == left
    assert (edit.lines, edit.adds) == (lines, False)


def test_there_is_nothing_to_change_for_protocols_without_rules_and_sides_that_allow():
    assumed = lab.Assumptions(icmp_filtered=True)
    shop = lab.load(PODS, UNLISTED)
    denied = lab.evaluate(shop, "shop/db", "shop/web", protocol="ICMP", assumptions=assumed)
    assert not denied.egress.allowed
    assert not list(edits(shop, denied.egress, assumed))
    assert not list(edits(shop, denied.ingress, assumed))


def test_an_edit_reads_as_a_sentence_and_what_to_type():
    text = str(proposals("{ingress: [{ports: [{port: 81}]}]}")[0])
    assert text == (
        "in shop/p, let rule 1 also admit TCP 80\n"
        "  add to spec.ingress[0].ports:\n"
        "    - protocol: TCP\n"
        "      port: 80"
    )


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
