"""What can go wrong, by name. Only the command line turns these into words for the terminal and an exit status."""


class KgError(Exception):
    """Any failure that the user can mend; its text says what, where and how."""


class WrongUse(KgError):
    """The command was called with something that it does not know: exit status 2."""


class ReadError(KgError):
    """A file cannot be read as a listing."""


class StoreError(KgError):
    """A graph folder or a database cannot be opened, read or written."""


class QueryError(KgError):
    """A query is refused by the engine, would write, or names what the graph has not."""


class MissingExtra(KgError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed: pip install 'kg[{extra}]'")
