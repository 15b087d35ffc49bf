"""Where the index lies on disk: its versions, which of them serves, and who may write.

    index/
      current.json     which version serves
      building.lock    held while a version is built
      v-<name>/        a Chroma database, words/ for the ranking by words, and recogniser.npz: written once, and only read
                       from when the pointer names it

A version never changes once it serves, so reading needs no lock, and a crash at any moment leaves the pointer on a
whole version.
"""

import fcntl
import json
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from coach.errors import SetupError

REBUILD = "Run `coach knowledge index`, then start coach again."
DATABASE = "chroma.sqlite3"
WORDS = "words"
RECOGNISER = "recogniser.npz"
_POINTER = "current.json"
_LOCK = "building.lock"
_VERSION = "v-"
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version serves, and what it was made from.

    Attributes:
        version: the name of its folder.
        corpus: `Holdings.hash` of what it was made from.
        embedder: the name of the embedder.
        passages: how many it holds; `asks` how many questions that lead to cards.
        dead: entries taken out of it or replaced since it was written from new; they still take room.
        layout: `holdings.LAYOUT` of the coach that wrote it.
    """

    version: str
    corpus: str
    embedder: str
    passages: int
    asks: int
    dead: int = 0
    layout: int = 0


def read_pointer(folder: Path) -> Pointer | None:
    """Which version serves; None where there is no index yet.

    Raises:
        SetupError: the pointer can not be read.
    """
    try:
        return Pointer(**json.loads((folder / _POINTER).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except TypeError as error:
        raise SetupError(f"The search index in {folder} was made by another version of coach. {REBUILD}") from error
    except (OSError, ValueError) as error:
        raise SetupError(f"The search index in {folder} can not be read ({error}). {REBUILD}") from error


def switch_to(folder: Path, pointer: Pointer) -> None:
    """Let the version that `pointer` names serve from now on: in one step, which a crash can not halve.

    Its files are on the disk before the pointer is, so that a power cut finds it whole too.
    """
    for path in [folder / pointer.version, *(folder / pointer.version).rglob("*")]:
        _to_disk(path)
    draft = folder / f"{_POINTER}.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(pointer), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / _POINTER)
    _to_disk(folder)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def new_version(corpus: str) -> str:
    """A name never used before: Chroma keeps what it once opened at a path, even what it failed to open."""
    return f"{_VERSION}{corpus}-{secrets.token_hex(4)}"


def sweep(folder: Path, keep: Collection[str]) -> None:
    """Remove every version but those to `keep`."""
    for path in folder.glob(f"{_VERSION}*"):
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


def is_whole(folder: Path, pointer: Pointer) -> bool:
    """Whether the database that `pointer` names is sound, as far as SQLite can tell without Chroma; 2 ms for 1 MB."""
    path = folder / pointer.version / DATABASE
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


def _hold(lock: TextIO, until: float) -> None:
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(_LOOK_SECONDS)


@contextmanager
def building(folder: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the index for writing; the system lets go of it when the process ends, however it ends.

    Args:
        folder: of the index; made where it is missing.
        wait_seconds: how long to wait for another that holds it.

    Raises:
        SetupError: another process holds it, or the folder can not be written; says which and what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"The search index can not be written to {folder}: {error.strerror}. Set COACH_HOME to a folder that can "
            "be written.") from error
    with lock:
        try:
            _hold(lock, time.monotonic() + wait_seconds)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise SetupError(
                f"The search index in {folder} is being built by {holder}. Wait until it is done, or stop it; then try "
                "again.") from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, which began at {datetime.now().astimezone():%H:%M:%S}")
        lock.flush()
        yield
