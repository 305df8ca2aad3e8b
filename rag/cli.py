"""The command `rag`: parse, call the assistant, print. Everything it says about an article comes from the assistant.

Loads neither gradio, torch nor transformers to ask, search, index, show or inform.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rag import terminal
from rag.config import MAX_QUESTION_CHARACTERS, IndexSettings
from rag.embed import open_embedder
from rag.errors import ArticlesError, GoldError, RagError
from rag.options import ANSWERED, BELOW, ERROR, INTERRUPTED, REFUSED, Options, parse, version
from rag.question import read_question
from rag.types import Article, Report

if TYPE_CHECKING:
    from rag.answer import Assistant


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. `argv` is without the program's name; default `sys.argv[1:]`."""
    for stream in (sys.stdout, sys.stderr):  # articles hold any character, whatever the locale says
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    options = parse(argv)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="rag: %(message)s")
    try:
        code = _COMMANDS[options.command](options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough, as in `rag show … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    except (RagError, OSError) as error:
        print(f"rag: {terminal.one_line(str(error))}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _assistant(options: Options) -> Assistant:
    """Open the assistant, building the index when it is missing or stale."""
    from rag.answer import Assistant

    return Assistant.open(
        options.articles, options.index,
        embedding_model=options.embedding_model, reader=options.reader, show_progress=sys.stderr.isatty(),
        llm=options.llm, llm_url=options.llm_url, llm_timeout=options.llm_timeout,
        keep_unsupported=options.keep_unsupported, fallback=options.fallback,
    )  # fmt: skip


def _ask(options: Options) -> int:
    question = _question(options.question)
    assistant = _assistant(options)
    answer = assistant.answer(question)
    if options.json:
        print(terminal.json_safe(answer.to_json()))
    else:
        _write(terminal.answer_lines(answer, assistant, style=_style(sys.stdout)))
    return REFUSED if answer.abstained else ANSWERED


def _search(options: Options) -> int:
    question = _question(options.question)
    assistant = _assistant(options)
    hits = assistant.search(question, k=options.k)
    if options.json:
        records = [
            {
                "rank": hit.rank,
                "score": round(hit.score, 4),
                "article_id": hit.passage.article_id,
                "title": assistant.article(hit.passage.article_id).metadata.title,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": hit.passage.text,
            }
            for hit in hits
        ]
        print(terminal.json_safe(json.dumps(records, ensure_ascii=False, indent=2)))
    else:
        _write(terminal.hit_lines(hits, assistant, style=_style(sys.stdout)))
    return ANSWERED


def _index(options: Options) -> int:
    from rag.answer import Assistant

    settings = IndexSettings(embedding_model=options.embedding_model)
    assistant = Assistant(options.articles, options.index, settings, open_embedder(options.embedding_model))
    _write_report(assistant.rebuild(show_progress=sys.stderr.isatty()))
    if options.watch:
        from rag.watch import follow

        print(f"watching {options.articles}; Ctrl-C ends", file=sys.stderr)
        for report in follow(assistant, options.articles, stop=threading.Event()):
            _write_report(report)
    return ANSWERED


def _show(options: Options) -> int:
    from rag.articles import read_folder

    articles, skipped = read_folder(options.articles, leave_out=options.index)
    article = _find(options, articles)
    if article is None:
        reasons = {each.article_id: each.reason for each in skipped}
        name = _id_below(options.articles, options.file)
        if name in reasons:
            raise ArticlesError(f"{options.file} can't be used: {reasons[name]}.")
        raise ArticlesError(f"{options.file} is not in {options.articles}: `rag info` lists the articles.")
    style = _style(sys.stdout)
    _write(terminal.metadata_lines(article))
    print()
    _write(terminal.marked_text_lines(article, style=style))
    return ANSWERED


def _info(options: Options) -> int:
    from rag.passages import cut

    assistant = _assistant(options)
    size = sum(path.stat().st_size for path in options.index.rglob("*") if path.is_file())
    for article in assistant.articles:
        _write(terminal.metadata_lines(article))
        print(f"passages:  {len(cut(article))}\n")
    _write(terminal.skipped_lines(assistant.skipped))
    _write(
        terminal.settings_lines(
            {
                "articles": f"{len(assistant.articles)} in {options.articles}, {len(assistant.skipped)} files skipped",
                "passages": str(assistant.passage_count),
                "model": options.embedding_model,
                "index": f"{options.index}, generation {assistant.generation}, {size / 1e6:.1f} MB",
                "versions": ", ".join(_versions()),
            }
        )
    )
    return ANSWERED


def _chat(options: Options) -> int:
    from rag import chat
    from rag.chat.settings import read_accounts, read_examples
    from rag.chat.wording import known_language

    settings = chat.Settings(
        host=options.host, port=options.port, title=options.title, language=known_language(options.lang),
        accounts=read_accounts(options.auth) if options.auth else (), no_auth=options.no_auth,
        examples=read_examples(options.examples) if options.examples else (), feedback=options.feedback,
        allow_upload=options.allow_upload, mcp=options.mcp,
    )  # fmt: skip
    settings.check()  # before a model is loaded and an index is built for nothing
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is as clean as Ctrl-C
    with _assistant(options) as assistant:
        chat.serve(assistant, settings, open_browser=options.open)
    return ANSWERED


def _eval(options: Options) -> int:
    from rag.evaluate.figures import changes
    from rag.evaluate.gold import read_gold
    from rag.evaluate.grading import read_rows
    from rag.evaluate.run import ask_all, row_lines, table_lines

    if options.make:
        return _make_gold(options)
    golds = read_gold(options.gold)
    earlier = read_rows(options.against) if options.against else []
    with _assistant(options) as assistant:
        rows = list(ask_all(assistant, golds))
    if options.out:
        options.out.write_text("".join(row.to_json() + "\n" for row in rows), encoding="utf-8")
    wrong = [row for row in rows if not row.right]
    if options.wrong and wrong:
        print("wrong")
        _write(terminal.printable(line) for row in wrong for line in row_lines(row))
        print()
    _write(terminal.printable(line) for line in table_lines(rows, earlier))
    better, worse = changes(rows, earlier)
    below = options.fail_under is not None and 1 - len(wrong) / len(rows) < options.fail_under
    return BELOW if below or len(worse) > len(better) else ANSWERED


def _make_gold(options: Options) -> int:
    from rag.articles import read_folder
    from rag.evaluate.drafting import draft_gold

    if options.gold.exists():
        raise GoldError(f"{options.gold} is there already, and may have been corrected: name another file.")
    articles, _ = read_folder(options.articles, leave_out=options.index)
    drafts = list(draft_gold(articles))
    options.gold.write_text("".join(draft.to_json() + "\n" for draft in drafts), encoding="utf-8")
    print(f"{len(drafts)} questions about {len(articles)} articles in {options.gold}: correct them, and add your own,")
    print(f"some that no article answers, too. Then: rag eval {options.gold}")
    return ANSWERED


def _question(given: str) -> str:
    """The question as text: from standard input for "-", bytes that are no UTF-8 replaced.

    Raises `QuestionError` here, before a model is loaded and an index is built for nothing.
    """
    if given == "-":
        # One byte too many is enough to see that the question is too long.
        text = sys.stdin.buffer.read(4 * MAX_QUESTION_CHARACTERS + 1).decode("utf-8", "replace").strip()
    else:
        text = given.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    read_question(text)
    return text


def _find(options: Options, articles: Iterable[Article]) -> Article | None:
    """The article named by its id, or by a path that leads to it."""
    names = {options.file, _id_below(options.articles, options.file)}
    return next((article for article in articles if article.id in names), None)


def _id_below(folder: Path, file: str) -> str:
    try:
        return Path(file).resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return file


def _style(stream: TextIO) -> terminal.Style:
    """Colour on a terminal only, and never where NO_COLOR (no-color.org) is set."""
    return terminal.Style(colour=stream.isatty() and not os.environ.get("NO_COLOR"))


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _write_report(report: Report) -> None:
    _write(terminal.report_lines(report))
    sys.stdout.flush()


def _versions() -> Iterator[str]:
    yield f"rag {version()}"
    yield f"Python {sys.version.split()[0]}"
    for package in ("faiss-cpu", "bm25s", "onnxruntime", "gradio"):
        try:
            yield f"{package} {metadata.version(package)}"
        except metadata.PackageNotFoundError:
            yield f"{package} not installed"


_COMMANDS: Mapping[str, Callable[[Options], int]] = {
    "chat": _chat,
    "ask": _ask,
    "search": _search,
    "index": _index,
    "show": _show,
    "info": _info,
    "eval": _eval,
}
