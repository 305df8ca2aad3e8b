"""The answerer that lets a language model write, and lets pass only what the articles say.

The model is asked with the nearest passages. What it writes is cut into sentences; each is checked against the passage
it cites, then against the others (`rag.support`), and given out the moment it has passed, with a citation of the
sentence that supports it. What fails is removed, or kept and said to be unsupported. Nothing left: the extractive
answer, or its refusal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator as Yielding
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, get_args

from rag.cite import Marks, compose
from rag.confidence import ANSWER_THRESHOLD, confidence_of
from rag.corpus import Corpus
from rag.errors import GeneratorError, QuestionError
from rag.extractive import Draft, draft_answer
from rag.facts import told
from rag.generate import Generator, Message
from rag.prompt import ANSWER_TOKENS, NOT_FOUND, REWRITTEN_TOKENS, answer_messages, rewriting_messages
from rag.question import Kind, Question, clean, read_question
from rag.support import UNTOLD, Claim, support
from rag.terms import flat
from rag.types import Checks, Citation, Passage, Unsupported
from rag.wording import wording
from rag.written import Cutter, Written

HEARTBEAT_SECONDS = 0.2  # after which an empty piece is given, so that whoever reads can leave
SURE = 0.7  # with which a quote answers, though the model found nothing: an article may have told it to say so
MOST_REPEATED = 3  # sentences that the model may write again before it is stopped

Event: TypeAlias = "str | Outcome"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole answer, after its pieces: what was drafted, its text and proof, and what became of each sentence."""

    draft: Draft
    text: str
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float
    checks: Checks = field(default_factory=Checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generative:
    """A model, and how strictly it is held to the quotes."""

    generator: Generator
    keep_unsupported: bool = False
    fallback: bool = False

    def answer(self, asked: Question, history: Sequence[str], corpus: Corpus) -> Iterator[Event]:
        """The answer's pieces, which join to its text, then the outcome. An empty piece says that it is going on.

        Closing the iterator stops the model. Raises `GeneratorError` when the model fails and no fallback is wanted.
        """
        given = time.monotonic()
        for event in self._events(asked, history, corpus):
            if event != "" or time.monotonic() - given >= HEARTBEAT_SECONDS:
                yield event
                given = time.monotonic()

    def _events(self, asked: Question, history: Sequence[str], corpus: Corpus) -> Iterator[Event]:
        draft = draft_answer(asked, history, corpus)
        if draft.kind not in get_args(Kind):  # about the articles themselves: metadata says it
            yield from quoted(draft)
            return
        writing = _Writing(self, corpus)
        try:
            if history:
                asked, draft = yield from writing.understood(asked, history, draft)
            yield from writing.sentences(asked, draft)
        except GeneratorError as error:
            if not self.fallback:
                raise
            yield from writing.failed(asked, draft, error)
            return
        yield from writing.ended(asked, draft)


class _Writing:
    """One answer as it is written."""

    def __init__(self, settings: Generative, corpus: Corpus) -> None:
        self._settings = settings
        self._corpus = corpus
        self._marks = Marks()
        self._text = ""
        self._seen: set[str] = set()
        self._repeated = 0
        self._not_found = False
        self._checks = Checks()

    def understood(
        self, asked: Question, history: Sequence[str], draft: Draft
    ) -> Yielding[str, None, tuple[Question, Draft]]:
        """Write a follow-up out by the model; returns the question and what is drafted for it."""
        generator = self._settings.generator
        messages = rewriting_messages(asked.text, history, generator.special_tokens)
        written = ""
        for piece in self._pieces(messages, REWRITTEN_TOKENS):
            written += piece
            yield ""
        rewritten = _rewritten(written, asked, history)
        if rewritten is None or rewritten.text == asked.text:
            return asked, draft
        return rewritten, draft_answer(rewritten, (), self._corpus)

    def sentences(self, asked: Question, draft: Draft) -> Iterator[str]:
        """The sentences that pass, each the moment it does."""
        nearest = [candidate.hit.passage for candidate in draft.nearest]
        messages, passages = answer_messages(
            asked.text, asked.language, nearest, self._corpus.articles, self._settings.generator
        )
        cutter = Cutter()
        for piece in self._pieces(messages, ANSWER_TOKENS):
            for sentence in cutter.feed(piece):
                yield self._passed(sentence, passages, asked.language)
            if self._repeated >= MOST_REPEATED:
                return
            yield ""
        for sentence in cutter.finish():
            yield self._passed(sentence, passages, asked.language)

    def ended(self, asked: Question, draft: Draft) -> Iterator[Event]:
        """The outcome; where nothing is left, the extractive answer before it, or a refusal."""
        if self._marks.citations or self._text:
            yield self._outcome(asked, draft)
        elif self._not_found and draft.confidence < SURE:
            text = wording(asked.language)["refused"]
            yield text
            confidence = min(draft.confidence, ANSWER_THRESHOLD / 2)
            yield Outcome(draft, text, (), abstained=True, confidence=confidence, checks=self._checks)
        else:
            yield from quoted(draft, checks=self._checks)

    def failed(self, asked: Question, draft: Draft, error: GeneratorError) -> Iterator[Event]:
        """When the model failed: the sentences that passed, else the extractive answer; and the words that it did."""
        self._checks = replace(self._checks, failure=str(error))
        said = wording(asked.language)
        if self._text:
            yield "\n" + said["broke_off"]
            self._text += "\n" + said["broke_off"]
            yield self._outcome(asked, draft)
        else:
            yield from quoted(draft, heading=said["fell_back"], checks=self._checks)

    def _pieces(self, messages: Sequence[Message], tokens: int) -> Iterator[str]:
        """What the model writes; when whoever reads goes away, the model is told to stop."""
        stop = threading.Event()
        pieces = self._settings.generator.stream(messages, max_tokens=tokens, stop=stop)
        try:
            yield from pieces
        finally:
            stop.set()
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _passed(self, sentence: Written, passages: Sequence[Passage], language: str) -> str:
        """The sentence as it is given out, with its marks; "" where it failed, or was told before."""
        if NOT_FOUND.casefold() in sentence.text.casefold():
            self._not_found = True
            return ""
        if flat(sentence.text) in self._seen:
            self._repeated += 1
            return ""
        self._seen.add(flat(sentence.text))
        self._checks = replace(self._checks, written=self._checks.written + 1)
        cited = [passages[mark - 1] for mark in sentence.marks if 0 < mark <= len(passages)]
        claim = Claim.of(sentence.text, self._corpus)
        found = support(claim, cited, self._corpus)
        moved = not found
        if not found:
            others = [passage for passage in passages if passage not in cited]
            elsewhere = support(claim, others, self._corpus)
            found = found if not elsewhere and found.reason != UNTOLD else elsewhere
        if not found:
            return self._failed(sentence, found.reason, language)
        self._checks = replace(self._checks, supported=self._checks.supported + 1, moved=self._checks.moved + moved)
        return self._given(sentence, self._marks.of(found.quotations))

    def _failed(self, sentence: Written, reason: str, language: str) -> str:
        unsupported = (*self._checks.unsupported, Unsupported(sentence.text, reason))
        self._checks = replace(self._checks, unsupported=unsupported)
        if not self._settings.keep_unsupported:
            return ""
        return self._given(sentence, wording(language)["unsupported"])

    def _given(self, sentence: Written, marks: str) -> str:
        before = "" if not self._text else "\n" if sentence.line else " "
        text = f"{before}{'- ' if sentence.item else ''}{sentence.text} {marks}"
        self._text += text
        return text

    def _outcome(self, asked: Question, draft: Draft) -> Outcome:
        """As sure as the surest sentence that it cites answers the question."""
        cited = {(c.article_id, c.start, c.end) for c in self._marks.citations}
        scored = self._corpus.score(asked, draft.nearest) if cited else []
        sure = [confidence_of(asked, s) for s in scored if (s.article.id, *s.span) in cited]
        confidence = max(sure, default=ANSWER_THRESHOLD if cited else 0.0)
        return Outcome(draft, self._text, self._marks.citations, False, confidence, self._checks)


def _rewritten(written: str, asked: Question, history: Sequence[str]) -> Question | None:
    """The question that the model wrote, where it adds nothing of its own: no number, date or name but those asked."""
    lines = [line for line in clean_lines(written) if line]
    if not lines:
        return None
    try:
        question = read_question(lines[-1])
    except QuestionError:
        return None
    known = flat(" ".join([asked.text, *history]))
    facts = told(question.text, asked.language).facts
    new = [fact for fact in facts if any(word not in known.split() for word in flat(fact.text).split())]
    return question if not new and question.language == asked.language else None


def clean_lines(written: str) -> list[str]:
    """The lines of what a model wrote, without markup."""
    cutter = Cutter()
    sentences = [*cutter.feed(written), *cutter.finish()]
    return [clean(sentence.text) for sentence in sentences]


def quoted(draft: Draft, *, heading: str = "", checks: Checks | None = None) -> Iterator[Event]:
    """The extractive answer, or its refusal, in one piece, and the outcome."""
    text, citations = compose(draft.statements, heading=draft.heading) if draft.statements else (draft.refusal, ())
    text = f"{heading}\n{text}" if heading else text
    yield text
    yield Outcome(
        draft, text, citations, abstained=not draft.statements, confidence=draft.confidence, checks=checks or Checks()
    )
