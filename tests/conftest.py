"""What several tests share: the five seed articles under the real model, indexed once a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer import Assistant

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="session")
def seed_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds under the embedded model; read it, don't change it."""
    index = tmp_path_factory.mktemp("seeds") / "index"
    Assistant.open(SEEDS, index).close()
    return index


@pytest.fixture(scope="session")
def seed_assistant(seed_index: Path) -> Iterator[Assistant]:
    """The assistant over the seeds; nothing in it changes by asking."""
    with Assistant.open(SEEDS, seed_index) as assistant:
        yield assistant
