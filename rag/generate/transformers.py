"""Any instruction model on this machine, through transformers: by name on Hugging Face, by folder, or a GGUF file.

    --llm Qwen/Qwen3-1.7B          --llm ./folder          --llm model.gguf

On the GPU where there is one, with the model's own chat template, and always the likeliest token, so that the same
question gets the same answer. A model that is not on this machine is downloaded, since the user named it. Nothing is
unpickled.
"""

from __future__ import annotations

import importlib.util
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, cast

from rag.encoder.unicode import well_formed
from rag.errors import GeneratorError, ModelError
from rag.generate import TIMEOUT_SECONDS, Message
from rag.hub import identity, load_by_name

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

GGUF = ".gguf"
POLL_SECONDS = 0.2  # without a new token, after which an empty piece is given
DEFAULT_WINDOW = 2_048  # tokens, of a model that doesn't say
# For a model without a template of its own, which has learnt to go on with a text.
PLAIN_TEMPLATE = (
    "{% for message in messages %}{{ message['content'] }}\n\n{% endfor %}{% if add_generation_prompt %}→ {% endif %}"
)


class _Stopped(Exception):  # noqa: N818 - not an error: somebody went away
    """Raised inside the model when nobody reads any more."""


class TransformersGenerator:
    """A causal language model. Keeps the protocol `rag.generate.Generator`; one answer at a time."""

    def __init__(self, name: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        """Load a model by its name on Hugging Face, or by the path of its folder or GGUF file.

        Raises `ModelError` with what to do next when it can't be loaded.
        """
        if name.endswith(GGUF):
            self._tokenizer, self._model = _load_gguf(Path(name))
        else:
            self._tokenizer, self._model = load_by_name(
                name,
                lambda local_only: _load(name, local_only=local_only),
                what="language model",
                library="transformers",
            )
        if self._tokenizer.chat_template is None:
            self._tokenizer.chat_template = PLAIN_TEMPLATE
        self.id = identity(name, getattr(self._model.config, "_commit_hash", None))
        self.window = int(getattr(self._model.config.get_text_config(), "max_position_embeddings", DEFAULT_WINDOW))
        added = (str(token) for token in self._tokenizer.get_added_vocab())
        self.special_tokens = tuple(sorted({*self._tokenizer.all_special_tokens, *added}))
        self._timeout = timeout
        self._lock = threading.Lock()  # tokenizers keep state, and two answers at once would take twice as long
        self._stop: threading.Event | None = None
        for module in self._model.modules():  # a layer is the longest that a running model can't be stopped for
            module.register_forward_pre_hook(self._look_for_stop)
        self._takes_system = self._has_system_role()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """The tokens of the messages in the model's template."""
        return len(self._tokenizer(self._templated(messages), add_special_tokens=False)["input_ids"])

    def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
        """What the model writes, as it comes. Raises `GeneratorError` when it fails or takes too long."""
        from transformers import TextIteratorStreamer

        deadline = time.monotonic() + self._timeout
        while not self._lock.acquire(timeout=POLL_SECONDS):
            if stop.is_set():
                return
            self._check(deadline)
            yield ""
        ended, failed = threading.Event(), list[BaseException]()
        streamer = TextIteratorStreamer(
            self._tokenizer, skip_prompt=True, timeout=POLL_SECONDS, skip_special_tokens=True
        )
        self._stop = ended
        worker = threading.Thread(
            target=self._write, args=(messages, max_tokens, streamer, failed), name="rag-generate", daemon=True
        )
        try:
            worker.start()
            while not stop.is_set():
                self._check(deadline)
                try:
                    yield next(streamer)
                except Empty:
                    yield ""
                except StopIteration:
                    break
        finally:
            ended.set()
            worker.join()
            self._lock.release()
        if failed:
            raise GeneratorError(f"The language model {self.id} failed: {failed[0]}.") from failed[0]

    def _write(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        streamer: object,
        failed: list[BaseException],
    ) -> None:
        """Write in a thread of its own: the streamer has what comes of it, `failed` what went wrong."""
        import torch

        given = self._tokenizer(self._templated(messages), add_special_tokens=False, return_tensors="pt")
        try:
            with torch.inference_mode():
                self._model.generate(  # type: ignore[operator]  # inherited from a mixin that mypy can't see
                    input_ids=given["input_ids"].to(self._model.device),
                    attention_mask=given["attention_mask"].to(self._model.device),
                    max_new_tokens=max_tokens, do_sample=False, num_beams=1, streamer=streamer,
                )  # fmt: skip
        except _Stopped:
            pass
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:  # out of memory is a RuntimeError, too
            failed.append(error)
        finally:
            streamer.end()  # type: ignore[attr-defined]  # a TextIteratorStreamer, which has no types

    def _look_for_stop(self, *_: object) -> None:
        if self._stop is not None and self._stop.is_set():
            raise _Stopped

    def _check(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise GeneratorError(
                f"The language model {self.id} took longer than {self._timeout:.0f} seconds: "
                "name a smaller one, or allow more with --llm-timeout."
            )

    def _templated(self, messages: Sequence[Message]) -> str:
        if not self._takes_system:
            messages = _system_first(messages)
        given = [{"role": message.role, "content": well_formed(message.content)} for message in messages]
        # Models that think aloud unless told not to take `enable_thinking`; the templates of others don't look at it.
        text = self._tokenizer.apply_chat_template(
            given, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return cast(str, text)

    def _has_system_role(self) -> bool:
        from jinja2 import TemplateError

        self._takes_system = True
        try:
            return "rules" in self._templated([Message("system", "rules"), Message("user", "question")])
        except TemplateError:
            return False


def _system_first(messages: Sequence[Message]) -> list[Message]:
    """For a model that knows no system: what it says is put before the first question."""
    rules = "\n\n".join(message.content for message in messages if message.role == "system")
    others = [message for message in messages if message.role != "system"]
    return [Message(others[0].role, f"{rules}\n\n{others[0].content}"), *others[1:]]


def _load(name: str, *, local_only: bool) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    device, dtype = _placed()
    tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local_only)
    model = AutoModelForCausalLM.from_pretrained(name, local_files_only=local_only, use_safetensors=True, dtype=dtype)
    model.eval().to(device)  # type: ignore[no-untyped-call]  # both change it in place
    return tokenizer, model


def _load_gguf(path: Path) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """A GGUF file, its weights unpacked: transformers computes with none of its formats on a processor."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    missing = [name for name in ("gguf", "accelerate") if importlib.util.find_spec(name) is None]
    if missing:
        raise ModelError(f"Reading {path.name} needs {' and '.join(missing)}: run pip install 'rag[llm]'.")
    if not path.is_file():
        raise ModelError(f"There is no file {path}: give the path of a GGUF file.")
    device, dtype = _placed()
    try:
        tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name, local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(
            path.parent, gguf_file=path.name, local_files_only=True, dtype=dtype
        )
    except (OSError, ValueError, KeyError, RuntimeError, IndexError, struct.error) as error:
        reason = str(error).strip().split("\n")[0].rstrip(".")
        raise ModelError(f"{path} is not a model that transformers can load ({reason}): take another file.") from error
    model.eval().to(device)  # type: ignore[no-untyped-call]  # both change it in place
    return tokenizer, model


def _placed() -> tuple[str, torch.dtype]:
    """Where to run, and in what numbers: bfloat16 where the hardware multiplies it, else float32."""
    import torch

    if torch.cuda.is_available():
        return "cuda", torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    if torch.backends.mps.is_available():
        return "mps", torch.bfloat16
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return "cpu", torch.bfloat16 if able.get("amx_bf16") or able.get("avx512_bf16") else torch.float32
