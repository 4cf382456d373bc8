"""What is said of any kind in any version: as a table.

The table is `complaints/kinds.txt`. After a change of words, write it anew by
`python -m tests.manifests.test_table_of_kinds`, and read what has changed before you commit it.
"""

from collections.abc import Iterator

from netpol_lab.manifests.kinds import KINDS, is_harmless, kind_problems
from netpol_lab.manifests.passed_over import meaning_of
from tests.helpers.places import ROOT
from tests.helpers.tables import lines_of, write_lines

TABLE = ROOT / "tests" / "manifests" / "complaints" / "kinds.txt"
NAMES = [
    "NetworkPolicy",
    "networkpolicy",
    "NetworkPolicyList",
    "NetworkPolicys",
    "NetwrokPolicy",
    "Ingress",
    "ingress",
    "IngressClass",
    "Gateway",
    "HTTPRoute",
    "CiliumNetworkPolicy",
    "VirtualService",
    "GlobalNetworkPolicy",
    "GlobalNetworkSet",
    "Pods",
    "pod",
    "Deployment",
    "Deploymnet",
    "CronJob",
    "ConfigMap",
    "Configmap",
    "ServiceCIDR",
    "Foo",
    "ClusterNetworkPolicy",
    "clusternetworkpolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "ClusterNetworkPolicyList",
    "Scale",
    "",
]
VERSIONS = [
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "networking.k8s.io",
    "networkin.k8s.io/v1",
    "extensions/v1beta1",
    "v1",
    "v2",
    "apps/v1",
    "apps/v1beta2",
    "batch/v1",
    "policy.networking.k8s.io/v1alpha1",
    "policy.networking.k8s.io/v1alpha2",
    "policy.networking.k8s.io/v1beta1",
    "policy.networking.k8s.io/v2",
    "policy.network.k8s.io/v1beta1",
    "example.com/v1",
    "a/b/c",
    "crd.projectcalico.org/v1",
    "cilium.io/v2",
    "",
]
ODD = [
    {"kind": "Pods", "apiVersion": "v1", "metadata": {"uid": "u"}},
    {"kind": "Foo", "apiVersion": "policy.networking.k8s.io/v9", "metadata": {"uid": "u"}},
    {},
    {"kind": "Pod"},
    {"apiVersion": "v1"},
    {"kind": None, "apiVersion": "v1"},
    {"kind": 1, "apiVersion": "v1"},
    {"kind": "Pod", "apiVersion": 1},
    {"kind": [], "apiVersion": {}},
    {"kind": "Pod", "apiversion": "v1"},
    {"Kind": "Pod", "apiVersion": "v1"},
    {"resources": []},
    {"kind": "Kustomization", "resources": []},
    {"kind": "Component"},
    {"expect": []},
    {"manifests": "", "expect": []},
    {"name": "a", "expect": [], "manifests_from": []},
    {"kind": "Kustomization", "apiVersion": "kustomize.config.k8s.io/v1beta1"},
    {"kind": "Component", "apiVersion": "kustomize.config.k8s.io/v1alpha1"},
    {"spec": {}},
    {"metadata": {"name": "a"}, "spec": {}},
    {"podSelector": {}},
    {"patches": []},
    {"bases": []},
    {"kind": "${KIND}", "apiVersion": "v1"},
    {"kind": "Pod", "apiVersion": "{{ .v }}"},
    {"kind": " Pod", "apiVersion": "v1"},
    {"kind": "Pod", "apiVersion": "v1 "},
    {"kind": "ClusterNetworkPolicy"},
    {"kind": "AdminNetworkPolicy"},
    {"kind": "Deployment"},
    {"apiVersion": "networking.k8s.io/v1"},
    {"apiVersion": "apps/v1"},
    {"kind": "", "apiVersion": ""},
]
HEADS = [
    "apiVersion: v1\nkind: ConfigMap\ndata: [",
    "apiVersion: v1\nkind: Pod\ndata: [",
    "apiVersion: v1\nkind: ConfigMap\nkind: Secret\ndata: [",
    "kind: ConfigMap\ndata: [",
    "apiVersion: v1\nkind: ConfigMapList\ndata: [",
    "apiVersion: v1\nkind: Configmap\ndata: [",
    "apiVersion: v1\nkind: ConfigMap # a\ndata: [",
    "apiVersion: v1\nkind: ConfigMap a\ndata: [",
    "apiVersion: v1\nkind: ConfigMap\ndata: [podselector",
    "apiVersion: v1\n kind: ConfigMap\nx: [",
    "apiVersion: example.com/v1\nkind: Crane\ndata: [",
    "apiVersion: v1\nkind: PodTemplate\nx: [",
    "apiVersion: v1\nkind: Secret\ndata: [networkpolicy",
    "apiVersion: v1\nkind: Secret\nkind: Secret",
]


def said(value: dict, strict: bool = True) -> Iterator[str]:
    """What is said of the head of an object."""
    for each in kind_problems(value, strict):
        path = ".".join(map(str, each.path))
        at = f"{path}{' (key)' if each.of_key else ''}"
        yield f"  {at}: {each.reason.words} {each.message} | {each.hint}"


def table() -> Iterator[str]:
    """What is said of each kind in each version, of odd heads, and which broken texts matter."""
    for name in NAMES:
        for version in VERSIONS:
            value = {"apiVersion": version, "kind": name}
            lines = [*said(value)]
            known = " known" if (name, version) in KINDS else ""
            meaning = "" if lines or known else f" {meaning_of(value).name}"
            yield f"{name or 'nothing'} in {version or 'nothing'}:{known}{meaning}"
            yield from lines
    for value in ODD:
        yield f"{value}:"
        lines = [*said(value)]
        yield from lines
        if lines != (lenient := [*said(value, strict=False)]):
            yield "  and not strictly:"
            yield from lenient
    for text in HEADS:
        yield f"{text!r} {'is harmless' if is_harmless(text) else 'matters'}"


def test_this_is_said_of_kinds():
    assert [*table()] == lines_of(TABLE)


if __name__ == "__main__":
    write_lines(TABLE, table())
