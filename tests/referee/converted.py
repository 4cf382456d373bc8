"""Older policies, converted: the referee, who reads every version on its own, sees no difference.

python -m tests.referee.converted 40    the clusters of 40 seeds; ends with 1 at a difference
"""

import json
import random
import sys

from netpol_lab.manifests.conversion import convert
from netpol_lab.manifests.loader import read_all
from netpol_lab.manifests.text.files import ManifestText
from netpol_lab.manifests.text.yaml_reader import documents
from netpol_lab.manifests.writer import as_yaml
from netpol_lab.reach.diff import diff
from tests.helpers.older_policies import admin, allow, baseline, port, span
from tests.referee import naive
from tests.referee.random_tiers import mixed_cluster

OLD_KINDS = ("AdminNetworkPolicy", "BaselineAdminNetworkPolicy")
WAYS = (json.dumps, as_yaml, lambda value: as_yaml(value, compact=True))
FLOWS = 30


def random_text(seed):
    """A text of a random cluster, each object written in one of several ways."""
    rng = random.Random(f"converted {seed}")
    found = few_pods(rng) if seed % 2 else larger(rng, mixed_cluster(seed))
    return "# all\n" + "\n---\n".join(rng.choice(WAYS)(document) for document in found)


def larger(rng, found):
    """The same with now and then many ports, host bits, ranges of one port."""
    for document in found:
        if document["kind"] not in OLD_KINDS:
            continue
        for rule in (
            one for way in ("ingress", "egress") for one in document["spec"].get(way) or ()
        ):
            if rule.get("ports") and rng.random() < 0.5:
                odd = [span(81, 81), port(53, "UDP"), span(8080, 8090)]
                rule["ports"] += rng.choices(odd, k=rng.choice([1, 30]))
            for peer in rule.get("to", ()):
                if "networks" in peer:
                    peer["networks"] = [cidr.replace(".0/", ".1/") for cidr in peer["networks"]]
    return found


def few_pods(rng):
    """A few pods, and policies with many rules, peers and ports."""
    found = []
    for number in range(4):
        meta = {"name": f"p{number}", "namespace": f"n{number % 2}", "labels": {"n": str(number)}}
        status = {"podIP": f"10.0.0.{number + 1}"}
        found.append({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "status": status})
    for name, priority in (("a", 10), ("b", rng.choice([11, 14, 20]))):
        ways = {way: rules(rng, way, ["Allow", "Deny", "Pass"]) for way in ("ingress", "egress")}
        found.append(admin(name, priority, **ways))
    return [*found, baseline(ingress=rules(rng, "ingress", ["Allow", "Deny"]))]


def rules(rng, way, actions):
    number = rng.choice([3, 10, 30, 60])
    return [rule(rng, way, actions) for _ in range(number)]


def rule(rng, way, actions):
    ends = "from" if way == "ingress" else "to"
    peers = [peer(rng, ends) for _ in range(rng.choice([1, 1, 2, 30]))]
    ports = [some_port(rng) for _ in range(rng.choice([1, 2, 28]))]
    found = allow(*ports, action=rng.choice(actions), **{ends: peers})
    return {key: value for key, value in found.items() if key != "from" or ends == "from"}


def peer(rng, ends):
    number = str(rng.randint(0, 3))
    pods = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"n": number}}}
    if ends == "to" and rng.random() < 0.3:
        return {"networks": [f"10.0.0.{number}/{rng.choice([30, 31, 32])}"]}
    return {"pods": pods}


def some_port(rng):
    number, protocol = rng.choice([79, 80, 81, 90]), rng.choice([None, "TCP", "UDP"])
    last = rng.choice([number, number + 1, 90])
    return port(number, protocol) if rng.random() < 0.5 else span(number, last, protocol)


# ---------------------------------------------------------------- before and after


def objects_in(text):
    found, broken = documents(text, "")
    assert not broken
    return [document.value for document in found if document.value]


def converted(text):
    """The clusters before and after, and what has become of a text."""
    before = [ManifestText("x.yaml", text)]
    old = read_all(before, channel="experimental")
    found = convert(before, old.cluster_policies)
    return old, read_all(found.texts, channel="experimental"), found


def difference(seed):
    """What differs in the cluster of a seed, in words; nothing if all is well."""
    text = random_text(seed)
    old, new, found = converted(text)
    if changed := diff(old, new):
        return f"seed {seed}: {changed}"
    before, after = objects_in(text), objects_in(found.texts[0].text)
    stays = {policy.kind for policy in found.policies if policy.refused}
    if {one["kind"] for one in after if one["kind"] in OLD_KINDS} != stays:
        return f"seed {seed}: left as it was, and not told"
    rng = random.Random(seed)
    pods = [one["metadata"] for one in before if one["kind"] == "Pod"]
    names = [f"{one.get('namespace', 'default')}/{one['name']}" for one in pods]
    for _ in range(FLOWS):
        flow = *rng.sample(names, 2), rng.choice([79, 80, 81, 443]), rng.choice(["TCP", "UDP"])
        was, now = (naive.allowed(cluster, *flow) for cluster in (before, after))
        if was != now:
            return f"seed {seed}: {flow} was {was} and is {now}"
    return ""


def main():
    found = next(filter(None, map(difference, range(int(sys.argv[1])))), "")
    print(found or "no difference")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
