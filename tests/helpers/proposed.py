"""Single changes that are weighed for one denied flow to a small database."""

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
    """The changes to a policy of the database, or to its clients."""
    policy = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p, namespace: shop}}
spec: {spec}
"""
    selected = policy.replace("spec: {", "spec: {podSelector: {matchLabels: {app: db}}, ")
    cluster = lab.load(PODS, selected, *[more] * bool(more))
    return list(edits(cluster, lab.evaluate(cluster, source, "shop/db", 80).ingress))


def first(*arguments, **keywords):
    """The first of them: its words, object and path, and what to type."""
    edit = proposals(*arguments, **keywords)[0]
    return edit.words, edit.object, edit.path, yaml.safe_load(edit.yaml)
