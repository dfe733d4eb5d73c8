"""No Python that has this folder on its path reaches anything but this machine: the tests run so, and the commands that they start."""

from __future__ import annotations

import socket
import sys
from typing import Any

_HERE = {None, "", "localhost", "::1", "0.0.0.0", "::", socket.gethostname()}


def here(host: Any) -> bool:
    """Whether a host is this machine, or one that by its name is nowhere (RFC 2606)."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    return name in _HERE or not isinstance(name, str) or name.startswith("127.") or name.endswith(".invalid")


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not here(host):
        raise RuntimeError(f"a network is touched: {event} {host}")


sys.addaudithook(refuse)
