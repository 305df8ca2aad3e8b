"""The seam: what opens under which name, what is loaded for it, and the test double."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embed import HashingEmbedder, open_embedder
from rag.errors import ModelError


def modules_after(code: str) -> set[str]:
    """The top-level modules in a fresh process after some code."""
    report = f"{code}\nimport sys\nprint('MODULES', *sys.modules)"
    output = subprocess.run([sys.executable, "-c", report], check=True, capture_output=True, text=True, timeout=120)
    return {name.split(".")[0] for name in output.stdout.split("MODULES")[1].split()}


HEAVY = {"torch", "transformers", "sentence_transformers", "tokenizers", "onnx", "onnxruntime", "sentencepiece"}


def test_importing_loads_no_engine() -> None:
    assert modules_after("import rag.embed").isdisjoint(HEAVY)


def test_embedding_a_question_loads_onnx_runtime_and_sentencepiece_only() -> None:
    open_embedder()  # prepared, if it was not
    loaded = modules_after("import rag.embed; rag.embed.open_embedder().embed_queries(['Ai?'])")
    assert loaded & HEAVY == {"onnxruntime", "sentencepiece"}


def test_the_double_opens_by_name() -> None:
    embedder = open_embedder("hashing")
    assert isinstance(embedder, HashingEmbedder)
    assert (embedder.id, embedder.dimension) == ("hashing-256", 256)


def test_a_model_that_is_nowhere_is_one_sentence_with_the_next_command() -> None:
    with pytest.raises(ModelError, match=r"no-such/model.*run: hf download no-such/model"):
        open_embedder("no-such/model")


@given(st.lists(st.text(st.characters(), max_size=40), max_size=5))
def test_the_double_gives_unit_rows_for_any_text(texts: list[str]) -> None:
    embedder = HashingEmbedder(16)
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (len(texts), 16)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-6)
    assert np.array_equal(vectors, embedder.embed_queries(texts))


def test_the_double_puts_shared_words_near() -> None:
    near, same, far = HashingEmbedder().embed_passages(["Hà Nội mùa thu", "THU, mùa: Nội Hà", "stock market"])
    assert near @ same == pytest.approx(1.0)
    assert near @ far == 0.0


def test_the_double_refuses_no_dimensions() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        HashingEmbedder(0)
