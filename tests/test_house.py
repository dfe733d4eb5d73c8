"""Who may import whom: the plan of the house, held against the code."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, missing

# Floors from the ground up. A room may import rooms of lower floors, never one of its own floor or above.
FLOORS = [
    {"errors", "text", "model", "files", "trees", "options", "__init__"},
    {"tables", "queries", "manifest", "terminal"},
    {"readers", "extract", "resolve", "graph", "stores", "analysis", "evaluate"},
    {"build", "exports", "training", "why", "loading", "review", "diff"},
    {"views", "enrich", "spark", "doctor"},
    {"cli"},
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}
# Outside packages have one home each.
HOMES = {
    "spacy": {"extract"}, "thinc": {"extract"}, "sklearn": {"extract", "readers", "resolve"}, "floret": {"extract"}, "neo4j": {"stores"}, "kglite": {"stores"}, "pyvis": {"views"},
    "pyspark": {"spark"}, "networkx": {"graph", "analysis", "views", "exports"}, "typer": {"cli", "options"}, "rich": {"terminal"}, "numpy": {"extract", "resolve", "trees", "views", "graph", "stores", "spark", "build"}, "threadpoolctl": {"extract"}, "pyarrow": {"tables", "graph", "stores", "why", "readers", "build", "spark", "analysis", "exports"},
    "pybtex": {"readers"}, "rispy": {"readers"}, "bs4": {"readers"}, "python_calamine": {"readers"}, "requests": {"enrich"}, "urllib3": {"enrich"}, "jinja2": {"views"}, "markupsafe": {"views"},
}  # fmt: skip
FILES = sorted((ROOT / "kg").rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT / "kg").parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{a.name}" for a in node.names} if node.module == "kg" else {node.module}
    return found


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_a_room_imports_only_from_lower_floors(path: Path) -> None:
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "kg" and len(parts) > 1 and parts[1] != "__version__" and parts[1] != room(path):
            assert FLOOR[parts[1]] < FLOOR[room(path)] or {parts[1], room(path)} <= {"text", "model", "errors", "files"}, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_outside_packages_have_one_home(path: Path) -> None:
    for name in imports(path):
        package = name.split(".")[0]
        if package in HOMES:
            assert room(path) in HOMES[package], f"{path.name} imports {package}"


def test_every_room_has_its_floor() -> None:
    assert {room(p) for p in FILES} == set(FLOOR)


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_files_can_be_read_in_one_sitting(path: Path) -> None:
    assert 400 >= len(path.read_text(encoding="utf-8").splitlines())


def test_everything_can_be_imported_without_a_warning() -> None:
    modules = [".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in FILES if p.stem != "__main__"]
    done = subprocess.run([sys.executable, "-W", "error", "-c", f"import {', '.join(modules)}"], cwd=ROOT, capture_output=True, text=True)

    assert (0, "") == (done.returncode, done.stderr)


def test_types_are_right_wherever_mypy_looks() -> None:
    if importlib.util.find_spec("mypy") is None:
        missing("mypy")
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-3000:]


def test_the_top_level_is_the_one_agreed_on() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    if not any(tracked):
        pytest.skip("not a git checkout")
    allowed = {
        "pyproject.toml",
        "kg",
        "cypher",
        "tests",
        "notebooks",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Makefile",
        ".ci",
        ".github",
        ".gitignore",
        ".gitattributes",
        "CITATION.cff",
        ".pre-commit-config.yaml",
    }

    assert {t.split("/")[0] for t in tracked if t} <= allowed
    assert not [t for t in tracked if t.endswith((".min.js", ".min.css"))], "third-party JavaScript comes out of an installed package"


# What a reader's door gives is said once, where doors are listed; the command line's own head is its help.
DOORS = ("read", "read_workbook", "root")


@pytest.mark.parametrize("path", FILES, ids=[str(p.relative_to(ROOT)) for p in FILES])
def test_what_others_may_use_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    public = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and not n.name.startswith("_") and n.name not in DOORS]

    assert path.stem == "__main__" or ast.get_docstring(tree)
    assert [] == [n.name for n in public if not ast.get_docstring(n)]
