"""Small cards to test with, and the real embedder once a session."""

from collections.abc import Callable
from pathlib import Path

import pytest

from coach.knowledge import SECTIONS, Card, load_card
from coach.language.minilm import MiniLM

CARD = """---
id: <id>
title: <title>
framework: <framework>
source: A book on listening
author: <author>
tags: [listening]
behaviours: [<behaviours>]
tips:
  - when: [pitch]
    say: "{name} said “{clue}”. Ask about that."
scenarios: [<scenarios>]
---

"""
CardWriter = Callable[..., Path]
CardMaker = Callable[..., Card]


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM.load()


@pytest.fixture(scope="session")
def write_card_to() -> CardWriter:
    """Writes a card file into a folder; `about` goes into each section, a section's own words by its heading."""

    def write(folder: Path, card_id: str, about: str = "listening", title: str = "", *, framework: str = "Fierce",
              author: str = "A. Writer", behaviours: str = "pitch, advice", scenarios: str = "",
              sections: dict[str, str] | None = None) -> Path:
        # Without it, so that the line numbers of faults are easily told.
        front = CARD if scenarios else CARD.replace("scenarios: [<scenarios>]\n", "")
        for slot, value in (("id", card_id), ("title", title or f"Card {card_id}"), ("framework", framework),
                            ("author", author), ("behaviours", behaviours), ("scenarios", scenarios)):
            front = front.replace(f"<{slot}>", value)
        texts = {heading: f"{heading} of {about}." for heading in SECTIONS} | (sections or {})
        body = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in texts.items())
        folder.mkdir(exist_ok=True)
        path = folder / f"{card_id}.md"
        path.write_text(f"{front}{body}\n", "utf-8")
        return path

    return write


@pytest.fixture
def write_card(write_card_to: CardWriter, tmp_path: Path) -> CardWriter:
    """Writes a card file into tmp_path/cards."""
    return lambda *args, **kwargs: write_card_to(tmp_path / "cards", *args, **kwargs)


@pytest.fixture
def make_card(write_card: CardWriter) -> CardMaker:
    """As `write_card`, but gives the loaded card."""
    return lambda *args, **kwargs: load_card(write_card(*args, **kwargs))
