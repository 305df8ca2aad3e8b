"""Answer questions about the articles themselves, from metadata and the index: who wrote it, when, which mention X.

Each answer is statements with quotations like any other: a title line, a byline, a date line, a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.abbreviations import is_abbreviation, places_told
from rag.bylines import read_photographer
from rag.cite import Quotation, Statement
from rag.confidence import METADATA_CONFIDENCE, MISSED, confidence_of
from rag.corpus import Corpus
from rag.glossary import in_words_of
from rag.holders import holders
from rag.listing import Listing, list_of, newest_or_oldest, shortened
from rag.mentions import mentions
from rag.parts import questions_in
from rag.passages import body_sentences, reading
from rag.phrases import drop_phrases, holds_any, says_only
from rag.question import (
    Field,
    Question,
    content_syllables,
    fields_asked,
    language_of,
    read_question,
    without_phrases,
)
from rag.select import SENTENCE_ENDS
from rag.terms import flat
from rag.types import GREETING, Article, Span
from rag.wording import wording

MANY_CANDIDATES = 100  # passages looked through for what an abbreviation stands for, or for a picture
LISTING_WORDS = 2  # of content at most that ask for a list of articles, beside their year
MEANT_ENOUGH = 0.45  # how far the topic of a question must agree with an article for it to be meant
LEAD_SENTENCES, SUMMARY_CHARACTERS = 4, 280  # where the lead is looked for; what a summary has
BRIEF = 120  # characters of a first sentence, with which the next is told, too
LATER = 0.1  # of the title's words, which a later sentence has to hold more
TITLE_WEIGHT = 0.3  # of the share of the question's words that a title has, and of the title's that the question has


def about_articles(question: Question, corpus: Corpus, *, before: Question | None = None) -> Listing | None:
    """The answer to a question about the articles, or None when it asks about what they tell.

    `before` is the question that this one leans on: "who wrote that article?" means the one that answered it.
    """
    text, language = question.text, question.language
    if holds_any(text, "no_article"):
        return None
    if told := _small_talk(text, language, corpus) or _stands_for(text, corpus) or holders(question, corpus):
        return told
    if holds_any(text, "newest") or holds_any(text, "oldest"):
        return newest_or_oldest(corpus.articles, newest=holds_any(text, "newest"), language=language)
    if holds_any(text, "mentions") and (authored := _authored(question, corpus)):
        return list_of(authored, language)
    if holds_any(text, "mentions") and (holds_any(text, "mention_verbs") or question.quoted):
        return mentions(question, corpus)
    if holds_any(text, "listing") or _counts_all(question):
        return list_of(corpus.articles.values(), language)
    if _lists_dated(question) and (years := [d.year for d in question.dates if d.year]):
        dated = [a for a in corpus.articles.values() if a.metadata.published and a.metadata.published.year in years]
        return list_of(dated, language)
    fields = fields_asked(text)
    if fields and (both := _both(question)):
        return _together([_fields(fields, _article_meant(each, corpus, None), each, corpus) for each in both])
    if fields and ("photo" in fields or holds_any(text, "article") or _entitled(question, corpus)):
        return _fields(fields, _article_meant(question, corpus, before), question, corpus)
    return None


def _stands_for(text: str, corpus: Corpus) -> Listing | None:
    """What an abbreviation stands for, where that is all that is asked: "CTDV là viết tắt của gì?"."""
    asked = drop_phrases(text, "stands_for").strip(' ?.!:"“”')
    if asked == text.strip(" ?") or not is_abbreviation(asked):
        return None
    told: list[Quotation] = []
    for candidate in corpus.search(asked, k=MANY_CANDIDATES):
        article, passage = corpus.articles[candidate.hit.passage.article_id], candidate.hit.passage
        places = places_told(asked, article.plain[passage.start : passage.end])
        told += [Quotation(article, Span(passage.start + p.start, passage.start + p.end)) for p in places]
    if not told:
        return None
    in_brackets = [q for q in told if _in_brackets(q, asked)]
    return Listing((Statement((in_brackets or told)[0]),))


def _in_brackets(quotation: Quotation, abbreviation: str) -> bool:
    """Whether the abbreviation stands in brackets after what is quoted."""
    after = quotation.article.plain[quotation.span.end : quotation.span.end + len(abbreviation) + 3]
    return f"({abbreviation})".casefold() in after.casefold()


def _small_talk(text: str, language: str, corpus: Corpus) -> Listing | None:
    """What the assistant does, where nothing is said but a greeting or the like."""
    if not says_only(text, "small_talk"):
        return None
    return Listing((), refusal=wording(language)["small_talk"].format(count=len(corpus.articles)), kind=GREETING)


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


def _both(question: Question) -> list[Question]:
    """What is asked about two articles, asked of each: "Bài về A và bài về B do ai viết?"; none where it is of one."""
    parts = questions_in(question.text) or ()
    asked = [replace(read_question(part), language=question.language) for part in parts]
    return asked if all(fields_asked(part.text) for part in asked) else []


def _together(listings: Sequence[Listing]) -> Listing:
    """The answers about several articles as one; none where one of them is missing."""
    if not all(listing.statements for listing in listings):
        return next(listing for listing in listings if not listing.statements)
    statements = tuple(
        replace(statement, label=f"- {shortened(statement.quotation.article.metadata.title)}: {statement.label}")
        for listing in listings
        for statement in listing.statements
    )
    return Listing(statements, confidence=min(listing.confidence for listing in listings))


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
        "photo": _photographer(article, question, corpus) if "photo" in fields else None,
    }
    found = [(field, span) for field in fields if (span := spans.get(field))]
    statements = tuple(Statement(Quotation(article, span), label=f"{words[field]}: ") for field, span in found)
    refusal = words["refused_field"].format(title=shortened(metadata.title))
    return Listing(statements, refusal=refusal, confidence=confidence)


def _photographer(article: Article, question: Question, corpus: Corpus) -> Span | None:
    """Who took the picture whose caption agrees most with the question."""
    found = list(_credits(article, question, corpus))
    return max(found, key=lambda credit: credit[0])[1] if found else None


def _captioned(question: Question, corpus: Corpus) -> Article | None:
    """The article with the caption that has most of what the question says of a picture, if it has enough."""
    nearest = corpus.search(question.text, k=MANY_CANDIDATES)
    articles = [corpus.articles[i] for i in dict.fromkeys(candidate.hit.passage.article_id for candidate in nearest)]
    found = [(max(_credits(article, question, corpus), default=(0.0,))[0], article) for article in articles]
    share, best = max(found, key=lambda each: each[0], default=(0.0, None))
    return best if share >= MEANT_ENOUGH else None


def _credits(article: Article, question: Question, corpus: Corpus) -> Iterator[tuple[float, Span]]:
    """The names below an article's pictures, each with the share of the question that its caption has."""
    topic = content_syllables(without_phrases(question, ("photo", "article")), question.language)
    for line in re.finditer(r"[^\n]+", article.plain):
        if name := read_photographer(line.group()):
            yield (
                corpus.share(question, line.group(), topic) if topic else 0.0,
                Span(line.start() + name.start, line.start() + name.end),
            )


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

    The one that the question before means, where this one says so; the one whose title is quoted, or whose day or
    author is told; the only one there is; where no topic is named, the one that answered the question before; else the
    one that agrees most with the topic, if it agrees enough.
    """
    if before is not None and holds_any(question.text, "that_article"):
        return _article_meant(before, corpus, None)
    if "photo" in fields_asked(question.text) and (shown := _captioned(question, corpus)):
        return shown, METADATA_CONFIDENCE
    authored = _authored(question, corpus)
    alone = authored[0] if len(authored) == 1 else None
    if named := _entitled(question, corpus) or _dated_so(question, corpus) or alone:
        return named, METADATA_CONFIDENCE
    if len(corpus.articles) == 1:
        return next(iter(corpus.articles.values())), METADATA_CONFIDENCE
    topic = without_phrases(question, ("author", "published", "source", "title", "photo", "summary", "article"))
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
            told = in_words_of([title], topic.text, topic.language)
            titled = corpus.share(topic, title)
            named = corpus.share(topic, told, content_syllables(title, language_of(title)))
            sure = max(confidence_of(topic, sentence), sentence.context, titled, named)
            sure *= 1.0 if sentence.numbers_met else MISSED
            best[article.id] = (sentence.score + TITLE_WEIGHT * (titled + named), sure, article)
    if not best:
        return None
    _, sure, article = max(best.values(), key=lambda found: found[:2])
    return (article, METADATA_CONFIDENCE * sure) if sure >= MEANT_ENOUGH else None
