"""What the user names, as files to read: files, folders, archives, packed files, standard input."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import shutil
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from kg.errors import ReadError

BOM = b"\xef\xbb\xbf"
HEAD = 1 << 20  # bytes by which a file's format is found out
LONGEST = 16 << 20  # bytes of a line or a record; what is longer is no record of a paper
_PACKED: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda f: gzip.GzipFile(fileobj=f),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": lambda f: _Arrow(pa.CompressedInputStream(pa.PythonFile(f, "r"), "zstd")),
}
_SKIPPED = {"__MACOSX", "Thumbs.db", "desktop.ini"}
# How the libraries say that packed bytes are damaged, cut off, or packed in a way (a password) that is not known.
DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException)
NO_ARCHIVE = (*DAMAGED, NotImplementedError, RuntimeError, ValueError, struct.error)


@dataclass(frozen=True)
class Input:
    """One file to read: its name (the path as given, with forward slashes; of a file in an archive the archive's path before it) and its unpacked bytes.

    `named` says that the user named this very file, and did not only meet it in a folder or an archive.
    """

    name: str
    opened: Callable[[], BinaryIO]
    named: bool = True

    def open(self) -> BinaryIO:
        """The unpacked bytes from the beginning. ReadError if the file cannot be opened."""
        try:
            return self.opened()
        except NO_ARCHIVE as e:
            raise ReadError(f"{self.name}: cannot be read: {_why(e)}") from None

    @cached_property
    def head(self) -> bytes:
        """The first megabyte. ReadError if the file cannot be read or unpacked."""
        try:
            with self.open() as f:
                return f.read(HEAD)
        except DAMAGED as e:
            raise damaged(self.name, e) from None

    @property
    def first(self) -> bytes:
        """The first byte that is neither blank nor a byte-order mark."""
        return self.head.removeprefix(BOM).lstrip()[:1]

    def lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Number (from 1), first byte and bytes of each line, its end too, LONGEST at most; a byte-order mark belongs to none."""
        at = 0
        with self.open() as f:
            for number, (line, length) in enumerate(cut_lines(f), 1):
                body = line.removeprefix(BOM) if number == 1 else line
                yield number, at + len(line) - len(body), body
                at += length

    def chunks(self, size: int = HEAD) -> Iterator[bytes]:
        """The unpacked bytes, piece by piece."""
        with self.open() as f:
            while chunk := f.read(size):
                yield chunk

    def sha256(self) -> str:
        """Of the unpacked bytes."""
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def cut_lines(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Each line with its length; of one that is longer than LONGEST only so much of its beginning, which every reader refuses."""
    while line := stream.readline(LONGEST):
        length = len(line)
        if length == LONGEST:
            more = line
            while more and not more.endswith(b"\n"):
                more = stream.readline(LONGEST)
                length += len(more)
        yield line, length


def damaged(name: str, e: Exception) -> ReadError:
    """What to say of a file whose unpacking failed on the way."""
    return ReadError(f"{name}: cannot be unpacked to its end: {_why(e)}: the file may be cut off; fetch it again")


def _why(e: Exception) -> str:
    return getattr(e, "strerror", None) or str(e).splitlines()[0] if str(e) else type(e).__name__


def inputs(paths: Sequence[Path | Input]) -> list[Input]:
    """The files behind what was named, each once, in the order of their names: a folder's and an archive's one by one, `-` for standard input.

    Raises ReadError, with the mend, for what is missing, cannot be opened, or is an empty folder.
    """
    found: dict[str, Input] = {}
    known: dict[str, Path] = {}  # one file may be named by several paths
    for path in paths:
        if isinstance(path, Path) and path.as_posix() != "-":
            path = known.setdefault(os.path.realpath(path), path)
        for one in [path] if isinstance(path, Input) else _standard_input() if path.as_posix() == "-" else _inside(path, True):
            kept = found.get(one.name)
            found[one.name] = one if kept is None or not kept.named else kept
    return [found[name] for name in sorted(found)]


def _inside(path: Path, named: bool) -> Iterator[Input]:
    name = path.as_posix()
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p.relative_to(path).parts)]
        if not files:
            raise ReadError(f"{name}: this folder holds no file: name files, or a folder that has some")
        for p in files:
            yield from _inside(p, False)
        return
    try:
        with path.open("rb") as f:
            magic = f.read(8)
    except FileNotFoundError:
        raise ReadError(f"{name}: no such file: check the path") from None
    except OSError as e:
        raise ReadError(f"{name}: cannot be read: {e.strerror}") from None
    if magic.startswith(b"PK\x03\x04") and (members := _members(path)) is not None:
        yield from members
    else:
        yield Input(name, lambda: _unpacked(path.open("rb")), named)


def _hidden(parts: Sequence[str]) -> bool:
    return any(p.startswith(".") or p.endswith("~") or p in _SKIPPED for p in parts)


def _members(path: Path) -> list[Input] | None:
    """The files of an archive; None for a workbook, which is an archive but one document."""
    name = path.as_posix()
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [m for m in archive.infolist() if not m.is_dir() and not _hidden(m.filename.split("/"))]
            if any(m.filename == "[Content_Types].xml" for m in entries):
                return None
    except NO_ARCHIVE as e:
        raise ReadError(f"{name}: cannot be unpacked: {_why(e)}: the archive may be cut off; fetch it again") from None
    if not entries:
        raise ReadError(f"{name}: this archive holds no file")
    return [_member(path, m) for m in sorted(entries, key=lambda m: m.filename)]


def _member(path: Path, member: zipfile.ZipInfo) -> Input:
    # Such a file may be packed once more.
    return Input(f"{path.as_posix()}/{member.filename}", lambda: _unpacked(io.BufferedReader(cast(Any, zipfile.ZipFile(path).open(member)))), False)


def _unpacked(stream: io.BufferedReader) -> BinaryIO:
    magic = stream.peek(8)[:8]
    unpack = next((how for mark, how in _PACKED.items() if magic.startswith(mark)), None)
    return unpack(stream) if unpack else stream


class _Arrow(io.RawIOBase):
    """What Arrow unpacks, as a plain stream."""

    def __init__(self, stream: pa.NativeFile) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _standard_input() -> Iterator[Input]:
    """What comes through the pipe, kept in a file for as long as it is read; it is named by its content, so that two pipes are two sources."""
    kept = tempfile.NamedTemporaryFile(prefix="kg-", suffix=".in")  # it lives as long as the Input that reads it
    shutil.copyfileobj(sys.stdin.buffer, kept)
    kept.flush()
    path = Path(kept.name)
    for one in _inside(path, True):
        digest = one.sha256()[:8]
        name = one.name.replace(path.as_posix(), f"stdin-{digest}", 1)
        opened: Any = lambda one=one, kept=kept: one.opened()
        yield Input(name, opened, True)
