"""Load a graph folder into a Neo4j."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kg.errors import WrongUse
from kg.stores.neo4j import Loaded, Neo4j
from kg.stores.rows import graph_name, read_rows


def load(folder: Path, uri: str, *, name: str | None = None, prune: bool = False, progress: Callable[[str, int, int], None] | None = None) -> Loaded:
    """Load the folder under a name, its own by default; see kg.stores.neo4j for what is created, changed, and pruned.

    User and password come from NEO4J_USERNAME and NEO4J_PASSWORD. StoreError if the folder or the server cannot be used.
    """
    if name is not None and not name.strip():
        raise WrongUse("--name is empty: give a name, or leave it out for the folder's")
    rows = read_rows(folder, evidence=True)
    store = Neo4j(uri)
    try:
        return store.write(rows, name or graph_name(folder), prune, progress)
    finally:
        store.close()


def summary(done: Loaded) -> str:
    """What a load did, in a line."""
    text = f"created {done.created_nodes} nodes and {done.created_relationships} relationships, "
    text += f"{'set' if done.properties_set else 'changed'} {done.properties_set} properties; "
    text += f"all {done.nodes} nodes and {done.relationships} relationships of the folder are there"
    if done.removed_nodes or done.removed_relationships or done.kept_nodes:
        text += f"; removed {done.removed_nodes} nodes and {done.removed_relationships} relationships that it no longer has"
        text += f" ({done.kept_nodes} nodes stay, since others use them)" if done.kept_nodes else ""
    elif done.stale_nodes or done.stale_relationships:
        text += f"; {done.stale_nodes} nodes and {done.stale_relationships} relationships of an earlier load of this name are not in it: --prune removes them (a different graph wants a --name of its own)"
    return text
