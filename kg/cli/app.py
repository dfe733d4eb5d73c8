"""The application that the commands join."""

from __future__ import annotations

from typing import Annotated

import typer

from kg import __version__

app = typer.Typer(
    name="kg",
    add_completion=True,
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
