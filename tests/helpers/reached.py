"""Two clusters whose reachability is reported: a small one, and one with everything in it."""

import netpol_lab as lab
from netpol_lab.reach.reachability import reachability

SHOP = reachability(lab.load("three-tier"))
# Replicas, two namespaces, a host that leaves things open, ranges outside.
MIXED = reachability(
    lab.load("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: a}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: ops}, spec: {hostNetwork: true}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432}, {port: 53, protocol: UDP}]
  - from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.9.0.0/16]}}, {namespaceSelector: {}}]
    ports: [{port: 8000, endPort: 8100}]
""")
)
