"""Small clusters, and what may change in them."""

import json

import netpol_lab as lab
from tests.referee.random_clusters import of_kind, policy


def load(documents):
    return lab.load("\n---\n".join(map(json.dumps, documents)))


def changed_documents(documents, rng):
    """The same documents with some policies gone, some new, and some labels moved."""
    kept = [d for d in documents if d["kind"] != "NetworkPolicy" or rng.random() < 0.6]
    for pod in of_kind(kept, "Pod"):
        if rng.random() < 0.2:
            pod["metadata"]["labels"] = {"app": rng.choice("ab")}
    return [*kept, *(policy(rng) for _ in range(rng.randint(0, 2)))]


def edited(text):
    """The db policy with another ingress section."""
    policy = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: db-access-ingress, namespace: shop}}
spec: {{podSelector: {{matchLabels: {{role: db}}}}, ingress: {text}}}
"""
    return lab.load(policy).policies


def replicas(name, count, number):
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "uid": "u"}
    owner["controller"] = True
    for i in range(count):
        labels = {"app": name, "number": str(i)}
        meta = {"name": f"{name}-{number}{i}", "namespace": "shop", "labels": labels}
        meta["ownerReferences"] = [owner]
        yield {"apiVersion": "v1", "kind": "Pod", "metadata": meta}


def isolating(name, peer):
    rule = {"from": [{"podSelector": {"matchLabels": peer}}]}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "only", "namespace": "shop"},
        "spec": {"podSelector": {"matchLabels": {"app": name}}, "ingress": [rule]},
    }
