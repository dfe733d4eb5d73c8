"""Identifiers and dates as sources write them, in their usual form: arXiv ids, DOIs, ORCIDs, repositories; days and months."""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Iterable
from typing import Any

from kg.text import repository_name

# New and old form, without version; the months are real ones, and of old ones the archives are.
_ARCHIVE = (
    r"(?:acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-(?:ex|lat|ph|th)"
    r"|math(?:-ph)?|mtrl-th|nlin|nucl-(?:ex|th)|patt-sol|physics|plasm-ph|q-(?:alg|bio)|quant-ph|solv-int|stat|supr-con)"
)
ARXIV_ID = rf"(?:\d{{2}}(?:0[1-9]|1[0-2])\.\d{{4,5}}|{_ARCHIVE}(?:\.[A-Z]{{2}})?/\d{{2}}(?:0[1-9]|1[0-2])\d{{3}})"
_ARXIV = re.compile(rf"(?:arxiv:\s*|(?:https?://)?(?:\w+\.)?arxiv\.org/(?:abs|pdf|html)/)?({ARXIV_ID})(v\d+)?(?:\.pdf)?", re.I)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.I)
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:?\s*)?(10\.\d{1,9}/\S+?)[.,;]?", re.I)
_ORCID = re.compile(r"(?<![0-9])(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])(?![0-9])")
_REPOSITORY = re.compile(r"(?:https?://)?(?:www\.)?((?:github|gitlab|bitbucket|codeberg|gitee)\.(?:com|org))/([\w.\-]+)/([\w.\-]+)(?=[/?#]|$)", re.I)


def doi_of(value: str | None) -> str | None:
    """A DOI without its resolver, lower case; a text that is none as it is."""
    if not value:
        return None
    m = _DOI.fullmatch(value.strip())
    return (m[1] if m else value.strip()).lower()


def is_doi(value: str) -> bool:
    """Whether a text is a DOI, bare or with its resolver."""
    return _DOI.fullmatch(value.strip()) is not None


def arxiv_of(value: Any) -> tuple[str, str | None] | None:
    """The arXiv id and its version ("v2") out of an id, an address or an arXiv DOI; None if it is none of these."""
    if not isinstance(value, str):
        return None
    value = value.strip()
    if "10.48550" in value and (m := _ARXIV_DOI.fullmatch(doi_of(value) or "")):
        value = m[1]
    m = _ARXIV.fullmatch(value)
    return (m[1].lower(), m[2].lower() if m[2] else None) if m else None


def orcid_of(value: str | None) -> str | None:
    """An ORCID in its usual form, four groups of four, whatever address or mark stands round it; another identifier as it is; None for a word such as "none"."""
    if not value:
        return None
    if m := _ORCID.search(value):
        return "-".join(m.groups()).upper()
    last = value.strip().rstrip("/").rsplit("/", 1)[-1].strip().upper()
    return last if any(c.isdigit() for c in last) else None


def repository_of(address: Any) -> str | None:
    """host/owner/name of the repository that an address leads to, lower case; None if it leads to none."""
    m = _REPOSITORY.match(address.strip()) if isinstance(address, str) else None
    return repository_name(*m.groups()) if m else None


def last_part(address: Any) -> str | None:
    """What stands behind the last slash of an address; None for what is none."""
    return address.rstrip("/").rsplit("/", 1)[-1] if isinstance(address, str) and address else None


def own_code(addresses: Iterable[Any]) -> list[dict[str, str]]:
    """The repositories among addresses, each once, as code of the paper's own."""
    return [{"name": name, "role": "own"} for name in dict.fromkeys(map(repository_of, addresses)) if name]


def mail_day(written: str | None) -> str | None:
    """The day of a date as mails have it ("Sun, 1 Jan 2023 09:00:00 GMT"); None for what is none."""
    when = email.utils.parsedate(written or "")
    return day(*when[:3]) if when else None


def day(year: Any, month: Any = None, of_month: Any = None) -> str | None:
    """YYYY, YYYY-MM or YYYY-MM-DD out of numbers or texts; what is no part of a date, and what follows it, is left out."""
    parts = []
    for value, most in ((year, 9999), (month, 12), (of_month, 31)):
        number = value if isinstance(value, int) and not isinstance(value, bool) else int(value) if isinstance(value, str) and value.strip().isdecimal() else 0
        if not 0 < number <= most:
            break
        parts.append(number)
    if len(parts) == 3:
        try:
            datetime.date(*parts)
        except ValueError:
            parts.pop()
    return "-".join([f"{parts[0]:04d}", *(f"{p:02d}" for p in parts[1:])]) if parts else None


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def month_number(name: str) -> int | None:
    """The number of a month by its English name, long or short."""
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else None
