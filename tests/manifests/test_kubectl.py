"""A live cluster through kubectl, with a real executable in kubectl's place."""

import json
import os
import stat
import sys

import pytest

from netpol_lab.errors import ClusterError, ManifestError, UnknownNameError
from netpol_lab.manifests.kubectl import from_kubectl

OBJECTS = {
    "networkpolicies.networking.k8s.io": [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "p", "namespace": "shop", "uid": "1", "managedFields": []},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
        }
    ],
    "pods": [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "db", "namespace": "shop"}},
    ],
    "namespaces": [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "shop", "labels": {"a": "b"}},
        }
    ],
}

PROGRAM = """#!{python}
import json, sys, time
arguments = sys.argv[1:]
with open({log!r}, "a", encoding="utf-8") as log:
    log.write(json.dumps(arguments) + "\\n")
kind = arguments[arguments.index("get") + 1]
{behaviour}
print(json.dumps({{"apiVersion": "v1", "kind": "List", "items": {objects!r}.get(kind, [])}}))
"""


@pytest.fixture
def kubectl(tmp_path, monkeypatch):
    """Put an executable called kubectl on PATH; returns a function that says how it behaves."""
    log = tmp_path / "asked"
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(behaviour=""):
        program = tmp_path / "kubectl"
        text = PROGRAM.format(
            python=sys.executable, log=str(log), behaviour=behaviour, objects=OBJECTS
        )
        program.write_text(text, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        return lambda: [json.loads(line) for line in log.read_text().splitlines()]

    return install


pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a Unix executable")


def test_policies_pods_and_namespaces_are_read(kubectl):
    asked = kubectl()
    cluster = from_kubectl()
    assert repr(cluster) == "Cluster: 2 pods, 1 namespace, 1 policy"
    assert cluster.namespaces["shop"].labels["a"] == "b"
    assert ["get", "pods", "--all-namespaces", "--output=json"] in asked()


def test_context_and_namespaces_are_passed_as_single_arguments(kubectl):
    asked = kubectl()
    unknown = 'if kind == "namespaces": sys.exit("Error from server (Forbidden): no")'
    kubectl(unknown)
    from_kubectl(context="my ctx; rm -rf /", namespaces=["shop", "-A"])
    assert all(arguments[0] == "--context=my ctx; rm -rf /" for arguments in asked())
    assert [a[3] for a in asked() if a[2] == "pods"] == ["--namespace=shop", "--namespace=-A"]


def test_a_namespace_that_the_cluster_does_not_have_is_told(kubectl):
    kubectl()
    with pytest.raises(UnknownNameError, match=r'no namespace "shpo". Did you mean shop\?'):
        from_kubectl(namespaces=["shop", "shpo"])


def test_a_namespace_that_nobody_may_look_up_is_a_warning_if_nothing_is_in_it(kubectl):
    nothing = 'if "--namespace=nope" in arguments: kind = "none"'
    kubectl(f'if kind == "namespaces": sys.exit("Error from server (Forbidden): no")\n{nothing}')
    first, last = from_kubectl(namespaces=["shop", "nope"]).warnings
    assert "namespaces could not be read" in first.message
    assert "nothing is in the namespace nope, if there is one" in last.message


@pytest.mark.parametrize("printed", ["", "print('hello')", "print('[]')"])
@pytest.mark.parametrize("kind", ["pods", "networkpolicies.networking.k8s.io"])
def test_an_answer_that_is_no_list_is_an_error_though_kubectl_ends_well(kubectl, printed, kind):
    kubectl(f"if kind == {kind!r}: {printed or 'pass'}; sys.exit()")
    with pytest.raises(ClusterError, match=f"printed no JSON about {kind}"):
        from_kubectl()


def test_an_empty_answer_about_what_is_only_helpful_is_a_warning(kubectl):
    kubectl('if kind == "services": sys.exit()')
    (warning,) = from_kubectl().warnings
    assert "services could not be read: kubectl ended well, but" in warning.message


SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "api", "namespace": "shop"},
    "spec": {"clusterIP": "10.96.0.1", "ports": [{"port": 443}]},
}
SLICE = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {
        "name": "api-1",
        "namespace": "shop",
        "labels": {"kubernetes.io/service-name": "api"},
    },
    "addressType": "IPv4",
    "ports": [{"port": 6443}],
    "endpoints": [{"addresses": ["192.0.2.1"]}],
}


def answering(**items):
    """What the stand-in does: these kinds have these items."""
    listed = {
        kind.replace("_", "."): json.dumps({"apiVersion": "v1", "kind": "List", "items": found})
        for kind, found in items.items()
    }
    return f"found = {listed!r}.get(kind)\nif found: print(found); sys.exit()"


def test_the_endpoints_of_services_are_read(kubectl):
    kubectl(answering(services=[SERVICE], endpointslices_discovery_k8s_io=[SLICE]))
    (service,) = from_kubectl().services
    assert [str(one.address) for one in service.endpoints] == ["192.0.2.1"]


def test_endpoints_that_may_not_be_read_are_said_and_not_taken_for_none(kubectl):
    forbidden = 'if kind.startswith("endpoint"): sys.exit("Error from server (Forbidden): no")'
    kubectl(f"{forbidden}\n{answering(services=[SERVICE])}")
    cluster = from_kubectl()
    assert [w.message.partition(" ")[0] for w in cluster.warnings] == [
        "endpointslices.discovery.k8s.io",
        "endpoints",
    ]
    assert cluster.services[0].endpoints is None


@pytest.mark.parametrize("given", [{"namespaces": [""]}, {"namespaces": ""}, {"context": ""}])
def test_an_empty_name_is_not_taken_for_the_current_one(kubectl, given):
    kubectl()
    with pytest.raises(ClusterError, match="is empty"):
        from_kubectl(**given)


def test_what_may_not_be_read_beside_pods_and_policies_is_a_warning(kubectl):
    kubectl('if kind in ("nodes", "namespaces"): sys.exit("Error from server (Forbidden): no")')
    cluster = from_kubectl()
    assert len(cluster.pods) == 2
    assert [w.message.partition(" ")[0] for w in cluster.warnings] == ["namespaces", "nodes"]
    first = str(cluster.warnings[0])
    assert first.startswith("<kubectl>\n  Forbidden: namespaces could not be read")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ('sys.exit("Error from server (Forbidden): pods is forbidden")', "permission to list"),
        ('sys.exit("error: You must be logged in to the server (Unauthorized)")', "log in"),
        ('sys.exit("error: context \\"x\\" does not exist")', "get-contexts"),
        ('sys.exit("The connection to the server was refused: connection refused")', "running"),
        ("sys.exit(1)", "kubectl says: nothing"),
    ],
)
def test_a_cluster_that_cannot_be_read_says_why(kubectl, behaviour, words):
    kubectl(behaviour)
    with pytest.raises(ClusterError, match=words):
        from_kubectl()


def test_a_cluster_that_gives_no_answer_is_given_up(kubectl):
    kubectl("time.sleep(30)")
    with pytest.raises(
        ClusterError, match=r"no answer from kubectl get networkpolicies\S* in 0.2 s"
    ):
        from_kubectl(timeout=0.2)


def test_what_a_server_stored_under_older_rules_is_read(kubectl):
    policy = OBJECTS["networkpolicies.networking.k8s.io"][0]
    block = {"ingress": [{"from": [{"ipBlock": {"cidr": "10.1.2.3/24"}}]}]}
    old = {**policy, "spec": block, "status": {}}
    listed = json.dumps({"kind": "List", "items": [old], "apiVersion": "v1"})
    kubectl(f'if kind.startswith("networkpolicies"): print({listed!r}); sys.exit()')
    assert len(from_kubectl().policies) == 1


def test_no_namespace_at_all_is_refused(kubectl):
    kubectl()
    with pytest.raises(ClusterError, match="no namespace is given"):
        from_kubectl(namespaces=[])


def test_one_namespace_may_be_given_as_a_word(kubectl):
    asked = kubectl()
    from_kubectl(namespaces="shop")
    assert ["get", "pods", "--namespace=shop", "--output=json"] in asked()


def test_a_name_with_a_nul_is_refused_in_words(kubectl):
    kubectl()
    with pytest.raises(ClusterError, match="not allowed in names"):
        from_kubectl(namespaces=["a\0b"])


def test_without_kubectl_the_way_round_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match="kubectl get ns,pods,netpol,svc,endpointslices -A"):
        from_kubectl()


def test_a_kubectl_that_is_no_program_is_told(tmp_path, monkeypatch):
    program = tmp_path / "kubectl"
    program.write_text("not a program")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClusterError, match="cannot be started"):
        from_kubectl()


def test_cluster_wide_policies_are_read_where_the_cluster_has_them(kubectl):
    above = "{'apiVersion': 'policy.networking.k8s.io/v1alpha2', 'kind': 'ClusterNetworkPolicy', "
    above += "'metadata': {'name': 'above', 'uid': '1b'}, 'spec': {'tier': 'Admin', 'priority': 1, "
    above += (
        "'subject': {'namespaces': {}}, 'egress': [{'action': 'Deny', 'to': [{'nodes': {}}]}]}}"
    )
    kubectl(
        "if kind.startswith('clusternetworkpolicies.policy'):\n"
        f"    print(json.dumps({{'apiVersion': 'v1', 'kind': 'List', 'items': [{above}]}}))\n"
        "    sys.exit()\n"
        "if kind.endswith(('policy.networking.k8s.io', 'cilium.io', 'antrea.io')):\n"
        "    sys.exit(f'error: the server doesn\\'t have a resource type \"{kind}\"')"
    )
    cluster = from_kubectl()
    assert [*map(str, cluster.cluster_policies)] == ["ClusterNetworkPolicy above"]
    assert cluster.cluster_policies[0].egress[0].peers[0].nodes is not None  # it was stored so
    assert cluster.warnings == ()


def test_policies_of_other_kinds_that_may_not_be_read_are_a_warning(kubectl):
    kubectl('if "calico" in kind: sys.exit("Error from server (Forbidden): no")')
    told = [w.message.partition(" ")[0] for w in from_kubectl().warnings]
    assert told == [
        "networkpolicies.crd.projectcalico.org",
        "globalnetworkpolicies.crd.projectcalico.org",
    ]


def test_after_one_question_without_an_answer_no_other_is_asked(kubectl):
    asked = kubectl('if kind == "services": time.sleep(60)')
    cluster = from_kubectl(timeout=2)
    assert len(cluster.pods) == 2
    assert asked()[-1][1] == "services"
    said = [warning.message for warning in cluster.warnings]
    assert said[0] == "services could not be read: no answer from kubectl get services in 2 s"
    assert {"nodes could not be read: no longer asked for"} < {*said}


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("while True: print('x' * 100_000)", "printed more than 1,000,000 bytes"),
        ("while True: print('x' * 100_000, file=sys.stderr)", "printed more than 1,048,576 bytes"),
        ("sys.stdout.buffer.write(bytes(range(128, 256)) * 99); sys.exit()", "printed no JSON"),
        ("print('{' * 100_000); sys.exit()", "nested more than 100"),
        ("sys.exit('\\x1b[31m' + 'x' * 100_000)", r"kubectl says: \\x1b\[31mx{400,495}\.\.\.$"),
    ],
)
def test_a_kubectl_that_floods_or_babbles_is_given_up(kubectl, monkeypatch, behaviour, words):
    monkeypatch.setattr("netpol_lab.manifests.text.programs.MAX_BYTES", 10**6)
    kubectl(behaviour)
    with pytest.raises((ClusterError, ManifestError), match=words):
        from_kubectl()
