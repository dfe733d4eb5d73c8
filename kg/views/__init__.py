"""Views: one HTML file each, which opens without a network.

The page is built with pyvis (`Network`, with a template of our own); vis-network is taken out of the installed pyvis package and put into
the page, under a content security policy that allows just these scripts by their hash.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from kg import tables
from kg.errors import QueryError, StoreError, WrongUse
from kg.files import whole_file
from kg.manifest import read_manifest
from kg.why import find_nodes

# Okabe and Ito's colours, which people with any colour vision can tell apart; a shape of its own for each kind.
LOOK = {
    "Paper": ("#8a8f99", "dot"), "Author": ("#0072b2", "dot"), "Method": ("#d55e00", "dot"), "Dataset": ("#009e73", "square"), "Benchmark": ("#56b4e9", "diamond"),
    "Task": ("#cc79a7", "triangle"), "Metric": ("#b59f00", "triangleDown"), "Repository": ("#4d4d4d", "hexagon"), "Category": ("#a6761d", "star"), "Organization": ("#7f5fa8", "square"),
}  # fmt: skip
VIEWS = {"co-authors": ("Author",), "methods": ("Method",), "all": tuple(LOOK), "ego": tuple(LOOK)}
EVIDENCE_EACH = 5  # sentences that an edge shows
SPACE = 140.0  # the side of a node's share of the plane


def write_view(view: str, folder: Path, out: Path, *, name: str | None = None, radius: int = 1, max_nodes: int = 800) -> dict[str, int]:
    """Write a view of a graph folder as one HTML file; return the numbers of nodes and edges shown.

    `co-authors` joins authors, `methods` joins methods that papers use together, `all` shows everything, `ego` what lies within `radius` of
    `name`. The nodes with the most papers are kept where there are more than `max_nodes`; the page says so.
    """
    if view not in VIEWS:
        raise WrongUse(f"no view {view!r}: choose one of {', '.join(VIEWS)}")
    if name is not None and view != "ego":
        raise WrongUse(f"the view {view!r} takes no name: kg view ego NAME shows what is round one")
    manifest = read_manifest(folder)
    nodes = {n["id"]: n for n in tables.read(folder, "nodes").to_pylist()}
    edges = tables.read(folder, "edges").to_pylist()
    kinds = VIEWS[view]
    chosen = {i for i, n in nodes.items() if n["kind"] in kinds}
    title = {"co-authors": "Co-authors", "methods": "Methods by joint use", "all": "Knowledge graph"}.get(view, "")
    if view == "ego":
        centre = _centre(nodes, name, folder)
        chosen, title = _around(centre["id"], edges, radius), f"Around {centre['label']}"
    total = len(chosen)
    shown = _most(chosen, nodes, edges, max_nodes, keep={centre["id"]} if view == "ego" else set())
    kept = [e for e in edges if e["source"] in shown and e["target"] in shown]
    if view in ("co-authors", "methods"):
        joined = {x for e in kept for x in (e["source"], e["target"])}
        alone = len(shown) - len(shown & joined)
        shown &= joined
        rule = f"{alone} without an edge left out" if alone else "all with an edge"
    else:
        rule = "all"
    if total > max_nodes:
        rule = f"those with the most papers, {rule}"
    if not shown:
        raise QueryError(f"{folder.as_posix()}: nothing to show in the view {view!r}: the graph has no {' or '.join(kinds)} that is joined to another")
    data = _data(folder, {i: nodes[i] for i in sorted(shown)}, kept)
    names = ", ".join(s["name"].rsplit("/", 1)[-1] for s in manifest["sources"][:4]) + (" …" if len(manifest["sources"]) > 4 else "")
    provenance = f"Showing {len(shown)} of {total} nodes and {len(kept)} edges ({rule}); from {manifest['entries']} entries in {len(manifest['sources'])} files ({names}); kg {manifest['kg']}, model {manifest['model']}"
    page = render(data, title, provenance)
    with whole_file(out) as aside:
        aside.write_text(page, encoding="utf-8", newline="\n")
    return {"nodes": len(shown), "edges": len(kept)}


def _centre(nodes: dict[str, dict], name: str | None, folder: Path) -> dict:
    if not name:
        raise WrongUse("the view 'ego' needs a name: kg view ego NAME")
    found = find_nodes(list(nodes.values()), name)
    if not found:
        raise QueryError(f"nothing is named {name!r} in {folder.as_posix()}")
    return max(found, key=lambda n: (n["papers"] or 0, n["id"]))


def _around(centre: str, edges: Sequence[dict], radius: int) -> set[str]:
    near: dict[str, set[str]] = defaultdict(set)
    for e in edges:
        near[e["source"]].add(e["target"])
        near[e["target"]].add(e["source"])
    found, rim = {centre}, {centre}
    for _ in range(radius):
        rim = {x for n in rim for x in near[n]} - found
        found |= rim
    return found


def _most(chosen: set[str], nodes: dict[str, dict], edges: Sequence[dict], most: int, keep: set[str]) -> set[str]:
    if len(chosen) <= most:
        return set(chosen)
    degree = Counter(x for e in edges for x in (e["source"], e["target"]) if x in chosen)
    ranked = sorted(chosen, key=lambda i: (i not in keep, -(nodes[i]["papers"] or 0), -degree[i], i))
    return set(ranked[:most])


def _data(folder: Path, nodes: dict[str, dict], edges: Sequence[dict]) -> dict[str, Any]:
    """What the page reads: nodes with places, edges with evidence, kinds with counts."""
    labels = {n["id"]: n["label"] for n in tables.read(folder, "nodes").select(["id", "label"]).to_pylist()} if any(e["papers"] for e in edges) else {}
    wanted = {e["id"] for e in edges}
    said: dict[str, list[dict]] = defaultdict(list)
    for x in tables.read(folder, "evidence").to_pylist():
        if x["edge"] in wanted and len(said[x["edge"]]) < EVIDENCE_EACH:
            place = f"{x['source']}, bytes {x['byte_start']}–{x['byte_end']}; {x['extractor']}, {x['confidence']:.2f}"
            said[x["edge"]].append({"sentence": " ".join(x["sentence"].split()), "surface": " ".join(x["surface"].split()), "place": place})
    places = layout(list(nodes), [(e["source"], e["target"]) for e in edges])
    counts = Counter(n["kind"] for n in nodes.values())
    return {
        "nodes": [_node(n, places[i]) for i, n in nodes.items()],
        "edges": [
            {"from": e["source"], "to": e["target"], "kind": e["kind"], "width": round(math.sqrt(len(e["papers"] or "1")), 3), "arrow": e["kind"] not in ("CO_AUTHORED_WITH", "USED_WITH"), "dashed": bool(e["inferred"]),
             "confidence": e["confidence"], "papers": [labels[p] for p in e["papers"] or ()], "evidence": said[e["id"]]} for e in edges
        ],
        "kinds": [{"kind": k, "count": counts[k], "color": LOOK[k][0]} for k in LOOK if counts[k]],
        "options": {"physics": False, "layout": {"improvedLayout": False}, "interaction": {"hover": True, "hideEdgesOnDrag": len(edges) > 1500, "keyboard": False},
                    "nodes": {"scaling": {"min": 6, "max": 26, "label": {"enabled": True, "min": 11, "max": 24, "maxVisible": 24, "drawThreshold": 7}}}},
    }  # fmt: skip


def _node(n: dict, place: tuple[int, int]) -> dict[str, Any]:
    links = [
        u for u in (n["url"], f"https://doi.org/{n['doi']}" if n["doi"] else None, f"https://arxiv.org/abs/{n['arxiv_id']}" if n["arxiv_id"] else None) if u
    ]
    short = n["label"] if len(n["label"]) <= 36 else n["label"][:34] + "…"
    return {
        "id": n["id"], "kind": n["kind"], "name": n["label"], "label": short, "year": n["year"] or n["first_year"], "long_form": n["long_form"], "also": [*(n["aliases"] or ()), *(n["variants"] or ())][:8],
        "links": links, "x": place[0], "y": place[1], "size": round(math.sqrt(n["papers"] or 1), 3), "color": LOOK[n["kind"]][0], "shape": LOOK[n["kind"]][1],
    }  # fmt: skip


def layout(ids: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Whole-number places: each connected component by itself, the largest first, the others in rows below it. The same input, the same places."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(ids)
    graph.add_edges_from(edges)
    parts = sorted((sorted(c) for c in nx.connected_components(graph)), key=lambda c: (-len(c), c[0]))
    places: dict[str, tuple[int, int]] = {}
    x = y = row = width = 0.0
    for part in parts:
        side = SPACE * math.sqrt(len(part))
        at = _component(graph.subgraph(part), part)
        width = width or max(side, SPACE * math.sqrt(len(ids)))
        if x + side > width and x > 0:
            x, y, row = 0.0, y + row, 0.0
        for i in part:
            places[i] = (round(x + side / 2 + at[i][0] * side / 2.4), round(y + side / 2 + at[i][1] * side / 2.4))
        x, row = x + side, max(row, side)
    return places


def _component(graph, members: list[str]) -> dict[str, tuple[float, float]]:
    """Places in -1..1 of one component; Fruchterman and Reingold for small ones, ForceAtlas2 for large ones (both from NetworkX, seeded)."""
    import networkx as nx

    if len(members) == 1:
        return {members[0]: (0.0, 0.0)}
    ordered = nx.Graph()
    ordered.add_nodes_from(members)
    ordered.add_edges_from(sorted(tuple(sorted(e)) for e in graph.edges))
    at = nx.spring_layout(ordered, seed=7) if len(members) < 500 else nx.forceatlas2_layout(ordered, max_iter=80, seed=7)
    xs, ys = [p[0] for p in at.values()], [p[1] for p in at.values()]
    middle, half = ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2), max(max(xs) - min(xs), max(ys) - min(ys)) / 2 or 1.0
    return {i: ((float(p[0]) - middle[0]) / half, (float(p[1]) - middle[1]) / half) for i, p in at.items()}


def library() -> str:
    """vis-network as the installed pyvis package brings it, fit to stand inside a page."""
    import pyvis

    # The newest of the versions that pyvis brings along.
    found = sorted(Path(pyvis.__file__).parent.rglob("vis-network.min.js"), key=lambda p: [int(n) for n in re.findall(r"\d+", p.parent.name)])
    if not found:
        raise StoreError("the installed pyvis has no vis-network.min.js: install pyvis 0.3.2")
    text = found[-1].read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if not line.startswith("//# sourceMappingURL")]
    return "\n".join(lines).replace("</script", "<\\/script")


def render(data: dict[str, Any], title: str, provenance: str) -> str:
    """The page as text."""
    from pyvis.network import Network

    room = files("kg.views")
    scripts = [library(), (room / "page.js").read_text(encoding="utf-8")]
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    network = Network(directed=True)
    network.set_template_dir(str(Path(str(room))), "page.html.j2")
    network.templateEnv.globals["kg"] = {
        "title": title, "provenance": provenance, "data": data, "library": scripts[0], "script": scripts[1], "style": (room / "page.css").read_text(encoding="utf-8"),
        "hint": "Click a node or an edge to see where it is said. Press / to search.",
        "policy": f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'",
    }  # fmt: skip
    return network.generate_html()
