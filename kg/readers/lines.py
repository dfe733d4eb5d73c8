"""What single lines of a pasted page are: dates, numbers, left-overs of the site, titles with authors, the end of an abstract."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg.model import Person, Span
from kg.readers import names
from kg.readers.identifiers import month_number
from kg.readers.source import Line

_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
# Of a line whose blanks are single ones.
_DATE = (
    rf"(?:(?P<m1>{_MONTH})\.? (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y1>\d{{4}})|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?P<m2>{_MONTH})\.?,? (?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})[-/](?P<m3>\d{1,2})[-/](?P<d3>\d{1,2}))"
)
_DATE_LINE = re.compile(
    rf" ?\[?(?:\[?\d{{1,5}}[.)\]] ?)?(?i:(?:published|submitted|posted|updated|date)(?: on)? ?:? ?)?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},? )?"
    rf"(?P<category>[A-Z]{{2,5}}|[a-z]{{2,8}}(?:-[a-z]{{2,4}})?(?:\.[A-Za-z\-]{{2,8}})?)? ?[·|,:]? ?{_DATE} ?[·|,]? ?(?P<code>Code)?\]? ?",
)
_NUMBER = re.compile(r"\s*(?:(?:\[\d{1,5}\]|\(?\d{1,5}[.)])(?:\s+|$)|#\d{1,5}\s*$|\d{1,5}\s*$|[•▪●*]\s+|[-–]\s+)?(?:Title\s*:\s*)?")
_CATEGORY = re.compile(r"\s*([A-Z]{2})\s*")
_JUNK = re.compile(
    r"\s*(?:(?:show|read|see|view|load|expand|collapse)(?:\s+(?:more|less|all|full|the|on|in|paper|papers|pdf|code|html|abstract|text|details|results|comments|arxiv|semantic|scholar))*"
    r"|(?:more|less)(?:\s+(?:details|results|info))?|\[?(?:pdf|html|code|abs|arxiv|bibtex|doi|video|slides|poster"
    r"|cite|share|copy|save|like|download|abstract|comments?|via|request code|play|bookmark|follow|tweet|link|project page|viaarxiv icon|access paper.*|\.\.\.|…|\d+ (?:citations?|likes?|stars?|views?))\]?)\s*",
    re.I,
)
_TERMINATOR = re.compile(r"(?:[.!…]|\.\.\.)[\"'”’)\]}*]*\s*$")
_ABSTRACT_PREFIX = re.compile(r"\s*(?:\[?\d{1,5}[.)\]]\s*)?abstract\s*[:.—–-]\s*", re.I)
WRAPPED = 50  # a line that was wrapped is at least this long
_LABEL = re.compile(
    r"\s*(?:comments?|subjects?|journal[- ]ref|doi|categories|keywords|venue|arxiv(?: id)?|url|links?|msc[- ]class|acm[- ]class|report[- ]no|primary category)\s*:",
    re.I,
)
LONG = 250  # from here on a line is not one of a wrapped paragraph


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that says when a paper appeared, `date` as YYYY-MM-DD; `glued` if a category stands before the date without a blank."""

    date: str
    category: str | None
    code: bool
    glued: bool


@dataclass(frozen=True, slots=True)
class Head:
    """Title and authors of an entry; `used` is how many lines they take; `score` how sure it is that this is a head."""

    title: Span
    authors: tuple[Person, ...]
    truncated: bool
    organization: str | None
    used: int
    score: float


def date_line(text: str) -> DateLine | None:
    """The date that a line says alone, None for another line."""
    m = _DATE_LINE.fullmatch(" ".join(text.split())) if len(text) <= 120 else None
    if not m:
        return None
    year, month, day = (m["y1"], m["m1"], m["d1"]) if m["y1"] else (m["y2"], m["m2"], m["d2"]) if m["y2"] else (m["y3"], m["m3"], m["d3"])
    number = int(month) if month.isdigit() else month_number(month) or 0
    try:
        date = datetime.date(int(year), number, int(day))
    except ValueError:
        return None
    return DateLine(date.isoformat(), m["category"], bool(m["code"]), bool(m["category"]))


def number_end(text: str) -> int:
    """Where the text after an entry's number, bullet or "Title:" begins: "[3] Title" gives 4; 0 where there is none of them."""
    m = _NUMBER.match(text)
    return m.end() if m and m[0].strip() else 0


def is_number(line: Line) -> bool:
    """Whether a line has nothing but an entry's number or bullet."""
    return bool(line.text.strip()) and number_end(line.text) == len(line.text)


def category_line(text: str) -> str | None:
    """The category that a line says alone, None for another line."""
    m = _CATEGORY.fullmatch(text)
    return m[1] if m else None


def is_junk(text: str) -> bool:
    """A button or label of the site."""
    return len(text) <= 80 and bool(_JUNK.fullmatch(text))


def ends_sentence(text: str) -> bool:
    """Whether a line ends as sentences do; the dot of "et al." at its end is none."""
    return bool(_TERMINATOR.search(text[-60:])) and not names.ET_AL.search(text[-60:])


def is_label(text: str) -> bool:
    """A line of an entry that says something which is no field here: "Comments: 12 pages", "Subjects: …"."""
    return bool(_LABEL.match(text))


def abstract_start(text: str) -> int | None:
    """Where the abstract begins in a line that is marked "Abstract:", else None."""
    m = _ABSTRACT_PREFIX.match(text)
    return m.end() if m else None


def head(lines: Sequence[Line], *, sure: bool) -> Head | None:
    """The head that begins at `lines[0]`: "TitleAuthors" glued, or a title and a line of authors; either may be wrapped.

    With `sure` the lines are known to begin an entry, and the likeliest reading is taken; without, None where it does not look like one.
    """
    first = lines[0]
    start = number_end(first.text)
    for k in (1, 2):
        if len(lines) > k and _titlelike(first.text[start:], lines[:k]) and (k == 1 or wraps(lines[:2])):
            found = names.author_line(lines[k].text)
            ended = ends_sentence(lines[0].text)  # a title may end in a dot, if what follows is surely a list of names
            if found and found[1] >= (0.8 if ended else 0.55 if sure else 0.65):
                cut = names.split(_joined(lines[: k + 1])) if wraps(lines[: k + 1]) else None
                if cut and cut.score > 0.95 and cut.at < lines[k].start - first.start + found[0].spans[0][1]:
                    continue  # not apart: the names are glued to the title, and the line was wrapped after that or before
                authors, score = found
                people = tuple(Person(lines[k].text[a:b], Span(lines[k].start + a, lines[k].start + b)) for a, b in authors.spans)
                return Head(_trim(first, start, lines[k - 1].end), people, authors.truncated, _organization(lines[k].text, authors), k + 1, score)
    best: tuple[int, str, names.Split] | None = None
    for k in (1, 2, 3):
        ended = best is not None and (best[2].authors.truncated or best[2].authors.organization is not None)
        if k > len(lines) or (k > 1 and (ended or not wraps(lines[:k]) or date_line(lines[k - 1].text) or ends_sentence(lines[k - 1].text))):
            break
        text = _joined(lines[:k])
        cut = names.split(text)
        if cut and cut.at > start and (best is None or cut.score > best[2].score + 0.3 or (cut.at == best[2].at and _all_names(text, cut))):
            best = (k, text, cut)
    if best and (best[2].score >= 0.5 or best[2].clear or (sure and (best[2].score >= 0.2 or best[2].authors.truncated))):
        k, text, cut = best
        people = tuple(Person(re.sub(r"-\s+", "-", " ".join(text[a:b].split())), Span(first.start + a, first.start + b)) for a, b in cut.authors.spans)
        return Head(_trim(first, start, first.start + cut.at), people, cut.authors.truncated, _organization(text, cut.authors), k, cut.score)
    return None


def _all_names(text: str, cut: names.Split) -> bool:
    """Whether all that a split takes for names looks like names: then a list of authors goes on in the next line, and not the abstract."""
    m = names.model()
    return all(names.person_score(m, " ".join(text[a:b].split())) >= 0.4 for a, b in cut.authors.spans)


def wraps(lines: Sequence[Line]) -> bool:
    """Whether lines can be one that was wrapped: adjacent, none but the last short, none long."""
    return all(
        a.number + 1 == b.number and WRAPPED <= len(a.text) < LONG and len(b.text) < LONG and not ends_sentence(a.text) for a, b in itertools.pairwise(lines)
    )


def _joined(lines: Sequence[Line]) -> str:
    """Adjacent lines as one string of the same length as their source: line ends (one or two characters) become spaces."""
    text = lines[0].text
    for a, b in itertools.pairwise(lines):
        text += " " * (b.start - a.end) + b.text
    return text


def _organization(text: str, authors: names.Authors) -> str | None:
    return text[slice(*authors.organization)].strip() if authors.organization else None


def _titlelike(text: str, lines: Sequence[Line]) -> bool:
    words = sum(len(x.text.split()) for x in lines)
    whole = all(len(x.text) < LONG and (len(lines) == 1 or not ends_sentence(x.text)) for x in lines) and not lines[-1].text.rstrip().endswith(",")
    return whole and 1 <= words <= 60 and not is_junk(text) and date_line(text) is None


def _trim(first: Line, start: int, end: int) -> Span:
    lead = first.text[start:]
    return Span(first.start + start + len(lead) - len(lead.lstrip()), end)


def title_only(line: Line) -> Span | None:
    """The title that a line holds alone, or None where it is rather a name, a button or a single word."""
    start = number_end(line.text)
    text = line.text[start:].strip()
    if (
        not any(c.isalnum() for c in text)
        or len(text) > 400
        or is_junk(text)
        or is_label(text)
        or date_line(text)
        or (len(text.split()) < 2 and not re.search(r"\w[A-Z0-9]", text))
    ):
        return None
    if len(text.split()) <= 4 and names.person_score(names.model(), text) >= 0.5:
        return None
    begin = line.start + line.text.index(text, start)
    return Span(begin, begin + len(text))


def abstract_extent(lines: Sequence[Line], *, heads_follow: bool = False) -> int:
    """How many of `lines` (the first begins an abstract) belong to it; the rest is left over from the page.

    A long line is a whole paragraph: what follows belongs to it only if it goes on in the middle of a sentence or is as long. Short
    lines are a wrapped paragraph: it goes to the last line that ends a sentence, and further over adjacent lines as wide as the first,
    unless the head of the next entry may be among them (`heads_follow`).
    """
    if not lines:
        return 0
    taken = 1
    if heads_follow:
        # A blank line after the end of a sentence, or a date, ends the paragraph: what follows is of the next entry.
        stop = next(
            (k for k in range(1, len(lines)) if date_line(lines[k].text) or (lines[k].number > lines[k - 1].number + 1 and ends_sentence(lines[k - 1].text))),
            len(lines),
        )
        lines = lines[:stop]
    if len(lines[0].text) >= LONG:
        for line in lines[1:]:
            text = line.text.strip()
            if is_junk(text) or not ((text[0].islower() and not ends_sentence(lines[taken - 1].text)) or (len(text) >= LONG and ends_sentence(text))):
                break
            taken += 1
        return taken
    for k, line in enumerate(lines[1:], 1):
        if is_junk(line.text):
            break
        if ends_sentence(line.text) or re.search(r"https?://\S+\s*$", line.text):
            taken = k + 1
    if not heads_follow and taken < len(lines) and len(lines[taken].text) >= 0.7 * len(lines[0].text):
        while taken < len(lines) and lines[taken].number == lines[taken - 1].number + 1 and not is_junk(lines[taken].text):
            taken += 1
    if taken == 1 and not ends_sentence(lines[0].text):
        # No line ends a sentence: a cut-off paragraph goes on as long as the lines are about as wide.
        width = len(lines[0].text)
        for line in lines[1:]:
            if is_junk(line.text) or (len(line.text) < 0.6 * width and len(line.text.split()) < 4):
                break
            taken += 1
    return taken
