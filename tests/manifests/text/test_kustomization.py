"""What a kustomization names, and why one is not built here."""

import os
import re

import pytest

from netpol_lab.errors import ManifestError
from netpol_lab.manifests.text import kustomization as module
from netpol_lab.manifests.text.kustomization import MOST_PARTS, kustomization_in, tree_of
from tests.helpers.written import write

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"


def read(tmp_path, text, **files):
    return kustomization_in(write(tmp_path, {"kustomization.yaml": text, "pod.yaml": POD, **files}))


def refusals(tmp_path, text, **files):
    return " ".join(read(tmp_path, text, **files).refused)


def test_what_it_names_is_told_apart(tmp_path):
    write(tmp_path / "base", {"kustomization.yml": "resources: []"})
    found = read(
        tmp_path,
        """
        resources: [pod.yaml, base]
        namePrefix: a-
        patches:
        - path: patch.yaml
        - patch: "[]"
        patchesStrategicMerge:
        - old.yaml
        - '{"kind": "Pod", "metadata": {"name": "web"}}'
        - |
          kind: Pod
        configMapGenerator:
        - {name: a, files: [key=a.txt], envs: [a.env]}
        """,
        **dict.fromkeys(("patch.yaml", "old.yaml", "a.txt", "a.env"), ""),
    )
    assert found.refused == ()
    assert [path.name for path in found.resources] == ["pod.yaml"]
    assert [path.name for path in found.folders] == ["base"]
    inputs = ["patch.yaml", "old.yaml", "a.txt", "a.env"]
    assert [path.name for path in found.inputs] == inputs
    assert found.changes == ("namePrefix", "patches", "patchesStrategicMerge")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.com/pod.yaml",
        "github.com/someone/something",
        "GitHub.com/someone/something?ref=v1",
        "git@example.com:a/b",
        "git::https://example.com/a",
        "ssh://git@example.com/a.git",
        "file:///etc",
        "gh:a/b",
        "someone//something",
        "/etc",
    ],
)
@pytest.mark.parametrize(
    "field",
    [
        "resources: [{}]",
        "bases: [{}]",
        "components: [{}]",
        "crds: [{}]",
        "configurations: [{}]",
        "patches: [{path: {}}]",
        "patchesJson6902: [{path: {}}]",
        "patchesStrategicMerge: [{}]",
        "replacements: [{path: {}}]",
        "openapi: {path: {}}",
        "configMapGenerator: [{files: [{}]}]",
        "secretGenerator: [{files: [key={}]}]",
        "secretGenerator: [{envs: [{}]}]",
        "secretGenerator: [{env: {}}]",
    ],
)
def test_nothing_from_elsewhere_is_built(tmp_path, field, elsewhere):
    assert refusals(tmp_path, re.sub(r"(key=)?\{\}", rf"'\1{elsewhere}'", field))


def test_a_folder_that_is_called_like_a_site_is_not_taken_for_one(tmp_path):
    write(tmp_path / "github.com" / "a" / "b", {"kustomization.yaml": "resources: []"})
    assert refusals(tmp_path, "resources: [github.com/a/b]")


@pytest.mark.parametrize(
    "text",
    [
        "helmCharts: [{name: a}]",
        "helmChartInflationGenerator: [{chartName: a}]",
        "helmGlobals: {chartHome: a}",
        "generators: [pod.yaml]",
        "transformers: [pod.yaml]",
        "validators: [pod.yaml]",
    ],
)
def test_what_needs_another_program_is_not_built(tmp_path, text):
    assert "would have to be run" in refusals(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "Resources: [https://example.com/a.yaml]",  # Kustomize reads any case
        "resource\u017f: []",
        "patches: [{Path: pod.yaml}]",
        "configMapGenerator: [{name: a, commands: {a: date}}]",
        "patches: [pod.yaml]",
        "resources: pod.yaml",
        "resources: [1]",
        "resources: ['']",
        "configMapGenerator: [{files: 7}]",
        "resources: []\nresources: [pod.yaml]",
        "resources: []\n---\nresources: [pod.yaml]",
        "- resources",
        "",
        "{{ resources }}: [",
    ],
)
def test_what_is_not_understood_is_not_built(tmp_path, text):
    assert refusals(tmp_path, text)


def test_what_is_missing_or_outside_is_not_built(tmp_path):
    write(tmp_path / "app", {"kustomization.yaml": "resources: [none.yaml, ../pod.yaml]"})
    (tmp_path / "pod.yaml").write_text(POD)
    none, outside = kustomization_in(tmp_path / "app").refused
    assert "none.yaml is not there" in none
    assert "lies outside" in outside


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_links_that_lead_nowhere_or_to_devices_are_not_built(tmp_path):
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert len(read(tmp_path, "resources: [zero.yaml, loop]").refused) == 2


def test_one_that_is_no_yaml_is_an_error_with_its_place(tmp_path):
    with pytest.raises(ManifestError, match=r"kustomization.yaml:\d"):
        read(tmp_path, "resources: [")


def test_two_names_in_one_folder_are_not_built(tmp_path):
    write(tmp_path, {"Kustomization": "resources: []"})
    assert "Kustomization is there as well" in refusals(tmp_path, "resources: []")


def test_an_object_of_flux_is_no_kustomization(tmp_path):
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {path: ./a}\n"
    assert read(tmp_path, flux) is None
    assert kustomization_in(tmp_path / "none") is None


# ---------------------------------------------------------------- trees


def test_a_tree_holds_what_is_taken_in_wherever_it_is(tmp_path):
    write(
        tmp_path,
        {
            "base/kustomization.yaml": "resources: [pod.yaml]",
            "base/pod.yaml": POD,
            "overlay/kustomization.yaml": "resources: [../base]\nnamePrefix: a-",
        },
    )
    tree = tree_of(tmp_path / "overlay")
    assert tree.refused == []
    assert [file.name for file in tree.resources] == ["pod.yaml"]
    assert tree.changes == ["namePrefix"]


def test_what_hides_deep_in_a_tree_is_found(tmp_path):
    far = "resources: ['https://example.com/a.yaml']"
    write(
        tmp_path,
        {"a/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": far},
    )
    (why,) = tree_of(tmp_path / "a").refused
    assert "example.com" in why


def test_a_circle_comes_to_an_end(tmp_path):
    write(
        tmp_path,
        {
            "a/kustomization.yaml": "resources: [../b]",
            "b/kustomization.yaml": "resources: [../a]",
        },
    )
    assert "takes itself in" in tree_of(tmp_path / "a").refused[0]


def test_a_tree_that_multiplies_is_not_built(tmp_path):
    for i in range(12):
        inner = f"resources: [../b{i + 1}, ../c{i + 1}]" if i < 11 else "resources: []"
        for name in "bc":
            write(tmp_path / f"{name}{i}", {"kustomization.yaml": inner})
    assert f"more than {MOST_PARTS:,}" in tree_of(tmp_path / "b0").refused[0]


def test_a_chain_that_is_too_long_is_not_built(tmp_path):
    for i in range(150):
        write(tmp_path / f"k{i}", {"kustomization.yaml": f"resources: [../k{i + 1}]"})
    assert tree_of(tmp_path / "k0").refused


def test_a_tree_of_too_many_bytes_is_not_built(tmp_path, monkeypatch):
    write(tmp_path, {"kustomization.yaml": "resources: [pod.yaml]", "pod.yaml": POD})
    assert tree_of(tmp_path).refused == []
    monkeypatch.setattr(module, "MAX_BYTES", 50)
    assert "more than 50 bytes" in tree_of(tmp_path).refused[0]


def test_a_value_may_be_written_in_a_replacement(tmp_path):
    text = "replacements: [{sourceValue: x, targets: [{select: {kind: Pod}, fieldPaths: [a]}]}]"
    assert tree_of(write(tmp_path, {"kustomization.yaml": text})).refused == []


def test_a_component_alone_is_not_built(tmp_path):
    write(tmp_path, {"kustomization.yaml": "kind: Component\nresources: []"})
    assert "Component" in tree_of(tmp_path).refused[0]
