"""Markdown lists of papers ("awesome" lists): `- [Title](address) Authors. *Venue 2023* [[code]](address)`, and tables with a title column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.readers.format import Format, Opening
from kg.readers.identifiers import arxiv_of, own_code, repository_of
from kg.readers.inputs import Input
from kg.readers.records import BadRecord, Raw, Record, entries
from kg.readers.source import Item, Options, Source, load
from kg.readers.spoken import COMMAS, OTHERS, PARTICLES

_BULLET = re.compile(r"\s*(?:[-*+]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?")
_HEADING = re.compile(r"#{2,6}\s+")
# A paper's address by which a short name, such as BERT, is a title.
_PAPER = re.compile(r"arxiv\.org|doi\.org|openreview\.net|aclanthology|openaccess|proceedings|\.pdf$|papers\.nips|semanticscholar|ieeexplore|dl\.acm", re.I)
_VENUE_MARK = re.compile(r"\s*[`*]*[\[(]((?:[A-Z][A-Za-z&]{1,14}|arXiv)(?:[\s\-'’]*(?:\d{2,4}(?:\.\d{2,5})?))?)[\])][`*]*[\s:,–-]*")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_RULE = re.compile(r"[\s|:\-]+$")
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^()\s]{0,2000}\)")
_LINK = re.compile(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]{0,300}\]){1,600})\]\(\s*<?([^()\s<>]{1,2000}(?:\([^()\s]{0,300}\)[^()\s<>]{0,500})?)>?(?:\s+[\"'][^\"'\n]{0,300}[\"'])?\s*\)"
)
_BOLD = re.compile(r"\*\*([^*\n]{4,600})\*\*|__([^_\n]{4,600})__")
_QUOTED = re.compile(r"[\"“]([^\"”\n]{8,600})[\"”]")
_TAGS = re.compile(r"<br\s*/?>|</?(?:b|i|em|strong|sub|sup|p|li|ul|div|span|font|small|code)\b[^<>\n]{0,200}>", re.I)
_ANCHOR = re.compile(r"<a\s[^<>\n]{0,300}?href=[\"']([^\"'\n]{1,2000})[\"'][^<>\n]{0,200}>(.{1,600}?)</a>", re.I)
# What links are called that lead to something about a paper.
_BADGE = re.compile(
    r"[\W_]*(?:the\s+)?(?:paper|pdf|arxiv(?:[:\s]*\d{4}\.\d{4,5})?|(?:https?://|www\.)\S+|code|official code|github|git|project(?: ?page)?|page|web(?:site|page)?|homepage|home|demo|blog(?:post)?|video|slides|poster|supp\w*|supplement\w*|"
    r"data(?:set)?s?|model|weights|link|url|abs(?:tract)?|html|bibtex|doi|openreview|pytorch|tensorflow|tf|jax|unofficial.*|official|colab|tweet|thread|talk|star|talk video|hugging ?face|hf|model ?scope|twitter|x|\d+)[\W_]*",
    re.I,
)
_VENUE = re.compile(r"([A-Z][A-Za-z&+/]{1,14}(?:[ \-](?:[A-Z][A-Za-z&]{1,14}|of|on|and|for)){0,7})[\s,'’\-]{0,3}((?:19|20)\d\d|\d\d)\b(?:[.\-/](\d\d))?")
_YEAR = re.compile(r"(?<![\d.])((?:19[5-9]|20[0-4])\d)(?![\d.]\d)")
_PERSON = re.compile(r"(?:[^\W\d_][\w.'’\-]*\.?)(?:\s+(?:[^\W\d_][\w.'’\-]*\.?)){1,4}")
_SERVER = {"arxiv", "preprint", "corr", "biorxiv"}


def _raws(source: Source) -> Iterator[Raw]:
    """A Raw for each bullet, with the lines that go on below it, and each row of a table; headings and prose are passed over."""
    block: list[int] = []
    lines = source.lines
    header: list[str] = []

    def raw(first: int, last: int) -> Raw:
        a, b = source.byte_at(lines[first].start), source.byte_at(lines[last].end)
        body = source.text[lines[first].start : lines[last].end]
        return Raw(lines[first].number, a, b, body.encode(), body)

    bare_table = False
    for i, line in enumerate(lines):
        bullet = _BULLET.match(line.text) or (_HEADING.match(line.text) if "](http" in line.text else None)
        bare_table = bare_table and not line.blank
        if bullet and block and line.indent > lines[block[0]].indent and not _names_paper(line.text):
            bullet = None  # a bullet below a paper that tells more of it
        if block and (bullet or line.blank or _ROW.match(line.text) or line.text.startswith("#")):
            yield raw(block[0], block[-1])
            block = []
        if bullet:
            block = [i]
        elif block:
            block.append(i)
        elif line.blank:
            yield raw(i, i)._replace(passed="blank")
        elif _ROW.match(line.text) or bare_table or (" | " in line.text and i + 1 < len(lines) and "|" in lines[i + 1].text and _RULE.match(lines[i + 1].text)):
            # Some tables have no bars at their sides.
            bare_table = not _ROW.match(line.text)
            cells = _split(line.text)
            rule = _RULE.match(line.text) is not None
            if rule or (i + 1 < len(lines) and _RULE.match(lines[i + 1].text)):
                header = header if rule else [c.casefold() for c in cells]
                yield raw(i, i)._replace(passed="table head")
            else:
                yield raw(i, i)._replace(value=(header, cells))
        else:
            header = header if _ROW.match(line.text) else []
            yield raw(i, i)._replace(passed="heading" if line.text.startswith("#") else "prose")
    if block:
        yield raw(block[0], block[-1])


def _names_paper(text: str) -> bool:
    """Whether a line has a link or bold words that may be a title."""
    words = [m[1] for m in _LINK.finditer(text)] + [m[1] or m[2] for m in _BOLD.finditer(text)]
    return any(len(w) > 7 and not _BADGE.fullmatch(w) for w in map(_bare, words))


def _record(value: str | tuple[list[str], list[str]]) -> Record:
    if isinstance(value, tuple):
        header, cells = value
        # The title is in the column that says so, else in the longest cell.
        named = next((c for name in ("title", "paper title", "paper", "papers", "name") for h, c in zip(header, cells) if h == name and c), None)
        title = named or max(cells, key=len, default="")
        return item("\n".join([title if "[" in title or "**" in title else f"**{title}**", *(c for c in cells if c is not title)]))
    lead = _BULLET.match(value) or _HEADING.match(value)
    return item(value[lead.end() :] if lead else value)


def _split(row: str) -> list[str]:
    """The cells of a row; a bar behind a backslash parts none."""
    return [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def item(text: str) -> Record:
    """What a bullet says: title, authors, venue and year, and where its links lead."""
    text = _TAGS.sub(" ", _ANCHOR.sub(lambda m: f"[{m[2]}]({m[1]})", _IMAGE.sub(" ", text)))
    # "[CVPR 2020] Title", "**[ICML]** Title": where it appeared stands first.
    mark = m if (m := _VENUE_MARK.match(text)) and not text[m.end() - 1 : m.end() + 1].startswith("](") and text[m.end() :].strip() else None
    if mark and text[mark.end() : mark.end() + 1] != "(":
        text = f"{text[mark.end() :]} \n {mark[1]}"
    links = [(" ".join(m[1].split()), m[2], m.span()) for m in _LINK.finditer(text) if not m[2].startswith("mailto:")]
    if links and all(address.startswith("#") for _, address, _ in links):
        raise BadRecord("no paper: its links lead to places on this page")
    shown = [link for link in links if not _BADGE.fullmatch(_bare(link[0]))]
    bold = next((m for m in _BOLD.finditer(text) if not _BADGE.fullmatch(_bare(m[1] or m[2]))), None)
    quoted = _QUOTED.search(text)
    first = max(shown, key=lambda link: len(link[0])) if shown else None
    plain = _plain(text[: links[0][2][0]]) if links else _plain(text)
    if first and (len(_bare(first[0])) > 7 or _PAPER.search(first[1])):
        title, span = _bare(first[0]), first[2]
    elif bold and len(_bare(_LINK.sub(lambda m: m[1], bold[0]))) > 7:
        title, span = _bare(_LINK.sub(lambda m: m[1], bold[1] or bold[2])), bold.span()
    elif quoted:
        title, span = quoted[1], quoted.span()
    elif links and len(plain.split()) > 2:
        head = re.split(r"(?<=[a-z?!)])[.,]\s+(?=[A-Z])", plain)[0]
        title, span = head, (0, text.find(head) + len(head) if head in text else links[0][2][0])
    else:
        raise BadRecord("no title: neither a link, bold or quoted words, nor words before a link name a paper")
    rest = text[: span[0]] + " \n " + text[span[1] :]
    prose = _LINK.sub(" \n ", rest)
    venue, year = _venue(prose)
    names, cut = _authors(prose)
    addresses = [address for _, address, _ in links]
    arxiv = next((f for a in addresses if (f := arxiv_of(a.split("?")[0]))), None)
    own = first[1] if first and title == _bare(first[0]) and not repository_of(first[1]) else None
    paper = next((a for label, a, _ in links if re.match(r"[\W_]*(?:paper|pdf|arxiv|abs)", label, re.I)), None)
    return {
        "title": title.strip(" .,:;*_"), "authors": names, "truncated_authors": cut, "venue": venue, "year": year, "url": own or paper, "arxiv_id": arxiv[0] if arxiv else None,
        "doi": next((a for a in addresses if "doi.org/10." in a), None), "repositories": own_code(addresses),
    }  # fmt: skip


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text).split()).strip(" []")


def _plain(text: str) -> str:
    return _bare(text).strip(" -–—:,|")


def _venue(prose: str) -> tuple[str | None, int | None]:
    """The first "Name 2023" or "Name'23" that is no preprint server, and the year."""
    year = int(m[1]) if (m := _YEAR.search(prose)) else None
    for m in _VENUE.finditer(prose):
        found = int(m[2]) if len(m[2]) == 4 else 2000 + int(m[2]) if int(m[2]) < 50 else 1900 + int(m[2])
        if m[1].split()[0].casefold() in _SERVER or (len(m[2]) == 2 and year and found != year):
            year = year or found
            continue
        if 1950 <= found < 2050 and re.search(r"[A-Z]{2}|[a-z][A-Z]|Conference|Journal|Proc|Workshop|Trans|Nature|Science|Interspeech", m[1]):
            return f"{m[1]} {found}", found
    return None, year


def _authors(prose: str) -> tuple[list[str], bool]:
    """The first stretch of the prose that is a list of names: commas or "and" between parts of two to five words without digits."""
    for piece in re.split(r"\n|[|;]|\s[-–—]\s|[()\[\]]|[*_]{1,3}(?=[^\w]|$)|(?<![\w])[*_]{1,3}|(?<=[^\W\d_]{2})\.(?:\s|$)", prose):
        listed = piece.strip(" .,:;*_-–—`").removeprefix("by ").removeprefix("Authors: ")
        cut = OTHERS.search(listed) is not None
        names = [p.strip(" *_.`") if not re.search(r"\s[A-Z]\.$", p) else p.strip(" *_`") for p in COMMAS.split(OTHERS.sub("", listed))]
        # A venue or a year behind the names is none of them.
        names = [n for k, n in enumerate(names) if n and not (k and re.search(r"\d", n))]
        if (
            names
            and all(_PERSON.fullmatch(n) and all(w[:1].isupper() or w in PARTICLES for w in n.split()) for n in names)
            and (len(names) > 1 or cut or 2 <= len(names[0].split()) <= 3)
        ):
            return names, cut
    return [], False


def read(file: Input, options: Options) -> Iterator[Item]:
    return entries(file.name, "markdown", _raws(load(file)), _record)


def _looks(o: Opening) -> bool:
    items = sum(1 for x in o.text.splitlines() if (_BULLET.match(x) or _ROW.match(x) or _HEADING.match(x)) and re.search(r"\]\(https?://|<a\s", x))
    paper, named = _PAPER.search(o.text) is not None, o.name.lower().endswith((".md", ".markdown"))
    return (items > 1 and (paper or named)) or (items > 0 and paper and named)


FORMAT = Format(
    "Markdown lists and tables of papers (“awesome” lists)",
    "title, authors where they are listed, venue and year, address, DOI, arXiv id, code links",
    _looks,
    read,
)
