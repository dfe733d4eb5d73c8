"""Every format gives the same two papers: what it can say of them, their places in the file, and what is broken beside them as a refused row."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import xlsxwriter
import zstandard

from kg.errors import ReadError, WrongUse
from kg.model import Entry
from kg.readers import READERS, read, read_all, read_input, sniff, stream
from kg.readers.inputs import Input, inputs
from kg.readers.source import Options, Reading
from tests.conftest import SAMPLES

FORMATS = SAMPLES / "formats"
TIDENET, HARBOUR = "TideNet: Forecasting Water Levels with Gated Recurrence", "Harbour Log: A Benchmark of Tides"
AUTHORS = [["Mira Halvorsen", "José Núñez-Ortega", "Ludwig van den Berg"], ["Noor El-Amin", "Mira Halvorsen"]]
ABSTRACTS = [
    "We propose TideNet, a gated recurrent network for water levels. On Harbour Log it outperforms LSTM by 12% in RMSE & trains in minutes.",
    "We introduce Harbour Log, a benchmark of 30 years of tides in 40 harbours.",
]
ORCID, DOI, ARXIV = "0000-0002-1825-0097", "10.5555/tide.1", "2301.00001"


@dataclass(frozen=True)
class Sample:
    """A sample file: its format, which of the two papers it has, what it says of the first, how many records of it are broken, and what else is in it."""

    name: str
    format: str
    says: frozenset[str]
    broken: int = 1
    papers: tuple[int, ...] = (0, 1)
    others: int = 0
    columns: tuple[tuple[str, str], ...] = ()


def sample(name: str, format: str, says: str, **more) -> Sample:
    return Sample(name, format, frozenset(says.split()), **more)


# What each says beside the title: see `facts`.
SAMPLES_OF = [
    sample("arxiv-atom.xml", "arxiv-feed", "authors abstract day doi arxiv version categories affiliation comment venue own-id"),
    sample("arxiv-rss.xml", "arxiv-feed", "authors abstract day arxiv version categories own-id"),
    sample("arxiv-dump.json", "arxiv-oai", "authors abstract day doi arxiv version categories comment venue own-id"),
    sample("arxiv-oai.xml", "arxiv-oai", "authors abstract day doi arxiv categories affiliation comment venue own-id"),
    sample("arxiv-listing.txt", "arxiv-listing", "authors abstract arxiv categories comment venue own-id", broken=4),
    sample("arxiv-mail.txt", "arxiv-listing", "authors abstract day arxiv categories comment venue own-id", broken=2),
    sample("library.bib", "bibtex", "authors abstract day doi arxiv version keywords comment venue own-id type", others=1),
    sample("library.ris", "ris", "authors abstract day doi arxiv version keywords comment venue type"),
    sample("wos.txt", "web-of-science", "authors abstract day doi orcid keywords venue own-id type"),
    sample("csl.json", "csl-json", "authors abstract day doi arxiv version keywords orcid venue own-id type"),
    sample("endnote.xml", "endnote-xml", "authors abstract day doi arxiv version keywords comment venue type"),
    sample("openalex.json", "openalex", "authors abstract day doi arxiv keywords orcid affiliation venue own-id type code references"),
    sample("semantic-scholar.json", "semantic-scholar", "authors abstract day doi arxiv orcid affiliation venue own-id type references"),
    sample("semantic-scholar-bulk.jsonl", "semantic-scholar", "authors day doi arxiv venue own-id"),
    sample("crossref.json", "crossref", "authors abstract day doi keywords orcid affiliation venue own-id type references"),
    sample("dblp.xml", "dblp", "authors year doi arxiv orcid venue own-id type"),
    sample("openreview.json", "openreview", "authors abstract day keywords venue own-id code"),
    sample("acl.xml", "acl-anthology", "authors abstract month doi affiliation venue own-id type code"),
    sample("pubmed.xml", "pubmed", "authors day doi orcid affiliation venue own-id type references keywords"),
    sample("medline.nbib", "pubmed", "authors abstract day doi orcid affiliation venue own-id type keywords"),
    sample("pwc-papers.json", "papers-with-code", "authors abstract day arxiv own-id"),
    sample("pwc-links.json", "papers-with-code", "arxiv code"),
    sample("pwc-methods.json", "papers-with-code", "arxiv", papers=(0,)),
    sample("pwc-datasets.json", "papers-with-code", "", papers=(1,), broken=0),
    sample("pwc-evaluation-tables.json", "papers-with-code", "day arxiv version", papers=(0,), broken=0),
    sample("zotero.rdf", "zotero-rdf", "authors abstract day doi arxiv keywords comment venue type"),
    sample("table.csv", "csv", "authors abstract day doi arxiv keywords comment venue own-id code version"),
    sample("tabelle.tsv", "csv", "authors year arxiv version", broken=0, columns=(("title", "Titel"), ("authors", "Wer"), ("year", "3"))),
    sample("table.xlsx", "excel", "authors abstract year doi arxiv keywords venue version", broken=2),
    sample("awesome.md", "markdown", "authors year arxiv code", broken=3, others=1),
    sample("scholar.html", "html", "year venue"),
    sample("dblp.html", "html", "authors year doi venue own-id"),
    sample("huggingface.html", "html", "authors day arxiv own-id"),
    sample("paper-page.html", "html", "authors abstract day doi arxiv venue", papers=(0,), broken=0),
    sample("author-page.html", "html", "authors abstract day"),
    sample("pdf-first-page.txt", "pdf-text", "authors abstract arxiv version categories", papers=(0,), broken=0),
]  # fmt: skip
each_sample = pytest.mark.parametrize("s", SAMPLES_OF, ids=[s.name for s in SAMPLES_OF])


def reading(s: Sample) -> Reading:
    return read(FORMATS / s.name, columns=dict(s.columns))


def plain_abstract(e: Entry) -> str | None:
    found = e.field(e.abstract)
    return found and found.replace("\\%", "%").replace("wa-ter", "water")


def facts(e: Entry) -> set[str]:
    """Which of the facts about the first paper an entry has right."""
    right = {
        "authors": [p.name for p in e.authors] == AUTHORS[0], "abstract": plain_abstract(e) == ABSTRACTS[0], "day": e.date == "2023-01-01", "month": e.date == "2023-01", "year": e.date == "2023",
        "doi": e.doi == DOI, "arxiv": e.arxiv_id == ARXIV, "version": e.version == "v2", "categories": e.categories[:1] == ("cs.LG",), "comment": e.comment == "12 pages, 3 figures",
        "keywords": {"forecasting", "hydrology"} <= {k.lower() for k in e.keywords}, "orcid": bool(e.authors) and e.authors[0].orcid == ORCID,
        "affiliation": any("Example University" in p.affiliations for p in e.authors), "venue": (e.venue or "").startswith("Journal of Coastal Computing"),
        "own-id": not e.id.startswith(f"{Path(e.source).stem}:"), "type": bool(e.type), "references": bool(e.references),
        "code": any((a.field, a.name, a.role) == ("repositories", "github.com/tidenet/tidenet", "own") for a in e.assertions),
    }  # fmt: skip
    return {name for name, yes in right.items() if yes}


# ---- the same behaviour for all


def test_every_format_has_a_sample_and_every_sample_a_test() -> None:
    assert set(READERS) - {"jsonl", "abstracts", "listing"} == {s.format for s in SAMPLES_OF}
    assert {p.name for p in FORMATS.iterdir()} == {s.name for s in SAMPLES_OF}


@each_sample
def test_the_format_is_found_out_and_gives_its_papers(s: Sample) -> None:
    result = reading(s)
    titles = [e.field(e.title) for e in result.entries]

    assert s.format == result.format
    assert [[TIDENET, HARBOUR][n] for n in s.papers] == titles[: len(s.papers)] if s.name != "library.bib" else [TIDENET, HARBOUR] == titles[:2]
    assert len(s.papers) + s.others == len(titles)


@each_sample
def test_it_gives_just_what_it_can_say_of_a_paper(s: Sample) -> None:
    first = reading(s).entries[0]

    if 0 in s.papers:
        assert s.says == facts(first) - ({"affiliation"} if s.name == "arxiv-dump.json" else set()) - ({"categories"} if s.name == "library.bib" else set())


@each_sample
def test_what_is_broken_is_refused_with_its_place_and_reason(s: Sample) -> None:
    result = reading(s)
    raw = (FORMATS / s.name).read_bytes()

    assert s.broken == len(result.rejected)
    for r in result.rejected:
        assert r.reason and r.source.endswith(s.name) and 1 <= r.line <= raw.count(b"\n") + 1
        assert 0 <= r.byte_start <= r.byte_end <= len(raw)


@each_sample
def test_entries_lie_where_they_say(s: Sample) -> None:
    """Bytes hold the record, one after the other; the line is the one it begins in; text is a slice of the file where it says so, spans index it always."""
    raw, last = (FORMATS / s.name).read_bytes(), 0
    for e in reading(s).entries:
        if s.format != "excel" and s.name != "paper-page.html":
            assert last <= e.byte_start < e.byte_end <= len(raw)
            last = e.byte_end
            assert e.line == raw[: e.byte_start].count(b"\n") + 1
            piece = raw[e.byte_start : e.byte_end].decode()
            assert "Tide" in piece or "Waves" in piece or "Harbour" in piece
            assert not e.verbatim or e.text == piece
        for span in (e.title, e.abstract, *(p.span for p in e.authors)):
            assert span is None or 0 <= span.start < span.end <= len(e.text)
        for p in e.authors:
            assert p.span is None or e.text[p.span.start : p.span.end] == p.name


# The inner lines of a volume, which is told of by its first.
NEVER_TOLD = [
    "  title = {Advances in Neural Information Processing Systems 34},",
    "  booktitle = {Advances in Neural Information Processing Systems 34},",
    "  year = {2021}",
    "}",
]


@each_sample
def test_every_line_of_text_became_something(s: Sample) -> None:
    """A line is told of by itself, or lies in a record, or is the frame round records."""
    raw = (FORMATS / s.name).read_bytes()
    result = reading(s)
    if s.format in ("excel", "html") or raw.lstrip()[:1] in (b"{", b"[", b"<"):
        return  # frames of markup stand between records
    told = {line for line, _ in result.became}
    for x in (*result.entries, *result.rejected):
        told |= set(range(x.line, x.line + raw[x.byte_start : x.byte_end].count(b"\n") + 1))

    lines = raw.decode().split("\n")
    untold = {n for n, text in enumerate(lines, 1) if text.strip() and n not in told}
    assert [lines[n - 1] for n in sorted(untold)] == (NEVER_TOLD if s.format == "bibtex" else [])


texts = [s for s in SAMPLES_OF if s.format != "excel"]
accented = [s for s in texts if "Núñez".encode() in (FORMATS / s.name).read_bytes()]


@pytest.mark.parametrize("s", texts, ids=[s.name for s in texts])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(s: Sample) -> None:
    raw = (FORMATS / s.name).read_bytes()
    body = lambda e: (e.id, e.field(e.title), [p.name for p in e.authors], e.field(e.abstract), e.date, e.doi, e.venue)
    wanted = list(map(body, reading(s).entries))
    for changed in (b"\xef\xbb\xbf" + raw, raw.replace(b"\n", b"\r\n")):
        found = read_input(Input(f"x/{s.name}", lambda changed=changed: io.BytesIO(changed)), options=Options(None, s.columns))

        assert s.format == found.format
        assert wanted == list(map(body, found.entries))


@pytest.mark.parametrize("s", accented, ids=[s.name for s in accented])
def test_bytes_that_are_no_utf_8_cost_a_record_or_name_their_line(s: Sample) -> None:
    raw = (FORMATS / s.name).read_bytes()
    broken = raw.replace("Núñez".encode(), "Núñez".encode("latin-1"))
    file = Input(s.name, lambda: io.BytesIO(broken))
    try:
        found = read_input(file, options=Options(None, s.columns))
    except ReadError as e:
        assert re.search(r"line \d+: byte 0xfa is not UTF-8", str(e))
        return

    assert [e.field(e.title) for e in found.entries][:1] == [HARBOUR]
    assert any("byte 0xfa is not UTF-8" in r.reason for r in found.rejected)


@each_sample
def test_a_format_can_be_forced_and_what_is_not_in_it_is_an_error_in_one_line(s: Sample) -> None:
    forced = read(FORMATS / s.name, format=s.format, columns=dict(s.columns))

    assert reading(s) == forced
    for other in READERS:
        try:
            found = read(FORMATS / s.name, format=other)
        except (ReadError, WrongUse) as e:
            assert "\n" not in str(e) and s.name in str(e)
        else:
            assert found.format == other


@each_sample
def test_a_file_that_is_cut_off_anywhere_never_breaks_a_reader(s: Sample) -> None:
    raw = (FORMATS / s.name).read_bytes()
    for cut in range(1, len(raw), max(1, len(raw) // 40)):
        piece = raw[:cut]
        try:
            found = read_input(Input(s.name, lambda piece=piece: io.BytesIO(piece)), format=s.format)
        except (ReadError, WrongUse):
            continue
        for e in found.entries:
            assert 0 <= e.byte_start <= e.byte_end <= cut


# ---- what is special to one


def bibtex(text: str) -> list[Entry]:
    return list(read_input(Input("x.bib", lambda: io.BytesIO(text.encode())), format="bibtex").entries)


@pytest.mark.parametrize(
    ("written", "names", "cut"),
    [
        ("Ludwig van Beethoven and Vallée Poussin, Charles Louis Xavier Joseph de la", ["Ludwig van Beethoven", "Charles Louis Xavier Joseph de la Vallée Poussin"], False),
        ("King, Jr., Martin Luther and others", ["Martin Luther King Jr."], True),
        ("{The ATLAS Collaboration} and A. {\\c{C}}elik", ["The ATLAS Collaboration", "A. Çelik"], False),
        ("G{\\\"o}del, Kurt and \\v{S}im\\'{\\i}k, \\O{}yvind and Erd{\\H o}s, Paul", ["Kurt Gödel", "Øyvind Šimík", "Paul Erdős"], False),
        ("Jean-Baptiste {de Lamarck} and\n Anna Andersson", ["Jean-Baptiste de Lamarck", "Anna Andersson"], False),
    ],
)  # fmt: skip
def test_bibtex_names(written: str, names: list[str], cut: bool) -> None:
    (e,) = bibtex(f"@article{{a, title={{On Names}}, author={{{written}}}, year=2020}}")

    assert (names, cut) == ([p.name for p in e.authors], e.truncated_authors)


def test_bibtex_strings_in_any_place_concatenation_and_parentheses() -> None:
    a, b = bibtex(
        '@article(a, title = "Very " # long # " title", journal = jmlr, year = 2020)\n@string{long = "long"}\n@string{jmlr = {JMLR}}\n@Misc{b, Title={Other}, year={c. 2019}}\n'
    )

    assert ("Very long title", "JMLR", "2020") == (a.field(a.title), a.venue, a.date)
    assert ("Other", "2019") == (b.field(b.title), b.date)


@pytest.mark.parametrize("said", ["arXiv preprint arXiv:2101.00001", "arXiv: 2101.00001v2", "CoRR abs/2101.00001, arXiv:abs/2101.00001", "arxiv 2101.00001"])
def test_bibtex_names_arxiv_s_id_in_the_journal(said: str) -> None:
    (e,) = bibtex(f"@article{{a, title={{A}}, author={{B C}}, journal={{{said}}}, year=2021}}")

    assert "2101.00001" == e.arxiv_id


def test_a_key_that_comes_twice_loses_no_entry() -> None:
    found = bibtex("@misc{k, title={First of two}}\n@misc{k, title={Second of two}}\n")

    assert ["k", "k#2"] == [e.id for e in found]


def test_openalex_says_which_works_it_cites_and_what_a_repository_holds_is_no_venue() -> None:
    first, second = read(FORMATS / "openalex.json").entries

    assert [("openalex:W4200000002",), ("openalex:W100",)] == [r.keys for r in first.references]
    assert (None, "2110.00002") == (second.venue, second.arxiv_id)
    assert first.identifiers == ("openalex:W4300000001",)


def test_what_the_archive_of_papers_with_code_asserts() -> None:
    said = {
        name: {(a.field, a.name, a.role) for e in read(FORMATS / f"pwc-{name}.json").entries for a in e.assertions}
        for name in ("papers", "links", "methods", "datasets", "evaluation-tables")
    }

    assert {("methods", "LSTM", "used"), ("tasks", "Time Series Forecasting", None)} == said["papers"]
    assert {("repositories", "github.com/tidenet/tidenet", "own"), ("repositories", "github.com/somebody/harbour-loader", "used")} == said["links"]
    assert {("methods", "TideNet", "proposed")} == said["methods"]
    assert {("datasets", "Harbour Log", "introduced"), ("tasks", "Time Series Forecasting", None)} == said["datasets"]
    assert {("methods", "TideNet", "used"), ("datasets", "Harbour Log", "used"), ("metrics", "RMSE", None), ("tasks", "Time Series Forecasting", None), ("repositories", "github.com/tidenet/tidenet", "used")} == said["evaluation-tables"]  # fmt: skip


def test_a_scholar_profile_shortens_lists_and_names() -> None:
    first, second = read(FORMATS / "scholar.html").entries

    assert (["M Halvorsen", "J Núñez-Ortega", "L van den Berg"], False) == ([p.name for p in first.authors], first.truncated_authors)
    assert (["N El-Amin", "M Halvorsen"], True, "2110.00002") == ([p.name for p in second.authors], second.truncated_authors, second.arxiv_id)


@pytest.mark.parametrize(
    ("line", "title", "authors", "venue", "code"),
    [
        ("- [A Paper With a Link](https://arxiv.org/abs/2301.00001), Anna Lee and Bo Chen, ICLR 2023", "A Paper With a Link", ["Anna Lee", "Bo Chen"], "ICLR 2023", []),
        ("* **A Bold Paper Title.** [[pdf]](https://x.org/p.pdf) [[code]](https://github.com/A/b)", "A Bold Paper Title", [], None, ["github.com/a/b"]),
        ("1. A Plain Title of a Paper. *Anna Lee, Bo Chen et al.* CVPR'21 [[Paper]](https://x.org/p) ", "A Plain Title of a Paper", ["Anna Lee", "Bo Chen"], "CVPR 2021", []),
        ('+ "A Quoted Paper Title", Cy Ek, Dee Foe (NeurIPS 2022) [[GitHub](https://github.com/c/d.git)]', "A Quoted Paper Title", ["Cy Ek", "Dee Foe"], "NeurIPS 2022", ["github.com/c/d"]),
        ("- [x] (arXiv 2020.05) [Deep $\\alpha$-Nets: a [very] odd title](https://x.org/a_(b)) [`code`](https://gitlab.com/q/r)", "Deep $\\alpha$-Nets: a [very] odd title", [], None, ["gitlab.com/q/r"]),
        ('- <a href="https://arxiv.org/abs/2205.00001">An HTML Link in a List</a> <br> <b>Ina Jo</b>, Ka Lo', "An HTML Link in a List", ["Ina Jo", "Ka Lo"], None, []),
    ],
)  # fmt: skip
def test_items_of_a_list(line: str, title: str, authors: list[str], venue: str | None, code: list[str]) -> None:
    (e,) = read_input(Input("x.md", lambda: io.BytesIO(f"# Papers\n{line}\n".encode())), format="markdown").entries

    assert (title, authors, venue) == (e.field(e.title), [p.name for p in e.authors], e.venue)
    assert code == [a.name for a in e.assertions]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Anna Lee; Bo Chen; Cy Ek", ["Anna Lee", "Bo Chen", "Cy Ek"]), ("Lee, A., Chen, B.", ["A. Lee", "B. Chen"]), ("Lee, Anna and Chen, Bo", ["Anna Lee", "Bo Chen"]),
        ("Anna Lee, Bo Chen & Cy Ek", ["Anna Lee", "Bo Chen", "Cy Ek"]), ("Lee A.; Chen B. (57193456789)", ["A Lee", "B Chen"]), ("Anna Lee", ["Anna Lee"]), ("Anna Lee|Bo Chen", ["Anna Lee", "Bo Chen"]),
    ],
)  # fmt: skip
def test_names_in_a_cell(cell: str, names: list[str]) -> None:
    raw = f'Title;Authors\nSome Title;"{cell}"\n'.encode()
    (e,) = read_input(Input("x.csv", lambda: io.BytesIO(raw)), format="csv").entries

    assert names == [p.name for p in e.authors]


def test_columns_that_are_not_there_are_an_error_that_says_which_are() -> None:
    with pytest.raises(WrongUse, match="no column 'Name': the table has Titel, Wer, Jahr, Link"):
        read(FORMATS / "tabelle.tsv", columns={"title": "Name"})
    with pytest.raises(WrongUse, match="no field 'titles': choose of id, title"):
        read(FORMATS / "tabelle.tsv", columns={"titles": "Titel"})
    with pytest.raises(ReadError, match="no column of this table is known as title"):
        read(FORMATS / "tabelle.tsv", format="csv")


def test_an_xml_bomb_expands_to_nothing() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE dblp [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<dblp><article key="x/1"><title>&b; &uuml; &b;</title><year>2020</year></article></dblp>'
    (e,) = read_input(Input("x.xml", lambda: io.BytesIO(bomb)), format="dblp").entries

    assert "&b; ü &b;" == e.field(e.title)


# ---- JSON in its frames

RECORDS = [
    {
        "id": f"r{i}",
        "title": f"Title number {i}",
        "abstract": 'Braces } and ] and "quotes" { in, a text.',
        "authors": [{"name": "Anna Lee"}, {"name": "Bo Chen"}],
    }
    for i in range(5)
]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, RECORDS)), json.dumps(RECORDS), json.dumps(RECORDS, indent=1), json.dumps({"total": 5, "next": None, "data": RECORDS}), json.dumps({"results": RECORDS}, indent=2),
        "\n".join(json.dumps(r, indent=1) for r in RECORDS), "\n\n" + json.dumps(RECORDS) + "\n\n", "[" + ",\n".join(map(json.dumps, RECORDS)) + "\n]",
    ],
    ids=["lines", "array", "pretty array", "wrapped", "pretty wrapped", "pretty objects", "blank lines round", "line a record"],
)  # fmt: skip
def test_json_in_any_frame_gives_the_same_records(text: str) -> None:
    raw = text.encode()
    found = read_input(Input("x.json", lambda: io.BytesIO(raw)), format="jsonl")

    assert [r["id"] for r in RECORDS] == [e.id for e in found.entries]
    for e, r in zip(found.entries, RECORDS):
        assert json.loads(raw[e.byte_start : e.byte_end]) == r


@pytest.mark.parametrize("damage", ['"title" "x"', '"title": "never ends', '"title": [1, 2', '"title": "x"}}', ""])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_broken_object_costs_an_array_only_itself(damage: str, indent: int | None) -> None:
    whole = [json.dumps(r, indent=indent) for r in RECORDS]
    text = "[" + ",\n".join([*whole[:2], "{" + damage + "}" if damage else "{,}", *whole[3:]]) + "]"
    found = read_input(Input("x.json", lambda: io.BytesIO(text.encode())), format="jsonl")

    assert {"r0", "r1", "r3", "r4"} == {e.id for e in found.entries} - ({"x:2"} if damage.endswith("}}") else set())
    assert found.rejected or damage.endswith("}}")
    assert all(r.line in range(1, text.count("\n") + 2) for r in found.rejected)


# ---- what files come in


def test_packed_files_archives_and_folders_give_what_is_in_them(tmp_path: Path) -> None:
    raw = (FORMATS / "library.bib").read_bytes()
    (tmp_path / "a.bib.gz").write_bytes(gzip.compress(raw[:700]) + gzip.compress(raw[700:]))
    (tmp_path / "b.bib.zst").write_bytes(zstandard.compress(raw))
    (tmp_path / "c.bib.bz2").write_bytes(bz2.compress(raw))
    (tmp_path / "d.bib.xz").write_bytes(lzma.compress(raw))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "e.ris").write_bytes((FORMATS / "library.ris").read_bytes())
    (tmp_path / ".hidden").write_text("no")
    with zipfile.ZipFile(tmp_path / "f.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("in/lib.bib", raw)
        z.writestr("in/lib.bib.gz", gzip.compress(raw))
        z.writestr("__MACOSX/in/._lib.bib", b"\0")
    (tmp_path / "g.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    found = {file.name.removeprefix(f"{tmp_path.as_posix()}/"): r for file, r in read_all([tmp_path])}

    assert ["a.bib.gz", "b.bib.zst", "c.bib.bz2", "d.bib.xz", "f.zip/in/lib.bib", "f.zip/in/lib.bib.gz", "g.png", "sub/e.ris"] == sorted(found)
    assert {"bibtex", "ris", "none"} == {r.format for r in found.values()}
    assert all([e.id for e in r.entries][0] == "halvorsen2023tidenet" for name, r in found.items() if "bib" in name)
    assert "this file was not read: this is a binary file" in found["g.png"].rejected[0].reason


def test_a_file_that_was_named_must_be_readable_and_one_met_in_a_folder_need_not(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_bytes((FORMATS / "library.bib").read_bytes())
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))

    assert 2 == len(list(read_all([tmp_path])))
    with pytest.raises(ReadError, match=r"b\.png: this is a binary file"):
        list(read_all([tmp_path, tmp_path / "b.png"]))
    (tmp_path / "a.bib").unlink()
    with pytest.raises(ReadError, match=r"b\.png: this is a binary file"):
        list(read_all([tmp_path]))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, bz2.compress, lzma.compress])
def test_packing_that_breaks_off_is_an_error_in_one_line(pack, tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": str(i), "title": f"Title {i * 7919 % 10007} of {i}", "abstract": f"{i * i}" * 40}) + "\n" for i in range(12000)).encode()
    path = tmp_path / "x.jsonl.gz"
    for cut in (0.05, 0.9):
        packed = pack(lines)
        path.write_bytes(packed[: int(len(packed) * cut)])
        with pytest.raises(ReadError, match=r"x\.jsonl\.gz: (?:cannot be unpacked|this is a binary)") as failure:
            read(path)

        assert "\n" not in str(failure.value)


def test_an_archive_with_a_password_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("a.bib", "@misc{a, title={A Title}}")
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1  # says that it is encrypted
    path.write_bytes(raw)
    with pytest.raises(ReadError, match=r"a\.bib: cannot be read: .*password"):
        list(read_all([path]))


def test_standard_input_is_a_source_named_by_its_content() -> None:
    for raw in ((FORMATS / "library.ris").read_bytes(), gzip.compress((FORMATS / "library.ris").read_bytes(), mtime=0)):
        done = subprocess.run([sys.executable, "-m", "kg.cli", "extract", "-"], input=raw, capture_output=True)
        out = [json.loads(line) for line in done.stdout.splitlines()]

        assert 0 == done.returncode and [TIDENET, HARBOUR] == [x["title"] for x in out]
        assert re.fullmatch(r"stdin-[0-9a-f]{8}", out[0]["source"]["file"])


def test_a_large_file_is_read_record_by_record() -> None:
    """The first record is there before the second megabyte is read."""
    line = json.dumps({"title": "A Title", "abstract": "word " * 200}).encode() + b"\n"
    asked = 0

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            nonlocal asked
            buffer[: len(line)] = line
            asked += len(line)
            return len(line)

    items = stream(Input("x.jsonl", lambda: io.BufferedReader(Endless(), len(line) * 100)), format="jsonl")

    first = next(x for x in items if isinstance(x, Entry))
    assert "A Title" == first.field(first.title)
    assert asked < 3 << 20


def test_files_named_twice_are_read_once() -> None:
    assert 1 == len(inputs([FORMATS / "library.bib", FORMATS / "library.bib"]))
    assert len(list(FORMATS.iterdir())) == len(inputs([FORMATS, FORMATS / "library.bib"]))


def test_samples_of_one_format_are_not_taken_for_another() -> None:
    assert [s.format for s in SAMPLES_OF if not s.columns] == [sniff(inputs([FORMATS / s.name])[0]) for s in SAMPLES_OF if not s.columns]


# ---- files as they are in the wild: each of these was once read wrongly


def given(text: str, name: str, format: str | None = None) -> Reading:
    return read_input(Input(name, lambda: io.BytesIO(text.encode())), format=format)


def told(e: Entry) -> tuple:
    return e.field(e.title), [p.name for p in e.authors]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"id": "https://openalex.org/W1", "title": "A", "authorships": [], "referenced_works": 5}, "another shape than records of openalex have"),
        ({"paperId": "1", "title": "A", "fieldsOfStudy": 5}, "another shape than records of semantic-scholar have"), ({"paperId": "1", "title": "A", "externalIds": "x"}, "externalIds is no object"),
        ({"url": "https://paperswithcode.com/dataset/x", "name": "A", "full_name": "B", "paper": {"title": "T", "url": "u"}, "tasks": 5}, "another shape"),
        ({"task": "T", "datasets": [], "subtasks": []}, "nothing in this record names a paper"), ({"title": "A", "methods": [{"name": "B", "role": []}]}, "role [] of 'B' is none of"),
        ({"DOI": "10.1/x", "title": ["A"], "reference-count": 0, "author": "x"}, "author is no list of objects"), ({"id": "x", "forum": "x", "content": 3}, "this note has no content"),
    ],
)  # fmt: skip
def test_a_record_of_odd_types_costs_only_itself(value: dict, reason: str) -> None:
    other = {k: v for k, v in value.items() if k in ("id", "paperId", "DOI", "reference-count", "task", "url", "forum")} | {"title": "A Good One", "paper_url": "https://paperswithcode.com/paper/y", "content": {"title": "A Good One"}}  # fmt: skip
    if isinstance(value.get("title"), list):
        other["title"] = ["A Good One"]
    name = {
        "authorships": "openalex",
        "paperId": "semantic-scholar",
        "task": "papers-with-code",
        "full_name": "papers-with-code",
        "DOI": "crossref",
        "forum": "openreview",
        "methods": "jsonl",
    }
    found = given(json.dumps(value) + "\n" + json.dumps(other) + "\n", "x.jsonl", next(f for k, f in name.items() if k in value))

    assert ["A Good One"] == [e.field(e.title) for e in found.entries]
    assert [1] == [r.line for r in found.rejected] and reason in found.rejected[0].reason


def test_every_field_of_every_kind_of_json_may_be_of_any_type() -> None:
    """Each value of each sample's first record in turn is something else: an entry or a refused row, never anything else."""
    for s in SAMPLES_OF:
        raw = (FORMATS / s.name).read_bytes()
        if raw.lstrip()[:1] not in (b"{", b"["):
            continue
        first = json.loads(raw[(e := reading(s).entries[0]).byte_start : e.byte_end])
        for key in first:
            for odd in (None, "", 0, 5, True, [], {}, [None], [[]], [{}], [5], {"value": 5}, "x" * 300, {"date-parts": [[]]}, ["x"], -1.5):
                found = read_bad(json.dumps(first | {key: odd}) + "\n", s)
                assert found is None or len(found.entries) + len(found.rejected) >= 1


def read_bad(text: str, s: Sample) -> Reading | None:
    try:
        return given(text, s.name, s.format)
    except ReadError:
        return None


def test_bibtex_as_people_keep_it() -> None:
    found = bibtex(r"""
@article{a1, title={One}, author={family=Berg, given=Jan, prefix=van der, useprefix=true and Kim Lo}, month=sept, year=2019, journal=jmlr, keywords={a}, keywords={b}} @article{a2, title={Two}, author={Lara One, Mona Two, Nina Three}, subtitle={Sub}}
@article{a3, title={{\textless}i{\textgreater}Long{\textless}/i{\textgreater} title}, author={L One; M Two}, url = {http://a.org/x http://b.org}}
@article{a4, title={Four}, author={Q R et al.}, howpublished={\url{http://x.org/a\_b}}, month={#jun#}, year=2000}
@article{DBLP:x, title={Six}, author={Yang Liu 0005 and {\'E}mile Zola and }, eprint={2001.00001v2}}
""")

    assert [("One", ["Jan van der Berg", "Kim Lo"]), ("Two: Sub", ["Lara One", "Mona Two", "Nina Three"]), ("Long title", ["L One", "M Two"]), ("Four", ["Q R"]), ("Six", ["Yang Liu", "Émile Zola"])] == list(map(told, found))  # fmt: skip
    assert ["2019-09", None, None, "2000-06", None] == [e.date for e in found]
    assert ("jmlr", "http://a.org/x", True, "http://x.org/a_b", "v2") == (
        found[0].venue,
        found[2].url,
        found[3].truncated_authors,
        found[3].url,
        found[4].version,
    )


@pytest.mark.parametrize(
    ("tags", "date"),
    [
        ("PY  - 2018\nDA  - MAY 12", "2018-05-12"),
        ("PY  - 2018\nDA  - JAN", "2018-01"),
        ("Y1  - 15 June 2020", "2020-06-15"),
        ("PY  - 2018/03/04/", "2018-03-04"),
        ("PY  - 2018", "2018"),
    ],
)
def test_dates_of_ris(tags: str, date: str) -> None:
    (e,) = given(f"TY  - JOUR\nTI  - A Title\n{tags}\nER  - \n", "x.ris").entries

    assert date == e.date


def test_a_chapter_appears_in_its_book() -> None:
    (e,) = given("TY  - CHAP\nTI  - A Chapter\nBT  - The Book of Tides\nPB  - Springer\nAU  - Doe, Jane; Roe, R.\nER  - \n", "x.ris").entries

    assert ("The Book of Tides", ["Jane Doe", "R. Roe"]) == (e.venue, [p.name for p in e.authors])


TABLES = {
    "Web of Science, tabs": ("PT\tAU\tAF\tTI\tSO\tDE\tID\tPY\tUT\nJ\tVexler, M; Chen, B\tVexler, Mira; Chen, Bo\tA Title\tNature\ttides\tNETWORKS; MODELS\t2020\tWOS:1\n", ["Mira Vexler", "Bo Chen"], "Nature", "WOS:1"),
    "Zotero": ("Key,Item Type,Publication Year,Author,Title,Publication Title,DOI,Conference Name,Type\nK1,journalArticle,2020,\"Solo, Xavier\",A Title,Nature,,,\n", ["Xavier Solo"], "Nature", "K1"),
    "Scopus": ("Authors,Author full names,Title,Year,Source title,Abstract,EID\nVexler M.; O'Neill S.,\"Vexler, Mira (57193456789); O'Neill, Sean (57193456780)\",A Title,2020,Nature,[No abstract available],2-s2.0-1\n", ["Mira Vexler", "Sean O'Neill"], "Nature", "2-s2.0-1"),
    "PubMed": ("PMID,Title,Authors,Citation,Journal/Book,Publication Year\n123,A Title.,\"Vexler M, van der Berg J.\",x,Nature,2020\n", ["M Vexler", "J van der Berg"], "Nature", "x:0"),
    "Dimensions": ("\"About the data: Exported on Jan 01, 2024. Criteria: x\"\nRank,Publication ID,DOI,Title,Source title,PubYear,Authors\n1,pub.1,,A Title,Nature,2020,\"Vexler, Mira; Chen, Bo\"\n", ["Mira Vexler", "Bo Chen"], "Nature", "pub.1"),
    "Publish or Perish": ("Cites,Authors,Title,Year,Source,Publisher,ArticleURL\n5,\"JB Xu, M Vexler...\",A Title,2020,Nature,Springer,https://x.org/a\n", ["JB Xu", "M Vexler"], "Nature", "x:0"),
}  # fmt: skip


@pytest.mark.parametrize("program", TABLES)
def test_tables_of_many_programs(program: str) -> None:
    text, authors, venue, id = TABLES[program]
    found = given(text, "x.csv")
    (e,) = found.entries

    assert ("csv", ("A Title", authors), venue, id, "2020") == (found.format, told(e), e.venue, e.id, e.date)
    assert e.abstract is None and e.truncated_authors == (program == "Publish or Perish")


def test_quotes_that_are_never_closed_lose_no_row_silently() -> None:
    found = given("title,authors\n" + 'x,"y\n' * 500 + "Good,Anna Lee\n", "x.csv", "csv")

    assert 501 == len(found.entries) + len(found.rejected) and "Good" in [e.field(e.title) for e in found.entries]


def test_wrapped_answers_one_a_line_single_objects_and_zotero_s_own_json() -> None:
    works = json.loads((FORMATS / "openalex.json").read_text(encoding="utf-8"))["results"]
    assert 4 == len(given("\n".join(json.dumps({"meta": {"count": 1}, "results": [works[0], works[2]]}) for _ in range(2)), "x.jsonl").entries)
    assert "openalex" == given(json.dumps(works[0], indent=2), "x.json").format
    assert ("jsonl", 1) == ((r := given(json.dumps({"title": "Alone", "authors": ["Anna Lee"]}, indent=2), "x.json")).format, len(r.entries))
    item = {"itemType": "journalArticle", "citationKey": "k", "title": "A Title", "creators": [{"firstName": "Anna", "lastName": "Lee", "creatorType": "author"}, {"name": "X", "creatorType": "editor"}], "date": "2020-05", "publicationTitle": "Nature", "tags": [{"tag": "t"}, {"tag": "u", "type": 1}]}  # fmt: skip
    for text in (json.dumps({"config": {}, "items": [item]}), json.dumps([{"key": "k", "version": 1, "data": item}])):
        (e,) = given(text, "x.json").entries

        assert ("k", ("A Title", ["Anna Lee"]), "2020-05", "Nature", ("t",)) == (e.id, told(e), e.date, e.venue, e.keywords)


def test_results_of_an_arxiv_search_and_a_recent_listing() -> None:
    first, second = given(
        "Search v0.5.6 released 2020-02-24\n1. arXiv:2506.01234 [pdf, other] cs.LG stat.ML\ndoi 10.5555/abc\nSparse Gating of Tides\nAuthors: Mira Vexler, Bo Chen\n"
        "Abstract: We study gates. They work. △ Less\nSubmitted 3 June, 2025; originally announced June 2025.\nComments: 12 pages\n\n2. arXiv:2506.01235 [pdf] cs.CL\nOther Things\nAuthors: Cy Ek\nAbstract: Nothing.\n", "x.txt",
    ).entries  # fmt: skip
    assert (("Sparse Gating of Tides", ["Mira Vexler", "Bo Chen"]), "We study gates. They work.", "2025-06-03", ("cs.LG", "stat.ML")) == (
        told(first),
        first.field(first.abstract),
        first.date,
        first.categories,
    )
    assert ("Other Things", ["Cy Ek"]) == told(second)
    listing = "[1] arXiv:2506.00001 [pdf]\nTitle: Sparse Gating\nMira Vexler, Ana de la Cruz (for the XYZ Collaboration), A. B. Smith III\nSubjects: Machine Learning (cs.LG)\nCross submissions (showing 1 of 1 entries)\n[2] arXiv:2506.00002 [pdf]\nTitle: Other Gates\nBo Chen\nSubjects: Machine Learning (cs.LG)\nTotal of 2 entries\nAbout\n"
    first, second = given(listing, "x.txt").entries

    assert [("Sparse Gating", ["Mira Vexler", "Ana de la Cruz", "A. B. Smith III"]), ("Other Gates", ["Bo Chen"])] == [told(first), told(second)]
    assert second.byte_end == listing.index("\nTotal")


@pytest.mark.parametrize(
    ("text", "title", "authors"),
    [
        ("Sparse Gating: A Study of\nThings That Matter\n\nMira Vexler * 1 Seán O’Neill * 2\n1 Example University\n\nAbstract\nWe study gates.\n\n1. Introduction\nx\n", "Sparse Gating: A Study of Things That Matter", ["Mira Vexler", "Seán O’Neill"]),
        ("Sparse Gating\n\nMira Vexler1, Member, IEEE, and Bo Chen2\n1 Example University\nm@x.org\n\nAbstract. We study gates.\nKeywords: gates\n\n1 Introduction\nx\n", "Sparse Gating", ["Mira Vexler", "Bo Chen"]),
        ("SPARSE GATING\n\nMira Vexler, Bo Chen\nExample University\n\nA BSTRACT\nWe study gates.\n\n1 I NTRODUCTION\nx\n", "SPARSE GATING", ["Mira Vexler", "Bo Chen"]),
    ],
)  # fmt: skip
def test_first_pages_of_several_layouts(text: str, title: str, authors: list[str]) -> None:
    found = given(text, "x.txt")
    (e,) = found.entries

    assert ("pdf-text", (title, authors), "We study gates.") == (found.format, told(e), e.field(e.abstract))


def test_tables_headings_and_marks_in_markdown() -> None:
    nested = given(
        "# Papers\n- Vision\n  - **Gates for All of Us**\n    - Anna Bee, Cy Dee\n    - *ICML 2021* [[paper]](https://x.org/p)\n  - [Waves for All of Us](https://x.org/w)\n",
        "x.md",
    )
    assert [("Gates for All of Us", ["Anna Bee", "Cy Dee"]), ("Waves for All of Us", [])] == list(map(told, nested.entries))
    assert ["ICML 2021", None] == [e.venue for e in nested.entries] and 1 == len(nested.rejected)
    text = r"""| Title | Venue | Authors |
|:--|--|--|
| Plain title with \| a bar | ICML 2020 | Anna Bee, Cy Dee |
| [BERT](https://arxiv.org/abs/1810.04805) | NAACL 2019 | Jacob Doe |

Title | Paper | Code
--- | --- | ---
Gates for Everybody | [pdf](https://x.org/a.pdf) | [code](https://github.com/a/b)

#### [Heading Paper Title Here](https://arxiv.org/abs/2001.00001)
Anna Bee, Cy Dee. *ICLR 2020*

- **[CVPR]** Gating the World [[paper]](https://x.org/p.pdf)
- (NeurIPS'22) [Gates for All of Us](https://x.org/g), Anna Bee et al.
"""
    found = given(text, "x.md")

    assert "markdown" == found.format
    assert [
        ("Plain title with | a bar", ["Anna Bee", "Cy Dee"]), ("BERT", ["Jacob Doe"]), ("Gates for Everybody", []), ("Heading Paper Title Here", ["Anna Bee", "Cy Dee"]), ("Gating the World", []),
        ("Gates for All of Us", ["Anna Bee"]),
    ] == list(map(told, found.entries))  # fmt: skip
    assert ["ICML 2020", "NAACL 2019", None, "ICLR 2020", None, "NeurIPS 2022"] == [e.venue for e in found.entries]


def test_a_homepage_and_a_search_of_google_scholar() -> None:
    home = """<!doctype html><html><body><h1>Mira Vexler</h1><p>I am a researcher.</p><ul>
<li><b>Sparse Gating of Networks: A Study of Tides</b><br>Mira Vexler, Bo Chen<br><i>NeurIPS 2021</i> [<a href="https://arxiv.org/abs/2101.00001">paper</a>] [<a href="https://github.com/m/v">code</a>]</li>
<li><a href="https://arxiv.org/abs/2201.00002">Dense Gating of Harbours</a>. Mira Vexler and Cy Ek. ICML 2022.</li><li><a href="https://x.org/cv.pdf">CV</a></li></ul></body></html>"""
    first, second = given(home, "x.html").entries
    assert [("Sparse Gating of Networks: A Study of Tides", ["Mira Vexler", "Bo Chen"]), ("Dense Gating of Harbours", ["Mira Vexler", "Cy Ek"])] == [
        told(first),
        told(second),
    ]
    assert ("NeurIPS 2021", "2101.00001", "ICML 2022") == (first.venue, first.arxiv_id, second.venue)
    search = """<!doctype html><html><body><div class="gs_ri"><h3 class="gs_rt"><span>[PDF]</span> <a href="https://arxiv.org/abs/2101.00001">Sparse gating of networks</a></h3><div class="gs_a">M Vexler, B Chen…&nbsp;- Journal of Gates, 2021 - Springer</div></div></body></html>"""
    (e,) = given(search, "x.html").entries

    assert (("Sparse gating of networks", ["M Vexler", "B Chen"]), True, "Journal of Gates", "2021") == (told(e), e.truncated_authors, e.venue, e.date)


def test_files_made_to_confuse_a_reader_end_well() -> None:
    """Frames that never close, and ids that never change: entries or an error in one line (each of these once took minutes)."""
    for text, name, format in (
        ("[" + '{"a":{"x":1},' * 3000, "x.json", "jsonl"), ("title,authors\n" + 'a","b\n' * 3000, "x.csv", "csv"), ("<dblp>" + "<article>" * 5000, "x.xml", "dblp"),
        ("PMID- 1\nTI  - x\nFAU - Doe, J\n" + "AD  - y\n" * 20000, "x.nbib", "pubmed"), ("\n" * 50000 + "x", "x.txt", None), ('{"id":"a","title":"t"}\n' * 3000, "x.json", "csl-json"),
    ):  # fmt: skip
        try:
            given(text, name, format)
        except ReadError as e:
            assert "\n" not in str(e)


def test_one_file_by_several_paths_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "x.bib"
    path.write_bytes((FORMATS / "library.bib").read_bytes())
    (tmp_path / "a" / "x.bib~").write_bytes(path.read_bytes())

    assert [path.as_posix()] == [f.name for f in inputs([path, tmp_path / "a" / ".." / "a" / "x.bib", tmp_path / "a"])]


@pytest.mark.parametrize(
    ("name", "raw", "options", "says"),
    [
        ("x.bib", (FORMATS / "library.bib").read_bytes(), {"columns": {"title": "Foo"}}, "this is no table but bibtex"), ("x.pdf", b"%PDF-1.7\n\xff", {}, "this is a PDF: take the text"),
        ("x.csv", b"Titel;Autoren\nEin Hafen im Sturm;Anna Lee\n", {}, "no column of this table is known as title"), ("x.png", b"\x89PNG\r\n\x1a\nxx", {}, "this is a binary file"),
        ("x.csv", b"name,age\nbob,5\n", {"format": "csv"}, "no column of this table is known as title"),
    ],
    ids=["columns of no table", "a PDF", "a table in another language", "a picture", "a table of something else"],
)  # fmt: skip
def test_what_cannot_be_read_says_what_it_is(name: str, raw: bytes, options: dict, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises((ReadError, WrongUse), match=says) as failure:
        read(tmp_path / name, **options)

    assert "\n" not in str(failure.value)


def test_a_readme_and_programs_in_a_folder_are_no_papers(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Notes\n\n- [Usage guide for everybody](https://example.org/guide)\n")
    (tmp_path / "x.py").write_text("paper, year, id = 1, 2, 3\nprint(paper, year)\n")
    (tmp_path / "a.bib").write_bytes((FORMATS / "library.bib").read_bytes())
    found = {file.name.rsplit("/", 1)[-1]: len(r.entries) for file, r in read_all([tmp_path])}

    assert {"README.md": 0, "x.py": 0, "a.bib": 3} == found


def test_a_line_of_stars_is_no_title_and_no_name() -> None:
    found = read_input(Input("1.txt", lambda: io.BytesIO(b"* * *\nAbstract: We study gates of harbours, and show that they hold.\n")))

    assert [None] == [e.title for e in found.entries]


def test_marks_between_names_on_a_paper_part_them() -> None:
    page = "Gates of Small Harbours\n\nAnna Lee∗ Bo Chen∗\nUniversity of Tides\n\nAbstract\nWe study gates of harbours.\n\n1 Introduction\nMore.\n"
    (e,) = given(page, "p.txt", "pdf-text").entries

    assert [("Anna Lee", "Anna Lee"), ("Bo Chen", "Bo Chen")] == [(p.name, e.field(p.span)) for p in e.authors]


@pytest.mark.parametrize("address", ["https://github.com/topics/nlp", "https://github.com/search/x"])
def test_a_page_of_the_host_is_no_repository(address: str) -> None:
    reading = given(
        f"- [**Gates of Small Harbours**](https://arxiv.org/abs/2301.00001), Anna Lee, Bo Chen, 2023. [[topic]]({address}) [[code]](https://github.com/Lee/gates)\n",
        "x.md",
        "markdown",
    )

    assert [["github.com/lee/gates"]] == [[a.name for a in e.assertions if a.field == "repositories"] for e in reading.entries]


@pytest.mark.parametrize("key", ["data", "items", "results", "papers", "notes"])
def test_a_record_without_a_title_is_no_frame_of_others(key: str) -> None:
    (e,) = given(json.dumps({"id": "1", "abstract": "We study gates.", key: ["CIFAR-10"]}) + "\n", "x.jsonl").entries

    assert "We study gates." == e.field(e.abstract)


@pytest.mark.parametrize(
    ("id_", "arxiv"),
    [
        ("doc/0000001", None),
        ("2019.12345", None),
        ("2312.00001", "2312.00001"),
        ("cs.LG/0112017", "cs.lg/0112017"),
        ("hep-th/9901001", "hep-th/9901001"),
        ("math-ph/0013001", None),
    ],
)
def test_an_id_is_arxiv_s_only_if_arxiv_could_have_given_it(id_: str, arxiv: str | None) -> None:
    (e,) = given(json.dumps({"id": id_, "title": "Gates of Small Harbours"}) + "\n", "x.jsonl").entries

    assert arxiv == (e.arxiv_id and e.arxiv_id.lower())


@pytest.mark.parametrize("end", ["et al.", "ET AL.", "others", "OTHERS", "and others", "..."])
def test_what_ends_a_list_of_authors_is_no_author(end: str) -> None:
    row = f'Title,Authors\nGates of Small Harbours,"Vexler M, O\'Neill S, {end}"\n'
    (cell,) = given(row, "x.csv", "csv").entries
    (record,) = given(json.dumps({"title": "T", "authors": ["M Vexler", "S O'Neill", end]}) + "\n", "x.jsonl").entries

    assert (["M Vexler", "S O'Neill"], True) == ([p.name for p in cell.authors], cell.truncated_authors)
    assert "..." == end or (["M Vexler", "S O'Neill"], True) == ([p.name for p in record.authors], record.truncated_authors)


def test_a_day_that_no_month_has_is_left_out() -> None:
    feed = (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>cs.LG updates on arXiv.org</title><item><title>Gates of Small Harbours</title>'
        "<link>https://arxiv.org/abs/2302.00001</link><description>We study gates.</description><dc:creator>Anna Lee (MIT, Boston), Bo Chen</dc:creator>"
        "<pubDate>Fri, 31 Feb 2023 00:00:00 -0500</pubDate></item></channel></rss>"
    )
    (e,) = given(feed, "x.xml", "arxiv-feed").entries

    assert "2023-02" == e.date
    assert ["Anna Lee", "Bo Chen"] == [p.name for p in e.authors]


def test_a_year_may_be_text() -> None:
    (e,) = given('{"title": "Gates of Small Harbours", "year": "2020"}\n', "x.jsonl").entries

    assert "2020" == e.date


def test_arxiv_s_id_in_a_note_counts_beside_a_volume() -> None:
    (e,) = bibtex("@article{x, title={Gates of Small Harbours}, volume={30}, note={arXiv:1706.03762}}")

    assert "1706.03762" == e.arxiv_id


def test_a_sheet_may_say_first_what_it_holds_and_may_have_abstracts_alone(tmp_path: Path) -> None:
    sheets = {"named": [["Exported 2024", ""], ["Name", "Writers"], ["Gates of Small Harbours", "Anna Lee"]], "abstracts": [["Abstract"], ["We study gates."]]}
    for name, rows in sheets.items():
        with xlsxwriter.Workbook(tmp_path / f"{name}.xlsx") as book:
            sheet = book.add_worksheet()
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)
    file = lambda name: Input(f"{name}.xlsx", lambda: (tmp_path / f"{name}.xlsx").open("rb"))
    named = read_input(file("named"), format="excel", options=Options(None, (("title", "Name"), ("authors", "Writers"))))
    (abstract,) = read_input(file("abstracts"), format="excel").entries

    assert [("Gates of Small Harbours", ["Anna Lee"])] == [told(e) for e in named.entries]
    assert "We study gates." == abstract.field(abstract.abstract)


def test_a_mark_with_nothing_behind_it_says_so() -> None:
    found = given("Gates of Small Harbours\nAbstract: We study gates of harbours, and show that they hold.\n\nAbstract:\n", "1.txt", "abstracts")

    assert ["left over: nothing stands behind this mark"] == [r.reason for r in found.rejected]


def test_a_title_s_second_line_in_brackets_is_no_list_of_authors() -> None:
    page = "arXiv:2301.00001\nTitle: Gates of Small Harbours\n (Extended Version)\nAuthors: Anna Lee, Bo Chen\nCategories: cs.LG\nDOI: 10.1/a 10.2/b\n\\\\\n  We study gates.\n\\\\\n"
    (e,) = given(page, "x.txt", "arxiv-listing").entries

    assert (["Anna Lee", "Bo Chen"], "10.1/a") == ([p.name for p in e.authors], e.doi)


def test_each_piece_of_a_page_has_its_own_block() -> None:
    page = "<html><body><p>junk one</p><p>Gates of Small HarboursAnna Lee, Bo Chen</p><p>We study gates of harbours, and show in long tests that all of them hold for years.</p><p>junk two</p></body></html>"
    found = given(page, "x.html", "html")
    pieces = sorted((x.byte_start, x.byte_end) for x in (*found.entries, *found.rejected))

    assert all(end <= start for (_, end), (start, _) in pairwise(pieces)), [page[a:b] for a, b in pieces]
