"""A folder is read as it would be applied: what Kustomize builds, and the rest, with a word."""

import shutil
from pathlib import Path

import pytest

import netpol_lab as lab
from netpol_lab.errors import ManifestError, Reason
from netpol_lab.manifests.loader import load
from netpol_lab.manifests.text import kustomization
from netpol_lab.manifests.text.kustomization import kustomization_in
from tests.helpers.stand_in import install, on_unix
from tests.helpers.written import write

KUBECTL = shutil.which("kubectl")
needs_kubectl = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not on PATH")

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: %s, namespace: s}
spec: {podSelector: {}}
"""
BASE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: s}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: a, image: x, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: c, namespace: s, labels: {app: c}}
spec: {containers: [{name: a, image: x}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: s}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress]
"""
REPLICAS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: s}
spec: {replicas: 1}
"""
OVERLAY = {
    "base/kustomization.yaml": "resources: [all.yaml]",
    "base/all.yaml": BASE,
    "overlay/kustomization.yaml": "resources: [../base]\npatches: [{path: replicas.yaml}]",
    "overlay/replicas.yaml": REPLICAS,
}


HERE = Path()


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The folder of an application, in which the test is."""
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    return tmp_path / "app"


@pytest.fixture
def no_program(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "none"))


def fill(files):
    """Write files into the folder of the test; return it."""
    return write(HERE, files)


def warned(cluster):
    return [(w.reason, w.file, w.message) for w in cluster.warnings]


def is_allowed(cluster):
    return lab.evaluate(cluster, "s/c", "s/api", port=80).allowed


# ---------------------------------------------------------------- what is built


@needs_kubectl
def test_a_patch_is_applied_by_the_real_kubectl(app):
    cluster = load(fill(OVERLAY))
    assert is_allowed(cluster) is False
    assert len([pod for pod in cluster.pods if pod.workload]) == 1
    assert warned(cluster) == [
        (Reason.BUILT, "overlay/kustomization.yaml", "by kubectl kustomize"),
    ]  # fmt: skip


@on_unix
def test_only_the_root_is_built_and_its_parts_are_not_read_besides(app, tmp_path, monkeypatch):
    called = install(tmp_path / "bin", monkeypatch, "kustomize", f"print({POLICY % 'built'!r})")
    cluster = load(fill(OVERLAY))
    assert [arguments[1:] for arguments, _ in called()] == [["build", str(app / "overlay")]]
    assert [str(policy) for policy in cluster.policies] == ["s/built"]
    assert cluster.pods == ()


@on_unix
def test_complaints_about_what_is_built_name_the_kustomization_and_the_object(
    app, tmp_path, monkeypatch
):
    wrong = (POLICY % "built").replace("podSelector", "podSelectr")
    install(tmp_path / "bin", monkeypatch, "kubectl", f"print({wrong!r})")
    with pytest.raises(ManifestError) as error:
        load(fill(OVERLAY))
    (complaint,) = error.value.complaints
    assert complaint.file == "overlay (kubectl kustomize)"
    assert complaint.object == "NetworkPolicy s/built"


@on_unix
def test_a_plain_folder_beside_a_kustomization_is_read_as_ever(app, tmp_path, monkeypatch):
    install(tmp_path / "bin", monkeypatch, "kubectl", f"print({POLICY % 'built'!r})")
    cluster = load(fill({**OVERLAY, "more/deny.yaml": POLICY % "plain"}))
    assert [str(policy) for policy in cluster.policies] == ["s/plain", "s/built"]


@on_unix
def test_what_no_kustomization_takes_in_is_left_out_with_a_word(app, tmp_path, monkeypatch):
    install(tmp_path / "bin", monkeypatch, "kubectl", f"print({POLICY % 'built'!r})")
    more = {"overlay/forgotten.yaml": POLICY % "a", "overlay/deep/er.yaml": POLICY % "b"}
    cluster = load(fill({**OVERLAY, **more}))
    assert [str(policy) for policy in cluster.policies] == ["s/built"]
    reason, file, message = warned(cluster)[-1]
    assert (reason, file) == (Reason.NOT_READ, "overlay")
    assert "overlay/forgotten.yaml, overlay/deep/er.yaml" in message


def test_a_kustomization_is_read_once(app, no_program, monkeypatch):
    read = []

    def noted(folder):
        read.append(folder.name)
        return kustomization_in(folder)

    monkeypatch.setattr(kustomization, "kustomization_in", noted)
    load(fill({**OVERLAY, "second/kustomization.yaml": "resources: [../base]"}))
    assert sorted(read) == ["base", "overlay", "second"]


def test_of_many_files_that_are_left_out_the_first_are_named(app, no_program):
    fill({"kustomization.yaml": "resources: []", **{f"{n}.yaml": POLICY % n for n in "abcdefg"}})
    (message,) = [w.message for w in load(".").warnings if w.reason is Reason.NOT_READ]
    assert message.startswith("a.yaml, b.yaml, c.yaml, d.yaml, e.yaml and 2 more: no kustom")


@on_unix
def test_a_link_to_what_is_built_is_not_read_besides(app, tmp_path, monkeypatch):
    install(tmp_path / "bin", monkeypatch, "kubectl", f"print({POLICY % 'built'!r})")
    fill({**OVERLAY, "app/overlay/kustomization.yaml": "resources: [../../base]"})
    (HERE / "app" / "link.yaml").symlink_to(app / "base" / "all.yaml")
    assert [str(policy) for policy in load("app").policies] == ["s/built"]


VARIANTS = {
    "base/kustomization.yaml": "resources: [all.yaml]",
    "base/all.yaml": BASE,
    "overlays/dev/kustomization.yaml": "resources: [../../base]\nnamespace: dev",
    "overlays/prod/kustomization.yaml": "resources: [../../base]\nnamespace: prod",
}


@needs_kubectl
def test_two_variants_in_namespaces_of_their_own_are_both_built(app):
    cluster = load(fill(VARIANTS))
    assert [str(policy) for policy in cluster.policies] == ["dev/api", "prod/api"]
    assert {w.reason for w in cluster.warnings} == {Reason.BUILT}


@needs_kubectl
def test_two_variants_of_the_same_objects_are_told_from_each_other(app):
    same = "resources: [../../base]\nreplicas: [{name: api, count: %s}]"
    files = {f"overlays/{n}/kustomization.yaml": same % i for i, n in ((1, "dev"), (3, "prod"))}
    cluster = load(fill({**VARIANTS, **files}))
    said = cluster.warnings[-1]
    assert said.reason is Reason.DUPLICATE
    assert "makes 2 objects of the same name as" in said.message
    assert "name the folder of one" in said.hint
    assert str(said).startswith(f"{said.file}\n")


def test_a_folder_whose_only_file_has_no_suffix_is_read(app, no_program):
    fill({"base/a.yaml": POLICY % "a", "base/kustomization.yaml": "resources: [a.yaml]"})
    fill({"overlay/Kustomization": "resources: [../base]"})
    assert [str(policy) for policy in load(HERE / "overlay").policies] == ["s/a"]


# ---------------------------------------------------------------- what is not built


def test_without_a_program_a_patch_is_no_object_and_it_is_said(app, no_program):
    cluster = load(fill(OVERLAY))
    assert is_allowed(cluster) is False
    ((reason, file, message),) = warned(cluster)
    assert (reason, file) == (Reason.NOT_APPLIED, "overlay/kustomization.yaml")
    assert str(cluster.warnings[0]).startswith(f"{file}\n")
    assert "neither kubectl nor kustomize is on PATH" in message
    assert "without patches, overlay/replicas.yaml" in message
    assert "kubectl kustomize overlay > built.yaml" in cluster.warnings[0].hint


@on_unix
@pytest.mark.parametrize(
    "far",
    [
        "resources: [../base, 'https://example.com/a.yaml']",
        "resources: [../base]\nhelmCharts: [{name: a}]",
        "resources: [../base]\ntransformers: [replicas.yaml]",
    ],
)
def test_what_must_not_be_built_is_not_even_tried(app, tmp_path, monkeypatch, far):
    called = install(tmp_path / "bin", monkeypatch, "kubectl", f"print({POLICY % 'built'!r})")
    cluster = load(fill({**OVERLAY, "overlay/kustomization.yaml": far}))
    assert called() == []
    assert cluster.warnings[0].reason is Reason.NOT_APPLIED
    assert [str(policy) for policy in cluster.policies] == ["s/api"]


@on_unix
@pytest.mark.parametrize("behaviour", ["sys.exit('Error: no')", ""])
def test_a_build_that_fails_or_prints_nothing_is_said(app, tmp_path, monkeypatch, behaviour):
    install(tmp_path / "bin", monkeypatch, "kubectl", behaviour)
    cluster = load(fill(OVERLAY))
    assert cluster.warnings[0].reason is Reason.NOT_APPLIED
    assert is_allowed(cluster) is False


def test_kustomizations_in_a_circle_are_read_as_they_are(app, no_program):
    fill({"a/kustomization.yaml": "resources: [../b, a.yaml]", "a/a.yaml": POLICY % "a"})
    fill({"b/kustomization.yaml": "resources: [../a]"})
    cluster = load(".")
    assert [str(policy) for policy in cluster.policies] == ["s/a"]
    assert "takes itself in" in cluster.warnings[0].message


def test_a_folder_that_is_named_without_a_kustomization_is_read_as_it_is(app, no_program):
    fill({"kustomization.yaml": "resources: [plain, ..]", "plain/a.yaml": POLICY % "a"})
    (HERE / ".." / "outside.yaml").write_text(POLICY % "outside")
    cluster = load(".")
    assert [str(policy) for policy in cluster.policies] == ["s/a"]
    assert "plain holds no kustomization" in cluster.warnings[0].message


def test_an_object_of_flux_is_passed_over_as_any_other_kind(app):
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n"
    fill({"kustomization.yaml": f"{flux}spec: {{path: ./a}}", "a.yaml": POLICY % "a"})
    cluster = load(".")
    assert cluster.ignored == {"Kustomization": 1}
    assert [str(policy) for policy in cluster.policies] == ["s/a"]
    assert not {w.reason for w in cluster.warnings} & {Reason.BUILT, Reason.NOT_APPLIED}


def test_files_that_are_named_one_by_one_are_read_with_a_word(app, no_program):
    fill(OVERLAY)
    cluster = load(HERE / "base/all.yaml", HERE / "overlay/replicas.yaml")
    assert next((w.reason, w.hint) for w in cluster.warnings) == (
        Reason.NOT_APPLIED,
        "name the folder, overlay: then it is built",
    )
    with pytest.raises(ManifestError, match="this is a kustomization: name its folder"):
        load(HERE / "overlay/kustomization.yaml")


def test_a_file_that_is_named_is_read_whatever_lies_beside_it(app):
    fill({"kustomization.yaml": "resources: [", "a.yaml": POLICY % "a"})
    assert load(HERE / "a.yaml").warnings == ()


# ---------------------------------------------------------------- what is no manifest


def test_a_values_file_does_not_stop_the_rest(app):
    cluster = load(fill({"all.yaml": BASE, "values.yaml": "a: {replicas: 2}"}))
    assert is_allowed(cluster) is False
    ((reason, file, message),) = warned(cluster)
    assert (reason, file) == (Reason.NOT_READ, "values.yaml")
    assert "a chart's values" in message


def test_a_named_file_that_is_no_manifest_is_still_an_error(app):
    fill({"values.yaml": "a: {replicas: 2}"})
    with pytest.raises(ManifestError, match="apiVersion not set"):
        load(HERE / "values.yaml")


def test_a_broken_manifest_in_a_folder_is_still_an_error(app):
    with pytest.raises(ManifestError):
        load(fill({"all.yaml": BASE, "deny.yaml": "kind: NetworkPolicy\nspec: ["}))


def test_one_document_that_is_no_object_does_not_hide_the_others(app):
    cluster = load(fill({"all.yaml": f"a: 1\n---\n{POLICY % 'p'}"}))
    assert len(cluster.policies) == 1
    assert str(cluster.warnings[0]).startswith("all.yaml, document 1\n")


# ---------------------------------------------------------------- namespaces of what is not built


@pytest.mark.parametrize(
    ("overlays", "pods"),
    [
        ({"a": "namespace: shop"}, ["shop/c"]),
        ({"a": ""}, ["s/c"]),
        ({"a": "namespace: '${NAME}'"}, ["s/c"]),
        ({"a": "namespace: shop", "b": "namespace: shop"}, ["shop/c"]),
        ({"a": "namespace: shop", "b": "namespace: bar"}, ["s/c"]),
        ({"a": "namespace: shop", "b": ""}, ["s/c"]),
    ],
)
def test_files_of_what_is_not_built_are_in_its_namespace_if_it_is_one(
    app, no_program, overlays, pods
):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: c, namespace: s}\n---\n"
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: s}\n"
    tops = {f"{n}/kustomization.yaml": f"resources: [../base]\n{t}" for n, t in overlays.items()}
    fill({"base/kustomization.yaml": "resources: [a.yaml]", "base/a.yaml": f"{pod}{namespace}"})
    cluster = load(fill(tops))
    assert [str(pod) for pod in cluster.pods] == pods
    assert "s" in cluster.namespaces
    said = [w.message for w in cluster.warnings]
    assert all(("in namespace shop" in words) is ("shop/c" in pods) for words in said)


def test_the_outermost_kustomization_has_the_last_word_on_the_namespace(app, no_program):
    fill({"base/kustomization.yaml": "resources: [a.yaml]\nnamespace: inner"})
    fill({"base/a.yaml": POLICY % "a", "top/kustomization.yaml": "resources: [../base]"})
    assert [str(policy) for policy in load(HERE).policies] == ["inner/a"]
    fill({"top/kustomization.yaml": "resources: [../base]\nnamespace: outer"})
    assert [str(policy) for policy in load(HERE).policies] == ["outer/a"]


# ---------------------------------------------------------------- all that is wrong at once


def test_all_that_cannot_be_read_is_said_at_once(app, no_program):
    fill({"a.yaml": "kind: NetworkPolicy\nspec: [", "b/kustomization.yaml": "resources: ["})
    fill({"c/kustomization.yaml": "resources: [../b]", "d.yaml": "kind: Pod"})
    (HERE / "utf16.yaml").write_bytes((POLICY % "p").encode("utf-16"))
    with pytest.raises(ManifestError) as error:
        load(HERE)
    files = {complaint.file for complaint in error.value.complaints}
    assert files == {"a.yaml", "b/kustomization.yaml", "d.yaml", "utf16.yaml"}


@on_unix
def test_a_file_that_must_not_be_read_is_one_complaint_among_others(app, monkeypatch):
    fill({"a.yaml": POLICY % "a", "d.yaml": "kind: Pod"})
    ordinary = Path.open

    def guarded(path, *arguments, **options):
        if path.name == "a.yaml":
            raise PermissionError(13, "Permission denied")
        return ordinary(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", guarded)
    with pytest.raises(ManifestError) as error:
        load(HERE)
    first, *others = error.value.complaints
    assert str(first) == "a.yaml\n  NotRead: a.yaml cannot be read: Permission denied"
    assert {complaint.file for complaint in others} == {"d.yaml"}
