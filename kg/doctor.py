"""What of an installation works: packages, models, the embedded database, and what only some commands need."""

from __future__ import annotations

import importlib.metadata as metadata
import json
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from kg import __version__

# What is read, and what must be found in it; made up.
_RECORD = {
    "id": "doctor",
    "title": "PlumNet: A Network for Image Classification",
    "abstract": "We propose PlumNet, a network for image classification. PlumNet is evaluated on ImageNet.",
}
_EXTRAS = {"spark": "kg build --spark", "arcadedb": "the second embedded database", "train": "kg train"}
PATIENCE = 30  # seconds for Java to say its version
JAVA = 17  # the oldest version that Spark takes


class Finding(NamedTuple):
    """Something that was looked at; `works` is None for what only some commands need and what is not there."""

    what: str
    works: bool | None
    said: str


def examine() -> Iterator[Finding]:
    """Look at the installation, one thing after the other; nothing is raised, and no network is used."""
    yield Finding("kg", True, f"{__version__}, in {Path(__file__).parent.as_posix()}")
    yield Finding("Python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for package, extra in _wanted().items():
        yield _package(package, extra)
    yield from _tried()
    yield _java()


def _wanted() -> dict[str, str | None]:
    """The packages that this installation asks for, each with the extra that it is for, if it is not needed anyway."""
    try:
        requirements = metadata.requires("kg") or []
    except metadata.PackageNotFoundError:  # a checkout that is not installed
        requirements = []
    found: dict[str, str | None] = {}
    for requirement in requirements:
        name = re.match(r"[\w.\-]+", requirement)
        extra = re.search(r"extra == ['\"](\w+)['\"]", requirement)
        if name and (extra is None or extra[1] in _EXTRAS):
            found.setdefault(name[0], extra and extra[1])
    return found


def _package(name: str, extra: str | None) -> Finding:
    try:
        return Finding(name, True, metadata.version(name))
    except metadata.PackageNotFoundError:
        pass
    if extra:
        return Finding(name, None, f"not installed; only for {_EXTRAS[extra]}: pip install 'kg[{extra}]'")
    return Finding(name, False, f"not installed: pip install {name}")


def _tried() -> Iterator[Finding]:
    """A made-up record is read, and the graph of it asked."""
    with tempfile.TemporaryDirectory() as folder:
        graph, pile = Path(folder) / "graph", Path(folder) / "doctor.jsonl"
        pile.write_text(json.dumps(_RECORD), encoding="utf-8")
        found = _attempt("models", lambda: _built(pile, graph))
        yield found
        if found.works:
            yield _attempt("embedded database", lambda: _asked(graph))


def _attempt(what: str, work: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, work())
    except Exception as e:  # whatever it is, it is what the user wants to know
        return Finding(what, False, f"{type(e).__name__}: {' '.join(str(e).split())}"[:300])


def _built(pile: Path, graph: Path) -> str:
    from kg.build import build

    made = build([pile], graph)
    if not made["nodes"].get("Method"):
        raise LookupError("they find no method in a sentence that names one: install kg again")
    return f"version {made['model']}; they find what a made-up abstract names"


def _asked(graph: Path) -> str:
    from kg.stores import open_store

    store = open_store(graph, None)
    names = [row["name"] for row in store.ask("MATCH (m:Method) RETURN m.name AS name ORDER BY name", {})]
    store.close()
    return f"answers: {', '.join(names)}"


def _java() -> Finding:
    path = shutil.which("java")
    if path is None:
        return Finding("Java", None, f"not found; only for kg build --spark: version {JAVA} or newer")
    try:
        done = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as e:
        return Finding("Java", None, f"{path} does not start: {e}")
    said = (done.stderr.splitlines() or [path])[0]
    number = re.search(r'version "(\d+)', done.stderr)
    # Version 8 calls itself 1.8; a path may lead to what only tells where to get Java.
    if done.returncode or not number or int(number[1]) < JAVA:
        return Finding("Java", None, f"{said}: kg build --spark wants version {JAVA} or newer")
    return Finding("Java", True, said)
