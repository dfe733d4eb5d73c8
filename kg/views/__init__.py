"""Views: HTML pages that open without a network, each one file (communities: one folder of pages that link to each other)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from kg import tables
from kg.errors import WrongUse
from kg.files import refuse_other, whole_file, whole_folder
from kg.graph import read_graph
from kg.text import clipped
from kg.views.communities import PAGES, community_pages
from kg.views.data import Said, page_data
from kg.views.notebook import Frame
from kg.views.page import render
from kg.views.pictures import PICTURES, Picture

VIEWS = (*PICTURES, "communities")
MOST = 2000  # nodes that a page shows unless told otherwise: above it reading is hard, and below it all is smooth


def write_view(view: str, folder: Path, out: Path, *names: str, radius: int = 1, max_nodes: int = MOST) -> dict[str, int]:
    """Write a view of a graph folder; return the numbers of nodes, edges and pages.

    `co-authors` joins authors, `methods` joins methods that papers use together, `all` shows everything, `ego` what lies within `radius` steps of a
    name, `path` the shortest ways between two names, `timeline` methods and papers by year; each as one HTML file. `communities` writes a folder: a map
    of the communities of co-authors, and a page of each. Where there are more than `max_nodes`, the page says by which rule some were left out; a path is shown whole.

    Raises WrongUse for an unknown view or a wrong number of names, QueryError where there is nothing to show.
    """
    _check(view, names)
    g, said = read_graph(folder), _said_in(folder)
    if view == "communities":
        refuse_other(out, "pages", "community-01.html")
        pages = {name: _page(g_, picture, said, home) for name, g_, picture, home in community_pages(g, max_nodes)}
        with whole_folder(out.resolve(), ours=PAGES) as aside:
            for name, (page, _) in pages.items():
                (aside / name).write_text(page, encoding="utf-8", newline="\n")
        return pages["index.html"][1] | {"pages": len(pages)}
    page, counts = _page(g, _picture(g, view, names, radius, max_nodes), said)
    with whole_file(out) as aside:
        aside.write_text(page, encoding="utf-8", newline="\n")
    return counts | {"pages": 1}


def show(graph: nx.MultiDiGraph | Path | str, view: str = "all", *names: str, radius: int = 1, max_nodes: int = MOST, height: int = 620) -> Frame:
    """The page of a view for a notebook, in a frame of its own. `graph` is a graph folder, or a graph as `kg.read_graph` gives it, or a part of one;
    of which only the best sentence of each edge is shown, without its place. `communities`, which is a folder of pages, cannot be shown so.
    """
    if view == "communities":
        raise WrongUse("communities are a folder of pages: write it with kg.views.write_view, and open its index.html")
    _check(view, names)
    folder = None if isinstance(graph, nx.Graph) else Path(graph)
    g = graph if folder is None else read_graph(folder)
    said = _said_by(g) if folder is None else _said_in(folder)
    return Frame(_page(g, _picture(g, view, names, radius, max_nodes), said)[0], height)


def _check(view: str, names: Sequence[str]) -> None:
    if view not in VIEWS:
        raise WrongUse(f"no view {view!r}: choose one of {', '.join(VIEWS)}")
    wanted = {"ego": 1, "path": 2}.get(view, 0)
    if len(names) == wanted and all(names):
        return
    if view == "ego":
        raise WrongUse("the view 'ego' needs a name: kg view ego NAME")
    if view == "path":
        raise WrongUse("the view 'path' needs two names: kg view path A B")
    raise WrongUse(f"the view {view!r} takes no name: kg view ego NAME shows what is round one")


def _picture(g: nx.MultiDiGraph, view: str, names: Sequence[str], radius: int, most: int) -> Picture:
    more: dict[str, Any] = {"name": names[0], "radius": radius} if view == "ego" else {"name": names[0], "to": names[1]} if view == "path" else {}
    return PICTURES[view](g, most, **more)


def _page(g: nx.MultiDiGraph, picture: Picture, said: Said, home: str | None = None) -> tuple[str, dict[str, int]]:
    nodes, edges, data = page_data(g, picture, said)
    counts = {"nodes": len(nodes), "edges": len(edges)}
    about = g.graph.get("about")
    provenance = f"Showing {len(nodes)} of {picture.total} nodes and {len(edges)} edges ({picture.rule})" + (f"; from {about}." if about else ".")
    return render(nodes, edges, data, clipped(picture.title, 120), clipped(provenance, 600), home), counts


def _said_in(folder: Path) -> Said:
    """The evidence of edges out of the folder's table, which is read once."""
    by_edge: dict[str, list[Mapping[str, Any]]] = {}

    def said(wanted: set[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        if not by_edge:
            for x in tables.read(folder, "evidence").to_pylist():
                by_edge.setdefault(x["edge"], []).append(x)
        return {key: by_edge[key] for key in wanted if key in by_edge}

    return said


def _said_by(g: nx.MultiDiGraph) -> Said:
    """The best sentence of each edge, which the edges themselves hold."""
    rows = {key: row for *_, key, row in g.edges(keys=True, data=True)}
    place = {"surface": "", "extractor": "", "byte_start": None, "byte_end": None}
    return lambda wanted: {
        key: [{"sentence": row["sentence"], "source": f"entry {row['entry']}", "confidence": row["confidence"]} | place]
        for key in wanted if (row := rows.get(key)) and row.get("sentence")
    }  # fmt: skip
