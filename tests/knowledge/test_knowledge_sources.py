"""The cards that ship: every framework has one, and no sentence of a source stands in any."""

import os
import re
from pathlib import Path

import pytest

from coach.errors import DataFileError
from coach.knowledge import load_cards
from coach.settings import data_folder

FOLDER = data_folder("knowledge")
# So many words in a row are somebody's sentence.
RUN = 8
SOURCES = Path(os.environ.get("COACH_TEST_SOURCES", "/nowhere"))


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"[’'‘]", "", text.lower()))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + RUN]) for i in range(len(found) - RUN + 1)}


def test_every_framework_has_a_card_and_every_card_a_framework() -> None:
    frameworks = set((FOLDER / "frameworks.txt").read_text("utf-8").splitlines())
    assert {card.framework for card in load_cards(FOLDER)} == frameworks
    assert len(frameworks) == 37


def test_each_card_can_be_found_tipped_and_tried() -> None:
    for card in load_cards(FOLDER):
        assert len(card.asks) >= 10, card.id
        assert len(set(card.asks)) == len(card.asks), card.id
        assert card.tips, card.id
        assert card.author, card.id
        assert "**Not yet:**" in card.section("Example"), card.id
        assert "**Better:**" in card.section("Example"), card.id


def test_a_framework_that_there_is_not_is_told(tmp_path: Path) -> None:
    text = (FOLDER / "real-apology.md").read_text("utf-8").replace("framework: Real apology", "framework: Real apologies")
    (tmp_path / "real-apology.md").write_text(text, encoding="utf-8")
    assert load_cards(tmp_path)[0].framework == "Real apologies"
    (tmp_path / "frameworks.txt").write_text("Real apology\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"line 4: there is no framework 'Real apologies'; did you mean 'Real apology'\?"):
        load_cards(tmp_path)


@pytest.mark.skipif(not SOURCES.is_dir(), reason="COACH_TEST_SOURCES names the folder of the sources, where they are at hand")
def test_no_sentence_of_a_source_stands_in_a_card() -> None:
    taken = set().union(*(runs(path.read_text("utf-8", errors="replace")) for path in SOURCES.glob("*.txt")))
    assert taken
    for card in load_cards(FOLDER):
        own = [section.text for section in card.sections] + [tip.say for tip in card.tips] + list(card.asks)
        assert [" ".join(run) for text in own for run in runs(text) & taken] == [], card.id
