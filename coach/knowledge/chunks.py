"""From cards and documents to the passages that are searched and cited, and to the entries by which they are found.

A card's passages are its sections, so that no thought is cut in two. They are found by what they say and by the card's
`asks`: what people would put to it in their own words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from coach.datafile import content_hash
from coach.domain import Citation
from coach.knowledge.cards import Card


@dataclass(frozen=True, slots=True)
class Chunk:
    """One passage, with all that an index and a citation need to know of where it stands.

    Attributes:
        id: "card-id#what-it-is".
        unit: what it is ranked with: a card as a whole, a document passage by passage.
        card_id: the card's id, or the document's.
        section: the heading it stands under.
        text: the passage, verbatim.
    """

    id: str
    unit: str
    card_id: str
    title: str
    framework: str
    source: str
    author: str
    section: str
    behaviours: tuple[str, ...]
    scenarios: tuple[str, ...]
    text: str

    @property
    def embedded(self) -> str:
        """What is turned into a vector: title and framework (or headings) tell what its own words do not."""
        return "\n".join(part for part in (self.title, self.framework or self.section, self.text) if part)

    @property
    def citation(self) -> Citation:
        """The passage as the domain cites it."""
        return Citation(self.id, self.card_id, self.title, self.framework, self.source, self.author, self.text)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that has a vector of its own: a passage, or a question that leads to a card.

    Attributes:
        id: the passage's own, or the card's with a hash of the question.
        embedded: what is turned into the vector.
        chunk: the passage, or the first one of the card.
    """

    id: str
    embedded: str
    chunk: Chunk

    @property
    def content(self) -> str:
        """Hash of what is embedded; while it stays the same, so does the vector."""
        return content_hash(self.embedded)

    @property
    def whole(self) -> str:
        """Hash of all that the index keeps of it."""
        return content_hash(repr((self.embedded, self.chunk)))


def chunks_of(card: Card) -> tuple[Chunk, ...]:
    """The card's sections, in order."""
    return tuple(
        Chunk(
            id=f"{card.id}#{slug(section.heading)}", unit=card.id, card_id=card.id, title=card.title,
            framework=card.framework, source=card.source, author=card.author, section=section.heading,
            behaviours=card.behaviours, scenarios=card.scenarios, text=section.text)
        for section in card.sections
    )


def chunk_cards(cards: Iterable[Card]) -> tuple[Chunk, ...]:
    """The sections of all `cards`, sorted by chunk id."""
    return tuple(sorted((chunk for card in cards for chunk in chunks_of(card)), key=lambda chunk: chunk.id))


def asks_of(card: Card) -> tuple[Entry, ...]:
    """An entry for each question that leads to the card."""
    first = chunks_of(card)[0]
    return tuple(Entry(f"{card.id}#ask-{content_hash(ask)}", ask, first) for ask in dict.fromkeys(card.asks))


def words_of(card: Card) -> str:
    """All by which a card is found by its words: names of people and frameworks, tags, sections, questions."""
    sections = (section.text for section in card.sections)
    return " ".join((card.title, card.framework, card.author, *card.tags, *sections, *card.asks))


def unit_of(entry_id: str) -> str:
    """What an entry is ranked with, by its id: the passages of a document are numbered, and each a unit of its own."""
    owner, _, part = entry_id.rpartition("#")
    return entry_id if part.isdigit() else owner


def slug(heading: str) -> str:
    """A heading as part of an id: "What it is" as "what-it-is"."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
