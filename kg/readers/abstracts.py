"""Pages that mark each abstract: `Abstract:…`, one paper each, with or without its title (and authors) on the lines before."""

from __future__ import annotations

from collections.abc import Sequence

from kg.model import Entry, Rejected, Span
from kg.readers.format import Format, page
from kg.readers.lines import DateLine, Head, abstract_extent, abstract_start, date_line, head, is_junk, is_label, is_number, title_only, wraps
from kg.readers.listing import with_page_author
from kg.readers.source import Line, Reading, Source


def read_abstracts(source: Source, author: str | None = None) -> Reading:
    """One entry a marked abstract. What stands between an abstract and the next mark is the next one's head, or is refused."""
    lines = [line for line in source.lines if not line.blank]
    starts = [i for i, line in enumerate(lines) if abstract_start(line.text) is not None]
    entries: list[Entry] = []
    rejected: list[Rejected] = []
    became = {line.number: "blank" for line in source.lines if line.blank}
    before = lines[: starts[0]] if starts else lines
    for n, at in enumerate(starts):
        stop = starts[n + 1] if n + 1 < len(starts) else len(lines)
        body = lines[at:stop]
        if not body[0].text[abstract_start(body[0].text) :].strip() and len(body) > 1:
            # "Abstract:" on a line of its own.
            taken = 1 + abstract_extent(body[1:], heads_follow=True)
        else:
            taken = abstract_extent(body, heads_follow=True)
        entry, unused = _entry(source, f"{source.prefix}:{len(entries)}", before, body[:taken])
        if entry:
            entries.append(entry)
            used = [x for x in before if x not in unused]
            became |= {x.number: f"{entry.id} head" for x in used} | {x.number: f"{entry.id} abstract" for x in body[:taken]}
        else:
            unused = before
            rejected += [source.reject(x, "left over: nothing stands behind this mark") for x in body[:taken]]
            became |= {x.number: "rejected" for x in body[:taken]}
        where = "between two abstracts" if n else "before the first abstract"
        rejected += [source.reject(x, f"left over: stands {where} and does not look like a title") for x in unused]
        became |= {x.number: "rejected" for x in unused}
        before = body[taken:]
    rejected += [source.reject(x, "left over: stands after the last abstract") for x in before]
    became |= {x.number: "rejected" for x in before}
    return Reading("abstracts", with_page_author(entries, author), tuple(sorted(rejected, key=lambda r: r.line)), tuple(sorted(became.items())))


def _entry(source: Source, name: str, before: Sequence[Line], prose: Sequence[Line]) -> tuple[Entry | None, list[Line]]:
    """The entry of an abstract with the head that `before` holds, and the lines of `before` that were not used."""
    start = prose[0].start + (abstract_start(prose[0].text) or 0)
    end = prose[-1].start + len(prose[-1].text.rstrip())
    if not source.text[start:end].strip():
        return None, list(before)
    lead = len(source.text[start:end]) - len(source.text[start:end].lstrip())
    used, title, h, date = _head_before(before)
    base = used[0].start if used else prose[0].start
    shift = lambda s: None if s is None else Span(s.start - base, s.end - base)
    entry = Entry(
        id=name, source=source.name, line=(used or prose)[0].number, byte_start=source.byte_at(base), byte_end=source.byte_at(prose[-1].end),
        text=source.text[base : prose[-1].end], format="abstracts", verbatim=True, title=shift(title), abstract=shift(Span(start + lead, end)),
        authors=tuple(p._replace(span=shift(p.span)) for p in h.authors) if h else (), truncated_authors=h.truncated if h else False,
        affiliations=(h.organization,) if h and h.organization else (), date=date.date if date else None,
        categories=(date.category,) if date and date.category else (), code_flag=date.code if date and date.glued else None,
    )  # fmt: skip
    return entry, [x for x in before if x not in used]


def _head_before(before: Sequence[Line]) -> tuple[list[Line], Span | None, Head | None, DateLine | None]:
    """The head at the end of the lines before an abstract: [date] title [authors] [date]."""
    tail = [line for line in before if not is_junk(line.text) and not is_label(line.text)][-5:]
    last_date = date_line(tail[-1].text) if tail else None
    rest = tail[:-1] if last_date else tail
    for k in range(len(rest)):
        if date_line(rest[k].text) or is_number(rest[k]) or is_junk(rest[k].text):
            continue
        h = head(rest[k:], sure=False)
        if h and h.used == len(rest) - k:
            first_date = date_line(rest[k - 1].text) if k else None
            first = k - 1 if first_date else k
            return [*rest[first:], *tail[len(rest) :]], h.title, h, first_date or last_date
    if rest and (title := title_only(rest[-1])):
        first = len(rest) - 1
        if first and wraps(rest[first - 1 :]) and (above := title_only(rest[first - 1])):
            first, title = first - 1, Span(above.start, title.end)
        first_date = date_line(rest[first - 1].text) if first else None
        return [*rest[first - 1 if first_date else first :], *tail[len(rest) :]], title, None, first_date or last_date
    return [], None, None, None


FORMAT = Format(
    "pages that mark each abstract with “Abstract:”",
    "abstract; title, authors, date where they stand before it",
    lambda o: any(abstract_start(line) is not None for line in o.text.splitlines()),
    page(read_abstracts),
)
