"""Resolution: which entries are one paper, which names one person, thing or venue, and what a reference means."""

from kg.resolve.citations import Stub, resolve_citations
from kg.resolve.corrections import PersonDecision, Renaming
from kg.resolve.names import Thing, resolve_names
from kg.resolve.papers import Work, resolve_papers
from kg.resolve.people import Identity, resolve_people
from kg.resolve.signatures import Authorship
from kg.resolve.usages import Decision, Usage
from kg.resolve.venues import resolve_venues

__all__ = [
    "Authorship", "Decision", "Identity", "PersonDecision", "Renaming", "Stub", "Thing", "Usage", "Work", "resolve_citations", "resolve_names", "resolve_papers", "resolve_people", "resolve_venues",
]  # fmt: skip
