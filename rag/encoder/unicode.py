"""Text that a tokenizer can take: no lone surrogates, which UTF-8 has no bytes for, and no NUL, where C ends a text."""

from __future__ import annotations


def well_formed(text: str) -> str:
    """The same text without what no tokenizer reads: NUL is dropped, surrogate pairs are joined, lone ones replaced.

    "a\\ud83c\\udf89b\\ud800\\0" -> "a🎉b\\ufffd"
    """
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
