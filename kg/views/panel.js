// The side panel: what a node or an edge is, and where it is said.
const panel = $("panel");
const FEW = 60, TOLD = 12;

function link(text, address, parent) {
  let url;
  try { url = new URL(address); } catch { return null; }
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  const a = el("a", text, parent);
  a.href = url.href; a.rel = "noopener noreferrer"; a.target = "_blank";
  return a;
}
// Pages of communities lie beside their map; nothing else is opened without a scheme.
const isPage = (name) => /^[a-z0-9-]+\.html$/.test(name);
function pageLink(text, name, parent) {
  if (!isPage(name)) return null;
  const a = el("a", text, parent);
  a.href = name;
  return a;
}
function paperLine(p, parent) {
  if (p === null) return null;
  const [title, year, address] = data.papers[p], line = el("p", undefined, parent, "paper");
  if (!(address && link(title, address, line))) el("span", title, line);
  if (year) el("small", " " + year, line);
  return line;
}
function quotes(claim, parent) {
  const [, , , sure, inferred, said] = data.claims[claim];
  for (const [text, start, length, source, first, last, confidence] of said) {
    const sentence = data.sentences[text], q = el("blockquote", undefined, parent);
    q.append(sentence.slice(0, start));
    if (length) el("mark", sentence.slice(start, start + length), q);
    q.append(sentence.slice(start + length));
    el("small", data.sources[source] + (first === null ? "" : ", bytes " + first + "–" + last) + ", confidence " + confidence.toFixed(2) + (inferred ? ", inferred" : ""), q, "place");
  }
  if (!said.length) el("p", sure === null ? "said in the record" : "confidence " + sure.toFixed(2) + "; kg why shows the sentence", parent, "quiet");
}
function nodeButton(id, parent) { return button(clip(straight(nodes[id].label), 200), parent, () => choose(id), "link"); }
function heading(text) {
  const h = el("h2", text, panel);
  h.tabIndex = -1;
  return h;
}

function describe(id) {
  const n = nodes[id];
  panel.replaceChildren();
  el("p", kindOf(n) + (n.y0 !== undefined ? " · " + (n.y0 === n.y1 ? n.y0 : n.y0 + "–" + n.y1) : ""), panel, "quiet");
  heading(n.label);
  if (n.long) el("p", n.long, panel);
  if (n.also) el("p", "also: " + n.also.join(", "), panel, "quiet");
  if (n.venue) el("p", n.venue, panel, "quiet");
  for (const u of n.links || []) { const line = el("p", undefined, panel); if (!link(u, u, line)) line.remove(); }
  if (n.page) pageLink("Open this community", n.page, el("p", undefined, panel));
  const facts = [];
  if (kindOf(n) !== "Paper" && n.n && measure === "papers") facts.push(counted(n.n, "paper"));
  if (near[id].length) facts.push("degree " + degree[id]);
  if (n.s !== undefined) facts.push("confidence " + n.s.toFixed(2));
  if (facts.length) el("p", facts.join(" · "), panel, "quiet");
  if (n.g !== undefined && data.groups[n.g]) el("p", "community: " + data.groups[n.g][0], panel, "quiet");
  for (const [heading, items] of n.facts || []) { el("h3", heading, panel); const ul = el("ul", undefined, panel); for (const x of items) el("li", x, ul); }
  neighbours(id);
  if (kindOf(n) !== "Paper") told(id);
}
function neighbours(id) {
  const groups = new Map();
  // By relation, and by direction where there is one: what uses it is not what it uses.
  for (const i of near[id]) { const k = 2 * edges[i].k + (relationOf(edges[i])[1] && edges[i].to === id ? 1 : 0); if (!groups.has(k)) groups.set(k, []); groups.get(k).push(i); }
  for (const [k, list] of [...groups].sort((a, b) => a[0] - b[0])) {
    const relation = data.relations[k >> 1][0], off = filters.relations.has(k >> 1) ? ", not drawn" : "";
    el("h3", (k % 2 ? TURNED[relation] || words(relation) : words(relation)) + " (" + list.length + off + ")", panel);
    const ul = el("ul", undefined, panel);
    list.sort((a, b) => (edges[b].n || 0) - (edges[a].n || 0) || nodes[other(a, id)].label.localeCompare(nodes[other(b, id)].label));
    for (const i of list.slice(0, FEW)) {
      const li = el("li", undefined, ul), e = edges[i];
      nodeButton(other(i, id), li);
      const note = e.n ? counted(e.n, "paper") : e.s !== undefined && e.s !== null && e.s < 1 ? e.s.toFixed(2) : "";
      button("why" + (note ? ": " + note : ""), li, () => chooseEdge(i), "why");
    }
    if (list.length > FEW) el("p", "and " + (list.length - FEW) + " more", panel, "quiet");
  }
}
function told(id) {
  // Authors are told by their papers, one line each; other things by the sentences that name them.
  const year = (c) => (data.claims[c][0] === null ? 0 : data.papers[data.claims[c][0]][1] || 0);
  const claims = claimsOf[id].slice().sort((a, b) => year(b) - year(a) || a - b);
  if (!claims.length) return;
  el("h3", "where it is said", panel);
  for (const c of claims.slice(0, TOLD)) {
    const box = el("div", undefined, panel, "claim");
    paperLine(data.claims[c][0], box);
    el("small", words(data.relations[data.claims[c][2]][0]), box);
    quotes(c, box);
  }
  if (nodes[id].n > Math.min(TOLD, claims.length)) el("p", "and " + (nodes[id].n - Math.min(TOLD, claims.length)) + " more papers: kg why shows all", panel, "quiet");
}
function explain(i) {
  // An asserted edge is explained by its claim, a derived one by the claims of both ends in each of its papers.
  const e = edges[i];
  panel.replaceChildren();
  el("p", words(relationOf(e)[0]) + (e.inferred ? " (inferred)" : ""), panel, "quiet");
  const head = heading();
  nodeButton(e.from, head);
  head.append(relationOf(e)[1] ? " → " : " – ");
  nodeButton(e.to, head);
  const facts = [];
  if (e.n) facts.push(counted(e.n, "paper"));
  if (e.y) facts.push(e.y[0] === e.y[1] ? e.y[0] : e.y[0] + "–" + e.y[1]);
  if (e.w && relationOf(e)[0] === "CO_AUTHORED_WITH") facts.push("weight " + e.w);
  if (e.s !== undefined && e.s !== null) facts.push("confidence " + e.s.toFixed(2));
  if (facts.length) el("p", facts.join(" · "), panel, "quiet");
  if (e.c !== undefined) { const box = el("div", undefined, panel, "claim"); paperLine(data.claims[e.c][0], box); quotes(e.c, box); }
  for (const p of (e.p || []).slice(0, TOLD)) {
    const box = el("div", undefined, panel, "claim"), seen = new Set();
    paperLine(p, box);
    for (const end of [e.from, e.to]) {
      const c = claimAt.get(p + ":" + end);
      if (c === undefined) continue;
      const key = JSON.stringify(data.claims[c][5]);
      if (!seen.has(key)) quotes(c, box);
      seen.add(key);
    }
  }
  if (e.n > TOLD) el("p", "and " + (e.n - TOLD) + " more papers", panel, "quiet");
  const between = near[e.from].filter((k) => k !== i && other(k, e.from) === e.to);
  if (between.length) el("h3", "also between them", panel);
  for (const k of between) button(words(relationOf(edges[k])[0]), el("p", undefined, panel), () => chooseEdge(k), "link");
}
function hint() {
  panel.replaceChildren();
  el("p", measure === "people" ? "Each bubble is a community: click it to open its page." : "Click a node or an edge to see where it is said.", panel);
  el("p", "Press / to search, 0 to show all, Esc to let go.", panel, "quiet");
}
// A bubble of the map shows what it stands for while the pointer is on it, since a click opens its page.
function previewed(id) { if (nodes[id].page && chosen.node === null) describe(id); }

const setHash = (text) => { try { history.replaceState(null, "", text || location.href.split("#")[0]); } catch { /* a framed page has no address of its own */ } };
// What held the focus in the panel is gone once the panel is made anew: its heading takes it.
function keepFocus(act) {
  const inside = panel.contains(document.activeElement);
  act();
  if (inside) panel.querySelector("h2").focus({ preventScroll: true });
}
function choose(id, { move = true } = {}) {
  if (!nodeShown[id]) reset("Filters were reset to show " + nodes[id].label + ".");
  Object.assign(chosen, { node: id, edge: null, hover: null });
  keepFocus(() => describe(id));
  panel.scrollTop = 0;
  if (move && !$("graph").hidden) centre(id);
  setHash("#n=" + encodeURIComponent(nodes[id].key));
  redraw();
}
function centre(id) {
  network.moveTo({ position: { x: nodes[id].x, y: nodes[id].y }, scale: Math.max(network.getScale(), 0.7), animation: still.matches ? false : { duration: 250 } });
  if (still.matches) sized();
}
function chooseEdge(i) {
  Object.assign(chosen, { node: null, edge: i, hover: null });
  keepFocus(() => explain(i));
  panel.scrollTop = 0;
  setHash("");
  redraw();
}
function chooseNothing() {
  Object.assign(chosen, { node: null, edge: null, hover: null });
  hint();
  setHash("");
  redraw();
}
function pressed(id) {
  if (nodes[id].page && isPage(nodes[id].page)) location.assign(nodes[id].page);
  else choose(id, { move: false });
}
