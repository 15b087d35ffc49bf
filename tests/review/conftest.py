"""A meeting that holds something of everything, with the words that the test gives it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from coach.domain import (
    Citation,
    Contribution,
    CustomerState,
    Ending,
    Event,
    Exchange,
    Meeting,
    Move,
    Observation,
    ReplyScore,
    ScoreSource,
    Tip,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _meeting(*replies: str, line: str = "I see.") -> Meeting:
    return Meeting("0123456789ab", "acquisition-news", "6557063b2c91", 7, "local", "model", START,
                   ended_at=START + timedelta(hours=1), ending=Ending.WELL,
                   exchanges=tuple(_exchange(n, reply, line) for n, reply in enumerate(("", *replies))))


def _exchange(number: int, reply: str, line: str) -> Exchange:
    score = ReplyScore(
        empathy=71, selling=12, overall=64, earned=True, confidence=0.85, note="A note.", reason="You asked her first.",
        events=(Event.DEAL_BEFORE_PERSON,),
        observations=(Observation("misses_clue", reply[:40], 0, 0.8, about=line), Observation("house_rule", reply, 0)),
        contributions=(Contribution("misses_clue", -18.0, 6.0), Contribution("house_rule", 0.0, 0.0)),
        source=ScoreSource("model", "gpt-x", "70b6f99dd913", "1.0"))
    tip = Tip("Ask one short thing.", Citation("card#part", "card", "The card", "Framework", "The book", "Author", "Words."))
    return Exchange(
        number=number, reply=reply, line=line, state=CustomerState(0.3, 0.4, 0.5, 0.6), voice="model:gpt-x",
        move=Move("disclose", "open", facts=("floor",), clue_dropped="a", clue_met="b", clue_missed="c", ending=Ending.WELL),
        memory={"turn": number, "told": ["floor"]}, at=START + timedelta(minutes=number),
        score=score if number else None, tip=tip if number else None)


@pytest.fixture(scope="session")
def meeting_of() -> Callable[..., Meeting]:
    """A finished meeting with these replies; the customer answers each with `line`."""
    return _meeting
