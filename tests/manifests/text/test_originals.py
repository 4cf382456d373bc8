"""The text of a policy before it was built."""

import shutil

import pytest

import netpol_lab as lab
from netpol_lab.manifests.text.originals import original_of, originals_in
from netpol_lab.manifests.text.yaml_reader import documents
from tests.helpers.written import write

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: %s}
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {metrics: enabled}}  # set by users
"""
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl")


def built(name, rules=({"from": [{}]},)):
    return {"kind": "NetworkPolicy", "metadata": {"name": name}, "spec": {"ingress": [*rules]}}


def test_the_longest_name_within_that_of_the_built_policy_is_its_original():
    texts = "---\n".join(POLICY % name for name in ("a", "a-b"))
    found = documents(texts, "x.yaml")[0]
    assert "{name: a-b}" in original_of(built("pre-a-b-post"), found)
    assert "{name: a}" in original_of(built("a"), found)
    assert original_of(built("c"), found) == ""


def test_a_policy_with_other_rules_is_not_the_original():
    found = documents(POLICY % "a", "x.yaml")[0]
    assert original_of(built("a", [{"from": [{}, {}]}]), found) == ""
    assert original_of(built("a", []), found) == ""


def test_only_policies_that_can_be_read_are_originals(tmp_path):
    files = {"p.yaml": POLICY % "p", "c.yaml": "kind: ConfigMap\n# NetworkPolicy", "x.yaml": "a: ["}
    write(tmp_path, files)
    paths = [*(tmp_path / name for name in files), tmp_path / "gone.yaml"]
    (one,) = originals_in(paths)
    assert one.value["metadata"]["name"] == "p"


@needs_kubectl
def test_comments_that_a_build_drops_are_kept(tmp_path):
    files = {"kustomization.yaml": "namePrefix: x-\nresources: [p.yaml]", "p.yaml": POLICY % "p"}
    cluster = lab.load(write(tmp_path, files))
    (policy,) = cluster.policies
    assert policy.name == "x-p"
    assert "set by users" in cluster.originals[policy]
    assert "set by users" not in cluster.texts[policy]
