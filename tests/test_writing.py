"""Files are replaced all at once, or stay as they were; one process writes at a time."""

import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from netpol_lab.errors import NetpolError
from netpol_lab.writing import locked, replacing, saving

on_unix = pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions and links")


@pytest.fixture
def file(tmp_path):
    """A file with something precious in it, alone in a folder."""
    (tmp_path / "x").write_text("precious")
    return tmp_path / "x"


def write(path, content=b"new"):
    with replacing(path) as new:
        new.write(content)


def is_untouched(file):
    return file.read_text() == "precious" and os.listdir(file.parent) == [file.name]


def test_a_file_is_made_or_replaced_and_nothing_else_is_left(file):
    write(file)
    write(file.with_name("y"))
    assert file.read_text() == file.with_name("y").read_text() == "new"
    assert sorted(os.listdir(file.parent)) == ["x", "y"]


def test_the_old_file_is_there_until_all_is_written(file):
    with replacing(file) as new:
        new.write(b"half")
        new.flush()
        assert file.read_text() == "precious"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OSError, MemoryError])
def test_whatever_goes_wrong_the_old_file_stays_and_nothing_is_left(file, error):
    def half():
        yield b"half"
        raise error

    with pytest.raises(error), replacing(file) as new:
        new.writelines(half())
    assert is_untouched(file)


@pytest.mark.parametrize("at", ["os.fsync", "os.replace"])
def test_an_interrupt_at_the_last_moment_leaves_nothing(file, monkeypatch, at):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(at, stop)
    with pytest.raises(KeyboardInterrupt):
        write(file)
    assert is_untouched(file)


def limited(program, most):
    """Run a program that may write no file of more than so many bytes."""
    start = "import resource\n"
    start += f"resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))\n"
    return subprocess.run(
        [sys.executable, "-c", start + program], capture_output=True, text=True, timeout=120
    )


@on_unix
def test_a_disk_that_is_full_is_told_in_words_and_loses_nothing(file):
    program = "import sys\nfrom netpol_lab.errors import NetpolError\n"
    program += "from netpol_lab.writing import saving\n"
    program += f"try:\n    with saving({str(file)!r}) as new: new.write(b'x' * 100_000)\n"
    program += "except NetpolError as error: print(error)\n"
    run = limited(program, 50_000)
    assert run.stdout == f"{file} cannot be written: File too large.\n"
    assert is_untouched(file)


COMMANDS = {
    "text": "reach three-tier --out {file}",
    "html": "reach three-tier -o html --out {file}",
    "png": "draw three-tier -o png --out {file}",
    "svg": "draw three-tier -o svg --out {file}",
    "snapshot": "reach three-tier --expect {file} --update",
    "junit": "test {folder}/tests --junit {file}",
    "progress": "progress {folder}/progress -o csv --out {file}",
}
TESTS = """\
manifests: |
  {apiVersion: v1, kind: Pod, metadata: {name: a}}
expect: [{from: a, to: 203.0.113.7, allowed: true}]
"""


@on_unix
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_command_that_writes_a_file_keeps_the_old_one_on_a_full_disk(tmp_path, command):
    inputs, out = tmp_path / "in", tmp_path / "out"
    for name, text in (("tests/t.yaml", TESTS), ("progress/ann.json", '{"version": 1}')):
        (inputs / name).parent.mkdir(parents=True)
        (inputs / name).write_text(text)
    out.mkdir()
    file = out / "x.csv"
    file.write_text("precious")
    words = command.format(file=file, folder=inputs).split()
    program = f"from netpol_lab.cli.main import main\nraise SystemExit(main({words!r}))"
    run = limited(program, 50)
    assert run.returncode == 2
    assert run.stderr.splitlines()[-1] == f"netpol-lab: {file} cannot be written: File too large."
    assert "Traceback" not in run.stderr
    assert is_untouched(file)


def test_a_picture_that_cannot_be_saved_says_so(tmp_path):
    with (
        pytest.raises(NetpolError, match=r"x\.svg cannot be written"),
        saving(tmp_path / "none" / "x.svg"),
    ):
        pass


# --- permissions, links, devices --------------------------------------------------------------


@on_unix
def test_the_permissions_of_the_old_file_are_kept(file):
    file.chmod(0o640)
    write(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@on_unix
def test_a_new_file_gets_the_usual_permissions(file):
    write(file.with_name("new"))
    file.with_name("usual").touch()
    modes = {file.with_name(name).stat().st_mode for name in ("new", "usual")}
    assert len(modes) == 1


@on_unix
def test_a_file_that_may_not_be_written_is_not_replaced(file, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(PermissionError):
        write(file)
    assert is_untouched(file)


@on_unix
def test_a_link_stays_a_link(file):
    link = file.with_name("link")
    link.symlink_to(file)
    write(link)
    assert link.is_symlink()
    assert file.read_text() == "new"


@on_unix
def test_a_device_and_a_pipe_are_written_to(tmp_path):
    write(tmp_path.parent / "/dev/null")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write(pipe)
    reader.join(60)
    assert got == [b"new"]


@on_unix
def test_standard_output_has_a_name_too(file):
    program = "from netpol_lab.writing import saving\n"
    program += "with saving('/dev/stdout') as out: out.write(b'new')"
    with file.open("w") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, timeout=60, check=True)
    assert file.read_text() == "new"


# --- one at a time ----------------------------------------------------------------------------


def test_a_lock_is_waited_for_and_leaves_nothing(tmp_path):
    file, order, waited = tmp_path / "x", [], threading.Event()

    def second():
        with locked(file, 60, on_wait=waited.set):
            order.append("second")

    with locked(file):
        thread = threading.Thread(target=second)
        thread.start()
        assert waited.wait(60)
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"]
    assert os.listdir(tmp_path) == []


def test_who_does_not_let_go_is_not_waited_for_for_ever(tmp_path):
    with (
        locked(tmp_path / "x"),
        pytest.raises(OSError, match="somebody has it"),
        locked(tmp_path / "x", 0.05, "somebody has it"),
    ):
        pass


def test_a_lock_of_a_process_that_died_holds_nobody_up(tmp_path):
    program = "import os, pathlib\nfrom netpol_lab.writing import locked\n"
    program += f"with locked(pathlib.Path({str(tmp_path / 'x')!r})): os._exit(1)"
    subprocess.run([sys.executable, "-c", program], timeout=60)
    with locked(tmp_path / "x", 0):
        pass
    assert os.listdir(tmp_path) == []


COUNTER = """\
import pathlib, sys
from netpol_lab.writing import locked, replacing
file = pathlib.Path(sys.argv[1])
for _ in range(50):
    with locked(file, 120):
        number = int(file.read_text()) + 1
        with replacing(file) as new:
            new.write(str(number).encode())
"""


def test_under_a_lock_no_change_is_lost(tmp_path):
    (tmp_path / "x").write_text("0")
    command = [sys.executable, "-c", COUNTER, str(tmp_path / "x")]
    running = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(300) for process in running] == [0] * 4
    assert (tmp_path / "x").read_text() == "200"
    assert os.listdir(tmp_path) == ["x"]


def test_an_interrupt_while_waiting_leaves_the_lock_to_the_other(tmp_path, monkeypatch):
    def stop(_):
        raise KeyboardInterrupt

    with locked(tmp_path / "x"):
        with monkeypatch.context() as patch:
            patch.setattr(time, "sleep", stop)
            with pytest.raises(KeyboardInterrupt), locked(tmp_path / "x"):
                pass
        with pytest.raises(OSError, match="another process"), locked(tmp_path / "x", 0):
            pass
