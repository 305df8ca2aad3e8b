"""Plant errors in true sentences and count how many verification lets through, and how many true ones it loses.

    python -m benchmarks.planted GOLD.jsonl [--errors 1000] [--articles seeds] [--show]

True are: the support sentences of the questions as they stand; their clauses, alone and in another order; the same with
dates and numbers written otherwise; and sentences in other words and languages, written by hand for these questions
(`benchmarks/questions/in-other-words.jsonl`). Errors are planted in all of these, a fifth of each kind: a number, a
date, a name, a negation (`training/planting.py`, seeded); and a sentence from elsewhere: from an article that is not
among the passages. Each is checked as an answer's sentence is: against the passage that it cites, then the others.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.config import IndexSettings
from rag.corpus import Corpus
from rag.dates import find_dates
from rag.embed import open_embedder
from rag.evaluate.gold import read_gold
from rag.index import build_index, open_index
from rag.passages import reading
from rag.reader import open_reader
from rag.support import Claim, support
from rag.types import Passage
from training.corpora import stories
from training.planting import ERRORS, plant

OTHER_WORDS = Path(__file__).parent / "questions" / "in-other-words.jsonl"
SEED = 5
PASSAGES = 8


@dataclass(frozen=True, slots=True)
class TrueSentence:
    """A true sentence, how it was made, and the passages that an answer with it was written from, the cited first."""

    way: str
    text: str
    passages: tuple[Passage, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", type=Path)
    parser.add_argument("--errors", type=int, default=1_000)
    parser.add_argument("--articles", type=Path, default=Path("seeds"))
    parser.add_argument("--catch", type=float, default=0.0, help="exit with 1 when a smaller share of errors is caught")
    parser.add_argument("--lose", type=float, default=1.0, help="exit with 1 when more of what is true is lost")
    parser.add_argument("--show", action="store_true", help="print what is let through and what is lost")
    args = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, seed {SEED}")
    embedder, settings = open_embedder(), IndexSettings()
    with tempfile.TemporaryDirectory() as folder:
        build_index(args.articles, Path(folder), settings=settings, embedder=embedder)
        with open_index(Path(folder), articles=args.articles, settings=settings, embedder=embedder) as index:
            corpus = Corpus(index, embedder, open_reader())
            sentences = list(_true_sentences(args.gold, corpus))
            lost = _print_lost(sentences, corpus, show=args.show)
            caught = _print_caught(sentences, corpus, args.errors, show=args.show)
    if caught < args.catch or lost > args.lose:
        raise SystemExit(f"caught {caught:.1%}, lost {lost:.1%}: promised are {args.catch:.0%} and {args.lose:.0%}")


def _true_sentences(gold: Path, corpus: Corpus) -> Iterator[TrueSentence]:
    rng = random.Random(SEED)
    seen: set[str] = set()
    records = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    for question, record in zip(read_gold(gold), records, strict=True):
        for sentence in record.get("support", []):
            if sentence in seen or len(sentence.split()) < 4:
                continue
            seen.add(sentence)
            passages = _passages(sentence, question.question, corpus)
            yield TrueSentence("as it stands", " ".join(sentence.split()), passages)
            for way, text in _otherwise(sentence, rng):
                yield TrueSentence(way, text, passages)
    for line in OTHER_WORDS.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        way = "in other words" if record["lang"] == "vi" else "in another language"
        candidates = [c.hit.passage for c in corpus.search(record["text"], k=PASSAGES)]
        candidates.sort(key=lambda passage: not passage.article_id.startswith(record["article"]))
        yield TrueSentence(way, record["text"], tuple(candidates))


def _passages(sentence: str, question: str, corpus: Corpus) -> tuple[Passage, ...]:
    """The passage with the sentence, then the others that the question finds."""
    flat = " ".join(sentence.split())
    cited = next(p for p in corpus.index.passages if flat in _text(p, corpus))
    others = (c.hit.passage for c in corpus.search(question, k=PASSAGES))
    return (cited, *(p for p in others if p != cited))[:PASSAGES]


def _text(passage: Passage, corpus: Corpus) -> str:
    return " ".join(corpus.articles[passage.article_id].text[passage.start : passage.end].split())


def _otherwise(sentence: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    text = " ".join(sentence.split())
    clauses = [c.strip(" .;") for c in re.split(r";\s", text) if len(c.split()) >= 6]
    if len(clauses) > 1:
        yield "a clause of it", rng.choice(clauses) + "."
        yield "clauses in another order", "; ".join(reversed(clauses)) + "."
    written = text
    for date in reversed(find_dates(text)):
        if date.day and date.month and date.year:
            words = f"{date.day} tháng {date.month} năm {date.year}"
            if not text[: date.start].rstrip().lower().endswith("ngày"):
                words = "ngày " + words
            written = written[: date.start] + words + written[date.end :]
    written = re.sub(r"(?<![\w/.,-])0(\d)(?= [a-zđà-ỹ])", r"\1", written)
    if written != text:
        yield "dates, numbers otherwise", written


def _print_lost(sentences: Sequence[TrueSentence], corpus: Corpus, *, show: bool) -> float:
    kept: dict[str, list[bool]] = defaultdict(list)
    print("\ntrue sentences lost")
    for each in sentences:
        found = support(Claim.of(each.text, corpus), each.passages, corpus)
        kept[each.way].append(bool(found))
        if show and not found:
            print(f"    {each.way}: {found.reason}\n        {each.text[:300]}")
    for way, all_of in [*kept.items(), ("together", [k for each in kept.values() for k in each])]:
        print(f"  {way:26} {all_of.count(False):4} of {len(all_of):4}  {all_of.count(False) / len(all_of):6.1%}")
    together = [kept_one for each in kept.values() for kept_one in each]
    return together.count(False) / len(together)


def _print_caught(sentences: Sequence[TrueSentence], corpus: Corpus, count: int, *, show: bool) -> float:
    rng = random.Random(SEED)
    caught: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    missed_ways: Counter[str] = Counter()
    told_elsewhere = [text for story in stories() for text in story.texts.values()]
    seen: set[tuple[str, str]] = set()
    kinds = [*ERRORS, "elsewhere"]
    print("\nplanted errors caught")
    for _ in range(100 * count):
        if sum(planted.values()) == count:
            break
        kind = kinds[sum(planted.values()) % len(kinds)]
        each = rng.choice(sentences)
        text = _planted(rng, kind, each, corpus, told_elsewhere)
        if text is None or (kind, text) in seen:
            continue
        seen.add((kind, text))
        found = support(Claim.of(text, corpus), each.passages, corpus)
        planted[kind] += 1
        ways[each.way] += 1
        caught[kind] += not found
        missed_ways[each.way] += bool(found)
        if show and found:
            print(f"    {kind}, {each.way}: {text[:300]}\n        {found.quotations[0].shown[:300]}")
    for kind in kinds:
        print(f"  {kind:26} {caught[kind]:4} of {planted[kind]:4}  {caught[kind] / planted[kind]:6.1%}")
    print(f"  {'together':26} {caught.total():4} of {planted.total():4}  {caught.total() / planted.total():6.1%}")
    for way, number in ways.items():
        print(f"    in sentences {way:26} {number - missed_ways[way]:4} of {number:4}")
    return caught.total() / planted.total()


def _planted(rng: random.Random, kind: str, each: TrueSentence, corpus: Corpus, stories: Sequence[str]) -> str | None:
    """The sentence with an error of that kind; or, for "elsewhere", another sentence."""
    passage = _text(each.passages[0], corpus)
    if kind != "elsewhere":
        error = next(e for e in ERRORS if e == kind)
        return plant(rng, error, each.text, passage, rng.choice(stories))
    if rng.random() < 0.5:
        lines = [line for line in rng.choice(stories).split("\n") if line.strip()]
        return rng.choice(re.split(r"(?<=[.!?])\s+(?=\w)", rng.choice(lines)))
    given = "\n".join(_text(p, corpus) for p in each.passages)
    other = rng.choice(corpus.index.passages)
    span = rng.choice(other.sentences)
    text = reading(corpus.articles[other.article_id], span)
    return text if len(text.split()) > 4 and text not in given else None


if __name__ == "__main__":
    main()
