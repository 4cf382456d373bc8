"""What `load` is given, and the texts that it means."""

import io
import os
import re
import threading

import pytest

from netpol_lab.errors import ManifestError, NetpolError, UnknownNameError
from netpol_lab.manifests.loader import load, load_files
from netpol_lab.manifests.text.sources import is_input, scenarios
from netpol_lab.model.cluster import Cluster

HEAD = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_files_directories_and_texts_come_together(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "policy.yml").write_text(HEAD, encoding="utf-8")
    (tmp_path / ".hidden.yaml").write_text("kind: [", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("kind: [", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    both = load("three-tier", tmp_path)
    assert sorted(p.name for p in both.policies) == [
        "backend-access-ingress", "db-access-ingress", "p",
    ]  # fmt: skip
    assert len(load(str(tmp_path / "sub" / "policy.yml")).policies) == 1


def test_an_unknown_source_suggests_a_scenario():
    with pytest.raises(UnknownNameError, match="Did you mean three-tier"):
        load("three-teir")


def test_a_directory_without_manifests_says_so(tmp_path):
    with pytest.raises(UnknownNameError, match="holds no file"):
        load(tmp_path)


def test_a_file_that_is_not_text_is_a_complaint(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ManifestError, match=r"x\.yaml.*\n.*not UTF-8.*\n.*hint: save it as UTF-8"):
        load(file)


@pytest.mark.parametrize("name", scenarios())
def test_every_packaged_scenario_loads_without_warnings(name):
    assert load(name).warnings == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_pipes_in_a_directory_are_passed_over_and_a_named_one_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "a.yaml").write_text(HEAD, encoding="utf-8")
    assert len(load(tmp_path).policies) == 1
    writer = threading.Thread(target=(tmp_path / "pipe.yaml").write_text, args=(HEAD,))
    writer.start()
    assert len(load(tmp_path / "pipe.yaml").policies) == 1
    writer.join()


def test_names_that_no_file_has_are_unknown_sources():
    for name in ("x" * 5000, "a\0b"):
        with pytest.raises(UnknownNameError):
            load_files(name)


def test_a_file_that_is_not_there_is_told_with_the_folder_that_was_searched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownNameError, match=re.escape(f"relative to {tmp_path}")):
        load("my-cluster.yaml")
    with pytest.raises(UnknownNameError, match=re.escape(f"relative to {tmp_path}")):
        load("deploy/base")
    with pytest.raises(UnknownNameError, match="The scenarios are: "):
        load("elsewhere")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "Pod"}, r"write load\(json.dumps\(it\)\)"),
        ([{"kind": "Pod"}], r"write load\(\*map\(json.dumps, it\)\)"),
        (["a.yaml", "b.yaml"], r"put a star before it"),
        (b"kind: Pod", r"write load\(it.decode\(\)\)"),
        (None, "not None"),
        (Cluster(), "loaded already"),
        (io.StringIO("kind: Pod"), r"load\(it.read\(\)\)"),
        (7, "of the type int"),
    ],
)
def test_what_is_neither_text_nor_a_path_is_told_how_it_becomes_one(given, words):
    with pytest.raises(NetpolError, match=f"load takes .*{words}"):
        load(given)


def test_a_file_is_read_with_its_folder_if_it_holds_a_manifest(tmp_path):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
    files = {"all/a.yaml": pod, "all/b.yaml": "words", "c.yaml": pod, "link.txt": "x"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    a, b, c, folder = (tmp_path / name for name in ("all/a.yaml", "all/b.yaml", "c.yaml", "all"))
    assert [is_input(file, folder) for file in (a, b, c)] == [True, False, False]
    assert [is_input(file, c) for file in (a, c)] == [False, True]
    assert not is_input(tmp_path / "none.yaml", folder)
    assert not is_input(a, tmp_path / "none")
