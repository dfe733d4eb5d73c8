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
    button(name + (sorting.by === name ? (sorting.down ? " ▾" : " ▴") : ""), th, () => { sorting.down = sorting.by === name ? !sorting.down : name === measure || name === "degree" || name === "year"; sorting.by = name; fillList(); }, "link");
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
  if (on) fillList(); else { network.redraw(); }
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
  const rows = edges.filter((_, i) => edgeShown[i]).map((e) => [nodes[e.from].label, relationOf(e)[0], nodes[e.to].label, e.n, e.s, e.y && e.y[0], e.y && e.y[1]]);
  save(csv([["from", "relation", "to", "papers", "confidence", "first_year", "last_year"], ...rows]), fileName() + "-edges.csv");
}
function savePicture() {
  const out = document.createElement("canvas"), ratio = board.width / board.clientWidth, line = 18 * ratio, c = out.getContext("2d"), t = theme();
  out.width = board.width;
  out.height = board.height + 3 * line;
  c.fillStyle = t.paper;
  c.fillRect(0, 0, out.width, out.height);
  c.drawImage(board, 0, 0);
  c.drawImage(over, 0, 0);
  c.fillStyle = t.ink;
  c.font = "bold " + 13 * ratio + "px system-ui, sans-serif";
  c.fillText(document.title, 10 * ratio, board.height + line);
  c.font = 11 * ratio + "px system-ui, sans-serif";
  c.fillText($("shown").textContent, 10 * ratio, board.height + 1.9 * line, out.width - 20 * ratio);
  c.fillText($("provenance").textContent, 10 * ratio, board.height + 2.7 * line, out.width - 20 * ratio);
  out.toBlob((blob) => save(blob, fileName() + ".png"), "image/png");
}
function startSaving() {
  $("as-list").addEventListener("click", () => showList($("list").hidden));
  $("as-png").addEventListener("click", () => { if ($("graph").hidden) showList(false); savePicture(); });
  $("as-csv").addEventListener("click", saveNodes);
  $("edges-csv").addEventListener("click", saveEdges);
}
