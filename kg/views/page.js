"use strict";
// Draws the graph that lies in the page as JSON. Text is only ever set by textContent, links only after their scheme was looked at.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = new Map(data.nodes.map((n) => [n.id, n]));
  const links = new Map(data.nodes.map((n) => [n.id, []]));
  data.edges.forEach((e, i) => { links.get(e.from).push(i); links.get(e.to).push(i); });
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const ink = dark ? "#e6e8ee" : "#1d2330", quiet = dark ? "rgba(160,170,190,.35)" : "rgba(90,100,120,.28)";
  const el = (tag, text, parent) => { const x = document.createElement(tag); if (text !== undefined) x.textContent = text; if (parent) parent.append(x); return x; };

  const nodes = new vis.DataSet(data.nodes.map((n) => ({ id: n.id, label: n.label, x: n.x, y: n.y, value: n.size, shape: n.shape, color: n.color, font: { color: ink } })));
  const edges = new vis.DataSet(data.edges.map((e, i) => ({ id: i, from: e.from, to: e.to, value: e.width, arrows: e.arrow ? "to" : "", dashes: e.dashed })));
  const options = Object.assign({}, data.options, { edges: { smooth: false, color: { color: quiet, highlight: ink, hover: ink }, scaling: { min: 1, max: 6 } } });
  const network = new vis.Network(document.getElementById("graph"), { nodes, edges }, options);
  network.once("afterDrawing", () => { document.body.dataset.ready = "1"; });
  network.fit({ animation: false });

  const panel = document.getElementById("panel");
  function show(id) {
    const n = byId.get(id);
    if (!n) return;
    panel.replaceChildren();
    el("small", n.kind + (n.year ? " · " + n.year : ""), panel);
    el("h2", n.name, panel);
    if (n.long_form && n.long_form !== n.name) el("p", n.long_form, panel);
    if (n.also && n.also.length) el("p", "also: " + n.also.join(", "), panel);
    for (const u of n.links || []) {
      let url; try { url = new URL(u); } catch { continue; }
      if (url.protocol !== "https:" && url.protocol !== "http:") continue;
      const a = el("a", u, el("p", undefined, panel)); a.href = url.href; a.rel = "noopener noreferrer"; a.target = "_blank";
    }
    const groups = new Map();
    for (const i of links.get(id)) { const e = data.edges[i]; if (!groups.has(e.kind)) groups.set(e.kind, []); groups.get(e.kind).push(i); }
    for (const [kind, list] of [...groups].sort()) {
      el("h3", kind.replaceAll("_", " ").toLowerCase() + " (" + list.length + ")", panel);
      const ul = el("ul", undefined, panel);
      const other = (i) => byId.get(data.edges[i].from === id ? data.edges[i].to : data.edges[i].from);
      for (const i of list.sort((a, b) => other(a).name.localeCompare(other(b).name))) {
        const papers = (data.edges[i].papers || []).length, li = el("li", undefined, ul);
        const b = el("button", other(i).name, li); b.className = "link";
        if (papers > 1) el("small", " " + papers + " papers", li);
        b.addEventListener("click", () => { network.selectEdges([i]); showEdge(i); });
      }
    }
    if (location.protocol !== "about:") try { history.replaceState(null, "", "#n=" + encodeURIComponent(id)); } catch { /* a framed page has no history */ }
  }
  function showEdge(i) {
    const e = data.edges[i];
    panel.replaceChildren();
    el("small", e.kind.replaceAll("_", " ").toLowerCase() + (e.dashed ? " (inferred)" : ""), panel);
    const head = el("h2", undefined, panel);
    for (const [k, id] of [e.from, e.to].entries()) {
      if (k) head.append(" → ");
      const b = el("button", byId.get(id).name, head); b.className = "link"; b.addEventListener("click", () => select(id));
    }
    if (e.confidence != null) el("p", "confidence " + e.confidence.toFixed(2), panel);
    for (const p of e.papers || []) el("p", p, panel);
    for (const x of e.evidence || []) {
      const q = el("blockquote", undefined, panel), at = x.surface ? x.sentence.indexOf(x.surface) : -1;
      if (at < 0) q.textContent = x.sentence || x.surface;
      else { q.append(x.sentence.slice(0, at)); el("mark", x.surface, q); q.append(x.sentence.slice(at + x.surface.length)); }
      el("small", x.place, el("div", undefined, q));
    }
  }
  function select(id) { network.selectNodes([id]); network.focus(id, { scale: 1.1, animation: false }); show(id); }
  network.on("selectNode", (p) => show(p.nodes[0]));
  network.on("selectEdge", (p) => { if (!p.nodes.length) showEdge(p.edges[0]); });

  const legend = document.getElementById("legend"), off = new Set();
  for (const k of data.kinds) {
    const label = el("label", undefined, legend), box = el("input", undefined, label);
    box.type = "checkbox"; box.checked = true;
    const dot = el("span", undefined, label); dot.className = "dot"; dot.style.background = k.color;
    el("span", k.kind + " " + k.count, label);
    box.addEventListener("change", () => {
      if (box.checked) off.delete(k.kind); else off.add(k.kind);
      nodes.update(data.nodes.map((n) => ({ id: n.id, hidden: off.has(n.kind) })));
    });
  }
  const search = document.getElementById("search"), hits = document.getElementById("hits");
  for (const n of data.nodes) { const o = el("option", undefined, hits); o.value = n.name; o.label = n.kind + (n.year ? " " + n.year : ""); }
  search.addEventListener("change", () => {
    const word = search.value.toLowerCase();
    const n = data.nodes.find((x) => x.name.toLowerCase() === word) || data.nodes.find((x) => word && x.name.toLowerCase().includes(word));
    if (n) select(n.id);
  });
  document.addEventListener("keydown", (k) => {
    if (k.key === "/" && document.activeElement !== search) { k.preventDefault(); search.focus(); }
    if (k.key === "Escape") { search.blur(); network.unselectAll(); }
  });
  const wanted = new URLSearchParams(location.hash.slice(1)).get("n");
  if (wanted && byId.has(wanted)) select(wanted);
})();
