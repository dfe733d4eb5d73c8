"""The notebooks run from top to bottom, say what they should, and are kept without outputs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import ROOT, emptied

nbformat = pytest.importorskip("nbformat", reason="notebooks need nbformat, nbclient and ipykernel: pip install 'kg[dev]'")
nbclient = pytest.importorskip("nbclient", reason="notebooks need nbformat, nbclient and ipykernel: pip install 'kg[dev]'")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# What the outputs of each must hold.
SAYS = {
    "tour.ipynb": ("Jonas Petrakis", "NapFed", "srcdoc", "modularity", "graphml"),
    "co-authors.ipynb": ("Mira Halvorsen", "weighted_degree", "participation", "new_pairs", "srcdoc"),
    "methods.ipynb": ("R-Linear", "Cochran–Armitage", "z = 3.6", "CIFAR-10", "srcdoc"),
    "neo4j.ipynb": ("Jonas Petrakis", "created", "NapFed"),
}


def run(path: Path) -> str:
    """All outputs of a notebook as text."""
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
    return str([c.get("outputs") for c in notebook.cells])


def test_there_are_the_notebooks_that_the_readme_names() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert set(SAYS) == {p.name for p in NOTEBOOKS}
    assert all(f"notebooks/{name}" in readme for name in SAYS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[p.name for p in NOTEBOOKS])
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)

    assert not [c for c in notebook.cells if c.cell_type == "code" and (c.outputs or c.execution_count)]
    assert not [word for word in ("/home/", "/root/", "/work/", "/Users/", "C:\\") if word in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", [n for n in SAYS if n != "neo4j.ipynb"])
def test_a_notebook_runs_from_top_to_bottom(name: str) -> None:
    outputs = run(ROOT / "notebooks" / name)

    assert [] == [word for word in SAYS[name] if word not in outputs]


def test_the_notebook_of_neo4j_runs_against_a_server(neo4j_server, monkeypatch: pytest.MonkeyPatch) -> None:
    emptied(neo4j_server)
    monkeypatch.setenv("NEO4J_URI", neo4j_server.uri)
    monkeypatch.setenv("NEO4J_USERNAME", "neo4j")
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server.password or "")
    outputs = run(ROOT / "notebooks" / "neo4j.ipynb")

    assert [] == [word for word in SAYS["neo4j.ipynb"] if word not in outputs]
    assert os.environ["NEO4J_URI"] == neo4j_server.uri
