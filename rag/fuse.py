"""The one score of a passage, from its three: two cosines and a scaled BM25. Knows arrays only.

    (passage cosine + best sentence cosine) / 2 + 0.5 * bm25

The best of about 70 untrained recipes on XQuAD in five settings at once (research/measurements.md C, the row
"(d+sentmax)/2+0.5*norm(auto)"), and chosen on either half of the articles alone. Reciprocal rank fusion and z-scores
lose badly where the question's language is not the passage's: BM25 says nothing there, and a rank or a z-score says it
as loudly as ever, while here a BM25 of zero leaves the cosines alone.
"""

from __future__ import annotations

import numpy as np

from rag.types import FloatVector

LEXICAL_WEIGHT = 0.5  # .3 to .7 is within .004 mean nDCG@10; lower loses questions typed without diacritics


def fuse(passage: FloatVector, best_sentence: FloatVector, lexical: FloatVector) -> FloatVector:
    """Fused scores, higher is better: all of shape (n,), cosines -1..1, `lexical` 0..1 as `LexicalIndex.scores` has it.

    A passage without a sentence of its own has `-inf` as its best: its own cosine stands in.

    >>> fuse(np.float32([0.8, 0.8]), np.float32([0.9, -np.inf]), np.float32([0.5, 0.0])).round(3).tolist()
    [1.1, 0.8]
    """
    sentence = np.where(np.isneginf(best_sentence), passage, best_sentence)
    return ((passage + sentence) / 2 + np.float32(LEXICAL_WEIGHT) * lexical).astype(np.float32)
