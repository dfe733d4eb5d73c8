"""The page: built with pyvis (`Network`, with a template of our own); vis-network is taken out of the installed pyvis package and put into it.

A content security policy allows just these scripts and this style by their hashes, and no request of any kind.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from kg.errors import StoreError
from kg.views.data import finite

VIS = "9.1.2"  # the version of vis-network that pyvis 0.3.2 brings and that the pages are tested with
# The script of the page, in the order in which its parts need each other.
PARTS = ("state.js", "drawing.js", "panel.js", "filters.js", "search.js", "saving.js", "main.js")


def library() -> str:
    """vis-network as the installed pyvis package brings it, fit to stand inside a page."""
    import pyvis

    found = sorted(p for p in Path(str(files(pyvis))).rglob("vis-network.min.js") if VIS in p.parent.name)
    if not found:
        raise StoreError(f"the installed pyvis has no vis-network {VIS}: install pyvis 0.3.2")
    lines = [line for line in found[0].read_text(encoding="utf-8").split("\n") if not line.startswith("//# sourceMappingURL")]
    return "\n".join(lines).replace("</script", "<\\/script")


def render(
    nodes: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]], data: Mapping[str, Any], title: str, provenance: str, home: str | None = None
) -> str:
    """The page as text. `home` is the address of a page beside it that it links back to."""
    from pyvis.network import Network

    room = files("kg.views")
    read = lambda name: (room / name).read_text(encoding="utf-8")
    style = read("page.css")
    script = '"use strict";\n(() => {\n' + "\n".join(map(read, PARTS)) + "\n})();\n"
    scripts = [library(), script]
    network = Network(directed=True)
    for n in nodes:
        network.add_node(n["id"], n["label"], **{k: v for k, v in n.items() if k not in ("id", "label")})
    for e in edges:
        network.add_edge(e["from"], e["to"], **{k: v for k, v in e.items() if k not in ("from", "to")})
    # The page draws arrows and knows each kind's look: with thousands of nodes these words would be a third of it.
    for thing in (*network.nodes, *network.edges):
        for word in ("color", "shape", "arrows"):
            thing.pop(word, None)
    network.set_template_dir(str(Path(str(room))), "page.html.j2")
    # The data stand in a script element that is not run; tojson writes <, >, & and ' so that nothing in them can end it.
    network.templateEnv.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "sort_keys": True, "ensure_ascii": False, "allow_nan": False}
    network.templateEnv.globals["kg"] = {
        "title": title, "provenance": provenance, "data": finite(data), "library": scripts[0], "script": scripts[1], "style": style, "home": home,
        "policy": f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'",
    }  # fmt: skip
    return network.generate_html()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
