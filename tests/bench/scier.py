"""The recogniser's architecture on SciER, for comparison with the literature: python -m tests.bench.scier WORK

Trains on SciER's train sentences and prints strict precision, recall and F1 (span and type) on its dev sentences, by the step with the
best one. WORK is the folder of a `kg train --what extraction`: vectors and pretraining come from there. SciER (Zhang et al., EMNLP 2024)
is GPL-3: nothing that is trained here is shipped.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.conftest import SHARED


def documents(path: Path, nlp) -> tuple[list, list[set]]:
    """spaCy's documents and the gold spans by character; a span that cuts a word is trained on as the whole word and counted as it is."""
    from spacy.util import filter_spans

    docs, spans = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        doc = nlp.make_doc(record["text"])
        doc.ents = filter_spans([doc.char_span(e["start"], e["end"], e["label"], alignment_mode="expand") for e in record["entities"]])
        for token in doc:
            token.tag_ = f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O"
        docs.append(doc)
        spans.append({(e["start"], e["end"], e["label"]) for e in record["entities"]})
    return docs, spans


def main(work: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    from kg.extract.recogniser import split_words
    from kg.extract.training import make_recogniser

    nlp = split_words(spacy.blank("en"))
    for part in ("train", "dev"):
        docs, spans = documents(SHARED / f"data/ner/scier/{part}.jsonl", nlp)
        DocBin(docs=docs).to_disk(work / f"scier_{part}.spacy")
    settings = {"training.dropout": 0.3, "training.max_steps": 3000, "training.eval_frequency": 200, "training.patience": 1200}
    make_recogniser(work, work / "scier_train.spacy", work / "scier", work / "scier_dev.spacy", **settings)
    trained = split_words(spacy.load(work / "scier/model-best"))
    right = found = 0
    for gold, doc in zip(spans, trained.pipe([d.text for d in docs])):
        mine = {(e.start_char, e.end_char, e.label_) for e in doc.ents}
        right, found = right + len(gold & mine), found + len(mine)
    total = sum(map(len, spans))
    print(f"SciER dev, strict: P {right / found:.4f}  R {right / total:.4f}  F1 {2 * right / (found + total):.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1])) if len(sys.argv) == 2 else sys.exit(__doc__)
