"""Listings as they are pasted from an author's or a topic's page: [date] title authors abstract, in some order of lines.

The form that gave the name glues everything together:

    LGOct 11, 2022Code
    A TitleAnna Author, Bo Writer, Cy Penner et al. · organisation
    The abstract in one line.

but dates may look otherwise or be missing, title and authors may stand on lines of their own, entries may be numbered, abstracts wrapped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kg.model import Entry, Rejected, Span
from kg.readers import names
from kg.readers.format import Format, page
from kg.readers.lines import (
    LONG,
    WRAPPED,
    DateLine,
    Head,
    abstract_extent,
    abstract_start,
    category_line,
    date_line,
    ends_sentence,
    head,
    is_junk,
    is_number,
    number_end,
    title_only,
)
from kg.readers.source import Line, Reading, Source


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one entry, still unread: `lead` (number, category, date, code mark), `head`, and what follows."""

    lead: tuple[Line, ...]
    date: DateLine | None
    category: str | None
    code: bool | None
    head: Head | None
    head_lines: tuple[Line, ...]
    body: tuple[Line, ...]


def read_listing(source: Source, author: str | None = None) -> Reading:
    """Entries of a pasted listing. `author` is the person whose page it is; without it, one name that stands in most entries is taken."""
    lines = [line for line in source.lines if not line.blank]
    dates = {line.number: d for line in lines if (d := date_line(line.text))}
    blocks, stray = (_by_dates if _dates_lead(lines, dates) else _by_heads)(lines, dates)
    if blocks and len(stray) > 1 and _find_heads(stray, dates, lambda i: True):
        # A whole entry before the first date: here the dates end the entries.
        blocks, stray = _by_heads(lines, dates)
    if not blocks:
        blocks, stray = _by_paragraphs(lines)
    marks = any(b.code for b in blocks)
    entries: list[Entry] = []
    rejected: list[Rejected] = [source.reject(line, "page head: stands before the first entry") for line in stray]
    became = {line.number: "blank" for line in source.lines if line.blank} | {line.number: "rejected" for line in stray}
    for block in blocks:
        entry, refused, lines_became = _entry(source, block, len(entries), marks)
        if entry:
            entries.append(entry)
        rejected += refused
        became |= lines_became
    return Reading("listing", with_page_author(entries, author), tuple(sorted(rejected, key=lambda r: r.line)), tuple(sorted(became.items())))


def _dates_lead(lines: Sequence[Line], dates: dict[int, DateLine]) -> bool:
    """Whether date lines come before the titles (then each begins an entry) or after the authors."""
    before = after = 0
    for i, line in enumerate(lines):
        if line.number not in dates:
            continue
        following = [x for x in lines[i + 1 : i + 5] if x.number not in dates and not is_number(x) and not is_junk(x.text)]
        after += bool(following) and (_unsure_head(following) is not None or (title_only(following[0]) is not None and len(following[0].text) < LONG))
        before += i > 0 and lines[i - 1].number not in dates and (_ends_head(lines[max(0, i - 2) : i]))
    return after > 0 and after >= before


def _unsure_head(lines: Sequence[Line]) -> Head | None:
    if not lines or len(lines[0].text) >= 2 * LONG or "://" in lines[0].text:
        return None
    return head(lines, sure=False)


def _ends_head(lines: Sequence[Line]) -> bool:
    last = lines[-1]
    if len(last.text) >= 2 * LONG or ends_sentence(last.text):
        return False
    found = names.author_line(last.text)
    return bool(found and found[1] >= 0.7) or _unsure_head([last]) is not None


def _by_dates(lines: Sequence[Line], dates: dict[int, DateLine]) -> tuple[list[Block], list[Line]]:
    starts = [i for i, line in enumerate(lines) if line.number in dates]
    firsts = []
    for i in starts:
        first = i
        while first > 0 and lines[first - 1].number not in dates and (is_number(lines[first - 1]) or category_line(lines[first - 1].text)) and first > i - 2:
            first -= 1
        firsts.append(first)
    blocks = []
    for first, at, stop in zip(firsts, starts, [*firsts[1:], len(lines)]):
        rest = list(lines[at + 1 : stop])
        lead, code = list(lines[first : at + 1]), dates[lines[at].number].code
        if rest and rest[0].text.strip() == "Code":
            lead.append(rest.pop(0))
            code = True
        category = next((c for x in lines[first:at] if (c := category_line(x.text))), None)
        h = head(rest[:4], sure=True) if rest else None
        used = h.used if h else 0
        blocks.append(Block(tuple(lead), dates[lines[at].number], category, code, h, tuple(rest[:used]), tuple(rest[used:])))
    return blocks, list(lines[: firsts[0]]) if firsts else list(lines)


def _by_heads(lines: Sequence[Line], dates: dict[int, DateLine]) -> tuple[list[Block], list[Line]]:
    found = _find_heads(lines, dates, lambda i: True)
    opens = lambda i: i == 0 or lines[i - 1].number + 1 < lines[i].number or lines[i - 1].number in dates or is_number(lines[i - 1])
    if sum(opens(i) for i, _ in found) >= 0.6 * len(found):
        # Blank lines part the entries of this page: a head stands at the beginning of a paragraph.
        found = _find_heads(lines, dates, opens)
    blocks = []
    firsts = [i - 1 if i and is_number(lines[i - 1]) else i for i, _ in found]
    for (at, h), first, stop in zip(found, firsts, [*firsts[1:], len(lines)]):
        body, date = list(lines[at + h.used : stop]), None
        lead = list(lines[first:at])
        if body and body[0].number in dates:
            date = dates[body[0].number]
            lead.append(body.pop(0))
        elif body and body[-1].number in dates:
            date = dates[body[-1].number]
            lead.append(body.pop())
        blocks.append(Block(tuple(lead), date, None, date.code if date else None, h, tuple(lines[at : at + h.used]), tuple(body)))
    return blocks, list(lines[: firsts[0]]) if firsts else list(lines)


def _by_paragraphs(lines: Sequence[Line]) -> tuple[list[Block], list[Line]]:
    """Without dates and authors: each long line is an abstract, and the short line before it its title, if it looks like one."""
    starts = []
    for i, line in enumerate(lines):
        if len(line.text) >= LONG and len(line.text.split()) >= 25 and ends_sentence(line.text):
            first = i - 1 if i and len(lines[i - 1].text) < LONG and title_only(lines[i - 1]) else i
            starts.append(first)
    blocks = [Block((), None, None, None, None, (), tuple(lines[a:b])) for a, b in zip(starts, [*starts[1:], len(lines)])]
    return blocks, list(lines[: starts[0]]) if starts else list(lines)


def _find_heads(lines: Sequence[Line], dates: dict[int, DateLine], may_begin: Callable[[int], bool]) -> list[tuple[int, Head]]:
    found: list[tuple[int, Head]] = []
    i = 0
    while i < len(lines):
        line, h = lines[i], None
        if may_begin(i) and line.number not in dates and not is_number(line) and not is_junk(line.text) and abstract_start(line.text) is None:
            h = _unsure_head(lines[i : i + 4])
        if h and not _in_running_text(lines, i, h) and _prose_follows(lines, dates, i + h.used):
            found.append((i, h))
            i += h.used
        else:
            i += 1
    return found


def _in_running_text(lines: Sequence[Line], i: int, h: Head) -> bool:
    """Whether a supposed head rather stands in a wrapped abstract: it goes on from the line before, or ends as a sentence does."""
    before = lines[i - 1] if i and lines[i - 1].number + 1 == lines[i].number else None
    goes_on = before is not None and WRAPPED <= len(before.text) < LONG and not ends_sentence(before.text) and not h.truncated
    text = lines[i].text[number_end(lines[i].text) :].lstrip()
    return (ends_sentence(lines[i + h.used - 1].text) and not h.truncated) or (goes_on and (text[:1].islower() or h.score < 0.9))


def _prose_follows(lines: Sequence[Line], dates: dict[int, DateLine], at: int) -> bool:
    """Whether what follows a supposed head is an abstract (or its date, or the end, or another head): names in running text have none of these."""
    while at < len(lines) and (lines[at].number in dates or is_junk(lines[at].text) or is_number(lines[at])):
        at += 1
    if at >= len(lines):
        return True
    text = lines[at].text
    return abstract_start(text) is not None or (len(text.split()) >= 6 and text.strip()[0] not in ",;)" and not text.strip()[0].islower())


def _entry(source: Source, block: Block, index: int, marks: bool) -> tuple[Entry | None, list[Rejected], dict[int, str]]:
    name = f"{source.prefix}:{index}"
    title, head_lines, body = (block.head.title if block.head else None), block.head_lines, block.body
    if title is None and body:
        # No authors could be told from the title: a short first line is the title alone.
        span = title_only(body[0])
        if span and (len(body) > 1 or len(body[0].text) < LONG) and len(body[0].text) < 2 * LONG:
            title, head_lines, body = span, body[:1], body[1:]
    while body and (is_junk(body[0].text) or is_number(body[0])):
        head_lines, body = (*head_lines, body[0]), body[1:]
    skipped = [line for line in head_lines if (is_junk(line.text) or is_number(line)) and line.text.strip().rstrip(":").lower() != "abstract"]
    taken = abstract_extent(body)
    prose, left = body[:taken], body[taken:]
    abstract = None
    if prose:
        start = prose[0].start + (abstract_start(prose[0].text) or len(prose[0].text) - len(prose[0].text.lstrip()))
        abstract = Span(start, prose[-1].start + len(prose[-1].text.rstrip()))
        if abstract.end <= abstract.start:
            abstract = None
    used = sorted([*block.lead, *head_lines, *prose], key=lambda line: line.start)
    if title is None and abstract is None:
        reason = "an entry without title and abstract"
        return None, [source.reject(line, reason) for line in (*used, *left)], {line.number: "rejected" for line in (*used, *left)}
    base, end = used[0].start, used[-1].end
    shift = lambda s: None if s is None else Span(s.start - base, s.end - base)
    h = block.head
    entry = Entry(
        id=name, source=source.name, line=used[0].number, byte_start=source.byte_at(base), byte_end=source.byte_at(end), text=source.text[base:end], format="listing", verbatim=True,
        title=shift(title), abstract=shift(abstract), authors=tuple(p._replace(span=shift(p.span)) for p in h.authors) if h else (),
        truncated_authors=h.truncated if h else False, affiliations=(h.organization,) if h and h.organization else (),
        categories=(c,) if (c := block.date.category if block.date and block.date.category else block.category) else (), date=block.date.date if block.date else None,
        code_flag=block.code if block.date and (block.date.glued or marks) else None,
    )  # fmt: skip
    became = {x.number: f"{name} lead" for x in block.lead} | {x.number: f"{name} head" for x in head_lines} | {x.number: f"{name} abstract" for x in prose}
    became |= {x.number: "rejected" for x in (*skipped, *left)}
    refused = [source.reject(x, f"left over: not a part of entry {name}, which it stands in") for x in skipped]
    return entry, refused + [source.reject(x, f"left over: stands after the abstract of entry {name}") for x in left], became


def with_page_author(entries: Sequence[Entry], author: str | None) -> tuple[Entry, ...]:
    """Entries of a person's page whose authors are cut off by "et al." and lack that person get the name, with a confidence.

    Given by the user the name is nearly sure; inferred (it must stand in more than half of five entries or more, and twice as often as any
    other), it is as sure as the share of entries that show it.
    """
    confidence = 0.9
    if author is None:
        listed = [e for e in entries if e.authors]
        shares = Counter(" ".join(p.name.split()) for e in listed for p in e.authors).most_common(2)
        if len(listed) < 5 or 2 * shares[0][1] <= len(listed) or (len(shares) > 1 and shares[0][1] < 2 * shares[1][1]):
            return tuple(entries)
        author, confidence = shares[0][0], round(shares[0][1] / len(listed), 3)
    key = author.casefold()
    return tuple(
        replace(e, page_author=author, page_author_confidence=confidence) if e.truncated_authors and all(p.name.casefold() != key for p in e.authors) else e
        for e in entries
    )


FORMAT = Format(
    "an author's or topic's page as it is pasted",
    "title, authors (split where glued), et al., date, category, organisation, code mark, abstract",
    lambda o: True,
    page(read_listing),
)
