"""The tables in `rag/data`: phrases, wording and weights, apart from the code, for people to read and to correct."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

_Words = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the quick ones are missing where PyYAML was built without C
_Values = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_words(name: str) -> Any:
    """The table `rag/data/{name}.yaml` with every value a string: "no" and "on" stay words."""
    return yaml.load(_text(name), Loader=_Words)  # noqa: S506 - nothing is constructed


def read_values(name: str) -> Any:
    """The table `rag/data/{name}.yaml` with its numbers as numbers."""
    return yaml.load(_text(name), Loader=_Values)  # noqa: S506 - a safe loader


def _text(name: str) -> str:
    return resources.files("rag").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
