"""The recogniser: how likely each word of a text belongs to a name of which kind.

It is trained with spaCy (kg.extract.training: hash embeddings and floret vectors, a convolutional encoder, a tagger beside a span
recogniser). Here its trained layers are run with numpy: what depends on the word alone is computed once a word, the rest once a text. The
answer for a text depends on nothing but that text, to the last bit: matrix products over several texts at once would not promise that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from kg.extract import transitions

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

KINDS = ("Method", "Dataset", "Benchmark", "Task", "Metric")
TAGS = ("O", *(f"{edge}-{kind}" for edge in "BI" for kind in KINDS))
KNOWN_WORDS = 100_000  # remembered at once; 40 MB
# "YOLOv5-based" is a name and a word; "S1-VL-32B." at the end of a sentence is a name and a full stop.
_INFIX = r"(?<=[A-Za-z0-9])[-–](?=(?:based|like|style|driven|powered|guided|enhanced|trained|level|inspired|specific|type)\b)"
_SUFFIX = r"(?<=[A-Za-z0-9][A-Z0-9])\."


@dataclass(frozen=True)
class Layer:
    """A convolution over a word and its two neighbours: maxout, layer normalisation, added to what came in (spaCy's MaxoutWindowEncoder)."""

    weights: np.ndarray  # (3 · width, pieces · width), piece by piece
    bias: np.ndarray
    gain: np.ndarray
    shift: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        n, width = x.shape
        window = np.zeros((n, 3 * width), dtype=np.float32)
        window[1:, :width] = x[:-1]
        window[:, width : 2 * width] = x
        window[:-1, 2 * width :] = x[1:]
        pieces = window @ self.weights
        pieces += self.bias
        best = pieces[:, :width]
        for start in range(width, pieces.shape[1], width):
            best = np.maximum(best, pieces[:, start : start + width])
        mean = best.mean(axis=1, keepdims=True)
        best -= mean
        variance = np.einsum("ij,ij->i", best, best)[:, None] / width + 1e-8
        return x + best * (self.gain / np.sqrt(variance)) + self.shift


class Read(NamedTuple):
    """A text in words, its names, and the chances of each word, shape (words, TAGS)."""

    doc: Doc
    names: list[transitions.Name]
    chances: np.ndarray


@dataclass(frozen=True)
class Recogniser:
    """spaCy's tokenizer, encoder, NER and tagger, evaluated by matrix products: `weights` are those of the tagger's softmax, shape (width, TAGS), `words` the encoder's
    inputs that were computed before.
    """

    nlp: Language
    layers: tuple[Layer, ...]
    weights: np.ndarray
    bias: np.ndarray
    transitions: transitions.Transitions
    threads: ThreadpoolController
    words: dict[int, np.ndarray] = field(default_factory=dict)

    def read(self, texts: Iterable[str], batch: int = 64) -> Iterator[Read]:
        """Each text in order; the words' encodings are left in `doc.tensor`."""
        texts = iter(texts)
        while docs := [self.nlp.make_doc(t) for t in islice(texts, batch)]:
            self._embed({k for doc in docs for k in doc.to_array("ORTH").tolist()})
            # One thread: how a product is cut for several changes its last bits.
            with self.threads.limit(limits=1, user_api="blas"):
                read = [self._read(doc) for doc in docs]
            yield from read

    def _read(self, doc: Doc) -> Read:
        doc.tensor = self.encode(doc)
        return Read(doc, self.transitions.names(doc.tensor, np.flatnonzero(doc.to_array("IS_SPACE"))), self.chances(doc.tensor))

    def chances(self, encoded: np.ndarray) -> np.ndarray:
        scores = encoded @ self.weights + self.bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
        return scores / scores.sum(axis=1, keepdims=True)

    def encode(self, doc: Doc) -> np.ndarray:
        """The encoder's vectors, shape (words, width)."""
        # As in training, empty words stand before and behind the text, as many as the layers can see.
        edge = len(self.layers)
        x = np.zeros((len(doc) + 2 * edge, self.weights.shape[0]), dtype=np.float32)
        for i, key in enumerate(doc.to_array("ORTH").tolist(), edge):
            x[i] = self.words[key]
        for layer in self.layers:
            x = layer(x)
        return x[edge : edge + len(doc)]

    def _embed(self, words: set[int]) -> None:
        """Compute and remember what the encoder is given for each of these words."""
        from spacy.tokens import Doc

        if len(self.words) + len(words) > KNOWN_WORDS:
            self.words.clear()
        new = sorted(words - self.words.keys())
        if new:
            vocab = self.nlp.vocab
            tok2vec: Any = self.nlp.get_pipe("tok2vec")
            rows = tok2vec.model.layers[0].predict([Doc(vocab, words=[vocab.strings[w] for w in new])])[0]
            self.words.update(zip(new, np.asarray(rows)))


def offsets(doc: Doc) -> list[tuple[int, int]]:
    """The words' spans of characters."""
    return [(a, a + n) for a, n in doc.to_array(["IDX", "LENGTH"]).tolist()]


def load(path: Path) -> Recogniser:
    """The recogniser of a folder, as spaCy stores a pipeline; its parts as arrays."""
    import spacy

    nlp = split_words(spacy.load(path))
    tagger: Any = nlp.get_pipe("tagger")
    tok2vec: Any = nlp.get_pipe("tok2vec")
    softmax = next(x for x in tagger.model.walk() if x.has_param("W") and x.has_dim("nO") and x.get_dim("nO") == len(tagger.labels))
    order = [tagger.labels.index(t) for t in TAGS]
    encoder = tok2vec.model.layers[1]
    maxouts, norms = ([x for x in encoder.walk() if x.name == name] for name in ("maxout", "layernorm"))
    layers = []
    for maxout, norm in zip(maxouts, norms):
        w, b = maxout.get_param("W"), maxout.get_param("b")  # (width, pieces, 3 · width), (width, pieces)
        width, pieces, wide = w.shape
        layers.append(
            Layer(np.ascontiguousarray(w.transpose(2, 1, 0).reshape(wide, pieces * width)), b.T.reshape(-1).copy(), norm.get_param("G"), norm.get_param("b"))
        )
    return Recogniser(
        nlp, tuple(layers), np.ascontiguousarray(softmax.get_param("W")[order].T), softmax.get_param("b")[order], transitions.of(nlp), ThreadpoolController()
    )


def split_words(nlp: Language) -> Language:
    """spaCy's English tokenizer with two rules of ours."""
    from spacy.util import compile_infix_regex, compile_suffix_regex

    tokenizer: Any = nlp.tokenizer
    defaults: Any = nlp.Defaults
    tokenizer.infix_finditer = compile_infix_regex([*defaults.infixes, _INFIX]).finditer
    tokenizer.suffix_search = compile_suffix_regex([*defaults.suffixes, _SUFFIX]).search
    return nlp
