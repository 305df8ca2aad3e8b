"""Any other reader through transformers: with a small one that is made here, of random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering, BertTokenizer

from rag.errors import ModelError
from rag.reader import Page, Reader, open_reader
from rag.reader.spans import read_scores
from rag.types import Span

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ai", "co", "bao", "nhieu", "bien", "che", "15", "?", "."]
QUESTION, TEXT = "ai co bao nhieu?", "bien che co 15."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers that scores starts and ends."""
    folder = tmp_path_factory.mktemp("reader")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), max_position_embeddings=256, initializer_range=1.0,
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
    )  # fmt: skip
    BertForQuestionAnswering(config).save_pretrained(folder)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    BertTokenizer(vocab=vocabulary, strip_accents=True, model_max_length=256).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    reader = open_reader(str(folder))
    assert reader is not None
    return reader


def test_probabilities_are_those_of_the_models_scores(reader: Reader, folder: Path) -> None:
    tokenizer = BertTokenizer.from_pretrained(folder)
    model = BertForQuestionAnswering.from_pretrained(folder).eval()
    rows = tokenizer(QUESTION, TEXT, return_tensors="pt", return_offsets_mapping=True)
    places = [i for i, part in enumerate(rows.sequence_ids(0)) if part == 1]
    tokens = [Span(*rows["offset_mapping"][0][i].tolist()) for i in places]
    with torch.inference_mode():
        out = model(rows["input_ids"], rows["attention_mask"], rows["token_type_ids"])
    scores = torch.stack([out.start_logits[0], out.end_logits[0]], dim=-1).numpy()
    expected = read_scores(scores[[0, *places]], tokens)
    (found,) = reader.read(QUESTION, [Page("", TEXT)])
    assert [TEXT[a:b] for a, b in found.tokens] == ["bien", "che", "co", "15", "."]
    assert found.answerable == pytest.approx(expected.answerable, abs=1e-5)
    np.testing.assert_allclose(found.starts, expected.starts, atol=1e-5)


def test_a_long_passage_is_read_in_windows_to_its_end(reader: Reader) -> None:
    (reading,) = reader.read(QUESTION, [Page("", f"{TEXT} " * 200)])
    assert len(reading.tokens) == 1_000
    assert reading.tokens[-1].end == len(f"{TEXT} " * 200) - 1
    assert reading.starts.sum() == pytest.approx(reading.answerable, abs=1e-4)


def test_a_page_is_read_alone(reader: Reader) -> None:
    pages = [Page("", TEXT), Page("", f"{TEXT} " * 300), Page("", "")]
    alone = [reader.read(QUESTION, [page])[0].starts.tobytes() for page in pages]
    assert [reading.starts.tobytes() for reading in reader.read(QUESTION, pages)] == alone


def test_an_empty_page_answers_nothing(reader: Reader) -> None:
    assert reader.read(QUESTION, [Page("", "")])[0].spans == ()


def test_an_endless_question_is_cut(reader: Reader) -> None:
    (reading,) = reader.read("ai " * 2_000, [Page("", TEXT)])
    assert len(reading.tokens) == 5


def test_a_folder_that_is_no_reader_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a model that transformers can load"):
        open_reader(str(tmp_path))


def test_a_reader_that_is_nowhere_is_one_sentence_with_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"the reader nobody/nothing is neither .* hf download nobody/nothing"):
        open_reader("nobody/nothing")
