"""Older cluster-wide policies, and what the conversion makes of texts."""

import json

import yaml

from netpol_lab.manifests.conversion import convert
from netpol_lab.manifests.loader import read_all
from netpol_lab.manifests.text.files import ManifestText

GROUP = "policy.networking.k8s.io"
V1ALPHA1, V1ALPHA2, V1BETA1 = (f"{GROUP}/{v}" for v in ("v1alpha1", "v1alpha2", "v1beta1"))
EVERY = {"namespaces": {}}


def admin(name="a", priority=10, **spec):
    spec = {"priority": priority, "subject": EVERY, **spec}
    return written("AdminNetworkPolicy", name, spec)


def baseline(name="default", **spec):
    return written("BaselineAdminNetworkPolicy", name, {"subject": EVERY, **spec})


def written(kind, name, spec, version=V1ALPHA1):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def allow(*ports, action="Allow", **rule):
    rule = {"action": action, "from": [EVERY], **rule}
    return {**rule, "ports": [*ports]} if ports else rule


def port(number, protocol=None):
    return {"portNumber": {"port": number, **({"protocol": protocol} if protocol else {})}}


def span(start, end, protocol=None):
    return {
        "portRange": {"start": start, "end": end, **({"protocol": protocol} if protocol else {})}
    }


def conversion(*texts):
    """What becomes of texts, or of objects."""
    sources = [text if isinstance(text, str) else json.dumps(text) for text in texts]
    named = [ManifestText(f"{number}.yaml", text) for number, text in enumerate(sources, 1)]
    return convert(named, read_all(named, channel="experimental").cluster_policies)


def converted_text(text):
    """What becomes of one text."""
    return conversion(text).texts[0].text


def converted_objects(*objects):
    """What becomes of objects, each in a text of its own."""
    texts = (text.text for text in conversion(*objects).texts)
    return [found for text in texts for found in items(yaml.safe_load_all(text))]


def items(found):
    """Objects, with those of lists."""
    for value in found:
        yield from value.get("items", [value])
