"""Compare a sentence with the text that is said to support it: what of its facts is not there, or is told of another.

    differs(told("Ban có 16 biên chế.", "vi"), [told("Ban có 15 biên chế, trong tổng số 16 được giao.", "vi")])
        → '"16" stands for "15"'

Two tests. Presence: every number, date and name of the sentence is in the text. Place: within a language, nothing else
of the same kind stands in the text where the sentence has it, and nothing is denied that is affirmed there, nor the
other way round. "Where" is told by the words around. Knows no vectors and no articles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.dates import FoundDate
from rag.facts import Fact, Told, Word, before_names, number_words, proposed_in, proposes
from rag.glossary import glossed_words
from rag.occasions import misplaced
from rag.terms import flat, fold, has_diacritics, is_syllable, spelling

WIDER = 14  # words of the text, on either side, among which those around a fact are looked for
IN_PLACE, NEARBY, ACROSS = 1.0, 0.6, 0.3  # what a word counts at the same distance, nearby, or on the other side
FADING = (1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.3, 0.2)  # by distance, as far as words tell where a fact stands
MARGIN = 0.25  # by which another place has to fit better
LEAST_FIT = 0.9  # with which a place is one at all
ALIKE_LETTERS = 4  # with which names of two languages begin alike: Warszawa, Warsaw

UNLATIN = frozenset({"ja", "zh", "ko", "ru", "el", "ar", "he", "hi", "th"})

_Place = tuple[Sequence[Word], int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a sentence says that the text does not; `missing` where it is nowhere there."""

    reason: str
    missing: Fact | None = None


def differences(claim: Told, texts: Sequence[Told], *, across: bool) -> Iterator[Difference]:
    """Everything in which a sentence departs from the texts together; `across`: they are of another language."""
    together = " ".join(text.text for text in texts)
    yield from _numbers(claim, texts)
    yield from _dates(claim, texts)
    yield from _names(claim, texts, together, across=across)
    yield from _places(claim, texts, across=across)
    yield from (Difference(reason) for reason in misplaced(claim, texts))
    if _only_proposed(claim, texts[0].text):
        yield Difference("the quote only proposes it")
    yield from _denied_across(claim, texts) if across else _denied(claim, texts)


def share_met(claim: Told, text: Told) -> float | None:
    """The share of a sentence's numbers, dates and names that a text of another language has; None where it has none.

    Only names count that are written alike in both: "Provincial Committee" is translated, "Lê Thị Mai" is not.
    """
    numbers = {fact.number for fact in text.of_kind("number")}
    days = [fact.day for fact in text.of_kind("date") if fact.day]
    met: list[float] = []
    for fact in claim.facts:
        if fact.kind == "number":
            met.append(fact.number in numbers)
        elif fact.day is not None:
            met.append(any(fact.day.agrees_with(day) for day in days))
        else:
            words = [claim.text[w.span.start : w.span.end] for w in claim.words[fact.words.start : fact.words.end]]
            alike = _stands(words, text.text)
            if alike or _kept(words, claim, [text]):
                met.append(alike)
    return sum(met) / len(met) if met else None


def _only_proposed(claim: Told, text: str) -> bool:
    """Whether a text proposes what a sentence states: more of its words stand behind "kiến nghị" than before."""
    proposed = proposed_in(text)
    if not proposed or proposes(claim.text):
        return False
    before, behind = (set(flat(part).split()) for part in (text[: len(text) - len(proposed)], proposed))
    words = {word.plain for word in claim.words}
    return len(words & behind) > len(words & before)


def _numbers(claim: Told, texts: Sequence[Told]) -> Iterator[Difference]:
    there = Counter(fact.number for text in texts for fact in text.of_kind("number"))
    told_so_far: Counter[str] = Counter()
    for fact in claim.of_kind("number"):
        told_so_far[fact.number] += 1
        spelt = fact.text in number_words()
        if spelt and (_counts(fact, claim) or any(fact.text == w.spelt for text in texts for w in text.words)):
            continue
        if not there[fact.number]:
            yield Difference(f"the number {fact.text!r} is not in the quote", fact)
        elif told_so_far[fact.number] > there[fact.number] and not spelt:
            yield Difference(f"the number {fact.text!r} is told more often than in the quote")


def _counts(fact: Fact, claim: Told) -> bool:
    """Whether a number in words counts what the sentence itself goes on to list: "two of them, A and B"."""
    after = Counter(other.kind for other in claim.facts if other.words.start > fact.words.start)
    return number_words()[fact.text] in (after["name"], after["date"])


def _dates(claim: Told, texts: Sequence[Told]) -> Iterator[Difference]:
    there = [fact.day for text in texts for fact in text.of_kind("date") if fact.day]
    so_far: list[FoundDate] = []
    for fact in claim.of_kind("date"):
        if fact.day is None:
            continue
        so_far.append(fact.day)
        agreeing = sum(fact.day.agrees_with(day) for day in there)
        if not agreeing:
            yield Difference(f"the date {fact.text!r} is not in the quote", fact)
        elif sum(fact.day.agrees_with(day) for day in so_far) > agreeing:
            yield Difference(f"the date {fact.text!r} is told more often than in the quote")


def _names(claim: Told, texts: Sequence[Told], together: str, *, across: bool) -> Iterator[Difference]:
    seen: Counter[str] = Counter()
    for fact in claim.of_kind("name"):
        words = [claim.text[w.span.start : w.span.end] for w in claim.words[fact.words.start : fact.words.end]]
        name = flat(_bare(fact.text))
        seen[name] += 1
        if 0 < f" {flat(together)} ".count(name) < seen[name] and len(words) > 1:
            yield Difference(f"the name {fact.text!r} is told more often than in the quote")
        if not (_named_across(words, claim, texts, together) if across else _named(words, texts, together)):
            yield Difference(f"the name {fact.text!r} is not in the quote", fact)


def _named(words: Sequence[str], texts: Sequence[Told], together: str) -> bool:
    """Whether the words stand in the text side by side, or are several names that each stand there whole."""
    if _stands(words, together):
        return True
    if words[0].casefold() in before_names() and len(words) > 1:
        return _named(words[1:], texts, together)
    whole = [spelling(fact.text).split() for text in texts for fact in text.of_kind("name")]
    rest = spelling(" ".join(words)).split()
    while rest:
        piece = max((name for name in whole if rest[: len(name)] == name), key=len, default=None)
        if piece is None:
            return False
        rest = rest[len(piece) :]
    return True


def _stands(words: Iterable[str], text: str) -> bool:
    name = " ".join(words)
    form: Callable[[str], str] = spelling if has_diacritics(name) else flat
    return not form(name).strip() or form(name) in form(text)


def _named_across(words: Sequence[str], claim: Told, texts: Sequence[Told], together: str) -> bool:
    """Whether a name can be in a text of another language: only a name that is written alike there can be missed."""
    if _stands(words, together) or flat(" ".join(words)).replace(" ", "") in flat(together).replace(" ", ""):
        return True
    there = flat(together).split()
    unlike = [word for word in flat(" ".join(words)).split() if not any(_alike(word, other) for other in there)]
    untranslated = len(words) > 1 and claim.language not in UNLATIN and not glossed_words() & set(map(fold, words))
    return not unlike or not (untranslated or _kept(words, claim, texts))


def _alike(one: str, other: str) -> bool:
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= min(ALIKE_LETTERS, len(one))


def _kept(words: Sequence[str], claim: Told, texts: Sequence[Told]) -> bool:
    """Whether a name would be written alike in the other language: it is of one of the two, and not translated."""
    told_in = {text.language for text in texts}
    letters = [word for word in flat(" ".join(words)).split() if word.isalpha()]
    shaped = [is_syllable(word) for word in letters]
    if "vi" in told_in:
        return has_diacritics(" ".join(words)) or (len(letters) > 1 and all(shaped)) or claim.language in UNLATIN
    if claim.language == "vi":
        return not has_diacritics(" ".join(words)) and not any(shaped)
    return claim.language in UNLATIN


def _places(claim: Told, texts: Sequence[Told], *, across: bool) -> Iterator[Difference]:
    """Facts in whose place the text has another of the kind.

    Between languages only numbers: those of documents keep the letters around them.
    """
    for fact in claim.of_kind("number") if across else claim.facts:
        here = (claim.words, fact.words.start, fact.words.end)
        others = [
            (other, _fit(here, (text.words, *other.words))) for text in texts for other in text.of_kind(fact.kind)
        ]
        same = max((fit for other, fit in others if _same(fact, other)), default=0.0)
        rivals = ((fit, other.text) for other, fit in others if not _same(fact, other) and _comparable(fact, other))
        rival = max(rivals, default=(0.0, ""))
        if rival[0] >= LEAST_FIT and rival[0] > same + MARGIN:
            yield Difference(f"{fact.text!r} stands where the quote has {rival[1]!r}")


def _same(one: Fact, other: Fact) -> bool:
    if one.kind == "number":
        return one.number == other.number
    if one.kind == "date":
        return bool(one.day and other.day and one.day.agrees_with(other.day))
    names = [flat(_bare(fact.text)) for fact in (one, other)]
    return names[0] in names[1] or names[1] in names[0]


def _bare(name: str) -> str:
    first, _, rest = name.partition(" ")
    return rest if rest and first.casefold() in before_names() else name


def _comparable(one: Fact, other: Fact) -> bool:
    """Whether one may stand for the other: a person's name of three words stands for no office of two."""
    if one.kind != "name":
        return True
    mine, others = one.words.end - one.words.start, other.words.end - other.words.start
    return min(mine, others) > 1 and abs(mine - others) < 2 and (mine < 3 or others > 2)


def _fit(one: _Place, other: _Place) -> float:
    """How far the words around two places are the same."""
    return _side(one, other, -1) + _side(one, other, 1)


def _side(one: _Place, other: _Place, step: int) -> float:
    words, start, end = one
    there, first, last = other
    at, place = (start - 1, first - 1) if step < 0 else (end, last)
    behind = [word.spelt for word in (there[max(0, first - WIDER) : first])]
    ahead = [word.spelt for word in there[last : last + WIDER]]
    same_side, other_side = (behind, ahead) if step < 0 else (ahead, behind)
    total = 0.0
    for distance, worth in enumerate(FADING):
        i, k = at + step * distance, place + step * distance
        if not 0 <= i < len(words):
            break
        word = words[i].spelt
        if 0 <= k < len(there) and there[k].spelt == word:
            total += worth * IN_PLACE
        elif word in same_side:
            total += worth * NEARBY
        elif word in other_side:
            total += worth * ACROSS
    return total


def _denied(claim: Told, texts: Sequence[Told]) -> Iterator[Difference]:
    """Words that the sentence denies and the text affirms in the same place, or the other way round."""
    if claim.denies and not any(text.denies for text in texts):
        yield Difference("it denies, and the quote denies nothing")
        return
    if not claim.denies and not any(text.denies for text in texts):
        return
    for i, word in enumerate(claim.words):
        same = rival = 0.0
        for text in texts:
            for k, other in enumerate(text.words):
                one, place = (claim.words, i, i + 1), (text.words, k, k + 1)
                if other.spelt != word.spelt:
                    continue
                if other.denied == word.denied:
                    same = max(same, _fit(one, place))
                elif _touching(one, place):
                    rival = max(rival, _fit(one, place))
        if rival >= LEAST_FIT and rival > same + MARGIN:
            yield Difference(f"it {'denies' if word.denied else 'affirms'} {word.spelt!r}, unlike the quote")
            return


def _touching(one: _Place, other: _Place) -> bool:
    """Whether the word right before two places, or right after them, is the same."""
    before = one[1] > 0 and other[1] > 0 and one[0][one[1] - 1].spelt == other[0][other[1] - 1].spelt
    after = one[2] < len(one[0]) and other[2] < len(other[0]) and one[0][one[2]].spelt == other[0][other[2]].spelt
    return before or after


def _denied_across(claim: Told, texts: Sequence[Told]) -> Iterator[Difference]:
    if claim.denies and not any(text.denies for text in texts):
        yield Difference("it denies, and the quote denies nothing")
