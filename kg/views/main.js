// The order in which things start, light and dark, keys, and the address.
function light() {
  document.documentElement.dataset.theme = look.dark ? "dark" : "light";
  $("theme").setAttribute("aria-pressed", String(look.dark));
}
function step(dx, dy) {
  // From the chosen node to the neighbour that lies most in that direction; without one the view moves.
  if (chosen.node !== null) {
    const from = nodes[chosen.node];
    const found = near[chosen.node].filter((i) => edgeShown[i]).map((i) => nodes[other(i, chosen.node)])
      .map((n) => [((n.x - from.x) * dx + (n.y - from.y) * dy) / (Math.hypot(n.x - from.x, n.y - from.y) || 1), n]).filter(([c]) => c > 0.3).sort((a, b) => b[0] - a[0])[0];
    if (found) choose(found[1].id);
    return;
  }
  const p = network.getViewPosition(), scale = network.getScale();
  network.moveTo({ position: { x: p.x + (dx * 80) / scale, y: p.y + (dy * 80) / scale }, animation: false });
}
const zoom = (by) => { network.moveTo({ scale: network.getScale() * by, animation: false }); sized(); };
const KEYS = { ArrowLeft: () => step(-1, 0), ArrowRight: () => step(1, 0), ArrowUp: () => step(0, -1), ArrowDown: () => step(0, 1), "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: fit };
function openAddress() {
  const wanted = byKey.get(new URLSearchParams(location.hash.slice(1)).get("n"));
  if (wanted !== undefined) choose(wanted);
}

light();
if (matchMedia("(max-width: 760px)").matches) $("controls").open = false;
startFilters();
rank();
startDrawing();
rebuild();
startSearch();
startSaving();
hint();
fit();
sized();
tell();
$("fit").addEventListener("click", fit);
const relit = (dark) => { look.dark = dark; light(); colourKey(); repaint(); redraw(); };
$("theme").addEventListener("click", () => relit(!look.dark));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (m) => relit(m.matches));
document.addEventListener("keydown", (k) => {
  if (k.ctrlKey || k.metaKey || k.altKey) return;
  const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement && document.activeElement.tagName);
  if (k.key === "/" && document.activeElement !== $("search")) { k.preventDefault(); $("search").focus(); $("search").select(); }
  else if (k.key === "Escape") chooseNothing();
  else if (KEYS[k.key] && document.activeElement === holder) { k.preventDefault(); KEYS[k.key](); }
  else if (k.key === "0" && !typing) fit();
});
addEventListener("hashchange", openAddress);
openAddress();
