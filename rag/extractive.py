"""The default answerer: it only quotes. From a question and what was asked before to a draft, with its confidence.

In order: a follow-up is written out, or understood with the question before it; a question about the articles
themselves is answered from metadata; one about two things that different articles tell of is asked of each; any other
is answered by the best sentence, or refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from rag.about import about_articles, article_about
from rag.cite import Quotation, Statement
from rag.confidence import ANSWER_THRESHOLD, METADATA_CONFIDENCE, confidence_of
from rag.config import MAX_QUESTION_CHARACTERS
from rag.corpus import Corpus
from rag.described import described
from rag.errors import QuestionError
from rag.evidence import persons_in
from rag.followups import standalone
from rag.listing import Listing, dated
from rag.parts import parts_of
from rag.passages import reading
from rag.phrases import holds_any, person_pronouns, says_only
from rag.question import Question, content_syllables, leans_on_history, read_question, wants_several
from rag.retrieve import Candidate
from rag.select import Sentence, same_fact
from rag.types import GREETING, Span
from rag.wording import wording

LENGTHS = {"date": 160, "number": 160, "person": 180, "place": 180, "reason": 450, "list": 800}  # characters of a quote
REASONS, BRIEF = 3, 200  # sentences that tell why or how; characters of those after the first
OTHER_LENGTH = 280  # of one that tells something else
SELF_CONTAINED = 4  # words of content with which a follow-up is understood alone
PART_THRESHOLD = 0.2  # of the confidence of each part of an answer; of them all it is the usual one
READ_BEFORE, READ_TOGETHER, READ_ALONE = 1, 2, 3  # passages: for what a follow-up leans on, for both as one, for it
READ_OF_PART = 3  # passages for each of two things that are asked of
READ_BEFORE_REFUSING = 7  # passages, where otherwise fewer are read …
HOPELESS = 0.1  # … but for a question of which the first of them make the answer less sure than this
CONTEXT_BONUS = 0.2  # for a sentence of the article that answered the question before


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answer will say, and how sure it is. No statements: it is refused, with `refusal` as its words."""

    statements: tuple[Statement, ...]
    refusal: str
    confidence: float
    kind: str
    understood_as: str
    nearest: tuple[Candidate, ...]
    heading: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A sentence chosen for a question, or for a part of it."""

    question: Question
    sentence: Sentence
    confidence: float
    brief: bool = False


def draft_answer(asked: Question, history: Sequence[str], corpus: Corpus) -> Draft:
    """Find what the articles say to a question. `history`: the user's earlier questions, oldest first."""
    if isinstance(history, str) or not all(isinstance(earlier, str) for earlier in history):
        raise QuestionError('The history must be a list of the earlier questions, each a text: history=["…", "…"].')
    before = _question_before(asked, history)
    if before and (written_out := standalone(asked.text, before=before.text, person=_person(asked, before, corpus))):
        asked = together = read_question(written_out)
    else:
        together = _together(before, asked) if before else asked
    nearest = corpus.search(together.text)
    listing = about_articles(asked, corpus, before=before)
    if listing is not None:
        return _from_listing(listing, asked, together, nearest)
    if before:
        choices, others = _in_context(asked, before, together, nearest, corpus)
    else:
        choices = _part_by_part(asked, corpus)
        others = [] if choices else corpus.score(asked, nearest, thorough=asked.kind == "reason")  # told in several
        choices = choices or _surest(asked, others, corpus)
        if others and corpus.reader and HOPELESS <= _mean(choices) < ANSWER_THRESHOLD:
            others = corpus.score(asked, nearest, thorough=True, reads=READ_BEFORE_REFUSING)
            choices = _surest(asked, others, corpus)
    confidence = _mean(choices)
    answered = confidence >= ANSWER_THRESHOLD
    return Draft(
        statements=_statements(choices, others, corpus) if answered else (),
        refusal=wording(asked.language)["refused"],
        confidence=confidence,
        kind=asked.kind,
        understood_as=together.text,
        nearest=tuple(nearest),
        scores=_scores(choices[0].sentence) if choices else {},
    )


def _from_listing(listing: Listing, asked: Question, together: Question, nearest: Sequence[Candidate]) -> Draft:
    return Draft(
        statements=listing.statements,
        refusal=listing.refusal or wording(asked.language)["refused"],
        confidence=listing.confidence if listing.statements else 1 - METADATA_CONFIDENCE,
        kind=listing.kind,
        understood_as=together.text,
        nearest=() if listing.kind == GREETING else tuple(nearest),
        heading=listing.heading,
    )


def _question_before(asked: Question, history: Sequence[str]) -> Question | None:
    """The last question before, when this one leans on it; together with what that one leans on itself."""
    if not leans_on_history(asked):
        return None
    for place in reversed(range(len(history))):
        try:
            before = read_question(history[place])
        except QuestionError:
            continue  # an empty line in the history says nothing
        if says_only(before.text, "small_talk"):
            continue
        first = _question_before(before, history[:place])
        fits = first and len(first.text) + len(before.text) < MAX_QUESTION_CHARACTERS // 2
        return _together(first, before) if first and fits else before
    return None


def _together(before: Question, asked: Question) -> Question:
    """A follow-up as one question: it wants what was asked last, about what both name."""
    return replace(
        asked,
        text=f"{before.text} {asked.text}",
        content=tuple(dict.fromkeys(before.content + asked.content)),
        numbers=tuple(dict.fromkeys(before.numbers + asked.numbers)),
        names=tuple(dict.fromkeys(before.names + asked.names)),
        dates=before.dates + asked.dates,
    )


def _in_context(
    asked: Question, before: Question, together: Question, nearest: Sequence[Candidate], corpus: Corpus
) -> tuple[list[_Choice], list[Sentence]]:
    """The choice for a follow-up, a sentence of the article that answered the question before among equals; and all.

    It is as sure as the follow-up alone makes it, or the two questions together.
    """
    earlier = corpus.best(before, reads=READ_BEFORE)
    if not earlier:
        return [], []
    home = earlier[0].article.id
    if holds_any(asked.text, "followup_pronouns"):  # "bà ấy" may be somebody whom the answer named
        together = _with_names(together, reading(earlier[0].article, earlier[0].span))
    elsewhere = [candidate for candidate in nearest if candidate.hit.passage.article_id != home]

    def scored(question: Question, reads: int) -> dict[tuple[str, Span], Sentence]:
        at_home = corpus.search(question.text, only=[home])
        scored = corpus.score(question, [*at_home, *elsewhere], thorough=True, reads=reads)
        return {(s.article.id, s.span): s for s in scored}

    joint, alone = scored(together, READ_TOGETHER), scored(asked, READ_ALONE)
    share = min(1.0, len(asked.content) / SELF_CONTAINED)  # how far the follow-up speaks for itself

    def worth(key: tuple[str, Span]) -> tuple[float, tuple[str, Span]]:
        bonus = CONTEXT_BONUS if key[0] == home else 0.0
        return -(share * alone.get(key, joint[key]).score + (1 - share) * joint[key].score + bonus), key

    if not joint:
        return [], []
    best = min(joint, key=worth)
    sure = max(confidence_of(asked, alone.get(best)) * share, confidence_of(together, joint[best]))
    return [_Choice(together if share < 1 else asked, joint[best], sure)], list(joint.values())


def _with_names(together: Question, answer: str) -> Question:
    """The question with the names of the answer before added, for a pronoun to mean one of them."""
    names = ", ".join(answer[name.start : name.end] for name in persons_in(answer))
    content = content_syllables(names, together.language)
    return replace(together, text=f"{names}. {together.text}", content=tuple(dict.fromkeys(together.content + content)))


def _person(asked: Question, before: Question, corpus: Corpus) -> str:
    """Whom the answer to the question before names, where it asked for a person and this one means one; else ""."""
    if before.kind != "person" or not person_pronouns(asked.text):
        return ""
    best = corpus.best(before)[:1]
    answer = reading(best[0].article, best[0].answer) if best and best[0].answer else ""
    named = persons_in(answer)
    return answer[named[0].start : named[0].end] if named else ""


def _part_by_part(asked: Question, corpus: Corpus) -> list[_Choice]:
    """For a question about two things, which different articles tell of, the best sentence about each; else none."""
    choices = []
    for text in parts_of(asked.text) or ():
        part = read_question(text)
        part = replace(part, kind=asked.kind if part.kind == "fact" else part.kind, language=asked.language)
        choices += _surest(part, corpus.best(part, reads=READ_OF_PART), corpus)
    apart = len({choice.sentence.article.id for choice in choices}) > 1
    return choices if apart and _least(choices) >= PART_THRESHOLD else []


def _surest(asked: Question, sentences: Sequence[Sentence], corpus: Corpus) -> list[_Choice]:
    """The best of the sentences, or that of the article which the question describes, by what makes it surer."""
    choices = [_Choice(asked, sentence, confidence_of(asked, sentence)) for sentence in sentences[:1]]
    found = described(asked.text)
    if found and (meant := article_about(found[1], asked.language, corpus)):
        rest = replace(read_question(found[0]), kind=asked.kind, language=asked.language)
        best = corpus.best(rest, only=[meant[0].id])[:1]
        choices += [_Choice(rest, sentence, confidence_of(rest, sentence)) for sentence in best]
    return sorted(choices, key=lambda choice: -choice.confidence)[:1]


def _least(choices: Sequence[_Choice]) -> float:
    """The confidence of the weakest part."""
    return min((choice.confidence for choice in choices), default=0.0)


def _mean(choices: Sequence[_Choice]) -> float:
    """The confidence of an answer: of parts that different articles tell, one speaks for the other."""
    return sum(choice.confidence for choice in choices) / len(choices) if choices else 0.0


def _statements(choices: Sequence[_Choice], others: Sequence[Sentence], corpus: Corpus) -> tuple[Statement, ...]:
    """A quotation for each choice. Those of articles of different days are dated, the oldest first."""
    days = {choice.sentence.article.metadata.published for choice in choices}
    if None in days or len(days) < 2:
        also = _also(choices[0], others) if len(choices) == 1 else []
        return tuple(_quoting(choice, others, corpus) for choice in (*choices, *also))
    ordered = sorted(choices, key=lambda choice: str(choice.sentence.article.metadata.published))
    return tuple(dated(_quoting(choice, others, corpus), choice.question.language) for choice in ordered)


def _also(choice: _Choice, others: Sequence[Sentence]) -> list[_Choice]:
    """Of a reason or a manner, what else the article tells that would do as an answer, briefly."""
    if choice.question.kind != "reason":
        return []
    asked, best = choice.question, choice.sentence
    home = [s for s in others if s.article.id == best.article.id and s.span != best.span]
    more = [_Choice(asked, sentence, confidence_of(asked, sentence), brief=True) for sentence in home]
    return [each for each in more if each.confidence >= ANSWER_THRESHOLD][: REASONS - 1]


def _quoting(choice: _Choice, others: Sequence[Sentence], corpus: Corpus) -> Statement:
    best = choice.sentence
    kind = "list" if wants_several(choice.question) else choice.question.kind
    limit = BRIEF if choice.brief else LENGTHS.get(kind, OTHER_LENGTH)
    span = corpus.cut(choice.question, best.article, best.span, max_characters=limit, answer=best.answer)
    if kind == "list" and choice.question.kind == "person":  # shorter, where it names as many
        shorter = corpus.cut(choice.question, best.article, span, max_characters=OTHER_LENGTH, answer=best.answer)
        named, few = (len(persons_in(reading(best.article, part))) for part in (span, shorter))
        span = shorter if few == named else span
    same = tuple(Quotation(other.article, other.span) for other in same_fact(best, others))
    return Statement(
        Quotation(best.article, span), same=same, cut=(span.start > best.span.start, span.end < best.span.end)
    )


def _scores(best: Sentence) -> Mapping[str, float]:
    """The measures of a sentence, by name."""
    values = ((each.name, getattr(best, each.name)) for each in fields(best))
    return {"score": best.score, **{name: value for name, value in values if isinstance(value, float)}}
