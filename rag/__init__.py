"""Answers from a folder of articles, each proved by verbatim quotes.

    import rag
    answer = rag.answer("Ban Dân vận Tỉnh ủy có bao nhiêu biên chế?")   # asks ./seeds through ./index
    print(answer.text, answer.citations[0].quote)

Nothing heavy is loaded until the first question.
"""

from __future__ import annotations

from rag.answer import Assistant
from rag.cite import Verification, verify
from rag.errors import (
    ArticlesError,
    CitationError,
    ConfigError,
    GeneratorError,
    IndexUnusableError,
    ModelError,
    QuestionError,
    RagError,
)
from rag.generate.scripted import ScriptedGenerator
from rag.shared import answer
from rag.types import (
    Answer,
    Article,
    Checks,
    Citation,
    Hit,
    Metadata,
    Passage,
    Report,
    Skipped,
    Span,
    Trace,
    Unsupported,
)

__all__ = [
    "Answer",
    "Article",
    "ArticlesError",
    "Assistant",
    "Checks",
    "Citation",
    "CitationError",
    "ConfigError",
    "GeneratorError",
    "Hit",
    "IndexUnusableError",
    "Metadata",
    "ModelError",
    "Passage",
    "QuestionError",
    "RagError",
    "Report",
    "ScriptedGenerator",
    "Skipped",
    "Span",
    "Trace",
    "Unsupported",
    "Verification",
    "answer",
    "verify",
]
