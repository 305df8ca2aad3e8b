"""Models on this machine through transformers: a tiny one of random weights, and a real one from its GGUF file."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from rag.errors import GeneratorError, ModelError
from rag.generate import Generator, Message, open_generator
from rag.generate.transformers import TransformersGenerator
from tests.smollm2 import smollm2

TEMPLATE = (
    "{% for m in messages %}<|start|> {{ m['role'] }} {{ m['content'] }} <|end|> {% endfor %}"
    "{% if add_generation_prompt %}<|start|> assistant {% endif %}"
)
NO_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE
WORDS = ["<unk>", "<|start|>", "<|end|>", "system", "user", "assistant", *(f"w{n}" for n in range(60))]
MESSAGES = (Message("system", "w1 w2"), Message("user", "w3 w4 w5"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("model"), TEMPLATE)


@pytest.fixture(scope="module")
def generator(folder: Path) -> Generator:
    return open_generator(str(folder))


def make_model(folder: Path, template: str | None) -> Path:
    """A Llama of two layers that goes on for ever, as it has no last token."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(WORDS), max_position_embeddings=2_048, bos_token_id=1, eos_token_id=None, pad_token_id=2,
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    raw = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw,
        unk_token="<unk>",
        bos_token="<|start|>",
        pad_token="<|end|>",
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    return folder


def test_it_writes_what_the_model_finds_likeliest(generator: Generator, folder: Path) -> None:
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    model = LlamaForCausalLM.from_pretrained(folder).eval()
    prompt = "<|start|> system w1 w2 <|end|> <|start|> user w3 w4 w5 <|end|> <|start|> assistant"
    given = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)["input_ids"]
    assert generator.count_tokens(MESSAGES) == given.shape[1]
    expected = given
    with torch.inference_mode():
        for _ in range(12):
            expected = torch.cat([expected, model(expected).logits[:, -1:].argmax(-1)], dim=1)
    text = tokenizer.decode(expected[0, given.shape[1] :], skip_special_tokens=True)
    pieces = list(generator.stream(MESSAGES, max_tokens=12, stop=threading.Event()))
    assert "".join(pieces).split() == text.split()
    assert len(pieces) > 3


def test_what_the_model_says_of_itself(generator: Generator) -> None:
    assert generator.window == 2_048
    assert set(generator.special_tokens) >= {"<|start|>", "<|end|>", "<unk>"}
    assert "@" in generator.id  # and a fingerprint of the weights


@pytest.mark.parametrize("way", ["stop", "close"])
def test_leaving_stops_the_model_within_a_layer(folder: Path, way: str) -> None:
    generator = TransformersGenerator(str(folder))
    stop = threading.Event()
    pieces = generator.stream(MESSAGES, max_tokens=2_000, stop=stop)
    next(piece for piece in pieces if piece)
    if way == "stop":
        stop.set()
        assert len([piece for piece in pieces if piece]) <= 1
    else:
        pieces.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name == "rag-generate"]
    assert list(generator.stream(MESSAGES, max_tokens=3, stop=threading.Event()))  # and it can be asked again


def test_two_that_ask_at_once_wait_for_each_other(generator: Generator) -> None:
    alone = "".join(generator.stream(MESSAGES, max_tokens=30, stop=threading.Event()))
    found: list[str] = []

    def ask() -> None:
        found.append("".join(generator.stream(MESSAGES, max_tokens=30, stop=threading.Event())))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 3


def test_a_model_that_takes_too_long_is_an_error(folder: Path) -> None:
    generator = TransformersGenerator(str(folder), timeout=0.0)
    with pytest.raises(GeneratorError, match=r"took longer than 0 seconds: name a smaller one"):
        list(generator.stream(MESSAGES, max_tokens=2_000, stop=threading.Event()))


def test_a_model_that_knows_no_system_gets_the_rules_in_the_first_message(tmp_path: Path) -> None:
    generator = open_generator(str(make_model(tmp_path, NO_SYSTEM)))
    assert generator.count_tokens(MESSAGES) == 10  # the five words, and <|start|> user … <|end|> <|start|> assistant


def test_a_model_without_a_template_goes_on_with_the_text(tmp_path: Path) -> None:
    generator = open_generator(str(make_model(tmp_path, None)))
    assert generator.count_tokens(MESSAGES) == 6  # the five words and the arrow


def test_models_that_are_none_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a model that transformers can load"):
        open_generator(str(tmp_path))
    with pytest.raises(ModelError, match=r"There is no file .*nothing.gguf"):
        open_generator(str(tmp_path / "nothing.gguf"))
    (tmp_path / "broken.gguf").write_bytes(b"GGUF and no more")
    with pytest.raises(ModelError, match=r"broken.gguf is not a model that transformers can load"):
        open_generator(str(tmp_path / "broken.gguf"))


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"needs gguf and accelerate: run pip install 'rag\[llm\]'"):
        open_generator(str(tmp_path / "model.gguf"))
    with pytest.raises(ModelError, match=r"needs the package openai: run pip install 'rag\[llm\]'"):
        open_generator("any", url="http://127.0.0.1:1/v1")


@pytest.fixture(scope="module")
def real() -> Generator:
    return open_generator(str(smollm2()), timeout=600)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_real_model_from_its_gguf_file(real: Generator) -> None:
    assert real.window == 8_192
    assert "<|im_end|>" in real.special_tokens
    messages = (Message("user", "Write one short sentence about a dog."),)
    first = "".join(real.stream(messages, max_tokens=24, stop=threading.Event()))
    assert len(first.split()) > 3
    assert first == "".join(real.stream(messages, max_tokens=24, stop=threading.Event()))
    assert "<|" not in first
