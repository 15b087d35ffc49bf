"""`coach usage`: what the language model took, as a table and as JSON, and where the figures are less than they seem."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import Result

from coach.domain import Meeting, ModelCall
from coach.wiring import Coach

Run = Callable[..., Result]
TODAY = datetime.now(UTC)


def call(task: str = "voice", model: str = "small", at: datetime = TODAY, **changes: Any) -> ModelCall:
    figures: dict[str, Any] = {
        "tokens_in": 1234, "tokens_cached": 40, "tokens_out": 20, "estimated": False, "dollars": 0.5} | changes
    return ModelCall(task, model, at, **figures)


@pytest.fixture
def meeting(coach: Coach) -> Meeting:
    return coach.practice.begin("acquisition-news", "local", 3)


def rows(result: Result) -> list[list[str]]:
    """The table's lines, up to the first that is empty."""
    return [line.split() for line in result.stdout.partition("\n\n")[0].splitlines()]


def keep(coach: Coach, calls: Sequence[ModelCall], meeting: Meeting | None = None, number: int | None = None) -> None:
    coach.records.keep_calls(calls, meeting.id if meeting else "", number)


def test_a_table_by_day(run: Run, coach: Coach) -> None:
    before = TODAY - timedelta(days=3)
    keep(coach, [call(), call("judge"), call("tip", at=before, dollars=0.00014)])
    result = run("usage")
    assert result.exit_code == 0
    assert rows(result) == [
        ["DAY", "CALLS", "IN", "CACHED", "OUT", "DOLLARS"],
        [f"{TODAY:%Y-%m-%d}", "2", "2,468", "80", "40", "1.0000"],
        [f"{before:%Y-%m-%d}", "1", "1,234", "40", "20", "0.0001"]]
    prices = coach.ledger.prices
    flat = " ".join(result.stdout.split())
    assert f"Prices as of {prices.as_of:%d %B %Y}: {prices.source}" in flat
    assert "estimate" not in flat
    assert "without a price" not in flat


def test_of_the_last_days_alone(run: Run, coach: Coach) -> None:
    midnight = TODAY.replace(hour=0, minute=0, second=0, microsecond=0)
    keep(coach, [call(at=midnight), call("judge", at=midnight - timedelta(seconds=1)),
                 call("tip", at=midnight - timedelta(days=1, seconds=1))])
    assert [row[0] for row in rows(run("usage", "--by", "task", "--days", "1"))[1:]] == ["voice"]
    assert [row[0] for row in rows(run("usage", "--by", "task", "--days", "2"))[1:]] == ["judge", "voice"]
    assert run("usage", "--days", "0").exit_code == 2


def test_as_json(run: Run, coach: Coach, meeting: Meeting) -> None:
    keep(coach, [call(), call(dollars=None, estimated=True)], meeting, 1)
    keep(coach, [call(dollars=None)])
    result = run("usage", "--by", "meeting", "--json")
    assert json.loads(result.stdout) == [
        {"name": "", "calls": 1, "tokens_in": 1234, "tokens_cached": 40, "tokens_out": 20, "estimated": 0, "unpriced": 1,
         "dollars": 0.0},
        {"name": meeting.id, "calls": 2, "tokens_in": 2468, "tokens_cached": 80, "tokens_out": 40, "estimated": 1,
         "unpriced": 1, "dollars": 0.5}]
    assert json.loads(run("usage", "--days", "1", "--meeting", meeting.id, "--json").stdout)[0]["calls"] == 2


def test_by_reply_it_is_told_of_one_meeting(run: Run, coach: Coach, meeting: Meeting) -> None:
    keep(coach, [call(), call("judge")], meeting, 1)
    keep(coach, [call()], meeting, 2)
    keep(coach, [call("debrief")], meeting)
    keep(coach, [call()])
    refused = run("usage", "--by", "reply")
    assert refused.exit_code == 2
    assert "give --meeting ID" in refused.stderr
    found = rows(run("usage", "--by", "reply", "--meeting", meeting.id))
    assert [row[:2] for row in found] == [["REPLY", "CALLS"], ["-", "1"], ["1", "2"], ["2", "1"]]


def test_where_there_was_no_call(run: Run, meeting: Meeting) -> None:
    for args in ((), ("--by", "reply", "--meeting", meeting.id), ("--days", "7")):
        result = run("usage", *args)
        assert (result.exit_code, result.stdout) == (0, "No call to a language model is on record here.\n")
    assert json.loads(run("usage", "--json").stdout) == []


@pytest.mark.parametrize("trainee", ["", "someone-else"])
def test_a_meeting_that_is_not_there_or_somebody_else_s(run: Run, coach: Coach, trainee: str) -> None:
    wanted = coach.practice.begin("acquisition-news", trainee).id if trainee else "nonsense"
    result = run("usage", "--meeting", wanted)
    assert result.exit_code == 4
    assert f"There is no meeting '{wanted}'" in result.stderr


def test_what_is_estimated_and_what_has_no_price_is_told(run: Run, coach: Coach) -> None:
    keep(coach, [call(), call(dollars=None), call("judge", "large", dollars=None, estimated=True)])
    result = run("usage", "--by", "model")
    assert rows(result)[1:] == [["large", "1", "1,234", "40", "20", "no", "price"],
                                ["small", "2", "2,468", "80", "40", "0.5000"]]
    flat = " ".join(result.stdout.split())
    assert "Of 3 calls the tokens of 1 are coach's estimate" in flat
    assert "Of 3 calls 2 went to models without a price; dollars are without them. COACH_PRICES names" in flat


def test_calls_of_a_meeting_that_was_deleted_still_count(run: Run, coach: Coach, meeting: Meeting) -> None:
    keep(coach, [call()], meeting, 1)
    coach.records.delete(meeting.id)
    assert [row[:2] for row in rows(run("usage", "--by", "meeting"))[1:]] == [["-", "1"]]


def test_a_model_s_name_can_not_command_the_terminal(run: Run, coach: Coach) -> None:
    keep(coach, [call(model="sm\x1b[31mall\nMODEL")])
    result = run("usage", "--by", "model")
    assert "\x1b" not in result.stdout
    assert len(rows(result)) == 2
