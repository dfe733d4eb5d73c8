"""Commands that answer: questions, counts, tables, evidence, differences."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Optional

import typer

from kg.cli.app import app
from kg.options import (
    GraphOption,
    JsonOption,
    Neo4jOption,
    example,
    pair,
)
from kg.terminal import clean, json_text, say, show, table_of


def _questions(incomplete: str) -> list[str]:
    """For the shell."""
    from kg import queries

    return [name for name in queries.questions() if name.startswith(incomplete)]


@app.command(context_settings={"help_option_names": []})
@example("kg ask co-authors --param author='Ada Lovelace'")
def ask(
    context: typer.Context,
    question: Annotated[
        Optional[str], typer.Argument(help="The name of a question, a .cypher file, or Cypher text; none: list the questions.", autocompletion=_questions)
    ] = None,
    param: Annotated[list[str], typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter of the question.")] = [],  # noqa: B006
    min_confidence: Annotated[Optional[float], typer.Option("--min-confidence", min=0, max=1, help="Read only claims that are at least so sure.")] = None,
    graph: GraphOption = Path("graph"),
    neo4j: Neo4jOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    show_help: Annotated[bool, typer.Option("--help", "-h", help="Show this message, or after a question's name that question.")] = False,
) -> None:
    """Ask a question in Cypher, read-only, of a graph folder or a Neo4j."""
    from kg import queries

    if show_help:
        print(queries.page(queries.find(question)) if question else context.get_help())
        return
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv: give one", param_hint="--csv")
    how = "json" if as_json else "csv" if as_csv else ""
    if question is None:
        parameters = lambda q: ", ".join(p.name + ("" if p.required else f"={queries.shown_default(p)}") for p in q.parameters)
        show([{"theme": q.theme, "question": q.name, "asks": q.why, "parameters": parameters(q)} for q in queries.by_theme()], how, groups="theme")
        return
    asked = queries.find(question)
    given = dict(pair(p) for p in param)
    from kg.stores import answer, open_store

    store = open_store(graph, neo4j)
    try:
        found = answer(store, asked, given, min_confidence)
    finally:
        store.close()
    show(found.rows, how)
    if found.note:
        say(found.note)


@app.command()
@example("kg stats --json")
def stats(
    graph: GraphOption = Path("graph"),
    rejected: Annotated[bool, typer.Option("--rejected", help="List instead what did not enter the graph, and why.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Count what the graph holds, and how complete it is."""
    from kg.analysis import refused, statistics

    if rejected:
        show(refused(graph), "json" if as_json else "")
        return
    found = statistics(graph)
    if as_json:
        print(json_text(found))
    else:
        show([{"what": what, "count": n} for what, n in table_of(found)])


@app.command()
@example("kg analyze communities --csv > communities.csv")
def analyze(
    table: Annotated[
        Optional[str],
        typer.Argument(
            help="authors, components, communities, bridges, collaboration, methods, trends, untried, data or repositories; none: the head of each."
        ),
    ] = None,
    graph: GraphOption = Path("graph"),
    top: Annotated[Optional[int], typer.Option("--top", min=1, help="Rows at most; by default all of one table, ten of each.", show_default=False)] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, of one table.")] = False,
) -> None:
    """Tables about people and methods: centrality, communities, bridges, trends, pairs not yet tried, data and code."""
    from kg.analysis import TABLES
    from kg.analysis import analyze as run
    from kg.graph import read_graph

    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv: give one", param_hint="--csv")
    if as_csv and table is None:
        raise typer.BadParameter(f"name one table: {', '.join(TABLES)}", param_hint="--csv")
    found = run(read_graph(graph), [table] if table else (), top or (None if table else 10))
    if as_json and not table:
        print(json_text([asdict(t) for t in found]))
        return
    for t in found:
        if not table:
            print(f"# {t.name}: {len(t.rows)} of {t.total}")
        show(t.rows, "json" if as_json else "csv" if as_csv else "")
        say(f"{t.name}: {t.note}")


@app.command()
@example("kg why 'BERT'")
def why(
    name: Annotated[str, typer.Argument(help="A name, another form of it, a title or an id.")],
    graph: GraphOption = Path("graph"),
    neo4j: Neo4jOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the evidence of a node and the merges that made it."""
    from kg.why import lines
    from kg.why import why as run

    found = run(graph, name, neo4j)
    print(json_text(found) if as_json else clean("\n".join(lines(found))))


@app.command()
@example("kg review -o review.csv")
def review(
    graph: GraphOption = Path("graph"),
    out: Annotated[Optional[Path], typer.Option("-o", "--out", help="The file to write; stdout by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List doubtful merges as a table; with its column action filled in (same, apart) it is a file for kg build --corrections."""
    from kg import review as run

    if out is not None and as_json:
        raise typer.BadParameter("--json and -o: give one", param_hint="--json")
    if out is None:
        rows = run.doubtful(graph)
        print(json_text(rows) if as_json else clean(run.as_csv(rows)), end="\n" if as_json else "")
        return
    say(f"{out.as_posix()}: {run.review(graph, out)} rows; fill in the column action, then: kg build --corrections {out.as_posix()} -o {graph.as_posix()}")


@app.command()
@example("kg diff graph-2025 graph --only Method")
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="The graph folder as it was.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The graph folder as it is.")],
    only: Annotated[
        Optional[list[str]],
        typer.Option("--only", metavar="KIND", help="A kind of node (Paper, Method …), a relationship (PROPOSES …) or Merge; may be given again."),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Names at most of each kind and change, in words.")] = 20,
    out: Annotated[Optional[Path], typer.Option("-o", "--out", help="Write one HTML page instead.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what the second graph folder has that the first had not: new, gone and changed papers, people, methods, edges and merges."""
    from kg import diff as run

    if out is not None and as_json:
        raise typer.BadParameter("--json and -o: give one", param_hint="--json")
    found = run.diff(before, after, only or ())
    if out is not None:
        from kg.views.difference import write_difference

        say(f"{out.as_posix()}: {write_difference(before, after, found, out)} tables")
    elif as_json:
        print(json_text(found))
    else:
        print(clean("\n".join(run.lines(found, top))))


@app.command()
@example("kg doctor")
def doctor(as_json: JsonOption = False) -> None:
    """Tell what is installed, whether the models load and the embedded database answers, and what only some commands need."""
    from kg.doctor import examine

    found = [f._asdict() for f in examine()]
    if as_json:
        print(json_text(found))
    else:
        marks = {True: "works", False: "FAILS", None: "missing"}
        show([{"what": f["what"], "state": marks[f["works"]], "said": f["said"]} for f in found])
    if any(f["works"] is False for f in found):
        raise typer.Exit(1)
