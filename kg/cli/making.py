"""Commands that read, extract, build and train."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from kg.cli.app import app
from kg.options import (
    FILES_HELP,
    AuthorOption,
    ColumnsOption,
    CorrectionsOption,
    FilesArgument,
    FormatOption,
    GraphOption,
    JobsOption,
    JsonOption,
    LeastOption,
    LexiconOption,
    example,
    pairs,
)
from kg.terminal import json_text, progress, say, show


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
            print(json_text(to_gold(entry, mentions)))
        for r in reading.rejected:
            say(f"{r.source}: line {r.line}: rejected: {r.reason}")


@app.command()
@example("kg build page1.txt page2.txt -o graph")
def build(
    files: Annotated[
        Optional[list[str]], typer.Argument(metavar="FILE…", help=f"{FILES_HELP}; none: build the folder anew from what it has.", allow_dash=True)
    ] = None,
    out: Annotated[str, typer.Option("-o", "--out", help="The graph folder; one that exists is added to.")] = "graph",
    format: FormatOption = None,
    author: AuthorOption = None,
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    lexicon: LexiconOption = None,
    corrections: CorrectionsOption = None,
    min_confidence: LeastOption = None,
    spark: Annotated[
        Optional[str],
        typer.Option(
            "--spark", metavar="MASTER", help="Build a new folder on this Spark, such as spark://host:7077 or local[4]; files and folder may be URIs."
        ),
    ] = None,
) -> None:
    """Make a graph folder from listings, or add them to one."""
    if spark:
        from kg.spark import build as on_spark

        with progress() as tell:
            manifest = on_spark(
                files or [], out, spark, format=format, author=author, columns=pairs(columns), lexicon=lexicon, corrections=corrections, min_confidence=min_confidence, progress=tell
            )  # fmt: skip
        _told(out, manifest)
        return
    from kg.build import build as run

    with progress() as tell:
        manifest = run(
            [Path(f) for f in files or ()],
            Path(out),
            format=format,
            author=author,
            columns=pairs(columns),
            jobs=jobs,
            lexicon=lexicon,
            corrections=corrections,
            min_confidence=min_confidence,
            progress=tell,
        )
    _told(Path(out).as_posix(), manifest)


def _told(out: str, manifest: dict[str, Any]) -> None:
    say(
        f"{out}: {manifest['entries']} entries, {sum(manifest['nodes'].values())} nodes, {sum(manifest['edges'].values())} edges, {manifest['rejected']} rejected"
    )
    if manifest["unmet"]:
        say(f"{len(manifest['unmet'])} corrections met nothing here: {'; '.join(manifest['unmet'][:5])}{' …' if len(manifest['unmet']) > 5 else ''}")


@app.command()
@example("kg retract page2.txt --graph graph")
def retract(
    source: Annotated[str, typer.Argument(help="The source's name as kg stats --json lists it, its path, or the end of that.")],
    graph: GraphOption = Path("graph"),
    jobs: JobsOption = 1,
) -> None:
    """Take a source file out of a graph folder: what has no evidence left goes."""
    from kg.build import retract as run

    with progress() as tell:
        _told(graph.as_posix(), run(source, graph, jobs=jobs, progress=tell))


@app.command()
@example("kg formats")
def formats(as_json: JsonOption = False) -> None:
    """List the formats that are read, with what each gives; which one a file has is found out by its content."""
    from kg.readers import READERS

    show([{"format": name, "files": f.files, "gives": f.gives} for name, f in sorted(READERS.items())], "json" if as_json else "")


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
    print(json_text(scores) if as_json else "\n".join(evaluate.lines(scores)))
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

    print(json_text(run(what, data, gold, work, out, date)))
