// What the page was given, and what is chosen now. Text is only ever set by textContent, links only after their scheme was looked at.
const $ = (id) => document.getElementById(id);
const read = (id) => JSON.parse($(id).textContent);
const data = read("data"), nodes = read("nodes"), edges = read("edges");
const kindOf = (n) => data.kinds[n.k][0];
const relationOf = (e) => data.relations[e.k];
const words = (relation) => relation.replace("CO_", "CO-").replaceAll("_", " ").toLowerCase();
// The same relations seen from their other end.
const TURNED = { AUTHORED: "authored by", PROPOSES: "proposed by", USES: "used by", COMPARES_WITH: "compared with by", INTRODUCES: "introduced by", EVALUATES_ON: "evaluated on by", ADDRESSES: "addressed by",
  REPORTS: "reported by", HAS_CODE: "code of", IN_CATEGORY: "papers in it", AFFILIATED_WITH: "people", PUBLISHED_IN: "papers in it", CITES: "cited by", IMPLEMENTS: "implemented by", EVALUATED_ON: "methods evaluated on it" };
// Marks that turn the direction of text round would let a name pose as another.
const straight = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
const counted = (n, what) => n + " " + what + (n === 1 ? "" : "s");

// What the number beside a node counts.
const measure = data.kinds[0][0] === "Community" ? "people" : "papers";

// By whole characters: a letter of two code units is not cut in two.
const clip = (text, n) => (text.length > n && [...text].length > n ? [...text].slice(0, n - 1).join("").trimEnd() + "…" : text);

for (const n of nodes) n.shape = data.kinds[n.k][2];
for (const e of edges) {
  if (!e.n) continue;
  e.w ??= e.n;
  const known = e.p.map((p) => data.papers[p][1]).filter(Boolean);
  if (!e.y && known.length) e.y = [Math.min(...known), Math.max(...known)];
}
const near = nodes.map(() => []);
edges.forEach((e, i) => { near[e.from].push(i); near[e.to].push(i); });
const other = (i, n) => (edges[i].from === n ? edges[i].to : edges[i].from);
const byKey = new Map(nodes.map((n) => [n.key, n.id]));

// What papers say of a node, and of a node in one paper.
const claimsOf = nodes.map(() => []), claimAt = new Map();
data.claims.forEach((c, i) => { claimsOf[c[1]].push(i); claimAt.set(c[0] + ":" + c[1], i); });

const dated = nodes.filter((n) => n.y0 !== undefined);
const years = dated.length ? [Math.min(...dated.map((n) => n.y0)), Math.max(...dated.map((n) => n.y1))] : null;
const noRelations = () => new Set(data.relations.flatMap((r, i) => (r[2] ? [i] : [])));
const filters = { kinds: new Set(), relations: noRelations(), from: years ? years[0] : 0, to: years ? years[1] : 0, degree: 0, sure: 0 };
const look = { colour: data.colour === "community" && data.groups.length ? "community" : "type", size: "papers", dark: matchMedia("(prefers-color-scheme: dark)").matches };
const chosen = { node: null, edge: null, hover: null };
const still = matchMedia("(prefers-reduced-motion: reduce)");

const nodeShown = new Uint8Array(nodes.length).fill(1), edgeShown = new Uint8Array(edges.length).fill(1);
const degree = new Int32Array(nodes.length);

const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b59f00", "#56b4e9", "#7f5fa8", "#a6761d", "#8d3b72"];
// From dark to light by year, and the same hues lighter for a dark page.
const RAMPS = { light: ["#440154", "#3b528b", "#21918c", "#5ec962", "#e8d320"], dark: ["#b79fe8", "#7fa9e6", "#45c1b4", "#8fdc72", "#f5e663"] };
const ramp = () => (look.dark ? RAMPS.dark : RAMPS.light);
const REST = "#8a8f99";
const theme = () => look.dark
  ? { paper: "#14171d", ink: "#e6e8ee", line: "rgba(165,175,195,.34)", veil: "rgba(20,23,29,.82)", axis: "rgba(165,175,195,.22)" }
  : { paper: "#fbfbf9", ink: "#1d2330", line: "rgba(70,80,100,.30)", veil: "rgba(251,251,249,.82)", axis: "rgba(70,80,100,.16)" };

function colourOf(n) {
  if (look.colour === "community") return n.g !== undefined && n.g < PALETTE.length ? PALETTE[n.g] : REST;
  if (look.colour === "year") {
    if (n.y0 === undefined) return REST;
    const span = years[1] - years[0] || 1;
    return ramp()[Math.min(4, Math.floor(((n.y0 - years[0]) / span) * 5))];
  }
  return data.kinds[n.k][1];
}
// However far the view is zoomed out, a node is to be seen.
let least = 0;
function sizeOf(n) {
  const by = look.size === "degree" ? degree[n.id] : n.n;
  return Math.max(least, ownSize(by));
}
function ownSize(by) {
  return measure === "people" ? Math.min(60, 8 + 4 * Math.sqrt(by)) : Math.min(24, 5 + 2.6 * Math.sqrt(by));
}
function el(tag, text, parent, className) {
  const x = document.createElement(tag);
  if (text !== undefined && text !== null) x.textContent = text;
  if (className) x.className = className;
  if (parent) parent.append(x);
  return x;
}
function button(text, parent, act, className) {
  const b = el("button", text, parent, className);
  b.type = "button";
  b.addEventListener("click", act);
  return b;
}
