"""A second opinion on questions: each choice is judged from the YAML alone, with the naive reader.

Imports nothing of the package; what a question asks is read from its words.
"""

import re
from functools import cache

import yaml

from tests.referee import naive

NAME = r"[\w.-]+/[\w.-]+|\d+\.\d+\.\d+\.\d+"
FLOW = rf"(?P<source>{NAME}) -> (?P<goal>{NAME})  (?P<protocol>\w+)(?: (?P<port>\d+))?"
BOTH = {(True, False): "only A", (False, True): "only B", (True, True): "both"}
WORDS = {True: "allowed", False: "blocked", None: "Kubernetes leaves it to the plugin"}
PORTS = (1, 52, 53, 54, 79, 80, 81, 7999, 8000, 8079, 8080, 8081, 8088, 8089, 8090, 8091, 65535)


def right_choices(question):
    """The choices of a question that are right; every kind but those about refusals."""
    return [choice for choice in question.choices if JUDGES[question.kind](question, choice)]


@cache
def read(text):
    return naive.Cluster(list(yaml.safe_load_all(text)))


def pods(text):
    return [f"{home}/{name}" for home, name in read(text).pods]


def flow(text):
    found = re.search(FLOW, text)
    port = found["port"] and int(found["port"])
    return found["source"], found["goal"], port, found["protocol"]


def listed(choice):
    return [] if choice == "none of them" else choice.split(", ")


def works(question, choice):
    return WORDS[read(question.manifests).allowed(*flow(question.text))] == choice


def through_service(question, choice):
    found = re.match(rf"({NAME}) connects to Service ({NAME}) on (\w+) (\d+)\.", question.text)
    cluster = read(question.manifests)
    (service,) = (one for one in cluster.services if full_name(one) == found[2])
    address = service["spec"]["clusterIP"]
    return WORDS[cluster.allowed(found[1], address, int(found[4]), found[3])] == choice


def reaching(question, choice):
    found = re.search(rf"a connection to ({NAME}) on (\w+) (\d+)", question.text)
    goal, protocol, port = found[1], found[2], int(found[3])
    cluster = read(question.manifests)
    ends = [line.split()[1] for line in question.pods.splitlines() if line[0] in "PO"]
    if question.kind != "reaching":
        ends = pods(question.manifests)
    if "does not enforce" in question.text:
        return set(listed(choice)) == set(ends) - {goal}
    able = {end for end in ends if end != goal and cluster.allowed(end, goal, port, protocol)}
    return set(listed(choice)) == able


def isolated(question, choice):
    way, text = re.search(r"isolated for (\w+)", question.text)[1], question.manifests
    return {pod for pod in pods(text) if isolates(text, way, pod)} == set(listed(choice))


def isolates(text, way, pod):
    cluster = read(text)
    thing = cluster.pods[tuple(pod.split("/"))]
    return any(naive.isolates(policy, way.title(), thing) for policy in cluster.policies)


def stored(question, choice):
    name = re.search(rf"for ({NAME})\?", question.text)[1]
    (policy,) = (one for one in read(question.manifests).policies if full_name(one) == name)
    pod = {
        "metadata": {
            "namespace": policy["metadata"]["namespace"],
            "labels": selected_labels(policy),
        }
    }
    types = [way for way in ("Ingress", "Egress") if naive.isolates(policy, way, pod)]
    return choice == f"[{', '.join(types)}]"


def selected_labels(policy):
    return (policy["spec"].get("podSelector") or {}).get("matchLabels")


def full_name(policy):
    return f"{policy['metadata']['namespace']}/{policy['metadata']['name']}"


def admitting(question, choice):
    way = re.match(r"Which (\w+) rule", question.text)[1]
    source, goal, port, protocol = flow(question.text)
    subject = goal if way == "ingress" else source
    everything = list(yaml.safe_load_all(question.manifests))
    if not isolates(question.manifests, way, subject):
        return choice == "none is needed: the pod is not isolated"
    found = re.match(rf"rule (\d+) of ({NAME})", choice)
    if found:
        return admits(everything, way, found[2], int(found[1]), (source, goal, port, protocol))
    rules = [
        (full_name(one), number)
        for one in policies_of(everything)
        for number in range(1, len(one["spec"].get(way) or []) + 1)
    ]
    asked = (source, goal, port, protocol)
    none = not any(admits(everything, way, *rule, asked) for rule in rules)
    return none and choice == "no rule: it is blocked there"


def policies_of(documents):
    return [one for one in documents if one["kind"] == "NetworkPolicy"]


def admits(documents, way, name, number, asked):
    """Does this rule alone let the flow through? Only it is left, and only its direction."""
    (policy,) = (one for one in policies_of(documents) if full_name(one) == name)
    rule = policy["spec"][way][number - 1]
    spec = {**policy["spec"], "policyTypes": [way.title()], way: [rule]}
    others = [one for one in documents if one["kind"] != "NetworkPolicy"]
    alone = naive.Cluster([*others, {**policy, "spec": spec}])
    subject = asked[1] if way == "ingress" else asked[0]
    pod = alone.pods[tuple(subject.split("/"))]
    selected = any(naive.isolates(one, way.title(), pod) for one in alone.policies)
    return selected and alone.allowed(*asked) is True


def open_ports(question, choice):
    source, goal = re.search(rf"can ({NAME}) reach ({NAME})\?", question.text).groups()
    cluster = read(question.manifests)
    return all(
        cluster.allowed(source, goal, port, protocol) is spoken(choice, protocol, port)
        for protocol in ("TCP", "UDP", "SCTP")
        for port in PORTS
    )


def spoken(choice, protocol, port):
    """Does a set of ports in words hold this one?"""
    if choice in ("all ports", "no port"):
        return choice == "all ports"
    for part in choice.split("; "):
        name, _, ranges = part.partition(" ")
        if name == protocol:
            ends = [text.split("-") for text in ranges.split(", ")]
            return ranges == "(all)" or any(int(e[0]) <= port <= int(e[-1]) for e in ends)
    return False


def variants(question, choice):
    clusters = [read(with_policies(question, text)) for text in question.variants]
    answers = tuple(cluster.allowed(*flow(question.text)) for cluster in clusters)
    return choice == BOTH.get(answers, "neither")


def with_policies(question, text):
    """The manifests with other policies."""
    things = question.manifests.split("---\napiVersion: networking.k8s.io")[0]
    return f"{things}---\n{text}"


def change(question, choice):
    text = question.variants[question.choices.index(choice)]
    return read(with_policies(question, text)).allowed(*flow(question.text))


def labels(question, choice):
    home, goal, protocol, port = re.search(
        rf"namespace (\S+)\. With .* reach ({NAME}) on (\w+) (\d+)", question.text
    ).groups()
    cluster = read(question.variants[question.choices.index(choice)])
    worn = naive.labels_of(cluster.pods[home, "newcomer"])
    assert choice == (", ".join(f"{k}={v}" for k, v in worn.items()) or "no labels")
    return cluster.allowed(f"{home}/newcomer", goal, int(port), protocol)


def which_open(question, choice):
    return read(question.manifests).allowed(*flow(choice)) is None


def deciding_gate(question, choice):
    source, goal, port, protocol = flow(question.text)
    cluster = read(question.manifests)
    here, there = cluster.find(source), cluster.find(goal)
    told = frozenset(), "Ingress", there, here, (there, port), protocol
    (above,) = cluster.tiers.actions("Admin", *told)
    (below,) = cluster.tiers.actions("Baseline", *told)
    own = any(naive.isolates(policy, "Ingress", there.pod) for policy in cluster.policies)
    if above in ("Accept", "Deny"):
        return choice == "tier Admin"
    if own:
        return choice == "the NetworkPolicies"
    decided = below in ("Accept", "Deny")
    return choice == ("tier Baseline" if decided else "none of them: it is open")


JUDGES = {
    "works": works,
    "through_service": through_service,
    "reaching": reaching,
    "isolated": isolated,
    "stored": stored,
    "admitting": admitting,
    "open_ports": open_ports,
    "variants": variants,
    "change": change,
    "labels": labels,
    "left_open": works,
    "which_open": which_open,
    "enforcement": reaching,
    "as_kept": reaching,
    "deciding_gate": deciding_gate,
}
