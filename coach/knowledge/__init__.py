"""The library on listening: cards and a company's own documents; index them, search them, cite them.

`load_cards`, `Shelf.holdings`, then `build_index` where the index is not current (`is_current`), then
`open_library(...).search(...)`.
"""

from coach.knowledge.cards import SECTIONS, SLOTS, Card, CardTip, Section, load_card, load_cards
from coach.knowledge.chunks import Chunk, chunk_cards, chunks_of
from coach.knowledge.documents import Document
from coach.knowledge.filters import Filters
from coach.knowledge.holdings import Holdings, load_elsewhere
from coach.knowledge.index import IndexReport, build_index, is_current
from coach.knowledge.live import LiveLibrary
from coach.knowledge.search import Hit, Library, open_library
from coach.knowledge.shelf import Shelf

__all__ = [
    "SECTIONS", "SLOTS", "Card", "CardTip", "Chunk", "Document", "Filters", "Hit", "Holdings", "IndexReport", "Library",
    "LiveLibrary", "Section", "Shelf", "build_index", "chunk_cards", "chunks_of", "is_current", "load_card", "load_cards",
    "load_elsewhere", "open_library",
]
