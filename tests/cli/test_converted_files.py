"""Where texts go, and what they are when they are put together."""

import json

import pytest
import yaml

from netpol_lab.cli.converted_files import ConvertedFiles
from netpol_lab.errors import NetpolError
from netpol_lab.manifests.text.files import ManifestText, Origin
from netpol_lab.manifests.text.yaml_reader import documents

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"


def together(*texts, **how):
    named = [ManifestText(f"{n}.yaml", text, **how) for n, text in enumerate(texts)]
    (found,) = ConvertedFiles(None, {"x": named}).texts(named)
    return found.text


@pytest.mark.parametrize(
    ("out", "is_folder"),
    [(None, False), ("x.yaml", False), ("x.json", False), ("new", True), ("new/", True)],
)
def test_what_a_name_stands_for(out, is_folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ConvertedFiles(out, {}).is_folder is is_folder


def test_a_folder_that_is_there_is_a_folder_and_a_pipe_is_a_file(tmp_path):
    assert ConvertedFiles(str(tmp_path), {}).is_folder
    assert not ConvertedFiles("/dev/null", {}).is_folder


def test_one_text_stays_as_it_is_but_a_terminal_gets_no_carriage_returns():
    text = f"# a\r\n\n{NAMESPACE}\n\n"
    assert together(text) == text.replace("\r", "")
    named = [ManifestText("a.yaml", text)]
    assert ConvertedFiles("b.yaml", {"a.yaml": named}).texts(named)[0].text == text


@pytest.mark.parametrize(
    "texts",
    [
        (NAMESPACE, NAMESPACE),
        (f"---\n{NAMESPACE}---\n", f"--- # x\n{NAMESPACE}"),
        (NAMESPACE.rstrip("\n"), "", "# nothing\n", f"\ufeff{NAMESPACE}"),
        (
            json.dumps(yaml.safe_load(NAMESPACE)),
            NAMESPACE,
            '{"kind": "A\\ud83d\\ude00", "apiVersion": "v1"}',
        ),
    ],
)
def test_texts_that_are_put_together_hold_all_that_they_held(texts):
    values = [one.value for text in texts for one in documents(text, "")[0] if one.value]
    assert [value for value in yaml.safe_load_all(together(*texts)) if value] == values


def test_what_only_lies_beside_manifests_is_left_out():
    values = ManifestText("p/values.yaml", "a: 1\n", Origin.FOUND)
    build = ManifestText("p/kustomization.yaml", "resources: [a.yaml]\n", Origin.FOUND)
    named = [values, build, ManifestText("p/a.yaml", NAMESPACE, Origin.FOUND)]
    assert [text.text for text in ConvertedFiles(None, {"p": named}).texts(named)] == [NAMESPACE]


def test_two_texts_of_one_name_cannot_become_two_files():
    texts = {path: [ManifestText(f"{path}.yaml", NAMESPACE)] for path in ("x/a", "y/a")}
    with pytest.raises(NetpolError, match="would both become"):
        ConvertedFiles("new", texts).files()
