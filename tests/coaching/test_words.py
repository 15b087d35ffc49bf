"""A score in a coach's words: one sentence on what the reply did, the weightiest first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.coaching.words import doubt, verdict
from coach.domain import Behaviour, Event, Observation, ReplyScore, ScoreSource

B = Behaviour


def score(
    empathy: int, selling: int, *behaviours: str, deal_first: bool = False, confidence: float = 0.9, note: str = ""
) -> ReplyScore:
    seen = tuple(Observation(behaviour, "words", 0) for behaviour in behaviours)
    events = (Event.DEAL_BEFORE_PERSON,) if deal_first else ()
    return ReplyScore(empathy, selling, 50, False, seen, (), events, confidence, ScoreSource("embedded", "m", "", "1"), note)


@pytest.mark.parametrize(
    ("given_score", "words"),
    [
        (score(80, 5, B.ACKNOWLEDGES), "You turned to Maren, and left the business where it was."),
        (score(80, 60, B.ACKNOWLEDGES, B.PITCH), "Warm, and selling in the same breath."),
        (score(33, 56, B.FALSE_EMPATHY, B.TURNS_TO_DEAL, deal_first=True), "A kind word, and then straight to business."),
        (score(4, 51, B.TURNS_TO_DEAL, deal_first=True), "You asked about the business before you asked about Maren."),
        (score(4, 51, B.PITCH), "This one was about your side of the table, not Maren’s."),
        (score(12, 8, B.NON_APOLOGY), "You were sorry about a feeling"),
        (score(11, 14, B.MISSES_CLUE), "Maren said something that mattered, and it went by."),
        (score(20, 6, B.EMPTY_REASSURANCE), "It was meant to comfort."),
        (score(45, 8), "Decent."),
        (score(26, 8), "Maren is none the wiser"),
        (score(90, 0, B.MANIPULATES_SCORER, B.ACKNOWLEDGES), "That was said to the scorer."),
    ],
)
def test_what_the_reply_did(given_score: ReplyScore, words: str) -> None:
    assert verdict(given_score, "Maren").startswith(words)


@given(
    empathy=st.integers(0, 100),
    selling=st.integers(0, 100),
    deal_first=st.booleans(),
    behaviours=st.lists(st.sampled_from(list(Behaviour)), max_size=5),
)
def test_any_score_has_one_sentence_or_two(
    empathy: int, selling: int, behaviours: list[Behaviour], *, deal_first: bool
) -> None:
    said = verdict(score(empathy, selling, *behaviours, deal_first=deal_first), "Maren")
    assert said.endswith(".")
    assert "{" not in said


@pytest.mark.parametrize(
    ("given_score", "words"),
    [
        (score(26, 8, B.ADVICE, note="It could not be read."), "It could not be read."),
        (score(26, 8, confidence=0.5), "There was little here to go by"),
        (score(26, 8, B.ADVICE, confidence=0.6), "The signs in this reply are faint"),
        (score(26, 8, B.ADVICE), ""),
    ],
)
def test_where_it_deserves_doubt(given_score: ReplyScore, words: str) -> None:
    assert doubt(given_score).startswith(words)
    assert bool(doubt(given_score)) is bool(words)
