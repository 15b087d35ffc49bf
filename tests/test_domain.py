"""The values everything speaks in: what they derive from themselves."""

import dataclasses
import inspect
from datetime import UTC, datetime

import pytest

from coach import domain
from coach.domain import (
    Behaviour,
    CustomerState,
    Exchange,
    Meeting,
    Move,
    Observation,
    ReplyScore,
    ScoreSource,
    Speaker,
    Transcript,
    Turn,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
SCORE = ReplyScore(
    60, 20, 50, False, (Observation(Behaviour.ACKNOWLEDGES, "big news", 8),), (), (), 0.9, ScoreSource("embedded", "m", "", "1")
)


def exchange(number: int, score: ReplyScore | None = None) -> Exchange:
    return Exchange(
        number,
        f"reply {number}" if number else "",
        f"line {number}",
        CustomerState(0.3, 0.3, 0.7, 0.7),
        Move("open", "guarded"),
        {},
        "embedded",
        AT,
        score,
    )


def meeting(*exchanges: Exchange) -> Meeting:
    return Meeting("m", "s", "h", 1, "ada", "embedded", AT, exchanges=exchanges)


def test_the_last_words_of_each() -> None:
    said = Transcript((Turn(Speaker.CUSTOMER, "a"), Turn(Speaker.TRAINEE, "b"), Turn(Speaker.CUSTOMER, "c")))
    assert said.last(Speaker.CUSTOMER) == "c"
    assert said.last(Speaker.TRAINEE) == "b"
    assert said.said_by(Speaker.CUSTOMER) == ("a", "c")
    assert Transcript().last(Speaker.CUSTOMER) == ""


def test_a_meeting_as_a_transcript() -> None:
    turns = meeting(exchange(0), exchange(1, SCORE), exchange(2)).transcript.turns
    assert [(turn.speaker, turn.text) for turn in turns] == [
        (Speaker.CUSTOMER, "line 0"),
        (Speaker.TRAINEE, "reply 1"),
        (Speaker.CUSTOMER, "line 1"),
        (Speaker.TRAINEE, "reply 2"),
        (Speaker.CUSTOMER, "line 2"),
    ]
    assert meeting().transcript == Transcript()


def test_the_scored_exchanges() -> None:
    scored = exchange(1, SCORE)
    assert meeting(exchange(0), scored, exchange(2)).scored == (scored,)


def test_an_observation_and_its_place() -> None:
    reply = "That is big news."
    seen = SCORE.observations[0]
    assert reply[seen.start : seen.end] == seen.quote


def test_what_a_score_shows() -> None:
    assert SCORE.shows(Behaviour.PITCH, Behaviour.ACKNOWLEDGES)
    assert SCORE.shows("acknowledges")
    assert not SCORE.shows(Behaviour.PITCH)
    assert not SCORE.shows()


@pytest.mark.parametrize(
    "value", [value for _, value in inspect.getmembers(domain, dataclasses.is_dataclass)], ids=lambda value: value.__name__
)
def test_values_are_frozen(value: type) -> None:
    parameters = value.__dict__["__dataclass_params__"]
    assert parameters.frozen
    assert "__slots__" in value.__dict__
