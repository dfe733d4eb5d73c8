// The legend with its switches, the sliders, and what is shown because of them.
const on = (e) => !filters.relations.has(e.k);
function countDegrees() {
  // Neighbours by the relations that are on: they change with these only, not with every step of a slider.
  const known = nodes.map(() => new Set());
  edges.forEach((e) => { if (on(e)) { known[e.from].add(e.to); known[e.to].add(e.from); } });
  for (const n of nodes) degree[n.id] = known[n.id].size;
}
function apply(message) {
  for (const n of nodes) {
    const dated = n.y0 === undefined || (n.y1 >= filters.from && n.y0 <= filters.to);
    nodeShown[n.id] = !filters.kinds.has(n.k) && dated && (n.s === undefined || n.s >= filters.sure) ? 1 : 0;
  }
  for (const n of nodes) if (degree[n.id] < filters.degree) nodeShown[n.id] = 0;
  edges.forEach((e, i) => {
    const inTime = !e.y || (e.y[1] >= filters.from && e.y[0] <= filters.to), sure = e.s === undefined || e.s === null || e.s >= filters.sure;
    edgeShown[i] = on(e) && inTime && sure && nodeShown[e.from] && nodeShown[e.to] ? 1 : 0;
  });
  if (network) {
    if ((chosen.node !== null && !nodeShown[chosen.node]) || (chosen.edge !== null && on(edges[chosen.edge]) && !edgeShown[chosen.edge])) chooseNothing();
    // Only what changed is told to vis-network.
    const changed = dots.get({ filter: (d) => d.hidden === Boolean(nodeShown[d.id]), fields: ["id"] }).map((d) => ({ id: d.id, hidden: !nodeShown[d.id] }));
    rebuild();
    if (changed.length) dots.update(changed);
    redraw();
  }
  tell(message);
}
const sum = (list) => list.reduce((a, b) => a + b, 0);
function tell(message) {
  const text = (message ? message + " " : "") + sum(nodeShown) + " of " + nodes.length + " nodes and " + sum(edgeShown) + " of " + edges.length + " edges visible.";
  $("shown").textContent = text;
  if (!$("list").hidden) fillList();
}

function glyph(shape, colour, parent) {
  const c = el("canvas", undefined, parent, "glyph");
  c.width = c.height = 32;
  c.setAttribute("aria-hidden", "true");
  const d = c.getContext("2d");
  d.fillStyle = colour;
  d.beginPath();
  trace(d, shape, 16, 16, 11);
  d.fill();
}
function toggle(text, on, parent, act) {
  const label = el("label", undefined, parent, "toggle"), box = el("input", undefined, label);
  box.type = "checkbox";
  box.checked = on;
  box.addEventListener("change", () => { act(box.checked); apply(); });
  return { label, box, text: () => el("span", text, label) };
}
const flip = (set, k) => (on) => (on ? set.delete(k) : set.add(k));
function legend() {
  $("kinds").replaceChildren();
  $("relations").replaceChildren();
  data.kinds.forEach(([kind, colour, shape], k) => {
    const t = toggle(kind + " " + nodes.filter((n) => n.k === k).length, !filters.kinds.has(k), $("kinds"), flip(filters.kinds, k));
    glyph(shape, look.colour === "type" ? colour : REST, t.label);
    t.text();
  });
  const drawn = data.relations.map((_, k) => edges.filter((e) => e.k === k).length);
  data.relations.forEach(([relation], k) => { if (drawn[k]) toggle(words(relation) + " " + drawn[k], !filters.relations.has(k), $("relations"), (shown) => { flip(filters.relations, k)(shown); countDegrees(); }).text(); });
  $("relations-box").hidden = drawn.filter(Boolean).length < 2;
}
function colourKey() {
  const key = $("key");
  key.replaceChildren();
  const line = (colour, text) => { const p = el("p", undefined, key, "key"); p.dataset.colour = colour; glyph("dot", colour, p); el("span", text, p); };
  if (look.colour === "community") {
    data.groups.slice(0, PALETTE.length).forEach(([name, n], k) => line(PALETTE[k], clip(name, 80) + " (" + n + ")"));
    line(REST, "smaller, or none");
  }
  if (look.colour === "year" && years) {
    ramp().forEach((colour, k) => {
      const step = (years[1] - years[0]) / 5, low = Math.ceil(years[0] + k * step - 1e-9), high = k === 4 ? years[1] : Math.ceil(years[0] + (k + 1) * step - 1e-9) - 1;
      if (high < low) return;
      line(colour, low === high ? String(low) : low + "–" + high);
    });
    if (dated.length < nodes.length) line(REST, "no year");
  }
}
function sliders() {
  const bind = (id, key, text) => {
    const input = $(id), show = () => { $(id + "-is").textContent = text(filters[key]); };
    input.value = filters[key];
    show();
    input.oninput = () => {
      filters[key] = Number(input.value);
      // The first year goes no further than the last, and the other way round.
      if (key === "from") filters.from = Math.min(filters.from, filters.to);
      if (key === "to") filters.to = Math.max(filters.from, filters.to);
      input.value = filters[key];
      show();
      apply();
    };
  };
  for (const id of ["from", "to"]) {
    $(id).min = years ? years[0] : 0;
    $(id).max = years ? years[1] : 0;
    $(id).hidden = document.querySelector("label[for=" + id + "]").hidden = !years || years[0] === years[1];
  }
  $("undated").textContent = years && years[0] !== years[1] && dated.length < nodes.length ? counted(nodes.length - dated.length, "node") + " without a year always shown" : "";
  $("degree").max = Math.max(1, Math.min(30, Math.max(0, ...degree)));
  $("sure").hidden = document.querySelector("label[for=sure]").hidden = nodes.every((n) => n.s === undefined) && edges.every((e) => e.s === undefined || e.s === null);
  bind("from", "from", String);
  bind("to", "to", String);
  bind("degree", "degree", String);
  bind("sure", "sure", (v) => v.toFixed(2));
}
function reset(message) {
  Object.assign(filters, { kinds: new Set(), relations: noRelations(), from: years ? years[0] : 0, to: years ? years[1] : 0, degree: 0, sure: 0 });
  countDegrees();
  legend();
  sliders();
  apply(message);
}
function startFilters() {
  $("colour").value = look.colour;
  legend();
  colourKey();
  countDegrees();
  apply();
  sliders();
  $("reset").addEventListener("click", () => reset());
  $("colour").addEventListener("change", () => { look.colour = $("colour").value; legend(); colourKey(); repaint(); redraw(); });
  $("size").addEventListener("change", () => { look.size = $("size").value; repaint(); redraw(); });
  $("size").querySelector("[value=papers]").textContent = measure;
  if (!data.groups.length) $("colour").querySelector("[value=community]").disabled = true;
  if (!years) $("colour").querySelector("[value=year]").disabled = true;
}
