"""Whatever a command cannot judge it says: kinds of input by commands and formats."""

import json
import re

import pytest

from netpol_lab.cli.main import main
from tests.helpers.written import write

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}]}
"""
TEMPLATE = "template: {metadata: {labels: {app: x}}, spec: {containers: [{name: a, image: a}]}}"


def written(version, kind, spec="{}", name="odd", namespace="shop"):
    meta = f"{{name: {name}, namespace: {namespace}}}"
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {meta}\nspec: {spec}\n"


ODD = "{namespaces: {matchExpressions: [{key: a, operator: Odd}]}}"  # there is no such operator
FORMER = (
    f"{{priority: 1, subject: {{namespaces: {{}}}}, ingress: [{{action: Deny, from: [{ODD}]}}]}}"
)
STANDARD = FORMER.replace("{", "{tier: Admin, ", 1)
# Policies that could decide between web and db: what their inputs end in is undefined.
DECIDING = {
    "cnp-v1alpha2": ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", STANDARD),
    "cnp-v1beta1": ("policy.networking.k8s.io/v1beta1", "ClusterNetworkPolicy", STANDARD),
    "anp": ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", FORMER),
    "cilium": ("cilium.io/v2", "CiliumNetworkPolicy"),
    "cilium-cluster": ("cilium.io/v2", "CiliumClusterwideNetworkPolicy"),
    "calico": ("projectcalico.org/v3", "NetworkPolicy"),
    "calico-crd": ("crd.projectcalico.org/v1", "NetworkPolicy"),
    "calico-global": ("projectcalico.org/v3", "GlobalNetworkPolicy"),
    "antrea": ("crd.antrea.io/v1beta1", "NetworkPolicy"),
    "antrea-cluster": ("crd.antrea.io/v1beta1", "ClusterNetworkPolicy"),
    "aws": ("networking.k8s.aws/v1alpha1", "ClusterNetworkPolicy"),
    "egress-firewall": ("k8s.ovn.org/v1", "EgressFirewall"),
    "egress-network-policy": ("network.openshift.io/v1", "EgressNetworkPolicy"),
    "network-policy-of-nobody": ("example.com/v1", "NetworkPolicy"),
}
# Whatever else has to do with pods or traffic: it is refused, handled or told.
TOLD = {
    "banp": ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy", STANDARD),
    "calico-staged": ("projectcalico.org/v3", "StagedGlobalNetworkPolicy"),
    "multi-network": ("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy"),
    "istio": ("security.istio.io/v1", "AuthorizationPolicy"),
    "istio-peers": ("security.istio.io/v1", "PeerAuthentication"),
    "rollout": ("argoproj.io/v1alpha1", "Rollout", "{workloadRef: {kind: Deployment, name: web}}"),
    "crane": ("example.com/v1", "Crane", f"{{{TEMPLATE}}}"),
    "deployment-of-nobody": ("example.com/v1", "Deployment", f"{{{TEMPLATE}}}"),
    "prometheus": ("monitoring.coreos.com/v1", "Prometheus"),
    "postgres": ("postgresql.cnpg.io/v1", "Cluster"),
    "virtual-machine": ("kubevirt.io/v1", "VirtualMachine"),
    "knative": ("serving.knative.dev/v1", "Service"),
    "pod-template": ("v1", "PodTemplate"),
    "ingress": ("networking.k8s.io/v1", "Ingress"),
    "gateway": ("gateway.networking.k8s.io/v1", "Gateway"),
    "http-route": ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    "unknown": ("example.com/v1", "Whatever"),
    "helm-release": ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
    "old-policy": ("networking.k8s.io/v1beta1", "NetworkPolicy"),
    "older-policy": ("extensions/v1beta1", "NetworkPolicy"),
    "old-deployment": ("apps/v1beta1", "Deployment", f"{{{TEMPLATE}}}"),
}
HARMLESS = {
    "config-map": ("v1", "ConfigMap"),
    "secret": ("v1", "Secret"),
    "service-account": ("v1", "ServiceAccount"),
    "role": ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    "crd": ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    "budget": ("policy/v1", "PodDisruptionBudget"),
    "scaler": ("autoscaling/v2", "HorizontalPodAutoscaler"),
    "claim": ("v1", "PersistentVolumeClaim"),
    "webhook": ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    "certificate": ("cert-manager.io/v1", "Certificate"),
    "service-monitor": ("monitoring.coreos.com/v1", "ServiceMonitor"),
}

# Kinds of others that make the pods of a template, as is known of them.
HANDLED = {
    "rollout": ("argoproj.io/v1alpha1", "Rollout", f"{{{TEMPLATE}}}"),
    "deployment-config": (
        "apps.openshift.io/v1",
        "DeploymentConfig",
        f"{{replicas: 1, {TEMPLATE}}}",
    ),
}

FLOW = ("--from", "shop/web", "--to", "shop/db", "--port", "80")
COMMANDS = {
    "check": ("check", "IN"),
    "check json": ("check", "IN", "-o", "json"),
    "verdict": ("verdict", "IN", *FLOW),
    "verdict json": ("verdict", "IN", *FLOW, "-o", "json"),
    "diff": ("diff", "PODS", "IN"),
    "diff json": ("diff", "PODS", "IN", "-o", "json"),
    "lint": ("lint", "IN"),
    "lint json": ("lint", "IN", "-o", "json"),
    "test": ("test", "TESTS"),
    "test json": ("test", "TESTS", "-o", "json"),
    "test junit": ("test", "TESTS", "-o", "junit"),
    "draw": ("draw", "IN"),
    "draw svg": ("draw", "IN", "-o", "svg"),
    "draw json": ("draw", "IN", "-o", "json"),
    "draw md": ("draw", "IN", "-o", "md"),
    "diff md": ("diff", "PODS", "IN", "-o", "md"),
    "lint html": ("lint", "IN", "-o", "html"),
    "reach grid": ("reach", "IN", "--port", "80"),
    "reach grid json": ("reach", "IN", "--port", "80", "-o", "json"),
    **{
        f"reach {format}": ("reach", "IN", "-o", format)
        for format in ("text", "json", "csv", "md", "html", "dot", "mermaid", "svg")
    },
}
EXPECTED = "expect: [{from: shop/web, to: shop/db, port: 80, allowed: true}]\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Run a command on manifests, written beside pods; return its status, output and errors."""

    def run(command, text):
        tests = f"manifests_from: [in.yaml]\n{EXPECTED}"
        write(tmp_path, {"pods.yaml": PODS, "in.yaml": text, "tests.yaml": tests})
        paths = {"IN": "in.yaml", "PODS": "pods.yaml", "TESTS": "tests.yaml"}
        words = [str(tmp_path / paths[w]) if w in paths else w for w in COMMANDS[command]]
        status = main(words)
        return status, *capsys.readouterr()

    return run


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", [*DECIDING, *TOLD])
def test_what_is_passed_over_is_told_by_every_command(run, kind, command):
    given = (DECIDING | TOLD)[kind]
    status, out, err = run(command, f"{PODS}---\n{written(*given)}")
    answer = out if command.startswith("check") else out + err if status else err
    assert status == 2 or given[1] in answer


@pytest.mark.parametrize("kind", HANDLED)
def test_pods_of_a_template_are_judged_like_any_other(run, kind):
    text = f"{PODS}---\n{written(*HANDLED[kind])}"
    assert re.search("shop/odd-1 +-> shop/db", run("reach text", text)[1])
    assert run("reach text", text)[2] == ""


@pytest.mark.parametrize("kind", DECIDING)
def test_what_a_policy_could_decide_is_never_plainly_allowed(run, kind):
    text = f"{PODS}---\n{written(*DECIDING[kind])}"
    assert run("verdict", text)[1].startswith("shop/web -> shop/db  TCP 80: undefined")
    assert json.loads(run("verdict json", text)[1])["allowed"] is None
    status, out, _ = run("test", text)
    assert (status, "expected allowed, got undefined" in out) == (1, True)
    assert {"from": "shop/web", "to": "shop/db"}.items() <= next(
        one for one in json.loads(run("reach json", text)[1])["undefined"] if one["to"] == "shop/db"
    ).items()
    assert run("diff", text)[0] == 1
    assert "undefined" in run("draw", text)[1]


@pytest.mark.parametrize("command", ["reach json", "reach grid json", "diff json", "draw json"])
@pytest.mark.parametrize("kind", ["cnp-v1beta1", "rollout", "unknown"])
def test_reports_that_are_kept_hold_the_words_too(run, kind, command):
    given = (DECIDING | TOLD)[kind]
    _, out, _ = run(command, f"{PODS}---\n{written(*given)}")
    assert any(f"1 {given[1]}" in words for words in json.loads(out)["warnings"])


@pytest.mark.parametrize("command", ["reach html", "reach md", "lint html", "diff md", "draw md"])
def test_pages_that_are_kept_hold_the_words_too(run, command):
    _, out, _ = run(command, f"{PODS}---\n{written(*TOLD['rollout'])}")
    assert "Warning:" in out
    assert "1 Rollout (argoproj.io) passed over" in out.replace("\\", "")


@pytest.mark.parametrize("command", ["verdict", "reach text", "lint", "test", "draw"])
@pytest.mark.parametrize("kind", HARMLESS)
def test_nothing_is_said_of_what_has_nothing_to_do_with_traffic(run, kind, command):
    assert run(command, f"{PODS}---\n{written(*HARMLESS[kind])}")[2] == ""


EMPTY = {
    "nothing": "",
    "comments": "# to be written\n---\n# later\n",
    "an empty list": "apiVersion: v1\nkind: List\nitems: []\n",
    "a list of others": "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret}]\n",
    "policies alone": PODS.split("---\n")[2],
}


ENDPOINTS = """
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop}
spec: {clusterIP: 10.96.0.9, ports: [{port: 80}]}
"""


def test_what_a_service_without_a_selector_leads_to_is_not_plainly_allowed(tmp_path, capsys):
    (tmp_path / "in.yaml").write_text(f"{PODS}---{ENDPOINTS}")
    flow = ("--from", "shop/db", "--to", "10.96.0.9", "--port", "80", "-o", "json")
    status = main(["verdict", str(tmp_path / "in.yaml"), *flow])
    out, err = capsys.readouterr()
    assert status == 2 or json.loads(out)["allowed"] is None or "selector" in err


@pytest.mark.parametrize("kind", DECIDING)
def test_they_can_be_left_out_by_an_assumption(tmp_path, capsys, kind):
    (tmp_path / "in.yaml").write_text(f"{PODS}---\n{written(*DECIDING[kind])}")
    standard = DECIDING[kind][0].startswith(
        "policy.networking.k8s.io/"
    )  # evaluated, but for a part
    assumed = "unusable_rules_allow=true" if standard else "only_network_policies=true"
    main(["verdict", str(tmp_path / "in.yaml"), *FLOW, "--assume", assumed])
    out, err = capsys.readouterr()
    assert out.startswith("shop/web -> shop/db  TCP 80: allowed")
    assert DECIDING[kind][1] in err


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "check json"])
@pytest.mark.parametrize("text", EMPTY)
def test_what_holds_no_pods_is_told_or_refused(run, text, command):
    status, out, err = run(command, EMPTY[text])
    told = "no pods" in err + out or "no object" in err + out or "without the pods" in out
    assert told or status or (command == "check" and "0 pods" in out)


def test_a_folder_without_manifests_is_refused(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for command in ("check", "reach", "lint", "draw", "test"):
        assert main([command, str(tmp_path / "empty")]) == 2
    assert "holds no file that ends in" in capsys.readouterr().err


def test_a_values_file_among_manifests_is_told_and_not_fatal(tmp_path, capsys):
    write(tmp_path, {"pods.yaml": PODS, "values.yaml": "replicas: 3\nimage: {tag: a}\n"})
    main(["reach", str(tmp_path)])
    assert "values.yaml" in capsys.readouterr().err
