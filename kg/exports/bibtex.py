"""The papers as BibTeX, for LaTeX and reference managers."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg import tables
from kg.model import Kind, Relation

# arXiv's archives, with or without a class; of computer science also the class alone, as listings have it.
_ARCHIVE = r"(?:astro-ph|cond-mat|cs|econ|eess|gr-qc|hep-(?:ex|lat|ph|th)|math(?:-ph)?|nlin|nucl-(?:ex|th)|physics|q-bio|q-fin|quant-ph|stat)"
_CODE = re.compile(rf"{_ARCHIVE}(?:\.[A-Za-z\-]{{2,10}})?|[A-Z]{{2}}")
_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$",
    "#": r"\#", "_": r"\_",
}  # fmt: skip
_JOURNAL = re.compile(r"\b(?:journal|transactions|letters|review|reviews|magazine|annals|bulletin|nature|science|jmlr|tmlr|tacl|tpami|pami)\b", re.I)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_SMALL = {"a", "an", "the", "on", "of", "in", "for", "to", "and", "with", "is", "are", "can", "do", "does", "how", "what", "why", "towards", "toward"}


def write_bibtex(folder: Path, out: Path) -> None:
    """An entry a paper (but those that are only cited), in the order of their keys: family name, year and first word of the title, with a letter where that is not unique."""
    nodes = {n["id"]: n for n in tables.read(folder, "nodes").to_pylist()}
    # One entry that lists all authors is enough.
    whole = {
        e["id"]
        for e in tables.read(folder, "entries").select(["id", "authors", "truncated_authors"]).to_pylist()
        if e["authors"] and not e["truncated_authors"]
    }
    authors: dict[str, list[tuple[int, str]]] = defaultdict(list)
    named: dict[str, list[str]] = defaultdict(list)
    codes: dict[str, list[str]] = defaultdict(list)
    for e in tables.read(folder, "edges").to_pylist():
        if e["kind"] == Relation.AUTHORED.value and not e["inferred"]:
            authors[e["target"]].append((e["position"] or 0, nodes[e["source"]]["name"]))
        elif nodes[e["target"]]["kind"] in (Kind.METHOD.value, Kind.TASK.value) and nodes[e["source"]]["kind"] == Kind.PAPER.value:
            named[e["source"]].append(nodes[e["target"]]["name"])
        elif e["kind"] == Relation.IN_CATEGORY.value:
            codes[e["source"]].append(nodes[e["target"]]["name"])
    papers = [n for n in nodes.values() if n["kind"] == Kind.PAPER.value and not n["stub"]]
    people = {p["id"]: [name for _, name in sorted(authors[p["id"]])] for p in papers}
    entries = []
    for key, p in _keys(papers, people):
        fields = _fields(p, people[p["id"]], bool(people[p["id"]]) and not whole & set(p["entries"]), sorted(set(named[p["id"]])), sorted(codes[p["id"]]))
        body = "".join(f"  {name} = {{{value}}},\n" if name != "month" else f"  month = {value},\n" for name, value in fields if value)
        entries.append(f"@{_type(p)}{{{key},\n{body}}}\n")
    out.write_text("\n".join(entries), encoding="utf-8", newline="\n")


# What sources call kinds of publication, and BibTeX's word for it; the first that is met decides.
_TYPES = (
    ("inproceedings", re.compile(r"inproceedings|conference|proceedings-article|^CONF$|^CPAPER$", re.I)),
    ("phdthesis", re.compile(r"thesis|dissertation|^THES$", re.I)),
    ("incollection", re.compile(r"incollection|inbook|chapter|book-?section|^CHAP$", re.I)),
    ("book", re.compile(r"^(?:book|monograph|edited-book)$", re.I)),
    ("article", re.compile(r"journal|^JOUR$|^article$", re.I)),
)


def _type(p: Mapping[str, Any]) -> str:
    """The kind of entry: as the records say, else by the venue's name."""
    if not p["venue"]:
        return "misc"
    said = {p["type"], *(v for f, v in zip(p["value_field"] or (), p["value_text"] or ()) if f == "type")} - {None}
    known = [kind for kind, pattern in _TYPES for t in said if pattern.search(t)]
    # OpenAlex calls papers at conferences articles, too.
    return (
        known[0]
        if known and said != {"article"}
        else "article"
        if _JOURNAL.search(p["venue"]) or (said and not _MEETING.search(p["venue"]))
        else "inproceedings"
    )


_MEETING = re.compile(r"conference|symposium|workshop|proceedings|advances in|meeting|\b[A-Z]{3,}[a-z]*\b(?:\s*['’]?\d{2,4})?$|NeurIPS|CoRL|CoNLL|Interspeech")


def _fields(p: Mapping[str, Any], people: Sequence[str], cut: bool, named: Sequence[str], codes: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    yield "title", f"{{{escaped(p['title'])}}}" if p["title"] else None
    yield "author", " and ".join([*map(_person, people), *(["others"] if cut else [])]) if people else None
    if p["date"]:
        yield "year", p["date"][:4]
        yield "month", _MONTHS[int(p["date"][5:7]) - 1] if len(p["date"]) >= 7 else None
    yield (
        {"article": "journal", "inproceedings": "booktitle", "incollection": "booktitle", "phdthesis": "school", "book": "publisher"}.get(_type(p), "note"),
        escaped(p["venue"] or ""),
    )
    yield "doi", _address(p["doi"])
    if p["arxiv_id"]:
        yield "eprint", _address(p["arxiv_id"])
        yield "archiveprefix", "arXiv"
        own = [c for c in codes if _CODE.fullmatch(c)]
        yield "primaryclass", escaped(own[0]) if len(own) == 1 else None
    yield "url", _address(p["url"])
    yield "abstract", escaped(p["abstract"] or "")
    yield "keywords", ", ".join(escaped(n).replace(",", " ") for n in dict.fromkeys([*(c for c in codes if not _CODE.fullmatch(c)), *named]))


def escaped(text: str) -> str:
    """Text in which nothing is a command of TeX, and braces are in balance."""
    text = " ".join("".join(c if c.isprintable() or c.isspace() else " " for c in text).split())
    return "".join(_ESCAPES.get(c, c) for c in text)


def _person(name: str) -> str:
    """A name as BibTeX takes it apart; one with the word "and" in it, or with several commas, stands whole in braces."""
    text = escaped(name)
    return f"{{{text}}}" if re.search(r"\band\b", text, re.I) or text.count(",") > 2 else text


def _address(text: str | None) -> str | None:
    """A DOI, id or address, which BibTeX packages take verbatim: only what would end the field is written in percent."""
    return re.sub(r"[{}\\\s%]", lambda m: m[0] if m[0] == "%" else f"%{ord(m[0]):02X}", text) if text else None


def _keys(papers: Sequence[Mapping[str, Any]], people: Mapping[str, Sequence[str]]) -> list[tuple[str, Mapping[str, Any]]]:
    stems: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for p in papers:
        names = people[p["id"]]
        family = _plain(_family(names[0])) if names else ""
        word = next((w for w in map(_plain, re.split(r"[\s\-:–—]+", p["title"] or "")) if w and w not in _SMALL), "")
        stems[f"{family or 'anonymous'}{p['year'] or ''}{word}"].append(p)
    found = []
    for stem, same in stems.items():
        ordered = sorted(same, key=lambda p: p["id"])
        found += [(stem + (_letters(k) if len(same) > 1 else ""), p) for k, p in enumerate(ordered)]
    return sorted(found, key=lambda x: x[0])


def _family(name: str) -> str:
    """The last word of a name that is no suffix ("Jr."), or what stands before its comma."""
    words = [w for w in name.partition(",")[0].split() if w.rstrip(".").lower() not in ("jr", "sr", "ii", "iii", "iv")]
    return words[-1] if words else ""


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", folded.lower())


def _letters(k: int) -> str:
    """-a, -b, …, -z, -aa, …: with a hyphen, so that no key with a letter is the key of another word."""
    text = ""
    k += 1
    while k:
        k, rest = divmod(k - 1, 26)
        text = chr(97 + rest) + text
    return "-" + text
