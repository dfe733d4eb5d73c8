"""Loading into a real Neo4j: again and again, killed, stopped, beside other data, and into servers that cannot be used."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.build import build
from kg.errors import QueryError, StoreError, WrongUse
from kg.exports import export, neo4j_csv
from kg.loading import load, summary
from kg.manifest import read_manifest
from kg.stores import answer, open_store
from kg.stores.neo4j import Neo4j
from kg.stores.rows import read_rows
from kg.why import why
from tests.conftest import ALONE, ROOT, SAMPLE_FILES, driver, emptied, kg, missing
from tests.neo4j import server
from tests.test_questions import QUESTIONS, VALUES, arguments_of


@pytest.fixture
def neo4j(neo4j_server, monkeypatch: pytest.MonkeyPatch) -> server.Server:
    """An empty server, with user and password in the environment."""
    for key, value in neo4j_server.environment.items():
        monkeypatch.setenv(key, value)
    return emptied(neo4j_server)


def rows(started: server.Server, query: str, **parameters) -> list[dict]:
    with driver(started) as d:
        return [r.data() for r in d.execute_query(query, parameters)[0]]


def everything(started: server.Server) -> dict[str, dict]:
    """All properties of all that the database holds, by id."""
    store = Neo4j(started.uri, started.environment)
    found = store.ask("MATCH (n) RETURN properties(n) AS p", {}) + store.ask("MATCH ()-[r]->() RETURN properties(r) AS p", {})
    store.close()
    return {r["p"].get("id", repr(sorted(r["p"].items()))): r["p"] for r in found}


def as_loaded(folder: Path, name: str) -> dict[str, dict]:
    held = read_rows(folder, evidence=True)
    same = [r for found in (*held.nodes.values(), *held.relationships.values()) for r in found]
    return {r["id"]: {k: v for k, v in r.items() if k not in ("s", "t")} | {"graphs": [name]} for r in same}


def command(folder: Path, uri: str, *more: str) -> list[str]:
    return [sys.executable, "-m", "kg.cli", "load", str(folder), "--neo4j", uri, *more]


def test_a_load_brings_all_and_a_second_one_nothing(neo4j, sample_graph: Path) -> None:
    manifest = read_manifest(sample_graph)
    nodes, edges = (sum(manifest[k].values()) for k in ("nodes", "edges"))
    first, second = (kg("load", sample_graph, "--neo4j", neo4j.uri, "--json") for _ in range(2))
    done, again = (json.loads(d.stdout) for d in (first, second))

    assert (nodes, edges) == (done["created_nodes"], done["created_relationships"])
    assert f"created {nodes} nodes and {edges} relationships" in first.stderr
    assert [0, 0, 0] == [again[k] for k in ("created_nodes", "created_relationships", "properties_set")]
    assert "created 0 nodes and 0 relationships, changed 0 properties" in second.stderr
    assert manifest["nodes"] == {r["l"]: r["n"] for r in rows(neo4j, "MATCH (n) RETURN labels(n)[0] AS l, count(*) AS n")}
    assert manifest["edges"] == {r["t"]: r["n"] for r in rows(neo4j, "MATCH ()-[r]->() RETURN type(r) AS t, count(*) AS n")}
    assert [{"n": 0}] == rows(neo4j, "MATCH (n) WHERE size(labels(n)) <> 1 RETURN count(n) AS n")


def test_what_is_loaded_is_what_the_folder_has(neo4j, awkward_graph: Path) -> None:
    """Quotes, backticks, LaTeX, emoji, line separators, abstracts of 100 kB: to the character."""
    load(awkward_graph, neo4j.uri)

    assert as_loaded(awkward_graph, "graph") == everything(neo4j)
    assert 100_000 < max(r["n"] for r in rows(neo4j, "MATCH (p:Paper) RETURN size(coalesce(p.abstract, '')) AS n"))


def test_a_load_mends_what_somebody_changed(neo4j, sample_graph: Path) -> None:
    load(sample_graph, neo4j.uri)
    before = everything(neo4j)
    rows(neo4j, "MATCH (n:Method) SET n.name = 'x', n.mine = 1 REMOVE n.aliases")
    rows(neo4j, "MATCH ()-[r:USES]->() DELETE r")
    done = load(sample_graph, neo4j.uri)
    after = everything(neo4j)

    assert done.created_nodes == 0 and done.created_relationships > 0 and done.properties_set > 0
    assert before == {i: {k: v for k, v in p.items() if k != "mine"} for i, p in after.items()}
    assert any("mine" in p for p in after.values()), "a property of others stays"


def test_a_folder_that_grew_and_shrank(neo4j, tmp_path: Path) -> None:
    """What is no longer there is named, and removed when asked; others' nodes, relationships and loads stay as they are."""
    g = tmp_path / "graph"
    build(SAMPLE_FILES[:1], g)
    load(g, neo4j.uri)
    before = set(as_loaded(g, "graph"))
    build(SAMPLE_FILES[1:], g)
    grown = load(g, neo4j.uri)
    assert 0 < grown.created_nodes < sum(read_manifest(g)["nodes"].values()) and (0, 0) == (grown.stale_nodes, grown.stale_relationships)

    rows(neo4j, "CREATE (:Paper {id: 'mine', name: 'my own'})-[:USES {note: 'mine'}]->(:Tool {name: 'hammer'})")
    held = {"id": min(i for i in set(as_loaded(g, "graph")) - before if i.startswith("repository:"))}
    rows(neo4j, "MATCH (r:Repository {id: $id}) CREATE (:Note {text: 'look'})-[:ABOUT]->(r)", id=held["id"])
    rows(neo4j, "MATCH (p:Paper)-[:USES]->(m:Method) WHERE p.id <> 'mine' WITH p, m ORDER BY p.id, m.id LIMIT 1 CREATE (p)-[:USES {by: 'me'}]->(m)")
    load(g, neo4j.uri, name="other")

    shutil.rmtree(g)
    build(SAMPLE_FILES[:1], g)
    stale = load(g, neo4j.uri)
    assert stale.stale_nodes > 0 and stale.removed_nodes == 0
    assert "--prune removes them" in summary(stale)
    first = load(g, neo4j.uri, prune=True)
    assert (0, stale.stale_nodes) == (first.removed_nodes, first.kept_nodes), "another load still has them"
    pruned = load(g, neo4j.uri, name="other", prune=True)

    assert pruned.removed_nodes >= stale.stale_nodes - 3 and pruned.kept_nodes >= 1
    assert f"removed {pruned.removed_nodes} nodes" in summary(pruned)
    assert [{"n": 1}] == rows(neo4j, "MATCH (:Paper {id: 'mine', name: 'my own'})-[:USES {note: 'mine'}]->(:Tool {name: 'hammer'}) RETURN count(*) AS n")
    assert [{"n": 1}] == rows(neo4j, "MATCH (:Note)-[:ABOUT]->(r:Repository {id: $id}) RETURN count(*) AS n", id=held["id"])
    assert [{"n": 1}] == rows(neo4j, "MATCH ()-[r:USES {by: 'me'}]->() RETURN count(*) AS n")
    ours = {i for i, p in everything(neo4j).items() if p.get("graphs")}
    assert set(as_loaded(g, "graph")) == ours
    again = load(g, neo4j.uri, prune=True)
    assert [0] * 7 == [
        again.created_nodes,
        again.created_relationships,
        again.properties_set,
        again.stale_nodes,
        again.stale_relationships,
        again.removed_nodes,
        again.kept_nodes,
    ]


def test_what_others_wrote_onto_our_things_stays(neo4j, tmp_path: Path) -> None:
    g = tmp_path / "graph"
    build(SAMPLE_FILES, g)
    load(g, neo4j.uri)
    shutil.rmtree(g)
    build(SAMPLE_FILES[:1], g)
    kept = set(as_loaded(g, "graph"))
    (method,) = rows(
        neo4j,
        "MATCH (p:Paper)-[r:USES]->(m:Method) WHERE NOT m.id IN $kept SET m.mine = 'note', m:Mine SET r.mine = 'note' RETURN m.id AS id ORDER BY id LIMIT 1",
        kept=sorted(kept),
    )
    done = load(g, neo4j.uri, prune=True)

    assert done.removed_nodes > 0 and done.kept_nodes > 0
    assert [{"note": "note", "labels": 2}] == rows(neo4j, "MATCH (m:Method {id: $id}) RETURN m.mine AS note, size(labels(m)) AS labels", id=method["id"])
    assert rows(neo4j, "MATCH ()-[r:USES]->(:Method {id: $id}) RETURN r.mine AS note", id=method["id"])[0] == {"note": "note"}
    assert set(rows(neo4j, "MATCH (n) WHERE size(n.graphs) > 0 RETURN collect(n.id) AS ids")[0]["ids"]) <= kept


def test_relationships_that_were_hung_elsewhere_come_back(neo4j, sample_graph: Path) -> None:
    load(sample_graph, neo4j.uri)
    ends = "MATCH (a)-[r]->(b) RETURN r.id AS id, a.id AS s, b.id AS t ORDER BY id, s, t"
    before = rows(neo4j, ends)
    rows(
        neo4j,
        "MATCH (p:Paper)-[r:PROPOSES]->(m) WITH p, r, properties(r) AS old MERGE (x:Method {id: 'theirs'}) CREATE (p)-[y:PROPOSES]->(x) SET y = old DELETE r",
    )
    rows(neo4j, "MATCH (p:Paper)-[r:USES]->(m) WITH p, r, m LIMIT 2 CREATE (p)-[y:USES]->(m) SET y = properties(r)")
    load(sample_graph, neo4j.uri)

    assert before == rows(neo4j, ends)


def test_many_long_texts_go_in_parts(neo4j) -> None:
    """1,500 abstracts of 100 kB: more than a transaction of this server holds."""
    from kg.model import Kind
    from kg.stores.rows import Rows

    nodes = {k: [] for k in Kind}
    nodes[Kind.PAPER] = [
        {"id": f"paper:{i:016x}", "kind": "Paper", "name": "x", "label": "x", "title": "x", "abstract": "long text " * 10_000} for i in range(1500)
    ]
    store = Neo4j(neo4j.uri, neo4j.environment)
    done = store.write(Rows(nodes, {}), "long")
    store.close()

    assert 1500 == done.created_nodes == rows(neo4j, "MATCH (p:Paper) WHERE size(p.abstract) = 100000 RETURN count(p) AS n")[0]["n"]


def test_a_load_that_is_killed_is_finished_by_the_next(neo4j, awkward_graph: Path) -> None:
    r = random.Random(4)
    for _ in range(4):
        started = subprocess.Popen(command(awkward_graph, neo4j.uri), cwd=ROOT, env=os.environ | ALONE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(r.uniform(1, 5))
        started.send_signal(signal.SIGKILL)
        started.wait()
    load(awkward_graph, neo4j.uri)

    assert as_loaded(awkward_graph, "graph") == everything(neo4j)


def test_a_server_that_stops_in_the_middle(awkward_graph: Path, tmp_path: Path, neo4j_server) -> None:
    """One clear line, and the next load finishes it; whichever moment it was, no load says that all is there when it is not."""
    home, port = tmp_path / "home", server.free_port()
    home.mkdir()
    cut = 0
    for stored in ("MATCH (n:Paper) RETURN count(n) AS n", "MATCH ()-[r:AUTHORED]->() RETURN count(r) AS n"):
        with server.running(home, port=port) as own:
            loading = subprocess.Popen(command(awkward_graph, own.uri), cwd=ROOT, env=os.environ | ALONE | own.environment, stderr=subprocess.PIPE, text=True)
            while loading.poll() is None and not rows(own, stored)[0]["n"]:
                time.sleep(0.05)
        said = loading.communicate(timeout=120)[1]
        cut += loading.returncode
        assert loading.returncode in (0, 1) and 1 == len(said.strip().splitlines()) and said.startswith("kg: bolt://" if loading.returncode else "bolt://"), (
            said
        )
    assert cut, "both loads were done before their server had stopped"
    with server.running(home, port=port) as own:
        store = Neo4j(own.uri, own.environment)
        store.write(read_rows(awkward_graph, evidence=True), "graph")
        store.close()

        assert as_loaded(awkward_graph, "graph") == everything(own)


def test_a_lost_commit_is_noticed(neo4j, sample_graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server acknowledged a batch that it did not store: here somebody removes it at once."""
    run, seen = Neo4j._run, []

    def lose(self, query, **parameters):
        counters = run(self, query, **parameters)
        if ":USES " in query and not seen:
            seen.append(1)
            run(self, "MATCH ()-[r:USES]->() DELETE r")
        return counters

    monkeypatch.setattr(Neo4j, "_run", lose)
    edges = sum(read_manifest(sample_graph)["edges"].values())
    with pytest.raises(StoreError, match=rf"holds \d+ of {edges} relationships: .* load again"):
        load(sample_graph, neo4j.uri)


def test_evidence_is_the_same_as_in_the_folder(neo4j, sample_graph: Path, awkward_graph: Path) -> None:
    load(sample_graph, neo4j.uri)
    for name in ("MFG", "Mira Halvorsen", "mira halvorsen", "ImageNet", "cs.CL", "halvorsen-lab/quiet-gradients"):
        assert why(sample_graph, name) == why(sample_graph, name, neo4j.uri)
    from_folder, from_server = (kg("why", "MFG", *where) for where in (["--graph", sample_graph], ["--neo4j", neo4j.uri]))
    assert from_folder.stdout == from_server.stdout and "We propose Momentum-Filtered Gradients" in from_server.stdout
    with pytest.raises(QueryError, match=r"nothing is named 'MFQ' in bolt://.*near are MFG"):
        why(sample_graph, "MFQ", neo4j.uri)
    emptied(neo4j)
    load(awkward_graph, neo4j.uri)
    for name in ("Back`Tick", "O'Hara-Net", "Ada Wu"):
        assert why(awkward_graph, name) == why(awkward_graph, name, neo4j.uri)


def test_names_and_titles_are_found_by_their_words(neo4j, sample_graph: Path) -> None:
    load(sample_graph, neo4j.uri)
    query = "CALL db.index.fulltext.queryNodes('kg_names', $words) YIELD node RETURN node.kind AS kind, node.name AS name"

    assert {"kind": "Author", "name": "Mira Halvorsen"} in rows(neo4j, query, words="halvorsen")
    assert "Method" in {r["kind"] for r in rows(neo4j, query, words="momentum filtered")}
    assert "Paper" in {r["kind"] for r in rows(neo4j, query, words="quiet gradients")}


def test_the_command_asks_a_server_like_a_folder(neo4j, sample_graph: Path) -> None:
    load(sample_graph, neo4j.uri)
    for how in ("--json", "--csv"):
        there, here = (
            kg("ask", "co-authors", "--param", "author=Mira Halvorsen", how, *where) for where in (["--neo4j", neo4j.uri], ["--graph", sample_graph])
        )
        assert there.stdout == here.stdout and "Ada Moreau" in there.stdout
    for query in ("CREATE (n:Paper {id: 'x'})", "LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l", "CALL db.createLabel('x')", "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
                  "CALL dbms.listConnections()", "MATCH (n:Paper) CALL (n) { SET n.x = 1 } IN TRANSACTIONS", "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'", "CALL db.clearQueryCaches()", "CALL db.stats.collect('QUERIES')", "CALL db.resampleOutdatedIndexes()"):  # fmt: skip
        done = kg("ask", query, "--neo4j", neo4j.uri)
        assert (1, "") == (done.returncode, done.stdout) and 1 == len(done.stderr.splitlines()), query
    assert sum(read_manifest(sample_graph)["nodes"].values()) == rows(neo4j, "MATCH (n) RETURN count(n) AS n")[0]["n"]


# Servers that cannot be used: one line each, with the mend.


def said(folder: Path, uri: str, **environment: str) -> str:
    """What the command says of a load that fails: exit 1 or 2, one line."""
    done = subprocess.run(command(folder, uri), cwd=ROOT, env=os.environ | ALONE | environment, capture_output=True, text=True, timeout=180)
    assert done.returncode in (1, 2) and 1 == len(done.stderr.splitlines()) and done.stderr.startswith("kg: ") and "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_no_server(sample_graph: Path) -> None:
    assert "no Neo4j answers there" in said(sample_graph, f"bolt://127.0.0.1:{server.free_port()}")
    for host in ("no.such.host.invalid", "tls.invalid", "my-certificate.invalid"):
        assert "no Neo4j answers there" in said(sample_graph, f"neo4j://{host}:7687")


def test_something_else_answers(sample_graph: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        child = subprocess.Popen(
            command(sample_graph, f"bolt://127.0.0.1:{listening.getsockname()[1]}"), cwd=ROOT, env=os.environ | ALONE, stderr=subprocess.PIPE, text=True
        )
        while child.poll() is None:
            listening.settimeout(0.2)
            try:
                listening.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            except TimeoutError:
                pass
    text = child.stderr.read()
    assert 1 == child.returncode and 1 == len(text.splitlines()) and "no Neo4j answers there" in text


@pytest.mark.parametrize("uri", ["localhost:7687", "http://localhost:7474", "bolt://", "bolt://neo4j:secret@localhost", "neo4j+tls://localhost"])
def test_no_address(uri: str, sample_graph: Path) -> None:
    with pytest.raises(WrongUse) as caught:
        load(sample_graph, uri)
    assert "secret" not in str(caught.value)


def test_a_wrong_password(neo4j, sample_graph: Path) -> None:
    assert "user or the password is refused: set NEO4J_USERNAME and NEO4J_PASSWORD" in said(sample_graph, neo4j.uri, NEO4J_PASSWORD="not-this-one")
    assert "wants a user and a password: set NEO4J_USERNAME and NEO4J_PASSWORD" in said(sample_graph, neo4j.uri, NEO4J_PASSWORD="")
    assert "not-this-one" not in said(sample_graph, neo4j.uri, NEO4J_PASSWORD="not-this-one")


def test_another_database(neo4j, sample_graph: Path) -> None:
    assert "no database 'elsewhere'" in said(sample_graph, neo4j.uri, NEO4J_DATABASE="elsewhere")


@pytest.mark.parametrize(
    "shape",
    [
        "CREATE INDEX FOR (n:Paper) ON (n.id)", "CREATE (:Paper {id: 'twice'}), (:Paper {id: 'twice'})", "CREATE CONSTRAINT FOR (n:Paper) REQUIRE n.year IS UNIQUE",
        "CREATE INDEX kg_paper_id FOR (n:Other) ON (n.x)",
    ],
)  # fmt: skip
def test_a_database_of_another_shape(shape: str, neo4j, sample_graph: Path) -> None:
    rows(neo4j, shape)
    text = said(sample_graph, neo4j.uri)

    assert "database" in text and "empty database" in text


def test_an_index_that_a_half_made_constraint_left_is_no_hindrance(neo4j, sample_graph: Path) -> None:
    rows(neo4j, "CREATE INDEX kg_paper_id FOR (n:Paper) ON (n.id)")

    load(sample_graph, neo4j.uri)

    assert as_loaded(sample_graph, "graph") == everything(neo4j)
    assert rows(neo4j, "SHOW INDEXES YIELD name, owningConstraint WHERE name = 'kg_paper_id' RETURN owningConstraint AS owner") == [{"owner": "kg_paper_id"}]


def test_no_graph_folder(neo4j, tmp_path: Path) -> None:
    assert "no graph folder" in said(tmp_path, neo4j.uri)


def test_versions_are_told_apart() -> None:
    from kg.stores.neo4j import OLDEST, version_of

    assert all(version_of(v) >= OLDEST for v in ("5.23.0", "5.26.30", "2025.01.0", "2026.08.1", "5.26-aura"))
    assert all(version_of(v) < OLDEST for v in ("4.4.41", "5.22.0", "3.5"))


def test_an_old_server(sample_graph: Path, tmp_path: Path) -> None:
    try:
        with server.running(tmp_path, version="5.20.0") as old:
            assert "Neo4j 5.20.0 is too old: 5.23 or newer is needed" in said(sample_graph, old.uri, **old.environment)
    except server.CannotStart as e:
        missing(str(e))


def test_a_server_that_wants_tls(sample_graph: Path, tmp_path: Path, neo4j_server) -> None:
    if not shutil.which("openssl"):
        missing("openssl")
    keys = tmp_path / "certificates/bolt"
    keys.mkdir(parents=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", keys / "private.key", "-out", keys / "public.crt"], check=True, capture_output=True,
    )  # fmt: skip
    tls = {
        "server.bolt.tls_level": "REQUIRED",
        "dbms.ssl.policy.bolt.enabled": "true",
        "dbms.ssl.policy.bolt.base_directory": str(keys),
        "dbms.ssl.policy.bolt.client_auth": "NONE",
    }
    with server.running(tmp_path, settings=tls) as own:
        assert "if the server wants TLS, use bolt+s:// or neo4j+s://" in said(sample_graph, own.uri, **own.environment)
        assert "certificate is not one this machine trusts" in said(sample_graph, own.uri.replace("bolt:", "bolt+s:"), **own.environment)
        done = kg("load", sample_graph, "--neo4j", own.uri.replace("bolt:", "bolt+ssc:"), env=own.environment)
        assert 0 == done.returncode, done.stderr
    assert "speaks no TLS there" in said(sample_graph, neo4j_server.uri.replace("bolt:", "bolt+s:"), **neo4j_server.environment)


# neo4j-admin's own import.


@pytest.fixture
def imported(request: pytest.FixtureRequest, tmp_path: Path, neo4j_server, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, server.Server]]:
    """The graph, exported (the sample in many files a kind), taken in by the import tool from another folder, and served."""
    folder = request.getfixturevalue(request.param)
    if request.param == "sample_graph":
        monkeypatch.setattr(neo4j_csv, "PART", 10)
    out, home, port = tmp_path / "an export, with é".replace(",", ""), tmp_path / "home", server.free_port()
    export("neo4j-csv", folder, out)
    home.mkdir()
    server.configure(home, port, "only-for-tests")
    done = server.admin(
        home, "database", "import", "full", "neo4j", "--overwrite-destination", "--multiline-fields=true", f"@{out}/neo4j-admin.args", cwd=tmp_path
    )
    assert 0 == done.returncode, done.stdout[-2000:] + done.stderr[-2000:]
    assert (out / "nodes-Method-2.csv").exists() == (request.param == "sample_graph")
    assert "" == "".join(p.read_text() for p in tmp_path.rglob("import.report")), "no bad row"
    with server.running(home, port=port) as own:
        yield folder, own


@pytest.mark.parametrize("imported", ["sample_graph", "awkward_graph"], indirect=True)
def test_the_import_tool_gives_what_the_driver_loads(imported: tuple[Path, server.Server], neo4j) -> None:
    folder, own = imported
    load(folder, neo4j.uri)

    assert everything(neo4j) == everything(own)
    for count in (
        "MATCH (n) RETURN labels(n) AS l, count(*) AS n ORDER BY l",
        "MATCH (a)-[r]->(b) RETURN labels(a) AS a, type(r) AS t, labels(b) AS b, count(*) AS n ORDER BY a, t, b",
    ):
        assert rows(neo4j, count) == rows(own, count)
    there, here = open_store(folder, neo4j.uri), Neo4j(own.uri, own.environment)
    for name in ("top-methods", "co-authors", "datasets-together", "evidence"):
        given = arguments_of(QUESTIONS[name], VALUES["sample" if "sample" in str(folder) else "made"], [])[0]
        assert answer(there, QUESTIONS[name], given).rows == answer(here, QUESTIONS[name], given).rows != []
    again = here.write(read_rows(folder, evidence=True), "graph")
    assert (0, 0, 0) == (again.created_nodes, again.created_relationships, again.properties_set)


def test_an_export_takes_the_place_of_an_export_and_of_nothing_else(sample_graph: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("x")
    with pytest.raises(StoreError, match="holds something else"):
        export("neo4j-csv", sample_graph, tmp_path / "mine")
    for _ in range(2):
        export("neo4j-csv", sample_graph, tmp_path / "out")
    first = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    export("neo4j-csv", sample_graph, tmp_path / "out")

    assert first == {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert all(Path(part).is_absolute() for line in first["neo4j-admin.args"].decode().splitlines()[1:] for part in line.strip('"').split("=")[2].split(","))
    with pytest.raises(WrongUse, match="comma"):
        export("neo4j-csv", sample_graph, tmp_path / "a,b")


def test_make_neo4j_starts_and_stops_one(tmp_path: Path, sample_graph: Path, neo4j_server) -> None:
    home, port = tmp_path / ".neo4j", server.free_port()
    told = server.start(home, port)
    try:
        password = told.split("NEO4J_PASSWORD=")[1].split()[0]
        assert f"bolt://127.0.0.1:{port}" in told and told == server.start(home, port)
        assert 0o600 == (home / "password").stat().st_mode & 0o777
        done = kg("load", sample_graph, "--neo4j", f"bolt://127.0.0.1:{port}", env={"NEO4J_USERNAME": "neo4j", "NEO4J_PASSWORD": password})
        assert 0 == done.returncode, done.stderr
    finally:
        assert "has stopped" in server.stop(home)
    assert "no Neo4j" in server.stop(home)
