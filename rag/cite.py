"""Write an answer from quotes, prove each by a citation, and check an answer's quotes against the files later.

A statement is a label and a quotation. A label is fixed words, or what is cited beside it (a title, a date).
Knows nothing of how quotes were chosen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from rag.articles import read_text
from rag.config import ARTICLES_FOLDER
from rag.errors import ArticlesError, CitationError
from rag.passages import reading
from rag.types import Answer, Article, Citation, Span

_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A slice of an article."""

    article: Article
    span: Span

    @property
    def exact(self) -> str:
        """The slice, as the file has it."""
        return self.article.text[self.span.start : self.span.end]

    @property
    def shown(self) -> str:
        """The slice as people read it: no markup, blanks collapsed, and the article's own "[1]" no mark of ours."""
        text = reading(self.article, self.span)
        if not text:  # a byline stands outside the content, so `plain` is blank there
            text = " ".join(unescape(self.exact).split())
        return _MARK.sub(r"［\1］", text)


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of an answer: a label, a quotation, and other quotations that say the same or prove the label."""

    quotation: Quotation
    label: str = ""
    same: tuple[Quotation, ...] = ()
    cut: tuple[bool, bool] = (False, False)  # the quotation leaves out the beginning, the end of its sentence


class Marks:
    """Gives each quotation its number, from 1 in the order of the text; the same place gets the same again."""

    def __init__(self) -> None:
        self._citations: dict[tuple[str, Span], Citation] = {}

    def of(self, quotations: Sequence[Quotation]) -> str:
        """The marks of some quotations, such as "[1][3]". Raises `CitationError` as `compose` does."""
        marks = []
        for quotation in quotations:
            key = (quotation.article.id, quotation.span)
            if key not in self._citations:
                self._citations[key] = _citation(quotation, len(self._citations) + 1)
            marks.append(f"[{self._citations[key].marker}]")
        return "".join(marks)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """What the marks stand for, in their order."""
        return tuple(self._citations.values())


def compose(statements: Sequence[Statement], *, heading: str = "") -> tuple[str, tuple[Citation, ...]]:
    """The text of an answer and its citations, numbered from 1 in the order of the text.

    Raises `CitationError` if a quote were not in its article: then there is a fault in this package, and no answer.
    """
    lines, numbered = [heading] if heading else [], Marks()
    for statement in statements:
        marks = numbered.of((statement.quotation, *statement.same))
        before, after = ("… " if statement.cut[0] else ""), (" …" if statement.cut[1] else "")
        lines.append(f"{statement.label}{before}{statement.quotation.shown}{after} {marks}")
    return "\n".join(lines), numbered.citations


def _citation(quotation: Quotation, marker: int) -> Citation:
    article, span = quotation.article, quotation.span
    if not (0 <= span.start < span.end <= len(article.text)):
        raise CitationError(f"The quote {span} is outside {article.id} ({len(article.text)} characters).")
    metadata = article.metadata
    return Citation(
        marker=marker,
        article_id=article.id,
        title=metadata.title,
        published=metadata.published,
        author=metadata.author,
        source=metadata.source,
        quote=quotation.exact,
        start=span.start,
        end=span.end,
    )


@dataclass(frozen=True, slots=True)
class Verification:
    """What re-checking an answer found. True when every quote stands in its file as cited."""

    problems: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return not self.problems


def verify(answer: Answer, articles: Path | str = ARTICLES_FOLDER) -> Verification:
    """Re-check every quote of an answer against the files of a folder, as they are now.

    A file that is gone, can't be read, or says something else at that place is a problem of its own, in one sentence.
    Raises nothing: an answer from elsewhere is data.
    """
    folder = Path(articles).resolve()
    problems = []
    for citation in answer.citations:
        where = f"[{citation.marker}] {citation.article_id}[{citation.start}:{citation.end}]"
        try:
            path = (folder / citation.article_id).resolve()
        except ValueError as error:  # a NUL in the name
            problems.append(f"{where} is no file: {error}.")
            continue
        if not path.is_relative_to(folder):
            problems.append(f"{where} is outside the folder {folder}.")
            continue
        try:
            text = read_text(path)
        except (OSError, ArticlesError) as error:
            problems.append(f"{where} can't be read: {error}")
            continue
        if not citation.quote or text[citation.start : citation.end] != citation.quote:
            problems.append(f"{where} no longer says {citation.quote[:60]!r}.")
    return Verification(tuple(problems))
