"""What calls to language models took: kept with their meeting and without it, summed up by whatever is asked for."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.domain import Meeting, ModelCall, Spent, Usage, UsageBy
from coach.errors import InputError
from coach.records import Repository, open_repository

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INDIA = timezone(timedelta(hours=5, minutes=30))
HAWAII = timezone(timedelta(hours=-10))


def call(task: str = "voice", model: str = "small", at: datetime = NOON, **changes: Any) -> ModelCall:
    figures: dict[str, Any] = {
        "tokens_in": 100, "tokens_cached": 40, "tokens_out": 20, "estimated": False, "dollars": 0.5} | changes
    return ModelCall(task, model, at, **figures)


def names(found: tuple[Usage, ...]) -> list[tuple[str, int]]:
    return [(one.name, one.calls) for one in found]


@pytest.fixture
def kept(repository: Repository, make_meeting: Callable[..., Meeting]) -> Repository:
    """Records with calls of two meetings, and some of none."""
    for meeting_id in ("m1", "m2"):
        repository.begin(make_meeting(meeting_id, replies=12))
    repository.keep_calls([call(), call("judge", "large", dollars=2.0), call("tip", estimated=True)], "m1", 1)
    repository.keep_calls([call(at=NOON + timedelta(days=1))], "m1", 2)
    repository.keep_calls([call(at=NOON + timedelta(days=1), dollars=None)], "m1", 11)
    repository.keep_calls([call("debrief", dollars=None, estimated=True)], "m1", None)
    repository.keep_calls([call("judge", "large")], "m2", 1)
    repository.keep_calls([call("ask", at=NOON - timedelta(days=30))], "", None)
    return repository


def test_all_figures_are_summed(kept: Repository) -> None:
    found = {one.name: one for one in kept.usage(UsageBy.MODEL)}
    assert found == {
        "large": Usage("large", 2, 200, 80, 40, estimated=0, unpriced=0, dollars=2.5),
        "small": Usage("small", 6, 600, 240, 120, estimated=2, unpriced=2, dollars=2.0)}


@pytest.mark.parametrize(("by", "expected"), [
    (UsageBy.DAY, [("2026-03-03", 2), ("2026-03-02", 5), ("2026-01-31", 1)]),
    (UsageBy.TASK, [("ask", 1), ("debrief", 1), ("judge", 2), ("tip", 1), ("voice", 3)]),
    (UsageBy.MODEL, [("large", 2), ("small", 6)]),
    (UsageBy.MEETING, [("", 1), ("m1", 6), ("m2", 1)]),
    (UsageBy.REPLY, [("", 2), ("1", 4), ("2", 1), ("11", 1)]),
])
def test_by_whatever_is_asked_for_and_in_its_order(kept: Repository, by: UsageBy, expected: list[tuple[str, int]]) -> None:
    assert names(kept.usage(by)) == expected


def test_of_one_meeting_by_its_replies(kept: Repository) -> None:
    assert names(kept.usage(UsageBy.REPLY, meeting_id="m1")) == [("", 1), ("1", 3), ("2", 1), ("11", 1)]
    assert kept.usage(UsageBy.REPLY, meeting_id="m3") == ()


def test_since_a_moment_that_moment_among_it(kept: Repository) -> None:
    since = NOON + timedelta(days=1)
    assert names(kept.usage(UsageBy.DAY, since=since)) == [("2026-03-03", 2)]
    assert names(kept.usage(UsageBy.DAY, since=since.astimezone(HAWAII))) == [("2026-03-03", 2)]
    assert kept.usage(UsageBy.TASK, since=since + timedelta(microseconds=1)) == ()


def test_without_a_price_there_are_no_dollars_and_it_is_told(kept: Repository) -> None:
    (found,) = kept.usage(UsageBy.TASK, meeting_id="m1", since=NOON + timedelta(days=1))
    assert (found.calls, found.unpriced, found.dollars) == (2, 1, 0.5)
    (alone,) = [one for one in kept.usage(UsageBy.TASK) if one.name == "debrief"]
    assert (alone.calls, alone.unpriced, alone.estimated, alone.dollars) == (1, 1, 1, 0.0)


@pytest.mark.parametrize("by", UsageBy)
def test_what_is_found_is_plain_data(kept: Repository, by: UsageBy) -> None:
    """A database that sums up in types of its own must not be seen outside."""
    for one in kept.usage(by):
        assert [type(value) for value in asdict(one).values()] == [str, int, int, int, int, int, int, float]
        assert json.loads(json.dumps(asdict(one))) == asdict(one)


@pytest.mark.parametrize(("at", "day"), [
    (datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC), "2026-03-02"),
    (datetime(2026, 3, 3, 0, 1, tzinfo=UTC), "2026-03-03"),
    (datetime(2026, 3, 2, 23, 59, tzinfo=UTC).astimezone(INDIA), "2026-03-02"),  # 5:29 of the next day there
    (datetime(2026, 3, 3, 0, 1, tzinfo=UTC).astimezone(INDIA), "2026-03-03"),
    (datetime(2026, 3, 2, 23, 59, tzinfo=UTC).astimezone(HAWAII), "2026-03-02"),
    (datetime(2026, 3, 3, 0, 1, tzinfo=UTC).astimezone(HAWAII), "2026-03-03"),  # 14:01 of the day before there
])
def test_a_day_is_one_of_utc(repository: Repository, at: datetime, day: str) -> None:
    repository.keep_calls([call(at=at)], "", None)
    assert names(repository.usage(UsageBy.DAY)) == [(day, 1)]
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    assert repository.spent("", midnight) == (Spent(120, 0.5) if day == "2026-03-03" else Spent())


def test_what_is_spent_is_that_of_a_meeting_or_of_all(kept: Repository) -> None:
    assert kept.spent("m1", None) == Spent(720, 3.5)
    assert kept.spent("m2", None) == Spent(120, 0.5)
    assert kept.spent("", None) == Spent(960, 4.5)
    assert kept.spent("", NOON) == Spent(840, 4.0)
    assert kept.spent("m1", NOON + timedelta(days=1)) == Spent(240, 0.5)
    assert kept.spent("nobody's", None) == Spent()


def test_where_there_was_no_call_there_is_nothing(repository: Repository) -> None:
    assert repository.spent("", None) == Spent()
    assert all(repository.usage(by) == () for by in UsageBy)
    repository.keep_calls([], "", None)
    assert repository.usage(UsageBy.TASK) == ()


def test_a_meeting_that_is_deleted_leaves_its_calls(kept: Repository) -> None:
    before = kept.spent("", None)
    kept.delete("m1")
    assert kept.spent("", None) == before
    assert kept.spent("m1", None) == Spent()
    assert names(kept.usage(UsageBy.MEETING)) == [("", 7), ("m2", 1)]
    # Of which day, task and model they were is still known.
    assert names(kept.usage(UsageBy.TASK)) == [("ask", 1), ("debrief", 1), ("judge", 2), ("tip", 1), ("voice", 3)]


def test_calls_that_come_in_after_their_meeting_was_deleted_are_kept(kept: Repository) -> None:
    kept.delete("m2")
    kept.keep_calls([call("tip")], "m2", 4)
    assert names(kept.usage(UsageBy.MEETING)) == [("", 3), ("m1", 6)]
    assert "4" not in dict(names(kept.usage(UsageBy.REPLY)))


def test_a_moment_without_a_zone_is_no_moment(repository: Repository) -> None:
    with pytest.raises((InputError, ValueError), match="time zone"):
        repository.keep_calls([call(at=NOON.replace(tzinfo=None))], "", None)
    assert repository.usage(UsageBy.DAY) == ()


def test_more_tokens_than_four_bytes_can_count(repository: Repository) -> None:
    repository.keep_calls([call(tokens_in=2**31 - 1, tokens_cached=2**31 - 1) for _ in range(3)], "", None)
    (found,) = repository.usage(UsageBy.TASK)
    assert (found.tokens_in, found.tokens_cached) == (3 * (2**31 - 1), 3 * (2**31 - 1))
    assert repository.spent("", None).tokens == 3 * (2**31 - 1) + 60


CALLS = st.lists(st.builds(
    call, st.sampled_from(["voice", "judge"]), st.sampled_from(["small", "large"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 4),
                 timezones=st.sampled_from([UTC, INDIA, HAWAII])),
    tokens_in=st.integers(0, 10**6), tokens_cached=st.integers(0, 10**6), tokens_out=st.integers(0, 10**6),
    estimated=st.booleans(), dollars=st.none() | st.integers(0, 100).map(float)), max_size=12)


@given(calls=CALLS)
def test_however_it_is_summed_up_it_comes_to_the_same(calls: list[ModelCall]) -> None:
    records = open_repository("sqlite://")
    records.keep_calls(calls, "", None)
    for by in UsageBy:
        found = records.usage(by)
        assert sum(one.calls for one in found) == len(calls)
        assert sum(one.tokens_in + one.tokens_out for one in found) == sum(one.spent.tokens for one in calls)
        assert sum(one.dollars for one in found) == sum(one.dollars or 0 for one in calls)
        assert sum(one.unpriced for one in found) == sum(one.dollars is None for one in calls)
        assert sum(one.estimated for one in found) == sum(one.estimated for one in calls)
    days = [one.name for one in records.usage(UsageBy.DAY)]
    assert days == sorted({f"{one.at.astimezone(UTC):%Y-%m-%d}" for one in calls}, reverse=True)
    records.close()
