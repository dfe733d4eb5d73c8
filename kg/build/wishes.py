"""What the user wants beyond what was trained: a lexicon, corrections, a least confidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.extract import knowledge
from kg.model import Entry, Kind, Mention
from kg.resolve import Decision, PersonDecision, Renaming
from kg.resolve.personal import name_key
from kg.text import fold


@dataclass(frozen=True)
class Wishes:
    """What the user wants of an extraction beyond the trained model."""

    lexicon: tuple[knowledge.Rule, ...] = ()
    corrections: tuple[knowledge.Rule, ...] = ()
    min_confidence: float | None = None

    @property
    def decisions(self) -> list[Decision]:
        """Which names are one and which are two, as the corrections say."""
        of_things = (r for r in self.corrections if r.action in knowledge.PAIRS and r.kind != Kind.AUTHOR.value)
        return [Decision(r.name, r.to, r.action == "same", Kind(r.kind) if r.kind else None) for r in of_things]

    @property
    def people(self) -> list[PersonDecision]:
        """Which bearers of names are one person and which are two."""
        return [PersonDecision(r.name, r.paper, r.to, r.to_paper, r.action == "same") for r in self._of_people if r.action in knowledge.PAIRS]

    @property
    def renamings(self) -> list[Renaming]:
        """What people are to be called."""
        return [Renaming(r.name, r.paper, r.to) for r in self._of_people if r.action == "rename"]

    @property
    def _of_people(self) -> list[knowledge.Rule]:
        return [r for r in self.corrections if r.kind == Kind.AUTHOR.value]

    @property
    def knowledge(self) -> knowledge.Knowledge:
        """The corrections stand above the lexicon."""
        return knowledge.Knowledge((*self.corrections, *self.lexicon))


def wishes_of(kept: Mapping[str, Any], lexicon: Path | None, corrections: Path | None, min_confidence: float | None) -> Wishes:
    """The given wishes, and in the place of those that are not given the ones that a folder's manifest keeps."""
    rules = lambda name: tuple(knowledge.Rule(**r | {"aliases": tuple(r["aliases"])}) for r in kept.get(name, ()))
    return Wishes(
        tuple(knowledge.read_lexicon(lexicon)) if lexicon else rules("lexicon"), tuple(knowledge.read_corrections(corrections)) if corrections else rules("corrections"),
        min_confidence if min_confidence is not None else kept.get("min_confidence"),
    )  # fmt: skip


def unmet(entries: Iterable[Entry], mentions: Iterable[Mention], wishes: Wishes) -> list[str]:
    """The corrections that speak of names which neither anything here nor another rule has: perhaps misspelt, perhaps for what is still to come."""
    corrections = wishes.corrections
    if not corrections:
        return []
    things = {fold(form) for m in mentions for form in (m.name, *m.aliases)}
    # What rules name themselves is there; of two that are to be one, or two, neither is.
    for r in (*wishes.lexicon, *corrections):
        if r.action not in knowledge.PAIRS:
            things |= {fold(x) for x in (r.to, *r.aliases, *([r.name] if r.action == "add" else []))}
    people = {name_key(r.to) for r in corrections if r.action == "rename"}
    places = {""}
    for e in entries:
        people |= {name_key(name) for name in (*(p.name for p in e.authors), e.page_author) if name}
        places |= {e.id, fold(e.field(e.title) or "")}

    def met(r: knowledge.Rule) -> bool:
        if r.kind == Kind.AUTHOR.value:
            ends = [(r.name, r.paper), (r.to, r.to_paper)] if r.action in knowledge.PAIRS else [(r.name, r.paper)]
            return all(name_key(name) in people and (paper in places or fold(paper) in places) for name, paper in ends)
        named = (r.name, r.to) if r.action in knowledge.PAIRS else (r.name,)
        return r.action == "add" or all(fold(x) in things for x in named)

    return [" ".join(filter(None, (r.action, repr(r.name), r.paper and f"of {r.paper!r}", r.to and f"– {r.to!r}"))) for r in corrections if not met(r)]
