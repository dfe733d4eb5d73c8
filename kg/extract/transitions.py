"""spaCy's transition-based name recogniser, run with numpy: words from the left, each begins a name, goes on with one, ends it, is one, or is outside.

Outside a name the choice depends on the word alone, so that all words are scored at once; only inside a name it depends on where that
began (Lample et al., "Neural architectures for named entity recognition", NAACL 2016, has the scheme; the state's three words are spaCy's:
this one, the name's first, the one before). The names are those of spaCy's own loop, an order of magnitude faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spacy.language import Language

Name = tuple[int, int, str]  # first word, word behind the last, kind


@dataclass(frozen=True)
class Transitions:
    """The weights of spaCy's transition-based parser, for reading names off encoded words without its bookkeeping."""

    reduce: np.ndarray  # (width, hidden)
    reduce_bias: np.ndarray
    lower: np.ndarray  # (hidden, 3 · pieces · hidden): what a word gives as this one, as the name's first, as the one before
    bias: np.ndarray  # (pieces · hidden)
    nothing: np.ndarray  # (3, pieces · hidden): where there is no such word
    upper: np.ndarray  # (hidden, moves)
    upper_bias: np.ndarray
    outside: tuple[tuple[str, str], ...]  # (move, kind) of the moves that are open outside a name
    columns: np.ndarray  # of those moves
    inside: dict[str, tuple[int, int]]  # by kind, the columns of going on and of ending

    def names(self, encoded: np.ndarray, spaces: np.ndarray) -> list[Name]:
        """The names in a text whose encoded words are given, shape (words, width); no name begins at a word of `spaces`."""
        if not len(encoded):
            return []
        given = ((encoded @ self.reduce + self.reduce_bias) @ self.lower).reshape(len(encoded), 3, -1)
        alone = self._hidden(given[:, 0] + (self.nothing[1] + self.nothing[2] + self.bias)) @ self.upper[:, self.columns] + self.upper_bias[self.columns]
        begins = np.array([move == "B" for move, _ in self.outside])
        alone[-1, begins] = -np.inf
        alone[spaces, :-1] = -np.inf  # the last is to stay outside
        moves = alone.argmax(axis=1).tolist()
        names, i = [], 0
        while i < len(moves):
            move, kind = self.outside[moves[i]]
            end = self._end(given, i, kind) if move == "B" else i + 1
            if move != "O":
                names.append((i, end, kind))
            i = end
        return names

    def _end(self, given: np.ndarray, start: int, kind: str) -> int:
        """The word behind the last of the name that begins at `start`."""
        on, last = self.inside[kind]
        for i in range(start + 1, len(given) - 1):
            hidden = self._hidden(given[i, 0] + given[start, 1] + given[i - 1, 2] + self.bias)
            if hidden @ self.upper[:, last] + self.upper_bias[last] >= hidden @ self.upper[:, on] + self.upper_bias[on]:
                return i + 1
        return len(given)

    def _hidden(self, summed: np.ndarray) -> np.ndarray:
        """The greatest of each unit's pieces, which stand piece by piece."""
        width = len(self.upper)
        best = summed[..., :width]
        for at in range(width, summed.shape[-1], width):
            best = np.maximum(best, summed[..., at : at + width])
        return best


def of(nlp: Language) -> Transitions:
    """The trained `ner` of a pipeline."""
    ner: Any = nlp.get_pipe("ner")
    reduce = next(x for x in ner.model.get_ref("tok2vec").walk() if x.name == "linear")
    lower, upper = ner.model.get_ref("lower"), ner.model.get_ref("upper")
    by_piece = lambda array: np.ascontiguousarray(np.moveaxis(array, 2, 1))  # (3, hidden, pieces, …) piece by piece
    w = by_piece(lower.get_param("W"))
    features, wide = w.shape[0], w.shape[-1]
    moves = [tuple(ner.moves.get_class_name(i).partition("-")[::2]) for i in range(ner.moves.n_moves)]
    open_ = sorted((i for i, (move, kind) in enumerate(moves) if move == "O" or (move in "BU" and kind)), key=lambda i: moves[i][0] == "O")
    return Transitions(
        reduce.get_param("W").T.copy(), reduce.get_param("b"), np.ascontiguousarray(w.reshape(-1, wide).T), lower.get_param("b").T.reshape(-1),
        by_piece(lower.get_param("pad")[0]).reshape(features, -1), np.ascontiguousarray(upper.get_param("W").T), upper.get_param("b"),
        tuple(moves[i] for i in open_), np.array(open_), {kind: (moves.index(("I", kind)), moves.index(("L", kind))) for _, kind in moves if kind},
    )  # fmt: skip
