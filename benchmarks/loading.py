"""How long a whole cluster takes to load, as JSON and as YAML, and how much memory.

    python benchmarks/loading.py                10,000 pods and 1,000 policies
    python benchmarks/loading.py 1000 100

The dump has what `kubectl get -A -o json` writes and nobody needs, too: managed fields, conditions,
environment, tolerations. JSON and YAML are the same objects, read in the same run.
"""

import argparse
import json
import resource
import sys
import time

import yaml

import netpol_lab as lab

NAMESPACES = 100


def dump(pods, policies):
    """Return the objects of a cluster."""
    names = [f"team-{i}" for i in range(NAMESPACES)]
    namespaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n, "labels": {"a": n[-1]}}}
        for n in names
    ]
    return [
        *namespaces,
        *(pod(i, names[i % NAMESPACES]) for i in range(pods)),
        *(policy(i, names[i % NAMESPACES]) for i in range(policies)),
    ]


def pod(i, namespace):
    """Return a pod as a live cluster shows it."""
    address = f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"app-{i % 50}-7d4b9c5f6d-{i:05}",
            "namespace": namespace,
            "uid": f"{i:08x}-0000-4000-8000-000000000000",
            "labels": {"app": f"app-{i % 50}", "tier": f"tier-{i % 3}"},
            "managedFields": [
                {
                    "manager": "kubelet",
                    "operation": "Update",
                    "fieldsV1": {"f:status": {"f:conditions": {".": {}}}},
                }
            ],
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "ReplicaSet",
                    "name": f"app-{i % 50}-7d4b9c5f6d",
                    "uid": f"{i % 50:032x}",
                    "controller": True,
                }
            ],
        },
        "spec": {
            "nodeName": f"node-{i % 200}",
            "containers": [
                {
                    "name": "main",
                    "image": "registry.example/app:1",
                    "env": [{"name": f"SETTING_{n}", "value": str(n)} for n in range(5)],
                    "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
                    "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
                }
            ],
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}],
        },
        "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": [{"type": name, "status": "True"} for name in ("Ready", "Initialized")],
        },
    }


def policy(i, namespace):
    """Return a policy with both directions, selectors and a block."""
    clients = [
        {"podSelector": {"matchLabels": {"app": f"app-{(i + 1) % 50}"}}},
        {"namespaceSelector": {"matchLabels": {"a": str(i % 10)}}},
    ]
    outside = {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"policy-{i}", "namespace": namespace},
        "spec": {
            "podSelector": {"matchLabels": {"app": f"app-{i % 50}"}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": clients, "ports": [{"port": 8080}]}],
            "egress": [{"to": [outside]}],
        },
    }


def timed(what, text):
    """Load a text and say what it took."""
    start = time.perf_counter()
    cluster = lab.load(text)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<5} {len(text) / 1e6:6.1f} MB  {seconds:6.2f} s  peak {peak:5.0f} MB  {cluster}")
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pods", type=int, nargs="?", default=10_000)
    parser.add_argument("policies", type=int, nargs="?", default=1_000)
    options = parser.parse_args()
    listed = {"apiVersion": "v1", "kind": "List", "items": dump(options.pods, options.policies)}
    as_json = timed("JSON", json.dumps(listed))
    as_yaml = timed("YAML", yaml.dump(listed, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)))
    print(f"YAML takes {as_yaml / as_json:.1f} times as long as JSON")
    return 0


if __name__ == "__main__":
    sys.exit(main())
