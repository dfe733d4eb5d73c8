"""How long the resolution of names takes as their number grows: python -m tests.bench.name_resolution [COUNT …]

Names are made up of the words that names are made of, each in one to four spellings; half of them with an acronym. Prints seconds on one
core, and the growth from each count to the next: linear is 1.0, quadratic is the ratio of the counts.
"""

from __future__ import annotations

import random
import sys
import time

from kg.model import Kind, Mention
from kg.resolve import resolve_names

WORDS = "graph neural network adaptive sparse contrastive diffusion latent temporal causal robust federated kernel spectral bayesian variational recurrent attention pruning policy world token flow prompt".split()


def names(count: int) -> list[Mention]:
    """`count` mentions of about half as many things."""
    rng, out = random.Random(0), []
    while len(out) < count:
        words = rng.sample(WORDS, rng.randint(2, 4))
        stem = "".join(w[:2] for w in words).capitalize() + str(rng.randint(1, 10_000))
        for form in rng.sample(
            [" ".join(words).title() + f" {stem[-3:]}", " ".join(words) + f" {stem[-3:]}s", f"{stem}Net", f"{stem}-Net", f"{stem}Nets"], rng.randint(1, 4)
        ):
            aliases = ("".join(w[0] for w in words).upper(),) if " " in form and rng.random() < 0.5 else ()
            out.append(Mention(f"e{len(out) // 5}", Kind.METHOD, form, aliases, None, "used", 1.0, "source", ()))
    return out[:count]


def main(counts: list[int]) -> None:
    resolve_names(names(1000))
    before = None
    for n in counts:
        made = names(n)
        start = time.process_time()
        things, _ = resolve_names(made)
        took = time.process_time() - start
        growth = f", {took / before[1] / (n / before[0]):.2f} of linear growth" if before else ""
        print(f"{n:,} names, {len(things):,} things: {took:.1f} s{growth}")
        before = n, took


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]] or [10_000, 30_000, 100_000])
