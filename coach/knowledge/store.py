"""One version of the index, as a Chroma database; the only door to Chroma.

Two collections: the passages, and the questions that lead to cards. Both are searched by meaning; only passages are shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, cast

import numpy as np

from coach.errors import SetupError
from coach.knowledge.chunks import Chunk, Entry, unit_of
from coach.knowledge.filters import EVERYTHING, Filters
from coach.knowledge.versions import DATABASE, REBUILD, Pointer
from coach.language.embeddings import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection as ChromaCollection
    from chromadb.api.types import Metadata, Where

# Chroma refuses more than 5,461 at once.
_AT_ONCE = 1000
_UNITS_AT_ONCE = 50
# Chroma shares what it opened at a path and counts its users, but without a lock: of two threads that open at once, the
# second could get what the first has not started yet.
_SHARED = Lock()


class Kind(StrEnum):
    """What an entry is; the value is the collection's name."""

    PASSAGE = "passages"
    ASK = "asks"


class Store:
    """A version of the index, open. Reading is safe from several threads."""

    def __init__(self, path: Path, client: "Client", collections: Mapping[Kind, "ChromaCollection"]) -> None:
        self._path = path
        self._client = client
        self._collections = collections

    @classmethod
    def create(cls, folder: Path, pointer: Pointer) -> "Store":
        """An empty database for the version that `pointer` is to name.

        Raises:
            SetupError: it can not be written.
        """
        path = folder / pointer.version
        with _faults(path):
            client = _client(path)
            # No embedding function: vectors are always passed. Chroma's default one would fetch a model.
            return cls(path, client, {kind: client.create_collection(
                kind, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}) for kind in Kind})

    @classmethod
    def open(cls, folder: Path, pointer: Pointer) -> "Store":
        """The version that `pointer` names, after a look at whether it answers.

        Raises:
            SetupError: it is damaged or gone; says what to do.
        """
        store = cls.open_unchecked(folder, pointer.version)
        try:
            store.check(pointer)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def open_unchecked(cls, folder: Path, version: str) -> "Store":
        """A version that is still to be changed.

        Raises:
            SetupError: it can not be opened.
        """
        path = folder / version
        # Chroma would make a new, empty database where there is none.
        if not (path / DATABASE).is_file():
            raise SetupError(f"The search index at {path} is gone. {REBUILD}")
        with _faults(path):
            client = _client(path)
            try:
                return cls(path, client, {kind: client.get_collection(kind, embedding_function=None) for kind in Kind})
            except BaseException:
                with _SHARED:
                    client.close()
                raise

    def check(self, pointer: Pointer) -> None:
        """See whether the database holds as much as the pointer says, and answers.

        Raises:
            SetupError: it does not.
        """
        with _faults(self._path):
            counts = {kind: self._collections[kind].count() for kind in Kind}
            if (counts[Kind.PASSAGE], counts[Kind.ASK]) != (pointer.passages, pointer.asks):
                raise SetupError(f"The search index at {self._path} holds other passages than it should. {REBUILD}")
            for kind in (kind for kind in Kind if counts[kind]):
                first = self._collections[kind].get(limit=1, include=["embeddings"])["embeddings"]
                if first is None or not self.nearest(kind, np.asarray(first[0], dtype=np.float32), 1):
                    raise SetupError(f"The search index at {self._path} gives no answer. {REBUILD}")

    def put(self, kind: Kind, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Write `entries`, which are not there yet, with their vectors, shape (len(entries), width)."""
        with _faults(self._path):
            for start in range(0, len(entries), _AT_ONCE):
                part = entries[start : start + _AT_ONCE]
                self._collections[kind].add(
                    ids=[entry.id for entry in part], embeddings=vectors[start : start + _AT_ONCE],
                    documents=[entry.chunk.text if kind is Kind.PASSAGE else entry.embedded for entry in part],
                    metadatas=[_metadata(entry) for entry in part])

    def remove(self, kind: Kind, ids: Sequence[str]) -> None:
        """Take entries out."""
        with _faults(self._path):
            for start in range(0, len(ids), _AT_ONCE):
                self._collections[kind].delete(ids=list(ids[start : start + _AT_ONCE]))

    def hashes(self, kind: Kind) -> dict[str, str]:
        """`Entry.whole` of each entry by its id."""
        found: dict[str, str] = {}
        with _faults(self._path):
            for start in range(0, self._collections[kind].count(), _AT_ONCE):
                got = self._collections[kind].get(limit=_AT_ONCE, offset=start, include=["metadatas"])
                found |= {key: str(row["whole"]) for key, row in zip(got["ids"], got["metadatas"] or (), strict=True)}
        return found

    def vectors(self, kind: Kind, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of entries by `Entry.content`."""
        found: dict[str, Vectors] = {}
        with _faults(self._path):
            for start in range(0, len(ids), _AT_ONCE):
                got = self._collections[kind].get(
                    ids=list(ids[start : start + _AT_ONCE]), include=["embeddings", "metadatas"])
                rows = zip(got["metadatas"] or (), np.asarray(got["embeddings"], dtype=np.float32), strict=True)
                found |= {str(metadata["content"]): vector for metadata, vector in rows}
        return found

    def by_unit(self, kind: Kind, units: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of all entries of each of `units`, shape (n, width)."""
        found: dict[str, list[Vectors]] = {}
        with _faults(self._path):
            for start in range(0, len(units), _UNITS_AT_ONCE):
                got = self._collections[kind].get(
                    where=_of(units[start : start + _UNITS_AT_ONCE]), include=["embeddings", "metadatas"])
                for metadata, vector in zip(got["metadatas"] or (), np.asarray(got["embeddings"], np.float32), strict=True):
                    found.setdefault(str(metadata["unit"]), []).append(vector)
        return {unit: np.stack(vectors) for unit, vectors in found.items()}

    def nearest(self, kind: Kind, vector: Vectors, limit: int, filters: Filters = EVERYTHING) -> dict[tuple[str, str], float]:
        """Entries as (unit, id) with their cosine to `vector`, nearest first.

        Args:
            kind: what is looked for.
            vector: of length 1, shape (width,).
            limit: how many at most.
            filters: what may be found.

        Raises:
            SetupError: the database can not be read any more.
        """
        where = cast("Where | None", _where(filters))
        with _faults(self._path):
            found = self._collections[kind].query(
                query_embeddings=vector[np.newaxis], n_results=limit, where=where,
                # Without metadata: fetching those of a few hundred takes five times as long as the search.
                include=["distances"])
        rows = zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True)
        return {(unit_of(entry), entry): 1.0 - distance for entry, distance in rows}

    def of_units(self, vector: Vectors, units: Sequence[str]) -> dict[tuple[str, str], float]:
        """As `nearest`, for all passages of `units`."""
        if not units:
            return {}
        with _faults(self._path):
            got = self._collections[Kind.PASSAGE].get(
                where=_of(units), include=["embeddings", "metadatas"])
        rows = zip(got["ids"], got["metadatas"] or (), np.asarray(got["embeddings"], dtype=np.float32) @ vector, strict=True)
        return {(str(metadata["unit"]), entry): float(cosine) for entry, metadata, cosine in rows}

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The passages with these ids, as far as they are there."""
        if not ids:
            return {}
        with _faults(self._path):
            got = self._collections[Kind.PASSAGE].get(ids=list(ids), include=["documents", "metadatas"])
        rows = zip(got["ids"], got["documents"] or (), got["metadatas"] or (), strict=True)
        return {key: _chunk(key, text, metadata) for key, text, metadata in rows}

    def close(self) -> None:
        """Let go of the database."""
        with _SHARED:
            self._client.close()


def _metadata(entry: Entry) -> "Metadata":
    chunk = entry.chunk
    kept: dict[str, object] = {
        "unit": chunk.unit, "card": chunk.card_id, "title": chunk.title, "framework": chunk.framework,
        "source": chunk.source, "author": chunk.author, "section": chunk.section, "content": entry.content,
        "whole": entry.whole,
    }
    # Chroma takes no empty list.
    several = {"behaviours": chunk.behaviours, "scenarios": chunk.scenarios}
    kept |= {name: list(values) for name, values in several.items() if values}
    return cast("Metadata", kept)


def _chunk(chunk_id: str, text: str, metadata: "Metadata") -> Chunk:
    told = {name: str(metadata[name]) for name in ("unit", "title", "framework", "source", "author", "section")}
    behaviours, scenarios = (tuple(cast("Sequence[str]", metadata.get(name) or ())) for name in ("behaviours", "scenarios"))
    return Chunk(id=chunk_id, card_id=str(metadata["card"]), text=text, behaviours=behaviours, scenarios=scenarios, **told)


def _of(units: Sequence[str]) -> "Where":
    return cast("Where", {"unit": {"$in": list(units)}})


def _where(filters: Filters) -> dict[str, object] | None:
    parts: list[dict[str, object]] = []
    for name, wanted in (("behaviours", filters.behaviours), ("scenarios", filters.scenarios)):
        any_of: list[dict[str, object]] = [{name: {"$contains": one}} for one in sorted(wanted)]
        if any_of:
            # Chroma's "or" and "and" want two parts at least.
            parts.append({"$or": any_of} if len(any_of) > 1 else any_of[0])
    if filters.frameworks:
        parts.append({"framework": {"$in": sorted(filters.frameworks)}})
    if len(parts) > 1:
        return {"$and": parts}
    return parts[0] if parts else None


def _client(path: Path) -> "Client":
    import chromadb  # noqa: PLC0415 - takes a second, which a start without search need not wait for
    from chromadb.config import Settings as ChromaSettings  # noqa: PLC0415 - as above

    # Chroma reads the environment and a .env file of its own accord; what decides where data goes is said here.
    settings = ChromaSettings(
        _env_file=None, anonymized_telemetry=False, chroma_otel_collection_endpoint="",
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI", migrations="apply")
    try:
        with _SHARED:
            return cast("Client", chromadb.PersistentClient(str(path), settings))
    except AttributeError as error:
        # Chroma 1.5 keeps the half-made client of a path that it failed to open, and stumbles over it the next time.
        raise ValueError("it could not be opened before") from error


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Turn what Chroma raises into an error that says what to do."""
    from chromadb.errors import ChromaError  # noqa: PLC0415 - as in `_client`

    try:
        yield
    except (ChromaError, ValueError, OSError) as error:
        raise SetupError(f"The search index at {path} can not be used ({error}). {REBUILD}") from error
