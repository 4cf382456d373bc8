"""Kustomize is run alone: without a shell, other programs, credentials, network or much time."""

import os
import shutil

import pytest

from netpol_lab.manifests.text import kustomize as module
from netpol_lab.manifests.text import programs
from netpol_lab.manifests.text.kustomize import kustomize
from tests.helpers.stand_in import install, on_unix
from tests.helpers.written import write

KUBECTL = shutil.which("kubectl")


@on_unix
def test_the_output_is_what_kubectl_prints(tmp_path, monkeypatch):
    install(
        tmp_path / "bin", monkeypatch, "kubectl", "print('a: 1'); print('old', file=sys.stderr)"
    )
    assert kustomize(tmp_path / "app") == ("kubectl kustomize", "a: 1\n", "")


@on_unix
def test_without_kubectl_it_is_kustomize_itself(tmp_path, monkeypatch):
    called = install(tmp_path / "bin", monkeypatch, "kustomize", "print('a: 1')")
    assert kustomize(tmp_path / "$(date)").program == "kustomize build"
    ((arguments, _),) = called()
    assert arguments[1:] == ["build", str(tmp_path / "$(date)")]


@on_unix
def test_nothing_of_the_environment_is_handed_on(tmp_path, monkeypatch):
    called = install(tmp_path / "bin", monkeypatch, "kubectl", "")
    for name in ("SECRET", "KUBECONFIG", "HOME", "KUSTOMIZE_PLUGIN_HOME", "NO_PROXY"):
        monkeypatch.setenv(name, "mine")
    kustomize(tmp_path / "app")
    ((_, seen),) = called()
    assert "mine" not in seen.values()
    assert str(tmp_path / "bin") not in seen["PATH"]
    assert seen["HTTPS_PROXY"] == seen["http_proxy"] == module.NOWHERE
    assert not os.path.exists(seen["HOME"])


@on_unix
@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("sys.exit('Error: no such patch')", "kubectl kustomize says: Error: no such patch"),
        ("sys.exit(1)", "says: nothing"),
        ("time.sleep(60)", "no answer from kubectl kustomize in 1 s"),
        ("os.fork(); time.sleep(60)", "no answer"),
        ("os.close(1); time.sleep(60)", "no answer"),
        ("print('\\x1b[31m', file=sys.stderr); sys.exit(1)", r"says: \x1b[31m"),
    ],
)
def test_what_is_not_built_says_why(tmp_path, monkeypatch, behaviour, words):
    install(tmp_path / "bin", monkeypatch, "kubectl", behaviour)
    built = kustomize(tmp_path / "app", timeout=1 if "sleep" in behaviour else 30)
    assert words in built.failure
    assert built.text == ""


@on_unix
def test_output_without_end_is_given_up(tmp_path, monkeypatch):
    install(tmp_path / "bin", monkeypatch, "kubectl", "while True: print('a' * 100_000)")
    monkeypatch.setattr(programs, "MAX_BYTES", 10**6)
    assert "more than" in kustomize(tmp_path / "app").failure


def test_without_either_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert kustomize(tmp_path) == ("", "", "neither kubectl nor kustomize is on PATH")


@on_unix
def test_a_program_in_the_folder_itself_is_not_run(tmp_path, monkeypatch):
    called = install(tmp_path / "app", monkeypatch, "kubectl", "")
    assert "is not run" in kustomize(tmp_path / "app").failure
    assert called() == []


@on_unix
def test_what_is_no_program_is_told(tmp_path, monkeypatch):
    write(tmp_path / "bin", {"kubectl": "not a program"})
    (tmp_path / "bin" / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert "cannot be started" in kustomize(tmp_path / "app").failure


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not on PATH")
def test_the_real_one_builds_without_its_surroundings(tmp_path):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"
    text = "resources: [pod.yaml]\nnamespace: shop\nnamePrefix: a-\n"
    built = kustomize(write(tmp_path, {"kustomization.yaml": text, "pod.yaml": pod}))
    assert built.failure == ""
    assert "name: a-web\n  namespace: shop" in built.text


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not on PATH")
@pytest.mark.parametrize("name", ["https://example.com/a", "github.com/a/b?timeout=2s"])
def test_the_real_one_reaches_nothing_even_if_it_is_asked_to(tmp_path, name):
    built = kustomize(write(tmp_path, {"kustomization.yaml": f"resources: ['{name}']"}))
    assert built.failure
