"""From a folder of articles to a generation of the index: read, cut, embed what is new, write, switch.

    report = build_index(articles, index, settings=settings, embedder=embedder)  # nothing changed: nothing done
    why_stale(index, articles=articles, settings=settings, embedder=embedder)    # a reason to build, or None

A generation holds articles.jsonl and passages.jsonl (rag.records), passages.faiss, sentences.faiss and inputs.npy
(rag.vectors), and lexical/ (rag.lexical); rag.generations has it appear at once and whole. This module knows the order
of things, and none of the parts from within.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag import generations, vectors
from rag.articles import folder_stamp, read_folder
from rag.config import IndexSettings
from rag.embed import Embedder
from rag.errors import ArticlesError, IndexUnusableError
from rag.lexical import LexicalIndex
from rag.manifest import CURRENT, FORMAT, Manifest, check_made_for, settings_that_count
from rag.passages import cut, reading
from rag.records import metadata_record, write_articles, write_passages
from rag.types import Article, Passage, Progress, Report, Skipped, Span

logger = logging.getLogger(__name__)

ARTICLES, PASSAGES, LEXICAL = "articles.jsonl", "passages.jsonl", "lexical"


@dataclass(frozen=True, slots=True)
class _Texts:
    """What a folder comes to: all that an index is made of but the vectors."""

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]
    passages: tuple[Passage, ...]

    def inputs(self) -> tuple[list[str], list[str]]:
        """The texts to be embedded: of each passage, and of each sentence once, as `number_sentences` has them."""
        by_id = {article.id: article for article in self.articles}
        passages = [reading(by_id[p.article_id], Span(p.start, p.end)) for p in self.passages]
        rows, _ = vectors.number_sentences(self.passages)
        return passages, [reading(by_id[article_id], span) for article_id, span in rows]


def why_stale(index: Path, *, articles: Path, settings: IndexSettings, embedder: Embedder) -> str | None:
    """Why the index should be built again, in a few words; None when it is up to date.

    Quick while no file of the folder changed in size or time; else the files are read and their content compared. Where
    it is the same, CURRENT gets the new sizes and times, so that the next look is quick; nothing else is written.
    A damaged file of the index that kept its size is left for `open_index` to find. Raises `ArticlesError` when the
    folder is missing.
    """
    try:
        with generations.open_current(index, sizes_only=True) as opened:
            check_made_for(opened.manifest, settings, embedder=embedder.id, dimension=embedder.dimension)
    except IndexUnusableError as error:
        return str(error)
    stamp = _stamp(articles, index)
    if stamp == opened.current.folder_stamp:
        return None
    read, skipped = read_folder(articles, max_file_bytes=settings.max_file_bytes, leave_out=index)
    report = _compare(opened.manifest, read, skipped)
    if report.added or report.changed or report.removed or skipped != opened.manifest.skipped:
        return (
            f"the articles changed ({len(report.added)} added, {len(report.changed)} changed, "
            f"{len(report.removed)} removed, {len(skipped)} skipped)"
        )
    generations.renew_stamp(index, opened.current, folder_stamp=stamp)
    return None


def build_index(
    articles: Path, index: Path, *,
    settings: IndexSettings, embedder: Embedder, show_progress: bool = False, progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Bring the index up to date with the folder, and say what was done. The one before answers until it is ready.

    Only texts that are new go through the model; `progress` is told of them. When nothing changed there is no new
    generation. One process builds at a time, others wait. Raises `ArticlesError` when there is no article to be read,
    `IndexUnusableError` when the index can't be written; the index that was there is then left as it was.
    """
    with generations.building(index):
        stamp = _stamp(articles, index)  # taken first: what changes while the files are read is seen the next time
        texts = _read_texts(articles, index, settings)
        wanted = _manifest(texts, settings, embedder)
        previous = _open_previous(index)
        report = _compare(previous.manifest if previous else None, texts.articles, texts.skipped)
        embedded: vectors.Vectors | None = None
        found = generations.find(index, wanted)
        if found is None:
            passages, sentences = texts.inputs()
            embedded = vectors.embed(
                passages,
                sentences,
                embedder=embedder,
                previous=previous.folder if previous and _same_model(previous.manifest, wanted) else None,
                show_progress=show_progress,
                progress=progress,
            )
            found = generations.write(index, wanted, lambda folder: _write(folder, texts, passages, embedded))
        if previous:
            previous.close()
        generations.switch(index, found, folder_stamp=stamp)
    return Report(
        generation=wanted.generation,
        added=report.added,
        changed=report.changed,
        removed=report.removed,
        unchanged=report.unchanged,
        skipped=texts.skipped,
        passages=len(texts.passages),
        embedded=embedded.embedded if embedded else 0,
    )


def _read_texts(articles: Path, index: Path, settings: IndexSettings) -> _Texts:
    read, skipped = read_folder(articles, max_file_bytes=settings.max_file_bytes, leave_out=index)
    low, high = settings.passage_min_words, settings.passage_max_words
    passages = tuple(p for article in read for p in cut(article, min_words=low, max_words=high))
    if not passages:
        reasons = "; ".join(f"{each.article_id}: {each.reason}" for each in skipped[:3])
        raise ArticlesError(
            f"No article to index in {articles} ({reasons or 'it holds no .txt, .md or .html file'}): "
            "put articles there, or name another folder with --articles DIR."
        )
    return _Texts(read, skipped, passages)


def _stamp(articles: Path, index: Path) -> str:
    return hashlib.sha256(repr(folder_stamp(articles, leave_out=index)).encode("utf-8", "surrogatepass")).hexdigest()


def _manifest(texts: _Texts, settings: IndexSettings, embedder: Embedder) -> Manifest:
    """The manifest but for its files. The generation is named by all that its files follow from."""
    followed = {
        "format": FORMAT,
        "embedder": [embedder.id, embedder.dimension],
        "settings": settings_that_count(settings),
        "articles": [[a.id, a.sha256, metadata_record(a.metadata), a.content] for a in texts.articles],
        "skipped": [[each.article_id, each.reason] for each in texts.skipped],
        "passages": [[p.article_id, p.start, p.end, p.sentences] for p in texts.passages],
    }
    return Manifest(
        generation=hashlib.sha256(json.dumps(followed, sort_keys=True).encode("ascii")).hexdigest()[:32],
        embedder=embedder.id,
        dimension=embedder.dimension,
        settings=settings,
        articles={article.id: article.sha256 for article in texts.articles},
        skipped=texts.skipped,
        files={},
    )


def _open_previous(index: Path) -> generations.Generation | None:
    """The generation to take vectors from and to compare with; None, and a line in the log, when it can't be used."""
    if not (index / CURRENT).exists():
        return None
    try:
        return generations.open_current(index)
    except IndexUnusableError as error:
        logger.warning("The index in %s can't be used and is built again from the articles: %s.", index, error)
        return None


def _same_model(previous: Manifest, wanted: Manifest) -> bool:
    return (previous.embedder, previous.dimension) == (wanted.embedder, wanted.dimension)


def _compare(previous: Manifest | None, articles: Sequence[Article], skipped: tuple[Skipped, ...]) -> Report:
    """What changed since, by article id."""
    before = previous.articles if previous else {}
    now = {article.id: article.sha256 for article in articles}
    return Report(
        generation="",
        added=tuple(sorted(now.keys() - before.keys())),
        changed=tuple(sorted(i for i in now.keys() & before.keys() if now[i] != before[i])),
        removed=tuple(sorted(before.keys() - now.keys())),
        unchanged=tuple(sorted(i for i in now.keys() & before.keys() if now[i] == before[i])),
        skipped=skipped,
    )


def _write(folder: Path, texts: _Texts, searched: Sequence[str], embedded: vectors.Vectors) -> None:
    """Write the files of a generation. BM25 searches the same text of a passage as is embedded.

    The article's title is in neither: put before each passage it moved one of 35 dev questions.
    """
    write_articles(folder / ARTICLES, texts.articles)
    write_passages(folder / PASSAGES, texts.passages)
    embedded.save(folder)
    LexicalIndex.build(searched).save(folder / LEXICAL)
