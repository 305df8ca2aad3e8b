"""Builds an index again and again, each time in a process that is killed at a later step. For test_index_faults.

Every call by which a build opens or changes a file counts as a step. After each kill the index that was there must
open, and tell what it told before; a last build, not killed, must then succeed. Prints the number of steps.
"""

from __future__ import annotations

import builtins
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.corpus import ARTICLES, Folder, make_folder

STEPS = [(os, name) for name in ("mkdir", "open", "fsync", "rename", "replace", "unlink", "rmdir")]
STEPS += [(io, "open"), (builtins, "open")]  # pathlib has the one, bm25s the other


def kill_at(step: int) -> Callable[[], int]:
    """Have this process killed before the step of that number; gives a count of the steps so far."""
    done = 0

    def counted(module: ModuleType, name: str) -> None:
        real = getattr(module, name)

        def call(*args: object, **kwargs: object) -> object:
            nonlocal done
            done += 1
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)
            # what a killed process wrote stays written, synced or not: it is the slow part of all this
            return None if name == "fsync" else real(*args, **kwargs)

        setattr(module, name, call)

    for module, name in STEPS:
        counted(module, name)
    return lambda: done


def told(folder: Folder) -> tuple[str, tuple[str, ...]]:
    """What the index that is there says."""
    with folder.open() as index:
        return index.generation, tuple(passage.text for passage in index.passages)


def in_another_process(work: Callable[[], None]) -> bool:
    """Whether the work was killed. The process is forked before FAISS has started threads of its own."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"the build failed by itself: {status}")
    return False


def main(root: str) -> None:
    """Kill at every step in turn, until a build gets through."""
    folder = make_folder(Path(root))
    folder.build()
    before = told(folder)
    folder.put("committee.txt", ARTICLES["committee.txt"].replace("one week", "two days"))
    allowed = {before}

    def build_killed() -> None:
        kill_at(step)
        folder.build()

    step = 1
    while in_another_process(build_killed):
        now = told(folder)
        if now not in allowed:
            if not any("two days" in text for text in now[1]):
                raise SystemExit(f"killed at step {step}, the index tells {now}")
            allowed = {now}  # switched: from here on it must stay the new one
        step += 1
    folder.build()
    after = told(folder)
    left = {path.name for path in folder.index.iterdir()}
    if not any("two days" in text for text in after[1]) or left != {"CURRENT", ".lock", after[0]}:
        raise SystemExit(f"after all, the index tells {after} and holds {left}")
    print(step - 1)  # noqa: T201 - it is what this script is asked for


if __name__ == "__main__":
    main(sys.argv[1])
