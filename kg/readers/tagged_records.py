"""Files of tagged lines (RIS, MEDLINE, Web of Science) as records with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.readers.inputs import Input
from kg.readers.records import Raw, not_utf8

LARGEST = 1 << 20  # bytes; what is longer is no record


def tagged_records(file: Input, begin: re.Pattern[bytes], end: re.Pattern[bytes] | None) -> Iterator[Raw]:
    """A Raw for each record of a format of tagged lines: from a line that begins one to the one that ends it, or before the next that begins one. Its value is its text."""
    block: list[bytes] = []
    start = size = 0
    began = 1

    def done() -> Raw:
        body = b"".join(block).rstrip()
        problem = not_utf8(body) or (f"longer than {LARGEST >> 20} MB: does its end lack?" if len(body) > LARGEST else None)
        return Raw(began, start, start + len(body), body, None if problem else body.decode(), problem)

    for n, at, body in file.lines():
        size += len(body)
        if begin.match(body):
            size = len(body)
            if block:
                yield done()
            block, start, began = [body], at, n
        elif block:
            block.append(body)
            if (end and end.match(body)) or size > LARGEST:
                yield done()
                block = []
        elif body.strip():
            stripped = body.rstrip()
            yield Raw(n, at, at + len(stripped), stripped, problem="left over: stands outside of any record")
        else:
            yield Raw(n, at, at, b"", passed="blank")
    if block:
        yield done()
