"""The command line as one record: what can be typed after `rag`, its defaults and its help. Runs nothing."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from rag.config import ARTICLES_FOLDER, EMBEDDED_MODEL, EMBEDDED_READER, INDEX_FOLDER, NO_READER
from rag.generate import TIMEOUT_SECONDS

ANSWERED, BELOW, ERROR, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130  # exit codes

HOST, PORT = "127.0.0.1", 7860
PASSAGES = 5

_DESCRIPTION = "Ask questions of a folder of articles. Every answer is proved by verbatim quotes."
_EPILOG = f"""\
examples:
  rag chat                                      the chat page, on http://{HOST}:{PORT}
  rag ask "Who wrote the report on farming?"    one question; the answer, its sources and quotes
  rag ask --json "…" | jq .citations            the same as JSON
  echo "…" | rag ask -                          the question from standard input
  rag search "rice export" -k 3                 passages only
  rag index --watch                             bring the index up to date, and keep it so
  rag show report.txt                           an article; what answers leave out is marked "- "
  rag info --articles ~/Documents/news          what is in a folder and its index
  rag eval gold.jsonl --make                    draft questions with answers, to be corrected and asked
  rag eval gold.jsonl --against last.jsonl      how well they are answered, and what changed

Articles are .txt, .md and .html files below the folder ({ARTICLES_FOLDER}). The index ({INDEX_FOLDER}) is built when it
is missing or out of date. Nothing is sent anywhere, but to the server of --llm-url.

exit codes:
  {ANSWERED}    answered, or done
  {BELOW}    fewer right than `rag eval` was told to demand, or fewer than in the earlier run
  {REFUSED}    refused: the articles don't hold the answer
  {ERROR}    wrong usage, or something a user can put right; one line on standard error says what
  {INTERRUPTED}  interrupted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line, parsed. What a command doesn't take has its default."""

    command: str
    articles: Path
    index: Path
    embedding_model: str
    verbose: bool
    reader: str | None = NO_READER
    llm: str | None = None
    llm_url: str | None = None
    llm_timeout: float = TIMEOUT_SECONDS
    keep_unsupported: bool = False
    fallback: bool = False
    question: str = ""
    json: bool = False
    k: int = PASSAGES
    watch: bool = False
    file: str = ""
    host: str = HOST
    port: int = PORT
    open: bool = False
    auth: str | None = None
    no_auth: bool = False
    title: str = ""
    examples: Path | None = None
    lang: str | None = None
    feedback: Path | None = None
    allow_upload: bool = False
    mcp: bool = False
    gold: Path = Path()
    make: bool = False
    out: Path | None = None
    against: Path | None = None
    fail_under: float | None = None
    wrong: bool = False


def parse(argv: Sequence[str] | None = None) -> Options:
    """Read the command line, by default this process's. Exits with 2 and one line when it can't be understood."""
    arguments = vars(_parser().parse_args(argv))
    return Options(**{each.name: arguments[each.name] for each in fields(Options) if each.name in arguments})


def version() -> str:
    """The installed version of this package."""
    return metadata.version("rag")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        text = message.encode("utf-8", "backslashreplace").decode()
        self.exit(ERROR, f"{self.prog}: {text} (see `{self.prog} --help`)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="rag", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"rag {version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        sub.add_argument(
            "--articles", type=_folder, default=ARTICLES_FOLDER, metavar="DIR", help="default: %(default)s"
        )
        sub.add_argument("--index", type=_folder, default=INDEX_FOLDER, metavar="DIR", help="default: %(default)s")
        sub.add_argument("--embedding-model", type=_name, default=EMBEDDED_MODEL, metavar="NAME", help=_MODEL_HELP)
        sub.add_argument("-v", "--verbose", action="store_true", help="say on standard error what is being done")
        return sub

    chat = command("chat", "serve the chat page")
    chat.add_argument("--host", default=HOST, help="default: %(default)s, which only this computer reaches")
    chat.add_argument("--port", type=_port, default=PORT, help="default: %(default)s; 0 takes a free one")
    chat.add_argument("--open", action=argparse.BooleanOptionalAction, default=False, help="open it in the browser too")
    _add_page(chat)
    _add_reader(chat)

    ask = command("ask", "answer one question, with sources and quotes")
    ask.add_argument("question", help='the question, in quotes; "-" reads it from standard input')
    ask.add_argument("--json", action="store_true", help="everything about the answer, as JSON")

    _add_reader(ask)

    search = command("search", "find passages, without answering")
    search.add_argument("question", help='what to look for; "-" reads it from standard input')
    search.add_argument("-k", type=_count, default=PASSAGES, metavar="N", help="how many; default: %(default)s")
    search.add_argument("--json", action="store_true", help="the passages as JSON")

    index = command("index", "bring the index up to date with the folder")
    index.add_argument("--watch", action="store_true", help="and keep doing so when files change, until Ctrl-C")

    show = command("show", 'print an article with what answers leave out marked "- "')
    show.add_argument("file", metavar="FILE", help="a path below the articles folder, or to a file in it")

    command("info", "list articles, skipped files, and what the index is made of")

    _add_eval(command("eval", "ask questions with known answers, and say how many are answered right"))
    return parser


def _add_page(chat: argparse.ArgumentParser) -> None:
    chat.add_argument("--auth", metavar="USER:PASSWORD", help="who may use it; or a file with one of these a line")
    chat.add_argument("--no-auth", action="store_true", help="let everyone who reaches --host use it")
    chat.add_argument("--title", default="", help="the page's name; default: that of its language")
    chat.add_argument("--lang", choices=("vi", "en"), help="its language; default: the browser's")
    chat.add_argument("--examples", type=Path, metavar="FILE", help="questions to propose, one a line")
    chat.add_argument("--feedback", type=Path, metavar="FILE", help="offer thumbs, and write them to this file (JSONL)")
    chat.add_argument("--allow-upload", action="store_true", help="let visitors add files to the articles folder")
    chat.add_argument("--mcp", action="store_true", help="offer ask, search and get_article as MCP tools, too")


def _add_eval(evaluate: argparse.ArgumentParser) -> None:
    _add_reader(evaluate)
    evaluate.add_argument("gold", type=Path, metavar="GOLD", help="JSON lines: a question and its answers in each")
    evaluate.add_argument("--make", action="store_true", help="draft GOLD from the articles, to be corrected by people")
    evaluate.add_argument("--out", type=Path, metavar="FILE", help="write a line for each question to this file")
    evaluate.add_argument("--against", type=Path, metavar="FILE", help="compare with such a file of an earlier run")
    evaluate.add_argument(
        "--fail-under", type=_share, metavar="SHARE", help="exit with 1 when a smaller share is done right, 0.9 say"
    )
    evaluate.add_argument("--wrong", action="store_true", help="print what was answered wrong")


def _add_reader(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reader", type=_name, metavar="NAME", help=_READER_HELP)
    command.add_argument("--llm", type=_name, metavar="NAME", help=_LLM_HELP)
    command.add_argument("--llm-url", metavar="URL", help="a server that has that model: http://127.0.0.1:8000/v1, say")
    command.add_argument(
        "--llm-timeout", type=_seconds, default=TIMEOUT_SECONDS, metavar="SECONDS",
        help="for one answer; default: %(default)s",
    )  # fmt: skip
    command.add_argument(
        "--keep-unsupported", action="store_true", help="mark sentences that no passage supports, don't remove them"
    )
    command.add_argument("--fallback", action="store_true", help="quote when the model fails, and say so")


_READER_HELP = (
    f"what reads the best passages for the answer; default: {EMBEDDED_READER}, which is part of the installation; or "
    'any transformers model that answers with spans, by name or path; or "none": quicker, and less often right'
)
_LLM_HELP = (
    "a language model that writes the answers, each sentence checked against the articles: a transformers model by "
    "name, folder or GGUF file; or, with --llm-url, a model of a server that speaks OpenAI's protocol (its key from "
    "OPENAI_API_KEY); default: none, answers are quotes"
)
_MODEL_HELP = (
    "default: %(default)s, which is part of the installation; or any sentence-transformers model, by name or path"
)


def _folder(value: str) -> Path:
    if not value.strip():
        raise argparse.ArgumentTypeError("the folder's name is empty")
    return Path(value).expanduser()


def _name(value: str) -> str:
    if not value.strip():
        raise argparse.ArgumentTypeError("the model's name is empty")
    return value


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > 65_535:
        raise argparse.ArgumentTypeError(f"{value!r} is no port: a number from 0 to 65535")
    return int(value)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{value!r} is no time: more than 0 seconds, at most a day")
    return seconds


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{value!r} is no share: 0 to 1")
    return share


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 1_000:
        raise argparse.ArgumentTypeError(f"{value!r} is no number of passages: 1 to 1000")
    return int(value)
