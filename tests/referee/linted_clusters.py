"""Random clusters as people write them, with the mistakes that lint is about.

    linted_cluster(7)    the documents of seed 7

A few workloads of a shop, their Services, name servers, and policies in which every part is now
and then what somebody got wrong. Everything is drawn from one random.Random.
"""

import copy
import random

from tests.referee.random_parts import MISSING, fields, maybe

NAME_LABEL = "kubernetes.io/metadata.name"
APPS = {  # namespace, labels, and the ports that are declared, by the pod's name
    "web": ("shop", {"app": "web", "tier": "front"}, {"http": 8080}),
    "api": ("shop", {"app": "api", "tier": "back"}, {"http": 8081, "metrics": 9090}),
    "db": ("shop", {"app": "db"}, {"postgres": 5432}),
    "grafana": ("ops", {"app": "grafana", "tier": "front"}, {"http": 3000}),
    "prometheus": ("ops", {"app": "prometheus"}, {"http": 9090}),
    "batch": ("lab", {"app": "batch"}, {}),
}
ADDRESSES = {name: f"10.0.0.{number}" for number, name in enumerate(APPS, 10)}
TEAMS = {"shop": "shop", "ops": "ops", "lab": "shop"}
SERVICES = {"web": (80, "http"), "api": (443, 8081), "db": (5432, 5432)}
POLICY_NAMES = ["deny-web", "deny-all", "block-prometheus", "allow-web", "p1", "p2", "p3", "p4"]


def linted_cluster(seed):
    """The documents of one random cluster."""
    rng = random.Random(seed)
    known = maybe(rng, 60)  # whether the name servers are among the manifests
    mesh = maybe(rng, 8)
    names = [name for name in APPS if maybe(rng, 85)] or ["web"]
    documents = [
        *(namespace(name, mesh) for name in ("shop", "ops", "lab")),
        *(namespace("quiet", False) for _ in range(maybe(rng, 30))),
        *(app(rng, name) for name in names),
        *(service(rng, name) for name in SERVICES if maybe(rng, 70)),
        *(name_servers(rng) if known else ()),
        *(quiet_pod() for _ in range(maybe(rng, 30))),
        *(webhook() for _ in range(maybe(rng, 35))),
    ]
    add_callers(random.Random(f"callers of {seed}"), documents)
    add_sidecars(random.Random(f"sidecars of {seed}"), documents)
    policies = []
    for name in rng.sample(POLICY_NAMES, rng.choice([1, 2, 2, 3, 3, 4])):
        policies.append(policy(rng, name, documents, policies))
    leave_out_labels(random.Random(f"labels of {seed}"), policies)
    let_in_again(random.Random(f"excepts of {seed}"), policies)
    return documents + policies


# What there is


def namespace(name, mesh):
    labels = {"team": TEAMS[name]} if name in TEAMS else {}
    labels |= {"istio.io/dataplane-mode": "ambient"} if mesh else {}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def app(rng, name):
    home, labels, ports = APPS[name]
    declared = [{"name": port, "containerPort": number} for port, number in ports.items()]
    spec = fields(
        containers=[fields(name="c", image="x", ports=declared or MISSING)],
        hostNetwork=True if maybe(rng, 4) else MISSING,
    )
    if maybe(rng, 40):
        template = {"metadata": {"labels": dict(labels)}, "spec": spec}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": home},
            "spec": {
                "replicas": rng.choice([1, 2]),
                "selector": {"matchLabels": {"app": name}},
                "template": template,
            },
        }
    return pod(name, home, labels, spec, ADDRESSES[name])


def pod(name, home, labels, spec, address):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": home, "labels": dict(labels)},
        "spec": spec,
        "status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]},
    }


def quiet_pod():
    return pod("q", "quiet", {"app": "q"}, {"containers": [{"name": "c"}]}, "10.0.0.90")


def service(rng, name):
    port, target = SERVICES[name]
    target = target if isinstance(target, int) or maybe(rng, 50) else APPS[name][2][target]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "clusterIP": f"10.96.0.{[*SERVICES].index(name) + 1}",
            "selector": {"app": name},
            "ports": [{"port": port, "targetPort": target}],
        },
    }


def name_servers(rng):
    number = rng.choice([53, 53, 53, 5353])
    ports = [("dns", "UDP"), ("dns-tcp", "TCP")]
    declared = [{"name": n, "containerPort": number, "protocol": p} for n, p in ports]
    offered = [{"name": n, "port": 53, "targetPort": number, "protocol": p} for n, p in ports]
    labels = {"k8s-app": "kube-dns"}
    spec = {"containers": [{"name": "c", "ports": declared}]}
    yield pod("coredns", "kube-system", labels, spec, "10.0.0.80")
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kube-dns", "namespace": "kube-system"},
        "spec": {"clusterIP": "10.96.0.10", "selector": labels, "ports": offered},
    }


def webhook():
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "prices"},
        "webhooks": [
            {
                "name": "prices.example.com",
                "clientConfig": {"service": {"namespace": "shop", "name": "api"}},
            }
        ],
    }


def add_callers(rng, documents):
    """Say of some parts who is meant to call them: clients outside, a proxy, those who are told to.

    That has a generator of its own, so that the rest of a cluster is the same without it.
    """
    urls = ["http://web.shop", "https://api.shop.svc", "postgres://db.shop:5432/prices"]
    for document in documents:
        spec = document.get("spec", {})
        if document["kind"] == "Service" and maybe(rng, 30):
            spec["type"] = "NodePort"
        for container in spec.get("template", {}).get("spec", spec).get("containers", []):
            if maybe(rng, 25):
                container["env"] = [{"name": "URL", "value": rng.choice(urls)}]
    documents += [ingress()] if maybe(rng, 40) else []


def ingress():
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "front", "namespace": "shop"},
        "spec": {"defaultBackend": backend},
    }


# Policies


def policy(rng, name, documents, earlier):
    home = rng.choice(["shop", "shop", "shop", "ops", "lab", "kube-system"])
    if earlier and maybe(rng, 8):  # the same again
        same = copy.deepcopy(rng.choice(earlier))
        same["metadata"]["name"] = name
        return same
    written = spec(rng, home)
    if maybe(rng, 50):
        admit_the_banned(rng, name, written)
    if maybe(rng, 8):
        misspell(rng, written)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": home},
        "spec": written,
    }


def admit_the_banned(rng, name, written):
    """Let a policy that is called a ban have a rule for whom it names."""
    verb, whom = name.partition("-")[::2]
    if verb in ("deny", "block") and whom in APPS and written.get("ingress"):
        peer = {"podSelector": {"matchLabels": {"app": whom}}}
        if maybe(rng, 50):
            peer["namespaceSelector"] = {}
        written["ingress"][0] = {"from": [peer]}


def add_sidecars(rng, documents):
    """Let a container that starts before the others declare the ports now and then."""
    for written in documents:
        spec = written.get("spec", {})
        spec = spec.get("template", {}).get("spec", spec)
        named = [one for one in spec.get("containers", ()) if one.get("ports")]
        if named and maybe(rng, 12):
            ports = named[0].pop("ports")
            sidecar = {"name": "proxy", "image": "x", "ports": ports, "restartPolicy": "Always"}
            spec["initContainers"] = [sidecar]


def leave_out_labels(rng, policies):
    """Write nothing below matchLabels now and then, or a value more that nobody has."""
    for written in (policy["spec"] for policy in policies):
        rules = [*(written.get("ingress") or []), *(written.get("egress") or [])]
        peers = [peer for rule in rules for name in ("from", "to") for peer in rule.get(name, [])]
        for part in (written, *peers):
            chosen = part.get("podSelector", MISSING)
            if chosen == {} and maybe(rng, 10):
                part["podSelector"] = {"matchLabels": None}
            elif chosen in ({"matchLabels": {"app": name}} for name in APPS) and maybe(rng, 10):
                values = [chosen["matchLabels"]["app"], rng.choice(["wbe", "worker"])]
                part["podSelector"] = {"matchExpressions": [in_list("app", values)]}


def let_in_again(rng, policies):
    """Admit in a further rule, on the same ports, what a block excepts."""
    for written in (policy["spec"] for policy in policies):
        for section, name in (("ingress", "from"), ("egress", "to")):
            for rule in list(written.get(section) or []):
                for peer in rule.get(name, []):
                    excepts = peer.get("ipBlock", {}).get("except")
                    if excepts and maybe(rng, 30):
                        block = {name: [{"ipBlock": {"cidr": excepts[0]}}]}
                        written[section].append(fields(**block, ports=rule.get("ports", MISSING)))


def in_list(key, values):
    return {"key": key, "operator": "In", "values": values}


SLIPS = {"from": "form", "to": "too", "ports": "port", "namespaceSelector": "nameSpaceSelector"}


def misspell(rng, written):
    """Spell a field of a rule or of a peer as somebody might, who is told by a strict server."""
    rules = [*(written.get("ingress") or []), *(written.get("egress") or [])]
    peers = [peer for rule in rules for name in ("from", "to") for peer in rule.get(name, [])]
    for part in rng.sample([*rules, *peers], len(rules) + len(peers)):
        for right in filter(part.__contains__, SLIPS):
            if right != "namespaceSelector" or len(part) > 1:
                part[SLIPS[right]] = part.pop(right)
                return


def spec(rng, home):
    ways = rng.choice(["in", "in", "out", "both"])
    types = rng.choice([MISSING, MISSING, ["Ingress"], ["Egress"], ["Ingress", "Egress"]])
    if maybe(rng, 60):
        types = {"in": ["Ingress"], "out": ["Egress"], "both": ["Ingress", "Egress"]}[ways]
    inward = rules(rng, "from", home) if ways != "out" else rng.choice([MISSING, MISSING, []])
    outward = rules(rng, "to", home) if ways != "in" else rng.choice([MISSING, MISSING, []])
    return fields(podSelector=subject(rng, home), policyTypes=types, ingress=inward, egress=outward)


def subject(rng, home):
    own = [labels for where, labels, _ in APPS.values() if where == home]
    right = dict(rng.choice(own)) if own else {"k8s-app": "kube-dns"}
    app_only = {key: value for key, value in right.items() if key != "tier"}
    wrong = {"app": "wbe"}
    return rng.choice(
        [
            {},
            {"matchLabels": app_only},
            {"matchLabels": app_only},
            {"matchLabels": app_only},
            {"matchLabels": right},
            {"matchLabels": wrong},
            {"matchLabels": {"app": "prometheus"}},
            contradictory(),
        ][: 5 if maybe(rng, 80) else 8]
    )


def contradictory():
    terms = [{"key": "app", "operator": "In", "values": ["web"]}]
    terms += [{"key": "app", "operator": "NotIn", "values": ["web"]}]
    return {"matchExpressions": terms}


def rules(rng, name, home):
    written = [rule(rng, name, home) for _ in range(rng.choice([1, 1, 2, 2, 3]))]
    if name == "to" and maybe(rng, 55):
        written.append(for_names(rng))
    if name == "to" and maybe(rng, 10):
        written.append(for_replies(rng, home))
    if maybe(rng, 6):
        written.append({})
    if maybe(rng, 4):
        written = [{}]
    if maybe(rng, 6):
        written.append(copy.deepcopy(rng.choice(written)))
    return written if maybe(rng, 92) else []


def for_names(rng):
    """An egress rule for looking up names, right or wrong."""
    peers = [
        MISSING,
        [{"namespaceSelector": {}}],
        [{"namespaceSelector": {"matchLabels": {NAME_LABEL: "kube-system"}}}],
        [{"namespaceSelector": {"matchLabels": {"name": "kube-system"}}}],
        [{"podSelector": {}}],
        [{"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
    ]
    both = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    moved = [{"port": 5353, "protocol": "UDP"}, {"port": 5353, "protocol": "TCP"}]
    ports = rng.choice([both, both, both, moved, both[:1], both[1:], [{"port": 53}]])
    return fields(to=rng.choice(peers), ports=ports)


def for_replies(rng, home):
    """An egress rule with a port at which the policy's own pods listen."""
    own = [ports for where, _, ports in APPS.values() if where == home]
    numbers = [number for ports in own for number in ports.values()] or [9153]
    return {"to": [peer(rng, "to", home)], "ports": [{"port": rng.choice(numbers)}]}


def rule(rng, name, home):
    ends = [peer(rng, name, home) for _ in range(rng.choice([1, 1, 1, 2]))]
    if maybe(rng, 10):
        ends = either_or(rng)
    ports = [port(rng) for _ in range(rng.choice([1, 1, 2]))]
    shape = rng.choice(["both"] * 6 + ["peers", "peers", "ports", "ports", "nobody"])
    found = {
        "both": {name: ends, "ports": ports},
        "peers": {name: ends},
        "ports": {"ports": ports},
        "nobody": fields(**{name: []}, ports=rng.choice([ports, MISSING])),
    }
    return found[shape]


def either_or(rng):
    return [
        {"namespaceSelector": {"matchLabels": {"team": rng.choice(["shop", "ops"])}}},
        {"podSelector": {"matchLabels": {"app": rng.choice(["web", "prometheus", "grafana"])}}},
    ]


def port(rng):
    numbers = [80, 443, 5432, 8080, 8081, 9090, 3000, 15008, 9999]
    return rng.choice(
        [
            {"port": rng.choice(numbers)},
            {"port": rng.choice(numbers)},
            {"port": rng.choice([8080, 8081, 5432, 9090, 3000])},
            {"port": rng.choice(["http", "metrics", "postgres", "htpp", "postgress"])},
            {"port": 8000, "endPort": 9000},
            {"port": 8080, "protocol": "UDP"},
        ]
    )


def peer(rng, name, home):
    app_label = {"matchLabels": {"app": rng.choice([*APPS, *APPS, "wbe", "promtheus"])}}
    tier = {"matchLabels": {"tier": "front"}}
    team = {"matchLabels": {"team": rng.choice(["shop", "ops", "opps"])}}
    named = {"matchLabels": {NAME_LABEL: rng.choice(["shop", "ops", "lab", "elsewhere"])}}
    made_up = {"matchLabels": {"name": rng.choice(["shop", "ops"])}}
    term = {"key": "tier", "operator": "NotIn", "values": ["back"]}
    not_in = {"matchExpressions": [term]}
    return rng.choice(
        [
            {"podSelector": app_label},
            {"podSelector": app_label},
            {"podSelector": {}},
            {"podSelector": app_label, "namespaceSelector": team},
            {"podSelector": app_label, "namespaceSelector": named},
            {"podSelector": tier, "namespaceSelector": {}},
            {"podSelector": app_label, "namespaceSelector": {}},
            {"podSelector": not_in},
            {"podSelector": not_in, "namespaceSelector": {}},
            {"namespaceSelector": team},
            {"namespaceSelector": named},
            {"namespaceSelector": made_up},
            {"namespaceSelector": {}},
            {"ipBlock": block(rng)},
            {"ipBlock": block(rng)},
            {"podSelector": contradictory()},
        ][: 15 if maybe(rng, 90) else 16]
    )


def block(rng):
    cidrs = ["10.0.0.0/24", "10.0.0.10/32", "0.0.0.0/0", "192.0.2.0/24", "192.0.0.0/16"]
    cidrs += [*(f"10.96.0.{number}/32" for number in (1, 2, 3))] * 2
    cidrs += ["10.96.0.0/24", "fd00::/64"]
    cidr = rng.choice(cidrs)
    inside = {"0.0.0.0/0": "192.0.2.0/24", "192.0.0.0/16": "192.0.2.0/25"}
    holes = [inside[cidr]] if cidr in inside and maybe(rng, 60) else MISSING
    return fields(cidr=cidr, **{"except": holes})
