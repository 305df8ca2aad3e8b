"""ONNX Runtime as both the embedder and the reader use it. Knows no texts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def open_session(graph: Path, *, threads: int | None = None) -> InferenceSession:
    """Open a graph. `threads` is the number of cores for one text; all that the process may use if None.

    Raises `ModelError` when ONNX Runtime can't open it.
    """
    from onnxruntime import InferenceSession, SessionOptions
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

    options = SessionOptions()
    options.intra_op_num_threads = threads or available_cores()
    options.enable_cpu_mem_arena = False  # the arena keeps the memory of the longest text for ever
    options.add_session_config_entry("session.force_spinning_stop", "1")  # an idle chat page burns no processor
    try:
        return InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (Fail, InvalidGraph, InvalidProtobuf, OSError, RuntimeError) as error:
        raise ModelError(
            f"the model in {graph.parent} can't be opened ({error}); delete that folder and try again"
        ) from error


def available_cores() -> int:
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
