// The search box: names and other forms, accents folded; arrows choose, Enter opens, Esc lets go.
const plainText = (s) => s.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const MOST_HITS = 12;
let haystack = null, hits = [], at = -1;

function find(text) {
  const word = plainText(text.trim());
  if (!word) return [];
  haystack ??= nodes.map((n) => [plainText(n.label), [n.long, ...(n.also || [])].filter(Boolean).map(plainText)]);
  const score = ([name, forms]) => name === word ? 0 : name.startsWith(word) ? 1 : forms.some((f) => f === word) ? 1 : name.includes(" " + word) ? 2 : name.includes(word) ? 3 : forms.some((f) => f.includes(word)) ? 4 : 9;
  return nodes.map((n) => [score(haystack[n.id]), n]).filter(([s]) => s < 9)
    .sort((a, b) => a[0] - b[0] || nodeShown[b[1].id] - nodeShown[a[1].id] || b[1].n - a[1].n || a[1].id - b[1].id).slice(0, MOST_HITS).map(([, n]) => n.id);
}
function showHits() {
  const box = $("hits"), input = $("search");
  box.replaceChildren();
  hits.forEach((id, k) => {
    const n = nodes[id], li = el("li", undefined, box);
    li.id = "hit-" + k;
    li.setAttribute("role", "option");
    li.setAttribute("aria-selected", String(k === at));
    el("span", clip(straight(n.label), 90), li);
    el("small", " " + kindOf(n) + (n.y0 !== undefined ? " · " + n.y0 : "") + (nodeShown[id] ? "" : " · hidden"), li);
    li.addEventListener("pointerdown", (event) => { event.preventDefault(); take(k); });
  });
  if (!hits.length && input.value.trim()) el("li", "Nothing has that name.", box, "quiet");
  box.hidden = !input.value.trim();
  input.setAttribute("aria-expanded", String(!box.hidden));
  if (at >= 0) { input.setAttribute("aria-activedescendant", "hit-" + at); $("hit-" + at).scrollIntoView({ block: "nearest" }); } else input.removeAttribute("aria-activedescendant");
}
function close() {
  $("hits").hidden = true;
  $("search").setAttribute("aria-expanded", "false");
  $("search").removeAttribute("aria-activedescendant");
}
function take(k) {
  const id = hits[k];
  if (id === undefined) return;
  $("search").value = nodes[id].label;
  close();
  choose(id);
  // Arrow keys then go to neighbours.
  (holder.hidden ? $("search") : holder).focus({ preventScroll: true });
}
function startSearch() {
  const input = $("search");
  input.addEventListener("input", () => { hits = find(input.value); at = hits.length ? 0 : -1; showHits(); });
  input.addEventListener("focus", () => { if (input.value.trim()) { hits = find(input.value); at = hits.length ? 0 : -1; showHits(); } });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (k) => {
    if (k.key === "ArrowDown" || k.key === "ArrowUp") {
      k.preventDefault();
      if (hits.length) at = (at + (k.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length;
      showHits();
    } else if (k.key === "Enter") { k.preventDefault(); take(Math.max(at, 0)); }
    else if (k.key === "Escape") { k.stopPropagation(); if ($("hits").hidden) { input.value = ""; input.blur(); chooseNothing(); } else close(); }
  });
}
