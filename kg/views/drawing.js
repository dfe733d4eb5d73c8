// vis-network draws the nodes and moves the view; edges are stroked in batches under them, labels and what is chosen over them.
const holder = $("graph");
const CHUNK = 800, MANY = 6000, MOST_LABELS = 70, NEAR = 7;
const visNode = (n) => ({ id: n.id, x: n.x, y: n.y, shape: n.shape, size: sizeOf(n), color: { background: colourOf(n), border: data.centre.includes(n.id) ? theme().ink : theme().paper }, borderWidth: data.centre.includes(n.id) ? 3 : 1, hidden: !nodeShown[n.id] });
let dots, network, board, moving = false, paths = [], ranked = [], faint = 1;
const over = document.createElement("canvas");

// Geometry of the shapes as vis-network draws them.
function trace(c, shape, x, y, r) {
  const corners = (list) => { list.forEach(([a, b], i) => (i ? c.lineTo(x + a * r, y + b * r) : c.moveTo(x + a * r, y + b * r))); c.closePath(); };
  const round = (n, from, f) => corners(Array.from({ length: n }, (_, i) => { const t = from + (i * 2 * Math.PI) / n; return [Math.cos(t) * f(i), Math.sin(t) * f(i)]; }));
  if (shape === "square") c.rect(x - r, y - r, 2 * r, 2 * r);
  else if (shape === "diamond") corners([[0, -1], [1, 0], [0, 1], [-1, 0]]);
  else if (shape === "triangle") corners([[0, -1.04], [1.15, 0.95], [-1.15, 0.95]]);
  else if (shape === "triangleDown") corners([[0, 1.04], [1.15, -0.95], [-1.15, -0.95]]);
  else if (shape === "hexagon") round(6, 0, () => 1);
  else if (shape === "star") round(10, -Math.PI / 2, (i) => (i % 2 ? 0.55 : 1.15));
  else c.arc(x, y, r, 0, 2 * Math.PI);
}

function rebuild() {
  // Width by the number of joint papers, in three steps; what is inferred is dashed.
  const classes = [[1, []], [2, []], [3.5, []], [1, [5, 4]]].map(([width, dash]) => ({ width, dash, list: [] }));
  let chunk = classes.map(() => null), filled = classes.map(() => 0);
  edges.forEach((e, i) => {
    if (!edgeShown[i]) return;
    const k = e.inferred ? 3 : (e.n || 1) > 3 ? 2 : (e.n || 1) > 1 ? 1 : 0;
    if (!chunk[k] || filled[k] === CHUNK) { chunk[k] = new Path2D(); filled[k] = 0; classes[k].list.push(chunk[k]); }
    const a = nodes[e.from], b = nodes[e.to];
    chunk[k].moveTo(a.x, a.y);
    chunk[k].lineTo(b.x, b.y);
    filled[k]++;
  });
  paths = classes;
  // Many lines over each other would be a black spot.
  faint = Math.max(0.12, Math.min(1, Math.sqrt(1200 / (1 + edgeShown.reduce((a, b) => a + b, 0)))));
}
const rank = () => { ranked = nodes.map((n) => n.id).sort((a, b) => (data.centre.includes(b) - data.centre.includes(a)) || sizeOf(nodes[b]) - sizeOf(nodes[a]) || a - b); };

function under(c) {
  board = c.canvas;
  const scale = network.getScale(), t = theme();
  for (const [x] of data.axis) {
    const [top, bottom] = [network.DOMtoCanvas({ x: 0, y: 0 }).y, network.DOMtoCanvas({ x: 0, y: holder.clientHeight }).y];
    c.strokeStyle = t.axis; c.lineWidth = 1 / scale;
    c.beginPath(); c.moveTo(x, top); c.lineTo(x, bottom); c.stroke();
  }
  if (moving && edges.length > MANY) return;
  c.strokeStyle = t.line;
  c.globalAlpha = faint;
  for (const p of paths) {
    c.lineWidth = p.width / scale;
    c.setLineDash(p.dash.map((d) => d / scale));
    for (const path of p.list) c.stroke(path);
  }
  c.setLineDash([]);
  c.globalAlpha = 1;
}

const LONG = measure === "people" ? 28 : 38;
const widths = new Map(), CELL = 48, SURE_OF_A_NAME = measure === "people" ? 0 : 6, HIGH = 15;
function captions(c, ids, most, taken, marks) {
  // Names at a constant size, by rank: none over another name, and but for the first few none over a node.
  const t = theme(), wide = holder.clientWidth, high = holder.clientHeight, scale = network.getScale();
  const ratio = c.canvas.width / (c.canvas.clientWidth || wide), middle = network.getViewPosition();
  const at = (n) => [(n.x - middle.x) * scale + wide / 2, (n.y - middle.y) * scale + high / 2, sizeOf(n) * scale];
  const grid = new Map();
  for (const id of marks) {
    if (!nodeShown[id]) continue;
    const p = at(nodes[id]), key = Math.floor(p[0] / CELL) + ":" + Math.floor(p[1] / CELL);
    if (!grid.has(key)) grid.set(key, []);
    grid.get(key).push([id, ...p]);
  }
  const overNode = (box, own) => {
    for (let x = Math.floor(box[0] / CELL) - 1; x <= Math.floor(box[1] / CELL) + 1; x++) for (let y = Math.floor(box[2] / CELL) - 1; y <= Math.floor(box[3] / CELL) + 1; y++)
      for (const [id, px, py, r] of grid.get(x + ":" + y) || []) if (id !== own && px + r > box[0] && px - r < box[1] && py + r > box[2] && py - r < box[3]) return true;
    return false;
  };
  c.save();
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.font = "12px system-ui, sans-serif"; c.textAlign = "center"; c.textBaseline = "top"; c.lineJoin = "round";
  let drawn = 0, tried = 0;
  for (const id of ids) {
    if (drawn >= most || tried > 900) break;
    if (!nodeShown[id]) continue;
    const n = nodes[id], [x, y, r] = at(n), text = clip(straight(n.label), LONG);
    if (x < 0 || x > wide || y < 0 || y > high) continue;
    tried++;
    if (!widths.has(text)) widths.set(text, c.measureText(text).width);
    const w = widths.get(text) + 6;
    const places = [[x - w / 2, y + r + 3], [x - w / 2, y - r - 3 - HIGH], [x + r + 2, y - HIGH / 2], [x - r - 2 - w, y - HIGH / 2]].map(([a, b], k) => (k < 2 ? [Math.max(0, Math.min(a, wide - w)), b] : [a, b])).map(([a, b]) => [a, a + w, b, b + HIGH]);
    const boxes = places.filter((b) => b[0] >= 0 && b[1] <= wide && b[2] >= 0 && b[3] <= high && !taken.some((o) => b[0] < o[1] && b[1] > o[0] && b[2] < o[3] && b[3] > o[2]));
    const box = boxes.find((b) => !overNode(b, id)) || (drawn < SURE_OF_A_NAME ? boxes.find((b) => places.indexOf(b) < 2) : undefined);
    if (!box) continue;
    taken.push(box);
    c.strokeStyle = t.paper; c.lineWidth = 3.5; c.strokeText(text, (box[0] + box[1]) / 2, box[2] + 1);
    c.fillStyle = t.ink; c.fillText(text, (box[0] + box[1]) / 2, box[2] + 1);
    drawn++;
  }
  c.restore();
}
function yearLine(c) {
  const ratio = c.canvas.width / (c.canvas.clientWidth || holder.clientWidth), t = theme(), middle = network.getViewPosition(), scale = network.getScale(), boxes = [];
  c.save();
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.font = "bold 12px system-ui, sans-serif"; c.textBaseline = "top";
  for (const [at, text] of data.axis) {
    const x = (at - middle.x) * scale + holder.clientWidth / 2 + 4, end = x + c.measureText(text).width + 6;
    if (boxes.some((b) => x < b)) continue;
    boxes.push(end);
    c.strokeStyle = t.paper; c.lineWidth = 4; c.strokeText(text, x, 6);
    c.fillStyle = t.ink; c.fillText(text, x, 6);
  }
  c.restore();
  return data.axis.length ? [[0, holder.clientWidth, 0, 24]] : [];
}
function numbers(c) {
  // A bubble's number stands in it, so that each can be told even where its name has no room.
  c.font = "bold 22px system-ui, sans-serif"; c.textAlign = "center"; c.textBaseline = "middle"; c.fillStyle = "#ffffff";
  for (const n of nodes) if (nodeShown[n.id]) c.fillText(n.label.split(" ")[0], n.x, n.y);
}
const mostLabels = () => Math.min(MOST_LABELS, Math.floor((holder.clientWidth * holder.clientHeight) / 7000));
function above(c) {
  const focus = chosen.hover ?? chosen.node;
  const taken = yearLine(c);
  if (measure === "people") numbers(c);
  if (focus === null && chosen.edge === null) captions(c, ranked, mostLabels(), taken, ranked);
  highlight();
}

function arrow(c, a, b, r, scale) {
  const t = Math.atan2(b.y - a.y, b.x - a.x), x = b.x - Math.cos(t) * r, y = b.y - Math.sin(t) * r, long = 9 / scale;
  c.beginPath();
  c.moveTo(x, y);
  c.lineTo(x - long * Math.cos(t - 0.4), y - long * Math.sin(t - 0.4));
  c.lineTo(x - long * Math.cos(t + 0.4), y - long * Math.sin(t + 0.4));
  c.closePath();
  c.fill();
}
function highlight() {
  // A second canvas: a veil over all, and what is chosen with its neighbours on it; the drawing below is not touched.
  const ratio = board ? board.width / (board.clientWidth || 1) : 1, wide = holder.clientWidth, high = holder.clientHeight;
  if (over.width !== Math.round(wide * ratio) || over.height !== Math.round(high * ratio)) { over.width = Math.round(wide * ratio); over.height = Math.round(high * ratio); }
  const c = over.getContext("2d"), focus = chosen.hover ?? chosen.node, t = theme();
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.clearRect(0, 0, over.width, over.height);
  const list = focus !== null ? near[focus].filter((i) => edgeShown[i]) : chosen.edge !== null ? [chosen.edge] : null;
  if (!list) return;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.fillStyle = t.veil;
  c.fillRect(0, 0, wide, high);
  const scale = network.getScale(), middle = network.getViewPosition();
  c.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * (wide / 2 - middle.x * scale), ratio * (high / 2 - middle.y * scale));
  const ends = new Set(focus !== null ? [focus] : []);
  c.strokeStyle = t.ink; c.fillStyle = t.ink; c.globalAlpha = list.length > 60 ? 0.45 : 0.8;
  for (const i of list) {
    const e = edges[i], a = nodes[e.from], b = nodes[e.to];
    ends.add(e.from).add(e.to);
    c.lineWidth = Math.min(6, 1 + Math.sqrt(e.n || 1)) / scale;
    c.setLineDash(e.inferred ? [5 / scale, 4 / scale] : []);
    c.beginPath(); c.moveTo(a.x, a.y); c.lineTo(b.x, b.y); c.stroke();
    if (relationOf(e)[1] && list.length <= 200) arrow(c, a, b, sizeOf(b) + 1, scale);
  }
  c.setLineDash([]);
  c.globalAlpha = 1;
  for (const id of ends) {
    const n = nodes[id];
    c.fillStyle = colourOf(n); c.strokeStyle = id === focus ? t.ink : t.paper; c.lineWidth = (id === focus ? 3 : 1) / scale;
    c.beginPath(); trace(c, n.shape, n.x, n.y, sizeOf(n)); c.fill(); c.stroke();
  }
  c.setTransform(1, 0, 0, 1, 0, 0);
  const order = [...ends].sort((a, b) => (b === focus) - (a === focus) || sizeOf(nodes[b]) - sizeOf(nodes[a]) || a - b);
  captions(c, order, mostLabels(), yearLine(c), order);
}

function edgeAt(x, y) {
  // The visible edge nearest to a point of the drawing, within a few pixels.
  let best = null, least = NEAR / network.getScale();
  edges.forEach((e, i) => {
    if (!edgeShown[i]) return;
    const a = nodes[e.from], b = nodes[e.to], dx = b.x - a.x, dy = b.y - a.y, long = dx * dx + dy * dy || 1;
    const s = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / long)), far = Math.hypot(a.x + s * dx - x, a.y + s * dy - y);
    if (far < least) { least = far; best = i; }
  });
  return best;
}
const redraw = () => network.redraw();
function repaint() {
  rank();
  dots.update(nodes.map(visNode));
}
const seen = (scale) => Math.min(30, 2.6 / scale);
function fitting() {
  // About the scale at which all fits, known before anything is drawn: so sizes need not be changed at once.
  const reach = (of) => nodes.reduce(([a, b], n) => [Math.min(a, of(n)), Math.max(b, of(n))], [Infinity, -Infinity]);
  const [[x0, x1], [y0, y1]] = [reach((n) => n.x), reach((n) => n.y)];
  return Math.min(1.6, holder.clientWidth / (x1 - x0 + 60), holder.clientHeight / (y1 - y0 + 60)) * 0.97;
}
function sized() {
  // Sizes follow the zoom only where nodes would be too small to see, and only when it has changed by a good deal.
  const wanted = seen(network.getScale());
  if (Math.abs(wanted - least) > 0.15 * Math.max(wanted, 5)) { least = wanted; dots.update(nodes.map((n) => ({ id: n.id, size: sizeOf(n) }))); }
}
const fit = () => network.fit({ animation: still.matches || !document.body.dataset.ready ? false : { duration: 250 }, maxZoomLevel: 1.6 });

function startDrawing() {
  least = seen(fitting());
  dots = new vis.DataSet(nodes.map(visNode));
  network = new vis.Network(holder, { nodes: dots, edges: new vis.DataSet([]) }, {
    physics: false, layout: { improvedLayout: false }, interaction: { hover: true, keyboard: false, multiselect: false, selectConnectedEdges: false, tooltipDelay: 1e9 },
    nodes: { chosen: false, borderWidth: 1, borderWidthSelected: 1 },
  });
  over.className = "over";
  over.setAttribute("aria-hidden", "true");
  holder.append(over);
  network.on("beforeDrawing", under);
  network.on("afterDrawing", above);
  network.on("dragStart", (p) => { moving = true; if (p.nodes.length) chosen.hover = null; });
  network.on("dragging", (p) => {
    for (const id of p.nodes) { const at = network.getPosition(id); nodes[id].x = at.x; nodes[id].y = at.y; }
    if (p.nodes.length && edges.length <= MANY) rebuild();
  });
  network.on("dragEnd", (p) => { moving = false; if (p.nodes.length) rebuild(); redraw(); });
  network.on("hoverNode", (p) => { chosen.hover = p.node; holder.style.cursor = "pointer"; previewed(p.node); redraw(); });
  let resting = null;
  network.on("zoom", () => { clearTimeout(resting); resting = setTimeout(sized, 150); });
  network.on("animationFinished", sized);
  holder.addEventListener("pointerleave", () => { if (chosen.hover !== null) { chosen.hover = null; redraw(); } });
  network.on("blurNode", () => { chosen.hover = null; holder.style.cursor = ""; redraw(); });
  network.on("click", (p) => {
    const id = network.getNodeAt(p.pointer.DOM);
    if (id !== undefined) return pressed(id);
    const at = edgeAt(p.pointer.canvas.x, p.pointer.canvas.y);
    if (at !== null) chooseEdge(at); else chooseNothing();
  });
  network.once("afterDrawing", () => { document.body.dataset.ready = "1"; });
}
