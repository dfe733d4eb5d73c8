"""Files and folders that are written whole or not at all: made aside under a hidden name, then put in place in one step. Records and tables for training."""

from __future__ import annotations

import ctypes
import gzip
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kg.errors import StoreError

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """A path to write to; when the block ends without an error, the file takes the place of `out`. StoreError if it cannot be written."""
    aside = _aside(out)
    try:
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
        aside.mkdir(parents=True)
        yield aside
        _take_along(out, aside, ours)
        _put_in_place(aside, out)
    except OSError as e:
        raise StoreError(f"{out.as_posix()}: cannot be written: {e.strerror or e}") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def refuse_other(out: Path, what: str, ours: str, theirs: str | None = None) -> None:
    """StoreError if something is at `out` but an empty folder or one of that kind: such a one has the file `ours`, and not the file `theirs`."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / ours).is_file()) or (theirs and (out / theirs).exists())):
        raise StoreError(f"{out.as_posix()}: holds something else than such {what}: choose a new folder for -o")


def _aside(out: Path) -> Path:
    return out.with_name(f".{out.name}.{os.getpid()}.new")


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
        previous = out.with_name(f".{out.name}.{os.getpid()}.old")
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


def clear_left_overs(out: Path) -> None:
    """Remove what builds of processes that no longer run left beside `out`; an old folder that was moved away goes back if none is there."""
    if not out.parent.is_dir():
        return
    for path in sorted(out.parent.iterdir()):
        m = re.fullmatch(rf"\.{re.escape(out.name)}\.(\d+)\.(new|old)", path.name)
        if m and not _runs(int(m[1])):
            if m[2] == "old" and not out.exists():
                os.rename(path, out)
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
