"""Build the search index: only what changed is embedded again, and the old index serves until the new one is whole."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from zipfile import BadZipFile

import numpy as np

from coach.errors import SetupError
from coach.knowledge.chunks import Entry
from coach.knowledge.holdings import LAYOUT, Holdings
from coach.knowledge.ranking import WordIndex
from coach.knowledge.recogniser import Recogniser
from coach.knowledge.store import Kind, Store
from coach.knowledge.versions import (
    REBUILD,
    RECOGNISER,
    WORDS,
    Pointer,
    building,
    is_whole,
    new_version,
    read_pointer,
    sweep,
    switch_to,
)
from coach.language.embeddings import Embedder, Vectors

Progress = Callable[[int, int], None]
_BATCH = 16
_MOST_CORES = 4
# What is taken out of Chroma leaves a gap that is copied on; from this share on a version is written from new.
_MOST_DEAD = 0.5
# Embedded and written together: what is in memory at once.
_WRITTEN = 2000


@dataclass(frozen=True, slots=True)
class Opened:
    """A version of the index, open: by meaning, by words, by card."""

    store: Store
    words: WordIndex
    recogniser: Recogniser


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What building the index came to, in passages and questions that lead to cards.

    Attributes:
        added: new, or changed since; `kept` those that had not changed.
        removed: of the old index, no longer held.
        seconds: how long it took.
        rebuilt: why nothing of the old index could be kept, as a sentence; empty where that was not so.
    """

    added: int
    kept: int
    removed: int
    seconds: float
    rebuilt: str = ""


def is_current(holdings: Holdings, embedder: Embedder, folder: Path) -> bool:
    """Whether the index in `folder` is whole and was made from these `holdings` by this `embedder`.

    Takes a few milliseconds, and does without Chroma: a second start has nothing to do, and learns so at once.
    """
    try:
        pointer = _pointer_to(holdings, embedder, folder)
    except SetupError:
        return False
    return pointer is not None and is_whole(folder, pointer)


def open_current(holdings: Holdings, embedder: Embedder, folder: Path) -> Opened | None:
    """The index of these `holdings` and this `embedder`, open for reading; None where there is none.

    Raises:
        SetupError: it is damaged; says what to do.
    """
    pointer = _pointer_to(holdings, embedder, folder)
    return _opened(folder, pointer) if pointer else None


def build_index(holdings: Holdings, embedder: Embedder, folder: Path, progress: Progress | None = None, *,
                wait_seconds: float = 0.0) -> IndexReport:
    """Make the index in `folder` fit `holdings` and `embedder`; does nothing where it fits already.

    A new version is written beside the one that serves, and takes its place when it is whole. The one before stays
    until the next build, since another process may still be reading it.

    Args:
        holdings: what is to be found.
        embedder: turns the passages into vectors; vectors of an index made by another one are not used.
        folder: of the index; made where it is missing.
        progress: told the entries done and the entries in all, before the first batch and after each.
        wait_seconds: how long to wait for another process that is building.

    Raises:
        SetupError: there is nothing to index, another process is building, or the folder can not be written.
    """
    began = perf_counter()
    if not holdings.size:
        raise SetupError("There are no knowledge cards to make a search index of.")
    corpus = holdings.hash(embedder.name)
    passages, asks = holdings.size, len(holdings.asks())
    with building(folder, wait_seconds):
        old, rebuilt = _old_index(folder, embedder.name)
        if old and old.corpus == corpus and not rebuilt:
            return IndexReport(0, passages + asks, 0, perf_counter() - began)
        keep = {old.version} if old else set()
        sweep(folder, keep=keep)
        pointer = Pointer(new_version(corpus), corpus, embedder.name, passages, asks, layout=LAYOUT)
        try:
            change, pointer = _write(holdings, embedder, folder, pointer, old if old and not rebuilt else None,
                                     progress or _silent)
        except BaseException:
            sweep(folder, keep=keep)
            raise
        switch_to(folder, pointer)
    return IndexReport(change.added, passages + asks - change.added, change.removed, perf_counter() - began, rebuilt)


def _told(progress: Progress, before: int, total: int, more: int) -> None:
    progress(before + more, total)


def _silent(done: int, total: int) -> None:
    """For those who do not ask how far it is."""


def _pointer_to(holdings: Holdings, embedder: Embedder, folder: Path) -> Pointer | None:
    pointer = read_pointer(folder)
    return pointer if pointer and pointer.corpus == holdings.hash(embedder.name) else None


def _opened(folder: Path, pointer: Pointer) -> Opened:
    store, place = Store.open(folder, pointer), folder / pointer.version
    try:
        return Opened(store, WordIndex.load(place / WORDS), Recogniser.load(place / RECOGNISER))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        store.close()
        raise SetupError(f"The word index in {folder / pointer.version} can not be read ({error}). {REBUILD}") from error


def _old_index(folder: Path, embedder_name: str) -> tuple[Pointer | None, str]:
    """The index as it was, and why nothing of it can be kept; empty where it can."""
    try:
        pointer = read_pointer(folder)
        if pointer is None:
            return None, ""
        _opened(folder, pointer).store.close()
    except SetupError as error:
        reason = str(error).removesuffix(REBUILD).strip()
        return None, f"The old index was damaged and has been replaced: {reason}"
    if pointer.layout != LAYOUT:
        return pointer, "The old index was made by another version of coach."
    if pointer.embedder != embedder_name:
        return pointer, f"The old index was made by another embedder, {pointer.embedder}."
    return pointer, ""


@dataclass(slots=True)
class _Change:
    """What a build comes to: entries new or changed, replaced, and no longer held."""

    added: int = 0
    replaced: int = 0
    removed: int = 0


def _write(holdings: Holdings, embedder: Embedder, folder: Path, pointer: Pointer, old: Pointer | None,
           progress: Progress) -> tuple[_Change, Pointer]:
    """Write a whole version, from a copy of the old one where there is one and not half of it is dead."""
    total = pointer.passages + pointer.asks
    copied = old is not None and old.dead <= _MOST_DEAD * total
    if old and copied:
        shutil.copytree(folder / old.version, folder / pointer.version, ignore=shutil.ignore_patterns(WORDS, RECOGNISER))
        store = Store.open_unchecked(folder, pointer.version)
    else:
        store = Store.create(folder, pointer)
    # Where nothing is copied, what has not changed still has its vector in the old version.
    source = Store.open_unchecked(folder, old.version) if old and not copied else store
    change = _Change()
    try:
        done = 0
        for kind, entries in ((Kind.ASK, iter(holdings.asks())), (Kind.PASSAGE, _passages(holdings))):
            known = source.hashes(kind) if old else {}
            left = dict.fromkeys(known)
            while part := tuple(islice(entries, _WRITTEN)):
                new = [entry for entry in part if known.get(entry.id) != entry.whole]
                for entry in part:
                    left.pop(entry.id, None)
                written = new if copied else part
                were = [entry.id for entry in written if entry.id in known]
                vectors = _vectors(written, source.vectors(kind, were), embedder, partial(_told, progress, done, total))
                if copied:
                    # Not over them: Chroma would keep what of the old metadata the new one does not name.
                    store.remove(kind, were)
                    change.replaced += len(were)
                if written:
                    store.put(kind, written, vectors)
                done += len(part)
                change.added += len(new)
            if copied:
                store.remove(kind, list(left))
            change.removed += len(left)
        store.check(pointer)
        recogniser = _recogniser(holdings, store, embedder, folder / old.version if old else None)
    finally:
        store.close()
        if source is not store:
            source.close()
    recogniser.save(folder / pointer.version / RECOGNISER)
    WordIndex.of(holdings.units()).save(folder / pointer.version / WORDS)
    dead = old.dead + change.replaced + change.removed if old and copied else 0
    return change, replace(pointer, dead=dead)


def _recogniser(holdings: Holdings, store: Store, embedder: Embedder, old: Path | None) -> Recogniser:
    units = [card.id for card in holdings.cards]
    asks, passages = store.by_unit(Kind.ASK, units), store.by_unit(Kind.PASSAGE, units)
    vectors = {unit: np.concatenate([found[unit] for found in (asks, passages) if unit in found]) for unit in units}
    known = Recogniser.load(old / RECOGNISER).elsewhere_of(holdings.elsewhere) if old else None
    if known is None:
        known = embedder.embed(list(holdings.elsewhere))
    return Recogniser.of(vectors, known, holdings.elsewhere)


def _passages(holdings: Holdings) -> Iterator[Entry]:
    return (Entry(chunk.id, chunk.embedded, chunk) for chunk in holdings.passages())


def _vectors(entries: Sequence[Entry], known: Mapping[str, Vectors], embedder: Embedder,
             told: Callable[[int], None]) -> Vectors:
    """The vectors of `entries`, shape (len(entries), width); those not `known` by their content are made."""
    vectors = dict(known)
    # Passages of like length together: a batch costs as much as if all in it were as long as the longest.
    fresh = sorted((entry for entry in entries if entry.content not in vectors), key=lambda entry: len(entry.embedded))
    batches = [fresh[start : start + _BATCH] for start in range(0, len(fresh), _BATCH)]
    done = len(entries) - len(fresh)
    told(done)
    # The arithmetic of a batch holds no lock, and uses one core.
    with ThreadPoolExecutor(min(_MOST_CORES, os.cpu_count() or 1)) as pool:
        texts = ([entry.embedded for entry in batch] for batch in batches)
        for batch, found in zip(batches, pool.map(embedder.embed, texts), strict=True):
            vectors |= dict(zip((entry.content for entry in batch), found, strict=True))
            done += len(batch)
            told(done)
    return np.stack([vectors[entry.content] for entry in entries]) if entries else np.zeros((0, 0), np.float32)
