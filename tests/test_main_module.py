"""The process `netpol-lab`: whenever it is interrupted, it ends quietly and leaves nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest

on_unix = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")

# Ends in the middle of the import of a module, as Ctrl-C would.
INTERRUPTED = """\
import sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupt())
sys.argv = ["netpol-lab", *{words!r}]
from netpol_lab.__main__ import run
sys.exit(run())
"""


@pytest.mark.parametrize(
    "module",
    [
        "netpol_lab.cli.main",
        "netpol_lab.cli.options",
        "argparse",
        "netpol_lab.errors",
        "yaml",
        "netpol_lab.manifests.loader",
        "netpol_lab.reach.reachability",
    ],
)
def test_an_interrupted_import_ends_quietly(module):
    program = INTERRUPTED.format(module=module, words=["reach", "three-tier"])
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")


def test_an_import_that_was_interrupted_can_be_made_again():
    program = INTERRUPTED.format(module="netpol_lab.model.cluster", words=[]).partition("sys.argv")[
        0
    ]
    program += "import netpol_lab as lab\n"
    program += "try:\n    lab.load\nexcept KeyboardInterrupt:\n    del sys.meta_path[0]\n"
    program += "print(lab.load('three-tier'))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout == "Cluster: 3 pods, 1 namespace, 2 policies\n", run.stderr


def heed_signals():
    """What a terminal does, but not who runs the tests in the background."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@on_unix
@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_it_quietly_and_keeps_the_old_file(tmp_path, sent, status):
    out = tmp_path / "out"
    out.mkdir()
    (out / "x.csv").write_text("precious")
    os.mkfifo(tmp_path / "pipe")  # it waits for manifests that never come
    words = ["reach", str(tmp_path / "pipe"), "--out", str(out / "x.csv")]
    command = [sys.executable, "-m", "netpol_lab", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    run = subprocess.Popen(command, **pipes, text=True, preexec_fn=heed_signals)
    with open(tmp_path / "pipe", "w"):  # opens when it reads
        time.sleep(0.1)
        run.send_signal(sent)
        said = run.communicate(timeout=60)
    assert (run.returncode, said) == (status, ("", ""))
    assert os.listdir(out) == ["x.csv"]
    assert (out / "x.csv").read_text() == "precious"


@on_unix
@pytest.mark.parametrize("words", ["--help", "reach three-tier -o json", "check three-tier"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(words):
    command = f"'{sys.executable}' -m netpol_lab {words}; echo $? >&2"
    run = subprocess.run(f"({command}) | true", shell=True, capture_output=True, text=True)
    assert run.stderr in ("0\n", "141\n")
