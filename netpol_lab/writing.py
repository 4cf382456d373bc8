"""Files that are replaced all at once, by one process at a time: never half a file, nothing left.

It needs nothing but the standard library: tools/ uses it before anything is installed.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO

from netpol_lab.errors import NetpolError

TEMPORARY = ".netpol-lab-"  # so begin the names of files that are being written
PATIENCE = 5.0  # seconds to wait for another process that is writing

# ---------------------------------------------------------------- all at once


@contextmanager
def saving(path: str | Path) -> Iterator[BinaryIO]:
    """Replace a file, as `replacing` does; a failure is told in words.

    Raises
    ------
    NetpolError
        When it cannot be written. The file stays as it is.

    Examples
    --------
    >>> with saving("no/such/folder/shop.svg") as file:
    ...     file.write(b"<svg/>")
    Traceback (most recent call last):
    netpol_lab.errors.NetpolError: no/such/folder/shop.svg cannot be written: No such file or ...
    """
    try:
        with replacing(Path(path)) as file:
            yield file
    except OSError as error:
        said = error.strerror or str(error)
        raise NetpolError(f"{path} cannot be written: {said}.") from error


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file, which takes the place of another when it is written to the end.

    Whatever goes wrong before, the old file stays as it is, and nothing is left of the new one. It
    keeps the permissions of the old file. A link stays, and what it leads to is replaced; a pipe or
    a device is written to when all is there.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    path = target(path)
    old = path.stat() if path.exists() else None
    if _is_no_file(path, old):
        yield from _written_through(path)
        return
    if old and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    new = path.with_name(f"{TEMPORARY}{token_hex(8)}.tmp")
    try:
        with new.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if old:
            _make_like(new, old)
        _replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def target(path: Path) -> Path:
    """Return the file that a link leads to, which is written to in its place."""
    return path.resolve() if path.is_symlink() and path.is_file() else path


def _is_no_file(path: Path, old: os.stat_result | None) -> bool:
    """Say whether a path leads to a pipe, a device, or what is open already, like /dev/stdout."""
    if old is None:
        return False
    return not stat.S_ISREG(old.st_mode) or path.parts[:2] == ("/", "dev")


def _written_through(path: Path) -> Iterator[BinaryIO]:
    with TemporaryFile() as whole:
        yield whole
        whole.seek(0)
        with path.open("wb") as file:
            copyfileobj(whole, file)


def _make_like(new: Path, old: os.stat_result) -> None:
    """Give a new file the permissions of the old one, and its owner where that is allowed."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(new, old.st_uid, old.st_gid)
    with suppress(OSError):  # some file systems have none
        new.chmod(stat.S_IMODE(old.st_mode))


def _replace(new: Path, path: Path) -> None:
    """Put a file in another's place; Windows waits until nobody reads the old one."""
    for left in reversed(range(51)):
        try:
            return os.replace(new, path)
        except PermissionError:
            if os.name != "nt" or not left:
                raise
            time.sleep(0.02)


# ---------------------------------------------------------------- one at a time

_BUSY = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@contextmanager
def locked(
    path: Path,
    patience: float = PATIENCE,
    busy: str = "another process is writing to it",
    on_wait: Callable[[], object] = lambda: None,
) -> Iterator[None]:
    """Keep other processes from changing a file; one that dies gives the lock back.

    Parameters
    ----------
    path : Path
        Need not be there, but its folder must.
    patience : float
        Seconds to wait for another process.
    busy : str
        What to say when it does not let go.
    on_wait : callable
        Called once, if another process has the lock.

    Raises
    ------
    OSError
        When the folder cannot be written to, or another process does not let go.
    """
    path = target(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {path.parent}")
    name = path.with_name(f".{path.name.lstrip('.')}.lock")
    lock = _taken(name, patience, busy, on_wait)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows keeps what is open
            name.unlink()
        os.close(lock)  # which unlocks it


def _taken(name: Path, patience: float, busy: str, on_wait: Callable[[], object]) -> int:
    """Return the open file of a lock that is ours."""
    deadline = time.monotonic() + patience
    waits = False
    while True:
        lock = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if _is_ours(lock) and _is_still_there(lock, name):
                return lock
        except BaseException:
            os.close(lock)
            raise
        os.close(lock)
        if time.monotonic() > deadline:
            raise OSError(errno.EBUSY, busy)
        if not waits:
            on_wait()
            waits = True
        time.sleep(0.01)


def _is_still_there(lock: int, name: Path) -> bool:
    """Say whether the file of a lock was not removed by the process that had it before."""
    try:
        return os.path.samestat(os.fstat(lock), name.stat())
    except OSError:
        return False


def _is_ours(lock: int) -> bool:
    """Lock an open file, and say whether that worked; where there are no locks, it always does."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ModuleNotFoundError:  # in a browser: there is only one process
        return True
    except OSError as error:
        return error.errno not in _BUSY
    return True
