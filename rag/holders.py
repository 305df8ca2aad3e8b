"""Answer who holds an office, where several articles name one: each with its article's day, the oldest first.

"Trong các bài, những ai là Giám đốc Sở Y tế?" → "- 02/03/2015: … Giám đốc Sở Y tế Lê Văn An …", "- 04/10/2020: …"
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.cite import Quotation, Statement
from rag.corpus import Corpus
from rag.evidence import persons_in
from rag.listing import Listing, by_age, shortened
from rag.offices import offices_in
from rag.passages import reading
from rag.phrases import drop_phrases, find, holds_any, phrases_of
from rag.question import Question, read_question
from rag.terms import flat
from rag.types import Article, Span
from rag.wording import written_day

CANDIDATES = 100  # passages looked through
QUOTE_CHARACTERS = 150
CONFIDENCE = 0.8  # the name beside an office is nearly always its holder's
_BETWEEN = re.compile(r"(?<=\w) (?:of|de|du) (?:the |a |la |l')?(?=[A-ZĐ])")  # "Phó Bí thư of a Huyện ủy"


def holders(question: Question, corpus: Corpus) -> Listing | None:
    """Who holds the office that is all that a question names, from each article that tells; None unless two do."""
    if question.kind in ("date", "number", "place", "reason"):
        return None
    foreign = question.language != "vi"
    text = corpus.meaning(question.text, corpus.search(question.text)) if foreign else question.text
    if not (office := _office(text)):
        return None
    told: dict[str, Span] = {}
    for candidate in corpus.search(office, k=CANDIDATES):
        passage = candidate.hit.passage
        article = corpus.articles[passage.article_id]
        for span in passage.sentences:
            if article.id not in told and _names_holder(reading(article, span), office):
                told[article.id] = span
    if len(told) < 2:
        return None
    ordered = sorted(told, key=lambda article_id: by_age(corpus.articles[article_id]))
    asked = replace(read_question(office), kind="person", language=question.language)
    statements = tuple(_statement(asked, corpus, corpus.articles[i], told[i]) for i in ordered)
    return Listing(statements, kind="person", confidence=CONFIDENCE)


def _office(text: str) -> str:
    """What is left of a question without what asks, where that begins with an office; else ""."""
    office, mark, rest = text.partition(":") if ":" in text else text.partition(",")
    text = office if mark and holds_any(rest, "one_of_them") else text
    text = drop_phrases(drop_phrases(_BETWEEN.sub(" ", text), "holders_asked"), "question_words")
    left = " ".join(text.split()).strip(" ?.!,:？")
    return left if any(place.start == 0 for phrase in phrases_of("offices") for place in find(left, phrase)) else ""


def _names_holder(text: str, office: str) -> bool:
    """Whether a text has the office, not its deputy's, and a person."""
    held = offices_in(office)
    return bool(held) and flat(office) in flat(text) and held[0] in offices_in(text) and bool(persons_in(text))


def _statement(question: Question, corpus: Corpus, article: Article, span: Span) -> Statement:
    quote = corpus.cut(question, article, span, max_characters=QUOTE_CHARACTERS)
    day, line = article.metadata.published, article.metadata.published_span
    label = f"- {written_day(day, question.language) if day else shortened(article.metadata.title)}: "
    dated = (Quotation(article, line),) if line else ()
    cut = quote.start > span.start, quote.end < span.end
    return Statement(Quotation(article, quote), label=label, same=dated, cut=cut)
