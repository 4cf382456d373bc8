"""Made-up clusters for the benchmarks, as plain objects; the same arguments give the same cluster.

`shop_floor` has the shapes that people write. `templates` and `all_different` are for growth: the
first has pods that are alike by the handful, as replicas are; in the second no two are alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import yaml

Object = dict[str, Any]

STAGES = ("live", "test")
TIERS = {"web": 8080, "api": 9090, "data": 5432}  # and the port each listens on
ALIKE = 7  # pods of one app in one namespace, where clusters grow
OWN_LABEL = "statefulset.kubernetes.io/pod-name"


def as_json(objects: list[Object]) -> str:
    """Return objects as one JSON text."""
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})


def as_yaml(objects: list[Object]) -> str:
    """Return objects as YAML documents."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump_all(objects, Dumper=dumper, sort_keys=False)


# ---------------------------------------------------------------- the shapes that people write


def shop_floor(workloads: int = 300, policies: int = 330, seed: int = 0) -> list[Object]:
    """Return fifteen Deployments in each namespace, default denies, policies of apps, and DNS."""
    chance = Random(seed)
    teams = [f"team-{i}" for i in range(-(-workloads // 15))]
    tiers = [*TIERS]
    apps = [(teams[i % len(teams)], f"app-{i}", chance.choice(tiers)) for i in range(workloads - 1)]
    denies = [default_deny(team, chance) for team in teams][:policies]
    single = (
        app_policy(f"{app}-{n}", team, app, tier, len(teams), chance)
        for n, (team, app, tier) in enumerate(repeated(apps, policies - len(denies)))
    )
    return [
        *(namespace(team, {"team": team, "stage": chance.choice(STAGES)}) for team in teams),
        namespace("kube-system", {}),
        *(deployment(*app, TIERS[app[2]], chance.choice([1, 2])) for app in apps),
        deployment("kube-system", "dns", "system", 53, 2),
        *denies,
        *single,
    ]


def repeated(things: list[Any], number: int) -> Iterator[Any]:
    """Yield so many things, from the first again after the last."""
    return (things[i % len(things)] for i in range(number))


def default_deny(team: str, chance: Random) -> Object:
    """Return a policy that isolates a namespace, sometimes for egress too but for DNS."""
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    spec: Object = {"podSelector": {}, "policyTypes": ["Ingress"]}
    if chance.random() < 0.5:
        spec["policyTypes"] = ["Ingress", "Egress"]
        spec["egress"] = [{"to": [{"namespaceSelector": {}}], "ports": ports}]
    return policy("default-deny", team, spec)


def app_policy(name: str, team: str, app: str, tier: str, teams: int, chance: Random) -> Object:
    """Return a policy for one app: who may come in, and for some where it may go."""
    spec: Object = {
        "podSelector": {"matchLabels": {"app": app}},
        "policyTypes": ["Ingress"],
        "ingress": [ingress_rule(tier, teams, chance) for _ in range(chance.choice([1, 1, 2]))],
    }
    if chance.random() < 0.6:
        spec["policyTypes"] = ["Ingress", "Egress"]
        spec["egress"] = [egress_rule(teams, chance) for _ in range(chance.choice([1, 1, 2]))]
    return policy(name, team, spec)


def ingress_rule(tier: str, teams: int, chance: Random) -> Object:
    """Return who may come in, on the port of the tier, by number or by name, or on a range."""
    number = TIERS[tier]
    ports = [{"port": number}, {"port": "main"}, {"port": number, "endPort": number + 9}]
    peers = [peer(teams, chance) for _ in range(chance.choice([1, 2]))]
    if chance.random() < 0.2:
        peers.append(block(chance))
    return {"from": peers, "ports": [chance.choice(ports)]}


def egress_rule(teams: int, chance: Random) -> Object:
    """Return where pods may go: to a tier, or out of the cluster."""
    if chance.random() < 0.3:
        return {"to": [block(chance)], "ports": [{"port": 443}]}
    return {"to": [peer(teams, chance)], "ports": [{"port": chance.choice([*TIERS.values()])}]}


def peer(teams: int, chance: Random) -> Object:
    """Return pods of a tier: here, in some namespaces, or in all of a team's."""
    pods = {"podSelector": {"matchLabels": {"tier": chance.choice([*TIERS])}}}
    stage = {"namespaceSelector": {"matchLabels": {"stage": "live"}}}
    some = [{"key": "team", "operator": "In", "values": [f"team-{chance.randrange(teams)}"]}]
    team = {"namespaceSelector": {"matchExpressions": some}}
    return chance.choice([pods, pods | stage, pods | team, team])


def block(chance: Random) -> Object:
    """Return addresses outside the cluster, without some of them."""
    first, second = chance.randrange(1, 200), chance.randrange(256)
    excepted = [f"{first}.{second}.{third}.0/24" for third in chance.sample(range(256), 2)]
    return {"ipBlock": {"cidr": f"{first}.{second}.0.0/16", "except": excepted}}


# ---------------------------------------------------------------- growth


def templates(pods: int, policies: int) -> list[Object]:
    """Return pods that policies tell apart by their app: some 1,500 kinds among 10,000."""
    apps = apps_of(pods)
    return growing(pods, policies, lambda i: [everywhere("app", f"app-{i % apps}")])


def all_different(pods: int, policies: int) -> list[Object]:
    """Return the same pods, but each is named by some policy, so that no two are alike."""

    def named(i: int) -> list[Object]:
        return [everywhere(OWN_LABEL, pod_name(n)) for n in range(i, pods, policies)]

    return growing(pods, policies, named)


def growing(pods: int, policies: int, friends: Callable[[int], list[Object]]) -> list[Object]:
    """Return pods and policies in their namespaces; each policy has friends of its own."""
    teams, apps = teams_of(pods), apps_of(pods)
    place = [f"team-{i}" for i in range(teams)]
    return [
        *(namespace(name, {"zone": name[-1]}) for name in place),
        *(pod(i, place[i % teams], i // teams // ALIKE) for i in range(pods)),
        *(
            growing_policy(i, place[i % teams], i // teams % apps, friends(i))
            for i in range(policies)
        ),
    ]


def teams_of(pods: int) -> int:
    """Return the number of namespaces."""
    return min(100, -(-pods // 20))


def apps_of(pods: int) -> int:
    """Return the number of apps in each namespace."""
    return -(-pods // teams_of(pods) // ALIKE)


def everywhere(key: str, value: str) -> Object:
    """Return the peer of pods with a label, in every namespace."""
    return {"namespaceSelector": {}, "podSelector": {"matchLabels": {key: value}}}


def growing_policy(i: int, team: str, app: int, friends: list[Object]) -> Object:
    """Return a policy for one app of a namespace: both directions, two ports, a block."""
    near = {"podSelector": {"matchLabels": {"tier": f"tier-{i % 3}"}}}
    zone = {"namespaceSelector": {"matchLabels": {"zone": str(i % 10)}}}
    first = 20 + i % 50
    outside = {"ipBlock": {"cidr": f"{first}.0.0.0/8", "except": [f"{first}.1.0.0/16"]}}
    spec = {
        "podSelector": {"matchLabels": {"app": f"app-{app}"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {"from": friends, "ports": [{"port": 8000 + i % 100}]},
            {"from": [near, zone], "ports": [{"port": "main"}]},
        ],
        "egress": [
            {"to": [*friends, near, zone, outside]},
            {"ports": [{"port": 53, "protocol": "UDP"}]},
        ],
    }
    return policy(f"policy-{i}", team, spec)


# ---------------------------------------------------------------- objects


def namespace(name: str, labels: dict[str, str]) -> Object:
    """Return a namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def deployment(team: str, app: str, tier: str, port: int, replicas: int) -> Object:
    """Return a Deployment whose pods listen on one port."""
    labels = {"app": app, "tier": tier}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": app, "namespace": team},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": app}},
            "template": {"metadata": {"labels": labels}, "spec": containers(port)},
        },
    }


def pod(i: int, team: str, app: int) -> Object:
    """Return a running pod with an address, and a label of its own as StatefulSets give it."""
    labels = {"app": f"app-{app}", "tier": f"tier-{app % 3}", OWN_LABEL: pod_name(i)}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": pod_name(i), "namespace": team, "labels": labels},
        "spec": containers(8080),
        "status": {"phase": "Running", "podIP": f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"},
    }


def pod_name(i: int) -> str:
    """Return the name of a pod, unlike any other in the cluster."""
    return f"pod-{i:05}"


def containers(port: int) -> Object:
    """Return the spec of a pod with one container that has a named port."""
    ports = [{"name": "main", "containerPort": port}]
    return {"containers": [{"name": "main", "image": "registry.example/app:1", "ports": ports}]}


def policy(name: str, team: str, spec: Object) -> Object:
    """Return a NetworkPolicy."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": team},
        "spec": spec,
    }
