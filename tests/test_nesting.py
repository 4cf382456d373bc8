"""Whatever is typed may be nested up to a limit, and beyond it is refused in words everywhere."""

import json

import pytest

import netpol_lab as lab
from netpol_lab.cli.main import main
from netpol_lab.errors import NetpolError
from netpol_lab.manifests.text.yaml_composer import MAX_DEPTH

FRAMES = 150  # of whoever calls: a notebook has some
NP = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}}
CNP = {
    "apiVersion": "policy.networking.k8s.io/v1beta1",
    "kind": "ClusterNetworkPolicy",
    "metadata": {"name": "a"},
}
PLAIN = {"tier": "Admin", "priority": 1, "subject": {"namespaces": {}}}
MADE = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "a"}]}}


def of(kind, spec, version="v1", **more):
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "a"} | more,
        "spec": spec,
    }


DEEP = "deep"  # stands where the nested value goes
TYPED = {
    "an unknown field": NP | {"spec": {"podSelector": {}, "odd": DEEP}},
    "a known field": NP | {"spec": {"podSelector": {}, "ingress": DEEP}},
    "labels": NP | {"spec": {"podSelector": {"matchLabels": DEEP}}},
    "annotations": of("Pod", {}, annotations=DEEP),
    "a field that nobody looks at": of("Pod", {"odd": DEEP}),
    "a template": of("Deployment", {"template": DEEP}, "apps/v1"),
    "a field of a cluster-wide policy": CNP | {"spec": PLAIN | {"odd": DEEP}},
    "a selector of one": CNP | {"spec": PLAIN | {"subject": {"namespaces": {"matchLabels": DEEP}}}},
    "one in force": CNP | {"metadata": {"name": "a", "uid": "u"}, "spec": PLAIN | {"odd": DEEP}},
    "a custom resource": of("Crane", {"odd": DEEP}, "example.com/v1"),
    "one that makes pods": of("Crane", {"template": MADE | {"odd": DEEP}}, "example.com/v1"),
    "a policy of a plugin": of("CiliumNetworkPolicy", DEEP, "cilium.io/v2"),
    "an Ingress": of("Ingress", {"rules": DEEP}, "networking.k8s.io/v1"),
    "an item of a list": {"apiVersion": "v1", "kind": "List", "items": [of("Pod", {"odd": DEEP})]},
    "items": {"apiVersion": "v1", "kind": "List", "items": DEEP},
    "a kind": {"apiVersion": "v1", "kind": DEEP},
    "an exercise": {"story": "a", "goal": DEEP, "manifests": "kind: Pod"},
}


def nested(levels, mapping):
    return '{"a":' * levels + "1" + "}" * levels if mapping else "[" * levels + "1" + "]" * levels


def within(value):
    """How many lists and mappings are around the place."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return max((1 + found for found in map(within, parts) if found >= 0), default=-1)
    return 0 if value == DEEP else -1


def written(name, levels, mapping=True):
    value = TYPED[name]
    return json.dumps(value).replace(f'"{DEEP}"', nested(levels - within(value), mapping))


def from_far_below(call, frames=FRAMES):
    return call() if frames == 0 else from_far_below(call, frames - 1)


def said(call):
    """What is complained of; nothing where it is taken."""
    try:
        from_far_below(call)
    except NetpolError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("mapping", [True, False])
@pytest.mark.parametrize("start", ["", "# YAML\n"])
@pytest.mark.parametrize("name", TYPED)
def test_up_to_the_limit_all_is_read_or_refused_for_what_it_is(name, start, mapping):
    text = start + written(name, MAX_DEPTH, mapping)
    for strict in (True, False):
        assert "levels deep" not in said(lambda strict=strict: lab.load(text, strict=strict))
        assert from_far_below(lambda strict=strict: str(lab.review(text, strict=strict)))


@pytest.mark.parametrize("start", ["", "# YAML\n"])
@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 500, 5_000])
@pytest.mark.parametrize("name", TYPED)
def test_beyond_the_limit_all_is_refused_in_words(name, levels, start):
    text = start + written(name, levels)
    assert f"nested more than {MAX_DEPTH} levels deep" in said(lambda: lab.load(text))
    behind = f"{json.dumps(of('Pod', {}))}\n{'---' if start else ''}\n{text}"
    assert "nested more than" in said(lambda: lab.load(behind))


FILES = {
    "tests": ("test", "{name: a, manifests: '', expect: %s}"),
    "a kustomization": ("check", "{kind: Kustomization, resources: %s}"),
    "an exercise": ("scenario", "{name: a, goal: %s}"),
    "a snapshot": ("reach", '{"connections": %s}'),
}


@pytest.mark.parametrize("levels", [MAX_DEPTH - 1, MAX_DEPTH, 500, 5_000])
@pytest.mark.parametrize("mapping", [True, False])
@pytest.mark.parametrize("kind", FILES)
def test_other_files_are_refused_in_words_too(kind, mapping, levels, tmp_path, capsys):
    command, form = FILES[kind]
    file = tmp_path / ("kustomization.yaml" if kind == "a kustomization" else "a.json")
    file.write_text(form % nested(levels, mapping))
    words = {
        "check": ["check", str(tmp_path)],
        "scenario": ["scenario", "check", str(file)],
        "reach": ["reach", "three-tier", "--expect", str(file)],
    }.get(command, [command, str(file)])
    assert from_far_below(lambda: main(words)) in (0, 1, 2)
    assert "Traceback" not in "".join(capsys.readouterr())
