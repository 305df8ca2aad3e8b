"""BM25 over syllables and pairs of syllables, scaled to 0..1 so that it can be added to a cosine.

    index = LexicalIndex.build(["Ban Dân vận có 25 biên chế", "Mùa thu Hà Nội"])
    index.scores("bao nhiêu biên chế")  # float32, one per text
    index.scores("bien che")            # typed without diacritics: the folded side answers

Two sides, one with diacritics kept and one with them folded; the folded side answers a question that has none. It knows
texts by their position, no passages; `rag.terms` says what a term is.

The engine is bm25s (Lù 2024, arXiv:2407.03618): it gives exact scores for every text and its document frequencies,
which the scaling needs, as numpy arrays and JSON with the same bytes for the same texts. tantivy keeps lengths in one
byte, so that a tenth of its ten best are not, fixes k1 and b, names its files at random and returns only the best k. It
is the faster and smaller one (benchmarks/lexical.py, two busy cores, one side; building includes finding the terms):

    passages            bm25s                                     tantivy
     10,000    built in  14 s, 26 MB,  1.0 ms a question    6 s,  6 MB, 0.3 ms
    100,000    built in 129 s, 245 MB, 12.6 ms a question  28 s, 40 MB, 1.7 ms

Embedding 100,000 passages takes an hour and a half (research/measurements.md A): BM25 is not what one waits for.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexUnusableError
from rag.terms import fold, has_diacritics, terms
from rag.types import FloatVector

if TYPE_CHECKING:
    import bm25s

K1 = 1.5  # saturation of a term's count; with B the values of the measured recipe, research/measurements.md C
B = 0.75  # how much a text's length counts

_KEPT, _FOLDED = "kept", "folded"  # the folders of the two sides


class LexicalIndex:
    """BM25 of texts, in the order they were given. Reading from several threads at once is allowed."""

    def __init__(self, kept: _Side, folded: _Side) -> None:
        self._kept = kept
        self._folded = folded
        self._spellings: dict[str, tuple[str, ...]] | None = None  # made when a question without diacritics comes

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index the texts. None at all, and texts without a term, are allowed."""
        return cls(
            _Side.build(terms(text) for text in texts),  # one text at a time: the terms of all would fill the memory
            _Side.build(terms(text, folded=True) for text in texts),
        )

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open what `save` wrote. Raises `IndexUnusableError` when a file is missing or is not one of ours."""
        return cls(_Side.load(folder / _KEPT), _Side.load(folder / _FOLDED))

    def save(self, folder: Path) -> None:
        """Write the index below the folder, as .npy and .json. The same texts give the same bytes. Raises OSError."""
        self._kept.save(folder / _KEPT)
        self._folded.save(folder / _FOLDED)

    def __len__(self) -> int:
        return self._kept.count

    def scores(self, question: str) -> FloatVector:
        """BM25 of every text, divided by what a text could reach at most: (len(self),) float32, 0 to below 1.

        The divisor is (k1 + 1) times the sum of the idf of the question's distinct terms, a term that no text has
        counting as the rarest that one has: a question mostly about other things can't score high. Each distinct term
        counts once. All zero when no term of the question is found.
        """
        if has_diacritics(question):
            return self._kept.scores(terms(question))
        return self._folded.scores(terms(question, folded=True))

    def rarity(self, term: str) -> float:
        """The idf of a term as `rag.terms` has it, on the folded side if it has no diacritics. Unknown: the highest."""
        side = self._kept if has_diacritics(term) else self._folded
        return side.rarity(term)

    def knows(self, term: str) -> bool:
        """Whether any text has the term, as typed: without diacritics it is looked up on the folded side."""
        side = self._kept if has_diacritics(term) else self._folded
        return side.frequency(term) > 0

    def frequency(self, term: str) -> int:
        """In how many texts the term stands just so, diacritics and all."""
        return self._kept.frequency(term)

    def spellings(self, plain: str) -> tuple[str, ...]:
        """The syllables of the texts that look like `plain` without their diacritics, the most frequent first."""
        if self._spellings is None:
            found: dict[str, list[str]] = {}
            for term in self._kept.terms():
                if "_" not in term and term.isalpha():
                    found.setdefault(fold(term), []).append(term)
            self._spellings = {
                key: tuple(sorted(terms, key=lambda t: (-self.frequency(t), t))) for key, terms in found.items()
            }
        return self._spellings.get(plain, ())


class _Side:
    """One BM25 index. `engine` is None where no text has a term: bm25s has no empty index."""

    def __init__(self, count: int, engine: bm25s.BM25 | None) -> None:
        self.count = count
        self._engine = engine
        self._columns: dict[str, int] = {}
        if engine is not None:
            self._columns = engine.vocab_dict
            self._frequencies = frequencies = np.diff(engine.scores["indptr"]).astype(np.float64)
            # Robertson's idf as Lucene has it, never negative; bm25s doesn't keep its own
            self._idf = np.log1p((count - frequencies + 0.5) / (frequencies + 0.5))
            self._highest_idf = float(self._idf.max())

    def terms(self) -> Iterable[str]:
        return self._columns

    def frequency(self, term: str) -> int:
        column = self._columns.get(term)
        return 0 if column is None or self._engine is None else int(self._frequencies[column])

    def rarity(self, term: str) -> float:
        if self._engine is None:
            return 1.0
        column = self._columns.get(term)
        return self._highest_idf if column is None else float(self._idf[column])

    @classmethod
    def build(cls, tokenised: Iterable[Sequence[str]]) -> _Side:
        columns: dict[str, int] = {}
        rows = [[columns.setdefault(term, len(columns)) for term in text] for text in tokenised]
        if not columns:
            return cls(len(rows), None)
        # Columns are numbered here, in order of first use: bm25s's own numbering is that of a set of str, and so
        # another one in each process. "lucene" leaves out the factor (k1 + 1) that the scaling would divide away.
        engine = _import_bm25s().BM25(k1=K1, b=B, method="lucene")
        engine.index((rows, columns), create_empty_token=False, show_progress=False)
        return cls(len(rows), engine)

    @classmethod
    def load(cls, folder: Path) -> _Side:
        try:
            count = json.loads((folder / "count.json").read_text(encoding="utf-8"))
            engine = _import_bm25s().BM25.load(folder) if (folder / "params.index.json").exists() else None
            if engine is not None and engine.scores["num_docs"] != count:
                raise ValueError(f"made for {engine.scores['num_docs']} texts, not {count}")
            return cls(count, engine)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexUnusableError(
                f"The lexical index {folder} can't be read ({error}): run `rag index` to build it again."
            ) from error

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "count.json").write_text(json.dumps(self.count), encoding="utf-8")
        if self._engine is not None:
            self._engine.save(folder, show_progress=False)

    def scores(self, question_terms: Iterable[str]) -> FloatVector:
        distinct = list(dict.fromkeys(question_terms))
        known = [self._columns[term] for term in distinct if term in self._columns]
        if self._engine is None or not known:
            return np.zeros(self.count, dtype=np.float32)
        reachable = math.fsum(self._idf[known]) + self._highest_idf * (len(distinct) - len(known))
        scores: FloatVector = self._engine.get_scores_from_ids(known)
        return scores / np.float32(reachable)


def _import_bm25s() -> ModuleType:
    """The package, imported when first needed (it loads scipy) and made as quiet as other libraries."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG when imported
    return bm25s  # type: ignore[no-any-return]
