"""The tables in `rag/data`: phrases, wording and weights, apart from the code, for people to read and to correct."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Any

import yaml

_Words = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the quick ones are missing where PyYAML was built without C
_Values = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_words(name: str) -> Any:
    """The table `rag/data/{name}.yaml` with every value a string: "no" and "on" stay words."""
    return yaml.load(_text(f"{name}.yaml"), Loader=_Words)  # noqa: S506 - nothing is constructed


def read_values(name: str) -> Any:
    """The table `rag/data/{name}.yaml` with its numbers as numbers."""
    return yaml.load(_text(f"{name}.yaml"), Loader=_Values)  # noqa: S506 - a safe loader


def read_phrases(name: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of the long table `rag/data/{name}.tsv`: a term and its phrases."""
    for line in _text(f"{name}.tsv").splitlines():
        if line and not line.startswith("#"):
            term, phrases = line.split("\t")
            yield term, phrases.split("; ")


def _text(name: str) -> str:
    return resources.files("rag").joinpath("data", name).read_text(encoding="utf-8")
