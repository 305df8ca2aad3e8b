"""The reader of this package, run: the embedded encoder with the adapter merged in, by ONNX Runtime.

Each passage is read alone, without padding, so that its reading is the same to the last bit whatever else is read. One
after another on all cores is as quick as several at a time on one core each: 200 ms for five passages, 212 so (p50, two
cores).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.encoder.adapter import read_record
from rag.encoder.graph import INPUT, READER_GRAPH_FILE, READER_OUTPUT
from rag.encoder.prepare import prepared_reader
from rag.encoder.session import open_session
from rag.encoder.tokenizer import TOKENIZER_FILE, open_tokenizer
from rag.reader import Page, Reading
from rag.reader.layout import Layout, lay_out
from rag.reader.spans import read_scores
from rag.types import FloatMatrix


class OnnxReader:
    """Keeps the protocol `rag.reader.Reader`."""

    def __init__(self) -> None:
        """Open the embedded reader, preparing it where it is not yet. Raises `ModelError` when that can't be done."""
        record, folder = read_record(), prepared_reader()
        self._session = open_session(folder / READER_GRAPH_FILE)
        self._tokenizer = open_tokenizer(folder / TOKENIZER_FILE)
        self._temperature = record.temperature
        self.id = f"e5-small-reader-{record.version}@{record.sha256[:12]}"

    def read(self, question: str, pages: Sequence[Page]) -> list[Reading]:
        """A reading of each page, in their order."""
        return [self._read(question, page) for page in pages]

    def _read(self, question: str, page: Page) -> Reading:
        layout = lay_out(self._tokenizer, question, page.title, page.text)
        return read_scores(self.scores(layout), layout.tokens, temperature=self._temperature)

    def scores(self, layout: Layout) -> FloatMatrix:
        """The scores of starts and ends, (1 + tokens of the passage, 2) float32; row 0 is the null span's."""
        rows = (np.array([row], dtype=np.int64) for row in layout.rows)
        return layout.joined([self._session.run([READER_OUTPUT], {INPUT: row})[0][0] for row in rows])
