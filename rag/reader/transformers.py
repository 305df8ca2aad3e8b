"""Any other reader, by name or path: a transformers model with a span head that may refuse, as those of SQuAD 2.0 do.

    --reader deepset/xlm-roberta-base-squad2            --reader ./my-reader

A model that is not on this machine is downloaded, since the user named it; where that can't be, the error says what to
do. It does not know the embedded reader.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.encoder.unicode import well_formed
from rag.hub import identity, load_by_name
from rag.reader import Page, Reading
from rag.reader.spans import read_scores
from rag.types import FloatMatrix, Span

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_OVERLAP = 64  # tokens that two windows of a long passage share
_MOST_TOKENS = 512
_MOST_OF_QUESTION = 64  # tokens


class TransformersReader:
    """A `…ForQuestionAnswering` model. Keeps the protocol `rag.reader.Reader`; a passage is read without its title."""

    def __init__(self, name: str) -> None:
        """Load a model by its name on Hugging Face or the path of its folder. Raises `ModelError` when it can't be."""
        self._tokenizer, self._model = load_by_name(
            name, lambda local_only: _load(name, local_only=local_only), what="reader", library="transformers"
        )
        self._lock = threading.Lock()  # tokenizers keep truncation as state
        self.id = identity(name, getattr(self._model.config, "_commit_hash", None))

    def read(self, question: str, pages: Sequence[Page]) -> list[Reading]:
        """A reading of each page, in their order."""
        with self._lock:
            return [self._read(well_formed(question), page.text) for page in pages]

    def _read(self, question: str, text: str) -> Reading:
        import torch

        rows = self._tokenizer(
            self._cut(question), text, truncation="only_second", max_length=self._window(), stride=_OVERLAP,
            return_overflowing_tokens=True, return_offsets_mapping=True, return_tensors="pt", padding=True,
        )  # fmt: skip
        given = {name: rows[name] for name in self._tokenizer.model_input_names if name in rows}
        with torch.inference_mode():
            out = self._model(**{name: tensor.to(self._model.device) for name, tensor in given.items()})
        scores = torch.stack([out.start_logits, out.end_logits], dim=-1).float().cpu().numpy()
        found: dict[Span, FloatMatrix] = {}
        for i, offsets in enumerate(rows["offset_mapping"].tolist()):
            for k, part in enumerate(rows.sequence_ids(i)):
                if part == 1:  # a token of the passage; windows are made comparable by their own null scores
                    span, score = Span(*offsets[k]), scores[i, k] - scores[i, 0]
                    found[span] = np.maximum(found[span], score) if span in found else score
        together = np.stack([np.zeros(2, dtype=np.float32), *found.values()])
        return read_scores(together, list(found))

    def _cut(self, question: str) -> str:
        """The question, or as much of its beginning as leaves room for a passage."""
        offsets = self._tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        return question if len(offsets) <= _MOST_OF_QUESTION else question[: offsets[_MOST_OF_QUESTION][0]]

    def _window(self) -> int:
        return min(self._tokenizer.model_max_length, _MOST_TOKENS)


def _load(name: str, *, local_only: bool) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """Raises ValueError for a model that is not a reader, as the library does for one that is none of its own."""
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local_only)
    model, loaded = AutoModelForQuestionAnswering.from_pretrained(
        name, local_files_only=local_only, use_safetensors=True, output_loading_info=True
    )
    if loaded["missing_keys"]:
        raise ValueError(f"it has no weights for {', '.join(sorted(loaded['missing_keys']))}: it is no reader")
    if not tokenizer.is_fast or tokenizer.pad_token is None or tokenizer.padding_side != "right":
        raise ValueError("its tokenizer tells no offsets, or fills rows up on the left")
    return tokenizer, model.eval().to("cuda" if torch.cuda.is_available() else "cpu")
