"""``python -m netpol_lab`` and ``netpol-lab`` are the command line."""

import signal
import sys
from types import FrameType
from typing import Any

INTERRUPTED = 130  # as shells have it: 128 and the number of the signal


def run() -> int:
    """Run the command line as a process of its own, and return its exit status.

    From the first import on an interrupt ends it quietly, and a request to end lets what is being
    written be cleared away.
    """
    for name in ("SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)
    try:
        from netpol_lab.cli.main import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:  # what comes now is Python's own end, which an interrupt may cut short
        if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> Any:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(run())
