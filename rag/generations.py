"""The folder of an index: immutable generations, CURRENT that names one, and the locks that keep them apart.

    index/
      CURRENT                  which generation answers; the sha256 of its manifest; the state of the articles folder
      .lock                    held by the one process that builds
      3f2a9c…/                 a generation, named by what it was built from; never changed once it has its name
        manifest.json          format, model, settings, sha256 of every article and of every file here; readers lock it
        …                      the files themselves, which only rag.index knows
      .building-…, .removing-… not there yet, and there no more: left by a process that was killed, swept by the next

A generation is written under another name, synced and renamed; then CURRENT is replaced. Killed at any step, the old
generation still answers. Nothing is believed: CURRENT vouches for the manifest and the manifest for every file, all of
it checked before a byte is parsed (sha256 reads 1 to 2 GB/s, less than loading takes, so no size is exempt).

It knows no articles and no vectors. What is wrong with an index is raised as `IndexUnusableError` in a few words;
rag.index adds what to do.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import shutil
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import portalocker

from rag.checksum import sha256_of
from rag.errors import IndexUnusableError
from rag.manifest import (
    CURRENT,
    GENERATION_NAME,
    MANIFEST,
    Current,
    FileSum,
    Manifest,
    check_files,
    read_current,
)

logger = logging.getLogger(__name__)

_LOCK = ".lock"
_BUILDING, _REMOVING = ".building-", ".removing-"
_OPEN_ATTEMPTS = 20  # each fails only if yet another build switched in between


class Generation:
    """An open generation. It is not removed while open; closing it, or dropping the last reference, lets it go."""

    def __init__(self, folder: Path, manifest: Manifest, current: Current, lock: int) -> None:
        self.folder = folder
        self.manifest = manifest
        self.current = current
        self._release = weakref.finalize(self, os.close, lock)  # closing the descriptor releases the lock

    def close(self) -> None:
        """Let it be removed. Closing twice is allowed."""
        self._release()

    def __enter__(self) -> Generation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_current(index: Path, *, sizes_only: bool = False) -> Generation:
    """Open the generation that CURRENT names, every file checked. Works on a folder that can only be read.

    `sizes_only` leaves out the checksums, for a quick look that loads nothing. Raises `IndexUnusableError` with the
    reason when there is none or it is damaged.
    """
    generation = _open_locked(index)
    try:
        check_files(generation.folder, generation.manifest, sizes_only=sizes_only)
    except IndexUnusableError:
        generation.close()
        raise
    return generation


def _open_locked(index: Path) -> Generation:
    for _ in range(_OPEN_ATTEMPTS):
        current = read_current(index)
        folder = index / current.generation
        try:
            lock = _lock_manifest(folder, portalocker.LockFlags.SHARED)
        except FileNotFoundError as error:
            if read_current(index) == current:
                raise IndexUnusableError(f"its generation {current.generation} is not there") from error
            continue  # a build switched and removed it in between
        except OSError as error:
            raise IndexUnusableError(f"its {MANIFEST} can't be read ({error.strerror})") from error
        try:
            content = (folder / MANIFEST).read_bytes()
            if not os.path.samestat(os.fstat(lock), (folder / MANIFEST).stat()):
                raise FileNotFoundError  # another one by the same name: removed while we waited, and built again
            if hashlib.sha256(content).hexdigest() != current.manifest_sha256:
                raise IndexUnusableError(f"its {MANIFEST} is damaged (other sha256 than when it was written)")
            return Generation(folder, Manifest.from_bytes(content), current, lock)
        except FileNotFoundError:
            os.close(lock)  # removed while we waited for the lock
        except BaseException:
            os.close(lock)
            raise
    raise IndexUnusableError(f"it was rebuilt {_OPEN_ATTEMPTS} times while it was being opened")


def _lock_manifest(folder: Path, flags: portalocker.LockFlags) -> int:
    """A descriptor that holds the lock. Opened for reading, since that is all a reader may be allowed to do.

    A shared lock that can't be had is done without: where there are no locks, `_retire` gets none and removes nothing.
    """
    lock = os.open(folder / MANIFEST, os.O_RDONLY)
    try:
        portalocker.lock(lock, flags)
    except portalocker.LockException as error:
        if flags != portalocker.LockFlags.SHARED:
            os.close(lock)
            raise
        logger.debug("no lock on %s: %s", folder, error)
    return lock


@contextmanager
def building(index: Path) -> Iterator[None]:
    """Be the only process that builds here, after sweeping up after killed ones. Waits for another build to end.

    Raises `IndexUnusableError` when the folder can't be written or can't be locked.
    """
    with _explaining(index):
        index.mkdir(parents=True, exist_ok=True)
        lock = os.open(index / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _lock_for_building(index, lock)
        _sweep(index)
        yield
    finally:
        os.close(lock)


def _lock_for_building(index: Path, lock: int) -> None:
    exclusive = portalocker.LockFlags.EXCLUSIVE
    try:
        try:
            portalocker.lock(lock, exclusive | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.AlreadyLocked:
            logger.info("Another process is building %s: waiting for it.", index)
            portalocker.lock(lock, exclusive)
    except portalocker.LockException as error:
        raise IndexUnusableError(
            f"The index folder {index} is on a file system without locks: name one on a local disk with --index DIR."
        ) from error


def find(index: Path, wanted: Manifest) -> Manifest | None:
    """The manifest of a sound generation that was built from just this, whether CURRENT names it or not."""
    folder = index / wanted.generation
    try:
        found = Manifest.from_bytes((folder / MANIFEST).read_bytes())
        check_files(folder, found)
    except (OSError, IndexUnusableError):
        return None
    return found if replace(found, files={}) == replace(wanted, files={}) else None


def write(index: Path, manifest: Manifest, write_files: Callable[[Path], None]) -> Manifest:
    """Write a generation: `write_files` fills a folder, which gets its manifest and then its name.

    Call it within `building`. Returns the manifest with its files; CURRENT is left as it is. On any failure nothing is
    left behind; raises `IndexUnusableError` when the folder can't be written or the disk is full.
    """
    temporary, final = index / (_BUILDING + manifest.generation), index / manifest.generation
    with _explaining(index):
        try:
            temporary.mkdir()
            write_files(temporary)
            paths = sorted(path for path in temporary.rglob("*") if path.is_file())
            sums = {p.relative_to(temporary).as_posix(): FileSum(sha256_of(p), p.stat().st_size) for p in paths}
            manifest = replace(manifest, files=sums)
            (temporary / MANIFEST).write_bytes(manifest.to_bytes())
            for path in (*temporary.rglob("*"), temporary):
                _sync(path)
            if final.exists():  # damaged, or `find` would have found it
                final.rename(index / (_REMOVING + manifest.generation))
            temporary.rename(final)
            _sync(index)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return manifest


def switch(index: Path, manifest: Manifest, *, folder_stamp: str) -> None:
    """Let CURRENT name this generation, at once, and remove the others as far as nobody reads them."""
    sha256 = hashlib.sha256(manifest.to_bytes()).hexdigest()
    with _explaining(index):
        _write_current(index, Current(manifest.generation, sha256, folder_stamp))
        _retire(index, keep=manifest.generation)
        _sweep(index)


def renew_stamp(index: Path, current: Current, *, folder_stamp: str) -> None:
    """Note that what CURRENT names still holds for a folder with another stamp. Waits for nobody, and need not succeed.

    Left as it is when another process builds, when CURRENT is no longer `current`, or when it can't be written.
    """
    try:
        lock = os.open(index / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            portalocker.lock(lock, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
            if read_current(index) == current:
                _write_current(index, replace(current, folder_stamp=folder_stamp))
        finally:
            os.close(lock)
    except (portalocker.LockException, OSError, IndexUnusableError) as error:
        logger.debug("the stamp in %s is not renewed: %s", index, error)


def _write_current(index: Path, current: Current) -> None:
    temporary = index / f".{CURRENT}"
    try:
        temporary.write_text(json.dumps(asdict(current), indent=1) + "\n", encoding="utf-8")
        _sync(temporary)
        temporary.replace(index / CURRENT)
        _sync(index)
    finally:
        temporary.unlink(missing_ok=True)


def _retire(index: Path, *, keep: str) -> None:
    """Take the name from every other generation that nobody reads."""
    for folder in sorted(index.iterdir()):
        if not GENERATION_NAME.fullmatch(folder.name) or folder.name == keep:
            continue
        try:
            lock = _lock_manifest(folder, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except FileNotFoundError:  # no manifest: nobody can read it
            folder.rename(folder.with_name(_REMOVING + folder.name))
        except (portalocker.LockException, OSError) as error:  # whatever is wrong: it may be read
            logger.debug("generation %s stays: %s", folder.name, error)
        else:
            folder.rename(folder.with_name(_REMOVING + folder.name))
            os.close(lock)


def _sweep(index: Path) -> None:
    for folder in index.iterdir():
        if folder.name.startswith((_BUILDING, _REMOVING)):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _explaining(index: Path) -> Iterator[None]:
    """OSError in words, with what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, None):  # None: numpy, "512 requested, 96 written"
            problem = f"There is no room to write the index in {index} ({error.strerror or error}): free some space"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            problem = f"The index folder {index} can't be written ({error.strerror}): allow it"
        else:
            problem = f"The index folder {index} can't be used ({error}): make it a folder that can be written"
        raise IndexUnusableError(f"{problem}, or name another with --index DIR.") from error


def _sync(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder, before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
