"""Tips: found by what a reply did, worded by the card they cite, never the same twice, and none where none fits."""

import pytest

from coach.coaching.tips import Situation, Tips
from coach.domain import Behaviour, Observation, ReplyScore, ScoreSource, Tip
from coach.knowledge import Library

LINE = "We've been bought. I may not be here by summer."
CLUE = "I may not be here by summer"


def score(*behaviours: str) -> ReplyScore:
    seen = tuple(Observation(behaviour, "words", 0) for behaviour in behaviours)
    return ReplyScore(50, 50, 50, False, seen, (), (), 0.9, ScoreSource("embedded", "m", "", "1"))


def situation(*behaviours: str, line: str = LINE, clue: str = CLUE) -> Situation:
    return Situation(line, score(*behaviours), 3, "Maren", clue)


@pytest.mark.parametrize("line", [LINE, "Lovely. The phones still ring, that's the odd part. The lorries don't know.", ""])
@pytest.mark.parametrize("behaviour", [behaviour for behaviour in Behaviour if behaviour is not Behaviour.MANIPULATES_SCORER])
def test_a_tip_is_from_a_card_that_knows_the_behaviour_or_there_is_none(
        library: Library, behaviour: Behaviour, line: str) -> None:
    tip = Tips(lambda: library).tip(situation(behaviour, line=line))
    if tip is None:
        # Rather none than a wrong one.
        assert behaviour is Behaviour.LEADING_QUESTION
        return
    card = library.card(tip.citation.card_id)
    said = [one.say.replace("{name}", "Maren").replace("{clue}", CLUE) for one in card.tips if behaviour in one.when]
    assert tip.text in said
    assert tip.citation == library.citation(tip.citation.chunk_id)
    assert "{" not in tip.text


def test_the_same_situation_gives_the_same_tip(library: Library) -> None:
    assert Tips(lambda: library).tip(situation(Behaviour.PITCH)) == Tips(lambda: library).tip(situation(Behaviour.PITCH))


def test_what_hurt_comes_before_what_helped(library: Library) -> None:
    both = Tips(lambda: library).tip(situation(Behaviour.OPEN_QUESTION, Behaviour.FALSE_EMPATHY))
    assert both is not None
    card = library.card(both.citation.card_id)
    assert both.text in [one.say.replace("{name}", "Maren").replace("{clue}", CLUE) for one in card.tips
                         if Behaviour.FALSE_EMPATHY in one.when]


@pytest.mark.parametrize(
    "behaviours", [(Behaviour.PITCH,), (Behaviour.MISSES_CLUE, Behaviour.TURNS_TO_DEAL), (Behaviour.OPEN_QUESTION,)]
)
def test_no_tip_comes_twice_and_at_last_there_is_none(library: Library, behaviours: tuple[str, ...]) -> None:
    given: list[Tip] = []
    while (tip := Tips(lambda: library).tip(situation(*behaviours), given)) is not None:
        assert tip.text not in [one.text for one in given]
        given.append(tip)
        assert len(given) < 100
    assert len(given) > 1


@pytest.mark.parametrize("behaviours", [(), (Behaviour.MANIPULATES_SCORER,), ("names_the_dog",)])
def test_where_nothing_fits_there_is_no_tip(library: Library, behaviours: tuple[str, ...]) -> None:
    assert Tips(lambda: library).tip(situation(*behaviours)) is None


def test_without_a_clue_no_tip_speaks_of_one(library: Library) -> None:
    given: list[Tip] = []
    while (tip := Tips(lambda: library).tip(situation(Behaviour.MISSES_CLUE, clue=""), given)) is not None:
        assert "{clue}" not in tip.text
        assert "“”" not in tip.text
        given.append(tip)


def test_with_a_clue_at_hand_her_own_words_are_used(library: Library) -> None:
    tip = Tips(lambda: library).tip(situation(Behaviour.MISSES_CLUE))
    assert tip is not None
    assert CLUE in tip.text


def test_a_clue_with_braces_is_only_words(library: Library) -> None:
    tip = Tips(lambda: library).tip(situation(Behaviour.MISSES_CLUE, clue="{name} {clue} {0}"))
    assert tip is not None
    assert "{name} {clue} {0}" in tip.text


@pytest.mark.parametrize("line", [
    "Oh, you know. One foot and then the other. They're making tea. I've never seen so much tea made. Nobody's drinking it.",
    "Your eight depots. Yes. They're somewhere in the pile.",
])
def test_a_line_of_hers_that_leads_far_away_takes_no_tip_from_who_turned_to_the_deal(library: Library, line: str) -> None:
    tip = Tips(lambda: library).tip(situation(Behaviour.TURNS_TO_DEAL, line=line))
    assert tip is not None
    card = library.card(tip.citation.card_id)
    assert any(Behaviour.TURNS_TO_DEAL.value in one.when for one in card.tips)
