"""The knowledge cards on listening: load them, index them, search them, cite them.

`load_cards`, then `build_index` where the index is not current (`is_current`), then `open_library(...).search(...)`.
"""

from coach.knowledge.cards import SECTIONS, SLOTS, Card, CardTip, Section, load_card, load_cards
from coach.knowledge.chunks import Chunk, chunk_cards, chunks_of, corpus_hash
from coach.knowledge.index import IndexReport, build_index, is_current
from coach.knowledge.search import ANSWERED_FROM, Hit, Library, open_library

__all__ = [
    "ANSWERED_FROM", "SECTIONS", "SLOTS", "Card", "CardTip", "Chunk", "Hit", "IndexReport", "Library", "Section",
    "build_index", "chunk_cards", "chunks_of", "corpus_hash", "is_current", "load_card", "load_cards", "open_library",
]
