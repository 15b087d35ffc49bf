"""The index and the search over 10,000 and (COACH_TEST_MOST=100000) more passages of made-up text.

Vectors are drawn from each text's hash, so that the index is measured and not the encoder, whose time a passage is told beside.
"""

import hashlib
import os
import resource
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from coach.knowledge import Holdings, build_index, load_cards, open_library
from coach.knowledge.documents import Document, Passage, passages_hash, write_document
from coach.language.embeddings import Embedder, Vectors
from coach.settings import data_folder

SIZES = [size for size in (10_000, 100_000) if size <= int(os.environ.get("COACH_TEST_MOST", "10000"))]
_A_DOCUMENT = 1_000
_WIDTH = 384
_QUERIES = 200


class Drawn:
    """Gives each text a vector of its own, at once."""

    name, related = "drawn", 0.3

    def embed(self, texts: Sequence[str]) -> Vectors:
        seeds = (int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts)
        rows = [np.random.default_rng(seed).standard_normal(_WIDTH, dtype=np.float32) for seed in seeds]
        found = np.stack(rows) if rows else np.zeros((0, _WIDTH), np.float32)
        unit: Vectors = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
        return unit


def made_up(folder: Path, number: int, vocabulary: np.ndarray, changed: str = "") -> Document:
    """A document of `_A_DOCUMENT` passages of 40 to 120 words, drawn as words are: few often, most seldom."""
    drawn = np.random.default_rng(number)
    place = folder / f"document-{number:04}"
    place.mkdir(parents=True, exist_ok=True)
    passages = []
    for i in range(_A_DOCUMENT):
        picks = np.minimum(drawn.zipf(1.3, drawn.integers(40, 120)), len(vocabulary)) - 1
        passages.append(Passage(f"Part {i}", " ".join(vocabulary[picks]) + (changed if i == 0 else "")))
    document = Document(place.name, f"Document {number}", f"{number}.md", str(number), 1, "2026-01-01T00:00:00+00:00", "ada", 0,
                        len(passages), passages_hash(tuple(passages)), place)
    write_document(document, tuple(passages))
    return document


@pytest.mark.benchmark
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("size", SIZES)
def test_index_and_search(size: int, tmp_path: Path, embedder: Embedder) -> None:
    letters = np.random.default_rng(1).integers(97, 123, (20_000, 7)).astype(np.uint8)
    vocabulary = np.array(["".join(map(chr, row[: 4 + i % 4])) for i, row in enumerate(letters)])
    documents = tuple(made_up(tmp_path / "library", number, vocabulary) for number in range(size // _A_DOCUMENT))
    cards, index = load_cards(data_folder("knowledge")), tmp_path / "index"
    began = time.perf_counter()
    build_index(Holdings(cards, documents), Drawn(), index)
    built = time.perf_counter() - began
    disk = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    began = time.perf_counter()
    library = open_library(Holdings(cards, documents), Drawn(), index)
    opened = time.perf_counter() - began
    texts = [document_text for document in documents[:_QUERIES] for document_text in [next(document.chunks()).text]]
    queries = [" ".join(text.split()[:8]) for text in texts * (_QUERIES // len(texts) + 1)][:_QUERIES]
    library.search(queries[0])
    times = []
    for query in queries:
        began = time.perf_counter()
        library.search(query)
        times.append((time.perf_counter() - began) * 1000)
    library.close()
    changed = (made_up(tmp_path / "library", 0, vocabulary, " and one word more"), *documents[1:])
    began = time.perf_counter()
    report = build_index(Holdings(cards, changed), Drawn(), index)
    again = time.perf_counter() - began
    assert (report.added, report.removed) == (1, 0)
    began = time.perf_counter()
    real = [section.text for card in cards[:8] for section in card.sections]
    for text in real:
        embedder.embed([text])
    a_passage = (time.perf_counter() - began) / len(real)
    p50, p95 = np.percentile(times, [50, 95])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{size} passages: index {built:.1f} s (and {a_passage * 1000:.0f} ms a passage for the encoder), opened in "
          f"{opened:.2f} s, one passage changed {again:.1f} s, {disk / 1e6:.0f} MB on disk, {memory:.0f} MiB at most; "
          f"query p50 {p50:.1f} ms, p95 {p95:.1f} ms")
