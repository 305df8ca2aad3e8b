"""Time reading: what a reader costs a question, and how its matrices are best multiplied.

    python benchmarks/reading.py [--articles seeds] [--questions ../shared/eval/gold_dev.jsonl]

First `answer()` with and without the reader, question by question in turn, so that the machine's moods fall on both.
Then one product of 300 tokens with a matrix of the encoder, in each way that the graph could hold it: float32 with the
adapter merged in, as it does; 4-bit, as the embedder's; 4-bit with the adapter's two matrices beside it.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import rag
from rag.config import EMBEDDED_READER, NO_READER
from rag.encoder.graph_writer import CONTRIB
from rag.encoder.session import available_cores

TOKENS, COLUMNS, ROWS, RANK = 300, 384, 1536, 32
ROUNDS = 40
QUESTIONS = [
    "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?",
    "thong bao ket luan so 292-TB/TW ban hanh ngay nao",
    "Who chaired the online conference on Directive 43?",
    "Ban Dân vận Tỉnh ủy được cấp bao nhiêu tỷ đồng?",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=Path, default=Path("seeds"))
    parser.add_argument("--questions", type=Path, help="JSON lines with a question each; default: four of them")
    args = parser.parse_args()
    questions = QUESTIONS
    if args.questions:
        lines = args.questions.read_text(encoding="utf-8").splitlines()
        questions = [json.loads(line)["question"] for line in lines if line.strip()]
    print(f"{available_cores()} cores, {platform.machine()}, Python {platform.python_version()}")
    _print_answers(args.articles, questions)
    _print_products()


def _print_answers(articles: Path, questions: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bots = {
            name: rag.Assistant.open(articles, Path(folder) / "index", reader=name)
            for name in (EMBEDDED_READER, NO_READER)
        }
        seconds: dict[str, list[float]] = {name: [] for name in bots}
        for question in [questions[0], *questions]:  # the first pays for the start
            for name, bot in bots.items():
                seconds[name].append(_seconds(partial(bot.answer, question)))
    for name, of_all in seconds.items():
        of_all = sorted(of_all[1:])
        last = quantiles(of_all, n=100, method="inclusive")[98] if len(of_all) > 1 else of_all[0]
        print(f"answer() with {name:16} p50 {1e3 * median(of_all):6.1f} ms, p99 {1e3 * last:6.1f} ms")


def _print_products() -> None:
    random = np.random.default_rng(0)
    x = random.standard_normal((1, TOKENS, COLUMNS), dtype=np.float32)
    sessions = {name: _session(*make(random)) for name, make in WAYS.items()}
    seconds: dict[str, list[float]] = {name: [] for name in sessions}
    for _ in range(ROUNDS):
        for name, session in sessions.items():
            seconds[name].append(_seconds(partial(session.run, None, {"x": x})))
    base = median(seconds["float32, adapter merged in"])
    for name, of_all in seconds.items():
        milliseconds, ratio = 1e3 * median(of_all), median(of_all) / base
        print(f"{TOKENS} tokens x {COLUMNS} x {ROWS}, {name:26} {milliseconds:.2f} ms (x {ratio:.2f})")


def _merged(random: np.random.Generator) -> tuple[list[onnx.NodeProto], Mapping[str, np.ndarray]]:
    weights = {"w": random.standard_normal((COLUMNS, ROWS), dtype=np.float32)}
    return [helper.make_node("MatMul", ["x", "w"], ["y"])], weights


def _four_bit(random: np.random.Generator, output: str = "y") -> tuple[list[onnx.NodeProto], Mapping[str, np.ndarray]]:
    weights: Mapping[str, np.ndarray] = {
        "q": random.integers(0, 256, (ROWS, COLUMNS // 32, 16), dtype=np.uint8),
        "s": random.random(ROWS * COLUMNS // 32, dtype=np.float32),
    }
    node = helper.make_node(
        "MatMulNBits", ["x", "q", "s"], [output], domain=CONTRIB,
        K=COLUMNS, N=ROWS, bits=4, block_size=32, accuracy_level=1,
    )  # fmt: skip
    return [node], weights


def _beside(random: np.random.Generator) -> tuple[list[onnx.NodeProto], Mapping[str, np.ndarray]]:
    nodes, weights = _four_bit(random, "m")
    nodes += [
        helper.make_node("MatMul", ["x", "a"], ["xa"]),
        helper.make_node("MatMul", ["xa", "b"], ["xab"]),
        helper.make_node("Add", ["m", "xab"], ["y"]),
    ]
    low_rank = {
        "a": random.standard_normal((COLUMNS, RANK), dtype=np.float32),
        "b": random.standard_normal((RANK, ROWS), dtype=np.float32),
    }
    return nodes, {**weights, **low_rank}


WAYS = {
    "float32, adapter merged in": _merged,
    "4-bit, no adapter": _four_bit,
    "4-bit, adapter beside": _beside,
}


def _session(nodes: list[onnx.NodeProto], weights: Mapping[str, np.ndarray]) -> onnxruntime.InferenceSession:
    graph = helper.make_graph(
        nodes,
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, TOKENS, COLUMNS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, TOKENS, ROWS])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(CONTRIB, 1)]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = available_cores()
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
