"""Workloads make pods, and a pod belongs to the workload at the top of its owners."""

import pytest

import netpol_lab as lab
from netpol_lab.errors import AmbiguousNameError, ManifestError


def workload(kind, version, spec, name="web"):
    return f"""
apiVersion: {version}
kind: {kind}
metadata: {{name: {name}, namespace: shop, labels: {{ignored: here}}}}
spec: {spec}
"""


TEMPLATE = """{metadata: {labels: {app: web}},
  spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}"""


@pytest.mark.parametrize(
    ("kind", "version", "spec", "names"),
    [
        ("Deployment", "apps/v1", f"{{replicas: 3, template: {TEMPLATE}}}", "web-1 web-2"),
        ("Deployment", "apps/v1", f"{{template: {TEMPLATE}}}", "web-1"),
        ("Deployment", "apps/v1", f"{{replicas: 0, template: {TEMPLATE}}}", ""),
        ("StatefulSet", "apps/v1", f"{{replicas: 2, template: {TEMPLATE}}}", "web-0 web-1"),
        ("DaemonSet", "apps/v1", f"{{template: {TEMPLATE}}}", "web-1 web-2"),  # on two nodes
        ("ReplicaSet", "apps/v1", f"{{replicas: 1, template: {TEMPLATE}}}", "web-1"),
        ("ReplicationController", "v1", f"{{replicas: 1, template: {TEMPLATE}}}", "web-1"),
        ("Job", "batch/v1", f"{{parallelism: 2, template: {TEMPLATE}}}", "web-1 web-2"),
        ("CronJob", "batch/v1", f"{{jobTemplate: {{spec: {{template: {TEMPLATE}}}}}}}", "web-1"),
    ],
)
def test_every_kind_of_workload_makes_pods_from_its_template(kind, version, spec, names):
    pods = lab.load(workload(kind, version, spec)).pods
    assert [pod.name for pod in pods] == names.split()
    assert all(pod.labels["app"] == "web" for pod in pods)
    assert all(str(pod.workload) == f"{kind} web" for pod in pods)
    assert all(pod.ports[0].port == 8080 for pod in pods)


@pytest.mark.parametrize(
    ("kind", "version", "spec", "added"),
    [
        ("Deployment", "apps/v1", f"{{template: {TEMPLATE}}}", {}),
        ("StatefulSet", "apps/v1", f"{{ordinals: {{start: 5}}, template: {TEMPLATE}}}",
         {"apps.kubernetes.io/pod-index": "5", "statefulset.kubernetes.io/pod-name": "web-5"}),
        ("Job", "batch/v1", f"{{template: {TEMPLATE}}}",
         {"batch.kubernetes.io/job-name": "web", "job-name": "web"}),
        ("Job", "batch/v1", f"{{completionMode: Indexed, template: {TEMPLATE}}}",
         {"batch.kubernetes.io/job-completion-index": "0", "batch.kubernetes.io/job-name": "web",
          "job-name": "web"}),
        # A CronJob numbers its Jobs: "job-name: web" would mean none of them.
        ("CronJob", "batch/v1", f"{{jobTemplate: {{spec: {{template: {TEMPLATE}}}}}}}",
         {"batch.kubernetes.io/job-name": "web-1", "job-name": "web-1"}),
    ],
)  # fmt: skip
def test_pods_have_the_labels_that_controllers_add(kind, version, spec, added):
    assert lab.load(workload(kind, version, spec)).pods[0].labels == {"app": "web", **added}


@pytest.mark.parametrize("wanted", ["statefulset.kubernetes.io/pod-name: web-41",
                                    'apps.kubernetes.io/pod-index: "41"'])  # fmt: skip
@pytest.mark.parametrize("asks", [
    "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\n"
    "spec: {selector: {WANTED}, ports: [{port: 80}]}",
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
    "spec: {egress: [{to: [{podSelector: {matchLabels: {WANTED}}}]}]}",
])  # fmt: skip
def test_a_pod_of_a_stateful_set_that_is_selected_by_its_own_label_is_made(wanted, asks):
    stateful = workload("StatefulSet", "apps/v1", f"{{replicas: 42, template: {TEMPLATE}}}")
    selecting = asks.replace("WANTED", wanted)
    names = [pod.name for pod in lab.load(stateful, selecting).pods]
    assert names == ["web-0", "web-1", "web-41"]
    fewer = stateful.replace("replicas: 42", "replicas: 41")
    assert [pod.name for pod in lab.load(fewer, selecting).pods] == ["web-0", "web-1"]


NOT_THE_FIRST = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {SELECTS}}
"""
INDEX = "matchExpressions: [{key: apps.kubernetes.io/pod-index, operator: OP}]"


@pytest.mark.parametrize(
    ("selects", "replicas", "names"),
    [
        (INDEX.replace("OP", 'NotIn, values: ["0", "2"]'), 6, "web-0 web-1 web-2 web-3"),
        (INDEX.replace("OP", 'In, values: ["0", "1"]'), 3, "web-0 web-1 web-2"),
        (INDEX.replace("OP", 'In, values: ["0", "1", "7", x, "007"]'), 2, "web-0 web-1"),
        (INDEX.replace("OP", "Exists"), 5, "web-0 web-1"),
        (INDEX.replace("OP", 'In, values: ["999999999"]'), 10**9, "web-0 web-1 web-999999999"),
        ('matchLabels: {app: web, apps.kubernetes.io/pod-index: "1"}', 9, "web-0 web-1 web-2"),
        ('matchLabels: {app: db, apps.kubernetes.io/pod-index: "1"}', 9, "web-0 web-1"),
    ],
)
def test_replicas_are_those_that_selectors_name_and_two_more_if_there_are(selects, replicas, names):
    stateful = workload("StatefulSet", "apps/v1", f"{{replicas: {replicas}, template: {TEMPLATE}}}")
    found = lab.load(stateful, NOT_THE_FIRST.replace("SELECTS", selects)).pods
    assert [pod.name for pod in found] == names.split()


def test_a_policy_for_another_namespace_names_no_replica():
    stateful = workload("StatefulSet", "apps/v1", f"{{replicas: 9, template: {TEMPLATE}}}")
    asks = NOT_THE_FIRST.replace("SELECTS", INDEX.replace("OP", 'In, values: ["7"]'))
    found = lab.load(stateful, asks.replace("namespace: shop", "namespace: den")).pods
    assert [pod.name for pod in found] == ["web-0", "web-1"]


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ("completionMode: Indexed, completions: 9, parallelism: 3", "web-1 web-2 web-6"),
        ("completionMode: Indexed, completions: 9", "web-1 web-2 web-6"),  # one at a time
        ("completionMode: Indexed, completions: 3, parallelism: 3", "web-1 web-2"),
        ("completionMode: Indexed, completions: 3", "web-1 web-2"),  # one after another
        ("completionMode: Indexed, completions: 9, parallelism: 0", ""),
        ("completions: 9, parallelism: 3", "web-1 web-2"),  # no indexes
        ("completions: 1, parallelism: 3", "web-1"),
        ("completions: 9", "web-1"),
    ],
)
@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_an_indexed_job_has_a_pod_for_each_completion(kind, spec, names):
    written = f"{{{spec}, template: {TEMPLATE}}}"
    written = written if kind == "Job" else f"{{jobTemplate: {{spec: {written}}}}}"
    index = 'matchLabels: {batch.kubernetes.io/job-completion-index: "5"}'
    asks = NOT_THE_FIRST.replace("SELECTS", index)
    assert [
        p.name for p in lab.load(workload(kind, "batch/v1", written), asks).pods
    ] == names.split()


@pytest.mark.parametrize(
    ("kind", "version", "label", "value"),
    [
        ("Deployment", "apps/v1", "pod-template-hash", "5d8"),
        ("StatefulSet", "apps/v1", "controller-revision-hash", "web-5d8"),
        ("DaemonSet", "apps/v1", "controller-revision-hash", "5d8"),
        ("DaemonSet", "apps/v1", "pod-template-generation", "2"),
        ("Job", "batch/v1", "controller-uid", "0a-1"),
        ("CronJob", "batch/v1", "job-name", "web-29374560"),
    ],
)
def test_of_a_label_that_only_the_cluster_knows_each_value_that_is_asked_for_is_tried(
    kind, version, label, value
):
    spec = f"{{template: {TEMPLATE}}}"
    spec = f"{{jobTemplate: {{spec: {spec}}}}}" if kind == "CronJob" else spec
    made = workload(kind, version, spec)
    assert not any(pod.supposed for pod in lab.load(made).pods)
    asks = NOT_THE_FIRST.replace("SELECTS", f"matchLabels: {{{label}: {value!r}}}")
    cluster = lab.load(made, asks, DENY_NOBODY)
    assert all(pod.supposed for pod in cluster.pods if pod.workload)
    assert {pod.labels[label] == value for pod in cluster.pods if pod.workload} == {True, False}
    verdict = lab.evaluate(cluster, "client", "web", port=80)
    assert verdict.allowed is None
    assert "a label of these pods that only the cluster knows (SEM-68, SEM-78)" in str(verdict)
    reach = lab.reachability(cluster)
    assert str(reach.between("shop/client", "shop/web", by="workload").undefined) == "all ports"
    assert not reach.between("shop/client", "shop/web", by="workload").ports
    assert str(reach.between("shop/web", "shop/client", by="workload").ports) == "all ports"
    assert [r.name for r in reach.blast_radius("shop/client", by="workload")] == [RANGE]


def test_a_label_that_a_workload_surely_has_exists():
    exists = "matchExpressions: [{key: pod-template-hash, operator: Exists}]"
    cluster = lab.load(
        workload("Deployment", "apps/v1", f"{{template: {TEMPLATE}}}"),
        NOT_THE_FIRST.replace("SELECTS", exists),
    )
    assert [(pod.name, pod.supposed) for pod in cluster.pods] == [("web-1", False)]
    assert lab.evaluate(cluster, "203.0.113.7", "web-1", port=80).allowed is False


def test_the_jobs_of_a_cron_job_have_its_name_and_a_number():
    spec = f"{{jobTemplate: {{spec: {{template: {TEMPLATE}}}}}}}"
    asks = NOT_THE_FIRST.replace("SELECTS", "matchLabels: {job-name: web}")
    cluster = lab.load(workload("CronJob", "batch/v1", spec), asks)
    assert [(pod.name, pod.supposed) for pod in cluster.pods] == [("web-1", False)]
    assert lab.evaluate(cluster, "203.0.113.7", "web-1", port=80).allowed is True


RANGE = "0.0.0.0-255.255.255.255"
DENY_NOBODY = "apiVersion: v1\nkind: Pod\nmetadata: {name: client, namespace: shop}"
DEPLOYMENT = workload("Deployment", "apps/v1", f"{{replicas: 2, template: {TEMPLATE}}}")
RUNNING = """
apiVersion: v1
kind: Pod
metadata:
  name: web-7d4b9c5f6d-x2x9k
  namespace: shop
  labels: {app: web, pod-template-hash: 7d4b9c5f6d}
  ownerReferences:
  - {apiVersion: apps/v1, kind: ReplicaSet, name: web-7d4b9c5f6d, uid: u, controller: true}
"""
REPLICA_SET = """
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-7d4b9c5f6d
  namespace: shop
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]
spec: {replicas: 1}
"""


@pytest.mark.parametrize("more", ["", REPLICA_SET])
def test_a_workload_whose_pods_run_makes_no_more(more):
    cluster = lab.load(DEPLOYMENT, RUNNING, *filter(None, [more]))
    assert [pod.name for pod in cluster.pods] == ["web-7d4b9c5f6d-x2x9k"]
    assert str(cluster.pods[0].workload) == "Deployment web"


def test_a_replica_set_of_a_known_deployment_makes_no_pods_of_its_own():
    assert [pod.name for pod in lab.load(DEPLOYMENT, REPLICA_SET).pods] == ["web-1", "web-2"]


def test_a_pod_of_an_unknown_owner_keeps_that_owner():
    pod = RUNNING.replace("ReplicaSet", "Widget").replace("name: web-7d4b9c5f6d,", "name: w,")
    assert str(lab.load(pod).pods[0].workload) == "Widget w"


def test_workloads_of_one_name_make_pods_of_different_names():
    job = workload("Job", "batch/v1", f"{{template: {TEMPLATE}}}")
    cluster = lab.load(DEPLOYMENT, job, DENY)
    assert [pod.name for pod in cluster.pods] == ["web-1", "web-2", "web-job-1"]
    assert lab.evaluate(cluster, "web-job-1", "web-1", port=80).allowed is False
    with pytest.raises(AmbiguousNameError, match="Deployment web, Job web"):
        lab.evaluate(cluster, "203.0.113.7", "shop/web", port=80)


def test_a_made_pod_never_takes_the_name_of_a_real_one():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web-1, namespace: shop}"
    names = [pod.name for pod in lab.load(DEPLOYMENT, pod).pods]
    assert names == ["web-1", "web-deployment-1", "web-2"]


@pytest.mark.parametrize(
    "ended",
    ["status: {conditions: [{type: Complete, status: 'True'}]}", "status: {conditions: [{type: "
     "Failed, status: 'True'}]}"],
)  # fmt: skip
def test_a_job_that_is_over_makes_no_pod(ended):
    job = workload("Job", "batch/v1", f"{{template: {TEMPLATE}}}")
    assert lab.load(f"{job}{ended}").pods == ()
    suspended = workload("Job", "batch/v1", f"{{suspend: true, template: {TEMPLATE}}}")
    assert lab.load(suspended).pods == ()


def test_where_a_live_cluster_lists_its_pods_none_are_made_up():
    live = DEPLOYMENT.replace("namespace: shop,", "namespace: shop, uid: '1',")
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop, uid: '2'}"
    assert [p.name for p in lab.load(live, pod).pods] == ["a"]
    assert [p.name for p in lab.load(live).pods] == ["web-1", "web-2"]


CRON_JOB = workload("CronJob", "batch/v1", f"{{jobTemplate: {{spec: {{template: {TEMPLATE}}}}}}}")
RUN = """
apiVersion: v1
kind: Pod
metadata:
  name: web-29374560-x2x9k
  namespace: shop
  uid: '2'
  labels: {app: web, job-name: web-29374560}
  ownerReferences: [{apiVersion: batch/v1, kind: Job, name: web-29374560, uid: u, controller: true}]
"""
ITS_JOB = """
apiVersion: batch/v1
kind: Job
metadata:
  name: web-29374560
  namespace: shop
  uid: '3'
  ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: web, uid: u, controller: true}]
"""


@pytest.mark.parametrize("job", ["", ITS_JOB])
def test_a_cron_job_stands_for_a_pod_wherever_none_of_its_pods_runs(job):
    live = CRON_JOB.replace("namespace: shop,", "namespace: shop, uid: '1',")
    more = filter(None, [live, job])
    running = lab.load(*more, RUN).pods
    assert [str(pod.workload) for pod in running] == ["CronJob web"]
    over = lab.load(live, *filter(None, [job]), f"{RUN}status: {{phase: Succeeded}}").pods
    assert [(pod.name, pod.finished) for pod in over] == [
        ("web-29374560-x2x9k", True),
        ("web-1", False),
    ]
    assert {str(pod.workload) for pod in over} == {"CronJob web"}
    suspended = live.replace("{jobTemplate", "{suspend: true, jobTemplate")
    assert lab.load(suspended).pods == ()


def test_a_static_pod_is_no_pod_of_a_workload_named_like_its_node():
    static = "\n---".join(
        f"""
apiVersion: v1
kind: Pod
metadata:
  name: {name}-node
  namespace: kube-system
  ownerReferences: [{{apiVersion: v1, kind: Node, name: node, uid: u, controller: true}}]
"""
        for name in ("etcd", "scheduler")
    )
    assert [pod.workload for pod in lab.load(static).pods] == [None, None]


def test_owners_that_own_each_other_come_to_an_end():
    ring = REPLICA_SET.replace(
        "kind: Deployment, name: web,", "kind: ReplicaSet, name: web-7d4b9c5f6d,"
    )
    assert [pod.name for pod in lab.load(ring).pods] == ["web-7d4b9c5f6d-1"]


def test_whole_numbers_may_be_written_as_floats():
    assert (
        len(
            lab.load(
                workload("Job", "batch/v1", f"{{parallelism: 2.0, template: {TEMPLATE}}}")
            ).pods
        )
        == 2
    )


def test_the_ports_of_a_template_are_checked():
    bad = "{template: {spec: {containers: [{ports: [{containerPort: 0, protocol: ICMP}]}]}}}"
    with pytest.raises(ManifestError, match=r"spec.template.spec.containers\[0\].ports\[0\]"):
        lab.load(workload("Deployment", "apps/v1", bad))


DENY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
"""


def test_a_workload_can_be_asked_by_name_and_its_replicas_are_two_pods():
    cluster = lab.load(DEPLOYMENT, DENY)
    verdict = lab.evaluate(cluster, "shop/web", "web", port=8080)
    assert str(verdict.flow) == "shop/web-1 -> shop/web-2  TCP 8080"
    assert verdict.allowed is False
    assert lab.evaluate(cluster, "web-1", "web-1", port=8080).allowed is True


def test_a_workload_keeps_its_own_labels_apart_from_those_of_its_pods():
    (pod,) = lab.load(workload("Deployment", "apps/v1", f"{{template: {TEMPLATE}}}")).pods
    assert pod.workload.labels == {"ignored": "here"}
    assert pod.labels == {"app": "web"}


@pytest.mark.parametrize(
    ("kind", "version", "spec"),
    [
        ("Deployment", "apps/v1", f"{{replicas: 0, template: {TEMPLATE}}}"),
        ("Job", "batch/v1", f"{{suspend: true, template: {TEMPLATE}}}"),
        (
            "CronJob",
            "batch/v1",
            f"{{suspend: true, jobTemplate: {{spec: {{template: {TEMPLATE}}}}}}}",
        ),
    ],
)
def test_a_workload_at_rest_is_known_to_make_pods_of_its_labels(kind, version, spec):
    (maker,) = lab.load(workload(kind, version, spec)).pod_makers
    assert (maker.kind, maker.name, maker.namespace) == (kind, "web", "shop")
    assert (maker.labels["app"], maker.complete, maker.certain) == ("web", True, True)


def test_a_workload_whose_pods_run_is_not_at_rest():
    running = workload("Deployment", "apps/v1", f"{{template: {TEMPLATE}}}")
    assert lab.load(running).pod_makers == ()


# ---------------------------------------------------------------- custom resources


ROLLOUT = workload("Rollout", "argoproj.io/v1alpha1", f"{{replicas: 3, template: {TEMPLATE}}}")


def test_a_rollout_makes_pods_like_a_deployment():
    cluster = lab.load(ROLLOUT)
    assert [str(pod) for pod in cluster.pods] == ["shop/web-1", "shop/web-2"]
    assert str(cluster.pods[0].workload) == "Rollout web"
    assert (cluster.warnings, cluster.ignored, cluster.pod_makers) == ((), {}, ())


def test_the_pods_of_a_rollout_or_deployment_config_that_run_are_theirs():
    def pod(owner, labels):
        return (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  namespace: shop\n"
            f"  labels: {labels}\n  ownerReferences: [{{apiVersion: v1, kind: {owner}, uid: u, "
            "controller: true}]\n"
        )

    its = pod("ReplicaSet, name: web-5d8", "{rollouts-pod-template-hash: 5d8}")
    assert str(lab.load(its).pods[0].workload) == "Rollout web"
    its = pod("ReplicationController, name: web-3", "{deployment: web-3, deploymentconfig: web}")
    assert str(lab.load(its).pods[0].workload) == "DeploymentConfig web"
    its = pod("ReplicationController, name: web-3", "{deployment: web-2, deploymentconfig: web}")
    assert str(lab.load(its).pods[0].workload) == "ReplicationController web-3"


CRANE = workload("Crane", "example.com/v1", f"{{replicas: 2, template: {TEMPLATE}}}")


def asking(*labels):
    return "---".join(
        "\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        f"metadata: {{name: p{number}, namespace: shop}}\n"
        f"spec: {{podSelector: {{matchLabels: {{{label}}}}}}}\n"
        for number, label in enumerate(labels)
    )


def test_pods_of_an_unknown_kind_may_have_every_label_that_selectors_ask_for():
    pods = lab.load(CRANE, asking("app: web", "app: web, size: big", "app: db, size: small")).pods
    assert [pod.name for pod in pods] == ["web-1", "web-big-1", "web-2", "web-big-2"]
    assert {pod.labels.get("size") for pod in pods} == {None, "big"}
    assert all(pod.supposed for pod in pods)
    assert not pods[0].is_beside(pods[1])
    assert pods[0].is_beside(pods[3])


def test_labels_that_two_selectors_ask_for_may_come_together():
    pods = lab.load(CRANE, asking("size: big", "load: heavy", "size: small")).pods
    assert [pod.name for pod in pods if pod.replica == 1] == [
        "web-1", "web-big-1", "web-heavy-1", "web-small-1", "web-big-heavy-1", "web-heavy-small-1",
    ]  # fmt: skip


def test_labels_of_controllers_that_are_known_are_not_those_of_an_unknown_one():
    asked = asking("pod-template-hash: x", "deploymentconfig: web", "job-name: web")
    assert [pod.name for pod in lab.load(CRANE, asked).pods] == ["web-1", "web-2"]


def test_where_too_many_selectors_ask_no_pods_are_made_up():
    cluster = lab.load(CRANE, asking(*(f"l{number}: x" for number in range(20))))
    assert cluster.pods == ()
    (maker,) = cluster.pod_makers
    assert (maker.kind, maker.labels, maker.complete) == ("Crane", {"app": "web"}, False)


def test_a_custom_workload_is_not_mistaken_for_one_of_kubernetes():
    other = workload("Deployment", "example.com/v1", f"{{template: {TEMPLATE}}}")
    assert {str(pod.workload) for pod in lab.load(DEPLOYMENT, other).pods} == {
        "Deployment web",
        "Deployment.example.com web",
    }
