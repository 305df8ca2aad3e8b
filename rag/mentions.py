"""Answer which articles mention something, each with a sentence that does, the oldest article first."""

from __future__ import annotations

import re
from dataclasses import replace
from statistics import fmean

from rag.cite import Quotation, Statement
from rag.confidence import METADATA_CONFIDENCE, confidence_of
from rag.corpus import Corpus
from rag.listing import Listing, by_age, counted, shortened
from rag.passages import reading
from rag.phrases import holds_any
from rag.question import Question, content_syllables, numbers_of, read_question, without_phrases
from rag.terms import flat
from rag.types import Article, Span
from rag.wording import wording

MENTION_CHARACTERS = 150  # of a quotation
MENTION_CANDIDATES = 100  # passages looked through
MOST_MENTIONS = 12  # articles quoted in an answer; the heading counts all
MEANT_CANDIDATES = 12  # passages read for what is nowhere found in the question's words
MEANT = 0.4  # of the confidence with which one is listed then
_IN_BRACKETS = re.compile(r"[(（]([^()（）]{3,80})[)）]")


def mentions(question: Question, corpus: Corpus) -> Listing:
    """The articles that mention what the question asks for: letter by letter, or with its words, or else by meaning."""
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
    chosen, sure = found or loosely, METADATA_CONFIDENCE
    if not chosen:
        meant = _meant(question, topic, corpus)
        chosen, sure = {i: span for i, (span, _) in meant.items()}, fmean([c for _, c in meant.values()] or [0.0])
    ordered = sorted(chosen, key=lambda i: by_age(corpus.articles[i]))
    asked = replace(read_question(topic), kind="fact", language=question.language)  # of a sentence, what tells of it
    statements = tuple(_mention(asked, corpus, corpus.articles[i], chosen[i]) for i in ordered[:MOST_MENTIONS])
    words = wording(question.language)
    heading = words["mentioning"].format(topic=topic, count=counted(len(ordered), MOST_MENTIONS))
    return Listing(statements, heading=heading, refusal=words["refused"], kind="mentions", confidence=sure)


def _meant(question: Question, topic: str, corpus: Corpus) -> dict[str, tuple[Span, float]]:
    """The articles with a sentence that tells of the topic in words of its own, or of another language; how surely."""
    found: dict[str, tuple[Span, float]] = {}
    nearest = corpus.search(topic, k=MEANT_CANDIDATES)
    for article_id in dict.fromkeys(candidate.hit.passage.article_id for candidate in nearest):
        there = [candidate for candidate in nearest if candidate.hit.passage.article_id == article_id]
        best = corpus.score(question, there, thorough=True)[0]
        if (confidence := confidence_of(question, best)) >= MEANT:
            found[article_id] = best.span, confidence
    return found


def _said(text: str) -> str:
    """The text flat; "Quyết định số 290" and "Quyết định 290" are one."""
    return re.sub(r" so (?=\d)", " ", flat(text))


def _mention(question: Question, corpus: Corpus, article: Article, span: Span) -> Statement:
    quote = corpus.cut(question, article, span, max_characters=MENTION_CHARACTERS)
    label = f"- {shortened(article.metadata.title)}: "
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
