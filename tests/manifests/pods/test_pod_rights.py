"""Who may make pods, from roles and bindings and the ServiceAccounts of workloads."""

import pytest

import netpol_lab as lab

DEPLOYMENT = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: keeper, namespace: shop}
spec: {template: {metadata: {labels: {app: k}}, spec: {serviceAccountName: keeper, containers: []}}}
"""
CRON_JOB = """---
apiVersion: batch/v1
kind: CronJob
metadata: {name: keeper, namespace: shop}
spec: {jobTemplate: {spec: {template: {spec: {serviceAccountName: keeper, containers: []}}}}}
"""
SUBJECTS = "subjects: [{kind: ServiceAccount, name: keeper, namespace: shop}]"


def role(rule, kind="Role", name="maker", namespace="shop"):
    return (
        f"---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\nrules: [{rule}]\n"
    )


def binding(kind="RoleBinding", of="Role", name="maker", namespace="shop", subjects=SUBJECTS):
    return (
        f"---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\n"
        f"metadata: {{name: b, namespace: {namespace}}}\n"
        f"roleRef: {{kind: {of}, name: {name}}}\n{subjects}\n"
    )


MAKES = "{apiGroups: ['', apps], resources: [pods], verbs: [get, create]}"


def permitted(*texts):
    """Which workloads may make pods, and where."""
    makers = lab.load(*texts).pod_makers
    return [(f"{m.kind} {m.name}", m.namespace) for m in makers if m.permitted]


@pytest.mark.parametrize("workload", [DEPLOYMENT, CRON_JOB])
def test_a_workload_whose_account_may_create_pods_is_known(workload):
    kind = "Deployment" if workload is DEPLOYMENT else "CronJob"
    assert permitted(workload, role(MAKES), binding()) == [(f"{kind} keeper", "shop")]
    assert permitted(workload, binding(), role(MAKES)) == [(f"{kind} keeper", "shop")]


@pytest.mark.parametrize(
    ("rule", "may"),
    [
        ("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", True),
        ("{apiGroups: [batch], resources: [jobs], verbs: [create]}", True),
        ("{apiGroups: [apps], resources: [daemonsets], verbs: [create]}", True),
        ("{apiGroups: [''], resources: [pods], verbs: [get, list, watch]}", False),
        ("{apiGroups: [apps], resources: [pods], verbs: [create]}", False),
        ("{apiGroups: [''], resources: [pods/log], verbs: [create]}", False),
        ("{apiGroups: [''], resources: [[pods]], verbs: {create: 1}}", False),
        ("pods", False),
    ],
)
def test_what_a_role_must_allow(rule, may):
    assert bool(permitted(DEPLOYMENT, role(rule), binding())) is may


def test_a_cluster_role_holds_where_it_is_bound():
    everywhere = role(MAKES, "ClusterRole")
    one = binding(of="ClusterRole", namespace="jobs")
    assert permitted(DEPLOYMENT, everywhere, one) == [("Deployment keeper", "jobs")]
    every = binding("ClusterRoleBinding", "ClusterRole")
    assert permitted(DEPLOYMENT, everywhere, every) == [("Deployment keeper", "shop")]


def test_roles_that_every_cluster_has_are_known():
    (found,) = permitted(DEPLOYMENT, binding("ClusterRoleBinding", "ClusterRole", "cluster-admin"))
    assert found == ("Deployment keeper", "shop")
    assert permitted(DEPLOYMENT, binding("ClusterRoleBinding", "ClusterRole", "view")) == []


def test_a_role_of_another_namespace_or_account_gives_no_rights():
    assert permitted(DEPLOYMENT, role(MAKES, namespace="ops"), binding()) == []
    other = SUBJECTS.replace("name: keeper", "name: other")
    assert permitted(DEPLOYMENT, role(MAKES), binding(subjects=other)) == []
    assert permitted(DEPLOYMENT, role(MAKES), binding(subjects="subjects: [7, {kind: 1}]")) == []
