"""Names of people: their parts, and whether two of them can be one person's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kg.text import fold, plain

TITLES = {"dr", "prof", "professor", "mr", "mrs", "ms"}
DEGREES = {"phd", "md", "msc", "esq"}
_NUMBER = re.compile(r"\d{4}")  # by which an index tells namesakes apart
SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_BEHIND = SUFFIXES | DEGREES  # what may stand behind a family name
# Letters that Unicode does not take apart into a plain one and a mark.
LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D"}
)
_BESIDE = re.compile(r"\([^)]{0,80}\)|\[[^\]]{0,80}\]|[\"“”][^\"“”]*[\"“”]|[*†‡§¶#]+")
PARTICLES = set(
    "af al ap auf aus bar ben bin bint da dal de del della den der des di do dos du el ibn la le les lo los st ter ten the van vom von zu zum zur y e".split()
)
# Short forms of given names that people sign with, in one line with the names that they may stand for.
SHORT = """
abby abigail | abe abraham | al albert alan alfred alexander | alex alexander alexandra alexandre alexei alexis alejandro aleksandr alessandro
| andy andrew andreas andrea | ben benjamin benedict | bernie bernard | beth elizabeth | brad bradley | cathy catherine | charlie charles
| chris christopher christian christoph christos christine christina christophe | cindy cynthia | dan daniel daniele | dave david | deb deborah | debbie deborah
| dima dmitry dmitri dmitrii | don donald | doug douglas | ed edward edwin edgar edmund eduard | eddie edward | fred frederick frederic | fritz friedrich | gabe gabriel
| geoff geoffrey | george georgios | giorgos georgios | greg gregory | gus augustus | harry harold | jake jacob | jan johannes | jeff jeffrey | jen jennifer
| jenny jennifer | jerry jeremy | jim james | jimmy james | jo joanna josephine | joe joseph | joey joseph | john jonathan | johnny john | jon jonathan john | josh joshua
| kate katherine | kathy katherine kathleen | katie katherine | ken kenneth | kostas konstantinos | larry lawrence laurence | leo leonard leonardo leonid | liz elizabeth
| lou louis | maggie margaret | manny manuel | manos manolis | marge margaret | matt matthew matthias | max maximilian maxim maxime maxwell | meg margaret megan
| mel melvin | mia maria | micha michael | mike michael mikhail | mitch mitchell | misha mikhail | nat nathan nathaniel | nate nathan nathaniel
| nick nicholas nicolas nikolaos nikolas nicola | nico nicolas | nikos nikolaos | pam pamela | panos panagiotis | pat patrick patricia | pete peter
| phil philip phillip philipp | rafi rafael | randy randall | ray raymond | rich richard | rick richard | rob robert | robbie robert | rod rodney | ron ronald
| russ russell | sam samuel samantha | sandy sandra | seb sebastian | serge sergey sergei | stan stanley | stef stefan | steph stephanie | steve stephen steven
| sue susan | ted theodore | terry terence terrence | thanos athanasios | tim timothy | toby tobias | tom thomas tomas | tony anthony antonio | val valentin valerie
| vasilis vasileios | vicky victoria | vince vincent | vlad vladimir vladislav | volodya vladimir | will william | yannis yiannis ioannis | zach zachary | zack zachary
"""


def _long_forms() -> dict[str, frozenset[str]]:
    """The names that each short one may stand for."""
    found: dict[str, frozenset[str]] = {}
    for line in SHORT.split("|"):
        short, *names = line.split()
        found[short] = found.get(short, frozenset()) | frozenset(names)
    return found


LONG_FORMS = _long_forms()


@dataclass(frozen=True, slots=True)
class PersonalName:
    """A folded name: given names in order, initials as single letters; the family name's last part; a suffix; and a homonym number such as DBLP's 0002."""

    given: tuple[str, ...]
    family: str
    suffix: str = ""
    number: str = ""

    @property
    def block(self) -> tuple[str, str]:
        """Names that may be one person's share the family name and the first letter of the given name."""
        return (self.given[0][:1] if self.given else "", self.family)

    @property
    def whole(self) -> str:
        """A first name that is more than an initial, or nothing."""
        return self.given[0] if self.given and len(self.given[0]) > 1 else ""


@lru_cache(maxsize=1 << 14)
def name_key(name: str) -> str:
    """A full name without case, accents, dots, hyphens, footnote marks and what stands in brackets; the parts stay in order.

    The hyphen of a family name parts it, since it is left out as often ("Garcia-Marquez"); that of a given name joins ("Jean-Pierre").
    """
    text = plain(name)
    parts = _in_order(_BESIDE.sub(" ", text) or text).translate(LETTERS).replace(".", " ").replace("~", " ").split()
    # The last word but for what may stand behind a name.
    family = next((i for i in range(len(parts) - 1, 0, -1) if fold(parts[i]) not in _BEHIND and not _NUMBER.fullmatch(parts[i])), 0)
    if family:
        parts[family : family + 1] = re.split(r"[-\u2010\u2011]", parts[family])
    return " ".join(" ".join(map(fold, parts)).split()) or name


def _in_order(name: str) -> str:
    """`Doe, Jane` the other way round; a suffix or a degree stays behind."""
    family, *rest = [part.strip() for part in name.split(",")]
    behind = [r for r in rest if fold(r.replace(".", "")) in _BEHIND]
    given = [r for r in rest if r not in behind]
    return " ".join([*given, family, *behind]) if rest and family else name


@lru_cache(maxsize=1 << 14)
def parse(key: str) -> PersonalName:
    """The parts of a `name_key`. Particles go with no part: they are written or left out at will."""
    parts = key.split(" ")
    while len(parts) > 1 and parts[0] in TITLES:
        del parts[0]
    number = parts.pop() if len(parts) > 1 and _NUMBER.fullmatch(parts[-1]) else ""
    suffix = ""
    while len(parts) > 2 and parts[-1] in _BEHIND:
        last = parts.pop()
        suffix = last if last in SUFFIXES else suffix
    given = [p for i, p in enumerate(parts[:-1]) if i == 0 or p not in PARTICLES]
    # Letters without a vowel before a family name are initials: JK, DR.
    if given and len(given[0]) in (2, 3) and not set(given[0]) & set("aeiouy") and given[0].isascii():
        given[:1] = given[0]
    return PersonalName(tuple(given), parts[-1], suffix, number)


@lru_cache(maxsize=1 << 14)
def compatible(left: str, right: str) -> bool:
    """Whether two `name_key`s can be one person's: what is written out on both sides must agree, an initial agrees with a name that begins with it."""
    if left == right:
        return True
    a, b = parse(left), parse(right)
    if a.family != b.family or not a.given or not b.given or any(x and y and x != y for x, y in ((a.number, b.number), (a.suffix, b.suffix))):
        return False
    if "".join(a.given) == "".join(b.given) and a.whole and b.whole:
        return True  # Jean-Pierre, Jean Pierre, Jeanpierre
    if not _agree(a.given[0], b.given[0]):
        # A first name that is left out, and the second one by itself: "R. Tyrrell" would be Tyrrell. Too rare to be worth its dangers.
        return False
    return all(_agree(x, y) for x, y in zip(a.given[1:], b.given[1:]))


def _agree(x: str, y: str) -> bool:
    return x == y or (min(len(x), len(y)) == 1 and x[0] == y[0]) or y in LONG_FORMS.get(x, ()) or x in LONG_FORMS.get(y, ())


def swapped(key: str) -> str | None:
    """The name with its family name first, for a name of two written-out parts: Wang Wei for Wei Wang."""
    parts = key.split(" ")
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 and min(map(len, parts)) > 1 and parts[0] != parts[1] else None
