"""Text that a tokenizer can encode: lone surrogates, which UTF-8 has no bytes for, become U+FFFD."""

from __future__ import annotations


def well_formed(text: str) -> str:
    """The same text if it has no surrogates; else pairs are joined and lone ones replaced.

    "a\\ud83c\\udf89b\\ud800" -> "a🎉b\\ufffd"
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
