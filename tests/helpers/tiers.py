"""Two pods of a namespace, web and db, and cluster-wide policies about them in a few words."""

import netpol_lab as lab

PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: n1}
status: {podIP: 10.0.0.1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {nodeName: n2, containers: [{name: c, image: i, ports: [{name: sql, containerPort: 5432}]}]}
status: {podIP: 10.0.0.2}
"""
CACHE = """
apiVersion: v1
kind: Pod
metadata: {name: cache, namespace: shop, labels: {app: cache}}
status: {podIP: 10.0.0.3}
"""
EVERY_POD = "namespaces: {}"
WEB = "pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}"
DB = "pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}"


def rule(action, *peers, ports="", way="from"):
    """One rule, in YAML; ports such as "tcp: {destinationPort: {number: 80}}"."""
    listed = ", ".join(f"{{{peer}}}" for peer in peers or [EVERY_POD])
    protocols = f", protocols: [{{{ports}}}]" if ports else ""
    return f"{{action: {action}, {way}: [{listed}]{protocols}}}"


def tcp(port):
    return f"tcp: {{destinationPort: {{number: {port}}}}}"


def wide(name="above", tier="Admin", priority=10, subject=EVERY_POD, ingress=(), egress=()):
    """A ClusterNetworkPolicy."""
    return f"""
apiVersion: policy.networking.k8s.io/v1beta1
kind: ClusterNetworkPolicy
metadata: {{name: {name}}}
spec:
  tier: {tier}
  priority: {priority}
  subject: {{{subject}}}
  ingress: [{", ".join(ingress)}]
  egress: [{", ".join(egress)}]
"""


def old(spec, kind="AdminNetworkPolicy", name="above"):
    """A policy of v1alpha1."""
    return f"""
apiVersion: policy.networking.k8s.io/v1alpha1
kind: {kind}
metadata: {{name: {name}}}
spec: {spec}
"""


def policy(spec, name="own"):
    """A NetworkPolicy of the namespace."""
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec: {spec}
"""


def cluster(*texts):
    return lab.load(PODS, *texts)


def asked(*texts, source="web", destination="db", port=5432):
    """The verdict on one flow of these pods."""
    return lab.evaluate(cluster(*texts), source, destination, port)
