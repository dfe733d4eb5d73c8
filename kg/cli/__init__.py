"""The command line: it takes the words, calls one function, and shows what comes back. No logic.

Data goes to stdout, words to stderr. Exit status: 0 done, 1 failed, 2 wrong use.
"""

from __future__ import annotations

import signal
import sys

# In the order of the help.
# isort: off
from kg.cli import making  # noqa: F401
from kg.cli import asking  # noqa: F401
from kg.cli import showing  # noqa: F401

# isort: on
from kg.cli.app import app
from kg.errors import KgError, WrongUse
from kg.options import EXAMPLES
from kg.terminal import say

# An example of each command, line by line: \b keeps the lines apart.
app.info.epilog = "\b\nExamples:\n" + "\n".join(f"  {x}" for x in EXAMPLES)


def main() -> None:
    """The entry point: every foreseen failure is one line on stderr and exit status 1, or 2 where the call was wrong."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    asked: list[int] = []

    def end(number: int, _: object) -> None:
        """Asked to end, it ends as after Ctrl-C: what was begun is cleared away."""
        asked.append(128 + number)
        sys.exit(asked[0])

    signal.signal(signal.SIGTERM, end)
    try:
        app()
    except KgError as e:
        if asked:  # what ends a program is lost now and then, in the end of an object for instance
            sys.exit(asked[0])
        say("kg: " + " ".join(str(e).splitlines()))
        sys.exit(2 if isinstance(e, WrongUse) else 1)
    except BrokenPipeError:
        # Whoever reads our output has seen enough; nothing more may be written to it.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
