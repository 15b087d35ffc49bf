"""The meaning of a text as a vector, so that a question is understood however it is put.

Two embedders behind one interface: MiniLM by default, hashed words where the user asks for no weights.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coach.language.minilm import MiniLM
from coach.language.text import content_words, words
from coach.settings import Embeddings

Vectors = NDArray[np.float32]
_LEXICAL_WIDTH = 512
_REMEMBERED = 16_384


class Embedder(Protocol):
    """Turns texts into vectors of length 1, so that a dot product is a cosine."""

    @property
    def name(self) -> str:
        """Model and version; an index made with another name does not fit."""
        ...

    @property
    def related(self) -> float:
        """Cosine from which two texts may be taken to be about the same thing, for this model."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), width)."""
        ...


class LexicalEmbedder:
    """Hashed word stems and word pairs: needs no weights, knows no synonyms."""

    name = "lexical-1"
    related = 0.35

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), 512)."""
        vectors = np.zeros((len(texts), _LEXICAL_WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            stems = content_words(text) or words(text)
            pairs = [f"{a} {b}" for a, b in pairwise(stems)]
            for weight, token in [*((1.0, s) for s in stems), *((0.5, p) for p in pairs)]:
                digest = hashlib.blake2b(token.encode(errors="replace"), digest_size=4).digest()
                vectors[row, int.from_bytes(digest, "big") % _LEXICAL_WIDTH] += weight
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


class RememberingEmbedder:
    """Keeps the latest vectors of another embedder: a meeting asks about the same sentences several times a turn."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    @property
    def name(self) -> str:
        """The name of the embedder within."""
        return self._inner.name

    @property
    def related(self) -> float:
        """The threshold of the embedder within."""
        return self._inner.related

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the embedder within, which sees only texts that are new."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= dict(zip(new, self._inner.embed(new), strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = known[text]
                self._kept.move_to_end(text)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, 1), dtype=np.float32)


def make_embedder(choice: Embeddings) -> Embedder:
    """The embedder that the settings ask for.

    Raises:
        SetupError: MiniLM's weights are not to be found; says what to do.
    """
    return RememberingEmbedder(LexicalEmbedder() if choice is Embeddings.LEXICAL else MiniLM.load())
