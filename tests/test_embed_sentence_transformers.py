"""Any other model through sentence-transformers: with a small one that is made here, of random weights."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizer

from rag.embed import Embedder, open_embedder
from rag.errors import ModelError

TEXTS = ["ai hỏi gì", "trả lời", "", "\ud800", "trả lời ai hỏi gì " * 40]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with a WordPiece vocabulary, mean pooling, no normalisation, and prompts of its own."""
    folder = tmp_path_factory.mktemp("model")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ask", "read", ":", "ai", "hoi", "gi", "tra", "loi"]
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), max_position_embeddings=64,
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "plain")
    vocabulary = {word: i for i, word in enumerate(words)}
    BertTokenizer(vocab=vocabulary, strip_accents=True, model_max_length=64).save_pretrained(folder / "plain")
    modules = [Transformer(str(folder / "plain")), Pooling(32, "mean")]
    prompts = {"query": "ask: ", "document": "read: "}
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save_pretrained(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def embedder(folder: Path) -> Embedder:
    return open_embedder(str(folder))


def test_rows_are_unit_vectors_for_any_text(embedder: Embedder) -> None:
    for vectors in (embedder.embed_queries(TEXTS), embedder.embed_passages(TEXTS, show_progress=True)):
        assert vectors.shape == (5, embedder.dimension) == (5, 32)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)


def test_the_models_own_prompts_are_used(embedder: Embedder, folder: Path) -> None:
    model = SentenceTransformer(str(folder), device="cpu")
    for prompt, embed in (("ask: ", embedder.embed_queries), ("read: ", embedder.embed_passages)):
        expected = model.encode(prompt + TEXTS[0], prompt_name=None, prompt="", normalize_embeddings=True)
        np.testing.assert_allclose(embed(TEXTS[:1])[0], expected, atol=1e-6)
    assert not np.allclose(embedder.embed_queries(TEXTS[:1]), embedder.embed_passages(TEXTS[:1]), atol=1e-3)


def test_no_texts_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, 32)
    assert embedder.embed_queries([]).shape == (0, 32)


@pytest.mark.skipif(torch.cuda.is_available(), reason="on a GPU texts are run in batches")
def test_a_vector_depends_on_nothing_but_its_text(embedder: Embedder) -> None:
    alone = [embedder.embed_passages([text]).tobytes() for text in TEXTS]
    assert [row.tobytes() for row in embedder.embed_passages(TEXTS)] == alone
    assert [row.tobytes() for row in embedder.embed_passages(TEXTS[::-1])] == alone[::-1]


def test_threads_at_once(embedder: Embedder) -> None:
    expected = embedder.embed_queries(TEXTS[:1])
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(embedder.embed_queries, [TEXTS[:1]] * 12):
            np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_the_id_follows_the_content_not_the_place(embedder: Embedder, folder: Path, tmp_path: Path) -> None:
    name, _, fingerprint = embedder.id.partition("@")
    assert name == "model"
    assert len(fingerprint) == 12
    moved = shutil.copytree(folder, tmp_path / "model")
    assert open_embedder(str(moved)).id == embedder.id
    config = moved / "config_sentence_transformers.json"
    config.write_text(config.read_text("utf-8").replace("ask: ", "Ask: "), "utf-8")
    assert open_embedder(str(moved)).id != embedder.id


def test_a_folder_that_is_no_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a model that sentence-transformers can load"):
        open_embedder(str(tmp_path))


def test_damaged_weights_are_one_sentence(folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(folder, tmp_path / "model")
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match="is not a model that sentence-transformers can load"):
        open_embedder(str(broken))
