"""Addresses of code repositories in running text, also where a page or LaTeX broke them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from kg.text import repository_name

_PREFIX = r"(?:https?\s?:\s?/\s?/\s?)?(?:www\.)?"
# Hosts where the first two parts of a path are an owner and a repository; huggingface.co may have a section before them.
_HOST = r"(?P<host>git\s?hub\s?\.\s?com|gitlab\s?\.\s?com|gitlab\.[a-z\-]+\.(?:fr|de|edu|ch|org|uk)|bitbucket\s?\.\s?org|codeberg\s?\.\s?org|gitee\s?\.\s?com|hugging\s?face\s?\.\s?co|hf\s?\.\s?co)"
# A part of a path; LaTeX writes _ as \_ and a tie as \~.
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9.\-]|\\?_|\\?~|\\-){0,99}"
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9@.\-/]){_PREFIX}{_HOST}\s?/\s?(?P<section>(?:datasets|spaces|models)\s?/\s?)?(?P<owner>{_PART})\s?/\s?(?P<name>[A-Za-z0-9_.\\](?:[A-Za-z0-9.\-]|\\?_|\\?~|\\-){{0,99}})",
    re.I,
)
# A hyphen at the end of a line belongs to the name that goes on in the next line.
_CONTINUED = re.compile(r"(?<=[\-_])[ \t]*\r?\n[ \t]*(?=[A-Za-z0-9])")
_SSH = re.compile(
    r"git@(?P<host>github\.com|gitlab\.com|bitbucket\.org|codeberg\.org):(?P<owner>[A-Za-z0-9_.\-]{1,100})/(?P<name>[A-Za-z0-9_.\-]{1,100})", re.I
)
_USED = re.compile(
    r"\b(?:based on|built (?:up)?on|build (?:up)?on|builds on|using the|we use|adapted from|borrowed from|modified from|forked from|official (?:implementation|code) of|implementation of .{0,40} by|"
    r"following|provided by|baselines?(?: code)? from|from the)\s+(?:\S+\s+){0,6}$", re.I
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """A repository and where its address stands; `name` is `host/owner/name` in lower case."""

    name: str
    start: int
    end: int


def find(text: str) -> list[Address]:
    """Every repository address in `text`, in order.

    >>> [a.name for a in find(r"Code: \\url{https://github. com/Owner/Some\\_Repo.git}.")]
    ['github.com/owner/some_repo']
    """
    found = []
    # A name broken after its hyphen at a line's end is read as one; `back` leads to the places in `text`.
    pieces, at = [], 0
    places, left_out = [], [0]  # where in the joined text something was left out, and how much so far
    for m in _CONTINUED.finditer(text):
        pieces.append(text[at : m.start()])
        places.append(m.start() - left_out[-1])
        left_out.append(left_out[-1] + len(m[0]))
        at = m.end()
    joined = "".join(pieces) + text[at:]

    def back(offset: int) -> int:
        return offset + left_out[bisect_left(places, offset)]

    for pattern in (_ADDRESS, _SSH):
        for m in pattern.finditer(joined):
            name = repository_name(m["host"], m["owner"], m["name"])
            if name:
                end = m.end()
                while end > m.start("name") and not (joined[end - 1].isalnum() or joined[end - 1] in "_-"):
                    end -= 1
                found.append(Address(name, back(m.start()), back(end - 1) + 1))
    return sorted(found, key=lambda a: a.start)


def role(text: str, address: Address, sentence: tuple[int, int]) -> str:
    """`used` where the words before the address say that the code is somebody else's, else `own`."""
    before = text[max(sentence[0], address.start - 160, 0) : address.start]
    return "used" if _USED.search(before) else "own"
