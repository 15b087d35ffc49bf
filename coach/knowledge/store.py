"""One version of the index, as a Chroma database; the only door to Chroma."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, cast

import numpy as np

from coach.errors import SetupError
from coach.knowledge.chunks import Chunk
from coach.knowledge.versions import DATABASE, REBUILD, Pointer
from coach.language.embeddings import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection as ChromaCollection
    from chromadb.api.types import Metadata, Where

_COLLECTION = "cards"
# Chroma refuses more than 5,461 at once.
_WRITTEN_AT_ONCE = 1000
# Chroma shares what it opened at a path and counts its users, but without a lock: of two threads that open at once, the
# second could get what the first has not started yet.
_SHARED = Lock()


class Store:
    """A version of the index, open. Reading is safe from several threads."""

    def __init__(self, path: Path, client: "Client", collection: "ChromaCollection") -> None:
        self._path = path
        self._client = client
        self._collection = collection

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
            collection = client.create_collection(
                _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}},
                metadata={"embedder": pointer.embedder, "corpus": pointer.corpus})
            return cls(path, client, collection)

    @classmethod
    def open(cls, folder: Path, pointer: Pointer) -> "Store":
        """The version that `pointer` names, after a look at whether it answers.

        Raises:
            SetupError: it is damaged or gone; says what to do.
        """
        path = folder / pointer.version
        # Chroma would make a new, empty database where there is none.
        if not (path / DATABASE).is_file():
            raise SetupError(f"The search index at {path} is gone. {REBUILD}")
        with _faults(path):
            client = _client(path)
            try:
                store = cls(path, client, client.get_collection(_COLLECTION, embedding_function=None))
                store.check(pointer)
            except BaseException:
                with _SHARED:
                    client.close()
                raise
        return store

    def check(self, pointer: Pointer) -> None:
        """See whether the database holds what the pointer says, and answers.

        Raises:
            SetupError: it does not.
        """
        with _faults(self._path):
            metadata = self._collection.metadata or {}
            found = (metadata.get("corpus"), metadata.get("embedder"), self._collection.count())
            if found != (pointer.corpus, pointer.embedder, pointer.chunks):
                raise SetupError(f"The search index at {self._path} holds other cards than it should. {REBUILD}")
            first = self._collection.get(limit=1, include=["embeddings"])["embeddings"]
            if first is None or not self.nearest(np.asarray(first[0], dtype=np.float32), 1):
                raise SetupError(f"The search index at {self._path} gives no answer. {REBUILD}")

    def add(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Write `chunks` with their vectors, shape (len(chunks), width)."""
        with _faults(self._path):
            for start in range(0, len(chunks), _WRITTEN_AT_ONCE):
                part = chunks[start : start + _WRITTEN_AT_ONCE]
                self._collection.add(
                    ids=[chunk.id for chunk in part], embeddings=vectors[start : start + _WRITTEN_AT_ONCE],
                    documents=[chunk.text for chunk in part], metadatas=[_metadata(chunk) for chunk in part])

    def vectors(self) -> tuple[frozenset[str], dict[str, Vectors]]:
        """The ids of all chunks, and their vectors by `Chunk.content`."""
        with _faults(self._path):
            got = self._collection.get(include=["embeddings", "metadatas"])
            rows = zip(got["metadatas"] or (), np.asarray(got["embeddings"], dtype=np.float32), strict=True)
            return frozenset(got["ids"]), {str(metadata["content"]): vector for metadata, vector in rows}

    def nearest(self, vector: Vectors, limit: int, behaviours: Collection[str] = (), frameworks: Collection[str] = (),
                ids: Sequence[str] = ()) -> dict[str, float]:
        """Chunk ids with their cosine to `vector`, nearest first.

        Args:
            vector: of length 1, shape (width,).
            limit: how many at most.
            behaviours: only chunks of cards with any of these; empty: all.
            frameworks: only chunks of any of these; empty: all.
            ids: only these chunks; empty: all.

        Raises:
            SetupError: the database can not be read any more.
        """
        where = cast("Where | None", _where(behaviours, frameworks))
        with _faults(self._path):
            found = self._collection.query(
                query_embeddings=vector[np.newaxis], n_results=limit, ids=list(ids) or None, where=where,
                include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return {chunk_id: 1.0 - distance for chunk_id, distance in zip(found["ids"][0], distances, strict=True)}

    def close(self) -> None:
        """Let go of the database."""
        with _SHARED:
            self._client.close()


def _metadata(chunk: Chunk) -> "Metadata":
    kept: dict[str, object] = {
        "card": chunk.card_id, "title": chunk.title, "framework": chunk.framework, "source": chunk.source,
        "author": chunk.author, "section": chunk.section, "content": chunk.content,
    }
    # Chroma takes no empty list.
    if chunk.behaviours:
        kept["behaviours"] = list(chunk.behaviours)
    return cast("Metadata", kept)


def _where(behaviours: Collection[str], frameworks: Collection[str]) -> dict[str, object] | None:
    parts: list[dict[str, object]] = []
    if behaviours:
        any_of: list[dict[str, object]] = [{"behaviours": {"$contains": behaviour}} for behaviour in sorted(behaviours)]
        # Chroma's "or" and "and" want two parts at least.
        parts.append({"$or": any_of} if len(any_of) > 1 else any_of[0])
    if frameworks:
        parts.append({"framework": {"$in": sorted(frameworks)}})
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
