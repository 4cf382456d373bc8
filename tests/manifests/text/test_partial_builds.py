"""What is there of a kustomization is built, though other files of it are not."""

import os
import shutil

import pytest

from netpol_lab.errors import Reason
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.text.kustomization import tree_of
from netpol_lab.manifests.text.partial_builds import build
from tests.helpers.stand_in import install, on_unix
from tests.helpers.written import write

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on PATH")
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: system}\n"
SHARED = {
    "k/kustomization.yaml": "resources: [../base, gone.yaml]\nnamespace: shop\n",
    "base/kustomization.yml": """
resources: [pod.yaml]
namePrefix: a-
secretGenerator: [{name: s, envs: [password.env]}]
configMapGenerator: [{name: c, files: [k=here.txt]}]
""",
    "base/pod.yaml": POD,
    "base/here.txt": "text",
}
SHOW = """
top = os.path.dirname(sys.argv[2])
for place, folders, names in os.walk(top):
    for name in names:
        print(f"# {os.path.relpath(os.path.join(place, name), top)}:",
              open(os.path.join(place, name)).read().replace(chr(10), " "))
"""


@needs_kubectl
def test_what_is_there_is_built_and_what_is_not_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(write(tmp_path, SHARED))
    cluster = load(tmp_path)
    assert [str(pod) for pod in cluster.pods] == ["shop/a-web"]
    (said,) = cluster.warnings
    assert said.reason is Reason.BUILT
    assert said.message == (
        "by kubectl kustomize, but resources: gone.yaml is not there; "
        "base/kustomization.yml: secretGenerator: password.env is not there"
    )


@on_unix
def test_what_is_built_is_a_copy_that_names_only_what_is_there(tmp_path, monkeypatch):
    called = install(tmp_path / "bin", monkeypatch, "kubectl", SHOW)
    built = build(tree_of(write(tmp_path / "all", SHARED) / "k"))
    (((_, _, place), _),) = called()
    assert not place.startswith(str(tmp_path))
    assert not os.path.exists(place)
    lines = sorted(built.text.splitlines())
    assert [line.partition(":")[0] for line in lines] == [
        "# base/here.txt",
        "# base/kustomization.yml",
        "# base/pod.yaml",
        "# k/kustomization.yaml",
    ]
    assert '"secretGenerator": []' in lines[1]
    assert '"files": ["k=here.txt"]' in lines[1]
    assert '"resources": ["../base"]' in lines[3]


@on_unix
def test_a_copy_has_folders_at_any_depth(tmp_path, monkeypatch):
    install(tmp_path / "bin", monkeypatch, "kubectl", SHOW)
    deep = {"base/kustomization.yml": "resources: [x/y/pod.yaml]", "base/x/y/pod.yaml": POD}
    built = build(tree_of(write(tmp_path / "all", SHARED | deep) / "k"))
    assert "# base/x/y/pod.yaml:" in built.text


@on_unix
def test_a_copy_leads_nowhere_else_however_often_a_path_goes_up(tmp_path, monkeypatch):
    install(tmp_path / "bin", monkeypatch, "kubectl", SHOW)
    far = f"{'../' * 40}{(tmp_path / 'base').relative_to('/')}"
    files = {**SHARED, "k/kustomization.yaml": f"resources: [{far}, gone.yaml]"}
    built = build(tree_of(write(tmp_path, files) / "k"))
    assert '"resources": ["../base"]' in built.text


@on_unix
@pytest.mark.parametrize("field", ["components: [gone]", "patches: [{path: gone.yaml}]"])
def test_without_what_would_change_objects_nothing_is_built(tmp_path, monkeypatch, field):
    called = install(tmp_path / "bin", monkeypatch, "kubectl", "print('built')")
    cluster = load(write(tmp_path / "k", {"kustomization.yaml": f"{field}\nresources: [gone]"}))
    assert called() == []
    assert [said.reason for said in cluster.warnings] == [Reason.NOT_APPLIED]


@on_unix
def test_where_the_rest_cannot_be_built_either_the_files_are_read(tmp_path, monkeypatch):
    install(tmp_path / "bin", monkeypatch, "kubectl", "sys.exit('Error: no')")
    cluster = load(write(tmp_path / "all", SHARED))
    assert [str(pod) for pod in cluster.pods] == ["shop/web"]
    (said,) = cluster.warnings
    assert said.reason is Reason.NOT_APPLIED
    assert "gone.yaml is not there" in said.message
    assert "read as they are, in namespace shop, without namePrefix" in said.message
