"""What the reader is trained and graded on, in one shape: paragraphs with questions and the spans that answer.

Two sources: XQuAD (Artetxe et al. 2020, arXiv:1910.11856; CC BY-SA 4.0), whose paragraphs and questions exist in
several languages side by side, and the stories in `training/stories`: invented articles with questions, written for
this project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rag.question import SCRIPTS, language_of
from rag.types import Span

STORIES = Path(__file__).parent / "stories"
Split = Literal["train", "test"]

_BRACKETED = re.compile(r"(.*?)\[\[(.+?)\]\](.*)")
_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in one language or more; where its paragraph answers it, by the paragraph's language; {}: nowhere."""

    questions: Mapping[str, str]
    answers: Mapping[str, Span]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text in one language or more, and what is asked of it. `article` groups the paragraphs of one article."""

    article: str
    title: str
    texts: Mapping[str, str]
    asked: tuple[Asked, ...]


def xquad(data: Path, split: Split, languages: tuple[str, ...] | None = None) -> list[Paragraph]:
    """The paragraphs of the training or of the test articles, in the order of the files; all languages there are."""
    names = {path.name.split(".")[1]: path for path in sorted(data.glob("xquad.*.json"))}
    if languages is not None:
        names = {language: names[language] for language in languages}
    of_language = {language: json.loads(path.read_text(encoding="utf-8"))["data"] for language, path in names.items()}
    tested = {a["index"] for a in json.loads((data / "xquad_split.json").read_text(encoding="utf-8"))["test"]}
    found = []
    for number, versions in enumerate(zip(*of_language.values(), strict=True)):
        if (number in tested) != (split == "test"):
            continue
        for paragraphs in zip(*(version["paragraphs"] for version in versions), strict=True):
            sides = dict(zip(of_language, paragraphs, strict=True))
            asked = [
                Asked(
                    {language: qa["question"].strip() for language, qa in zip(sides, qas, strict=True)},
                    {
                        name: _span(qa["answers"][0], sides[name]["context"])
                        for name, qa in zip(sides, qas, strict=True)
                    },
                )
                for qas in zip(*(side["qas"] for side in sides.values()), strict=True)
            ]
            title = versions[0]["title"].replace("_", " ")
            texts = {language: side["context"] for language, side in sides.items()}
            found.append(Paragraph(f"xquad-{number}", title, texts, tuple(asked)))
    return found


def _span(answer: Mapping[str, Any], context: str) -> Span:
    start, text = answer["answer_start"], answer["text"]
    if context[start : start + len(text)] != text:
        raise ValueError(f"{text!r} does not stand at {start} of {context[:60]!r}")
    return Span(start, start + len(text))


def stories(folder: Path = STORIES) -> list[Paragraph]:
    """The stories of all files of the folder, in order. Raises ValueError with file and line where one is malformed."""
    return [story for path in sorted(folder.glob("*.txt")) for story in _read_stories(path)]


def _read_stories(path: Path) -> list[Paragraph]:
    found = []
    for number, part in enumerate(re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]):
        head, *lines = (line.strip() for line in part.split("\n") if line.strip())
        text = "\n".join(line for line in lines if not line.startswith(("Q: ", "A: ")))
        language = language_of(text)
        asked, questions = [], dict[str, str]()
        for line in (line for line in lines if line.startswith(("Q: ", "A: "))):
            if line.startswith("Q: "):
                asked_in = _asked_in(line[3:], language, questions)
                if asked_in in questions:
                    raise ValueError(f"{path.name}, {head!r}: two questions of one answer in {asked_in!r}: {line!r}")
                questions[asked_in] = line[3:].strip()
                continue
            if not questions:
                raise ValueError(f"{path.name}, {head!r}: {line!r} answers no question")
            span = _find(line[3:].strip(), text, f"{path.name}, {head!r}")
            asked.append(Asked(questions, {language: span} if span else {}))
            questions = {}
        if questions:
            raise ValueError(f"{path.name}, {head!r}: {questions} has no answer")
        found.append(Paragraph(f"{path.stem}-{number}", head, {language: text}, tuple(asked)))
    return found


def _asked_in(question: str, told_in: str, others: Mapping[str, str]) -> str:
    """The language of a question. The second of one answer is in the article's or, after that, in English."""
    found = language_of(question)
    if len(others) == 1 and found not in SCRIPTS:  # short questions look like another language at times
        return "en" if told_in in others else told_in
    return "fr" if found in others else found  # the third; a short one looks English


def _find(answer: str, text: str, where: str) -> Span | None:
    """The span of an answer that may be shown in its context as "words before [[answer]] words after"."""
    if answer == _NOTHING:
        return None
    match = _BRACKETED.fullmatch(answer)
    left, span, right = match.groups() if match else ("", answer, "")
    start = text.find(left + span + right)
    if start < 0:
        raise ValueError(f"{where}: {answer!r} does not stand in the text")
    return Span(start + len(left), start + len(left) + len(span))


def held_out(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], list[Paragraph]]:
    """(what the reader is trained on, what it is not): three of XQuAD's training articles and each eighth story.

    On the second part the training is followed, and what builds on the reader's probabilities is fitted.
    """
    parallel = list(dict.fromkeys(p.article for p in paragraphs if len(p.texts) > 1))
    alone = list(dict.fromkeys(p.article for p in paragraphs if len(p.texts) == 1))
    out = {*parallel[3::12], *alone[3::8]}
    return [p for p in paragraphs if p.article not in out], [p for p in paragraphs if p.article in out]
