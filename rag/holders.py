"""Answer who holds an office, where articles name several: each once, with the day of the newest, the oldest first.

"Trong các bài, những ai là Giám đốc Sở Y tế?" → "- 02/03/2015: … Giám đốc Sở Y tế Lê Văn An …", "- 04/10/2020: …"
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.cite import Quotation, Statement
from rag.corpus import Corpus
from rag.evidence import persons_in
from rag.listing import Listing, by_age, dated
from rag.offices import offices_in
from rag.passages import reading
from rag.phrases import begins, drop_phrases, find, holds_any, phrases_of
from rag.question import Question, read_question
from rag.terms import flat
from rag.types import Article, Span

CANDIDATES = 100  # passages looked through
QUOTE_CHARACTERS = 150
MOST_HOLDERS = 12  # the newest
CONFIDENCE = 0.8  # the name beside an office is nearly always its holder's
_BETWEEN = re.compile(r"(?<=\w) (?:of|de|du) (?:the |a |la |l')?(?=[A-ZĐ])")  # "Phó Bí thư of a Huyện ủy"


def holders(question: Question, corpus: Corpus) -> Listing | None:
    """Who have held the office that is all that a question names; None unless two articles tell of two."""
    if question.kind in ("date", "number", "place", "reason"):
        return None
    foreign = question.language != "vi"
    text = corpus.meaning(question.text, corpus.search(question.text)) if foreign else question.text
    if not (office := _office(text)):
        return None
    told: dict[str, tuple[Article, Span]] = {}  # by the flat name of the holder, from the newest article
    for candidate in corpus.search(office, k=CANDIDATES):
        article = corpus.articles[candidate.hit.passage.article_id]
        for span in candidate.hit.passage.sentences:
            holder = _holder(reading(article, span), office)
            if holder and (holder not in told or by_age(article) > by_age(told[holder][0])):
                told[holder] = article, span
    ordered = sorted(told.values(), key=lambda found: by_age(found[0]))[-MOST_HOLDERS:]
    if len({article.id for article, _ in ordered}) < 2:
        return None
    asked = replace(read_question(office), kind="person", language=question.language)
    return Listing(tuple(_statement(asked, corpus, *found) for found in ordered), kind="person", confidence=CONFIDENCE)


def _office(text: str) -> str:
    """What is left of a question without what asks, where that begins with an office; else ""."""
    office, mark, rest = text.partition(":") if ":" in text else text.partition(",")
    text = office if mark and holds_any(rest, "one_of_them") else text
    text = drop_phrases(drop_phrases(_BETWEEN.sub(" ", text), "holders_asked"), "question_words")
    left = " ".join(text.split()).strip(" ?.!,:？")
    return left if begins(left, phrases_of("offices")) else ""


def _holder(text: str, office: str) -> str:
    """The person, flat, who stands nearest to the office in a text; "" where that names its deputy, or nobody."""
    held, persons = offices_in(office), persons_in(text)
    if not held or not persons or flat(office) not in flat(text) or held[0] not in offices_in(text):
        return ""
    here = next(iter(find(text, office)), Span(0, 0))
    nearest = min(persons, key=lambda person: max(person.start - here.end, here.start - person.end))
    return flat(text[nearest.start : nearest.end])


def _statement(question: Question, corpus: Corpus, article: Article, span: Span) -> Statement:
    quote = corpus.cut(question, article, span, max_characters=QUOTE_CHARACTERS)
    cut = quote.start > span.start, quote.end < span.end
    return dated(Statement(Quotation(article, quote), cut=cut), question.language)
