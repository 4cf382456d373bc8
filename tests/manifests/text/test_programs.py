"""Another program is given no input, and stopped with its children when it goes too far."""

import os
import sys
import time

import pytest

from netpol_lab.manifests.text.programs import ask
from tests.helpers.stand_in import on_unix


def asked(program, timeout=60, surroundings=None):
    return ask(
        [sys.executable, "-c", f"import os, sys, time\n{program}"], "it", timeout, surroundings
    )


def test_what_it_prints_and_says_are_kept_apart():
    answer = asked("print('out'); print('\\x1b[31m', 'a', file=sys.stderr); sys.exit(3)")
    assert (answer.text.strip(), answer.said, answer.status) == ("out", r"\x1b[31m a", 3)
    assert answer.failure == ""


def test_it_is_given_no_input_and_the_surroundings_that_are_meant():
    program = "print([sys.stdin.read(), os.environ.get('NAME')])"
    assert asked(program, surroundings={**os.environ, "NAME": "x"}).text.strip() == "['', 'x']"


def test_bytes_that_are_no_text_are_replaced():
    assert asked("sys.stdout.buffer.write(b'a\\xff')").text == "a\ufffd"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_is_stopped(stream, monkeypatch):
    monkeypatch.setattr("netpol_lab.manifests.text.programs.MAX_BYTES", 10**6)
    assert (
        "it printed more than"
        in asked(f"while True: print('x' * 99_999, file=sys.{stream})").failure
    )


@on_unix
@pytest.mark.parametrize(
    "program",
    [
        "time.sleep(120)",
        "os.close(1); os.close(2); time.sleep(120)",
        "if os.fork() == 0: time.sleep(120)",  # a child holds the pipes
        "if os.fork() == 0: os.setsid(); time.sleep(20)",  # one that cannot be stopped
    ],
)
def test_who_hangs_or_leaves_children_behind_is_given_up(program):
    started = time.monotonic()
    assert asked(program, timeout=1).failure == "no answer from it in 1 s"
    assert time.monotonic() - started < 15


@on_unix
def test_an_interrupt_stops_it(tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("netpol_lab.manifests.text.programs._ends", stop)
    with pytest.raises(KeyboardInterrupt):
        asked(f"time.sleep(2); open({str(tmp_path / 'x')!r}, 'w')")
    time.sleep(3)
    assert os.listdir(tmp_path) == []
