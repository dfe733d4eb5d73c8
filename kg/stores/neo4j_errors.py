"""What a Neo4j and its driver refuse, in words with the mend."""

from __future__ import annotations

import re
from typing import Any

from kg.errors import QueryError, StoreError


def first_line(error: BaseException) -> str:
    """The first line of what the driver or the server says."""
    return " ".join(str(getattr(error, "message", None) or error).splitlines()[0].split())


def refusal(error: BaseException, told: bool) -> str:
    """Why a server does not let us in; `told` says whether it was told a password."""
    if "RateLimit" in (getattr(error, "code", None) or ""):
        return "too many wrong passwords: wait some seconds, then set NEO4J_PASSWORD to the right one"
    if not told:
        return "the server wants a user and a password: set NEO4J_USERNAME and NEO4J_PASSWORD"
    return "the user or the password is refused: set NEO4J_USERNAME and NEO4J_PASSWORD to those of the server"


def client_error(uri: str, database: str | None, error: Any) -> Exception:
    """Our error for one that the server lays to us."""
    code = error.code or ""
    if "DatabaseNotFound" in code:
        return StoreError(f"{uri}: there is no database {database!r}: set NEO4J_DATABASE to one that is there, or unset it")
    if "ProcedureNotFound" in code and "dbms.components" in str(error):
        return StoreError(f"{uri}: what answers there is no Neo4j: give the address of a Neo4j")
    if "Schema" in code:
        return StoreError(f"{uri}: this database has a shape of its own ({first_line(error)}): drop what conflicts, or load into an empty database")
    if "Security" in code:
        return StoreError(f"{uri}: the user may not do this ({first_line(error)}): give NEO4J_USERNAME a user with the rights")
    return QueryError(f"the query is refused: {first_line(error)}")


def no_answer(uri: str, error: BaseException) -> str:
    """Why nobody answers at an address, as far as the chain of errors tells."""
    text = ""
    chain: BaseException | None = error
    while chain is not None:
        text += f" {type(chain).__name__} {chain}"
        chain = chain.__cause__ or chain.__context__
    text = text.replace(re.split(r"[/:]", uri.partition("://")[2])[0], "")
    if re.search("certificate", text, re.I):
        return "its TLS certificate is not one this machine trusts: use a trusted one, or +ssc instead of +s in the address to accept it"
    if re.search("ssl|tls|BoltSecurity", text, re.I):
        return "the server speaks no TLS there: use bolt:// or neo4j:// without +s, or turn TLS on"
    what = "" if "+s" in uri else "; if the server wants TLS, use bolt+s:// or neo4j+s://"
    return f"no Neo4j answers there ({first_line(error).partition(' (')[0]}): is it running, and is the address right{what}?"
