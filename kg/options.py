"""What commands share: options, arguments, and the example that ends a command's help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

GraphOption = Annotated[Path, typer.Option("--graph", "-g", help="The graph folder.", show_default=True)]
FormatOption = Annotated[Optional[str], typer.Option("--format", help="The files' format, if it should not be found out: see kg formats.")]
NEO4J_HELP = "The address of a Neo4j, such as bolt://localhost:7687; user and password come from NEO4J_USERNAME and NEO4J_PASSWORD."
Neo4jOption = Annotated[Optional[str], typer.Option("--neo4j", metavar="URI", help=f"Ask a Neo4j instead of the folder. {NEO4J_HELP}")]
AuthorOption = Annotated[Optional[str], typer.Option("--author", help="Whose page this is: listed where 'et al.' hides them, marked as inferred.")]
JobsOption = Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many processes work.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LexiconOption = Annotated[Optional[Path], typer.Option("--lexicon", help="Names that you know: a table with the columns name, kind, aliases (separated by |).")]
CorrectionsOption = Annotated[
    Optional[Path], typer.Option("--corrections", help="A table with the columns action (add, rename, kind, forget, same, apart), name, kind, to.")
]
LeastOption = Annotated[
    Optional[float], typer.Option("--min-confidence", min=0, max=1, help="Keep what is at least so sure; by default each kind is cut where its F1 is best.")
]
FILES_HELP = "Piles of papers in any format of kg formats: files (also .gz, .zst, .bz2, .xz), archives (.zip), folders, - for standard input"
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE…", help=f"{FILES_HELP}.", allow_dash=True)]
ColumnsOption = Annotated[
    Optional[list[str]],
    typer.Option(
        "--columns",
        metavar="FIELD=HEADER",
        help="Which column of a table holds what, if its header does not say: title=Titel, authors=Wer; a number counts columns from 1.",
    ),
]


EXAMPLES: list[str] = []


def example(text: str) -> Callable[..., Any]:
    """A command whose help ends with an example; the list of commands shows it too."""

    EXAMPLES.append(text)

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__doc__ = f"{(function.__doc__ or '').rstrip()} Example: {text}"
        return function

    return mark


def pair(text: str, hint: str = "--param") -> tuple[str, str]:
    """NAME=VALUE as two."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint=hint)
    return name, value


def pairs(columns: Optional[list[str]]) -> dict[str, str]:
    """The columns of a table, each option one or several with commas between them."""
    return dict(pair(p, "--columns") for text in columns or () for p in text.split(","))
