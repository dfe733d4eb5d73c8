"""What is known of a candidate, as numbers, for the trees that decide its kind and role.

The order of the numbers is part of the shipped model: change it only together with a training.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter

from kg.extract.candidates import Candidate
from kg.extract.corpus import CorpusTable
from kg.text import fold

KINDS = ("Method", "Dataset", "Benchmark", "Task", "Metric")
SOURCES = ("table", "title", "acronym")
HEADS = (
    "learning network networks model models method methods algorithm dataset datasets benchmark benchmarks framework detection classification segmentation recognition generation estimation "
    "analysis attention transformer transformers regression optimization clustering function loss module score accuracy rate error search reasoning prediction task tasks system training "
    "encoder process data corpus challenge challenges suite bench retrieval translation adaptation planning tracking reconstruction matching decoding sampling pruning distillation descent "
    "gradient mechanism strategy approach inference modeling modelling understanding answering summarization coefficient similarity distance precision recall"
).split()
BEFORE = (
    "the a an on using by with of propose introduce present called named termed ( and , as our than over outperforms via for in is to from like including into both like these two other existing "
    "standard popular benchmark dataset datasets benchmarks vs"
).split()
AFTER = (
    "dataset datasets benchmark benchmarks algorithm algorithms model models method methods network networks framework ( ) , . - and based outperforms achieves is which that task tasks : for in of "
    "to with on can system approach metric score scores corpus challenge problem module loss training performance"
).split()
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*|\S")

PROPOSE = re.compile(
    r"\b(?:propos(?:e|es|ed|ing)|introduc(?:e|es|ed|ing)|present(?:s|ed|ing)?|develop(?:s|ed|ing)?|design(?:s|ed|ing)?|devis(?:e|es|ed)|call(?:ed)?|nam(?:ed|ing|ely)|term(?:ed)?|dub(?:bed)?|coin(?:ed)?|"
    r"refer(?:red)? to as|creat(?:e|es|ed)|build|built|construct(?:s|ed)?|releas(?:e|es|ed|ing)|establish(?:es|ed)?|describ(?:e|es)|deriv(?:e|es)|curat(?:e|ed|es)|collect(?:ed|s)?|contribut(?:e|es)|annotat(?:e|ed)|"
    r"present|we offer|provide)\b", re.I
)  # fmt: skip
OURS = re.compile(r"\b(?:our|ours|we|novel|new|this paper|this work|here)\b", re.I)
COMPARE = re.compile(
    r"\b(?:outperform(?:s|ed|ing)?|surpass(?:es|ed|ing)?|exceed(?:s|ed|ing)?|beat(?:s|ing)?|compar(?:ed|ing|ison|able|e|es)|than|over|baselines?|against|superior|better|versus|vs|state-of-the-art|competitive|rival|"
    r"improv(?:es|ement|ements|ing) (?:over|upon)|unlike|competing|prior|existing|previous|conventional|traditional)\b", re.I
)  # fmt: skip
USE = re.compile(r"\b(?:us(?:e|es|ed|ing)|appl(?:y|ied|ies|ying)|bas(?:ed|is)|leverag(?:e|es|ed|ing)|employ(?:s|ed|ing)?|adopt(?:s|ed)?|extend(?:s|ed|ing)?|built on|via|with|combin(?:e|es|ed|ing)|integrat(?:e|es|ed|ing)|incorporat\w+|evaluat(?:e|ed|es|ing)|"
                 r"experiments?|on|train(?:ed)?|test(?:ed)?|fine-?tun\w+|analy[sz]\w+|stud(?:y|ied)|investigat\w+)\b", re.I)  # fmt: skip
CUES = (PROPOSE, OURS, COMPARE, USE)


def names() -> list[str]:
    """The features' names, in order."""
    out = [f"label {k}" for k in KINDS] + [f"source {s}" for s in SOURCES] + ["mentions", "log mentions", "recognised", "log recognised"]
    for which in ("name", "acronym"):
        out += [f"{which} corpus {k}" for k in KINDS] + [
            f"{which} {x}" for x in ("tagged", "seen", "tagged share", "lower share", *(f"list {k}" for k in KINDS))
        ]
    out += ["in title", "title name", "title whole", "first place", "last place", "in last quarter"]
    out += [
        "tokens",
        "length",
        "inner capital",
        "digit",
        "all upper",
        "all lower",
        "hyphen",
        "slash",
        "markup",
        "first upper",
        "capitals share",
        "has acronym",
        "bracket after",
        "bracket before",
        "ends in digit",
        "plural",
    ]
    out += [f"ends {h}" for h in HEADS] + [f"before {w}" for w in BEFORE] + [f"after {w}" for w in AFTER]
    out += ["corpus head tagged", "corpus head task", "corpus head method"]
    for where in ("before", "after"):
        out += [f"cue {where} {c}" for c in ("propose", "ours", "compare", "use")]
    out += ["our before", "first cue propose", "candidates", "other names near"]
    return out


def of(text: str, title_length: int, spans: list[tuple[int, int]], candidate: Candidate, table: CorpusTable, total: int, starts: list[int]) -> list[float]:
    """The features of one candidate. `spans` are the sentences of `text`, `starts` the sorted first characters of all candidates' places."""
    places = candidate.spans
    forms = candidate.forms(text)
    n = len(places)
    recognised = sum(candidate.labels[k] for k in KINDS)
    v = (
        [candidate.labels[k] / (recognised + 1) for k in KINDS]
        + [float(candidate.labels[s] > 0) for s in SOURCES]
        + [n, math.log1p(n), recognised, math.log1p(recognised)]
    )
    for key in (candidate.key, candidate.acronym):
        v += table.features(key)
    name = max(forms, key=lambda f: (len(f), f))
    tokens = name.split() or [name]
    v += [
        any(b <= title_length for _, b in places), any(a <= 2 and b <= title_length and text[b : b + 1] == ":" for a, b in places), any(a <= 1 and b >= title_length - 1 for a, b in places),
        min(a for a, _ in places) / len(text), max(a for a, _ in places) / len(text), sum(a > 0.75 * len(text) for a, _ in places) / n,
    ]  # fmt: skip
    v += [
        len(tokens), len(name), any(c.isupper() for c in name[1:]), any(c.isdigit() for c in name), name.isupper(), name.islower(), "-" in name, "/" in name, "$" in name or "\\" in name,
        name[0].isupper(), sum(t[0].isupper() for t in tokens) / len(tokens), candidate.acronym is not None,
        any(text[b : b + 2] == " (" for _, b in places), any(text[a - 1 : a] == "(" for a, _ in places), name[-1].isdigit(), name.endswith("s") and len(name) > 3,
    ]  # fmt: skip
    last = re.split(r"[\s\-]", name)[-1].lower()
    v += [last == h for h in HEADS]
    before, after = Counter(), Counter()
    cues = [0.0] * (2 * len(CUES))
    our = first = near = 0.0
    for i, (a, b) in enumerate(places):
        words = _WORD.findall(text[max(0, a - 24) : a])
        if words:
            before[words[-1].lower()] += 1
            our += words[-1].lower() == "our"
        m = _WORD.search(text, b, b + 24)
        if m:
            after[m[0].lower()] += 1
        s = _sentence(spans, a)
        left, right = text[max(s[0], a - 90) : a], text[b : min(s[1], b + 60)]
        for k, cue in enumerate(CUES):
            hit = cue.search(left)
            cues[k] += hit is not None
            cues[k + len(CUES)] += cue.search(right) is not None
            if k == 0 and hit and (i == 0 or not first):
                first = 1.0
        near += bisect_right(starts, b + 40) - bisect_right(starts, a - 40) - 1
    v += [before[w] / n for w in BEFORE] + [after[w] / n for w in AFTER]
    v += table.head_features(fold(last))
    v += [c / n for c in cues] + [our / n, first, total, near / n]
    return [float(x) for x in v]


def _sentence(spans: list[tuple[int, int]], at: int) -> tuple[int, int]:
    i = bisect_right(spans, (at, 1 << 60)) - 1
    return spans[max(i, 0)]
