"""Which card comes first: what is learned, by stage, and less and less a card that was cited."""

from pathlib import Path

import pytest

from coach.coaching.choice import FEATURES, card_weights, features, likeliest
from coach.domain import Behaviour as B
from coach.errors import DataFileError
from coach.knowledge import load_cards
from coach.settings import data_folder

CARDS = [card.id for card in load_cards(data_folder("knowledge"))]


def test_every_card_that_ships_has_weights_of_known_features() -> None:
    weights = card_weights().cards
    assert set(weights) == set(CARDS)
    assert {name for one in weights.values() for name in one} <= set(FEATURES)


@pytest.mark.parametrize(("behaviour", "card"), [
    (B.OWNS_MISTAKE, "real-apology"), (B.MISSES_CLUE, "missed-clues"),
    (B.SELF_DISCLOSURE, "self-disclosure"), (B.NEXT_STEP, "mineral-rights-7-commit")])
def test_what_is_special_about_a_reply_leads_to_its_card(behaviour: B, card: str) -> None:
    assert likeliest(CARDS, {behaviour.value: 0.95}, 5)[0] == card


def test_a_card_that_was_cited_steps_back() -> None:
    seen = {B.MISSES_CLUE.value: 0.9}
    places = [likeliest(CARDS, seen, 3, ["missed-clues"] * times).index("missed-clues") for times in range(12)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] > 10


@pytest.mark.parametrize(("turns", "stage"), [(0, "opening"), (1, "opening"), (2, "early"), (4, "early"), (5, "later")])
def test_the_stage_goes_by_the_turns_before(turns: int, stage: str) -> None:
    assert features({}, turns) == {stage: 1.0, "always": 1.0}


def test_a_card_that_nothing_was_learned_of_comes_last() -> None:
    assert likeliest(["our-own", *CARDS], {B.FALSE_EMPATHY.value: 0.9}, 1)[-1] == "our-own"


def test_a_file_that_holds_no_weights_is_told(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text('{"cards": {"a": {"pitch": "much"}}}', "utf-8")
    with pytest.raises(DataFileError, match=r"weights\.json, line 1: these are no weights of cards"):
        card_weights(path)
