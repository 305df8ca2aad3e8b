"""Everything this package raises on purpose. Each message has the values and the next thing to do.

RagError
├── ConfigError         a setting or an option that can't be used
├── ArticlesError       the articles folder is missing, or nothing in it can be read
├── ModelError          a model that can't be found, prepared or loaded
├── GeneratorError      a language model that is away, takes too long, or breaks off
├── IndexUnusableError  an index that can't be built, read or written
├── QuestionError       a question that can't be answered as it stands: empty, too long
├── CitationError       a quote that is not in its file
├── ConversationError   a saved conversation that can't be read
└── GoldError           a file of questions with known answers, or of results, that can't be used
"""

from __future__ import annotations


class RagError(Exception):
    """Base of all errors that a user can do something about."""


class ConfigError(RagError):
    """A setting or an option that can't be used."""


class ArticlesError(RagError):
    """The articles folder is missing, or nothing in it can be read."""


class ModelError(RagError):
    """A model that can't be found, prepared or loaded."""


class GeneratorError(RagError):
    """A language model that is away, takes too long, or breaks off."""


class IndexUnusableError(RagError):
    """An index that can't be built, read or written."""


class QuestionError(RagError):
    """A question that can't be answered as it stands: empty, or too long."""


class CitationError(RagError):
    """A quote that is not in its file at the place it names."""


class ConversationError(RagError):
    """A saved conversation that can't be read."""


class GoldError(RagError):
    """A file of questions with known answers, or of results, that can't be used."""
