"""Markdown with its marks blanked: the text stays at its offsets, and a line stays a line.

Only what would be read as noise goes: heading marks, emphasis, link targets, images, fences, HTML comments. Lists,
quotes and tables keep their marks, which part their lines from each other.
"""

from __future__ import annotations

import re

_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+([^\n]*)$", re.MULTILINE)
_FENCE = re.compile(
    r"^[ ]{0,3}(?P<fence>```+(?!`)|~~~+(?!~))[^\n]*\n.*?(?:^[ ]{0,3}(?P=fence)[^\n]*$|\Z)", re.DOTALL | re.MULTILINE
)
_TARGET = r"\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)"  # "(page_(disambiguation))"
# Each with one group at most: what stays. None reads on past a mark that could begin it, nor tries a run of blanks from
# each of its places: the work grows with the length of the text, whatever is in it.
_MARKS = (
    re.compile(r"^[ ]{0,3}\[[^\]\n]+\]:[^\n]*$", re.MULTILINE),  # the target of a reference
    re.compile(rf"!\[([^\[\]\n]*)\]{_TARGET}"),
    re.compile(rf"\[([^\[\]\n]+)\](?:{_TARGET}|\[[^\[\]\n]*\])"),
    re.compile(r"^[ ]{0,3}(?:=+|-{3,}|\*{3,}|_{3,})[ \t]*$", re.MULTILINE),
    re.compile(r"\*\*(?=\S)([^*\n]*?\S)\*\*"),
    re.compile(r"(?<!\w)__(?=\S)([^_\n]*?\S)__(?!\w)"),
    re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*?[^\s*])\*(?![\w*])"),
    re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]*?[^\s_])_(?!\w)"),
    re.compile(r"~~(?=\S)([^~\n]*?\S)~~"),
    re.compile(r"`([^`\n]+)`"),
    re.compile(r"</?[a-zA-Z][^<>\n]*>"),
)


def read_markdown(text: str) -> str:
    """The text with Markdown's marks as blanks; same length, same line breaks. Code between fences stays as it is."""
    pieces: list[str] = []
    at = 0
    for code in _FENCE.finditer(text):
        pieces += [_without_marks(text[at : code.start()]), _without_fences(code.group())]
        at = code.end()
    return "".join([*pieces, _without_marks(text[at:])])


def _without_marks(text: str) -> str:
    text = _HEADING.sub(_keep_heading, _without_comments(text))
    for pattern in _MARKS:
        text = pattern.sub(_keep_group, text)
    return text


def _without_comments(text: str) -> str:
    pieces: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        pieces += [text[at:start], _blanks(text[start : end + 3])]
        at = end + 3
    return "".join([*pieces, text[at:]])


def _keep_heading(match: re.Match[str]) -> str:
    heading = match.group(1).rstrip()
    unmarked = heading.rstrip("#")
    if not unmarked or unmarked[-1].isspace():  # "## Heading ##", but "# C#"
        heading = unmarked
    before = match.start(1) - match.start()
    return " " * before + heading + _blanks(match.group()[before + len(heading) :])


def _keep_group(match: re.Match[str]) -> str:
    if match.re.groups == 0 or match.group(1) is None:
        return _blanks(match.group())
    before = match.start(1) - match.start()
    after = match.end() - match.end(1)
    return " " * before + match.group(1) + " " * after


def _without_fences(code: str) -> str:
    lines = code.splitlines(keepends=True)
    lines[0] = _blanks(lines[0])
    if len(lines) > 1 and lines[-1].strip() and not lines[-1].strip(" `~\r\n"):
        lines[-1] = _blanks(lines[-1])
    return "".join(lines)


def _blanks(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)
