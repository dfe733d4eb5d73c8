"""Files and folders that are written whole or not at all: made aside under a hidden name, then put in place in one step. Records and tables for training."""

from __future__ import annotations

import ctypes
import gzip
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from kg.errors import StoreError, WrongUse

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """A path to write to; when the block ends without an error, the file takes the place of `out`. StoreError if it cannot be written."""
    aside = _aside(out)
    try:
        _clear_left_overs(out)
        yield aside
        os.replace(aside, out)
    except OSError as e:
        raise StoreError(f"{out.as_posix()}: cannot be written: {e.strerror or e}") from None
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def whole_folder(out: Path, ours: str | None = None) -> Iterator[Path]:
    """An empty folder to fill; when the block ends without an error, it takes the place of `out`. StoreError if it cannot be written.

    Files in `out` that the new folder has not (a user's notes, pages, exports) go along, but for those whose whole name matches `ours`.
    """
    aside = _aside(out)
    try:
        _clear_left_overs(out)
        aside.mkdir(parents=True)
        yield aside
        _take_along(out, aside, ours)
        _put_in_place(aside, out)
    except OSError as e:
        raise StoreError(f"{out.as_posix()}: cannot be written: {e.strerror or e}") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def only_writer(out: Path) -> Iterator[None]:
    """Nobody else who asks so changes what is at `out` while the block runs. StoreError, naming the process, if one does already; one that is dead holds nobody up,
    and what it left is cleared away: a folder that it had moved is back at its place."""
    path = _beside(out, "lock")
    made = [p for p in (out.parent, *out.parent.parents) if not p.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        file = _locked(path, out)
        _clear_left_overs(out)
    except OSError as e:
        raise StoreError(f"{out.as_posix()}: cannot be written: {e.strerror or e}") from None
    try:
        yield
    finally:
        # Removed while it is held: who waits for the same file sees that it is no longer the one at this place.
        path.unlink(missing_ok=True)
        file.close()
        for folder in made:
            with suppress(OSError):
                folder.rmdir()


def _locked(path: Path, out: Path) -> IO[str]:
    """The file at `path`, locked, with the number of this process in it."""
    while True:
        file = path.open("a+", encoding="utf-8")
        if not _lock(file):
            file.seek(0)
            holder = file.read().strip()
            file.close()
            raise StoreError(f"{out.as_posix()}: {f'process {holder}' if holder else 'another process'} is writing it: wait until that has ended, or end it")
        if _is_at(file, path):
            with suppress(OSError):  # no room for a number is no reason to stop here
                os.ftruncate(file.fileno(), 0)
                os.write(file.fileno(), str(os.getpid()).encode())
            return file
        file.close()


def _is_at(file: IO[str], path: Path) -> bool:
    """Whether the open file is the one at the path: who held the place before may just have removed it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock(file: IO[str]) -> bool:
    """Whether no other process has the file locked; the system forgets the locks of those that end. True also where there are no locks, as on some network drives."""
    try:
        import fcntl
    except ImportError:  # Windows: there two at once are not kept apart
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def refuse_other(out: Path, what: str, ours: str, theirs: str | None = None) -> None:
    """StoreError if something is at `out` but an empty folder or one of that kind: such a one has the file `ours`, and not the file `theirs`."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / ours).is_file()) or (theirs and (out / theirs).exists())):
        raise StoreError(f"{out.as_posix()}: holds something else than such {what}: choose a new folder for -o")


def _aside(out: Path) -> Path:
    return _beside(out, f"{os.getpid()}.new")


def _beside(out: Path, what: str) -> Path:
    if out.name in ("", ".."):
        raise WrongUse(f"{out.as_posix()}: is a place, not a name: name what is to be written there, for instance {(out / 'graph').as_posix()}")
    return out.with_name(f".{out.name}.{what}")


def _take_along(old: Path, new: Path, ours: str | None) -> None:
    for path in sorted(old.iterdir()) if old.is_dir() else ():
        target = new / path.name
        if target.exists() or target.is_symlink() or (ours and re.fullmatch(ours, path.name)):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, target, symlinks=True)
        else:
            shutil.copy2(path, target, follow_symlinks=False)


def _put_in_place(aside: Path, out: Path) -> None:
    """Afterwards the old folder, if there was one, lies at `aside`."""
    if not out.exists():
        os.rename(aside, out)
    elif not _exchange(aside, out):
        # No system call that swaps two folders: for a moment there is none at `out`.
        previous = _beside(out, f"{os.getpid()}.old")
        os.rename(out, previous)
        try:
            os.rename(aside, out)
        except OSError:
            os.rename(previous, out)
            raise
        shutil.rmtree(previous, ignore_errors=True)


def _exchange(left: Path, right: Path) -> bool:
    """Swap two paths at once (Linux, renameat2); False where the system cannot."""
    try:
        swap = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    return swap(_AT_FDCWD, os.fsencode(left), _AT_FDCWD, os.fsencode(right), _RENAME_EXCHANGE) == 0


def _clear_left_overs(out: Path) -> None:
    """Remove what processes that no longer run left beside `out`; an old folder that was moved away goes back if none is there."""
    try:
        beside = sorted(out.parent.iterdir())
    except OSError:  # none is there, or nobody may list it
        return
    for path in beside:
        m = re.fullmatch(rf"\.{re.escape(out.name)}\.(\d+)\.(new|old)", path.name)
        if m and not _runs(int(m[1])):
            if m[2] == "old" and not out.exists():
                os.rename(path, out)
            elif path.is_file():
                path.unlink(missing_ok=True)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    if os.name == "nt":  # there os.kill does more than ask
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def read_records(path: Path) -> Iterator[Any]:
    """The values of a file of JSON lines, packed if its name ends in .gz."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as f:
        yield from (json.loads(line) for line in f if line.strip())


def write_packed(rows: Iterable[Iterable[object]], path: Path) -> None:
    """Rows as a packed table with tabs; the same rows give the same bytes in a file of the same name."""
    with gzip.GzipFile(path, "wb", mtime=0) as f:
        for row in rows:
            f.write(("\t".join(map(str, row)) + "\n").encode())
