"""The command line: it takes the words, calls one function, and shows what comes back. No logic.

Data goes to stdout, words to stderr. Exit status: 0 done, 1 failed, 2 wrong use.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Optional

import typer

from kg import __version__
from kg.errors import KgError, WrongUse
from kg.options import (
    EXAMPLES,
    FILES_HELP,
    NEO4J_HELP,
    AuthorOption,
    ColumnsOption,
    CorrectionsOption,
    FilesArgument,
    FormatOption,
    GraphOption,
    JsonOption,
    LeastOption,
    LexiconOption,
    Neo4jOption,
    example,
    pair,
    pairs,
)
from kg.terminal import clean, progress, say, show, table_of

app = typer.Typer(
    name="kg",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Paper listings into a typed, evidence-backed knowledge graph: offline, on a CPU, the same every time.",
)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        print(f"kg {__version__}")
        raise typer.Exit


@app.command()
@example("kg extract page.txt > entries.jsonl")
def extract(
    files: FilesArgument,
    format: FormatOption = None,
    author: AuthorOption = None,
    columns: ColumnsOption = None,
    lexicon: LexiconOption = None,
    corrections: CorrectionsOption = None,
    min_confidence: LeastOption = None,
) -> None:
    """Print what each entry names, one JSON object an entry."""
    from kg.build import extracted
    from kg.extract.pipeline import to_gold

    for reading, found in extracted(
        files, format=format, author=author, columns=pairs(columns), lexicon=lexicon, corrections=corrections, min_confidence=min_confidence
    ):
        for entry, mentions in found:
            print(json.dumps(to_gold(entry, mentions), ensure_ascii=False))
        for r in reading.rejected:
            say(f"{r.source}: line {r.line}: rejected: {r.reason}")


@app.command()
@example("kg build page1.txt page2.txt -o graph")
def build(
    files: Annotated[
        Optional[list[Path]], typer.Argument(metavar="FILE…", help=f"{FILES_HELP}; none: build the folder anew from what it has.", allow_dash=True)
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="The graph folder; one that exists is added to.")] = Path("graph"),
    format: FormatOption = None,
    author: AuthorOption = None,
    columns: ColumnsOption = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many processes extract.")] = 1,
    lexicon: LexiconOption = None,
    corrections: CorrectionsOption = None,
    min_confidence: LeastOption = None,
) -> None:
    """Make a graph folder from listings, or add them to one."""
    from kg.build import build as run

    with progress() as tell:
        manifest = run(
            files or [],
            out,
            format=format,
            author=author,
            columns=pairs(columns),
            jobs=jobs,
            lexicon=lexicon,
            corrections=corrections,
            min_confidence=min_confidence,
            progress=tell,
        )
    say(
        f"{out.as_posix()}: {manifest['entries']} entries, {sum(manifest['nodes'].values())} nodes, {sum(manifest['edges'].values())} edges, {manifest['rejected']} rejected"
    )
    if manifest["unmet"]:
        say(f"{len(manifest['unmet'])} corrections met nothing here: {'; '.join(manifest['unmet'][:5])}{' …' if len(manifest['unmet']) > 5 else ''}")


@app.command()
@example("kg formats")
def formats(as_json: JsonOption = False) -> None:
    """List the formats that are read, with what each gives; which one a file has is found out by its content."""
    from kg.readers import READERS

    show([{"format": name, "files": f.files, "gives": f.gives} for name, f in sorted(READERS.items())], "json" if as_json else "")


@app.command(context_settings={"help_option_names": []})
@example("kg ask co-authors --param author='Ada Lovelace'")
def ask(
    context: typer.Context,
    question: Annotated[Optional[str], typer.Argument(help="The name of a question, a .cypher file, or Cypher text; none: list the questions.")] = None,
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
        parameters = lambda q: ", ".join(p.name + ("" if p.required else f"={p.default:g}") for p in q.parameters)
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
@example("kg enrich graph --from openalex")
def enrich(
    graph: Annotated[Path, typer.Argument(help="The graph folder.")],
    source: Annotated[str, typer.Option("--from", metavar="SERVICE", help="openalex (works by DOI or title), arxiv (by id) or github (repositories).")],
    email: Annotated[Optional[str], typer.Option("--email", help="An address that the service may write to; some answer faster then.")] = None,
    at: Annotated[Optional[str], typer.Option("--at", metavar="URL", help="Another server that speaks the same protocol.")] = None,
    pause: Annotated[Optional[float], typer.Option("--pause", min=0, help="Seconds between two questions; by default what the service asks for.")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again for what was asked before.")] = False,
) -> None:
    """Look up in a public service what it knows of a graph's papers or repositories. The only command that needs a network.

    Answers are kept in the folder: what was asked is not asked again, and a run that was broken off goes on. OPENALEX_API_KEY and GITHUB_TOKEN are used if set.
    """
    from kg.enrich import enrich as run

    with progress() as tell:
        done = run(graph, source, address=at, email=email, pause=pause, refresh=refresh, tell=tell)
    say(f"{graph.as_posix()}: {done.asked} asked for now, {done.before} before; {source} knows {done.known}")


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
        print(json.dumps(done.as_dict()))
    say(f"{neo4j}: {summary(done)}")


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
    max_nodes: Annotated[int, typer.Option("--max-nodes", min=1, help="Show at most so many nodes, those with the most papers.")] = 2000,
) -> None:
    """Write HTML that opens without a network: one page, or for communities a folder of pages."""
    from kg.views import write_view

    out = out or Path("communities" if what == "communities" else "view.html")
    shown = write_view(what, graph, out, *(names or ()), radius=radius, max_nodes=max_nodes)
    say(f"{out.as_posix()}: {shown['nodes']} nodes, {shown['edges']} edges" + (f", {shown['pages']} pages" if shown["pages"] > 1 else ""))


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
        print(json.dumps(found, ensure_ascii=False))
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
        print(json.dumps([asdict(t) for t in found], ensure_ascii=False))
        return
    for t in found:
        if not table:
            print(f"# {t.name}: {len(t.rows)} of {t.total}")
        show(t.rows, "json" if as_json else "csv" if as_csv else "")
        say(f"{t.name}: {t.note}")


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
    print(json.dumps(found, ensure_ascii=False) if as_json else clean("\n".join(lines(found))))


@app.command()
@example("kg review -o review.csv")
def review(
    graph: GraphOption = Path("graph"),
    out: Annotated[Optional[Path], typer.Option("-o", "--out", help="The file to write; stdout by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List doubtful merges as a table; with its column action filled in (same, apart) it is a file for kg build --corrections."""
    from kg import review as run

    if out is None:
        rows = run.doubtful(graph)
        print(json.dumps(rows, ensure_ascii=False) if as_json else clean(run.as_csv(rows)), end="\n" if as_json else "")
        return
    say(f"{out.as_posix()}: {run.review(graph, out)} rows; fill in the column action, then: kg build --corrections {out.as_posix()} -o {graph.as_posix()}")


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
@example("kg score gold.jsonl entries.jsonl")
def score(
    gold: Annotated[Path, typer.Argument(help="Annotated entries, JSON lines.")],
    predicted: Annotated[Path, typer.Argument(help="Extracted entries, as kg extract prints them.")],
    as_json: JsonOption = False,
    errors: Annotated[bool, typer.Option("--errors", help="List every difference on stderr.")] = False,
) -> None:
    """Compare extracted entries with annotated ones, field by field."""
    from kg import evaluate

    scores, differences = evaluate.score(evaluate.load(gold), evaluate.load(predicted))
    print(json.dumps(scores) if as_json else "\n".join(evaluate.lines(scores)))
    for d in differences if errors else ():
        say("\t".join((d.entry, d.field, d.what, d.text)))


@app.command()
@example("kg train --what extraction --data data --gold gold --work work")
def train(
    what: Annotated[str, typer.Option("--what", help="names (of people, for reading listings), extraction, acronyms, or authors (who is who).")],
    data: Annotated[Path, typer.Option("--data", help="The folder with arxiv/ and gazetteer/.")],
    gold: Annotated[Optional[Path], typer.Option("--gold", help="The folder with arxiv_train*.jsonl.")] = None,
    work: Annotated[Path, typer.Option("--work", help="Where intermediate results are kept; what is there is not made again.")] = Path("work"),
    out: Annotated[Optional[Path], typer.Option("-o", "--out", help="Where the result goes; the shipped place by default.")] = None,
    date: Annotated[Optional[str], typer.Option("--date", help="The date to write beside the weights.")] = None,
) -> None:
    """Train what the package ships again from its data."""
    from kg.training import train as run

    print(json.dumps(run(what, data, gold, work, out, date)))


# An example of each command, line by line: \b keeps the lines apart.
app.info.epilog = "\b\nExamples:\n" + "\n".join(f"  {x}" for x in EXAMPLES)


def main() -> None:
    """The entry point: every foreseen failure is one line on stderr and exit status 1, or 2 where the call was wrong."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        app()
    except KgError as e:
        say("kg: " + " ".join(str(e).splitlines()))
        sys.exit(2 if isinstance(e, WrongUse) else 1)
    except BrokenPipeError:
        # Whoever reads our output has seen enough; nothing more may be written to it.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
