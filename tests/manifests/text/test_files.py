"""Which files a folder holds, and how a path is shown."""

from netpol_lab.manifests.text.files import files_below, in_short, is_there
from tests.helpers.written import write


def test_only_files_that_are_called_like_manifests_are_found_and_no_hidden_ones(tmp_path):
    names = ("b.yaml", "a/c.json", "a/d.yml", "e.txt", ".f.yaml", ".g/h.yaml")
    found = files_below(write(tmp_path, dict.fromkeys(names, "")))
    assert [file.relative_to(tmp_path).as_posix() for file in found] == [
        "b.yaml", "a/c.json", "a/d.yml",
    ]  # fmt: skip


def test_a_path_is_shown_as_it_is_seen_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert in_short(tmp_path / "a.yaml") == "a.yaml"
    assert in_short(tmp_path.parent / "a.yaml") == str(tmp_path.parent / "a.yaml")


def test_a_name_that_no_file_can_have_is_not_there(tmp_path):
    assert not is_there(tmp_path / ("x" * 5000))
    assert not is_there(tmp_path / "a\0b")
