// The list view, and files of what is visible: PNG, CSV of nodes, CSV of edges.
const MOST_ROWS = 200;
const sorting = { by: measure, down: true };
const COLUMNS = [["name", (n) => n.label], ["type", kindOf], ["year", (n) => n.y0 ?? ""], [measure, (n) => n.n], ["degree", (n) => degree[n.id]]];

function fillList() {
  const box = $("list"), value = COLUMNS.find(([name]) => name === sorting.by)[1];
  box.replaceChildren();
  const rows = nodes.filter((n) => nodeShown[n.id]);
  const compare = (a, b) => { const [x, y] = [value(a), value(b)]; return (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y))) * (sorting.down ? -1 : 1) || a.label.localeCompare(b.label); };
  rows.sort(compare);
  el("p", rows.length > MOST_ROWS ? "The first " + MOST_ROWS + " of " + rows.length + " nodes; CSV has all." : counted(rows.length, "node") + ".", box, "quiet");
  const table = el("table", undefined, box), head = el("tr", undefined, el("thead", undefined, table)), body = el("tbody", undefined, table);
  for (const [name] of COLUMNS) {
    const th = el("th", undefined, head);
    th.setAttribute("aria-sort", sorting.by === name ? (sorting.down ? "descending" : "ascending") : "none");
    button(name + (sorting.by === name ? (sorting.down ? " ▾" : " ▴") : ""), th, () => { sorting.down = sorting.by === name ? !sorting.down : name === measure || name === "degree" || name === "year"; sorting.by = name; fillList(); $("list").querySelector("[aria-sort$=cending] button").focus(); }, "link");
  }
  for (const n of rows.slice(0, MOST_ROWS)) {
    const tr = el("tr", undefined, body);
    COLUMNS.forEach(([name, of]) => { const td = el("td", undefined, tr); if (name === "name") nodeButton(n.id, td); else td.textContent = of(n); });
  }
}
function showList(on) {
  $("list").hidden = !on;
  $("graph").hidden = on;
  $("as-list").setAttribute("aria-pressed", String(on));
  if (on) fillList();
  else { network.redraw(); if (chosen.node !== null) centre(chosen.node); }
}

function save(blob, name) {
  const a = el("a", undefined, document.body), address = URL.createObjectURL(blob);
  a.href = address; a.download = name;
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
const fileName = () => document.title.normalize("NFKD").replace(/[^\w]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).toLowerCase() || "graph";
// A spreadsheet runs what begins like a formula: such a cell is marked as text.
const cell = (v) => { const s = v === undefined || v === null ? "" : typeof v === "number" ? String(v) : /^[=+\-@\t\r]/.test(v) ? "'" + v : String(v); return /[",\n\r]/.test(s) ? '"' + s.replaceAll('"', '""') + '"' : s; };
const csv = (rows) => new Blob([rows.map((r) => r.map(cell).join(",")).join("\r\n") + "\r\n"], { type: "text/csv;charset=utf-8" });
function saveNodes() {
  const rows = nodes.filter((n) => nodeShown[n.id]).map((n) => [n.key, kindOf(n), n.label, n.y0, n.n, degree[n.id], n.g === undefined ? "" : data.groups[n.g][0], n.s]);
  save(csv([["id", "type", "name", "year", measure, "degree", "community", "confidence"], ...rows]), fileName() + "-nodes.csv");
}
function saveEdges() {
  const end = (id) => [nodes[id].label, kindOf(nodes[id]), nodes[id].key];
  const rows = edges.filter((_, i) => edgeShown[i]).map((e) => [...end(e.from), relationOf(e)[0], ...end(e.to), e.n, e.w, e.s, e.inferred ? "inferred" : "", e.y && e.y[0], e.y && e.y[1]]);
  save(csv([["from", "from_type", "from_id", "relation", "to", "to_type", "to_id", "papers", "weight", "confidence", "inferred", "first_year", "last_year"], ...rows]), fileName() + "-edges.csv");
}
function wrapped(c, text, wide) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = (lines.at(-1) + " " + word).trim();
    if (c.measureText(longer).width <= wide || !lines.at(-1)) lines[lines.length - 1] = longer; else lines.push(word);
  }
  return lines;
}
// What colours and shapes mean, as the legend says it.
function meaning() {
  if (look.colour === "type") return data.kinds.filter((_, k) => !filters.kinds.has(k)).map(([kind, colour, shape]) => [kind, colour, shape]);
  return [...$("key").querySelectorAll(".key")].map((line) => [line.textContent, line.dataset.colour, "dot"]);
}
function savePicture() {
  // The drawing, then title, colours, counts and provenance below it, in lines as wide as it.
  const ratio = board.width / board.clientWidth, wide = board.clientWidth - 20, draft = document.createElement("canvas").getContext("2d"), t = theme();
  const out = document.createElement("canvas"), small = "11px system-ui, sans-serif";
  draft.font = small;
  const rows = [[]];
  let x = 0;
  for (const item of meaning()) {
    const step = draft.measureText(item[0]).width + 34;
    if (x + step > wide && x) { rows.push([]); x = 0; }
    rows.at(-1).push([x, ...item]);
    x += step;
  }
  const lines = [...wrapped(draft, $("shown").textContent, wide), ...wrapped(draft, $("provenance").textContent, wide)];
  out.width = board.width;
  out.height = Math.round(board.height + (34 + 18 * rows.length + 15 * lines.length) * ratio);
  const c = out.getContext("2d");
  c.fillStyle = t.paper;
  c.fillRect(0, 0, out.width, out.height);
  c.drawImage(board, 0, 0);
  c.drawImage(over, 0, 0);
  c.setTransform(ratio, 0, 0, ratio, 10 * ratio, board.height);
  c.fillStyle = t.ink;
  c.font = "bold 13px system-ui, sans-serif";
  c.fillText(document.title, 0, 18, wide);
  c.font = small;
  let y = 36;
  for (const row of rows) {
    for (const [left, text, colour, shape] of row) {
      c.fillStyle = colour; c.beginPath(); trace(c, shape, left + 6, y - 4, 5); c.fill();
      c.fillStyle = t.ink; c.fillText(text, left + 16, y);
    }
    y += 18;
  }
  for (const line of lines) { c.fillText(line, 0, y); y += 15; }
  out.toBlob((blob) => save(blob, fileName() + ".png"), "image/png");
}
function startSaving() {
  $("as-list").addEventListener("click", () => showList($("list").hidden));
  $("as-png").addEventListener("click", () => { if ($("graph").hidden) showList(false); savePicture(); });
  $("as-csv").addEventListener("click", saveNodes);
  $("edges-csv").addEventListener("click", saveEdges);
}
