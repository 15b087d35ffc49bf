"""Find the passages that answer a question, by meaning and by words, and cite them; or say honestly that none does."""

import weakref
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import numpy as np

from coach.domain import Citation
from coach.errors import NotFoundError, SetupError
from coach.knowledge.cards import Card
from coach.knowledge.evidence import NEAREST, Evidence, answered
from coach.knowledge.filters import EVERYTHING, Filters
from coach.knowledge.holdings import Holdings
from coach.knowledge.index import Opened, open_current
from coach.knowledge.ranking import fuse
from coach.knowledge.store import Kind
from coach.knowledge.versions import REBUILD
from coach.language.embeddings import Embedder, Vectors
from coach.language.plain import plain
from coach.language.text import clean, content_words

MOST_CHARACTERS = 2000
# How much of each ranking is fused: ten times what is commonly asked for.
_DEPTH = 50
# The nearest of each kind that are looked at: of a library of cards alone nearly all.
_WIDTH: Mapping[Kind, int] = MappingProxyType({Kind.PASSAGE: 250, Kind.ASK: 400})
_WORDS_WIDTH = 250
# A card is as near as its nearest question, and half as much again where the next two are near as well.
_NEXT = 2
_NEXT_WEIGHT = 0.5
# A document has no questions that lead to it; on average a card's nearest question is so much nearer than its passages.
_ASK_AHEAD = 0.08
# What the fusion brings up is put in order by the sum of closeness, BM25 and how likely the card is meant (in standard
# deviations); the weights are the best of a few on the development half of the labelled questions.
_WORDS_WEIGHT = 0.10
_LIKELY_WEIGHT = 0.20
# A document is recognised by nothing; it is given what a card that fits fairly well has.
_LIKELY_DOCUMENT = 1.5
_A_WORD_OR_TWO = 2
# Of one document so many passages at most, or a long one would fill the page.
_OF_ONE_DOCUMENT = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    Attributes:
        score: what the hits are put in order by; only good for comparing the hits of one search.
        cosine: of the question and the passage, -1 to 1.
        bm25_rank: the place by words alone, from 1; None where it shares no word with the question.
        ask: the question leading to the card that comes nearest to what was asked; empty for a document.
    """

    citation: Citation
    score: float
    cosine: float
    bm25_rank: int | None
    ask: str


@dataclass(slots=True)
class _Near:
    """What lies near to a question, by unit: its passages and the questions that lead to it, with their cosines."""

    passages: defaultdict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    asks: defaultdict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))

    def lowest(self, kind: Kind) -> float:
        """The lowest cosine that was looked at; what was not looked at is no nearer."""
        found = self.passages if kind is Kind.PASSAGE else self.asks
        return min((cosine for one in found.values() for cosine in one.values()), default=0.0)


@dataclass(frozen=True, slots=True)
class Rankings:
    """Units (cards, passages of documents) as each part of the search ranks them, best first.

    Attributes:
        words: by BM25 alone; `meaning` by vectors alone.
        fused: both, by reciprocal rank; `ranked` as they are shown.
        answered: whether there is an answer at all.
    """

    words: tuple[str, ...]
    meaning: tuple[str, ...]
    fused: tuple[str, ...]
    ranked: tuple[str, ...]
    answered: bool


@dataclass(slots=True)
class _Found:
    vector: Vectors
    near: _Near
    by_words: dict[str, float]
    by_meaning: list[str]
    fused: dict[str, float]
    ranked: dict[str, float]
    answered: bool


class Library:
    """The cards and documents, and the search over them. Safe to use from several threads; close it, or use it in a `with`."""

    def __init__(self, holdings: Holdings, embedder: Embedder, opened: Opened) -> None:
        self._cards = {card.id: card for card in holdings.cards}
        self._asks = {ask.id: ask.embedded for ask in holdings.asks()}
        self.holdings = holdings
        self._embedder = embedder
        self._store, self._words, self._recogniser = opened.store, opened.words, opened.recogniser
        # Whoever still holds the library may still search in it; then the index is let go of.
        self._let_go = weakref.finalize(self, opened.store.close)

    @property
    def cards(self) -> tuple[Card, ...]:
        """All cards that are in use, in the order they were given."""
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
        found = self._store.chunks([chunk_id])
        if not found:
            raise NotFoundError(f"There is no passage {chunk_id!r} in the library.")
        return found[chunk_id].citation

    def passage(self, card_id: str, query: str) -> Citation:
        """The passage of the card that comes nearest to `query`.

        Raises:
            NotFoundError: there is no such card.
        """
        self.card(card_id)
        near = self._store.of_units(self._embedder.embed([plain(clean(query)[:MOST_CHARACTERS])])[0], [card_id])
        _, chunk_id = max(near, key=near.__getitem__)
        return self.citation(chunk_id)

    def search(self, query: str, limit: int = 5, filters: Filters = EVERYTHING) -> tuple[Hit, ...]:
        """The passages that answer `query`, best first, one a card; none where too little speaks for an answer.

        Args:
            query: a question or any other words; of a very long one the first `MOST_CHARACTERS`.
            limit: how many hits at most.
            filters: what may be found.

        Raises:
            SetupError: the index can not be read any more; says what to do.
        """
        found = self._look(query, filters)
        if limit < 1 or found is None or not found.answered:
            return ()
        near, units = found.near, self._thinned(found.ranked, limit)
        unseen = [unit for unit in units if unit not in near.passages]
        for (unit, chunk), cosine in self._store.of_units(found.vector, unseen).items():
            near.passages[unit][chunk] = cosine
        best = {unit: max(near.passages[unit], key=near.passages[unit].__getitem__) for unit in units if near.passages[unit]}
        chunks = self._store.chunks(list(best.values()))
        ranks = {unit: rank for rank, unit in enumerate(found.by_words, start=1)}
        return tuple(Hit(chunks[best[unit]].citation, found.ranked[unit], near.passages[unit][best[unit]], ranks.get(unit),
                         self._nearest_ask(unit, near))
                     for unit in units if best.get(unit) in chunks)

    def rankings(self, query: str) -> "Rankings":
        """What each part of the search makes of `query`, to be compared."""
        found = self._look(query, EVERYTHING)
        if found is None:
            return Rankings((), (), (), (), answered=False)
        return Rankings(tuple(found.by_words), tuple(found.by_meaning), tuple(found.fused), tuple(found.ranked), found.answered)

    def close(self) -> None:
        """Let go of the index."""
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _look(self, query: str, filters: Filters) -> "_Found | None":
        """All that is known of a question; None where it has no words."""
        query = clean(query)[:MOST_CHARACTERS]
        if not query.strip():
            return None
        mended = plain(query)
        vector = self._embedder.embed([mended])[0]
        near = self._near(vector, filters)
        # As it was written, too: the name of a product is no slip.
        by_words = self._by_words(query if mended == query else f"{query} {mended}", filters)
        closeness = _closeness(near)
        by_meaning = sorted(closeness, key=lambda unit: -closeness[unit])
        fused = fuse(self._thinned(by_meaning, _DEPTH), self._thinned(by_words, _DEPTH))
        ranked = self._weighed(list(fused), closeness, by_words, vector)
        is_answered = answered(self._embedder, self._evidence(near, vector)) or self._names_a_card(mended)
        return _Found(vector, near, by_words, by_meaning, fused, ranked, is_answered)

    def _names_a_card(self, query: str) -> bool:
        """Whether it is a word or two that stand in a card's title: so short, it comes near to nothing by meaning."""
        asked = set(content_words(query))
        return 0 < len(asked) <= _A_WORD_OR_TWO and any(
            asked <= {*content_words(card.title), *content_words(card.framework)} for card in self._cards.values())

    def _near(self, vector: Vectors, filters: Filters) -> _Near:
        near = _Near()
        for kind, found in ((Kind.PASSAGE, near.passages), (Kind.ASK, near.asks)):
            for (unit, entry), cosine in self._store.nearest(kind, vector, _WIDTH[kind], filters).items():
                found[unit][entry] = cosine
        return near

    def _by_words(self, query: str, filters: Filters) -> dict[str, float]:
        # More than is fused, since much may fall out: by a filter, or as the fourth passage of one document.
        ranked = self._words.ranked(query, _WORDS_WIDTH)
        return {unit: score for unit, score in ranked.items() if filters.pass_card(self._cards.get(unit))}

    def _weighed(self, units: Sequence[str], closeness: Mapping[str, float], by_words: Mapping[str, float],
                 vector: Vectors) -> dict[str, float]:
        """What the fusion brought up, in the order of all that is known of each unit, best first."""
        likely = self._recogniser.likely(vector)
        floor = min(closeness.values(), default=0.0)
        scores = {unit: closeness.get(unit, floor) + _WORDS_WEIGHT * by_words.get(unit, 0.0)
                  + _LIKELY_WEIGHT * likely.get(unit, _LIKELY_DOCUMENT) for unit in units}
        return dict(sorted(scores.items(), key=lambda item: -item[1]))

    def _evidence(self, near: _Near, vector: Vectors) -> Evidence:
        def best(found: Mapping[str, Mapping[str, float]], *, documents: bool) -> list[float]:
            return sorted((cosine for unit, one in found.items() if (unit not in self._cards) is documents
                           for cosine in one.values()), reverse=True)

        return Evidence(
            asks=tuple(best(near.asks, documents=False)), passages=tuple(best(near.passages, documents=False)),
            documents=tuple(best(near.passages, documents=True)),
            elsewhere=self._recogniser.elsewhere(vector, NEAREST))

    def _thinned(self, ranked: Iterable[str], limit: int) -> list[str]:
        """The first `limit` units, of one document only so many."""
        taken: Counter[str] = Counter()
        found: list[str] = []
        for unit in ranked:
            document = unit.rpartition("#")[0] if unit not in self._cards else ""
            if not document or taken[document] < _OF_ONE_DOCUMENT:
                taken[document] += 1
                found.append(unit)
            if len(found) == limit:
                break
        return found

    def _nearest_ask(self, unit: str, near: _Near) -> str:
        card = self._cards.get(unit)
        if card is None or not near.asks.get(unit):
            return ""
        return self._asks.get(max(near.asks[unit], key=near.asks[unit].__getitem__), "")


def _closeness(near: _Near) -> dict[str, float]:
    """How near each unit comes: by its nearest passage, and by the nearest of the questions that lead to it."""
    low = {kind: near.lowest(kind) for kind in Kind}

    def of(unit: str) -> float:
        passage = max(near.passages.get(unit, {}).values(), default=low[Kind.PASSAGE])
        if unit not in near.asks and "#" in unit:
            first = rest = passage + _ASK_AHEAD
        else:
            asks = [*sorted(near.asks.get(unit, {}).values(), reverse=True), *[low[Kind.ASK]] * (_NEXT + 1)]
            first, rest = asks[0], float(np.mean(asks[1 : 1 + _NEXT]))
        return passage + first + _NEXT_WEIGHT * rest

    return {unit: of(unit) for unit in dict.fromkeys((*near.passages, *near.asks))}


def open_library(holdings: Holdings, embedder: Embedder, folder: Path) -> Library:
    """Open the search over `holdings`.

    Args:
        holdings: as they were when the index was built.
        embedder: as the one the index was built with.
        folder: of the index.

    Raises:
        SetupError: there is no index of these holdings by this embedder, or it is damaged; says what to do.
    """
    opened = open_current(holdings, embedder, folder)
    if opened is None:
        raise SetupError(
            f"There is no current search index in {folder}: the cards or the embedder have changed, or none was made "
            f"yet. {REBUILD}")
    return Library(holdings, embedder, opened)
