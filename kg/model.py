"""The records that the rooms hand to each other, and what the graph may hold.

All records are frozen; those of which an entry has many are named tuples, which are made three times as fast. Ids are hashes of content, so that any run over the same input gives the same ids.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import Enum
from typing import NamedTuple


class Kind(str, Enum):
    """Kinds of node; also the labels in every database."""

    PAPER = "Paper"
    AUTHOR = "Author"
    METHOD = "Method"
    DATASET = "Dataset"
    BENCHMARK = "Benchmark"
    TASK = "Task"
    METRIC = "Metric"
    REPOSITORY = "Repository"
    CATEGORY = "Category"
    ORGANIZATION = "Organization"
    VENUE = "Venue"


class Relation(str, Enum):
    """Kinds of edge; also the relationship types in every database."""

    AUTHORED = "AUTHORED"
    PROPOSES = "PROPOSES"
    USES = "USES"
    COMPARES_WITH = "COMPARES_WITH"
    INTRODUCES = "INTRODUCES"
    EVALUATES_ON = "EVALUATES_ON"
    ADDRESSES = "ADDRESSES"
    REPORTS = "REPORTS"
    HAS_CODE = "HAS_CODE"
    IN_CATEGORY = "IN_CATEGORY"
    AFFILIATED_WITH = "AFFILIATED_WITH"
    PUBLISHED_IN = "PUBLISHED_IN"
    CITES = "CITES"
    CO_AUTHORED_WITH = "CO_AUTHORED_WITH"
    IMPLEMENTS = "IMPLEMENTS"
    EVALUATED_ON = "EVALUATED_ON"
    USED_WITH = "USED_WITH"


_BROKEN_WORD = re.compile(r"(?<=\w)-[ \t]*[\r\n]+[ \t]*(?=\w)")
_DATA = (Kind.DATASET, Kind.BENCHMARK)
# Which kinds an edge may join: (from, to). Tests hold every graph to it.
ENDS: dict[Relation, tuple[tuple[Kind, ...], tuple[Kind, ...]]] = {
    Relation.AUTHORED: ((Kind.AUTHOR,), (Kind.PAPER,)),
    Relation.PROPOSES: ((Kind.PAPER,), (Kind.METHOD,)),
    Relation.USES: ((Kind.PAPER,), (Kind.METHOD,)),
    Relation.COMPARES_WITH: ((Kind.PAPER,), (Kind.METHOD,)),
    Relation.INTRODUCES: ((Kind.PAPER,), _DATA),
    Relation.EVALUATES_ON: ((Kind.PAPER,), _DATA),
    Relation.ADDRESSES: ((Kind.PAPER,), (Kind.TASK,)),
    Relation.REPORTS: ((Kind.PAPER,), (Kind.METRIC,)),
    Relation.HAS_CODE: ((Kind.PAPER,), (Kind.REPOSITORY,)),
    Relation.IN_CATEGORY: ((Kind.PAPER,), (Kind.CATEGORY,)),
    Relation.AFFILIATED_WITH: ((Kind.AUTHOR,), (Kind.ORGANIZATION,)),
    Relation.PUBLISHED_IN: ((Kind.PAPER,), (Kind.VENUE,)),
    Relation.CITES: ((Kind.PAPER,), (Kind.PAPER,)),
    Relation.CO_AUTHORED_WITH: ((Kind.AUTHOR,), (Kind.AUTHOR,)),
    Relation.IMPLEMENTS: ((Kind.REPOSITORY,), (Kind.METHOD,)),
    Relation.EVALUATED_ON: ((Kind.METHOD,), _DATA),
    Relation.USED_WITH: ((Kind.METHOD,), (Kind.METHOD,)),
}
# Derived edges name the papers they come from; they carry no evidence of their own.
DERIVED = (Relation.CO_AUTHORED_WITH, Relation.IMPLEMENTS, Relation.EVALUATED_ON, Relation.USED_WITH)
# Edges that have no direction are stored once, from the smaller id to the larger.
UNDIRECTED = (Relation.CO_AUTHORED_WITH, Relation.USED_WITH)

READ = 20_000  # characters of a title or an abstract in which names are looked for: no real one is longer, and what is costs more than its length
# The fields of an entry in the gold shape that hold named things, and the kind of each.
NAMED_FIELDS = {"methods": Kind.METHOD, "datasets": Kind.DATASET, "benchmarks": Kind.BENCHMARK, "tasks": Kind.TASK, "metrics": Kind.METRIC}


class Span(NamedTuple):
    """A half-open range of characters in the text of an entry."""

    start: int
    end: int


class Person(NamedTuple):
    """A name in an entry's list of authors, as printed; `span` is None where the name does not stand in the entry's text."""

    name: str
    span: Span | None = None
    affiliations: tuple[str, ...] = ()
    orcid: str | None = None


class Assertion(NamedTuple):
    """A thing that the source itself says the entry has: `field` is one of the gold shape's: `methods`, …, `repositories`."""

    field: str
    name: str
    aliases: tuple[str, ...] = ()
    role: str | None = None


class Reference(NamedTuple):
    """A work that an entry cites: its identifiers in the form `<scheme>:<id>` (doi, arxiv, openalex, s2, pmid, acl, dblp), the DOI or arXiv id first; its title and year if given."""

    keys: tuple[str, ...]
    title: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper's listing. `text` is the source verbatim (for records: title, line feed, abstract); spans index it.

    `byte_start` and `byte_end` say where the entry lies in its (unpacked) file, `line` (from 1) where it begins; `verbatim` says that
    `text` is just what stands there. `page_author` is the person whose page the file is, if this entry hides authors behind "et al.".
    `identifiers` are those of other indexes, as in Reference; `type` is the kind of publication in the source's own word, `version` arXiv's.
    """

    id: str
    source: str
    line: int
    byte_start: int
    byte_end: int
    text: str
    format: str
    title: Span | None = None
    abstract: Span | None = None
    authors: tuple[Person, ...] = ()
    truncated_authors: bool = False
    page_author: str | None = None
    page_author_confidence: float | None = None
    affiliations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    date: str | None = None
    code_flag: bool | None = None
    venue: str | None = None
    url: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    comment: str | None = None
    assertions: tuple[Assertion, ...] = ()
    verbatim: bool = False
    keywords: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    type: str | None = None
    version: str | None = None

    @property
    def content(self) -> str:
        """A hash of what extraction reads of an entry."""
        assertions = [(a.field, a.name, a.aliases, a.role) for a in self.assertions]
        spans = [s and tuple(s) for s in (self.title, self.abstract)]
        return content_id(self.text, repr((*spans, self.comment, self.url, assertions)))

    @property
    def record(self) -> str:
        """A hash of all that an entry holds but its id."""
        return content_id(self.text, repr([getattr(self, f) for f in _HELD]))

    def field(self, span: Span | None) -> str | None:
        """The text of a field on one line (a word parted by a hyphen at the end of a line is joined), or None where the entry has none."""
        return None if span is None else " ".join(_BROKEN_WORD.sub("-", self.text[span.start : span.end]).split())


_HELD = [f.name for f in fields(Entry) if f.name not in ("id", "text")]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A piece of input, or a thing found in it, that did not enter the graph, and why."""

    source: str
    line: int
    byte_start: int
    byte_end: int
    text: str
    reason: str


class Place(NamedTuple):
    """Where something is said: a span of the entry's text, and the sentence round it."""

    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that an entry names, with every place where it stands.

    `name` is cleaned of markup; `aliases` are the other forms, as they stand. `role` is one of GUIDELINES' roles, or None where the kind
    has none. `confidence` is the chance that a careful reader would agree. `places` is empty for what only the source's record asserts.
    """

    entry: str
    kind: Kind
    name: str
    aliases: tuple[str, ...]
    long_form: str | None
    role: str | None
    confidence: float
    extractor: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Two forms that were taken for one, or kept apart although they looked alike (`joined` False), by which rule, with what score, on what evidence.

    Of names of people the papers say which bearers of the names are meant.
    """

    node: str
    kind: Kind
    left: str
    right: str
    rule: str
    score: float
    joined: bool
    evidence: str = ""
    left_paper: str = ""
    right_paper: str = ""


def work_keys(doi: str | None, arxiv_id: str | None, identifiers: Iterable[str] = ()) -> tuple[str, ...]:
    """What a work is known by, as references have it; arXiv's own DOI (lower case) says no more than its id."""
    doi = None if doi and doi.startswith("10.48550/arxiv.") else doi
    return (*([f"arxiv:{arxiv_id}"] if arxiv_id else []), *([f"doi:{doi}"] if doi else []), *identifiers)


def content_id(*parts: str) -> str:
    """A stable id of sixteen hexadecimal digits for content: the head of a SHA-256 over the parts."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def node_id(kind: Kind, key: str) -> str:
    """A node's id: `<kind in lower case>:<content_id of kind and key>`."""
    return f"{kind.value.lower()}:{content_id(kind.value, key)}"


def edge_id(relation: Relation, source: str, target: str) -> str:
    """An edge's id: `<relation in lower case>:<content_id of relation and both ends>`."""
    return f"{relation.value.lower()}:{content_id(relation.value, source, target)}"
