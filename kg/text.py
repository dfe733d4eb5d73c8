"""Text on the ground floor: cleaning with a map back to the source, folding of names, sentences.

The source text is never changed. `clean` makes a copy without LaTeX markup, ligatures and typographic variants, and remembers for each
character of the copy which characters of the source it stands for, so that whatever is found in the copy can be shown in the source.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# LaTeX commands that stand for a character. Commands that are not listed vanish when they take an argument (\emph{x} is x) and leave
# their name otherwise, which is how a reader would say them.
SYMBOLS = {
    "times": "×", "cdot": "·", "pm": "±", "sim": "~", "approx": "≈", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "infty": "∞", "ell": "ℓ", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε",
    "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
    "ldots": "...", "dots": "...", "textendash": "–", "textemdash": "—", "textasciitilde": "~", "textbackslash": "\\", "S": "§",
    "textless": "<", "textgreater": ">", "textbar": "|", "textunderscore": "_", "textdollar": "$", "textquotesingle": "'", "textquotedbl": '"', "textquoteright": "'", "textquoteleft": "'",
    "quad": " ", "qquad": " ", "newline": " ", "par": " ", "LaTeX": "LaTeX", "TeX": "TeX", "star": "*", "ast": "*", "prime": "'", "dagger": "†",
}  # fmt: skip
# Commands that only switch the type or that point elsewhere: nothing of them is text.
SILENT = set(
    "em bf it sc tt rm sl sf bfseries itshape ttfamily scshape text textbf textit textrm textsc texttt textsf textsl textnormal emph underline uline mathrm mathbf mathit mathcal "
    "mathsf mathtt mathbb mathfrak mathscr boldsymbol bm operatorname mbox hbox url href path xspace left right big Big bigl bigr displaystyle limits centering noindent ensuremath "
    "textsuperscript textsubscript hat tilde bar vec overline widehat widetilde dot ddot".split()
)
HIDDEN_ARGUMENT = {"cite", "citep", "citet", "ref", "label", "eqref", "footnotemark", "vspace", "hspace", "color", "textcolor"}
ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
TYPOGRAPHY = {
    "\u2010": "-", "\u2011": "-", "\u2212": "-", "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2002": " ", "\u2003": " ", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"',
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
    "\r": " ", "\t": " ", "\n": " ", "\v": " ", "\f": " ", "\u2028": " ", "\u2029": " ",
}  # fmt: skip

# A pair of dollars is mathematics only if it hugs its content and no digit follows, so that "$5 and $6" stays money.
_MATH = re.compile(r"(?<!\\)\$(?=[^\s$])[^$]{1,300}?(?<=[^\s\\])\$(?!\d)|(?<!\\)\$\$[^$]{1,300}\$\$")
_MARKUP = re.compile(
    r"""(?P<accent>\\(?:(?P<mark>['`^"~=.])|(?P<letter_mark>[uvHckrdb])(?=\s*\{|\s+[A-Za-z]))\s*(?:\{\s*(?P<in_braces>\\?[A-Za-z])\s*\}|(?P<bare>\\?[A-Za-z])))
    |\\(?P<command>[A-Za-z]{1,40})\*?(?P<space>[ ]*)
    |\\(?P<escaped>[^A-Za-z])
    |(?P<dash>-{2,3})
    |(?P<quote>``|'')
    |(?P<character>[{}$^_~\u00a0\u00ad\u2002\u2003\u2009-\u200d\u2010\u2011\u2018\u2019\u201c\u201d\u2028\u2029\u202f\u2060\u2212\ufb00-\ufb06\ufeff\r\t\n\v\f])""",
    re.VERBOSE,
)


# What `clean` may change, but for white space. Most names and titles have nothing of it.
_NOT_PLAIN = re.compile(r"[^\x00-\x7f]|[\\${}^_~`]|--|''")


@dataclass(frozen=True, slots=True)
class Clean:
    """A cleaned copy and its way back: character `i` of `text` stands for `source[starts[i]:ends[i]]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def source_span(self, start: int, end: int, source: str) -> tuple[int, int]:
        """The span of `source` that `text[start:end]` stands for; markup that it would cut in two is taken in whole."""
        first, last = self.starts[start], self.ends[end - 1]
        if not _balanced(source[first:last]):
            left = self.ends[start - 1] if start else 0
            right = self.starts[end] if end < len(self.starts) else len(source)
            # The nearest whole piece: closing markup alone, then opening markup too.
            for a, b in ((first, right), (left, last), (left, right)):
                piece = source[a:b]
                if _balanced(piece):
                    return a + len(piece) - len(piece.lstrip()), b - len(piece) + len(piece.rstrip())
        return first, last


def _balanced(piece: str) -> bool:
    if piece.count("$") % 2:
        return False
    depth = 0
    for c in piece:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0


def clean(source: str, start: int = 0, end: int | None = None) -> Clean:
    """Clean `source[start:end]`; the offsets of the answer count from the beginning of `source`.

    LaTeX commands, braces and mathematics marks go (`$\\text{Memory}^3$` is `Memory3`), accents are composed, ligatures are spelled out,
    curly quotes, odd hyphens and odd spaces become plain ones, line ends become spaces (none after a hyphen at the end of a line).
    """
    end = len(source) if end is None else end
    math = [m.span() for m in _MATH.finditer(source, start, end)]
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def put(text: str, a: int, b: int) -> None:
        out.append(text)
        starts.extend([a] * len(text))
        ends.extend([b] * len(text))

    at, zone, skip_to = start, 0, start
    for m in _MARKUP.finditer(source, start, end):
        a, b = m.span()
        if a < skip_to:
            continue
        if at < a:
            out.append(source[at:a])
            starts.extend(range(at, a))
            ends.extend(range(at + 1, a + 1))
        while zone < len(math) and math[zone][1] <= a:
            zone += 1
        in_math = zone < len(math) and math[zone][0] <= a
        at = b
        if m["accent"]:
            base = (m["in_braces"] or m["bare"]).lstrip("\\")
            mark = m["mark"] or m["letter_mark"]
            put(unicodedata.normalize("NFC", base + ACCENTS[mark]), a, b)
        elif command := m["command"]:
            followed = source[b : b + 1] == "{"
            if command in HIDDEN_ARGUMENT and followed:
                close = source.find("}", b, min(end, b + 300))
                at = skip_to = close + 1 if close >= 0 else b
            elif command in SYMBOLS:
                put(SYMBOLS[command], a, b - len(m["space"]))
                if m["space"] and not in_math:
                    put(" ", b - 1, b)
            elif command in SILENT or followed:
                pass
            else:
                put(command + (" " if m["space"] else ""), a, b)
        elif (escaped := m["escaped"]) is not None:
            if escaped in "()[]-@":
                continue  # edges of mathematics, where a word may break, what a dot ends: none of them is printed
            put(" " if escaped in ",;:! \\\n" else escaped, a, b)
        elif m["dash"]:
            put("–" if b - a == 2 else "—", a, b)
        elif m["quote"]:
            put('"', a, b)
        else:
            c = m["character"]
            if c in "{}":
                continue
            if c == "$":
                if not in_math:
                    put(c, a, b)
            elif c in "^_":
                if not in_math:
                    put(c, a, b)
            elif c == "~":
                tie = not in_math and 0 < a and source[a - 1].isalnum() and source[b : b + 1].isalpha()
                put(" " if tie else c, a, b)
            elif c in "\r\n" and out and _hyphen_before(out):
                continue
            else:
                put(TYPOGRAPHY.get(c, c), a, b)
    if at < end:
        out.append(source[at:end])
        starts.extend(range(at, end))
        ends.extend(range(at + 1, end + 1))
    return Clean("".join(out), tuple(starts), tuple(ends))


def _hyphen_before(out: list[str]) -> bool:
    """Whether the copy so far ends in a letter and a hyphen: a word that goes on in the next line."""
    tail = "".join(out[-2:])[-2:]
    return len(tail) == 2 and tail[1] == "-" and tail[0].isalpha()


def join(*parts: Clean) -> Clean:
    """Several cleaned pieces as one, a line feed between them (it stands for no character of the source)."""
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for part in parts:
        if not part.text:
            continue
        if text:
            text.append("\n")
            starts.append(ends[-1])
            ends.append(ends[-1])
        text.append(part.text)
        starts.extend(part.starts)
        ends.extend(part.ends)
    return Clean("".join(text), tuple(starts), tuple(ends))


def plain(source: str) -> str:
    """`source` cleaned, with single spaces: how a name or a title is shown."""
    if not _NOT_PLAIN.search(source):
        return " ".join(source.split())
    return " ".join(clean(source).text.split())


def beginning(text: str) -> str:
    """The first ten words of an abstract, by which it is shown where there is no title."""
    return f"{' '.join(text.split()[:10])} …"


def clipped(text: str, most: int) -> str:
    """The text, or so much of its beginning that it has `most` characters with the mark that it goes on."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


FORMULA = tuple("=+-@\t\r\n")  # what the cells begin with that a spreadsheet runs


def spreadsheet(value: Any) -> str:
    """A cell of CSV: a text that a spreadsheet would run as a formula has an apostrophe before it, by which it stays text; numbers stay as they are."""
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(FORMULA) else text


def from_spreadsheet(cell: str) -> str:
    """The text that `spreadsheet` made the cell of."""
    return cell[1:] if cell[:1] == "'" and cell.startswith(FORMULA, 1) else cell


_IGNORED = re.compile(r"[\s\-\u2010-\u2015/\\${}^_~]+")


def fold(name: str) -> str:
    """The form in which names are compared: cleaned, case, accents, hyphens, slashes and spaces folded. Digits and other signs stay.

    >>> fold("MS-COCO") == fold("ms coco"), fold("GPT-3") == fold("GPT-4")
    (True, False)
    """
    return _folded(name) if len(name) > SHORT else _short_folded(name)


def _folded(name: str) -> str:
    folded = _IGNORED.sub("", clean(name).text if _NOT_PLAIN.search(name) else name).casefold()
    if not folded.isascii():
        # Taken apart, some signs are blanks or capitals with marks.
        bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c)).casefold()
        folded = unicodedata.normalize("NFC", _IGNORED.sub("", bare))
    return folded.replace("``", '"').replace("''", '"')


SHORT = 120  # characters of what is worth remembering: names come again and again, abstracts do not
_short_folded = lru_cache(maxsize=1 << 15)(_folded)


def as_written(name: str) -> bool:
    """Whether other places of a name count only if written just so: a short one, or one with inner capitals, may be a common word in lower case."""
    return len(name) <= 6 or any(c.isupper() for c in name[1:])


def singular_acronym(short: str) -> str:
    """GANs → GAN; SGDs → SGD; CLIPS stays."""
    return short[:-1] if len(short) > 2 and short.endswith("s") and short[-2].isupper() else short


# A sentence ends at . ! or ? before a space and a capital, bracket or mark, unless the word before it is a known abbreviation.
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*(?=\s+[\"'(\[$\\]*[A-Z0-9\u00c0-\u00de\u0391-\u03a9])|\n")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|et al|Fig|Figs|Eq|Eqs|Sec|Tab|No|resp|approx|Dr|Prof|St|w\.r\.t|a\.k\.a|aka)|\b[A-Z])\.$")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of `text`, in order, without the white space round them; together they hold every other character."""
    spans, start = [], 0
    for m in _SENTENCE_END.finditer(text):
        if m[0][0] == "." and _ABBREVIATION.search(text, max(start, m.start() - 12), m.start() + 1):
            continue
        spans.append((start, m.end()))
        start = m.end()
    spans.append((start, len(text)))
    trimmed = []
    for a, b in spans:
        piece = text[a:b]
        if piece.strip():
            trimmed.append((a + len(piece) - len(piece.lstrip()), b - len(piece) + len(piece.rstrip())))
    return trimmed


# First parts of a path that belong to the host itself.
_RESERVED = frozenset(
    "about blog blogs collections docs explore features join learn login marketplace orgs papers pricing search settings sponsors tasks topics".split()
)


def repository_name(host: str, owner: str, name: str) -> str | None:
    """`host/owner/name` of a code repository, lower case, without `.git`, blanks in the host, LaTeX before a mark, and marks and braces at the end; None where that names none."""
    host = re.sub(r"\s+", "", host.lower())
    host = {"hf.co": "huggingface.co"}.get(host, host)
    owner, name = (re.sub(r"\\(?=[_~\-])", "", x).lower() for x in (owner, name))
    name = re.sub(r"[^a-z0-9_\-]+$", "", name)
    name = re.sub(r"\.git$", "", name)
    if not name or "\\" in name or owner in _RESERVED or not re.search(r"[a-z0-9]", owner) or not re.search(r"[a-z0-9_]", name):
        return None
    return f"{host}/{owner}/{name}"
