"""Which names are one venue: without year, number, volume and publisher, and by a list of the names that well-known conferences and journals go by (venues.tsv)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from kg.model import Kind, Merge, node_id
from kg.text import fold, plain

# Servers and states of a manuscript: to be there is not to be published.
_NO_VENUE = re.compile(
    r"(?:arxiv|corr\b|biorxiv|medrxiv|chemrxiv|psyarxiv|techrxiv|ssrn|research square|preprints?\b|open ?review|hal\b|zenodo|submitted|under review|in submission|withdrawn|rejected|unpublished|to appear$"
    r"|manuscript|n/?a$|none$|unknown$|openreview\.net|self[- ]published)",
    re.I,
)
_LEAD = re.compile(
    r"^(?:in:?\s+|published (?:in|as .{0,40} at)\s+|accepted (?:at|to|by|in)\s+|to appear (?:in|at)\s+|presented at\s+|proceedings of\s+(?:the\s+)?|proc\.\s*(?:of\s+)?(?:the\s+)?|the\s+)",
    re.I,
)
_YEAR = re.compile(r"(?:(?<![\s,])[\s,]+)?['’]?\(?\b(?:(?:19|20)\d\d|(?<=['’])\d\d)\b\)?")
_ORDINAL = re.compile(
    r"\b(?:\d{1,3}(?:st|nd|rd|th)|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)?[\s\-]?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth|thirteenth"
    r"|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)ieth)\b[\s,]*",
    re.I,
)
_SPONSOR = re.compile(r"(?:(?:IEEE|ACM|CVF|AAAI|USENIX|SIAM|INFORMS|RSJ|SIGKDD|SIGIR|WIC)(?:\s*/\s*|\s+))+(?=[A-Z][a-z]|Int)", re.I)
_ACRONYM = re.compile(r"(?:(?<!\s)\s+)?[(\[]([A-Z][A-Za-z&+]{1,11}(?:[\s\-'’]{0,9}\d{2,4})?)[)\]]")
# What a journal's name is followed by: volume, issue, pages, dates.
_VOLUME = re.compile(r"(?:(?<![\s,:;])[\s,:;]+)?(?:\b(?:vol(?:ume)?|no|issue|pp?|pages|part|number)\b\.?\s*)?\(?\b[A-Z]?\d{1,5}[A-Z]?\b.*", re.I | re.S)
_PLACE = re.compile(r"(?:(?<!\s)\s+)?\([A-Z][\w .]+,[^()]{1,40}\)$")  # Science (New York, N.Y.)
_PRESENTED = re.compile(r"(?<![\s,(])[\s,(]+(?:oral|spotlight|poster|highlight|notable top.{0,10})\)?$", re.I)
_WORKSHOP = re.compile(r"\bworkshops?\b", re.I)
LONGEST = 400  # characters; what is longer is no venue
CUT = 12  # folded characters by which a cut-off name is known
_SHORT = re.compile(r"([A-Z][A-Za-z]{0,20}[A-Z][A-Za-z]{0,20}|[A-Z]{2,20})(?=[\s'’(,\-]{0,9}(?:19|20)?\d\d\b)")


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue, and the names that mean it, as printed."""

    id: str
    name: str
    aliases: tuple[str, ...]


def _bare(name: str) -> str:
    """Folded, without the dots of abbreviations."""
    return fold(name).replace(".", "")


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    """The usual name of a known venue by each of its names."""
    found: dict[str, str] = {}
    for line in (files("kg.resolve") / "venues.tsv").read_text(encoding="utf-8").splitlines():
        name, _, others = line.partition("\t")
        found |= {_bare(x): name for x in (name, *others.split("|")) if x}
    return found


@lru_cache(maxsize=1 << 14)
def core(name: str) -> tuple[str, str | None] | None:
    """A venue's name without year, number, volume and publisher, and the acronym in brackets if it has one; None for what is no venue.

    >>> core("Proceedings of the 2019 Conference on Empirical Methods in Natural Language Processing (EMNLP 2019)")
    ('Conference on Empirical Methods in Natural Language Processing', 'EMNLP')
    """
    whole = plain(name).strip()
    text = whole.strip(" .,;:")
    if not text or len(text) > LONGEST or _NO_VENUE.match(text) or not any(c.isalpha() for c in text):
        return None
    if whole.endswith(("…", "...")):
        # Google Scholar cuts long names off: known is what just one known name begins like.
        head = _bare(_core_text(text.rstrip(" .…")))
        meant = {name for full, name in _known().items() if full.startswith(head)} if len(head) >= CUT else set()
        return (meant.pop(), None) if len(meant) == 1 else None
    # "NeurIPS 2021 Track Datasets and Benchmarks", "ICLR 2023 poster": the acronym before the year says it.
    if (m := _SHORT.match(text)) and _bare(m[1]) in _known() and not _WORKSHOP.search(text):
        return m[1], None
    acronym = m[1] if (m := _ACRONYM.search(text)) else None
    text = _ACRONYM.sub(" ", text)
    if acronym:
        acronym = re.sub(r"(?:(?<![\s\-'’])[\s\-'’]+)?(?<!\d)\d+$", "", acronym)
    text = _core_text(text)
    # A workshop at a conference is not the conference.
    acronym = None if _WORKSHOP.search(text) else acronym
    return (" ".join(text.split()), acronym) if any(c.isalpha() for c in text) else None


def _core_text(text: str) -> str:
    while (shorter := _shorter(text)) != text:
        text = shorter
    text = _VOLUME.sub("", _PLACE.sub("", _PRESENTED.sub("", text))).strip(" ,.;:–—-")
    without = _SPONSOR.sub("", text)
    return without if _bare(without) in _known() else text


def venue_key(name: str) -> str:
    """By which two names of one venue are equal."""
    return fold(_known().get(_bare(name), name))


def _shorter(text: str) -> str:
    """Without years, ordinals, and what stands before a name."""
    return _LEAD.sub("", _ORDINAL.sub("", _YEAR.sub(" ", text)).strip(" ,.;:–—-"), count=1)


def resolve_venues(names: Iterable[str] | Mapping[str, int]) -> tuple[dict[str, Venue], list[Merge]]:
    """The venue of each name that means one, and every join of two names. `names` as they are printed, or how often each is."""
    counted = Counter(names)
    found = {name: c for name in sorted(counted) if (c := core(name))}
    # An acronym that stands in brackets behind one name only means that name.
    meant: dict[str, set[str]] = defaultdict(set)
    for text, acronym in found.values():
        if acronym:
            meant[fold(acronym)].add(fold(text))
    groups: dict[str, list[str]] = defaultdict(list)
    names_of: dict[str, str] = {}  # of known venues
    for name, (text, acronym) in found.items():
        known = next((k for x in (plain(name), text, acronym) if x and (k := _known().get(_bare(x)))), None)
        behind = meant.get(fold(text), set())
        if known:
            names_of[fold(known)] = known
        groups[fold(known) if known else next(iter(behind)) if len(behind) == 1 else fold(text)].append(name)
    venues: dict[str, Venue] = {}
    merges: list[Merge] = []
    for key in sorted(groups):
        members = groups[key]
        known = names_of.get(key)
        weight: Counter[str] = Counter()
        for name in members:
            weight[found[name][0]] += counted[name]
        best = known or min(weight, key=lambda t: (fold(t) != key, -weight[t], t))
        venue = Venue(node_id(Kind.VENUE, key), best, tuple(m for m in members if m != best))
        venues |= dict.fromkeys(members, venue)
        rule = "known names of a venue" if known else "same venue but for year, number and volume"
        merges += [Merge(venue.id, Kind.VENUE, best, m, rule, 1.0, True, found[m][0]) for m in venue.aliases]
    return venues, merges
