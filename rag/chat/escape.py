"""Text of articles and of people as HTML that is safe wherever it is put. Knows no page."""

from __future__ import annotations

import re

_PLAIN_ASCII = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
# What no page should show: controls, direction overrides, noncharacters, lone surrogates.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> str:
    """Text that means itself in HTML, its attributes, Markdown and template strings alike.

    Every ASCII character but letters, digits and blanks becomes a numeric reference; other scripts stay as they are.

    >>> escaped("<b> đ")
    '&#60;b&#62; đ'
    """
    return "".join(
        character if character in _PLAIN_ASCII or character > "\x7f" else f"&#{ord(character)};"
        for character in shown(text)
    )


def shown(text: str) -> str:
    """The text without what no page should show: controls, direction overrides, lone surrogates."""
    return _UNSHOWABLE.sub("", text)


def lines(text: str) -> str:
    """`escaped`, with a break at each line end."""
    return "<br>".join(escaped(line) for line in re.split(r"\r\n?|\n", text))


def flat(text: str) -> str:
    """The text as one line."""
    return " ".join(text.split())
