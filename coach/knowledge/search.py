"""Find the passages that answer a question, by meaning and by words, and cite them; or say honestly that none does."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from coach.domain import Citation
from coach.errors import NotFoundError, SetupError
from coach.knowledge.cards import Card
from coach.knowledge.chunks import chunk_cards
from coach.knowledge.index import open_current
from coach.knowledge.ranking import WordIndex, fuse
from coach.knowledge.store import Store
from coach.knowledge.versions import REBUILD
from coach.language.embeddings import Embedder
from coach.language.text import clean

# Cosine of the question and the nearest passage from which the cards are taken to answer it, by embedder. Chosen on 75
# questions and checked on 35 more (tests/knowledge/queries.jsonl), with the 23 cards as shipped. MiniLM at 0.30: 49 of
# 50 questions on listening answered, and 23 of 25 on other things refused; held out, 20 of 20 and 14 of 15. By words
# alone no good line can be drawn: at 0.20, 44 of 50 and 9 of 25; held out, 18 of 20 and 8 of 15. For any other embedder
# its own `related` stands.
ANSWERED_FROM: Mapping[str, float] = MappingProxyType({"all-MiniLM-L6-v2": 0.30, "lexical-1": 0.20})
# How much of each ranking is fused: ten times what is commonly asked for. From 10 on it changes next to nothing.
_DEPTH = 50
# Cosines asked for in one go: with all of a small collection at hand, what is found by words needs no second query.
_WIDTH = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    Attributes:
        score: of the fused ranking, at most 2/61; only good for comparing the hits of one search.
        cosine: of the question and the passage, -1 to 1.
        bm25_rank: its place by words alone, from 1; None where it shares no word with the question.
    """

    citation: Citation
    score: float
    cosine: float
    bm25_rank: int | None


class Library:
    """The cards, and the search over them. Safe to use from several threads; close it, or use it in a `with`."""

    def __init__(self, cards: Sequence[Card], embedder: Embedder, store: Store) -> None:
        self._cards = {card.id: card for card in cards}
        self._chunks = {chunk.id: chunk for chunk in chunk_cards(cards)}
        self._ids = tuple(self._chunks)
        self._embedder = embedder
        self._store = store
        self._answered_from = ANSWERED_FROM.get(embedder.name, embedder.related)
        # Words find what vectors miss: names of people and frameworks, and tags.
        self._words = WordIndex([
            " ".join((chunk.embedded, chunk.author, *self._cards[chunk.card_id].tags))
            for chunk in self._chunks.values()
        ])

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards, in the order they were given."""
        return tuple(self._cards.values())

    def card(self, card_id: str) -> Card:
        """The card with this id.

        Raises:
            NotFoundError: there is none; the message lists those there are.
        """
        if card_id not in self._cards:
            raise NotFoundError(f"There is no knowledge card {card_id!r}. There are: {', '.join(self._cards)}.")
        return self._cards[card_id]

    def citation(self, chunk_id: str) -> Citation:
        """The passage with this id ("card-id#words-to-try").

        Raises:
            NotFoundError: there is none.
        """
        if chunk_id not in self._chunks:
            raise NotFoundError(f"There is no passage {chunk_id!r} in the knowledge cards.")
        return self._chunks[chunk_id].citation

    def search(self, query: str, limit: int = 5, behaviours: Collection[str] = (), frameworks: Collection[str] = (),
               per_card: int = 1) -> tuple[Hit, ...]:
        """The passages that answer `query`, best first; none where even the nearest is below `ANSWERED_FROM`.

        Args:
            query: a question or any other words.
            limit: how many hits at most.
            behaviours: only cards that help with any of these; empty: all cards.
            frameworks: only cards of any of these; empty: all cards.
            per_card: how many hits of one card at most.

        Raises:
            SetupError: the index can not be read any more; says what to do.
        """
        query = clean(query)
        if limit < 1 or not query:
            return ()
        vector = self._embedder.embed([query])[0]
        cosines = self._store.nearest(vector, min(_WIDTH, len(self._ids)), behaviours, frameworks)
        if not cosines or max(cosines.values()) < self._answered_from:
            return ()
        by_words = [
            chunk_id for chunk_id in (self._ids[place] for place in self._words.ranked(query))
            if self._passes(chunk_id, behaviours, frameworks)
        ]
        fused = fuse(list(cosines)[:_DEPTH], by_words[:_DEPTH])
        unmeasured = [chunk_id for chunk_id in fused if chunk_id not in cosines]
        if unmeasured:
            cosines |= self._store.nearest(vector, len(unmeasured), ids=unmeasured)
        ranks = {chunk_id: rank for rank, chunk_id in enumerate(by_words, start=1)}
        hits: list[Hit] = []
        taken: Counter[str] = Counter()
        for chunk_id, score in fused.items():
            chunk = self._chunks[chunk_id]
            if taken[chunk.card_id] < per_card:
                taken[chunk.card_id] += 1
                hits.append(Hit(chunk.citation, score, cosines[chunk_id], ranks.get(chunk_id)))
            if len(hits) == limit:
                break
        return tuple(hits)

    def close(self) -> None:
        """Let go of the index."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _passes(self, chunk_id: str, behaviours: Collection[str], frameworks: Collection[str]) -> bool:
        chunk = self._chunks[chunk_id]
        return (not behaviours or bool(set(behaviours) & set(chunk.behaviours))) and (
            not frameworks or chunk.framework in frameworks)


def open_library(cards: Sequence[Card], embedder: Embedder, folder: Path) -> Library:
    """Open the search over `cards`.

    Args:
        cards: as they were when the index was built.
        embedder: as the one the index was built with.
        folder: of the index.

    Raises:
        SetupError: there is no index of these cards by this embedder, or it is damaged; says what to do.
    """
    store = open_current(cards, embedder, folder)
    if store is None:
        raise SetupError(
            f"There is no current search index in {folder}: the cards or the embedder have changed, or none was made "
            f"yet. {REBUILD}")
    return Library(cards, embedder, store)
