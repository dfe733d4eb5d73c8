"""Our load into Neo4j against `UNWIND … MERGE` of the same rows by hand: python -m tests.bench.neo4j_load [GRAPH_FOLDER]

Both start from the folder's tables and write the same properties in batches of 10 000 into the same server, in turns; the ratio is theirs to
ours (1.0: as fast; above: ours is faster). `load` fills an empty database, `update` finds all of it there. The hand-written side has its
constraints but no index of names, no marks, no comparison afterwards.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import neo4j

from kg.model import Kind
from kg.stores.neo4j import Neo4j
from kg.stores.rows import read_rows
from tests.bench import Ratio
from tests.neo4j.server import Server, running
from tests.synthetic import write

ROUNDS = 3


def by_hand(server: Server, folder: Path) -> None:
    rows = read_rows(folder, evidence=True)
    with neo4j.GraphDatabase.driver(server.uri, auth=("neo4j", server.password)) as driver, driver.session() as session:
        for kind in Kind:
            session.run(f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{kind.value}) REQUIRE n.id IS UNIQUE").consume()
        for kind, same in rows.nodes.items():
            for at in range(0, len(same), 10_000):
                session.run(f"UNWIND $rows AS r MERGE (n:{kind.value} {{id: r.id}}) SET n += r", rows=same[at : at + 10_000]).consume()
        for (relation, source, target), same in rows.relationships.items():
            query = (
                f"UNWIND $rows AS r MATCH (a:{source.value} {{id: r.s}}) MATCH (b:{target.value} {{id: r.t}}) MERGE (a)-[x:{relation.value}]->(b) SET x += r.p"
            )
            for at in range(0, len(same), 10_000):
                batch = [{"s": r["s"], "t": r["t"], "p": {k: v for k, v in r.items() if k not in ("s", "t")}} for r in same[at : at + 10_000]]
                session.run(query, rows=batch).consume()


def ours(server: Server, folder: Path) -> None:
    store = Neo4j(server.uri, server.environment)
    store.write(read_rows(folder, evidence=True))
    store.close()


def wipe(server: Server) -> None:
    with neo4j.GraphDatabase.driver(server.uri, auth=("neo4j", server.password)) as driver, driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()
        for row in session.run("SHOW CONSTRAINTS YIELD name").data():
            session.run(f"DROP CONSTRAINT {row['name']}").consume()
        for row in session.run("SHOW INDEXES YIELD name, type WHERE type = 'FULLTEXT'").data():
            session.run(f"DROP INDEX {row['name']}").consume()


def seconds(work, *arguments) -> float:
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def main(arguments: list[str]) -> list[Ratio]:
    folder = Path(arguments[0]) if arguments else None
    with tempfile.TemporaryDirectory() as aside:
        if folder is None:
            from kg.build import build

            folder = Path(aside) / "graph"
            build([write(Path(aside) / "made.jsonl", 3000)], folder)
        nodes, edges = read_rows(folder).counts()
        home = Path(aside) / "server"
        home.mkdir()
        times: dict[tuple[str, str], list[float]] = {}
        with running(home) as server:
            for work in (by_hand, ours):  # both warm
                work(server, folder)
                wipe(server)
            for turn in range(ROUNDS):
                for work in (by_hand, ours) if turn % 2 == 0 else (ours, by_hand):
                    times.setdefault(("load", work.__name__), []).append(seconds(work, server, folder))
                    times.setdefault(("update", work.__name__), []).append(seconds(work, server, folder))
                    wipe(server)
    print(f"{nodes} nodes, {edges} relationships, median of {ROUNDS}")
    found = []
    for what in ("load", "update"):
        theirs, mine = (statistics.median(times[what, w]) for w in ("by_hand", "ours"))
        print(f"{what}: by hand {theirs:.1f} s, ours {mine:.1f} s, ratio {theirs / mine:.2f}")
        found.append(Ratio(f"time of bare `UNWIND` against our {what} into Neo4j", f"{theirs / mine:.2f}"))
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
