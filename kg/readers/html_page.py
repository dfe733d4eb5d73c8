"""Pages saved from a browser: Google Scholar profiles, DBLP persons, Hugging Face papers, single papers with citation tags; of any other page its visible text, read as a pasted page."""

from __future__ import annotations

import io
import json
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Comment, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString

from kg.errors import ReadError
from kg.readers import abstracts, arxiv_listing, listing, markdown
from kg.readers.columns import authors as listed_names
from kg.readers.format import Format, Opening
from kg.readers.identifiers import arxiv_of, day, own_code
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Raw, Record, entries
from kg.readers.source import Item, Options, Passed, Source, decode, load
from kg.readers.spoken import name_in_order, without_number

_HIDDEN = {"script", "style", "noscript", "template", "head", "svg", "nav", "button", "form", "footer", "select", "iframe"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre",
    "section", "table", "tbody", "td", "th", "tr", "ul",
}  # fmt: skip


def _said(node: Tag | None) -> str | None:
    words = " ".join(node.get_text(" ").split()) if node is not None else ""
    return words or None


# ---- pages of known sites: which elements are papers, and what each says


def _scholar(row: Tag) -> Record:
    title, grey = row.select_one("a.gsc_a_at"), row.select(".gs_gray")
    listed = _said(grey[0]) if grey else None
    venue = "".join(t for t in grey[1].find_all(string=True, recursive=False)) if len(grey) > 1 else ""
    names = [n for n in re.split(r"(?:(?<!\s)\s+)?,\s*", listed or "") if n]
    cut = bool(names) and names[-1] in ("...", "…")
    year = re.search(r"\d{4}", _said(row.select_one(".gsc_a_y")) or "")
    # Volume, issue and pages stand behind the name.
    name = re.sub(r"(?<![\s,])[\s,]+(?:\d[\w\s(),:\-–/]{0,80}|\([\d\s\-–]{1,40}\)[\s,\d\-–]{0,40})$", "", venue.strip()).strip(" ,…")
    return {
        "title": _said(title), "authors": [n for n in names if n not in ("...", "…")], "truncated_authors": cut, "venue": None if name.lower().startswith("arxiv") else name or None,
        "date": day(year[0]) if year else None, "arxiv_id": (m[1] if (m := re.search(r"arXiv:(\d{4}\.\d{4,5})", venue)) else None),
        "url": urljoin("https://scholar.google.com/", str(title.get("href"))) if title is not None and title.get("href") else None,
    }  # fmt: skip


def _dblp(item: Tag) -> Record:
    cite = item.select_one("cite.data") or item
    doi = next((a["href"] for a in item.select("nav a[href], a[href]") if "doi.org/10." in a["href"] and "48550" not in str(a["href"]).lower()), None)
    arxiv = next((f for a in item.select("a[href]") if (f := arxiv_of(a["href"]))), None)
    year = re.search(r"\d{4}", _said(cite.select_one("[itemprop=datePublished]")) or "")
    names = [without_number(_said(a) or "") for a in cite.select("span[itemprop=author] [itemprop=name]")] or [
        _said(a) or "" for a in cite.select("span[itemprop=author]")
    ]
    key = item.get("id")
    return {
        "title": (_said(cite.select_one(".title")) or "").removesuffix(".") or None, "authors": names, "date": day(year[0]) if year else None,
        "venue": _said(cite.select_one("[itemprop=isPartOf] [itemprop=name]")), "doi": doi, "arxiv_id": arxiv[0] if arxiv else None, "id": key, "identifiers": {"dblp": key},
    }  # fmt: skip


def _hugging_face(item: Tag) -> Record:
    link = item.select_one('h3 a[href^="/papers/"], h3 a[href*="huggingface.co/papers/"]')
    arxiv = arxiv_of(str(link.get("href")).rstrip("/").rsplit("/", 1)[-1]) if link is not None else None
    summary = item.select_one("p")
    # Of people with an account only that may be shown; a name has two words.
    names = [n for x in item.select("li[title]") if " " in (n := str(x.get("title")).strip())]
    told = re.search(r"(?<!\d)(\d{1,6})\s+authors", _said(item) or "")
    when = item.select_one("time[datetime]")
    return {
        "title": _said(link), "abstract": _said(summary), "authors": names, "arxiv_id": arxiv[0] if arxiv else None, "id": arxiv[0] if arxiv else None,
        "date": str(when.get("datetime"))[:10] if when is not None else None, "repositories": own_code(a["href"] for a in item.select("a[href]"))[:1], "truncated_authors": told is not None and int(told[1]) > len(names),
        "url": f"https://huggingface.co/papers/{arxiv[0]}" if arxiv else None,
    }  # fmt: skip


def _hugging_face_data(page: Tag) -> Iterator[Record]:
    """The list of the day, which the page carries as data for its scripts."""
    for holder in page.select("[data-props*=dailyPapers]"):
        try:
            papers = json.loads(str(holder["data-props"])).get("dailyPapers")
        except (ValueError, AttributeError):
            continue
        for p in papers if isinstance(papers, list) else ():
            paper = p.get("paper") if isinstance(p, dict) else None
            if not isinstance(paper, dict):
                continue
            people = [a.get("name") for a in paper.get("authors") or [] if isinstance(a, dict) and not a.get("hidden")]
            text = lambda key, paper=paper: v if isinstance(v := paper.get(key), str) else None
            yield {
                "id": text("id"), "arxiv_id": text("id"), "title": text("title"), "abstract": " ".join((text("summary") or "").split()) or None,
                "authors": [n for n in people if isinstance(n, str)], "date": (text("publishedAt") or "")[:10] or None, "repositories": own_code([paper.get("githubRepo")]),
                "url": f"https://huggingface.co/papers/{text('id')}" if text("id") else None, "keywords": [k for k in paper.get("ai_keywords") or [] if isinstance(k, str)],
            }  # fmt: skip


def _citation(page: Tag) -> Record | None:
    """A page of one paper: the tags that indexes read (scholar.google.com/intl/en/scholar/inclusion.html)."""
    tags: dict[str, list[str]] = {}
    for m in page.select("meta[content]"):
        name = str(m.get("name") or m.get("property") or "").lower()
        tags.setdefault(name, []).append(" ".join(str(m["content"]).split()))
    first = lambda *names: next((tags[n][0] for n in names if tags.get(n) and tags[n][0]), None)
    if not first("citation_title"):
        return None
    date = re.match(r"(\d{4})(?:[/-](\d{1,2})(?:[/-](\d{1,2}))?)?", first("citation_publication_date", "citation_date", "citation_online_date") or "")
    people = tags.get("citation_author", [])
    people = listed_names(people[0]) if len(people) == 1 and ";" in people[0] else people
    arxiv = arxiv_of(first("citation_arxiv_id"))
    abstract = first("citation_abstract") or _said(page.select_one("blockquote.abstract, .acl-abstract span, #abstract, section.abstract p"))
    return {
        "title": first("citation_title"), "abstract": re.sub(r"^Abstract\s*[:.]?\s*", "", abstract) if abstract else None, "authors": [name_in_order(n) for n in people], "date": day(*date.groups()) if date else None,
        "venue": first("citation_journal_title", "citation_conference_title", "citation_inbook_title"), "doi": first("citation_doi"), "arxiv_id": arxiv[0] if arxiv else None,
        "url": first("og:url", "citation_abstract_html_url", "citation_pdf_url"), "keywords": [k.strip() for v in tags.get("citation_keywords", []) for k in re.split("[;,]", v) if k.strip()],
    }  # fmt: skip


def _search(item: Tag) -> Record:
    """A result of a Google Scholar search: title, then "authors - venue, year - publisher"."""
    title, about = item.select_one("h3.gs_rt a") or item.select_one("h3.gs_rt"), _said(item.select_one(".gs_a")) or ""
    listed, _, rest = about.partition(" - ")
    venue = re.sub(r",?(?:(?<!\s)\s+)?\b(?:19|20)\d\d\b$", "", rest.partition(" - ")[0]).strip(" ,…")
    names = [n.strip(" …\xa0") for n in listed.split(",") if n.strip(" …\xa0")]
    year = re.search(r"\b(?:19|20)\d\d\b", rest)
    href = str(title.get("href")) if title is not None and title.get("href") else None
    arxiv = arxiv_of(href)
    return {
        "title": re.sub(r"^(?:\[[A-Z]{1,20}\]\s*){1,9}", "", _said(title) or "") or None, "authors": names, "truncated_authors": "…" in listed, "year": int(year[0]) if year else None, "url": href,
        "venue": None if not venue or re.match(r"arxiv|\d{4}$", venue, re.I) else venue, "arxiv_id": arxiv[0] if arxiv else None,
    }  # fmt: skip


def _publication(item: Tag) -> Record:
    """An item of a list of publications as people keep it on their homepage, read as a list in Markdown is."""
    copy = BeautifulSoup(str(item), "html.parser")
    for x in copy.select("br"):
        x.replace_with("\n")
    for x in copy.select("a[href]"):
        x.replace_with(f"[{_said(x) or ''}]({x['href']})" if str(x["href"]).startswith("http") else _said(x) or "")
    for x in copy.select("b, strong"):
        x.replace_with(f"**{_said(x) or ''}**" if len(_said(x) or "") > 25 else _said(x) or "")
    for x in copy.select("i, em"):
        x.replace_with(f"*{_said(x) or ''}*")
    return markdown.item(copy.get_text())


_SITES: tuple[tuple[str, Callable[[Tag], Record]], ...] = (
    ("tr.gsc_a_tr", _scholar), ("div.gs_ri", _search), ("li.entry[itemtype]", _dblp), ("article", _hugging_face),
)  # fmt: skip

ELEMENTS = 1_000_000  # of a page, ends counted too


def read(file: Input, options: Options) -> Iterator[Item]:
    source = load(file)
    if source.text.count("<") > ELEMENTS:
        raise ReadError(
            f"{file.name}: line 1: more than {ELEMENTS:,} elements, which no page has that a browser saved: if it holds records, name their format with --format"
        )
    with warnings.catch_warnings():
        # That a page looks like XML, or like the name of a file, is no matter here.
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        page = BeautifulSoup(source.text, "html.parser")
    for selector, record in _SITES:
        found = [x for x in page.select(selector) if record is not _hugging_face or x.select_one('h3 a[href*="/papers/"]')]
        if found:
            yield from _records(source, [(x, record(x)) for x in found])
            return
    if data := [(page, r) for r in _hugging_face_data(page)]:
        yield from _records(source, data)
        return
    if paper := _citation(page):
        yield from _records(source, [(page, paper)])
        return
    yield from _as_text(source, page, options)


class _Places:
    """Where elements begin, in characters: the parser tells line (by line feeds only) and column."""

    def __init__(self, source: Source) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", source.text))]

    def __call__(self, tag: Tag) -> int:
        return self._starts[tag.sourceline - 1] + (tag.sourcepos or 0) if tag.sourceline else 0


def _records(source: Source, found: Sequence[tuple[Tag, Record]]) -> Iterator[Item]:
    """Each record lies from its element's beginning to the next one's, the last to the end."""
    places = _Places(source)
    starts = [places(tag) for tag, _ in found]
    raws = []
    later = [*sorted(set(starts)), len(source.text)]
    for at, (_, record) in zip(starts, found):
        end = later[bisect_right(later, at)] if at < later[-1] else later[-1]
        raws.append(Raw(source.line_at(at).number, source.byte_at(at), source.byte_at(end), source.text[at:end].encode()[:2000], record))
    return entries(source.name, "html", raws, lambda r: r)


def _as_text(source: Source, page: Tag, options: Options) -> Iterator[Item]:
    """The visible text, one line a block, read as a pasted page; places are those of the blocks in the file."""
    lines = list(_visible(page, _Places(source)))
    if not lines:
        raise ReadError(f"{source.name}: line 1: this page shows no text (a script may draw it): copy what you see, and save that as text")
    text = decode("\n".join(line for line, _ in lines).encode(), source.name)
    arxiv = (arxiv_listing.read_arxiv_listing,) if arxiv_listing.FORMAT.looks(Opening(Input(source.name, lambda: io.BytesIO(text.text.encode())))) else ()
    readings = [reader(text, options.author) for reader in (*arxiv, abstracts.read_abstracts, listing.read_listing)]
    reading = readings[0] if arxiv and readings[0].entries else max(readings, key=lambda r: len(r.entries))
    if len(reading.entries) < 2 and len(found := list(_publications(page))) > max(1, len(reading.entries)):
        yield from _records(source, found)
        return
    at = [where for _, where in lines] + [len(source.text)]

    def span(first: int, start: int, end: int) -> tuple[int, int, int]:
        last = next((n for n in range(first - 1, len(lines)) if text.byte_at(text.lines[n].end) >= end), len(lines) - 1)
        a, b = at[first - 1], max(at[last + 1], at[first - 1])
        return source.line_at(a).number, source.byte_at(a), source.byte_at(b)

    for e in reading.entries:
        line, a, b = span(e.line, e.byte_start, e.byte_end)
        yield replace(e, format="html", verbatim=False, line=line, byte_start=a, byte_end=b)
    for r in reading.rejected:
        line, a, b = span(r.line, r.byte_start, r.byte_end)
        yield replace(r, line=line, byte_start=a, byte_end=b)
    for n, what in reading.became:
        if what != "rejected" and not what.endswith(" record"):
            yield Passed(source.line_at(at[n - 1]).number, what)


def _publications(page: Tag) -> Iterator[tuple[Tag, Record]]:
    """The items of lists that name a title with authors or a year."""
    for item in page.select("li, p.publication, div.publication, tr"):
        if item.find(("li", "p", "tr")) is None:
            try:
                record = _publication(item)
            except BadRecord:
                continue
            if record["authors"] and (record["year"] or record["url"] or record["venue"]):
                yield item, record


def _visible(page: Tag, places: _Places) -> Iterator[tuple[str, int]]:
    """The lines that a reader sees, and where in the file the block of each begins."""
    line: list[str] = []
    begins = 0

    def flush() -> Iterator[tuple[str, int]]:
        words = " ".join("".join(line).split())
        line.clear()
        if words:
            yield words, begins

    stack: list[Any] = [page]
    while stack:
        node = stack.pop()
        if isinstance(node, str) and not isinstance(node, NavigableString):
            yield from flush()
        elif isinstance(node, Comment):
            continue
        elif isinstance(node, NavigableString):
            if type(node) is NavigableString:
                line.append(str(node))
        elif node.name not in _HIDDEN:
            block = node.name in _BLOCKS
            if block:
                yield from flush()
                stack.append("end")
            if block or not line:
                begins = places(node)
            stack.extend(reversed(list(node.children)))
    yield from flush()


def _looks(o: Opening) -> bool:
    text = o.text.lstrip()
    while text.startswith("<!--") and "-->" in text:
        text = text.partition("-->")[2].lstrip()
    return re.match(r"<(?:!doctype html|html|head|body)\b", text, re.I) is not None


FORMAT = Format(
    "pages saved from a browser: Google Scholar profile and search, DBLP person, Hugging Face papers, a paper's page with citation tags, lists of publications; of others the text that they show",
    "title, authors (cut-off lists marked), date, venue, abstract, DOI, arXiv id, address, code, as the page has it",
    _looks,
    read,
)
