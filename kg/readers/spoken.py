"""Names of people as sources write them, in the order in which they are said."""

from __future__ import annotations

import re

# Small words that belong to a name.
PARTICLES = {"de", "da", "dos", "del", "der", "den", "di", "du", "el", "la", "le", "ten", "ter", "van", "von", "bin", "al", "y"}
# What parts names on one line. Blanks before a comma are tried only where they begin, so that a long run of them is looked through once.
COMMAS = re.compile(r"(?:(?<!\s)\s+)?,\s*(?:and\s+|&\s+)?|(?<!\s)\s+(?:and|&)\s+")
# What ends a list of names that goes on.
OTHERS = re.compile(r"(?:(?:(?<![\s,])[\s,]+)?(?:\.\.\.|…)|(?:^|(?<![\s,])[\s,]+)(?:(?:and\s+)?et\.?\s*al\.?|(?:and\s+)?others))$", re.I)
_NUMBER = re.compile(r"(?<!\s)\s+\d{4}$")
_INITIALS = re.compile(r"((?:[a-z']+ ){0,3}[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+)?) ((?:[A-Z]{1,3}|(?:[A-Z]\.-?){1,4}))\.?")
_SUFFIX = re.compile(r",?(?<!\s)\s+(Jr\.?|Sr\.?|II|III|IV)$", re.I)


def without_number(name: str) -> str:
    """A name without the number by which DBLP tells namesakes apart."""
    return _NUMBER.sub("", name)


def inverted(name: str) -> str:
    """ "Family AB", as PubMed and Scopus print names, in the order in which it is said; any other name as it is."""
    m = _INITIALS.fullmatch(name.strip())
    return f"{m[2]} {m[1]}" if m else name


def name_in_order(name: str) -> str:
    """ "Family, Given, Suffix" in the order in which it is said."""
    family, _, rest = name.partition(",")
    given, _, suffix = rest.partition(",")
    if not suffix and (m := _SUFFIX.search(given)):
        given, suffix = given[: m.start()], m[1]  # "Doe, Jane Jr"
    return " ".join(f"{given} {family} {suffix}".split())
