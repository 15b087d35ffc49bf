"""Sample meetings, and a repository on each real database at hand: SQLite files, and PostgreSQL where one is named."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from coach.domain import (
    Citation,
    Contribution,
    CustomerState,
    Event,
    Exchange,
    Meeting,
    Move,
    Observation,
    ReplyScore,
    ScoreSource,
    Tip,
)
from coach.records import Repository, open_repository

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# An empty database that the tests may wipe, such as postgresql+psycopg://coach@127.0.0.1/coach_test.
POSTGRES = os.environ.get("COACH_TEST_POSTGRES_URL", "")


def _exchange(number: int, reply: str = "That sounds hard. What happened?", **changes: Any) -> Exchange:
    score = ReplyScore(
        empathy=60 + number % 40,
        selling=20,
        overall=55,
        earned=bool(number % 2),
        observations=(
            Observation("acknowledges", "That sounds hard.", 0, 0.9),
            Observation("open_question", "What happened?", 18, 0.8, about="my team was halved"),
        ),
        contributions=(Contribution("acknowledges", 12.5, 0.0), Contribution("open_question", 8.0, -1.5)),
        events=(Event.DEAL_BEFORE_PERSON,),
        confidence=0.85,
        source=ScoreSource("embedded", "detector 1", "", "2026-01"),
        note="Short reply.",
        reason="You stayed with her.",
    )
    citation = Citation("oars#2", "oars", "OARS", "Motivational Interviewing", "Chapter 3", "Miller", "Reflect first.")
    exchange = Exchange(
        number=number,
        reply=reply if number else "",
        line=f"Line {number}.",
        state=CustomerState(0.1 + 0.2, 0.5, 0.7, 1 / 3),
        move=Move("disclose", "guarded", facts=("layoffs",), clue_dropped="halved", clue_met="team"),
        memory={"used": ["a", "b"], "turn": number, "left": {"pool": None, "odds": 0.25}},
        voice="embedded",
        at=START + timedelta(minutes=number),
        score=score if number else None,
        tip=Tip("Name the feeling first.", citation) if number else None,
    )
    return replace(exchange, **changes)


def _meeting(meeting_id: str = "m1", replies: int = 0, **changes: Any) -> Meeting:
    meeting = Meeting(
        id=meeting_id,
        scenario_id="reorganised",
        scenario_hash="0a1b2c3d4e5f",
        seed=2**31 - 1,
        trainee="ada",
        engine="embedded",
        started_at=START,
        exchanges=tuple(_exchange(number) for number in range(replies + 1)),
    )
    return replace(meeting, **changes)


@pytest.fixture(scope="session")
def make_exchange() -> Callable[..., Exchange]:
    """An exchange by its number, with all that one can hold; keywords change fields."""
    return _exchange


@pytest.fixture(scope="session")
def make_meeting() -> Callable[..., Meeting]:
    """A meeting by its id and its number of replies; keywords change fields."""
    return _meeting


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Address of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'records' / 'coach.db'}"


@pytest.fixture(params=["sqlite", *(["postgres"] if POSTGRES else [])])
def repository(request: pytest.FixtureRequest, url: str) -> Iterator[Repository]:
    """Empty records."""
    address = url
    if request.param == "postgres":
        address = POSTGRES
        engine = create_engine(address)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    records = open_repository(address)
    yield records
    records.close()
