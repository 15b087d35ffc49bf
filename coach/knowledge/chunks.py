"""From cards to the passages that are searched and cited: one for each section, so that no thought is cut in two."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields

from coach.datafile import content_hash
from coach.domain import Citation
from coach.knowledge.cards import Card

# Raise it when an index of the old layout can no longer be read; every index is then built anew.
_LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """One section of a card, with all that an index and a citation need to know of the card.

    Attributes:
        id: the card's id and the section's heading, "card-id#what-it-is".
        section: the heading.
        text: the section, verbatim.
    """

    id: str
    card_id: str
    title: str
    framework: str
    source: str
    author: str
    section: str
    behaviours: tuple[str, ...]
    text: str

    @property
    def embedded(self) -> str:
        """What is turned into a vector: title and framework tell what a passage is about where its own words do not."""
        return f"{self.title}\n{self.framework}\n{self.text}"

    @property
    def content(self) -> str:
        """Hash of what is embedded; while it stays the same, so does the vector."""
        return content_hash(self.embedded)

    @property
    def citation(self) -> Citation:
        """The passage as the domain cites it."""
        return Citation(self.id, self.card_id, self.title, self.framework, self.source, self.author, self.text)


def chunks_of(card: Card) -> tuple[Chunk, ...]:
    """The card's sections, in order."""
    return tuple(
        Chunk(
            id=f"{card.id}#{slug(section.heading)}", card_id=card.id, title=card.title, framework=card.framework,
            source=card.source, author=card.author, section=section.heading, behaviours=card.behaviours,
            text=section.text)
        for section in card.sections
    )


def chunk_cards(cards: Iterable[Card]) -> tuple[Chunk, ...]:
    """The sections of all `cards`, sorted by chunk id."""
    return tuple(sorted((chunk for card in cards for chunk in chunks_of(card)), key=lambda chunk: chunk.id))


def corpus_hash(cards: Iterable[Card], embedder_name: str) -> str:
    """12 hex digits that change with anything the index holds; tips and tags are not in it."""
    chunks = [[getattr(chunk, field.name) for field in fields(Chunk)] for chunk in chunk_cards(cards)]
    return content_hash(json.dumps([_LAYOUT, embedder_name, chunks]))


def slug(heading: str) -> str:
    """A heading as part of an id: "What it is" as "what-it-is"."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
