"""Chunks: whole sections, verbatim; and a hash that sees every change to what is indexed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.domain import Citation
from coach.errors import DataFileError
from coach.knowledge import SECTIONS, Card, CardTip, Holdings, chunk_cards, chunks_of
from coach.knowledge.cards import split_sections

CardMaker = Callable[..., Card]
CARD = Card(
    id="a", title="A title", framework="F", source="S", author="W", tags=("t",), behaviours=("pitch",),
    scenarios=("lost-order",),
    tips=(CardTip(when=("pitch",), say="Wait."),), sections=())
# Any text that a file can hold: only halves of surrogate pairs can not be written as UTF-8.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SECTION_TEXT = ANY_TEXT.filter(
    lambda text: bool(text.strip()) and not any(line.startswith("## ") for line in text.strip().splitlines()))


@given(st.lists(SECTION_TEXT, min_size=len(SECTIONS), max_size=len(SECTIONS)), st.text("\n \t", max_size=3))
def test_any_text_comes_through_whole(texts: list[str], space: str) -> None:
    body = space + "\n" + "\n".join(
        f"## {heading}\n{space}\n{text}\n{space}" for heading, text in zip(SECTIONS, texts, strict=True))
    sections = split_sections(body.splitlines(keepends=True), Path("a.md"), 1)
    chunks = chunks_of(CARD.model_copy(update={"sections": sections}))
    assert [chunk.text for chunk in chunks] == [text.strip() for text in texts]
    for chunk in chunks:
        assert chunk.text in body
        assert chunk.embedded.endswith(chunk.text)
        assert chunk.citation.text == chunk.text
    parts = [part for chunk in chunks for part in ("##", chunk.section, chunk.text)]
    assert "".join("".join(parts).split()) == "".join(body.split())


@given(ANY_TEXT)
def test_any_body_gives_sections_or_a_fault_on_one_of_its_lines(body: str) -> None:
    lines = body.splitlines(keepends=True)
    with pytest.raises(DataFileError) as caught:
        split_sections(lines, Path("a.md"), 10)
    assert 10 <= caught.value.line <= 10 + max(len(lines) - 1, 0)


def test_a_chunk_is_a_section_with_its_title_kept_apart(make_card: CardMaker) -> None:
    card = make_card("pause", title="Wait a little", framework="Two gears")
    first = chunks_of(card)[0]
    assert [chunk.id for chunk in chunks_of(card)] == [
        "pause#what-it-is", "pause#when-to-use-it", "pause#words-to-try", "pause#the-usual-error", "pause#example"]
    assert first.text == "What it is of listening."
    assert first.embedded == "Wait a little\nTwo gears\nWhat it is of listening."
    assert first.citation == Citation(
        "pause#what-it-is", "pause", "Wait a little", "Two gears", "A book on listening", "A. Writer", first.text)


@pytest.mark.parametrize("change", [{"title": "B"}, {"framework": "G"}, {"source": "T"}, {"behaviours": ("advice",)}])
def test_the_hash_sees_what_is_indexed(make_card: CardMaker, change: dict[str, object]) -> None:
    card, other = make_card("a"), make_card("b")
    before = Holdings((card, other)).hash("m")
    assert Holdings((card.model_copy(update=change), other)).hash("m") != before
    assert Holdings((card, other)).hash("n") != before
    assert Holdings((card,)).hash("m") != before


def test_the_hash_passes_over_order_and_tips(make_card: CardMaker) -> None:
    card, other = make_card("a"), make_card("b")
    again = card.model_copy(update={"tips": ()})
    assert Holdings((other, again)).hash("m") == Holdings((card, other)).hash("m")
    assert [chunk.card_id for chunk in chunk_cards((other, card))][::5] == ["a", "b"]
