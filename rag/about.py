"""Answer questions about the articles themselves, from metadata and the index: who wrote it, when, which mention X.

Each answer is statements with quotations like any other: a title line, a byline, a date line, a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.cite import Quotation, Statement
from rag.confidence import METADATA_CONFIDENCE, MISSED, confidence_of
from rag.corpus import Corpus
from rag.passages import body_sentences, reading
from rag.phrases import drop_phrases, holds_any
from rag.question import (
    Field,
    Question,
    content_syllables,
    fields_asked,
    language_of,
    numbers_of,
    read_question,
    without_phrases,
)
from rag.select import SENTENCE_ENDS
from rag.terms import flat
from rag.types import Article, Span
from rag.wording import wording, written_day

MENTION_CHARACTERS = 150  # of a quotation in a list of articles
TITLE_CHARACTERS = 90
MENTION_CANDIDATES = 100  # passages looked through for a mention
MOST_MENTIONS = 12  # articles quoted in an answer; the heading counts all
MOST_LISTED = 50
LISTING_WORDS = 2  # of content at most that ask for a list of articles, beside their year
MEANT_ENOUGH = 0.5  # how far the topic of a question must agree with an article for it to be meant
LEAD_SENTENCES, SUMMARY_CHARACTERS = 4, 280  # where the lead is looked for; what a summary has
BRIEF = 120  # characters of a first sentence, with which the next is told, too
LATER = 0.1  # of the title's words, which a later sentence has to hold more
TITLE_WEIGHT = 0.3  # of the share of the question's words that a title has, and of the title's that the question has
_IN_BRACKETS = re.compile(r"[(（]([^()（）]{3,80})[)）]")


@dataclass(frozen=True, slots=True)
class Listing:
    """Statements that answer, or none where the articles don't say; and the words around them."""

    statements: tuple[Statement, ...]
    heading: str = ""
    refusal: str = ""
    kind: str = "about"
    confidence: float = METADATA_CONFIDENCE


def about_articles(question: Question, corpus: Corpus, *, before: Question | None = None) -> Listing | None:
    """The answer to a question about the articles, or None when it asks about what they tell.

    `before` is the question that this one leans on: "who wrote that article?" means the one that answered it.
    """
    text, language = question.text, question.language
    if holds_any(text, "no_article"):
        return None
    if _only(text, "small_talk"):
        return Listing((), refusal=wording(language)["small_talk"].format(count=len(corpus.articles)))
    if holds_any(text, "newest") or holds_any(text, "oldest"):
        return _extreme(corpus.articles, newest=holds_any(text, "newest"), language=language)
    if holds_any(text, "mentions") and (authored := _authored(question, corpus)):
        return _listing(authored, language)
    if holds_any(text, "mentions") and (holds_any(text, "mention_verbs") or question.quoted):
        return _mentions(question, corpus)
    if holds_any(text, "listing") or _counts_all(question):
        return _listing(corpus.articles.values(), language)
    if _lists_dated(question) and (years := [d.year for d in question.dates if d.year]):
        dated = [a for a in corpus.articles.values() if a.metadata.published and a.metadata.published.year in years]
        return _listing(dated, language)
    fields = fields_asked(text)
    if fields and (holds_any(text, "article") or _entitled(question, corpus)):
        return _fields(fields, _article_meant(question, corpus, before), question, corpus)
    return None


def _only(text: str, table: str) -> bool:
    """Whether a text says nothing but phrases of a table."""
    return not any(c.isalnum() for c in drop_phrases(text, table))


def _counts_all(question: Question) -> bool:
    """Whether it is asked how many articles there are: not how many somebody wrote."""
    rest = without_phrases(question, ("articles_counted", "whole_folder"))
    return holds_any(question.text, "articles_counted") and not content_syllables(rest, question.language)


def _lists_dated(question: Question) -> bool:
    """Whether nothing is asked but for the articles of a year: not "bài năm 2015 nói gì về đại hội?"."""
    rest = without_phrases(question, ("dated", "mentions", "listing", "article"))
    left = [s for s in content_syllables(rest, question.language) if not s.isdigit()]
    return holds_any(question.text, "dated") and len(left) <= LISTING_WORDS


def _authored(question: Question, corpus: Corpus) -> list[Article]:
    """The articles whose author the question names: "bài nào của Jane Doe?"."""
    asked = flat(question.text)
    return [a for a in corpus.articles.values() if a.metadata.author and flat(a.metadata.author) in asked]


def _fields(
    fields: Sequence[Field], meant: tuple[Article, float] | None, question: Question, corpus: Corpus
) -> Listing:
    words = wording(question.language)
    if meant is None:
        return Listing((), refusal=words["refused_article"], confidence=1 - METADATA_CONFIDENCE)
    article, confidence = meant
    if "summary" in fields:
        return Listing(tuple(_lead(article, question, corpus)), confidence=confidence)
    metadata = article.metadata
    spans: dict[Field, Span | None] = {
        "title": metadata.title_span,
        "author": metadata.author_span,
        "published": metadata.published_span,
        "source": metadata.source_span,
    }
    found = [(field, span) for field in fields if (span := spans.get(field))]
    statements = tuple(Statement(Quotation(article, span), label=f"{words[field]}: ") for field, span in found)
    refusal = words["refused_field"].format(title=_short(metadata.title))
    return Listing(statements, refusal=refusal, confidence=confidence)


def _lead(article: Article, question: Question, corpus: Corpus) -> Iterator[Statement]:
    """What the article is about: of its first sentences the one that holds most of the title, and the next if brief.

    News are written so; what stands first may be the caption of a picture.
    """
    sentences = [s for s in body_sentences(article) if reading(article, s).endswith(SENTENCE_ENDS)]
    title = content_syllables(article.metadata.title, language_of(article.metadata.title))

    def worth(place: int) -> float:
        held = corpus.share(question, reading(article, sentences[place]), title)
        return held - LATER * place

    first = max(range(min(LEAD_SENTENCES, len(sentences))), key=worth, default=0)
    room = SUMMARY_CHARACTERS
    for span in sentences[first : first + 2] or [Span(*article.content[0])]:
        if SUMMARY_CHARACTERS - room > BRIEF or span.end - span.start > room < SUMMARY_CHARACTERS:
            return
        quote = corpus.cut(question, article, span, max_characters=room)
        room -= quote.end - quote.start
        yield Statement(Quotation(article, quote), cut=(quote.start > span.start, quote.end < span.end))


def _article_meant(question: Question, corpus: Corpus, before: Question | None) -> tuple[Article, float] | None:
    """The article that a question about an article means, and how sure that is; None when it can't be told.

    The one whose title is quoted, or whose day or author is told; the only one there is; where no topic is named, the
    one that answered the question before; else the one that agrees most with the topic, if it agrees enough.
    """
    authored = _authored(question, corpus)
    alone = authored[0] if len(authored) == 1 else None
    if named := _entitled(question, corpus) or _dated_so(question, corpus) or alone:
        return named, METADATA_CONFIDENCE
    if len(corpus.articles) == 1:
        return next(iter(corpus.articles.values())), METADATA_CONFIDENCE
    topic = without_phrases(question, ("author", "published", "source", "title", "summary", "article"))
    if not content_syllables(topic, question.language):
        return None if before is None else _nearest(before, corpus)
    return article_about(topic, question.language, corpus)


def article_about(topic: str, language: str, corpus: Corpus) -> tuple[Article, float] | None:
    """The article that a topic describes, and how sure that is; None when no article agrees enough."""
    return _nearest(replace(read_question(topic), kind="fact", language=language), corpus)


def _entitled(question: Question, corpus: Corpus) -> Article | None:
    """The article whose title the question quotes; of several the one with the shortest."""
    for quoted in question.quoted:
        titled = [a for a in corpus.articles.values() if flat(quoted) in flat(a.metadata.title)]
        if titled:
            return min(titled, key=lambda a: len(a.metadata.title))
    return None


def _dated_so(question: Question, corpus: Corpus) -> Article | None:
    """The one article of a day that the question tells, where there is just one."""
    days = {found.as_date for found in question.dates if found.as_date}
    dated = [a for a in corpus.articles.values() if a.metadata.published in days]
    return dated[0] if len(dated) == 1 else None


def _nearest(topic: Question, corpus: Corpus) -> tuple[Article, float] | None:
    """The article that agrees most with a topic, by its best sentence and its title."""
    best: dict[str, tuple[float, float, Article]] = {}
    for sentence in corpus.best(topic, thorough=True):
        article = sentence.article
        if article.id not in best:
            title = article.metadata.title
            titled = corpus.share(topic, title)
            named = corpus.share(topic, topic.text, content_syllables(title, language_of(title)))
            sure = max(confidence_of(topic, sentence), sentence.context, titled)
            sure *= 1.0 if sentence.numbers_met else MISSED
            best[article.id] = (sentence.score + TITLE_WEIGHT * (titled + named), sure, article)
    if not best:
        return None
    _, sure, article = max(best.values(), key=lambda found: found[:2])
    return (article, METADATA_CONFIDENCE * sure) if sure >= MEANT_ENOUGH else None


def _mentions(question: Question, corpus: Corpus) -> Listing:
    topic = topic_of(question)
    nearest = corpus.search(topic, k=MENTION_CANDIDATES)
    wanted = {_said(question.quoted[0])} if question.quoted else {_said(topic), _said(corpus.meaning(topic, nearest))}
    numbers = set(numbers_of(topic))
    found: dict[str, Span] = {}
    loosely: dict[str, Span] = {}
    for candidate in nearest:
        passage = candidate.hit.passage
        article = corpus.articles[passage.article_id]
        for span in passage.sentences:
            sentence = reading(article, span)
            if any(said in _said(sentence) for said in wanted) and numbers <= set(numbers_of(sentence)):
                found.setdefault(article.id, span)
            elif corpus.share(question, sentence, content_syllables(topic, question.language)) >= 0.85:
                loosely.setdefault(article.id, span)
    chosen = found or loosely
    ordered = sorted(chosen, key=lambda i: _age(corpus.articles[i]))
    asked = replace(read_question(topic), kind="fact", language=question.language)  # of a sentence, what tells of it
    statements = tuple(_mention(asked, corpus, corpus.articles[i], chosen[i]) for i in ordered[:MOST_MENTIONS])
    words = wording(question.language)
    heading = words["mentioning"].format(topic=topic, count=_count(len(ordered), MOST_MENTIONS))
    return Listing(statements, heading=heading, refusal=words["refused"], kind="mentions")


def _said(text: str) -> str:
    """The text flat; "Quyết định số 290" and "Quyết định 290" are one."""
    return re.sub(r" so (?=\d)", " ", flat(text))


def _mention(question: Question, corpus: Corpus, article: Article, span: Span) -> Statement:
    quote = corpus.cut(question, article, span, max_characters=MENTION_CHARACTERS)
    label = f"- {_short(article.metadata.title)}: "
    return Statement(Quotation(article, quote), label=label, cut=(quote.start > span.start, quote.end < span.end))


def topic_of(question: Question) -> str:
    """What "which articles mention X" asks for: "Những bài nào nhắc đến Nghị quyết số 25?" → "Nghị quyết số 25"."""
    given = _IN_BRACKETS.search(question.text)
    if given and question.language != "vi":  # "Decision 290 (Quyết định 290)": as the articles have it
        return given.group(1).strip()
    if question.quoted:
        rest = question.text.replace(question.quoted[0], " ")
        return " ".join([question.quoted[0], *numbers_of(rest)])
    text = without_phrases(question, ("mention_verbs", "mentions"))
    words = [word for word in text.split() if word.strip("?.!,:;？。…")]
    while words and holds_any(words[0].strip("?.!,:;"), "loose_ends"):
        words.pop(0)
    while words and holds_any(words[-1].strip("?.!,:;"), "loose_ends"):
        words.pop()
    return " ".join(words).strip(" ?.!,:;？。") or question.text


def _listing(articles: Iterable[Article], language: str) -> Listing:
    ordered, words = sorted(articles, key=_age), wording(language)
    statements = tuple(_titled(article, language) for article in ordered[-MOST_LISTED:])
    heading = words["articles"].format(count=_count(len(ordered), MOST_LISTED))
    return Listing(statements, heading=heading, refusal=words["refused"], kind="listing")


def _extreme(articles: Mapping[str, Article], *, newest: bool, language: str) -> Listing:
    words = wording(language)
    dated = sorted((a for a in articles.values() if a.metadata.published), key=_age)
    chosen = dated[-1:] if newest else dated[:1]
    statements = tuple(_titled(article, language) for article in chosen)
    heading = words["newest" if newest else "oldest"]
    return Listing(statements, heading=heading, refusal=words["refused"], kind="listing")


def _count(found: int, most: int) -> str:
    return str(found) if found <= most else f"{most} / {found}"


def _titled(article: Article, language: str) -> Statement:
    metadata = article.metadata
    day = metadata.published
    date = written_day(day, language) if day else wording(language)["undated"]
    span = metadata.title_span or article.content[0]
    dated = (Quotation(article, metadata.published_span),) if metadata.published_span else ()
    return Statement(Quotation(article, span), label=f"- {date}: ", same=dated)


def _age(article: Article) -> tuple[str, str]:
    published = article.metadata.published
    return (published.isoformat() if published else "0000", article.id)


def _short(title: str) -> str:
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1].rsplit(" ", 1)[0] + " …"
