"""What the shipped model reads out of sentences of ours: names, kinds, roles, lists, LaTeX, other languages."""

from __future__ import annotations

import pytest

from kg.extract import extract
from kg.extract.candidates import core_end, key_of
from kg.extract.grouping import groups
from kg.extract.pipeline import models
from kg.model import Kind, Mention
from kg.readers import read as read_listing
from tests.conftest import SAMPLE_FILES
from tests.test_extract import entry

DATA = (Kind.DATASET, Kind.BENCHMARK)


def read(text: str, title: str | None = None) -> list[Mention]:
    ((_, mentions),) = extract([entry(text, title)])
    return list(mentions)


def names(mentions: list[Mention], *kinds: Kind) -> set[str]:
    return {m.name for m in mentions if m.kind in kinds}


def one(mentions: list[Mention], form: str) -> Mention:
    """The one item that bears this form."""
    (m,) = [m for m in mentions if form in (m.name, *m.aliases)]
    return m


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We evaluate our detector on CIFAR-10/100, ImageNet and WMT'17.", {"CIFAR-10", "CIFAR-100", "ImageNet", "WMT'17"}),
        (
            "Experiments on the WMT'14 English-German and WMT'16 English-Romanian datasets show gains in BLEU.",
            {"WMT'14 English-German", "WMT'16 English-Romanian"},
        ),
        (
            "The model is trained on LibriSpeech and tested on the SQuAD 2.0 dataset, MS-COCO and Wikitext-103.",
            {"LibriSpeech", "SQuAD 2.0", "MS-COCO", "Wikitext-103"},
        ),
        ("Results on MNIST, SVHN, CelebA and LSUN confirm this.", {"MNIST", "SVHN", "CelebA", "LSUN"}),
    ],
)
def test_data_sets_in_lists_with_versions_splits_and_languages_keep_their_own_names(text: str, expected: set[str]) -> None:
    found = read(f"We study how small networks generalize. {text}")

    assert expected <= {form for m in found if m.kind in DATA for form in (m.name, *m.aliases)}
    assert len(expected) <= len([m for m in found if m.kind in DATA])


def test_singular_and_plural_long_form_and_acronym_are_one() -> None:
    found = read(
        "Vision Transformers (ViTs) need much data. We show that a ViT can be pruned without loss, and that generative adversarial networks (GANs) profit as well: "
        "a pruned GAN generates images of equal quality.",
        "Pruning Vision Transformers",
    )

    assert one(found, "ViT") == one(found, "Vision Transformers") == one(found, "ViTs")
    assert one(found, "GAN") == one(found, "generative adversarial networks")


def test_a_class_word_behind_a_name_is_no_second_name() -> None:
    found = read("We train on the SICK dataset. On SICK our parser beats the others. The Adam optimizer is used; Adam converges fast.")

    assert Kind.DATASET is one(found, "SICK").kind
    assert "Adam" in one(found, "Adam").name


def test_a_method_has_one_role_from_all_its_mentions() -> None:
    found = read(
        "We propose TideNet, a recurrent architecture built on LSTM cells. TideNet is trained with Adam. In experiments on Traffic and ETTh1, TideNet outperforms Informer and Autoformer by a large margin.",
        "TideNet: Forecasting Water Levels",
    )
    roles = {m.name: m.role for m in found if m.kind is Kind.METHOD}

    assert "proposed" == roles["TideNet"]
    assert {"compared"} == {roles["Informer"], roles["Autoformer"]}
    assert "used" == next(role for name, role in roles.items() if "LSTM" in name)


def test_a_data_set_of_the_paper_s_own_is_introduced() -> None:
    found = read(
        "We introduce DriftBank, a dataset of 12,000 annotated river images, and compare models pretrained on ImageNet on it.",
        "DriftBank: A Dataset of River Images",
    )

    assert ("introduced", "used") == (one(found, "DriftBank").role, one(found, "ImageNet").role)


@pytest.mark.parametrize(
    "generic",
    [
        "our method",
        "large language model",
        "large language models",
        "deep neural network",
        "the proposed framework",
        "a novel approach",
        "state-of-the-art methods",
    ],
)
def test_generic_words_are_no_names(generic: str) -> None:
    found = read(f"We show that {generic} can be improved with more data. In experiments {generic} is better than before.")

    assert not {m.name.lower() for m in found} & {generic, generic.removeprefix("the ").removeprefix("a ")}


def test_latex_names_are_read_and_shown_as_printed() -> None:
    text = "We propose \\textbf{Fed}SLR, a federated scheme, and compare it with MS$^3$D on CIFAR-10."
    found = read(text, "FedSLR: Sparse and Low-Rank Federated Learning")
    m = one(found, "FedSLR")

    assert "proposed" == m.role and "\\textbf{Fed}SLR" in m.aliases
    full = entry(text, "FedSLR: Sparse and Low-Rank Federated Learning").text
    assert "\\textbf{Fed}SLR" in {full[p.start : p.end] for p in m.places}
    assert "MS$^3$D" in {full[p.start : p.end] for p in one(found, "MS3D").places}


@pytest.mark.parametrize("abbreviation", ["as Wu et al. [3] did", "e.g. Adam", "i.e. Adam", "cf. Adam"])
def test_a_sentence_is_not_cut_at_an_abbreviation(abbreviation: str) -> None:
    found = read(f"We train BERT with a common optimizer, {abbreviation} in earlier work, and reach a GLUE score of 80. A second sentence.")

    (sentence,) = {p.sentence for p in one(found, "BERT").places}
    assert sentence.endswith("of 80.")


@pytest.mark.parametrize(
    "text",
    [
        "Nous étudions dans cet article la croissance des villes françaises au cours du siècle dernier. Les données montrent que la population a doublé, et que les banlieues ont crû plus vite que le centre.",
        "In dieser Arbeit untersuchen wir, wie sich der Verkehr in großen Städten entwickelt hat. Die Ergebnisse zeigen, dass immer mehr Menschen mit dem Rad fahren und dass Autos seltener werden.",
        "En este trabajo se analiza la evolución de los precios de la vivienda en las ciudades españolas. Los resultados indican que los alquileres han subido más que los salarios.",
        "本文研究了近二十年来城市交通的发展情况，结果表明越来越多的人选择骑自行车出行，而私家车的使用则逐渐减少。",
        "В этой работе мы изучаем развитие городского транспорта за последние двадцать лет. Результаты показывают, что все больше людей ездит на велосипедах.",
    ],
)
def test_other_languages_give_few_false_names(text: str) -> None:
    assert len(read(text)) <= 1


def test_no_name_is_listed_twice() -> None:
    found = read(
        "Federated learning (FL) lets clients train together. We study federated learning with FedAvg on non-IID data; FedAvg diverges, so we propose FedTide, which extends FedAvg. FL with FedTide converges.",
        "FedTide: Federated Learning on Moving Shores",
    )
    forms = [form.lower() for m in found for form in {m.name.lower(), *(a.lower() for a in m.aliases)}]

    assert len(forms) == len(set(forms))


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("SICK dataset", "SICK"), ("movie review dataset", "movie review dataset"), ("CNN network", "CNN"), ("Markov model", "Markov model"), ("Dawid-Skene algorithm", "Dawid-Skene"),
        ("PCR loss", "PCR"), ("contrastive loss", "contrastive loss"), ("F1 score", "F1"), ("zero-shot NLP tasks", "zero-shot NLP"), ("dataset", "dataset"),
    ],
)  # fmt: skip
def test_a_class_word_is_taken_off_only_behind_a_name(name: str, core: str) -> None:
    assert core == name[: core_end(name)]


def test_keys_join_number_case_and_hyphens_but_not_versions() -> None:
    assert key_of("GANs") == key_of("GAN")
    assert key_of("Vision-Transformers") == key_of("vision transformer")
    assert key_of("BraTS") != key_of("BraT")
    assert key_of("GPT-3") != key_of("GPT-4")
    assert key_of("loss") == "loss"


def test_pairs_are_joined_from_the_likeliest_on_and_not_against_the_others() -> None:
    assert [[0, 1], [2]] == groups(3, [(0, 1), (1, 2)], [0.9, 0.4], 0.5)
    assert [[0, 1, 2]] == groups(3, [(0, 1), (1, 2), (0, 2)], [0.9, 0.8, 0.7], 0.5)
    # 1 and 2 look alike, but 0, which is 1, is surely not 2.
    assert [[0, 1], [2]] == groups(3, [(0, 1), (1, 2), (0, 2)], [0.9, 0.5, 0.0], 0.5)
    assert [] == groups(0, [], [], 0.5)


def test_a_text_is_read_the_same_in_any_company_and_with_any_number_of_threads() -> None:
    reader = models().recogniser
    texts = ["We propose TideNet.", "A short one on BERT and GLUE.", "word " * 300, ""]
    alone = [chances for text in texts for _, _, chances in reader.read([text])]
    together = [chances for _, _, chances in reader.read(texts[::-1])][::-1]

    assert all((a == b).all() for a, b in zip(alone, together))
    assert all(abs(a.sum(axis=1) - 1).max(initial=0) < 1e-5 for a in alone)


def test_the_numpy_layers_say_what_spacy_s_do() -> None:
    reader = models().recogniser
    texts = ["We propose TideNet, a model of tides, and test it on Harbour Log.", "Results on ImageNet."]
    tok2vec = reader.nlp.get_pipe("tok2vec")

    for doc, expected in zip((r.doc for r in reader.read(texts)), tok2vec.predict([reader.nlp.make_doc(t) for t in texts])):
        assert abs(reader.encode(doc) - expected).max() < 1e-4


def test_the_numpy_transitions_find_the_names_that_spacy_s_loop_finds() -> None:
    reader = models().recogniser
    texts = [e.text for e in read_listing(SAMPLE_FILES[0]).entries] + [
        "BERT",
        "We use GPT-4",
        "A\n\nTideNet: a net of tides\n of graph neural networks",
        " ",
        "",
    ]

    found = list(reader.read(texts))
    theirs = reader.nlp.get_pipe("ner").pipe([r.doc for r in found])  # it reads doc.tensor

    assert [[(e.start, e.end, e.label_) for e in doc.ents] for doc in theirs] == [r.names for r in found]
    assert sum(len(r.names) for r in found) > 10
