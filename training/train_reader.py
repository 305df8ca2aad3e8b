"""Train the reader, from scratch or from an adapter, on a processor or a GPU.

    python -m training.train_reader --out runs/reader                              many hours on two cores …
    python -m training.train_reader --out runs/reader --tokens 16384 --parts 8   … minutes on a large GPU

Data: XQuAD's training articles in every language of the folder --data, and the stories in training/stories. A part of
both is held out (`training.corpora.held_out`), and after each epoch the reader is graded on it.

Seeded. Logs to OUT/log.jsonl. Keeps OUT/state.pt, and started again with the same arguments and data goes on from
there. Writes OUT/reader.safetensors after each epoch: the running average of the trained parameters, which reads better
than the last ones. `python -m training.export_reader` makes that the adapter of the package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from rag.embed import open_embedder
from rag.encoder.adapter import ADAPTER_FILE
from rag.encoder.prepare import prepared_encoder
from rag.encoder.tokenizer import TOKENIZER_FILE, open_tokenizer
from training.corpora import Paragraph, held_out, stories, xquad
from training.examples import Examples, Key
from training.export_reader import short_name
from training.grading import grade, grade_stories
from training.reader_model import ReaderModel, quickest_type
from training.rows import TOKENS_A_BATCH, Row
from training.rows_ahead import RowsAhead

NEAREST = 6  # paragraphs that look like the right one, of each question
WARM_UP = 0.05  # of the steps
CLIPPED = 1.0  # the most that the gradient's norm may be
SAVED_EVERY, LOGGED_EVERY = 100, 25  # steps
GRADED = (("vi", "vi"), ("en", "en"), ("en", "vi"))


class Run:
    """One training, from its first step or from where it was interrupted."""

    def __init__(self, args: argparse.Namespace, paragraphs: Sequence[Paragraph], out: Collection[str]) -> None:
        """`out`: the articles to grade on, never trained on."""
        torch.manual_seed(args.seed)
        self.args = args
        self.tokenizer = open_tokenizer(prepared_encoder() / TOKENIZER_FILE)
        self.training = [p for p in paragraphs if p.article not in out]
        self.graded = [p for p in paragraphs if p.article in out]
        args.out.mkdir(parents=True, exist_ok=True)
        self.rows = RowsAhead(
            Examples(self.training, kept_nearest(self.training, args.out)),
            seed=args.seed, epochs=args.epochs, parts=args.parts, share=args.share, tokens=args.tokens,
        )  # fmt: skip
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = ReaderModel(rank=args.rank, dropout=args.dropout, dtype=quickest_type()).to(device)
        if args.start:
            _fill(self.model.trained(), started_from(args.start, self.model))
        parameters = self.model.trained().values()
        self.optimizer = torch.optim.AdamW(
            parameters, lr=args.rate, weight_decay=args.decay, betas=(0.9, 0.98), fused=True
        )
        self.average = {name: p.detach().clone() for name, p in self.model.trained().items()}
        self.steps: int = args.epochs * len(self.rows.batches(0))
        self.step, self.epochs, self.seconds, self.loss = 0, 0, 0.0, 0.0
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)
        self.what = _what(args, paragraphs)
        self._log({"paragraphs": len(self.training), "held out": len(self.graded), "steps": self.steps})

    def train(self) -> None:
        """All epochs, what is already done left out."""
        self._load()
        started, done = time.perf_counter() - self.seconds, 0
        for epoch in range(self.args.epochs):
            epoch_batches = self.rows.batches(epoch)
            done += len(epoch_batches)
            if self.epochs > epoch:
                continue
            for batch in epoch_batches[len(epoch_batches) - (done - self.step) :]:
                if self._progress(self.step) >= 1:
                    break
                self._learn(batch)
                self.seconds = time.perf_counter() - started
                if self.step % LOGGED_EVERY == 0:
                    self._log({"step": self.step, "loss": round(self.loss, 4), "seconds": round(self.seconds)})
                if self.step % SAVED_EVERY == 0:
                    self._save()
            save_file(self.average, self.args.out / "reader.safetensors")
            last = epoch + 1 == self.args.epochs or self._progress(self.step) >= 1
            grades = self._grades() if last or (epoch + 1) % self.args.grade_every == 0 else {}
            self._log({"epoch": epoch + 1, "seconds": round(self.seconds), **grades})
            self.epochs = self.args.epochs if last else epoch + 1
            self._save()

    def _rate(self, step: int) -> float:
        """Up to the full rate, then down to nothing."""
        progress = self._progress(step)
        return min((step + 1) / (WARM_UP * self.steps), max(0.0, (1 - progress) / (1 - WARM_UP)))

    def _progress(self, step: int) -> float:
        """The share of the steps or, where it is limited, of the time that is used up."""
        of_time = self.seconds / 60 / self.args.minutes if self.args.minutes else 0.0
        return max(step / self.steps, of_time)

    def _learn(self, batch: Sequence[Row]) -> None:
        self.model.train()
        loss = self.model.loss(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.trained().values(), CLIPPED)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.schedule.step()
        self.step += 1
        keep = min(self.args.average, self.step / (self.step + 10))
        for name, parameter in self.model.trained().items():
            self.average[name].lerp_(parameter.detach(), 1 - keep)
        self.loss += (loss.item() - self.loss) * max(0.02, 1 / self.step)

    def _grades(self) -> dict[str, float]:
        """Of the averaged parameters, on what is held out."""
        parameters = self.model.trained()
        kept = {name: p.detach().clone() for name, p in parameters.items()}
        _fill(parameters, self.average)
        found: dict[str, float] = {}
        parallel = [p for p in self.graded if len(p.texts) > 1]
        for asked_in, told_in in GRADED:
            grades = grade(lambda q: self.model.read(self.tokenizer, q), parallel, asked_in, told_in)
            found |= {f"{asked_in}>{told_in} {name}": round(value, 3) for name, value in asdict(grades).items()}
        alone = [p for p in self.graded if len(p.texts) == 1]
        if alone:
            of_stories = grade_stories(lambda q: self.model.read(self.tokenizer, q), alone)
            found |= {"stories f1": round(of_stories[0], 3), "stories answerable": round(of_stories[1], 3)}
        _fill(parameters, kept)
        return found

    def _save(self) -> None:
        state = {
            "what": self.what, "step": self.step, "epochs": self.epochs, "seconds": self.seconds, "loss": self.loss,
            "average": self.average, "trained": {name: p.detach() for name, p in self.model.trained().items()},
            "optimizer": self.optimizer.state_dict(), "schedule": self.schedule.last_epoch,
            "rng": torch.get_rng_state(), "rng of GPUs": torch.cuda.get_rng_state_all(),
        }  # fmt: skip
        path = self.args.out / "state.pt"
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def _load(self) -> None:
        path = self.args.out / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True, map_location=self.model.head.weight.device)
        if state["what"] != self.what:
            sys.exit(f"{path} is of other arguments or data ({state['what']}, not {self.what}): name another --out")
        self.step, self.epochs = state["step"], state["epochs"]
        self.seconds, self.loss, self.average = state["seconds"], state["loss"], state["average"]
        _fill(self.model.trained(), state["trained"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.last_epoch = state["schedule"]
        torch.set_rng_state(state["rng"].cpu())
        torch.cuda.set_rng_state_all([each.cpu() for each in state["rng of GPUs"]])
        self._log({"goes on from step": self.step})

    def _log(self, line: dict[str, object]) -> None:
        text = json.dumps(line)
        print(text, flush=True)
        with (self.args.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def _what(args: argparse.Namespace, paragraphs: Sequence[Paragraph]) -> str:
    """What is trained on what: the arguments, and a fingerprint of the data."""
    given = {name: value for name, value in vars(args).items() if name not in ("out", "data")}
    return f"{given} on {_digest(paragraphs)}"


def _digest(paragraphs: Sequence[Paragraph]) -> str:
    return hashlib.sha256(repr(paragraphs).encode("utf-8", "replace")).hexdigest()[:12]


def _fill(parameters: dict[str, torch.nn.Parameter], values: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(values[name])


def started_from(folder: Path, model: ReaderModel) -> dict[str, torch.Tensor]:
    """The parameters of an exported adapter, by the model's names."""
    tensors = load_file(folder / ADAPTER_FILE)
    for name, parameter in model.trained().items():
        rank = tensors[short_name(name)].shape[0]
        if name.endswith(".a") and rank != len(parameter):
            sys.exit(f"the adapter in {folder} is of rank {rank}: say --rank {rank}")
    return {name: tensors[short_name(name)].float() for name in model.trained()}


def kept_nearest(paragraphs: Sequence[Paragraph], folder: Path) -> dict[Key, list[int]]:
    """`nearest`, kept in the folder, since the embedder takes minutes for it on two cores."""
    path = folder / f"nearest-{_digest(paragraphs)}.json"
    if not path.exists():
        path.write_text(json.dumps([[*key, found] for key, found in nearest(paragraphs).items()]), encoding="utf-8")
    return {(i, j): found for i, j, found in json.loads(path.read_text(encoding="utf-8"))}


def nearest(paragraphs: Sequence[Paragraph]) -> dict[Key, list[int]]:
    """For each answered question the paragraphs nearest to it, by the embedder, that are not its own."""
    embedder = open_embedder()
    found: dict[Key, list[int]] = {}
    for language, keys in _by_language(paragraphs):
        rows = [i for i, paragraph in enumerate(paragraphs) if language in paragraph.texts]
        texts = embedder.embed_passages([paragraphs[i].texts[language] for i in rows])
        questions = (paragraphs[i].asked[j].questions for i, j in keys)
        asked = embedder.embed_queries([q.get(language) or next(iter(q.values())) for q in questions])
        for key, scores in zip(keys, asked @ texts.T, strict=True):
            order = (rows[k] for k in np.argsort(-scores, kind="stable")[: NEAREST + 1])
            found[key] = [i for i in order if i != key[0]][:NEAREST]
    return found


def _by_language(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[str, list[Key]]]:
    """The questions that have an answer by a language of their paragraph: English where it has several."""
    grouped: dict[str, list[Key]] = {}
    for i, paragraph in enumerate(paragraphs):
        language = "en" if "en" in paragraph.texts else next(iter(paragraph.texts))
        grouped.setdefault(language, []).extend((i, j) for j, a in enumerate(paragraph.asked) if a.answers)
    yield from grouped.items()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="go on from this adapter's folder: rag/data/reader, say")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--minutes", type=float, help="end by then, the rate falling so that it is nothing at the end")
    parser.add_argument("--share", type=float, default=1.0, help="of the examples of an epoch that are trained on")
    parser.add_argument("--languages", help="of what is read: vi,en, say; default: all")
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--decay", type=float, default=0.01)
    parser.add_argument("--average", type=float, default=0.998, help="what a step leaves of the running average")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=TOKENS_A_BATCH, help="of a batch")
    parser.add_argument("--parts", type=int, default=1, help="of an epoch, each made by a process of its own")
    parser.add_argument("--grade-every", type=int, default=1, help="epochs")
    parser.add_argument("--without-stories", action="store_true", help="to see what they bring")
    args = parser.parse_args()
    languages = tuple(args.languages.split(",")) if args.languages else None
    _, graded = held_out(xquad(args.data, "train") + stories())  # the same whatever is trained on
    paragraphs = xquad(args.data, "train", languages)
    if not args.without_stories:
        paragraphs += [story for story in stories() if languages is None or {*story.texts} <= {*languages}]
    Run(args, paragraphs, {paragraph.article for paragraph in graded}).train()


if __name__ == "__main__":
    main()
