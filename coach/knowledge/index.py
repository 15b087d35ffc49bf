"""Build the search index: only what changed is embedded again, and the old index serves until the new one is whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np

from coach.errors import SetupError
from coach.knowledge.cards import Card
from coach.knowledge.chunks import Chunk, chunk_cards, corpus_hash
from coach.knowledge.store import Store
from coach.knowledge.versions import REBUILD, Pointer, building, is_whole, new_version, read_pointer, sweep, switch_to
from coach.language.embeddings import Embedder, Vectors

Progress = Callable[[int, int], None]
_BATCH = 16


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What building the index came to, in chunks.

    Attributes:
        added: embedded anew: new, or changed since.
        kept: not embedded again, as they had not changed.
        removed: of the old index, no longer among the cards.
        seconds: how long it took.
        rebuilt: why nothing of the old index could be kept, as a sentence; empty where that was not so.
    """

    added: int
    kept: int
    removed: int
    seconds: float
    rebuilt: str = ""


@dataclass(frozen=True, slots=True)
class _Old:
    """The index as it was: its version, its chunk ids, and its vectors by content where they are of use."""

    version: str = ""
    corpus: str = ""
    ids: frozenset[str] = frozenset()
    vectors: Mapping[str, Vectors] = field(default_factory=dict)
    rebuilt: str = ""


def is_current(cards: Sequence[Card], embedder: Embedder, folder: Path) -> bool:
    """Whether the index in `folder` is whole and was made from these `cards` by this `embedder`.

    Takes a few milliseconds, and does without Chroma: a second start has nothing to do, and learns so at once.
    """
    try:
        pointer = _pointer_to(cards, embedder, folder)
    except SetupError:
        return False
    return pointer is not None and is_whole(folder, pointer)


def open_current(cards: Sequence[Card], embedder: Embedder, folder: Path) -> Store | None:
    """The index of these `cards` and this `embedder`, open for reading; None where there is none.

    Raises:
        SetupError: it is damaged; says what to do.
    """
    pointer = _pointer_to(cards, embedder, folder)
    return Store.open(folder, pointer) if pointer else None


def build_index(cards: Sequence[Card], embedder: Embedder, folder: Path,
                progress: Progress | None = None) -> IndexReport:
    """Make the index in `folder` fit `cards` and `embedder`; does nothing where it fits already.

    A new version is written beside the one that serves, and takes its place when it is whole. The one before stays
    until the next build, since another process may still be reading it.

    Args:
        cards: what is to be found.
        embedder: turns the passages into vectors; vectors of an index made by another one are not used.
        folder: of the index; made where it is missing.
        progress: told the chunks done and the chunks in all, before the first batch and after each.

    Raises:
        SetupError: there are no cards, another process is building, or the folder can not be written.
    """
    began = perf_counter()
    chunks = chunk_cards(cards)
    if not chunks:
        raise SetupError("There are no knowledge cards to make a search index of.")
    corpus = corpus_hash(cards, embedder.name)
    with building(folder):
        old = _old_index(folder, embedder.name)
        if old.corpus == corpus:
            return IndexReport(0, len(chunks), 0, perf_counter() - began)
        sweep(folder, keep={old.version})
        pointer = Pointer(new_version(corpus), corpus, embedder.name, len(chunks))
        try:
            added = _write(chunks, embedder, folder, pointer, old.vectors, progress or _silent)
        except BaseException:
            sweep(folder, keep={old.version})
            raise
        switch_to(folder, pointer)
    removed = len(old.ids - {chunk.id for chunk in chunks})
    return IndexReport(added, len(chunks) - added, removed, perf_counter() - began, old.rebuilt)


def _silent(done: int, total: int) -> None:
    """For those who do not ask how far it is."""


def _pointer_to(cards: Sequence[Card], embedder: Embedder, folder: Path) -> Pointer | None:
    pointer = read_pointer(folder)
    return pointer if pointer and pointer.corpus == corpus_hash(cards, embedder.name) else None


def _old_index(folder: Path, embedder_name: str) -> _Old:
    try:
        pointer = read_pointer(folder)
        if pointer is None:
            return _Old()
        store = Store.open(folder, pointer)
        try:
            ids, vectors = store.vectors()
        finally:
            store.close()
    except SetupError as error:
        reason = str(error).removesuffix(REBUILD).strip()
        return _Old(rebuilt=f"The old index was damaged and has been replaced: {reason}")
    if pointer.embedder != embedder_name:
        vectors, rebuilt = {}, f"The old index was made by another embedder, {pointer.embedder}."
    else:
        rebuilt = ""
    return _Old(pointer.version, pointer.corpus, ids, vectors, rebuilt)


def _write(chunks: Sequence[Chunk], embedder: Embedder, folder: Path, pointer: Pointer, known: Mapping[str, Vectors],
           progress: Progress) -> int:
    """Write a whole version; gives how many chunks had to be embedded."""
    # Passages of like length together: a batch costs as much as if all in it were as long as the longest.
    new = sorted((chunk for chunk in chunks if chunk.content not in known), key=lambda chunk: len(chunk.embedded))
    vectors = dict(known)
    progress(len(chunks) - len(new), len(chunks))
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        fresh = embedder.embed([chunk.embedded for chunk in batch])
        vectors |= {chunk.content: vector for chunk, vector in zip(batch, fresh, strict=True)}
        progress(len(chunks) - len(new) + start + len(batch), len(chunks))
    store = Store.create(folder, pointer)
    try:
        store.add(chunks, np.stack([vectors[chunk.content] for chunk in chunks]))
        store.check(pointer)
    finally:
        store.close()
    return len(new)
