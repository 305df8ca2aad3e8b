"""What the owner of a chat page can set, and what of it is refused. Knows no page."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rag.chat.wording import Language
from rag.errors import ConfigError
from rag.options import HOST, PORT

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_EXAMPLES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Of one page. `accounts`: user names with their passwords; none: nobody is asked for one."""

    host: str = HOST
    port: int = PORT  # 0 takes a free one
    accounts: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    no_auth: bool = False  # open to everyone, said aloud
    title: str = ""
    language: Language | None = None  # None: the browser's
    examples: tuple[str, ...] = ()  # none: made from the articles
    feedback: Path | None = None
    allow_upload: bool = False
    mcp: bool = False
    follow: bool = True  # watch the folder, so that the index follows it

    def check(self) -> None:
        """Raise `ConfigError` when the page would be open to others and nobody has said that it may be."""
        if self.host not in LOOPBACK and not self.accounts and not self.no_auth:
            raise ConfigError(
                f"On {self.host} everyone who reaches this computer could ask the articles: set a password with "
                "--auth USER:PASSWORD, or say --no-auth if that is meant."
            )


def read_accounts(value: str) -> tuple[tuple[str, str], ...]:
    """USER:PASSWORD, or a file with one of them a line (empty lines and lines that begin with # are left out).

    Raises `ConfigError` when it is neither.
    """
    path = Path(value).expanduser()
    try:
        rows = path.read_text(encoding="utf-8").splitlines() if path.is_file() else [value]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The file of --auth can't be read ({type(error).__name__}): it is UTF-8 text.") from error
    accounts = []
    for number, row in enumerate(rows, 1):
        if not row.strip() or row.startswith("#"):
            continue
        user, colon, password = row.strip().partition(":")
        if not (user and colon and password):  # the value itself may be a password: it is not repeated
            raise ConfigError(f"--auth takes USER:PASSWORD, or a file with one a line; line {number} is neither.")
        accounts.append((user, password))
    if not accounts:
        raise ConfigError(f"The file {value} of --auth has no USER:PASSWORD in it.")
    return tuple(accounts)


def read_examples(path: Path) -> tuple[str, ...]:
    """The questions of a file, one a line, at most `MAX_EXAMPLES`. Raises `ConfigError` when there are none."""
    try:
        rows = [row.strip() for row in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The examples {path} can't be read ({type(error).__name__}): it is UTF-8 text.") from error
    questions = tuple(row for row in rows if row)[:MAX_EXAMPLES]
    if not questions:
        raise ConfigError(f"The file {path} of --examples has no question in it: write one a line.")
    return questions
