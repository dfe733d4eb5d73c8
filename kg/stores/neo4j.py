"""Neo4j: loading a graph folder so that loading it again changes nothing, and questions that only read.

Everything that a load writes carries the load's name in `graphs`; what lacks it belongs to others and is never changed or removed.
"""

from __future__ import annotations

import datetime
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from kg.errors import QueryError, StoreError, WrongUse
from kg.model import DERIVED, Kind, Relation
from kg.queries import labels_of, statements
from kg.stores.neo4j_errors import client_error, first_line, no_answer, refusal
from kg.stores.rows import EVIDENCE, NODES, RELATIONSHIPS, Rows

OLDEST = (5, 23)
_BATCH = 10_000
_TEXT = 8_000_000
# Plans that read no graph but do something: files and addresses, other people's transactions.
_NO_QUESTIONS = ("LoadCSV", "TerminateTransactions")
# Every property of any kind, for reading all kinds in one query.
_NODE_KEYS = sorted({k for types in NODES.values() for k in types} - {"id"})
_RELATIONSHIP_KEYS = sorted(({k for types in RELATIONSHIPS.values() for k in types} | EVIDENCE.keys()) - {"id"})
# Procedures that only look; others that the server calls reading may steer it, or read and write files.
_PROCEDURES = ("db.labels(", "db.relationshipTypes(", "db.propertyKeys(", "db.schema.", "db.index.fulltext.query", "db.index.vector.query")
Tell = Callable[[str, int, int], None]


@dataclass(slots=True)
class Loaded:
    """What a load did: counts of what the server reports; `stale` things carry this graph's name but are no longer in the folder."""

    created_nodes: int = 0
    created_relationships: int = 0
    properties_set: int = 0
    stale_nodes: int = 0
    stale_relationships: int = 0
    removed_nodes: int = 0
    removed_relationships: int = 0
    kept_nodes: int = 0
    nodes: int = 0
    relationships: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Neo4j:
    """A database on a Neo4j server; user, password and database come from NEO4J_USERNAME, NEO4J_PASSWORD and NEO4J_DATABASE.

    Raises WrongUse for an address that is none, StoreError where no usable server answers there.
    """

    def __init__(self, uri: str, environment: Mapping[str, str] = os.environ) -> None:
        import neo4j

        self.uri = _checked(uri)
        # The driver logs what it also raises; we say it once.
        logging.getLogger("neo4j").addHandler(logging.NullHandler())
        self._database = environment.get("NEO4J_DATABASE") or None
        password = environment.get("NEO4J_PASSWORD")
        auth = (environment.get("NEO4J_USERNAME") or "neo4j", password) if password else None
        self._told_password = auth is not None
        with self._failures():
            limits: dict[str, Any] = {"connection_timeout": 10, "connection_acquisition_timeout": 20}
            self._driver = neo4j.GraphDatabase.driver(uri, auth=auth, user_agent="kg", notifications_min_severity="OFF", **limits)
        try:
            with self._failures():
                self._driver.verify_connectivity()
                self._refuse_others()
        except BaseException:
            self._driver.close()
            raise

    def close(self) -> None:
        self._driver.close()

    def ask(self, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of a query that the server's own planner says only reads the graph. QueryError if it is wrong or would write."""
        import neo4j

        plan = lambda tx: tx.run(f"EXPLAIN {query}", parameters).consume()

        read = lambda tx: [{k: _plain(v) for k, v in record.items()} for record in tx.run(query, parameters)]
        with self._failures(), self._session(neo4j.READ_ACCESS) as session:
            summary = session.execute_read(plan)
            if summary.query_type != "r" or not all(_only_reads(*step) for step in _steps(summary.plan)):
                raise QueryError("the question would change the graph or does more than read it: questions only read; use MATCH … RETURN")
            return session.execute_read(read)

    def write(self, rows: Rows, name: str = "graph", prune: bool = False, tell: Tell | None = None) -> Loaded:
        """Load the rows under that name: what is missing is created, what differs is set, the rest is left.

        Whatever way it ends, loading again finishes it. `prune` also removes what an earlier load of that name left and the rows lack; a
        node to which others have tied relationships of their own is kept, without the name. Raises StoreError if in the end the database
        does not hold every row.
        """
        tell = tell or (lambda *_: None)
        done = Loaded()
        done.nodes, done.relationships = rows.counts()
        with self._failures(" A load that was cut short is finished by running it again."):
            self._index("CONSTRAINT")
            nodes = {r["id"]: r for same in rows.nodes.values() for r in same}
            same, stale = self._same(f"MATCH (x:{'|'.join(Kind)})", _NODE_KEYS, nodes, name)
            at = 0
            for kind, wanted in rows.nodes.items():
                query = f"UNWIND $rows AS r MERGE (x:{kind.value} {{id: r[0]}}) {_set_all(kind, NODES[kind], 1)}"
                changed = [r for r in wanted if r["id"] not in same]
                at += len(wanted) - len(changed)
                for n in self._bring(query, ["id", *_sent(NODES[kind])], changed, name, done):
                    tell("nodes", at := at + n, done.nodes)
            edges = {r["id"]: r for same in rows.relationships.values() for r in same}
            same, loose = self._same(f"MATCH ()-[x:{'|'.join(Relation)}]->()", _RELATIONSHIP_KEYS, edges, name)
            at = 0
            for (relation, source, target), wanted in rows.relationships.items():
                types = RELATIONSHIPS[relation] | ({} if relation in DERIVED else EVIDENCE)
                ends = f"MATCH (a:{source.value} {{id: r[1]}}) MATCH (b:{target.value} {{id: r[2]}})"
                query = f"UNWIND $rows AS r {ends} MERGE (a)-[x:{relation.value} {{id: r[0]}}]->(b) {_set_all(relation, types, 3)}"
                changed = [r for r in wanted if r["id"] not in same]
                at += len(wanted) - len(changed)
                for n in self._bring(query, ["id", "s", "t", *_sent(types)], changed, name, done):
                    tell("relationships", at := at + n, done.relationships)
            self._index("FULLTEXT INDEX")
            self._compare(f"MATCH (x:{'|'.join(Kind)})", "nodes", done.nodes + len(stale), name)
            self._compare(f"MATCH ()-[x:{'|'.join(Relation)}]->()", "relationships", done.relationships + len(loose), name)
            done.stale_nodes, done.stale_relationships = len(stale), len(loose)
            if prune:
                self._prune(stale, loose, name, done)
        return done

    def _same(self, match: str, keys: list[str], wanted: dict[str, dict[str, Any]], name: str) -> tuple[set[str], list[str]]:
        """Of what carries this name: the ids of what is as wanted, and of what is not wanted at all.

        It is fetched and compared here, which is quicker than to send every row for the server to compare.
        """
        same, stale, misplaced = set(), [], []
        if self._read(f"{match} WHERE $graph IN x.graphs RETURN 1 AS there LIMIT 1", graph=name):
            ends = "[startNode(x).id, endNode(x).id]" if "-[x:" in match else "null"
            value = lambda k: f"toString(x.{k}) AS {k}" if k == "date" else f"x.{k} AS {k}"
            query = f"{match} WHERE $graph IN x.graphs RETURN elementId(x) AS element, {ends} AS ends, x.id AS id, {', '.join(map(value, keys))}"
            with self._session("READ") as session, session.begin_transaction() as tx:
                for element, joins, id, *there in tx.run(query, graph=name):
                    row = wanted.get(id)
                    if row is None:
                        stale += [id] if isinstance(id, str) else []
                    elif joins is not None and (joins != [row["s"], row["t"]] or id in same):
                        misplaced.append(element)
                    elif all(_equal(row.get(k), v) for k, v in zip(keys, there)):
                        same.add(id)
        for batch in _batches(misplaced):
            self._run("MATCH ()-[x]->() WHERE elementId(x) IN $elements DELETE x", elements=batch)
        return same, sorted(stale)

    def _bring(self, query: str, keys: list[str], rows: list[dict[str, Any]], name: str, done: Loaded) -> Iterator[int]:
        """Write rows, as lists of the values of `keys`, a batch a transaction; yield how many each batch had."""
        for batch in _batches(rows):
            counters = self._run(query, rows=[[r.get(k) for k in keys] for r in batch], graph=name)
            done.created_nodes += counters.nodes_created
            done.created_relationships += counters.relationships_created
            done.properties_set += counters.properties_set
            yield len(batch)

    def _compare(self, match: str, what: str, wanted: int, name: str) -> None:
        """StoreError if the database does not hold so many under this name: a commit that meets a stopping server may get lost."""
        there = self._read(f"{match} WHERE $graph IN x.graphs RETURN count(x) AS n", graph=name)[0]["n"]
        if there != wanted:
            raise StoreError(f"{self.uri}: the database holds {there} of {wanted} {what}: the server was stopped in between, or others write: load again")

    def _prune(self, stale: list[str], loose: list[str], name: str, done: Loaded) -> None:
        """Take the name off what the folder no longer has, and remove what carries no other; relationships go first: nodes hang on them."""
        for relation in Relation:
            for batch in _batches([i for i in loose if i.startswith(f"{relation.value.lower()}:")]):
                where = f"MATCH ()-[x:{relation.value}]->() WHERE x.id IN $ids AND $graph IN x.graphs"
                ours = f"AND size(x.graphs) = 1 AND all(k IN keys(x) WHERE k IN {['id', 'graphs', *_RELATIONSHIP_KEYS]})"
                done.removed_relationships += self._run(f"{where} {ours} DELETE x", ids=batch, graph=name).relationships_deleted
                self._run(f"{where} SET x.graphs = [g IN x.graphs WHERE g <> $graph]", ids=batch, graph=name)
        for kind in Kind:
            for batch in _batches([i for i in stale if i.startswith(f"{kind.value.lower()}:")]):
                where = f"UNWIND $ids AS id MATCH (x:{kind.value} {{id: id}}) WHERE $graph IN x.graphs"
                ours = f"AND size(x.graphs) = 1 AND size(labels(x)) = 1 AND all(k IN keys(x) WHERE k IN {['id', 'graphs', *_NODE_KEYS]})"
                removed = self._run(f"{where} {ours} AND NOT EXISTS {{ (x)--() }} DELETE x", ids=batch, graph=name).nodes_deleted
                self._run(f"{where} SET x.graphs = [g IN x.graphs WHERE g <> $graph]", ids=batch, graph=name)
                done.removed_nodes += removed
                done.kept_nodes += len(batch) - removed

    def _index(self, what: str) -> None:
        """Make the constraints, or the full-text index, that are not there yet, and wait until they work."""
        if wanted := self._lacking(what):
            self._clear_half_made(wanted)
            with self._session() as session:
                with session.begin_transaction() as tx:
                    for statement in wanted:
                        tx.run(statement).consume()
                    tx.commit()
                session.run("CALL db.awaitIndexes(3600)").consume()
            if lacking := self._lacking(what):
                name = lacking[0].split(f"{what} ")[1].split()[0]
                raise StoreError(f"{self.uri}: the name {name} is taken by another index of this database: drop that, or load into an empty database")

    def _clear_half_made(self, wanted: list[str]) -> None:
        """A server that stops while it makes a constraint may keep that one's index, which belongs to nothing and bars the constraint."""
        ours = {s.split()[2]: labels_of(s) for s in wanted if s.startswith("CREATE CONSTRAINT ")}
        for r in self._read("SHOW INDEXES YIELD name, labelsOrTypes, properties, owningConstraint"):
            if r["name"] in ours and not r["owningConstraint"] and r["properties"] == ["id"] and r["labelsOrTypes"] == ours[r["name"]]:
                self._run(f"DROP INDEX {r['name']} IF EXISTS")

    def _lacking(self, what: str) -> list[str]:
        """The statements of that kind whose constraint or index the database has not, under any name."""
        found = self._read("SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint")
        unique = {r["labelsOrTypes"][0] for r in found if r["owningConstraint"] and r["properties"] == ["id"] and len(r["labelsOrTypes"]) == 1}
        full_text = [(set(r["labelsOrTypes"]), set(r["properties"])) for r in found if r["type"] == "FULLTEXT"]
        there = lambda s: labels_of(s)[0] in unique if what == "CONSTRAINT" else (set(labels_of(s)), set(re.findall(r"n\.(\w+)", s))) in full_text
        return [s for s in statements("neo4j") if s.startswith(f"CREATE {what} ") and not there(s)]

    def _run(self, query: str, **parameters: Any) -> Any:
        """One transaction; the driver repeats it where the server asks for that. A commit without a bookmark has stored nothing."""
        with self._session() as session:
            counters = session.execute_write(lambda tx: tx.run(query, parameters).consume().counters)
            if not session.last_bookmarks().raw_values:
                raise StoreError(f"{self.uri}: the server stopped before it stored the last batch: start it and load again")
        return counters

    def _read(self, query: str, **parameters: Any) -> list[Any]:
        with self._session("READ") as session:
            return session.execute_read(lambda tx: list(tx.run(query, parameters)))

    def _session(self, access: str = "WRITE") -> Any:
        return self._driver.session(database=self._database, default_access_mode=access, bookmark_manager=self._driver.execute_query_bookmark_manager)

    def _refuse_others(self) -> None:
        """StoreError for a server that is no Neo4j, or too old for what we ask of it."""
        with self._session() as session:
            found = {r["name"]: r["versions"][0] for r in session.run("CALL dbms.components() YIELD name, versions")}
        version = found.get("Neo4j Kernel")
        if version is None:
            raise StoreError(f"{self.uri}: no Neo4j, but {', '.join(sorted(found)) or 'something else'} answers: give the address of a Neo4j")
        if version_of(version) < OLDEST:
            raise StoreError(f"{self.uri}: Neo4j {version} is too old: {OLDEST[0]}.{OLDEST[1]} or newer is needed (5.26 LTS is a good choice)")

    @contextmanager
    def _failures(self, mend: str = "") -> Iterator[None]:
        """What the driver raises, as one line with the mend."""
        import neo4j.exceptions as e

        try:
            yield
        except (e.ConfigurationError, ValueError) as error:
            raise WrongUse(f"{self.uri}: {first_line(error)}") from None
        except e.AuthError as error:
            raise StoreError(f"{self.uri}: {refusal(error, self._told_password)}") from None
        except e.ConstraintError as error:
            raise StoreError(
                f"{self.uri}: a constraint of this database forbids what the graph holds ({first_line(error)}): drop it, or load into an empty database"
            ) from None
        except (e.CypherSyntaxError, e.CypherTypeError) as error:
            raise QueryError(f"the query is refused: {first_line(error)}") from None
        except e.ClientError as error:
            raise client_error(self.uri, self._database, error) from None
        except (e.DatabaseError, e.TransientError) as error:
            if "OutOfMemory" in (error.code or "") or "memory" in str(error).lower():
                raise StoreError(
                    f"{self.uri}: the server has too little memory for this ({first_line(error)}): give it more heap (server.memory.heap.max_size)"
                ) from None
            if "Schema" in (error.code or ""):
                raise client_error(self.uri, self._database, error) from None
            if not isinstance(error, e.DatabaseUnavailable):
                raise QueryError(f"{self.uri}: the server failed: {first_line(error)}: look into its log, and try again") from None
            raise StoreError(f"{self.uri}: {no_answer(self.uri, error)}{mend}") from None
        except (e.DriverError, e.Neo4jError, OSError) as error:
            raise StoreError(f"{self.uri}: {no_answer(self.uri, error)}{mend}") from None


def version_of(text: str) -> tuple[int, ...]:
    """The first two numbers of a version such as 5.26.30."""
    return tuple(int(x) for x in re.findall(r"\d+", text)[:2])


def _checked(uri: str) -> str:
    m = re.fullmatch(r"(?:neo4j|bolt)(?:\+s|\+ssc)?://(?P<host>[^/@\s?#]+)/?", uri)
    if m:
        return uri
    if "@" in uri:
        raise WrongUse("the address of a Neo4j has no user or password in it: set NEO4J_USERNAME and NEO4J_PASSWORD")
    raise WrongUse(f"{uri!r} is no address of a Neo4j: give for example bolt://localhost:7687 (neo4j+s://… for one that wants TLS)")


def _sent(types: Mapping[str, str]) -> list[str]:
    """The properties that are sent for each row; the id finds it, and its kind is that of the whole batch."""
    return [k for k in types if k not in ("id", "kind")]


def _set_all(kind: Kind | Relation, types: Mapping[str, str], first: int) -> str:
    """Cypher that gives `x` the properties out of the list `r`, from its place `first` on; null takes a property away."""
    setting = ", ".join(f"x.{k} = r[{i}]" for i, k in enumerate(_sent(types), first))
    return (
        f"SET x.kind = '{kind.value}', {setting}, x.graphs = CASE WHEN $graph IN coalesce(x.graphs, []) THEN x.graphs ELSE coalesce(x.graphs, []) + $graph END"
    )


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Parts of at most so many rows and so much text, that a server's transaction can hold."""
    first = size = 0
    for at, row in enumerate(rows):
        weight = _weight(row)
        if at - first >= _BATCH or (size + weight > _TEXT and at > first):
            yield rows[first:at]
            first, size = at, 0
        size += weight
    if first < len(rows):
        yield rows[first:]


def _weight(row: Any) -> int:
    """About how many characters a row has."""
    values = row.values() if isinstance(row, dict) else ()
    return sum(len(v) if type(v) is str else sum(map(len, v)) if type(v) is list and v and type(v[0]) is str else 8 for v in values)


def _steps(plan: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Operators of a plan with what they say of themselves."""
    if plan:
        yield plan["operatorType"].partition("@")[0], str(plan["args"].get("Details", ""))
        for child in plan.get("children", ()):
            yield from _steps(child)


def _only_reads(operator: str, details: str) -> bool:
    """Of the steps of a plan that changes no graph, those that do nothing else either."""
    return operator not in _NO_QUESTIONS and (operator != "ProcedureCall" or details.startswith(_PROCEDURES))


def _plain(value: Any) -> Any:
    """A value of the driver as Python's own: dates as dates, nodes and relationships as maps."""
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    import neo4j.graph
    import neo4j.time

    if isinstance(value, (neo4j.time.Date, neo4j.time.DateTime, neo4j.time.Time)):
        return value.to_native()
    if isinstance(value, neo4j.graph.Node):
        return {"labels": sorted(value.labels), "properties": {k: _plain(v) for k, v in sorted(value.items())}}
    if isinstance(value, neo4j.graph.Relationship):
        return {"type": value.type, "properties": {k: _plain(v) for k, v in sorted(value.items())}}
    if isinstance(value, neo4j.graph.Path):
        return {"nodes": [_plain(n) for n in value.nodes], "relationships": [_plain(r) for r in value.relationships]}
    return value if isinstance(value, (datetime.date, datetime.time)) else str(value)


def _equal(wanted: Any, there: Any) -> bool:
    return wanted == there or (isinstance(wanted, datetime.date) and wanted.isoformat() == there)
