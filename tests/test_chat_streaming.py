"""A language model on the chat page: sentences as they pass, and a model that stops when the browser goes away."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import rag
from rag.chat import Settings, running
from rag.generate import Message
from tests.page_client import asking, shown

SEEDS = Path(__file__).parents[1] / "seeds"
STAFF = "Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?"
RIGHT = "Ban Dân vận Tỉnh ủy có 15 biên chế (trong tổng số 16 biên chế được giao)."


class Endless(rag.ScriptedGenerator):
    """Writes one sentence, then nothing more until whoever reads goes away."""

    def stream(self, messages: Sequence[Message], *, max_tokens: int, stop: threading.Event) -> Iterator[str]:
        try:
            yield f"{RIGHT} [1] Và"
            while not stop.wait(0.02):
                yield ""
        finally:
            self.stopped.set()


def test_a_sentence_is_shown_when_it_has_passed_and_leaving_stops_the_model(seed_index: Path) -> None:
    generator = Endless([])
    bot = rag.Assistant.open(SEEDS, seed_index, reader="none", llm=generator)
    with running(bot, Settings(port=0, follow=False)) as address:
        with asking(address, STAFF) as messages:
            assert any("15 bi" in shown(message) for message in messages)
            assert not generator.stopped.is_set()
        assert generator.stopped.wait(timeout=30)
