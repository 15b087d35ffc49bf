"""The list of meetings: order, pages, filters, figures."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from coach.domain import Ending, Exchange, Level, Meeting
from coach.errors import InputError
from coach.records import MeetingSummary, Repository
from coach.records.engine import open_database

MakeMeeting = Callable[..., Meeting]
MakeExchange = Callable[..., Exchange]


def _ids(found: tuple[MeetingSummary, ...]) -> list[str]:
    return [meeting.id for meeting in found]


def test_a_summary_has_the_figures(repository: Repository, make_meeting: MakeMeeting) -> None:
    end = make_meeting().started_at + timedelta(minutes=9)
    repository.begin(make_meeting("fresh"))
    repository.begin(make_meeting("done", replies=2, ended_at=end, ending=Ending.FLAT))
    fresh, done = sorted(repository.list(), key=lambda meeting: meeting.replies)
    assert fresh == MeetingSummary(
        id="fresh",
        scenario_id="reorganised",
        trainee="ada",
        started_at=make_meeting().started_at,
        ended_at=None,
        ending=None,
        engine="embedded",
        level=Level.MEDIUM,
        person="",
        branch_of="",
        erred=False,
        replies=0,
        empathy=None,
        selling=None,
    )
    assert (done.replies, done.empathy, done.selling) == (2, 61.5, 20.0)
    assert (done.ended_at, done.ending) == (end, Ending.FLAT)


def test_where_the_customer_erred_the_list_says_so(
    repository: Repository, make_meeting: MakeMeeting, make_exchange: MakeExchange
) -> None:
    repository.begin(make_meeting("fine", replies=2))
    repository.begin(make_meeting("erred", replies=1))
    repository.append("erred", make_exchange(2, lapses=("it was said before",)))
    assert {one.id: one.erred for one in repository.list()} == {"fine": False, "erred": True}
    assert repository.get("erred").lapses == ((2, "it was said before"),)


def test_unscored_replies_count_but_weigh_nothing(
    repository: Repository, make_meeting: MakeMeeting, make_exchange: MakeExchange
) -> None:
    repository.begin(make_meeting(replies=1))
    repository.append("m1", make_exchange(2, score=None))
    (found,) = repository.list()
    assert (found.replies, found.empathy) == (2, 61.0)


def test_pages_are_newest_first_and_stable(repository: Repository, make_meeting: MakeMeeting) -> None:
    start = make_meeting().started_at
    for number in range(7):
        # In pairs of equal times, begun out of order.
        moment = start + timedelta(hours=(number * 3 % 7) // 2)
        repository.begin(make_meeting(f"m{number}", replies=number % 3, started_at=moment))
    everything = repository.list()
    assert len(everything) == 7
    moments = [(meeting.started_at, meeting.id) for meeting in everything]
    assert moments == sorted(moments, reverse=True)
    paged = [meeting for offset in range(0, 9, 3) for meeting in repository.list(limit=3, offset=offset)]
    assert tuple(paged) == everything
    assert repository.list(offset=7) == ()


def test_filters(repository: Repository, make_meeting: MakeMeeting) -> None:
    start = make_meeting().started_at
    for number, (trainee, done) in enumerate([("ada", True), ("ben", False), ("ada", False), ("ben", True)]):
        moment = start + timedelta(hours=number)
        repository.begin(
            make_meeting(f"m{number}", trainee=trainee, started_at=moment, ended_at=moment if done else None)
        )
    assert _ids(repository.list()) == ["m3", "m2", "m1", "m0"]
    assert _ids(repository.list(trainee="ada")) == ["m2", "m0"]
    assert _ids(repository.list(unfinished=True)) == ["m2", "m1"]
    assert _ids(repository.list(trainee="ben", unfinished=False)) == ["m3"]
    assert repository.list(trainee="") == ()


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (-1, 0), (5, -1)])
def test_a_page_has_to_make_sense(repository: Repository, limit: int, offset: int) -> None:
    with pytest.raises(InputError, match="limit from 1"):
        repository.list(limit=limit, offset=offset)


def test_a_page_is_one_query_by_index(url: str, make_meeting: MakeMeeting) -> None:
    engine: Engine = open_database(url)
    repository = Repository(engine)
    for number in range(3):
        repository.begin(make_meeting(f"m{number}", replies=2))
    asked: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(*call: Any) -> None:
        if str(call[2]).startswith("SELECT"):
            asked.append((str(call[2]), call[3]))

    for trainee in (None, "ada"):
        asked.clear()
        assert len(repository.list(trainee=trainee)) == 3
        ((query, values),) = asked
        with engine.connect() as connection:
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all())
        assert "USING INDEX ix_meetings" in plan or "USING COVERING INDEX ix_meetings" in plan
        assert "SCAN exchanges" not in plan
        assert "SCAN scores" not in plan
    engine.dispose()
