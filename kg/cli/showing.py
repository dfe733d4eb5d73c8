"""Commands that write a graph elsewhere: pages, files, a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from kg.cli.app import app
from kg.options import (
    NEO4J_HELP,
    GraphOption,
    JsonOption,
    example,
)
from kg.terminal import json_text, progress, say


@app.command()
@example("kg view co-authors -o co-authors.html")
def view(
    what: Annotated[str, typer.Argument(metavar="co-authors|methods|all|ego|timeline|path|communities", help="What to show.")],
    names: Annotated[Optional[list[str]], typer.Argument(metavar="[NAME…]", help="For ego: the name in the middle; for path: the names at both ends.")] = None,
    out: Annotated[
        Optional[Path], typer.Option("-o", "--out", help="The HTML file, view.html by default; for communities the folder.", show_default=False)
    ] = None,
    graph: GraphOption = Path("graph"),
    radius: Annotated[int, typer.Option("--radius", min=1, max=4, help="For ego: how many steps from the middle.")] = 1,
    max_nodes: Annotated[int, typer.Option("--max-nodes", min=1, help="Show at most so many nodes; the page says which.")] = 2000,
) -> None:
    """Write HTML that opens without a network: one page, or for communities a folder of pages."""
    from kg.views import write_view

    out = out or Path("communities" if what == "communities" else "view.html")
    shown = write_view(what, graph, out, *(names or ()), radius=radius, max_nodes=max_nodes)
    say(f"{out.as_posix()}: {shown['nodes']} nodes, {shown['edges']} edges" + (f", {shown['pages']} pages" if shown["pages"] > 1 else ""))


@app.command()
@example("kg report -o report.html")
def report(
    folder: Annotated[Optional[Path], typer.Argument(metavar="[DIR]", help="The graph folder, instead of --graph.")] = None,
    graph: GraphOption = Path("graph"),
    out: Annotated[Path, typer.Option("-o", "--out", help="The HTML file.")] = Path("report.html"),
) -> None:
    """Write one HTML page with counts, coverage, tables, yearly trends, communities, and what could not be read; it opens without a network."""
    from kg.views.report import write_report

    say(f"{out.as_posix()}: {write_report(folder or graph, out)} tables")


@app.command()
@example("kg export node-link graph -o graph.json")
def export(
    format: Annotated[str, typer.Argument(metavar="FORMAT", help="node-link, graphml, gexf or bibtex (a file); csv, parquet or neo4j-csv (a folder).")],
    graph: Annotated[Path, typer.Argument(help="The graph folder.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The file or folder to write.")],
) -> None:
    """Write the graph in another format."""
    from kg.exports import export as run

    run(format, graph, out)
    say(f"{out.as_posix()}: written")


@app.command()
@example("kg load graph --neo4j bolt://localhost:7687")
def load(
    graph: Annotated[Path, typer.Argument(help="The graph folder.")],
    neo4j: Annotated[str, typer.Option("--neo4j", metavar="URI", help=NEO4J_HELP)],
    prune: Annotated[bool, typer.Option("--prune", help="Remove what an earlier load of this name put there and the folder no longer has.")] = False,
    name: Annotated[Optional[str], typer.Option("--name", help="The graph's name in the database; the folder's name by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Load a graph folder into a Neo4j; loading it again changes nothing."""
    from kg.loading import load as run
    from kg.loading import summary

    with progress() as tell:
        done = run(graph, neo4j, name=name, prune=prune, progress=tell)
    if as_json:
        print(json_text(done.as_dict()))
    say(f"{neo4j}: {summary(done)}")
