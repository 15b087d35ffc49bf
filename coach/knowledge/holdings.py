"""What the library holds: the built-in cards that are in use, and a company's own documents."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.datafile import content_hash, read_text
from coach.knowledge.cards import Card
from coach.knowledge.chunks import Chunk, Entry, asks_of, chunk_cards, chunks_of, words_of
from coach.knowledge.documents import Document

# Raise it when an index of the old layout can no longer be read; every index is then built anew.
LAYOUT = 4


@dataclass(frozen=True, slots=True)
class Holdings:
    """Cards and documents; what an index is made of.

    Attributes:
        elsewhere: questions that no card answers, from which the search learns to say so.
    """

    cards: tuple[Card, ...]
    documents: tuple[Document, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many passages there are."""
        return sum(len(card.sections) for card in self.cards) + sum(one.passages for one in self.documents)

    def passages(self) -> Iterator[Chunk]:
        """All passages; those of documents are read as they are asked for."""
        yield from chunk_cards(self.cards)
        for document in self.documents:
            yield from document.chunks()

    def asks(self) -> tuple[Entry, ...]:
        """The questions that lead to cards."""
        return tuple(ask for card in self.cards for ask in asks_of(card))

    def units(self) -> Iterator[tuple[str, str]]:
        """What is ranked by words, with its words: cards as a whole, documents passage by passage."""
        for card in self.cards:
            yield card.id, words_of(card)
        for document in self.documents:
            for chunk in document.chunks():
                yield chunk.unit, f"{chunk.title} {chunk.section} {chunk.text}"

    def hash(self, embedder_name: str) -> str:
        """12 hex digits that change with anything the index holds; tips are not in it."""
        cards = [[[repr(chunk) for chunk in chunks_of(card)], card.asks, card.tags]
                 for card in sorted(self.cards, key=lambda card: card.id)]
        documents = sorted([document.id, document.title, document.source, document.hash] for document in self.documents)
        return content_hash(json.dumps([LAYOUT, embedder_name, cards, documents, self.elsewhere]))


def load_elsewhere(folder: Path) -> tuple[str, ...]:
    """The questions that no card answers, a line each in not-here.txt; none where a library has no such file.

    Raises:
        DataFileError: it is no text.
    """
    path = folder / "not-here.txt"
    return tuple(filter(None, map(str.strip, read_text(path).splitlines()))) if path.is_file() else ()
