"""Grade one answer against what is known.

Right means: every list of `must_include` is met (without one: any of `answers` occurs), compared case-folded, NFC,
blanks collapsed, quotation and citation marks dropped, on word boundaries. Where several articles are needed, each is
cited. A text longer than its kind may be is wrong: quoting everything is no answer. What can't be answered was refused.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import GoldError
from rag.evaluate.gold import MULTI_ARTICLE, GoldQuestion
from rag.types import Answer, Texts

SHORT_TYPES = frozenset({"factoid", "number", "date", "person", "meta"})
SHORT_TEXT, LONG_TEXT = 300, 900  # characters that an answer may have, marks not counted

_MARK = re.compile(r"\s*\[\d+\]")
_QUOTATION_MARKS = re.compile(r"[“”\"«»‘’'`]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question, graded."""

    id: str
    type: str
    lang: str
    question: str
    answerable: bool
    right: bool
    abstained: bool
    confidence: float
    citations: int
    from_right_articles: int  # of the citations
    first_citation_right: bool
    exact_quotes: int
    characters: int  # of the answer, marks not counted
    milliseconds: float
    text: str

    def to_json(self) -> str:
        """One line of a results file."""
        return json.dumps(asdict(self), ensure_ascii=False)


def grade(gold: GoldQuestion, answer: Answer, milliseconds: float, texts: Texts, ids: Collection[str]) -> Row:
    """Grade an answer. `ids` are those of all articles, `texts` has what stands in them."""
    from_right = [any(_names(name, c.article_id, ids) for name in gold.articles) for c in answer.citations]
    quotes = [texts.article(c.article_id).text[c.start : c.end] == c.quote for c in answer.citations]
    return Row(
        id=gold.id,
        type=gold.type,
        lang=gold.lang,
        question=gold.question,
        answerable=gold.answerable,
        right=is_right(gold, answer, ids),
        abstained=answer.abstained,
        confidence=round(answer.confidence, 4),
        citations=len(from_right),
        from_right_articles=sum(from_right),
        first_citation_right=bool(from_right) and from_right[0],
        exact_quotes=sum(quotes),
        characters=len(_MARK.sub("", answer.text)),
        milliseconds=round(milliseconds, 1),
        text=answer.text,
    )


def is_right(gold: GoldQuestion, answer: Answer, ids: Collection[str]) -> bool:
    """Whether an answer is right, as the head of this module says."""
    if answer.abstained or not gold.answerable:
        return answer.abstained and not gold.answerable
    if len(_MARK.sub("", answer.text)) > (SHORT_TEXT if gold.type in SHORT_TYPES else LONG_TEXT):
        return False
    cited = {c.article_id for c in answer.citations}
    if gold.type == MULTI_ARTICLE and not all(any(_names(n, i, ids) for i in cited) for n in gold.articles):
        return False
    text = comparable(answer.text)
    if gold.must_include:
        return all(any(occurs(piece, text) for piece in pieces) for pieces in gold.must_include)
    return not gold.answers or any(occurs(piece, text) for piece in gold.answers)


def comparable(text: str) -> str:
    """A text without what doesn't count. "“Dân  vận” [1]" → "dân vận"."""
    without = _QUOTATION_MARKS.sub("", _MARK.sub(" ", unicodedata.normalize("NFC", text)))
    return " ".join(without.casefold().split())


def occurs(piece: str, comparable_text: str) -> bool:
    """Whether a piece stands in a comparable text, whole words only."""
    wanted = re.escape(comparable(piece))
    return re.search(rf"(?<!\w){wanted}(?!\w)", comparable_text) is not None


def _names(name: str, article_id: str, ids: Collection[str]) -> bool:
    """Whether a name means an article: it is its id; or, no article having just that id, its id begins so."""
    return article_id == name if name in ids else article_id.startswith(name)


def read_rows(path: Path) -> list[Row]:
    """The rows of a results file. Raises `GoldError` when it is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        records: list[Mapping[str, object]] = [json.loads(line) for line in lines if line.strip()]
        return [Row(**record) for record in records]  # type: ignore[arg-type]  # a wrong type is a wrong file
    except (OSError, ValueError, TypeError) as error:
        raise GoldError(f"{path} holds no results ({error}): name a file written by `rag eval GOLD --out`.") from None
