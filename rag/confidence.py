"""How probable it is that the best sentence answers: a logistic model over a few readable measures.

Its weights stand in `data/weights.yaml`, written by `training/weights.py`, and what makes its probability true for
folders of some articles, by `training/calibrate.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.bodies import names_another, names_ministry
from rag.documents import days_of_documents
from rag.evidence import SHORT_NAME, WRONG_UNIT, persons_in, places_of
from rag.glossary import in_words_of
from rag.passages import reading
from rag.phrases import holds, holds_any, phrase_rows, phrases_of
from rag.question import Question, language_of
from rag.select import FAR_AHEAD, Sentence, log_odds
from rag.terms import flat
from rag.weights import weighed, weights_for

ANSWER_THRESHOLD = 0.32  # a wrong answer costs more than half of what a right one is worth; set on the questions asked
# What is left of the confidence when a number, a date or a name of the question is nowhere in the article; when it is a
# name in another language, which may be written otherwise. A logistic model adds up and can't say so.
MISSED, FOREIGN_NAME_MISSED = 0.125, 0.25
OTHERS_COUNTED = 0.5  # what is left where something else than what was asked for stands beside each number
METADATA_CONFIDENCE = 0.95  # of what an article's own byline, date line or title says


def measures(question: Question, best: Sentence) -> dict[str, float]:
    """What the model looks at, by name, each about 0 to 1.

    Between languages the words can't be met, so the measures of words count only within one language.
    """
    across = float(language_of(reading(best.article, best.span)) != question.language)
    found = {
        "cosine": (best.cosine - 0.75) * 5,  # the cosines of e5 live between 0.75 and 0.95
        "passage": (best.passage_score - 0.75) * 2,
        "lexical": best.lexical * (1 - across),
        "coverage": best.coverage * (1 - across),
        "context": best.context * (1 - across),
        "evidence": best.evidence,
        "met": best.met,
        "numbers_met": best.numbers_met,
        "names_met": best.names_met,
        "across": across,
        "lead": best.lead / FAR_AHEAD,
    }
    if best.read is not None:
        found |= {"read": log_odds(best.read), "answerable": log_odds(best.answerable)}
    return found


def confidence_of(question: Question, best: Sentence | None) -> float:
    """The probability, 0 to 1, that the best sentence answers. 0 where there is none."""
    if best is None or best.evidence == 0:  # asked for a day, or an amount of money, of a text that has none
        return 0.0
    measured = measures(question, best)
    read = best.read is not None
    logit = weighed(measured, weights_for("confidence", read=read))
    name_missed = measured["names_met"] == 0
    missed = measured["numbers_met"] == 0 or (name_missed and not measured["across"]) or _unnamed(question, best)
    missed = missed or _told_otherwise(question, reading(best.article, best.span))
    kept = MISSED if missed else FOREIGN_NAME_MISSED if name_missed else 1.0
    kept *= _counted(question, best)
    return calibrated(kept / (1 + math.exp(-max(min(logit, 30.0), -30.0))), read=read)


def _counted(question: Question, best: Sentence) -> float:
    """What is left where no number stands beside what was to be counted; least where the reader found none at all."""
    if question.kind != "number" or best.evidence != WRONG_UNIT:
        return 1.0
    found = reading(best.article, best.answer) if best.answer else ""
    return MISSED if found and not places_of(question, found) else OTHERS_COUNTED


def _unnamed(question: Question, best: Sentence) -> bool:
    """Whether a person or a province is asked for, and neither the text nor what the reader found in it names one.

    In Vietnamese a person has three capitals, most provinces have two, and so have offices, which are no answer.
    """
    if best.read is None:
        return False
    text, answer = reading(best.article, best.span), reading(best.article, best.answer) if best.answer else ""
    if question.kind == "place" and holds_any(question.text, "places_named") and language_of(text) == "vi":
        names = [text[name.start : name.end] for name in persons_in(text)]
        short = [n for n in names if n.count(" ") == 1 and flat(n) not in flat(question.text)]
        return not short and not persons_in(answer)
    return question.kind == "person" and best.evidence <= SHORT_NAME and not any(c.isupper() for c in answer)


def _told_otherwise(question: Question, text: str) -> bool:
    """Whether it is asked of today, of a deed that the text doesn't tell, or of a ministry where it names another.

    When a document was issued is no other deed's day. Typed without diacritics "ký" may be "kỳ".
    """
    deeds = phrase_rows("deeds") if question.kind == "person" and not question.typed_plain else []
    undone = any(_says(row, question.text) and not _says(row, text) for row in deeds)
    issuing = [word for word in phrases_of("issued") if word != "ký" or not question.typed_plain]
    issued = question.kind == "date" and _says(issuing, question.text)
    dated = [document.number for document, _ in days_of_documents(text)]
    undone = undone or (issued and not holds_any(text, "issued") and not dated)
    undone = undone or (issued and bool(dated) and bool(question.numbers) and not set(question.numbers) & set(dated))
    return undone or _of_another_ministry(question, text) or holds_any(question.text, "now")


def _of_another_ministry(question: Question, text: str) -> bool:
    """Whether a text names a ministry, or a body at some level, that isn't the question's."""
    asked = in_words_of([text], question.text, question.language)
    return names_another(asked, text) or (holds_any(asked, "ministries") and names_ministry(text))


def _says(phrases: Sequence[str], text: str) -> bool:
    return any(holds(text, phrase) for phrase in phrases)


def calibrated(probability: float, *, read: bool) -> float:
    """The model's probability as small folders bear it out (Platt 1999): the model was fitted on larger ones."""
    kept, by = min(max(probability, 1e-9), 1 - 1e-9), weights_for("calibration", read=read)
    return 1 / (1 + math.exp(-weighed({"log_odds": math.log(kept / (1 - kept))}, by)))
