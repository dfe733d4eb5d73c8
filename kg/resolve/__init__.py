"""Resolution: who is who and what is what. Each function takes all mentions of a pile and gives entities with every merge explained."""

from kg.resolve.corrections import PersonDecision, Renaming
from kg.resolve.names import Decision, Thing, resolve_names
from kg.resolve.papers import Work, resolve_papers
from kg.resolve.people import Identity, resolve_people
from kg.resolve.signatures import Authorship

__all__ = ["Authorship", "Decision", "Identity", "PersonDecision", "Renaming", "Thing", "Work", "resolve_names", "resolve_papers", "resolve_people"]
