"""The JSON export: complete, the same keys always, every reply verbatim."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from coach.domain import Level, Meeting
from coach.review import SCHEMA_VERSION, to_json

# Any text that Python can hold, halves of emoji included: an export must never be what fails.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)


@given(replies=st.lists(ANY_TEXT, max_size=4), line=ANY_TEXT)
def test_it_goes_through_json_and_back(meeting_of: Callable[..., Meeting], replies: list[str], line: str) -> None:
    exported = to_json(meeting_of(*replies, line=line))
    assert json.loads(json.dumps(exported)) == exported
    said = json.loads(json.dumps(exported))["exchanges"]
    assert [exchange["reply"] for exchange in said] == ["", *replies]
    assert [exchange["line"] for exchange in said] == [line] * (len(replies) + 1)


def test_the_keys_are_those_of_version_1(meeting_of: Callable[..., Meeting]) -> None:
    exported = json.loads(json.dumps(to_json(meeting_of("Hello."))))
    exchange = exported["exchanges"][1]
    assert exported["schema_version"] == SCHEMA_VERSION == 1
    assert set(exported) == {"schema_version", "id", "scenario", "person", "level", "seed", "trainee", "engine",
                             "started_at", "ended_at", "ending", "branch_of", "branch_at", "look_back", "exchanges"}
    assert set(exchange) == {"number", "reply", "line", "voice", "at", "state", "move", "memory", "score", "lapses", "tip"}
    assert set(exchange["state"]) == {"trust", "openness", "stress", "patience"}
    assert set(exchange["move"]) == {"kind", "mood", "facts", "clue_dropped", "clue_met", "clue_missed", "ending"}
    assert set(exchange["score"]) == {"empathy", "selling", "confidence", "note", "events", "observations",
                                      "contributions", "source", "overall", "earned", "reason"}
    assert set(exchange["score"]["observations"][0]) == {"behaviour", "quote", "start", "confidence", "about"}
    assert set(exchange["tip"]["citation"]) == {"chunk_id", "card_id", "title", "framework", "source", "author", "text"}


def test_where_a_score_comes_from_is_told_in_full(meeting_of: Callable[..., Meeting]) -> None:
    exported = json.loads(json.dumps(to_json(meeting_of("Hello."))))
    assert exported["exchanges"][1]["score"]["source"] == {
        "engine": "model", "model": "gpt-x", "prompt_hash": "70b6f99dd913", "rubric_version": "1.0"}
    assert exported["scenario"] == {"id": "acquisition-news", "hash": "6557063b2c91"}
    assert exported["seed"] == 7


def test_all_that_fixes_a_meeting_is_told_and_where_it_branched_off(meeting_of: Callable[..., Meeting]) -> None:
    meeting = replace(meeting_of("Hello."), level=Level.HARD, person="nuria", branch_of="abcdef012345", branch_at=3)
    exported = json.loads(json.dumps(to_json(meeting)))
    assert (exported["level"], exported["person"]) == ("hard", "nuria")
    assert (exported["branch_of"], exported["branch_at"]) == ("abcdef012345", 3)


def test_a_meeting_that_goes_on_has_the_same_keys(meeting_of: Callable[..., Meeting]) -> None:
    meeting = replace(meeting_of("Hello."), ended_at=None, ending=None)
    exported = to_json(meeting)
    assert set(exported) == set(to_json(meeting_of("Hello.")))
    assert exported["ended_at"] is None
    assert exported["ending"] is None
    started = exported["started_at"]
    assert isinstance(started, str)
    assert datetime.fromisoformat(started) == meeting.started_at
