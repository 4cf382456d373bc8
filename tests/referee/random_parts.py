"""The few names, labels and addresses that random clusters are drawn from, and how to draw."""

MISSING = object()  # a field that is left out, where None is a written null

NAMESPACES = ["shop", "default", "lab"]
LABELS = {"app": ["a", "b", ""], "tier": ["a", ""], "example.com/team": ["x", None]}
NODES = {"n1": ["192.168.50.1", "fd00:50::1"], "n2": ["192.168.50.2"]}
OUTSIDE = ["203.0.113.7", "203.0.113.200", "198.51.100.7", "2001:db8::1", "2001:db8:1::1"]
POD_ADDRESSES = {
    number: (f"10.0.{number % 2}.{number}", f"fd00:{number % 2}::{number}")
    for number in range(1, 8)
}
SERVICE_ADDRESSES = {number: (f"10.96.0.{number}", f"fd00:96::{number}") for number in (1, 2)}


def of_kind(documents, kind):
    return [document for document in documents if document["kind"] == kind]


def namespace_of(document):
    return document["metadata"].get("namespace", "default")


def name_of(pod):
    return f"{namespace_of(pod)}/{pod['metadata']['name']}"


def is_completed(pod):
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def addresses_of(pod):
    status = pod.get("status", {})
    both = [entry["ip"] for entry in status.get("podIPs", [])]
    return both or [status["podIP"]] if "podIP" in status else []


def fields(**values):
    return {name: value for name, value in values.items() if value is not MISSING}


def some_labels(rng, labels):
    return {key: rng.choice(values) for key, values in labels.items() if maybe(rng, 50)}


def maybe(rng, percent):
    """True this often; the unlikely side is the one to shrink away from."""
    return rng.randrange(100) >= 100 - percent
