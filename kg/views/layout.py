"""Places for nodes: whole numbers, the same for the same graph. Communities are laid out by themselves and then put beside each other, so that thousands of nodes take seconds."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import networkx as nx
import numpy as np

from kg.analysis.communities import SEED, communities

SPACE = 46.0  # the side of a node's share of the plane
LEAF = 120  # so many nodes are laid out in one piece; the time of that grows with their square
Link = tuple[str, str]


def layout(ids: Iterable[str], links: Iterable[Link], space: float = SPACE) -> dict[str, tuple[int, int]]:
    """A place for each node: connected components by themselves, the largest first, the others in rows below it."""
    graph = nx.Graph()
    graph.add_nodes_from(sorted(ids))
    graph.add_edges_from(sorted({(min(e), max(e)) for e in links if e[0] != e[1]}))
    parts = sorted((sorted(c) for c in nx.connected_components(graph)), key=lambda c: (-len(c), c[0]))
    spread = [_spread(part, list(graph.subgraph(part).edges)) for part in parts]
    sizes = [(at.max(axis=0) - at.min(axis=0)) * space + space * 1.8 for at in spread]
    places: dict[str, tuple[int, int]] = {}
    for part, at, corner in zip(parts, spread, _shelves(sizes)):
        for i, place in zip(part, (at - at.min(axis=0) + 0.9) * space + corner):
            places[i] = (round(float(place[0])), round(float(place[1])))
    return _apart(places)


def _shelves(sizes: Sequence[np.ndarray]) -> list[tuple[float, float]]:
    """Upper left corners of boxes, the first the largest: the others in rows to the right of it, then below it, so that all is about as wide as a screen."""
    if not sizes:
        return []
    wide, high = map(float, sizes[0])
    width = max(wide, 1.3 * math.sqrt(sum(float(w * h) for w, h in sizes)))
    if width - wide < max((float(w) for w, _ in sizes[1:]), default=0.0):
        width = max(width, wide + max((float(w) for w, _ in sizes[1:3]), default=0.0)) if len(sizes) < 6 else width
    corners = [(0.0, 0.0)]
    x, y, row = wide, 0.0, 0.0
    for w, h in sizes[1:]:
        left = wide if y < high - 1 else 0.0
        if x + w > width + 1:
            y, row = y + row, 0.0
            if left and (y + h > high + 1 or wide + w > width + 1):
                y = high
            left = wide if y < high - 1 else 0.0
            x = left
        corners.append((x, y))
        x, row = x + float(w), max(row, float(h))
    return corners


def _spread(members: Sequence[str], links: Sequence[Link]) -> np.ndarray:
    """Places round the origin, on a disc whose area is the number of members."""
    groups = communities(members, ((a, b, 1.0) for a, b in links)) if len(members) > LEAF else [members]
    if len(groups[0]) > 0.9 * len(members):
        return _leaf(members, links)
    group_of = {i: g for g, group in enumerate(groups) for i in group}
    inside: dict[int, list[Link]] = defaultdict(list)
    between: dict[Link, float] = defaultdict(float)
    for a, b in links:
        g, h = sorted((group_of[a], group_of[b]))
        if g == h:
            inside[g].append((a, b))
        else:
            between[str(g), str(h)] += 1.0
    radii = np.array([_radius(len(g)) + 0.4 for g in groups])
    names = [str(g) for g in range(len(groups))]
    middles = _discs(_forces(names, list(between), between) * _radius(len(members)), radii)
    outward: dict[str, complex] = defaultdict(complex)
    for a, b in links:
        if group_of[a] != group_of[b]:
            way = complex(*(middles[group_of[b]] - middles[group_of[a]]))
            outward[a] += way / abs(way)
            outward[b] -= way / abs(way)
    row = {i: n for n, i in enumerate(members)}
    at = np.zeros((len(members), 2))
    for g, group in enumerate(groups):
        at[[row[i] for i in group]] = _turned(_spread(group, inside[g]), np.array([outward[i] for i in group])) + middles[g]
    return at - at.mean(axis=0)


def _radius(n: int) -> float:
    return math.sqrt(n / math.pi)


def _forces(members: Sequence[str], links: Sequence[Link], weights: dict[Link, float]) -> np.ndarray:
    """Fruchterman and Reingold's places (1991, NetworkX, seeded), scaled to the unit disc; ForceAtlas2's (Jacomy et al. 2014) above 400 nodes."""
    if len(members) == 1:
        return np.zeros((1, 2))
    graph = nx.Graph()
    graph.add_nodes_from(members)
    graph.add_weighted_edges_from((a, b, math.sqrt(weights.get((a, b), 1.0))) for a, b in links)
    found = nx.spring_layout(graph, seed=SEED, iterations=80, weight="weight") if len(members) <= 400 else nx.forceatlas2_layout(graph, max_iter=60, seed=SEED)
    at = np.array([found[i] for i in members])
    at = at - at.mean(axis=0)
    far = np.sort(np.hypot(*at.T))
    # A few nodes far out must not press the others together: what lies beyond the usual is drawn in.
    reach = far[int(0.95 * (len(far) - 1))] or far[-1] or 1.0
    length = np.maximum(np.hypot(*at.T), 1e-9)
    return at / reach * np.minimum(1.0, (1 + 0.15 * np.log(np.maximum(length / reach, 1.0))) * reach / length)[:, None]


def _leaf(members: Sequence[str], links: Sequence[Link]) -> np.ndarray:
    """A piece laid out by forces, in which no two of up to 400 nodes touch."""
    at = _forces(members, links, {}) * _radius(len(members))
    return _discs(at, np.full(len(members), 0.36), 60, 0.0) if len(members) <= 400 else at


def _discs(at: np.ndarray, radii: np.ndarray, rounds: int = 300, pull: float = 0.015) -> np.ndarray:
    """Middles moved until discs of these radii do not overlap; for the first half of the rounds they are drawn together too."""
    at = at.copy()
    need = radii[:, None] + radii[None, :]
    np.fill_diagonal(need, 0.0)
    for n in range(rounds):
        if n < rounds // 2:
            at *= 1 - pull
        gap = at[:, None, :] - at[None, :, :]
        far = np.maximum(np.hypot(gap[..., 0], gap[..., 1]), 1e-6)
        over = np.maximum(need - far, 0.0)
        if (not pull or n >= rounds // 2) and over.max() < 0.05:
            break
        # The lighter of two discs gives way.
        share = radii[None, :] ** 2 / (radii[:, None] ** 2 + radii[None, :] ** 2)
        at += (gap / far[..., None] * (over * share)[..., None]).sum(axis=1) * 0.7
    return at


def _turned(at: np.ndarray, outward: np.ndarray) -> np.ndarray:
    """Places turned round the origin so that members lie on the side where their neighbours outside are."""
    if not outward.any():
        return at
    z = at[:, 0] + 1j * at[:, 1]
    turn = np.vdot(z, outward)
    z = z * (turn / abs(turn)) if abs(turn) > 1e-9 else z
    return np.column_stack((z.real, z.imag))


def _apart(places: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """No two nodes in one place: the second moves right to the next that is free."""
    taken: set[tuple[int, int]] = set()
    out = {}
    for i, (x, y) in places.items():
        while (x, y) in taken:
            x += 4
        taken.add((x, y))
        out[i] = (x, y)
    return out
