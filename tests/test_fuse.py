"""The measured recipe, with values."""

from __future__ import annotations

import numpy as np

from rag.fuse import fuse


def f32(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, np.float32)


def test_the_recipe() -> None:
    fused = fuse(f32(0.8, 0.9, 0.7), f32(0.9, 0.8, 0.7), f32(0.0, 0.4, 1.0))
    np.testing.assert_allclose(fused, [0.85, 1.05, 1.2], atol=1e-6)
    assert fused.dtype == np.float32


def test_without_a_lexical_match_the_cosines_decide() -> None:
    passage, sentence = f32(0.82, 0.80), f32(0.81, 0.86)
    np.testing.assert_allclose(fuse(passage, sentence, f32(0, 0)), (passage + sentence) / 2, atol=1e-6)


def test_a_passage_without_sentences_stands_for_itself() -> None:
    np.testing.assert_allclose(fuse(f32(0.8), f32(-np.inf), f32(0.2)), [0.9], atol=1e-6)


def test_no_candidates() -> None:
    assert fuse(f32(), f32(), f32()).shape == (0,)
